// What a run says about costs: by supplier, what has none, margins by dated rates, losses.

import BillingCalendar
import Catalog
import Money
import Testing

@testable import RatingEngine

@Suite struct CostReportTests {
  private static let sheet = """
    deck    prefix  per-minute
    .       44      0.02
    .       49      0.01
    .       33      0.05
    plan    name=euro
    plan    name=dollar currency=USD
    account a plan=euro
    account b plan=dollar
    deck    name=wholesale currency=USD  prefix  per-minute
    .       44      0.01
    .       49      0.03
    supplier carrier deck=wholesale trunks=sip-*
    event   E1  voice  442079460123  60s  trunk=sip-1
    event   E2  voice  493023125100  120s  trunk=sip-1
    event   E3  voice  442079460123  600s  trunk=sip-1 account=b
    event   E4  voice  336123456789  30s  trunk=sip-1
    event   E5  voice  442079460123  90s  trunk=tdm
    event   E6  voice  442079460123  60s  trunk=sip-1 start=2025-04-01T00:00:00Z
    event   E6  voice  442079460123  60s  trunk=sip-1 start=2025-04-01T00:00:00Z
    """

  private static func report(rates: [(date: String, rate: Int64)]) throws -> CostReport {
    let sheet = try PriceSheet(sheet)
    var catalog = sheet.tariff.catalog()
    catalog.exchangeRates = try rates.map { date, rate in
      ExchangeRate(
        from: Tariff.currency("USD"), to: Tariff.currency("EUR"), date: try #require(CivilDate.parse(date)),
        ratePico: rate * 1_000_000_000, line: 2)
    }
    let trial = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells)))
    var options = RatingOptions()
    options.threadCount = 2
    let result = try RatingRun(catalog: catalog, options: options).run(trial.inputs)
    #expect(result.report().duplicate == 1)
    return try #require(result.report().costs)
  }

  @Test func costsAreAddedUpBySupplierAndWhatHasNoneIsCounted() throws {
    let report = try Self.report(rates: [])
    #expect(
      report.suppliers.map { "\($0.name) \($0.cost ?? .zero) \($0.currency?.code ?? "") \($0.eventCount)" }
        == ["carrier 0.18 USD 4"])
    #expect(report.suppliers[0].quantities.map { "\($0.kind.name) \($0.raw)" } == ["voice 840000"])
    // Two causes: the deck has no row, and nobody carries it.
    #expect(
      report.missing.map { "'\($0.name)' \($0.eventCount) \($0.quantities[0].raw)" }
        == ["'' 1 90000", "'carrier' 1 30000"])
    #expect(report.missing.allSatisfy { $0.cost == nil && $0.currency == nil })
    #expect(report.costs.map { "\($0.currency) \($0.cost)" } == ["USD 0.18"])
  }

  @Test func marginsAcrossCurrenciesNeedADatedRate() throws {
    let without = try Self.report(rates: [])
    #expect(without.margins.map { "\($0.currency) \($0.amount) \($0.cost)" } == ["USD 0.2 0.1"])
    #expect(without.unconverted.map { "\($0.from) \($0.to) \($0.eventCount)" } == ["USD EUR 3"])
    #expect(without.rates.isEmpty)
    // The rate of the first day of the usage period: March by the first, April by the second.
    let rates = [("2025-02-28", Int64(900)), ("2025-04-01", Int64(800)), ("2025-04-02", Int64(1))]
    let with = try Self.report(rates: rates)
    #expect(with.unconverted.isEmpty)
    #expect(
      with.margins.map { "\($0.currency) \($0.amount) \($0.cost) \($0.margin)" }
        == ["EUR 0.06 0.071 -0.011", "USD 0.2 0.1 0.1"])
    #expect(
      with.rates.map { "\($0.date) \($0.ratePico)" } == [
        "2025-02-28 900000000000", "2025-04-01 800000000000",
      ])
    // A rate that begins a day later does not hold for March.
    let late = try Self.report(rates: [("2025-03-02", 900)])
    #expect(late.unconverted.map(\.eventCount) == [2])
  }

  @Test func lossesAreListedLargestFirst() throws {
    let report = try Self.report(rates: [("2025-01-01", 1000)])
    #expect(
      report.losses.map {
        "\($0.ratingGroup) \($0.destination) \($0.supplier) \($0.margin.margin) \($0.eventCount)"
      }
        == ["group-49 to-49 carrier -0.04 1"])
    #expect(report.lossCount == 1)
    let dear = try Self.report(rates: [("2025-01-01", 3000)])
    #expect(
      dear.losses.map { "\($0.ratingGroup) \($0.margin.margin)" } == ["group-49 -0.16", "group-44 -0.02"])
  }

  @Test(
    arguments: [
      [.account], [.day], [.rating_group], [.destination, .rating_group], [.currency],
      [.usage_period, .charge],
      [.account, .day, .destination, .supplier],
    ] as [[GroupColumn]])
  func lossesAndMarginsAreTheSameWhateverATableIsGroupedBy(columns: [GroupColumn]) throws {
    let summary = try Self.report(rates: [("2025-01-01", 3000)])
    let sheet = try PriceSheet(Self.sheet)
    var catalog = sheet.tariff.catalog()
    catalog.exchangeRates = [
      ExchangeRate(
        from: Tariff.currency("USD"), to: Tariff.currency("EUR"),
        date: try #require(CivilDate.parse("2025-01-01")), ratePico: 3_000_000_000_000, line: 2)
    ]
    let trial = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells)))
    var options = RatingOptions()
    options.keepsSummary = false
    options.groupBy = columns
    let table = try #require(
      try RatingRun(catalog: catalog, options: options).run(trial.inputs).report().costs)
    #expect(table.tellsLosses && table.lossCount == 2 && table.unconverted.isEmpty)
    #expect(
      table.losses.map { "\($0.ratingGroup) \($0.destination) \($0.margin) \($0.eventCount)" }
        == summary.losses.map { "\($0.ratingGroup) \($0.destination) \($0.margin) \($0.eventCount)" })
    #expect(table.margins.map { "\($0)" } == summary.margins.map { "\($0)" })
    #expect(table.rates == summary.rates)
  }

  @Test func aCatalogWithoutSuppliersHasNoSuchReport() throws {
    let sheet = try PriceSheet("deck prefix per-minute\n. 44 0.02\nevent E1 voice 442079460123 60s")
    let trial = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells)))
    let result = try RatingRun(catalog: sheet.tariff.catalog(), options: RatingOptions()).run(trial.inputs)
    #expect(result.report().costs == nil)
    #expect(result.setup.keyPlan.side == nil)
  }

  @Test func tablesShowCostsWhereSupplierOrCostCurrencyIsAKey() throws {
    let sheet = try PriceSheet(Self.sheet)
    let trial = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells)))
    func table(_ columns: [GroupColumn]) throws -> String {
      try trial.run(sheet.tariff.catalog()) { $0.groupBy = columns }.table
    }
    #expect(
      try table([.supplier]) == """
        supplier,currency,cost_currency,unit,event_count,quantity_raw,quantity_billed,quantity_covered,amount,cost
        ,EUR,,s,1,90,90,0,0.03,
        carrier,EUR,,s,1,30,30,0,0.025,
        carrier,EUR,USD,s,3,240,240,0,0.06,0.08
        carrier,USD,USD,s,1,600,600,0,0.2,0.1

        """)
    #expect(
      try table([.currency]) == """
        currency,unit,event_count,quantity_raw,quantity_billed,quantity_covered,amount
        EUR,s,5,360,360,0,0.115
        USD,s,1,600,600,0,0.2

        """)
  }
}
