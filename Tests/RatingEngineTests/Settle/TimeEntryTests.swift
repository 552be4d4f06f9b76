// Time entries from a timesheet to rows: roles, a block of hours, the least that is billed, evenings and weekends.

import Catalog
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct TimeEntryTests {
  private static let format = """
    format: timesheet
    kind: voice
    type: csv
    header: names
    key: [id]
    guide: [account]
    fields:
      id: {column: entry}
      start: {column: begun, time: YYYY-MM-DD hh:mm}
      account: {column: client}
      role: {column: role}
      billable: {column: minutes, unit: min}
      direction: {constant: outbound}

    """

  /// Two hours of engineering a month are in a block, by the quarter of an hour. Consulting is in none, half an hour at least.
  /// From 18:00 and at weekends an hour costs half as much again.
  private static func catalog() throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n",
      "sources.csv": "source,pattern,format,zone\nhours,hours*,timesheet,Europe/Berlin\n",
      "accounts.csv": "account,plan,zone\nacme,care,Europe/Berlin\nbolt,care,Europe/Berlin\n",
      "formats/timesheet.yaml": format,
      "plans/care.yaml": """
      plan: care
      rounding: {scale: 2}
      bands:
        - {band: late, from: "18:00"}
        - {band: late, days: [sat, sun]}
      allowances:
        - {allowance: block, quantity: 2 h, kinds: [voice], rating_groups: [engineer]}
      charges:
        - charge: engineering
          kinds: [voice]
          rating_groups: [engineer]
          price: 90
          per: 1 h
          increment: 900/900
          bands: {late: {percent: 50}}
        - charge: consulting
          kinds: [voice]
          rating_groups: [consultant]
          price: 150
          per: 1 h
          increment: 1800/900
          bands: {late: {percent: 50}}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  private static let entries = """
    entry,begun,client,role,minutes
    1,2026-01-05 10:00,acme,engineer,50
    2,2026-01-06 17:30,acme,engineer,60
    3,2026-01-07 17:50,acme,engineer,20
    4,2026-01-10 09:00,acme,consultant,10
    5,2026-01-12 09:00,acme,consultant,31
    6,2026-01-12 09:00,acme,consultant,30
    7,2026-01-05 09:00,bolt,engineer,121
    8,2026-01-06 09:00,bolt,driver,15

    """

  /// Account, day, band: what is billed in seconds, of that in the block, and what it costs.
  @Test(arguments: [
    // 50 minutes count as 60, and are in the block.
    ("acme", "2026-01-05", "", "3600", "3600", "0"),
    // Two quarters lie before 18:00 and two behind; the block takes all four and is used up.
    ("acme", "2026-01-06", "", "1800", "1800", "0"),
    ("acme", "2026-01-06", "late", "1800", "1800", "0"),
    // The quarter that begins at 17:50 costs 22.50, the one that begins at 18:05 half as much again.
    ("acme", "2026-01-07", "", "900", "0", "22.5"),
    ("acme", "2026-01-07", "late", "900", "0", "33.75"),
    // A Saturday; half an hour at least.
    ("acme", "2026-01-10", "late", "1800", "0", "112.5"),
    // 31 minutes count as 45, 30 as 30.
    ("acme", "2026-01-12", "", "4500", "0", "187.5"),
    // Another client has a block of its own: of 135 minutes, 15 are behind it.
    ("bolt", "2026-01-05", "", "8100", "7200", "22.5"),
  ])
  func entriesAreBilledByRole(
    account: String, day: String, band: String, billed: String, covered: String, amount: String
  ) throws {
    let result = try Trial("hours.csv", Self.entries).run(Self.catalog()) {
      $0.groupBy = [.account, .day, .band]
    }
    // Nobody said what a driver costs.
    #expect(result.doors == ["read 8", "rated 7", "duplicate 0", "suspended no-charge 1"])
    let row = result.rows.first { $0["account"] == account && $0["day"] == day && $0["band"] == band }
    #expect(
      [row?["quantity_billed"], row?["quantity_covered"], row?["amount"]] == [billed, covered, amount])
    #expect(result.rows.count == 8)
  }
}
