// Events by rank: the order that a stable sort gives; and increments at hand against those of the rater.

import Catalog
import Money
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct RankOrderTests {
  @Test(arguments: [0, 1, 2, 63, 64, 65, 700], [1, 2, 200, 257, 70_000, 20_000_000])
  func ranksAscendAndEqualOnesStayAsTheyCame(count: Int, rankCount: Int) {
    var random = SeededGenerator(seed: UInt64(count * rankCount))
    var order = RankOrder()
    // The second owner finds the memory of the first.
    for size in [count, count / 2, count] {
      let ranks = (0..<size).map { _ in UInt32.random(in: 0..<UInt32(rankCount), using: &random) }
      order.removeAll()
      for rank in ranks { order.append(rank: rank) }
      order.sort(rankCount: rankCount)
      let expected = ranks.indices.sorted { ranks[$0] != ranks[$1] ? ranks[$0] < ranks[$1] : $0 < $1 }
      #expect((0..<order.count).map { order[$0] } == expected)
    }
  }

  @Test(arguments: [(60, 1, 60), (1, 1, 1), (30, 6, 30), (60, 60, 60), (7, 3, 10), (10, 4, 3), (1, 90, 0)])
  func plainStepsRoundAsTheRaterDoes(first: Int64, next: Int64, from: Int64) {
    var increment = BillingIncrement(first: first, next: next)
    if increment.steps.count == 2, from > 0 { increment.steps[1].from = from }
    let steps = PlainSteps(increment)
    #expect(steps.isPlain)
    let price = UnitPrice(pico: 1, units: 1)
    for quantity in Int64(1)...200 {
      let billed = IncrementSteps.stretches(quantity, increment, rowPrice: price).reduce(0) { $0 + $1.billed }
      #expect(steps.billed(quantity) == billed, "\(first)/\(next) from \(from): \(quantity)")
    }
  }

  @Test func cellsKeepAmountsBelowNothing() {
    let cells = SummaryCells(hasWideKeys: false)
    func add(_ key: UInt64, _ pico: Int128) {
      cells.add(
        SummaryCell(
          keyLow: key, keyHigh: 0, eventCount: 0, quantityRaw: 0, quantityBilled: 0, amountPico: pico))
    }
    let large = Int128(1) << 62
    let sums: [[Int128]] = [
      [-5], [5, -5], [-5, 5, -7], [-large, -large], [-large, -1, 1], [large - 1, 1], [-large - 1],
      [-1, large],
    ]
    for (key, amounts) in sums.enumerated() { for amount in amounts { add(UInt64(key), amount) } }
    cells.seal()
    var found: [UInt64: Int128] = [:]
    for number in 0..<cells.count { found[cells.cell(number).keyLow] = cells.cell(number).amountPico }
    let expected = sums.enumerated().map { (UInt64($0), $1.reduce(0, +)) }.filter { $0.1 != 0 }
    #expect(found == Dictionary(uniqueKeysWithValues: expected))
    #expect(cells.count == expected.count)
  }
}
