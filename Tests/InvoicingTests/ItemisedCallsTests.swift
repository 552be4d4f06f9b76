// Calls behind an invoice: what its lines are made of, to the last digit, and nobody's number unless asked.

import Catalog
import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

@Suite struct ItemisedCallsTests {
  private let folder: TemporaryFolder
  private let usage: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    usage = try TemporaryFolder()
  }

  /// Detail from lines of `account service start from to direction group billed amount`: calls, in the order of the file.
  private static func detail(_ text: String) -> [UInt8] {
    var bytes = SummaryColumn.header(of: DetailSchema.columns)
    for (number, line) in text.split(separator: "\n").enumerated() {
      let cells = line.split(separator: " ").map { Label($0 == "." ? "" : String($0)) }
      let named: [Label: Label] = [
        "account": cells[0], "service": cells[1], "start": cells[2], "key": Label("k\(number)"),
        "from": cells[3],
        "to": cells[4], "direction": cells[5], "kind": "voice", "plan": "p", "charge": "calls",
        "rating_group": cells[6], "quantity_raw": cells[7], "quantity_billed": cells[7],
        "quantity_covered": "0",
        "unit": "s", "amount": cells[8], "currency": "EUR", "file": "cdrs", "line": Label("\(number + 1)"),
      ]
      CSVText.appendRow(DetailSchema.columns.map { named[$0.name] ?? .empty }, to: &bytes)
    }
    return bytes
  }

  private static let january = """
    acme 4930111 2026-01-03T10:00:00Z 4930111 447700900123 outbound UK 60 0.012
    acme 4930111 2026-01-31T23:59:59Z 447700900999 4930111 inbound UK 60 0.0120000001
    acme 4930222 2026-01-01T00:00:00Z 4930222 110 outbound UK 120 0.1
    """

  private func book(usage amount: String = "0.1240000001", detail: String = january) -> SampleBook {
    var book = SampleBook(accounts: "acme 1\nb 1")
    book.addUsage("acme 2026-01-01/2026-02-01 voice UK calls 0.012 60 3 240 \(amount) EUR")
    book.addContracts("b seats 10 EUR 3 1 2025-01-01 .")
    book.usage.detailText = Self.detail(detail)
    return book
  }

  private func publish(_ book: SampleBook, showsNumbers: Bool = false) throws -> InvoiceDraftReport {
    try book.usage.write(to: usage)
    var run = InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: book.catalog)
    run.callListing = CallListing(showsNumbers: showsNumbers)
    return try run.publish(to: folder.path + "/drafts")
  }

  private func page(_ name: String = "acme") throws -> String {
    String(decoding: try folder.read("drafts/\(name).html"), as: UTF8.self)
  }

  @Test func callsStandBehindTheInvoiceByService() throws {
    _ = try publish(book())
    let page = try page()
    let places = ["Itemised usage", ">4930111<", "2026-01-03 10:00:00", "2026-01-31 23:59:59", ">4930222<"]
    let found = places.compactMap { page.firstRange(of: $0)?.lowerBound }
    #expect(found.count == places.count && found == found.sorted())
    #expect(page.contains("0.0120000001"))
    #expect(try !self.page("b").contains("Itemised usage"))
  }

  @Test(arguments: [false, true]) func numbersAreMaskedUnlessAsked(showsNumbers: Bool) throws {
    _ = try publish(book(), showsNumbers: showsNumbers)
    let page = try page()
    #expect(page.contains("447700900123") == showsNumbers)
    #expect(page.contains("44770xxxxxxx") != showsNumbers)
    #expect(page.contains("from 447700900999") == showsNumbers)
    #expect(page.contains(">110<"))
  }

  @Test(
    arguments: zip(
      ["123", "123456", "1234567", "447700900123", "+4930 1234567 x", ""],
      ["123", "123456", "12345xx", "44770xxxxxxx", "+4930 12345xx x", ""]))
  func longNumbersKeepFiveDigits(number: String, masked: String) {
    #expect(PrintedCall.masked(Label(number)) == Label(masked))
  }

  @Test(
    arguments: [
      ("0.1240000001", true), ("0.124000000099", false), ("0.124000000101", false), ("0.124", false),
    ])
  func callsAddUpToTheirLinesOrNothingIsPublished(amount: String, isPublished: Bool) throws {
    let book = book(usage: amount)
    if isPublished {
      _ = try publish(book)
    } else {
      let fault = #expect(throws: InvoiceDraftFault.self) { try publish(book) }
      #expect(
        fault?.description
          == "account 'acme': the calls of 'UK' add up to 0.1240000001, the line to \(amount); draft without --itemise"
      )
      #expect(folder.names() == [])
    }
  }

  @Test func aCallThatIsOnNoLineIsRefused() throws {
    let extra = "acme 4930222 2026-01-02T00:00:00Z 4930222 110 outbound Fees 60 0"
    #expect(throws: InvoiceDraftFault.self) { try publish(book(detail: Self.january + "\n" + extra)) }
    #expect(folder.names() == [])
  }

  @Test func whatIsChargedWithoutEventIsNoCall() throws {
    var book = book()
    var fee = book.usage.rows[0]
    (fee.direction, fee.destination, fee.eventCount, fee.amount) = (
      .empty, .empty, 0, Amount(pico: 5_000_000_000_000)
    )
    (fee.quantityRaw, fee.quantityBilled) = (0, 0)
    book.usage.rows.append(fee)
    let report = try publish(book)
    #expect(report.drafts.first?.usage.description == "5.12")
  }

  @Test(arguments: [(1, "1 entry<"), (2, "2 entries<")]) func entriesAreCountedInWords(
    count: Int, text: String
  ) throws {
    let calls = (0..<count).map {
      "acme 4930111 2026-01-03T10:0\($0):00Z 4930111 447700900123 outbound UK 60 0.001"
    }
    _ = try publish(book(usage: "0.00\(count)", detail: calls.joined(separator: "\n")))
    #expect(try page().contains(text))
  }

  @Test(arguments: [1000, 1001]) func moreThanAThousandLieInAFile(count: Int) throws {
    let calls = (0..<count).map { number in
      let (minute, second) = (number / 60, number % 60)
      let clock = "\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second)"
      return "acme 4930111 2026-01-03T10:\(clock)Z 4930111 447700900123 outbound UK 60 0.001"
    }
    let exact = count == 1000 ? "1" : "1.001"
    let report = try publish(book(usage: exact, detail: calls.joined(separator: "\n")))
    let hasFile = count > 1000
    #expect(folder.names(in: "drafts").contains("acme--calls.csv") == hasFile)
    #expect(try page().contains("2026-01-03 10:16:39") == !hasFile)
    #expect(try page().contains("1,001 entries are in the attached file acme--calls.csv") == hasFile)
    guard hasFile else { return }
    let file = try folder.read("drafts/acme--calls.csv")
    #expect(report.drafts.first?.calls?.hash == SHA256.hex(of: file))
    let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1002)
    #expect(
      lines.last
        == "2026-01-01,2026-02-01,4930111,2026-01-03 10:16:40,outbound,44770xxxxxxx,voice,UK,,60,0,s,0.001,EUR"
    )
  }

  @Test func usageWithoutDetailIsRefused() throws {
    var book = book()
    book.usage.detailText = nil
    let fault = #expect(throws: InvoiceDraftFault.self) { try publish(book) }
    #expect(fault?.description.hasSuffix("rate again with --detail") == true)
  }

  @Test func detailThatChangedSinceItWasOpenedPublishesNothing() throws {
    let book = book()
    try book.usage.write(to: usage)
    var run = InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: book.catalog)
    run.callListing = CallListing(showsNumbers: true)
    let other = Self.detail(Self.january.replacing("447700900123", with: "447700900124"))
    try usage.write(SampleUsageFolder.compress(other), to: DetailSchema.fileName)
    #expect(throws: InvoiceDraftFault.self) { try run.publish(to: folder.path + "/drafts") }
    #expect(folder.names() == [])
  }

  @Test func itemisingChangesNoDocument() throws {
    _ = try publish(book())
    let itemised = try folder.read("drafts/acme.json")
    folder.removeAll("drafts")
    _ = try InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: book().catalog)
      .publish(to: folder.path + "/drafts")
    #expect(try folder.read("drafts/acme.json") == itemised)
  }
}
