// What is settled takes its supplier, its cost and its jurisdiction along: a limit that nobody reaches changes no row.

import Catalog
import Money
import Testing

@testable import RatingEngine

@Suite struct SettledSidesTests {
  private static let sheets = [
    """
    deck    name=us jurisdiction=us lrn=yes  prefix  inter   intra  per-minute  increment
    .       1       0.010   0.020  -     6/6
    .       44      -       -      0.02  60/60
    .       49      -       -      0.02  60/60
    deck    name=wholesale currency=USD zone=America/New_York  prefix  per-minute  increment  connect  in-peak
    .       1       0.004  1/1  -      -
    .       44      0.01   1/1  0.001  0.03
    times   peak from=05:00 until=18:00
    state   212=NY 646=NY 213=CA
    supplier carrier deck=wholesale trunks=sip-*
    band    night from=00:00 until=10:00
    event   E1  voice  442079460123  61s  trunk=sip-1 start=2025-03-03T09:59:30Z
    event   E2  voice  16465550100  60s  trunk=sip-1 from=+12125550100
    event   E3  voice  16465550100  60s  trunk=sip-1 from=+12125550100 lrn=2135550000
    event   E4  voice  493023125100  60s  trunk=sip-1
    event   E5  voice  493023125100  60s  trunk=tdm
    event   E5  voice  493023125100  60s  trunk=tdm
    event   E1  voice  442079460123  61s  trunk=sip-1 start=2025-03-03T09:59:30Z
    event   E6  voice  442079460123  0s  trunk=sip-1 disposition=ANSWERED
    """,
    """
    deck    prefix  kind  price  per
    .       44      event  1     1
    deck    name=wholesale  prefix  kind  price  per
    .       44      event  0.4   1
    .       4477    message  0.03  1
    supplier carrier deck=wholesale
    plan    look_up=event:deck
    price   cloud  kinds=event price=recorded percent=10
    price   texts  kinds=message price=0.07
    event   E1  event    447700900123  1   amount=12.5
    event   E2  event    447700900123  2   amount=-3
    event   E3  message  447700900123  -4
    event   E4  message  457700900123  5
    """,
  ]

  @Test(arguments: sheets)
  func aLimitThatNobodyReachesChangesNoRow(_ text: String) throws {
    let sheet = try PriceSheet(text)
    let plain = sheet.tariff.catalog()
    var limited = plain
    for plan in limited.plans.indices {
      for charge in limited.plans[plan].charges.indices {
        limited.plans[plan].charges[charge].periodMaximum = Amount(pico: 1_000_000_000_000_000_000)
      }
    }
    let trial = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells)))
    for threadCount in [1, 3] {
      let expected = try trial.run(plain) { $0.threadCount = threadCount }
      let found = try trial.run(limited) { $0.threadCount = threadCount }
      #expect(found.table == expected.table)
      #expect(found.rows.contains { $0["cost"] != "" && $0["cost"] != "0" })
      let (a, b) = (try #require(expected.report.costs), try #require(found.report.costs))
      #expect(a.costs.map(\.cost) == b.costs.map(\.cost) && a.missingCount == b.missingCount)
    }
  }
}
