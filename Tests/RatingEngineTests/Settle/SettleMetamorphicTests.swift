// What must not change, or must change in a known way, whatever the rules are.

import Catalog
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SettleMetamorphicTests {
  // Every kind of tiers, counted both ways, with and without allowances.
  static let plans = ["graduated", "volume", "package", "stairstep"].flatMap { kind in
    ["uncovered", "all"].flatMap { counted in
      ["", "allowances: [{allowance: free, kinds: [message], quantity: 7}, {allowance: money, amount: 3}]\n"]
        .map {
          allowances in
          let steps =
            kind == "stairstep"
            ? "[{up_to: 5, flat: 1}, {up_to: 20, flat: 3}, {flat: 4}]"
            : "[{up_to: 5, price: 0.7, per: 3, flat: 0.1}, {up_to: 20, price: 0.2, per: 3, cap: 0.9}, {price: 0.11, per: 3}]"
          return
            "plan: p\ncurrency: EUR\nrounding: {scale: 2, mode: half-up}\n"
            + "charges: [{charge: sms, kinds: [message], period_maximum: 20, tiers: {kind: \(kind), counts: \(counted), steps: \(steps)}}]\n"
            + allowances
        }
    }
  }

  private func total(_ plan: String, _ quantities: [Int]) throws -> Int128 {
    var trial = try SettleTrial(SettleSheet(plans: [plan]).catalog())
    for (index, quantity) in quantities.enumerated() {
      try trial.prepare(["event", "E\(1000 + index)", "a", "message", "\(quantity)"])
    }
    return trial.settle().parts.reduce(0) { $0 + $1.amountPico }
  }

  @Test(arguments: plans)
  func splittingNeverChangesTheBill(plan: String) throws {
    var generator = SeededGenerator()
    for _ in 0..<4 {
      let whole = Int.random(in: 1...40, using: &generator)
      var pieces: [Int] = []
      while pieces.reduce(0, +) < whole {
        pieces.append(Int.random(in: 1...(whole - pieces.reduce(0, +)), using: &generator))
      }
      let expected = try total(plan, [whole])
      #expect(try total(plan, pieces) == expected, "\(pieces)")
      #expect(try total(plan, Array(repeating: 1, count: whole)) == expected)
      // An event of nothing, and one that is taken back at once, change nothing.
      #expect(try total(plan, pieces + [0]) == expected)
    }
  }
}
