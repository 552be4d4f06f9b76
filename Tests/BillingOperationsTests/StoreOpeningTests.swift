// What an earlier system has not charged stands on the first invoice here: lines that are charged ahead, from the day of opening.csv on.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreOpeningTests {
  private func desk(_ billedUntil: String) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling([
      "contracts.csv": "account,description,price,timing,from\nacme,Care,28,advance,2025-01-01\n",
      "opening.csv": "account,billed_until,series,next_number\nacme,\(billedUntil),,\n",
    ])
    for month in 1...4 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    return desk
  }

  /// Recurring lines and corrections of the last invoice: `from..until amount`.
  private func lines(_ desk: NightDesk) throws -> [String] {
    let number = try #require(try desk.store().invoices().last).number
    return try desk.document(number).lines.filter { $0.section != "usage" }.map {
      "\($0.from)..\($0.until) \($0.amount)"
    }
  }

  @Test(arguments: [
    // The first invoice is that of February: its own days where nobody has charged them, and March ahead.
    ("2026-02-01", ["2026-02-01..2026-03-01 28", "2026-03-01..2026-04-01 28"]),
    ("2026-02-02", ["2026-02-02..2026-03-01 27", "2026-03-01..2026-04-01 28"]),
    ("2026-01-31", ["2026-03-01..2026-04-01 28"]),
    // February was charged ahead: March is; and then March was, too.
    ("2026-03-01", ["2026-03-01..2026-04-01 28"]), ("2026-03-02", []), ("2026-04-01", []),
  ])
  func theFirstInvoiceHasWhatNobodyHasCharged(billedUntil: String, expected: [String]) throws {
    let desk = try desk(billedUntil)
    try desk.send("2026-02", on: "2026-03-03")
    let first = try lines(desk)
    #expect(first == expected)
    try desk.send("2026-03", on: "2026-04-03")
    let second = try lines(desk)
    let whole = ["2026-04-01..2026-05-01 28"]
    #expect(second == (billedUntil == "2026-03-02" ? ["2026-03-02..2026-04-01 27.1"] + whole : whole))
    try desk.send("2026-04", on: "2026-05-03")
    let third = try lines(desk)
    #expect(third == ["2026-05-01..2026-06-01 28"])
    try desk.expectWhole()
  }

  @Test func anInvoiceOfTheMonthBeforeHasItAhead() throws {
    let desk = try desk("2026-02-01")
    try desk.send("2026-01", on: "2026-02-03")
    let january = try lines(desk)
    #expect(january == ["2026-02-01..2026-03-01 28"])
    try desk.send("2026-02", on: "2026-03-03")
    let february = try lines(desk)
    #expect(february == ["2026-03-01..2026-04-01 28"])
  }

  @Test func anEarlierMonthThatIsInvoicedLaterDoesNotHaveItAgain() throws {
    let desk = try desk("2026-02-01")
    try desk.send("2026-02", on: "2026-03-03")
    try desk.send("2026-01", on: "2026-03-03")
    let january = try lines(desk)
    #expect(january == [])
    try desk.send("2026-03", on: "2026-04-03")
    let march = try lines(desk)
    #expect(march == ["2026-04-01..2026-05-01 28"])
  }

  @Test(arguments: [
    // A day of January that nobody has charged, and February ahead of it; nothing of January.
    ("2026-01-31", ["28.9 contracts charge 2026-01-01/2026-02-01"]), ("2026-02-01", []),
  ])
  func whatBelongsOnAnInvoiceBeforeTheFirstIsNamed(billedUntil: String, expected: [String]) throws {
    let desk = try desk(billedUntil)
    func named() throws -> [String] {
      let drafts = try StoreDrafts.open(nil, in: desk.store())
      return try InvoiceReview(
        usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
      ).report().flags.filter { $0.kind == .periodWithoutInvoice && $0.message.hasPrefix("contracts") }
        .map { "\($0.money?.description ?? "-") \($0.message.prefix { $0 != "," })" }
    }
    for (period, date) in [("2026-02", "2026-03-03"), ("2026-03", "2026-04-03")] {
      try desk.draft(period)
      #expect(try named() == expected)
      try desk.approveAll()
      try desk.finalise(date)
    }
  }
}
