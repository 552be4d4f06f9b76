// Contracts whose row ends and goes on as another, known after the invoices of these days: together all documents come to what they
// would have come to with the rows known in time, or what they lack is named.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreLateRowsTests {
  private static let head =
    "account,contract,description,item,price,quantity,count,interval,timing,anchor,from,until\n"
  private static let before = "acme,C,Seat,seat,30,,%,2025-10-01,\n"
  private static let after =
    "acme,C,Seat,seat,30,,%,2025-10-01,2026-02-15\nacme,C,Seat,seat,36,,%,2026-02-15,\n"

  /// A desk whose invoices of January to June are sent; from the month `learned` on with the rows `late`. With it what drafts have
  /// named, by month.
  private func desk(
    _ early: String, _ late: String, learned: Int, counts: String, head: String = head
  ) throws -> (desk: NightDesk, named: [Int: [String]]) {
    let desk = try NightDesk()
    try desk.writeBilling([
      "contracts.csv": head + early, "counts.csv": "account,item,date,quantity\n" + counts,
      "price-book.csv": "item,description,from,price\nseat,Seat,2025-01-01,30\n",
    ])
    try desk.write(["m1 2026-01-10 100 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    var named: [Int: [String]] = [:]
    for month in 1...6 {
      if month == learned { try desk.writeBilling(["contracts.csv": head + late]) }
      let outcome = try desk.draft("2026-0\(month)")
      let drafts = try StoreDrafts.open(UsagePeriodChoice.parse("2026-0\(month)"), in: desk.store())
      let flags = try InvoiceReview(
        usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
      ).report().flags.filter { [.chargedOtherwise, .periodWithoutInvoice].contains($0.kind) }
      #expect(Set(outcome.toLookAt).isSubset(of: flags))
      named[month] = flags.map { "\($0.money?.description ?? "-") \($0.message)" }
      try desk.approveAll()
      try desk.finalise("2026-0\(month + 1)-03")
    }
    return (desk, named.filter { !$0.value.isEmpty })
  }

  private func sum(_ desk: NightDesk) throws -> Amount {
    try desk.store().invoices().reduce(.zero) { $0 + $1.total }
  }

  private static let five = "acme,seat,2025-10-01,5\n"
  private static let eightSinceFebruary = five + "acme,seat,2026-02-22,8\n"

  /// All ways to count and all terms, in the pairs in which they tell most; some of a count that stays, most of one that changes.
  @Test(arguments: [
    ("full", "monthly,,", eightSinceFebruary), ("average", "monthly,advance,", eightSinceFebruary),
    ("next", "monthly,advance,", eightSinceFebruary), ("full", "quarterly,,2026-01-01", five),
    ("full", "quarterly,,2026-01-01", eightSinceFebruary), ("full", "quarterly,arrears,", five),
    ("high-water", "quarterly,arrears,", eightSinceFebruary),
    ("average", "quarterly,arrears,", eightSinceFebruary),
    ("average", "quarterly,,2026-01-01", eightSinceFebruary),
    ("day 15", "quarterly,,2026-01-01", eightSinceFebruary), ("next", "quarterly,,2026-01-01", five),
    ("prorate", "quarterly,,2026-01-01", five),
    ("prorate", "quarterly,,2026-01-01", eightSinceFebruary),
  ]) func aPriceOfCountedRowsIsCorrectedFromItsDayOn(count: String, terms: String, counts: String) throws {
    let (before, after) = (rows(Self.before, count, terms), rows(Self.after, count, terms))
    let (late, named) = try desk(before, after, learned: 4, counts: counts)
    let (known, _) = try desk(after, after, learned: 1, counts: counts)
    let (found, expected) = (try sum(late), try sum(known))
    #expect(
      (found - expected).pico.magnitude <= Amount.cents(3).pico.magnitude, "\(found) in place of \(expected)")
    #expect(named == [:])
  }

  /// Rows that are not compared price by price: what is owed and what the draft corrects tell what is left, in money.
  @Test(arguments: [
    // 9 of 28 and 31 of 31 days of 6.00 for each of five, with a price by quantity.
    ("monthly,,", "6: 30; 30", "6: 36; 36", "2026-02-15", "45"),
    ("monthly,,", "6: 30; 30", "6: 36; 36", "2026-03-01", "30"),
    ("monthly,,", "6: 30; 30", "6: 36; 36", "2026-04-01", nil),
    ("monthly,,", "6: 30; 30", "6: 30; 30", "2026-02-15", nil),
  ]) func whatIsNotCorrectedIsNamedWithAllOfItsMoney(
    terms: String, before: String, after: String, day: String, expected: String?
  ) throws {
    let head = "account,contract,description,item,tiers,quantity,count,interval,timing,anchor,from,until\n"
    let row = "acme,C,Seat,seat,graduated \(before),5,fixed,\(terms),2026-01-01,"
    let late = row + "\(day)\n" + row.replacing(before, with: after).replacing("2026-01-01", with: day) + "\n"
    let (_, named) = try desk(row + "\n", late, learned: 4, counts: Self.five, head: head)
    // It is named until somebody credits or charges it.
    for month in 4...6 {
      #expect(named[month]?.map { $0.split(separator: " ").first } == expected.map { [Substring($0)] })
    }
  }

  private func rows(_ rows: String, _ count: String, _ terms: String) -> String {
    rows.replacing("%", with: "\(count),\(terms)")
  }
}

extension Amount {
  fileprivate static func cents(_ count: Int64) -> Amount {
    Amount(pico: Int128(count) * 10_000_000_000)
  }
}
