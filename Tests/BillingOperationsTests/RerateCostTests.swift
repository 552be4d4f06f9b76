// Rating again with other buying prices: what suppliers charge before and after, beside what customers pay.

import BillingStore
import Money
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct RerateCostTests {
  private static func lines(_ sums: [RerateSum]) -> [String] {
    sums.map { "\($0.account) \($0.currency) \($0.old.cost) \($0.new.cost) \($0.delta.cost)" }
  }

  private static func cost(_ report: CostReport) -> Amount {
    report.suppliers.reduce(.zero) { $0 + ($1.cost ?? .zero) }
  }
  private static func events(_ report: CostReport) -> Int {
    report.suppliers.reduce(0) { $0 + $1.eventCount }
  }

  /// Usage that depends on whole periods; a preview and a commit tell the same.
  @Test(arguments: [true, false]) func anotherBuyingPriceIsTold(isPreview: Bool) throws {
    let desk = try StoreCostTests.desk(SettledNights(seed: 8, nightCount: 2))
    try desk.rate(["usage"], catalog: "settling")
    try StoreCostTests.writeCosts(to: desk, catalog: "cheap", mobile: "0.050")
    let old = Self.cost(try StoreCostTests.wholeReport(desk))
    let new = Self.cost(try StoreCostTests.wholeReport(desk, catalog: "cheap"))
    #expect(new < old)
    try desk.rerate("cheap", isPreview: isPreview) { delta in
      #expect(!delta.isEmpty)
      #expect(delta.accounts.isEmpty)
      #expect(Self.lines(delta.costTotals) == [" USD \(old) \(new) \(new - old)"])
      #expect(delta.costAccounts.count > 1)
      #expect(delta.costAccounts.reduce(Amount.zero) { $0 + $1.delta.cost } == new - old)
      let magnitudes = delta.costAccounts.map(\.delta.costPico.magnitude)
      #expect(magnitudes == magnitudes.sorted(by: >))
      var sum = Amount.zero
      try delta.forEach { sum += $0.delta.cost }
      #expect(sum == new - old)
    }
  }

  /// What has no price any more is no cost of 0: fewer events have one.
  @Test func whatIsMissingNowIsNotSaved() throws {
    let desk = try StoreCostTests.desk(SettledNights(seed: 9, nightCount: 2))
    try desk.rate(["usage"], catalog: "settling")
    try StoreCostTests.writeCosts(to: desk, catalog: "closed", mobile: nil)
    let (old, new) = (
      try StoreCostTests.wholeReport(desk), try StoreCostTests.wholeReport(desk, catalog: "closed")
    )
    try desk.rerate("closed", isPreview: true, by: [.supplier]) { delta in
      #expect(delta.accounts.isEmpty)
      #expect(delta.keyColumns == ["supplier", "cost_currency", "currency", "unit"])
      let total = try #require(delta.costTotals.first)
      #expect(total.old.eventCount == Int128(Self.events(old)))
      #expect(total.new.eventCount == Int128(Self.events(new)))
      #expect(total.new.eventCount < total.old.eventCount)
      var missing: Int128 = 0
      try delta.forEach { if $0.key[1].isEmpty { missing += $0.delta.eventCount } }
      #expect(missing == total.old.eventCount - total.new.eventCount)
    }
  }

  /// Runs that nothing is settled of: the book tells what they came to.
  @Test(arguments: [true, false]) func suppliersThatComeLaterAreTold(isPreview: Bool) throws {
    let desk = try NightDesk()
    try desk.write(
      ["a1 2026-01-05 101 442079460123 60", "b1 2026-01-05 201 442079460123 90"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.writeCatalog("bought")
    try desk.folder.write("supplier,deck,trunks\ncarrier,buy,*\n", to: "bought/suppliers.csv")
    try desk.folder.write("prefix,price,increment\n44,0.004,60/60\n", to: "bought/decks/buy.csv")
    try desk.rerate("bought", isPreview: isPreview) { delta in
      #expect(delta.accounts.isEmpty)
      #expect(Self.lines(delta.costTotals) == [" EUR 0 0.012 0.012"])
      #expect(delta.keyColumns == ["account", "service_kind", "currency", "cost_currency", "unit"])
      #expect(Self.lines(delta.costAccounts) == ["zebra EUR 0 0.008 0.008", "acme EUR 0 0.004 0.004"])
    }
    if isPreview { return }
    // The prices of both sides change, and the book has costs of before.
    try desk.writeCatalog("dear", price: "0.0200")
    try desk.folder.write("supplier,deck,trunks\ncarrier,buy,*\n", to: "dear/suppliers.csv")
    try desk.folder.write("prefix,price,increment\n44,0.005,60/60\n", to: "dear/decks/buy.csv")
    try desk.rerate("dear") { delta in
      #expect(Self.lines(delta.costTotals) == [" EUR 0.012 0.015 0.003"])
      #expect(
        delta.accounts.map { "\($0.account) \($0.old.amount) \($0.new.amount)" } == [
          "zebra 0.02 0.04", "acme 0.01 0.02",
        ])
    }
  }

  @Test func whereNothingHasCostsNoneAreTold() throws {
    let desk = try NightDesk()
    try desk.write(["a1 2026-01-05 101 442079460123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.writeCatalog("dear", price: "0.0200")
    try desk.rerate("dear", isPreview: true) { delta in
      #expect(delta.keyColumns == ["account", "service_kind", "currency", "unit"])
      #expect(delta.costTotals.isEmpty)
      #expect(delta.costAccounts.isEmpty)
      #expect(delta.accounts.count == 1)
    }
  }
}
