// The cells of a summary, whose index is in parts by day, against a dictionary.

import Testing

@testable import RatingEngine

@Suite struct SummaryCellsTests {
  /// Where the day stands: nowhere, in the lower word, in the upper word, across both.
  private static let dayFields: [SummaryKeyPlan.Field?] = [
    nil, field(shift: 8, width: 16), field(shift: 70, width: 16), field(shift: 56, width: 16),
    field(shift: 0, width: 3),
  ]

  private static func field(shift: Int, width: Int) -> SummaryKeyPlan.Field {
    SummaryKeyPlan.Field(part: .day, shift: shift, width: width, columns: [], lookup: nil)
  }

  private struct Key: Hashable {
    var low: UInt64
    var high: UInt64
  }

  /// Adds `count` amounts to random keys, and returns their sums by key.
  private static func fill(
    _ cells: SummaryCells, _ day: SummaryKeyPlan.Field?, days: Int, count: Int, _ random: inout RandomText
  ) -> [Key: Int128] {
    var sums: [Key: Int128] = [:]
    for _ in 0..<count {
      var key = Key(low: UInt64(random.int(0...400)), high: 0)
      SummaryKeyPlan.put(
        UInt64(random.int(1...days)) & ((1 << UInt64(day?.width ?? 16)) - 1), shift: day?.shift ?? 16,
        &key.low,
        &key.high)
      let pico = Int128(random.int(1...1_000_000))
      cells.add(
        SummaryCell(
          keyLow: key.low, keyHigh: key.high, eventCount: 1, quantityRaw: 2, quantityBilled: 3,
          amountPico: pico))
      sums[key, default: 0] += pico
    }
    return sums
  }

  private static func read(_ cells: SummaryCells) -> [Key: Int128] {
    cells.seal()
    var found: [Key: Int128] = [:]
    for number in 0..<cells.count {
      let cell = cells.cell(number)
      found[Key(low: cell.keyLow, high: cell.keyHigh), default: 0] += cell.amountPico
    }
    return found
  }

  @Test(arguments: Self.dayFields.indices, [1, 31, 600])
  func sumsAreThoseOfADictionary(field: Int, days: Int) {
    let day = Self.dayFields[field]
    var random = RandomText(seed: UInt64(field * 1000 + days))
    // Few bits for their numbers, so that the slots must be laid anew for larger ones on the way.
    let cells = SummaryCells(hasWideKeys: true, dayField: day, numberBits: 9)
    // Again after everything was forgotten, with other days.
    for round in 0..<2 {
      let sums = Self.fill(cells, day, days: days + round, count: 20_000, &random)
      #expect(Self.read(cells) == sums, "round \(round)")
      cells.removeAll()
      #expect(cells.count == 0)
    }
  }

  @Test func theIndexStaysSmallBesideItsCells() {
    var random = RandomText(seed: 5)
    let day = Self.dayFields[1]
    let cells = SummaryCells(hasWideKeys: false, dayField: day)
    _ = Self.fill(cells, day, days: 20, count: 200_000, &random)
    let cellBytes = cells.count * 32
    // At most three of four slots are in use, at least three of sixteen after a part grew fourfold.
    #expect(cells.byteCount - cellBytes <= cells.count * 4 * 16 / 3 + 20 * 4096)
    #expect(cells.byteCount > cellBytes + cells.count * 4)
  }
}
