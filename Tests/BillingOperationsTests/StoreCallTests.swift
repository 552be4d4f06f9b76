// Calls behind a store's invoices: made from the stored events of its runs, and the same as those behind the drafts of a folder.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import Invoicing
import Money
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreCallTests {
  private static let order = CallItemising(listing: CallListing(showsNumbers: false), semantics: 1)

  /// Calls of acme in January, `count` of them, and one of zebra.
  private static func calls(_ count: Int, from first: Int = 0) -> [String] {
    (first..<first + count).map { number in
      let day = number % 28 + 1
      return
        "c\(number) 2026-01-\(day < 10 ? "0" : "")\(day) 10\(number % 10) 44770090\(1000 + number % 7919) \(60 + number % 300)"
    } + (first == 0 ? ["z1 2026-01-03 200 4477009001 61"] : [])
  }

  private func desk(_ nights: [[String]]) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts])
    for (number, calls) in nights.enumerated() {
      try desk.write(calls, to: "usage/pbx-\(number).csv")
      try desk.rate(["usage"])
    }
    return desk
  }

  /// Drafts of the same files by way of a folder, itemised: files by name.
  private func folderDrafts(_ desk: NightDesk, catalog: String = "catalog") throws -> String {
    var options = RatingOptions()
    options.threadCount = 2
    options.keepsDetail = true
    let catalog = try CatalogFolder.load(desk.folder.path(of: catalog))
    let inputs = try InputFile.expand([desk.folder.path(of: "usage")], controlSuffixes: [])
    let result = try RatingRun(catalog: catalog, options: options).run(inputs)
    try result.publish(at: desk.folder.path(of: "rated"), semantics: 1) { _ throws(FileFault) in }
    var run = InvoiceDraftRun(
      usage: try UsageFolder.open(desk.folder.path(of: "rated")), catalog: catalog,
      choice: UsagePeriodChoice.parse("2026-01"))
    run.callListing = Self.order.listing
    _ = try run.publish(to: desk.folder.path(of: "drafts"))
    return desk.folder.path(of: "drafts")
  }

  private func text(_ path: String) -> String {
    String(decoding: FileContent.bytes(of: path) ?? [], as: UTF8.self)
  }

  /// The appendix of a page: from its heading on.
  private func appendix(_ page: String) -> Substring {
    page.firstRange(of: "<section class=\"appendix\">").map { page[$0.lowerBound...] } ?? ""
  }

  @Test func aStoreListsTheCallsOfAFolder() throws {
    let desk = try desk([Self.calls(40), Self.calls(40, from: 40)])
    let outcome = try desk.draft("2026-01", itemising: Self.order)
    let stored = desk.storePath + "/drafts/\(outcome.record.id)/documents"
    let drafts = try folderDrafts(desk)
    for name in ["acme", "zebra"] {
      let page = appendix(text(stored + "/\(name).html"))
      #expect(page.contains("Itemised usage") && page.contains("44770"))
      #expect(page == appendix(text(drafts + "/\(name).html")))
    }
    try desk.expectWhole()
  }

  @Test func manyCallsLieBesideTheInvoice() throws {
    let desk = try desk([Self.calls(700), Self.calls(400, from: 700)])
    let outcome = try desk.draft("2026-01", itemising: Self.order)
    let drafted = desk.storePath + "/drafts/\(outcome.record.id)/documents/acme--calls.csv"
    let drafts = try folderDrafts(desk)
    #expect(text(drafted).split(separator: "\n").count == 1101)
    #expect(text(drafted) == text(drafts + "/acme--calls.csv"))
    try desk.approveAll()
    try desk.finalise()
    let attached = desk.storePath + "/invoices/INV-0001/INV-0001-calls.csv"
    #expect(text(attached) == text(drafted))
    #expect(
      text(desk.storePath + "/invoices/INV-0001/invoice.html").contains("attached file INV-0001-calls.csv"))
    #expect(appendix(text(desk.storePath + "/invoices/INV-0002/invoice.html")).contains("2026-01-03"))
    try desk.expectWhole()
    try desk.folder.write("changed", to: "store/invoices/INV-0001/INV-0001-calls.csv")
    let found = try desk.store().verify(deep: false, catalogHash: StoreCatalog.hash).findings
    #expect(found.count == 1 && found[0].contains("INV-0001-calls.csv is not the file that was finalised"))
  }

  @Test func documentsAreTheSameWithAndWithoutCalls() throws {
    let desk = try desk([Self.calls(5)])
    let plain = try desk.draft("2026-01")
    try desk.approveAll()
    let itemised = try desk.draft("2026-01", itemising: Self.order)
    #expect(plain.record.id != itemised.record.id)
    // What was approved is approved: the documents say the same.
    #expect(itemised.approvedCount == 2)
    #expect(try desk.draft("2026-01", itemising: Self.order).wasThere)
  }

  @Test func eventsThatWereRatedAgainBringTheirNewPrices() throws {
    let desk = try desk([Self.calls(30)])
    try desk.writeCatalog("dear", price: "0.0200")
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts])
    // Half of the month at the old price, half at the new one.
    let middle = 1_768_435_200_000  // 2026-01-15
    try desk.rerate("dear", EventBox(from: Int64(middle)))
    let outcome = try desk.draft("2026-01", itemising: Self.order)
    #expect(outcome.report.drafts.count == 2)
    let line = try #require(
      { () throws -> DocumentLine? in
        try desk.approveAll()
        try desk.finalise()
        return try desk.document("INV-0001").lines.first { $0.description == "United Kingdom" }
      }())
    let found = try StoreExplaining.explain(line: line.number, of: "INV-0001", semantics: 1, in: desk.store())
    #expect(found.calls.count == 30)
    #expect(found.calls.reduce(Amount.zero) { $0 + $1.amount } == found.rowSum)
  }

  @Test func recordsInConflictAreNoCalls() throws {
    // Two of one id and another length: both wait in suspense.
    let desk = try desk([
      Self.calls(5) + ["k1 2026-01-09 101 447700900123 60", "k1 2026-01-09 101 447700900123 90"]
    ])
    let outcome = try desk.draft("2026-01", itemising: Self.order)
    let page = text(desk.storePath + "/drafts/\(outcome.record.id)/documents/acme.html")
    #expect(appendix(page).contains("5 entries"))
    #expect(!appendix(page).contains("2026-01-09"))
  }

  @Test func callsOfALineAreThoseOfItsAccountAndPeriod() throws {
    let desk = try desk([Self.calls(9), ["f1 2026-02-02 100 447700900123 60"]])
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    // Later usage of the month is on no invoice yet, and behind none.
    try desk.write(["l1 2026-01-30 101 447700900123 60"], to: "usage/pbx-late.csv")
    try desk.rate(["usage"])
    let line = try #require(try desk.document("INV-0001").lines.first { $0.description == "United Kingdom" })
    let found = try StoreExplaining.explain(line: line.number, of: "INV-0001", semantics: 1, in: desk.store())
    #expect(found.calls.count == 9)
    #expect(found.callsMissing == "")
  }
}
