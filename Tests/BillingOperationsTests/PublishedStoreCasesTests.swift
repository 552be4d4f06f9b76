// Cases that other billing systems publish about what happens after a draft, restated in our tables.

import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

/// Every case has its number in the collection that it was taken from; `PublishedCasesTests` of invoicing has the others.
@Suite struct PublishedStoreCasesTests {
  private func desk(_ tables: [String: String], months: Int = 1) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(tables)
    for month in 1...months {
      try desk.write(["m\(month) 2026-0\(month)-10 200 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    return desk
  }

  @Test func creditsOfTwoPartsAreTheInvoiceToTheCent() throws {
    // CN-04, Lago: 769.00 and 20 % in two parts; the notes are 872.23 and 50.57, together the invoice.
    let desk = try desk([
      "accounts.csv": InvoiceDesk.accounts, "taxes.csv": "tax,place,rate\nVAT,DE,20\n",
      "contracts.csv":
        "account,description,price,from\nacme,One,726.86,2026-01-01\nacme,Two,42.14,2026-01-01\n",
    ])
    try desk.send("2026-01", on: "2026-02-03")
    try desk.credit("INV-0001", lines: [1])
    try desk.credit("INV-0001", lines: [2])
    #expect(
      try desk.invoices().filter { $0.contains("acme") } == [
        "CN-0001 acme -872.23", "CN-0002 acme -50.57", "INV-0001 acme 922.8",
      ])
  }

  @Test(arguments: [
    // CN-02, Lago: 29 of 30 days of 160.00 at 25 %.
    ("160,30 days", "25", "-154.67 -38.67 -193.34"),
    // CN-03, Lago: 6 of 7 days of 29.99 at 23.33 %.
    ("29.99,7 days", "23.33", "-25.71 -6 -31.71"),
  ]) func unusedDaysGiveTheirTaxBack(plan: String, rate: String, expected: String) throws {
    let head = "account,description,price,interval,anchor,from,until\n"
    let row = "acme,Plan,\(plan),2026-01-31,2026-01-31,"
    let desk = try desk(
      [
        "accounts.csv": InvoiceDesk.accounts, "taxes.csv": "tax,place,rate\nVAT,DE,\(rate)\n",
        "contracts.csv": head + row + "\n",
      ], months: 2)
    try desk.send("2026-01", on: "2026-02-03")
    // It ended after its first day, which is known now.
    try desk.writeBilling(["contracts.csv": head + row + "2026-02-01\n"])
    try desk.send("2026-02", on: "2026-03-03")
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let line = try #require(try desk.document(number).lines.first { $0.section == "refund" })
    #expect("\(line.net) \(line.tax) \(line.gross)" == expected)
  }

  @Test(arguments: [
    // CN-06, Lago, in days: 28.00 for 28 days, of which 21 are not used. A discount of an amount goes back in proportion, at
    // most what fell on the line; so does a percentage; of both each once.
    ("Coupon,,14", "-21 10.5"), ("Coupon,,40", "-21 21"), ("Coupon,50,", "-21 10.5"),
    ("Half,50,\nacme,Coupon,,4", "-21 13.5"), ("Coupon,0,", "-21 0"),
  ]) func aDiscountIsGivenBackInProportion(discounts: String, expected: String) throws {
    let head = "account,description,price,timing,from,until\n"
    let desk = try desk(
      [
        "contracts.csv": head + "acme,Care,28,advance,2026-02-01,\n",
        "discounts.csv": "account,description,percent,amount\nacme,\(discounts)\n",
      ], months: 2)
    try desk.send("2026-01", on: "2026-02-03")
    try desk.writeBilling(["contracts.csv": head + "acme,Care,28,advance,2026-02-01,2026-02-08\n"])
    try desk.send("2026-02", on: "2026-03-03")
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let line = try #require(try desk.document(number).lines.first { $0.section == "refund" })
    #expect("\(line.amount) \(line.discount)" == expected)
  }

  @Test func anUpgradeInsideAMonthThatWasChargedAhead() throws {
    // MS-04: 12 a month becomes 24 after a quarter of the month: −9, 18, and 24 for the next month.
    let head = "account,description,price,interval,timing,from,until\n"
    let desk = try desk(
      ["contracts.csv": head + "acme,Old,12,monthly,advance,2025-12-01,\n"], months: 2)
    try desk.send("2026-01", on: "2026-02-03")
    try desk.writeBilling([
      "contracts.csv": head
        + "acme,Old,12,monthly,advance,2025-12-01,2026-02-08\nacme,New,24,monthly,advance,2026-02-08,\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let document = try desk.document(number)
    #expect(document.lines.map { "\($0.description) \($0.amount)" } == ["New 18", "New 24", "Old -9"])
    #expect(document.total.description == "33")
  }

  @Test func anInvoiceThatIsTakenBackKeepsItsNumber() throws {
    // CN-08, Lago: what was finalised is not removed; a credit note of 1,200.00 takes it back, and the next number follows.
    let desk = try desk(
      ["contracts.csv": "account,description,price,from\nacme,Plan,1200,2026-01-01\n"], months: 2)
    try desk.send("2026-01", on: "2026-02-03")
    try desk.credit("INV-0001")
    try desk.send("2026-02", on: "2026-03-03")
    #expect(
      try desk.invoices().filter { $0.contains("acme") } == [
        "CN-0001 acme -1200", "INV-0001 acme 1200", "INV-0003 acme 1200",
      ])
  }
}
