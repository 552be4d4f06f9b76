// What reviews of a store's drafts say about earlier invoices: charges that contracts contradict by now, and periods that nobody has
// invoiced.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreReviewTests {
  private static let head = "account,description,item,price,quantity,from\n"
  private static let seat = "acme,Seat,,10,3,2026-01-01\n"

  /// A desk with calls in January to March; January's invoices are sent.
  private func desk(_ contracts: String = seat, more: [String: String] = [:]) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(
      ["contracts.csv": Self.head + contracts, "accounts.csv": InvoiceDesk.accounts].merging(more) { $1 })
    for month in 1...3 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  /// Flags about earlier invoices on drafts of a period: `kind account money`.
  private func flags(_ desk: NightDesk, _ period: String) throws -> [String] {
    try desk.draft(period)
    let drafts = try StoreDrafts.open(UsagePeriodChoice.parse(period), in: desk.store())
    let report = try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report()
    #expect(report.leaks.isEmpty)
    return report.flags.filter { [.chargedOtherwise, .periodWithoutInvoice].contains($0.kind) }.map {
      "\($0.kind.rawValue) \($0.account) \($0.money?.description ?? "")"
    }
  }

  @Test(arguments: [
    (seat, []),
    ("acme,Seat,,12,3,2026-01-01\n", ["charged-otherwise acme 6"]),
    ("acme,Seat,,9,3,2026-01-01\n", ["charged-otherwise acme -3"]),
    ("acme,Seat,,10,5,2026-01-01\n", ["charged-otherwise acme 20"]),
    ("acme,Seat,,10,2,2026-01-01\n", ["charged-otherwise acme -10"]),
    // 16 of 31 days of 30.00, all of them
    ("acme,Seat,,10,3,2026-01-17\n", ["charged-otherwise acme -15.48"]),
    ("acme,Seat,,10,3,2026-02-01\n", ["charged-otherwise acme -30"]),
    ("acme,Seat,,12,5,2026-02-01\n", ["charged-otherwise acme -30"]),
    // a row of its own for the time to come contradicts nothing
    ("acme,Phone,,12,3,2026-01-01\n", []),
  ]) func aRowThatWasChangedInPlaceIsNamedUntilTheNextInvoice(row: String, expected: [String]) throws {
    let desk = try desk()
    try desk.writeBilling(["contracts.csv": Self.head + row])
    #expect(try flags(desk, "2026-02") == expected)
    try desk.approveAll()
    try desk.finalise("2026-03-03")
    #expect(try flags(desk, "2026-03") == [])
  }

  @Test func aMonthWithoutAnyUsageIsBilledToo() throws {
    let desk = try desk()
    #expect(try desk.draft("2026-02").hasUsage)
    let outcome = try desk.draft("2026-05")
    #expect(!outcome.hasUsage)
    #expect(outcome.report.drafts.map { "\($0.account) \($0.total)" } == ["acme 30"])
    try desk.approveAll()
    #expect(try desk.finalise("2026-06-02").documents.map(\.account) == ["acme"])
    #expect(try desk.draft("2026-05").report.drafts.isEmpty)
    // Usage that comes after all is on the next invoice, and on one of its month where that has none.
    for caller in ["100", "200"] {
      try desk.write(["k\(caller) 2026-05-10 \(caller) 447700900123 60"], to: "usage/pbx-k\(caller).csv")
    }
    try desk.rate(["usage"])
    #expect(
      try desk.adjustments().map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
        "2026-05-01 acme"
      ])
    #expect(try desk.draft("2026-05").report.drafts.map(\.account) == ["zebra"])
    try desk.expectWhole()
  }

  @Test func aStoreThatHasRatedNothingDraftsNothing() throws {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": Self.head + Self.seat])
    _ = try BillingStore.open(desk.storePath, for: .changing(creates: true), tools: desk.tools())
    let fault = #expect(throws: OperationFault.self) { try desk.draft("2026-02") }
    #expect("\(fault, default: "")".contains("no run has usage of 2026-02"))
  }

  @Test func whatIsCorrectedIsTaxedWhereItWasSupplied() throws {
    let taxes = "tax,place,rate\nVAT,DE,10\nVAT,FR,20\n"
    let desk = try desk(more: ["taxes.csv": taxes])
    try desk.writeBilling([
      "accounts.csv":
        "account,plan,tax_place,from,until\nacme,retail,DE,,2026-02-01\nacme,retail,FR,2026-02-01,\nzebra,retail,DE,,\n",
      "contracts.csv": Self.head + Self.seat + "acme,Care,,31,1,2026-01-17\n",
    ])
    try desk.send("2026-02", on: "2026-03-03")
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let taxed = try desk.document(number).taxes.map { "\($0.place) \($0.base) \($0.amount)" }
    // January's part of the care at home; seats, care and calls of February abroad.
    #expect(taxed.first == "DE 15 1.5" && taxed.count == 2 && taxed.last?.hasPrefix("FR 61") == true)
  }

  @Test func aPriceBookThatBecomesKnownLateIsNamed() throws {
    let book = "item,description,price,from,currency\nseat,Seat,10,2025-01-01,EUR\n"
    let desk = try desk("acme,,seat,,3,2026-01-01\n", more: ["price-book.csv": book])
    try desk.writeBilling(["price-book.csv": book + "seat,,11,2026-02-01,EUR\n"])
    #expect(try flags(desk, "2026-02") == [])
    try desk.writeBilling(["price-book.csv": book + "seat,,11,2026-01-01,EUR\n"])
    #expect(try flags(desk, "2026-02") == ["charged-otherwise acme 3"])
  }

  @Test func whatACreditNoteTookBackIsNotNamed() throws {
    let desk = try desk()
    try desk.credit("INV-0001", lines: [1])
    try desk.writeBilling(["contracts.csv": Self.head + "acme,Seat,,12,3,2026-01-01\n"])
    #expect(try flags(desk, "2026-02") == [])
  }

  @Test(arguments: [
    // from the first invoice of the store on, before its day, after it
    ("mute,Line,,5,1,2025-06-01\n", "", ["period-without-invoice mute 5"]),
    ("mute,Line,,5,1,2026-01-31\n", "", ["period-without-invoice mute 0.16"]),
    ("mute,Line,,5,1,2026-02-01\n", "", []),
    ("mute,Line,,5,1,2025-06-01\n", "account,billed_until\nmute,2026-02-01\n", []),
  ]) func aPeriodThatNobodyHasInvoicedIsNamedAndCanBeDrafted(
    row: String, opening: String, expected: [String]
  ) throws {
    let desk = try desk()
    var tables = ["contracts.csv": Self.head + Self.seat + row]
    if !opening.isEmpty { tables["opening.csv"] = opening }
    try desk.writeBilling(tables)
    #expect(try flags(desk, "2026-02") == expected)
    if expected.isEmpty { return }
    try desk.send("2026-01", on: "2026-02-20")
    #expect(try flags(desk, "2026-02") == [])
  }
}
