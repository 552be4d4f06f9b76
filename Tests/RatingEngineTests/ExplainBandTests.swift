// Explanations of plans with bands, changes of prices, free quantities and recorded amounts against what runs sum up.

import Catalog
import Money
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ExplainBandTests {
  @Test func explanationsOfRandomPlansAddUpToTheRun() throws {
    let seed = SeededGenerator(forTest: #function).seed
    var partCount = 0
    // More where chance has made no bands.
    for number in 0..<UInt64(600) where number < 60 || partCount == 0 {
      let scenario = Scenario(seed: seed &+ number)
      let catalog = scenario.catalog()
      let trial = try Trial(scenario.files.map { ($0.name, $0.bytes) })
      let report = try trial.run(catalog).report
      let explainer = try EventExplainer(catalog: catalog, options: RatingOptions())
      var amount = Amount.zero
      for (file, input) in zip(scenario.files, trial.inputs) {
        for line in 1...max(1, file.bytes.count { $0 == 10 } + 1) {
          let found = try explainer.explain(.place(input: input, line: line), in: trial.inputs)
          for derivation in found.derivations {
            if let part = derivation.amount { amount += part }
            let names = derivation.steps.flatMap(\.lines).map(\.name)
            #expect(!names.contains("FAULT"), "RATEMILL_SEED=\(seed &+ number), \(file.name):\(line)")
            if names.contains("bands") { partCount += 1 }
          }
        }
      }
      #expect(
        amount == report.amounts.reduce(.zero) { $0 + $1.amount }, "RATEMILL_SEED=\(seed &+ number)")
    }
    // A test of nothing would pass too.
    #expect(partCount > 0)
  }

  /// The lines of one step about one event of a sheet, as `name: text`.
  private func lines(_ sheet: String, step: String) throws -> [String] {
    let read = try PriceSheet(sheet)
    let trial = try Trial("switch.csv", NeutralCSV.text(read.events.map(\.cells)))
    let explainer = try EventExplainer(catalog: read.tariff.catalog(), options: RatingOptions())
    let found = try explainer.explain(.place(input: trial.inputs[0], line: 2), in: trial.inputs)
    return found.derivations.flatMap(\.steps).filter { $0.title == step }.flatMap(\.lines).map {
      "\($0.name): \($0.text)"
    }
  }

  private static let crossing = """
    zone    Europe/Berlin
    deck    prefix  per-minute  increment  in-peak
    .       44      0.60        60/60      1.20
    plan
    change  percent=-10
    price   calls  kinds=voice free=30
    band    peak  from=08:00 until=18:00
    event   E1  voice  447700900123  91s  start=2026-05-04T15:59:00Z
    """

  @Test func eachBandIsShownWithWhatItPays() throws {
    #expect(
      try lines(Self.crossing, step: "quantity") == [
        "recorded: 91 s", "free: 30 s of every event: 91 s leave 61 s",
        "bands: an increment belongs to the band in which it begins",
        "band 'peak': 90 s recorded, 60 s billed", "no band: 1 s recorded, 60 s billed", "billed: 120 s",
      ])
    #expect(
      try lines(Self.crossing, step: "amount") == [
        "price: 60 s × 1.08 ÷ 60 s = 1.08", "price: 60 s × 0.54 ÷ 60 s = 0.54", "exact: EUR 1.62",
        "rounded: once, to 6 digits, half-up: EUR 1.62",
        "band 'peak': EUR 1.08 of it, as the difference of rounded sums",
        "no band: EUR 0.54 of it, as the difference of rounded sums",
      ])
    #expect(
      try lines(Self.crossing, step: "charge").dropFirst(2) == [
        "band: at 2026-05-04T17:59:00+02:00: band 'peak'",
        "price change: prices × 9 ÷ 10, half-even at 12 digits (plan.yaml:1)", "price: EUR 1.08 per 60 s",
        "increment: every 60 s",
      ])
  }

  @Test func aRecordedAmountIsShownOnItsWay() throws {
    let sheet = """
      plan
      price   pay  kinds=event price=recorded percent=1.5 fixed=0.10 at-most=2
      event   E1  event  447700900123  1  amount=200
      """
    #expect(
      try lines(sheet, step: "amount") == [
        "recorded: EUR 200.00", "price: the amount of the record × 3 ÷ 200 + EUR 0.10, but for refunds",
        "at most: EUR 2.00", "exact: EUR 3.1", "rounded: once, to 6 digits, half-up: EUR 3.10",
        "limited: EUR 2.00",
      ])
  }
}
