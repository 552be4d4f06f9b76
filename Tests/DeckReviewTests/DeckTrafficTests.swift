// The rules of weighing a comparison with usage: exact where the summary tells, bounds where it does not.

import Catalog
import Money
import Tables
import Testing
import UsageSummary

@testable import DeckReview

@Suite struct DeckTrafficTests {
  private static let head = "prefix,destination,price,increment,connection_fee\n"

  private static func traffic(_ old: String, _ new: String, _ rows: [SummaryRow]) throws -> DeckTraffic {
    let comparison = try DeckComparison(
      old: DeckInForce(try deck(head + old)), new: DeckInForce(try deck(head + new)))
    return DeckTraffic(comparison, usage: try survey(rows))
  }

  private static func span(_ span: AmountSpan) -> String {
    span.isExact ? "\(span.least)" : "\(span.least)..\(span.most)"
  }

  // 3 calls, 200 s used and 300 s billed at 60/60.
  private static let calls = usage(
    "UK", eventCount: 3, raw: 200, billed: 300, price: "0.06", amount: "0.3")

  @Test func aPriceChangeIsExact() throws {
    let traffic = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.07,60/60,\n", [Self.calls])
    #expect(Self.span(traffic.old) == "0.3")
    #expect(Self.span(traffic.new) == "0.35")
    #expect(Self.span(traffic.difference) == "0.05")
    #expect(traffic.lines.map(\.amount) == [pico("0.3")])
  }

  @Test func anotherIncrementGivesBounds() throws {
    // Together the calls lasted 200 s, and rounding to seconds adds less than a second to each.
    let traffic = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.06,1/1,\n", [Self.calls])
    #expect(Self.span(traffic.difference) == "-0.1..-0.097003")
    #expect(traffic.new.least == pico("0.2"))
  }

  @Test func anEventWithARowToItselfIsExactUnderAnyIncrement() throws {
    let call = usage("UK", eventCount: 1, raw: 61, billed: 120, price: "0.06", amount: "0.12")
    let new = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.06,30/6,\n", [call])
    #expect(Self.span(new.new) == "0.066")
    // Beside others it stays so: 61 s of it, and of the others 200 s and at most 3 × (6 s − 1 ms) more.
    let both = try Self.traffic(
      "44,UK,0.06,60/60,\n", "44,UK,0.06,1/6,\n", [Self.calls, call.ofAnotherAccount()])
    #expect(Self.span(both.new) == "0.261..0.278997")
  }

  @Test func aCoarserIncrementNeverCostsLess() throws {
    let traffic = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.06,120/60,\n", [Self.calls])
    #expect(Self.span(traffic.difference) == "0..0.18")
  }

  @Test func everyEventPaysTheFee() throws {
    let traffic = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.06,60/60,0.05\n", [Self.calls])
    #expect(Self.span(traffic.difference) == "0.15")
  }

  @Test func aDestinationThatFallsApartHasTheBoundsOfItsPrefixes() throws {
    let traffic = try Self.traffic(
      "44,UK,0.06,60/60,\n", "44,UK,0.06,60/60,\n447,UK mobile,0.12,60/60,\n", [Self.calls])
    #expect(Self.span(traffic.old) == "0.3")
    #expect(Self.span(traffic.difference) == "0..0.3")
  }

  @Test func thePriceTellsWhichPrefixesOfADestinationWereCalled() throws {
    let old = "44,UK,0.06,60/60,\n447,UK,0.12,60/60,\n"
    let new = "44,UK,0.06,60/60,\n447,UK,0.24,60/60,\n"
    #expect(Self.span(try Self.traffic(old, new, [Self.calls]).difference) == "0")
    let mobile = usage("UK", eventCount: 1, raw: 60, billed: 60, price: "0.12", amount: "0.12")
    #expect(Self.span(try Self.traffic(old, new, [mobile]).difference) == "0.12")
  }

  @Test func usageOfAnotherPriceIsLeftOutAndCounted() throws {
    let other = usage("UK", eventCount: 2, raw: 60, billed: 60, price: "0.05", amount: "0.05")
    let unknown = usage("Mars", eventCount: 1, raw: 60, billed: 60, price: "0.06", amount: "0.06")
    let traffic = try Self.traffic("44,UK,0.06,60/60,\n", "44,UK,0.07,60/60,\n", [other, unknown])
    #expect(traffic.lines.isEmpty)
    #expect(traffic.rest.eventCount == 3)
    #expect(traffic.rest.amounts.map(\.amount) == [pico("0.11")])
  }

  @Test func whatLosesItsPriceIsInNoTotal() throws {
    let traffic = try Self.traffic(
      "44,UK,0.06,60/60,\n45,DK,0.06,60/60,\n", "45,DK,0.06,60/60,\n", [Self.calls])
    #expect(traffic.lines.map(\.loss) == [.all])
    #expect(Self.span(traffic.difference) == "0")
    #expect(Self.span(traffic.lost) == "0.3")
  }

  @Test func whatMayLoseItsPriceSaysSo() throws {
    let old = "44,UK,0.06,60/60,\n447,UK,0.06,60/60,\n"
    let traffic = try Self.traffic(old, "447,UK,0.06,60/60,\n", [Self.calls])
    #expect(traffic.lines.map(\.loss) == [.some])
  }

  @Test func theLargestDifferenceComesFirst() throws {
    let small = usage("DK", eventCount: 1, raw: 60, billed: 60, price: "0.06", amount: "0.06")
    let traffic = try Self.traffic(
      "44,UK,0.06,60/60,\n45,DK,0.06,60/60,\n", "44,UK,0.07,60/60,\n45,DK,0.07,60/60,\n", [small, Self.calls])
    #expect(traffic.lines.map(\.destination) == ["UK", "DK"])
  }
}

extension SummaryRow {
  fileprivate func ofAnotherAccount() -> SummaryRow {
    var row = self
    row.account = "other"
    return row
  }
}
