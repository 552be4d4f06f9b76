// Costs in the report of a night: what a store settles later has a cost at once, and a margin when it is settled.

import Catalog
import DurableFiles
import Money
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreCostTests {
  /// The desk of some nights, with a supplier that has no row for the United Kingdom and charges in another currency.
  static func desk(_ nights: SettledNights) throws -> NightDesk {
    let desk = try nights.desk()
    try writeCosts(to: desk, catalog: "settling", mobile: "0.150")
    return desk
  }

  /// Writes a catalog of these nights with what the supplier charges for a minute to mobiles; nil for no such row.
  static func writeCosts(to desk: NightDesk, catalog: String, mobile: String?) throws {
    for (name, text) in SettledNights.catalog { try desk.folder.write(text, to: catalog + "/" + name) }
    try desk.folder.write(
      "supplier,deck,trunks,kinds\ncarrier,buy,*,voice\n", to: catalog + "/suppliers.csv")
    try desk.folder.write("from,to,date,rate\nUSD,EUR,2026-01-01,0.9\n", to: catalog + "/fx.csv")
    try desk.folder.write("currency: USD\n", to: catalog + "/decks/buy.yaml")
    try desk.folder.write(
      "prefix,destination,price,increment,status\n49,Germany,0.030,1/1,\n"
        + (mobile.map { "4915,Germany Mobile,\($0),1/1,\n" } ?? "4915,Germany Mobile,,,blocked\n"),
      to: catalog + "/decks/buy.csv")
  }

  /// What a run over all files says that has no store.
  static func wholeReport(_ desk: NightDesk, catalog: String = "settling") throws -> CostReport {
    var options = RatingOptions()
    options.threadCount = 2
    let inputs = try InputFile.expand([desk.folder.path(of: "usage")], controlSuffixes: [])
    let catalog = try desk.loaded(desk.folder.path(of: catalog))
    return try #require(try RatingRun(catalog: catalog, options: options).run(inputs).report().costs)
  }

  private static func report(_ outcome: StoreRating.Outcome) throws -> RunReport {
    guard case .committed(_, let report, _) = outcome else {
      Issue.record("nothing was committed")
      throw CancellationError()
    }
    return report
  }

  /// Suppliers as text: name, cost, currency, events, quantities.
  private static func lines(_ suppliers: [CostReport.Supplier]) -> [String] {
    suppliers.map { supplier in
      "\(supplier.name) \(supplier.cost?.description ?? "none") \(supplier.currency?.code ?? "") "
        + "\(supplier.eventCount) \(supplier.quantities.map { "\($0.kind.name) \($0.raw)" })"
    }
  }

  private static func lines(_ report: CostReport) -> [String] {
    lines(report.suppliers) + lines(report.missing)
      + report.margins.map { "margin \($0.amount) \($0.cost) \($0.margin) \($0.currency)" }
      + report.rates.map { "rate \($0.from) \($0.to) \($0.date)" }
      + report.losses.map {
        "loss \($0.ratingGroup) \($0.destination) \($0.supplier) \($0.margin.amount) \($0.margin.cost) \($0.eventCount)"
      }
  }

  @Test func aNightSaysTheCostAndTheMarginThatARunWithoutStoreSays() throws {
    var nights = SettledNights(seed: 4, nightCount: 3)
    nights.repeatRows()
    let desk = try Self.desk(nights)
    let whole = try Self.wholeReport(desk)
    #expect(whole.missingCount > 0)
    #expect(whole.lossCount > 0)
    let night = try Self.report(try desk.rate(["usage"], catalog: "settling"))
    #expect(night.duplicate > 0)
    #expect((night.laterCount ?? 0) > 0)
    let costs = try #require(night.costs)
    #expect(Self.lines(costs) == Self.lines(whole))
    #expect(costs.unsettled.isEmpty)
    #expect(costs.hasSettled)
  }

  @Test func theNightsOfAMonthAddUpToThatRun() throws {
    let nights = SettledNights(seed: 5, nightCount: 5)
    let desk = try Self.desk(nights)
    let whole = try Self.wholeReport(desk)
    var (cost, amount, converted) = (Amount.zero, Amount.zero, Amount.zero)
    var (events, missing) = (0, 0)
    for night in nights.nights.indices {
      let outcome = try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling")
      let costs = try #require(try Self.report(outcome).costs)
      for supplier in costs.suppliers {
        cost += supplier.cost ?? .zero
        events += supplier.eventCount
      }
      missing += costs.missingCount
      for margin in costs.margins {
        amount += margin.amount
        converted += margin.cost
      }
    }
    #expect(cost == whole.suppliers.first?.cost)
    #expect(events == whole.suppliers.first?.eventCount)
    #expect(missing == whole.missingCount)
    #expect([amount] == whole.margins.map(\.amount))
    #expect([converted] == whole.margins.map(\.cost))
  }

  @Test func anotherCatalogChangesTheMarginAndNotTheCostOfANight() throws {
    let nights = SettledNights(seed: 6, nightCount: 2)
    let desk = try Self.desk(nights)
    try desk.rate(["usage/" + SettledNights.name(0)], catalog: "settling")
    try Self.writeCosts(to: desk, catalog: "dear", mobile: "0.300")
    let second = try Self.report(try desk.rate(["usage/" + SettledNights.name(1)], catalog: "dear"))
    let costs = try #require(second.costs)
    // The night alone, in a store of its own.
    let alone = try Self.report(
      try desk.rate(["usage/" + SettledNights.name(1)], catalog: "dear", store: "alone"))
    let own = try #require(alone.costs)
    #expect(Self.lines(costs.suppliers + costs.missing) == Self.lines(own.suppliers + own.missing))
    // Calls of the first night that are settled anew cost more with this catalog.
    let (both, one) = (try #require(costs.margins.first), try #require(own.margins.first))
    #expect(both.cost > one.cost)
  }
}

extension SettledNights {
  /// Lets the last night have some rows of the first one again.
  mutating func repeatRows() {
    let rows = nights[0].split(separator: "\n").dropFirst().prefix(9)
    nights[nights.count - 1] += rows.map { $0 + "\n" }.joined()
  }
}
