// A draft run publishes all of its files or none, the same bytes every time, and from whole usage folders only.

import BillingCalendar
import Catalog
import DurableFiles
import Money
import Tables
import Testing
import TestSupport
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

@Suite struct InvoiceDraftRunTests {
  private let folder: TemporaryFolder
  private let usage: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    usage = try TemporaryFolder()
  }

  private func book() -> SampleBook {
    var book = SampleBook(accounts: "acme 1\nb/c 1\ntwo 1")
    book.seller = [("name", "Example MSP")]
    book.addContracts("acme seats 10 EUR 3 1 2025-01-01 .")
    book.addUsage(
      """
      acme 2026-01-01/2026-02-01 voice UK calls 0.012 60 200 120 0.024 EUR
      b/c 2026-01-01/2026-02-01 voice UK calls 0.012 60 2 120 0.024 EUR
      two 2026-01-01/2026-02-01 voice UK calls 0.012 60 2 120 1 EUR
      two 2026-01-01/2026-02-01 voice UK calls 0.012 60 2 120 2 USD
      two 2025-12-01/2026-01-01 voice UK calls 0.012 60 2 120 3 EUR
      """)
    book.usage.digest = [
      SuspenseDigestRow(reason: "no-price", account: "acme", serviceKind: .voice, eventCount: 2, quantity: 1),
      SuspenseDigestRow(reason: "bad-time", account: "acme", serviceKind: nil, eventCount: 1, quantity: nil),
      SuspenseDigestRow(
        reason: "unknown-service", account: "", serviceKind: nil, eventCount: 4, quantity: nil),
    ]
    return book
  }

  private func publish(
    _ book: SampleBook, to name: String = "drafts", operations: any FileOperations = SystemFileOperations()
  ) throws -> InvoiceDraftReport {
    try book.usage.write(to: usage)
    return try InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: book.catalog)
      .publish(to: folder.path + "/" + name, operations: operations)
  }

  @Test func eachDocumentIsAJSONFileAndAPage() throws {
    let report = try publish(book())
    let names = ["acme", "two--2025-12-01--EUR", "two--2026-01-01--EUR", "two--2026-01-01--USD"]
    let slashed = try #require(report.drafts.first { $0.account == "b/c" }?.fileName)
    #expect(slashed.hasPrefix("bc-"))
    let files = (names + [slashed]).flatMap { [$0 + ".html", $0 + ".json"] } + ["drafts.json", "index.html"]
    #expect(folder.names(in: "drafts") == files.sorted())
    #expect(report.drafts.map(\.fileName) == ["acme", slashed] + names.dropFirst())
    #expect(report.totals.map { "\($0.currency) \($0.total)" } == ["EUR 34.04", "USD 2"])
    #expect(report.suspendedCounts.map { "\($0.account) \($0.count)" } == [" 4", "acme 3"])
    #expect(report.periods.map(\.draftCount) == [1, 4])
  }

  @Test func theManifestNamesEveryFileByItsHash() throws {
    _ = try publish(book())
    let bytes = try folder.read("drafts/drafts.json")
    try SealedJSON.check(bytes)
    let root = JSONNode(try JSONReader.read(bytes))
    let usageFolder = try UsageFolder.open(usage.path)
    #expect(try root.member("usage_manifest_sha256").text() == Label(usageFolder.manifestHash))
    var files = [try root.member("index")]
    for draft in try root.member("drafts").elements() {
      files += [try draft.member("json"), try draft.member("page")]
    }
    #expect(files.count == 11)
    for file in files {
      let found = SHA256.hex(of: try folder.read("drafts/" + (try file.member("name").text().description)))
      #expect(try file.member("sha256").text() == Label(found))
    }
  }

  @Test func theSameRunGivesTheSameBytes() throws {
    _ = try publish(book(), to: "one")
    var shuffled = book()
    shuffled.usage.rows.reverse()
    _ = try publish(shuffled, to: "two")
    for name in folder.names(in: "one") {
      #expect(try folder.read("one/" + name) == folder.read("two/" + name), "\(name)")
    }
  }

  /// Documents are made many at a time; where they stand does not depend on which was ready first.
  @Test func manyAccountsKeepTheirOrder() throws {
    let ids = (0..<700).map { "a\(1000 + $0)" }
    var book = SampleBook(accounts: ids.map { "\($0) 1" }.joined(separator: "\n"))
    // Every third account has nothing to pay.
    let charged = ids.enumerated().filter { $0.offset % 3 != 2 }.map(\.element)
    book.addUsage(
      charged.map { "\($0) 2026-01-01/2026-02-01 voice UK calls 0.012 60 2 120 0.024 EUR" }
        .joined(separator: "\n"))
    let report = try publish(book)
    #expect(report.drafts.map(\.account.description) == charged)
    for draft in report.drafts {
      let json = try folder.read("drafts/\(draft.fileName).json")
      #expect(draft.jsonHash == SHA256.hex(of: json))
      let account = try JSONNode(try JSONReader.read(json)).member("account").member("id").text()
      #expect(account == draft.account)
    }
  }

  @Test func theFaultOfTheFirstAccountIsTold() throws {
    var book = SampleBook(accounts: "a 1\nb 1\nc 1")
    book.addUsage(
      """
      a 2026-01-01/2026-02-01 voice UK calls 0.012 60 2 120 0.024 EUR
      b 2026-01-05/2026-02-05 voice UK calls 0.012 60 2 120 0.024 EUR
      c 2026-01-05/2026-02-05 voice UK calls 0.012 60 2 120 0.024 EUR
      """)
    let fault = #expect(throws: InvoiceDraftFault.self) { try publish(book) }
    #expect(fault?.description.contains("'b'") == true, "\(String(describing: fault))")
    #expect(folder.names() == [])
  }

  @Test func theIndexSaysWhatIsOnNoDraft() throws {
    var book = book()
    book.usage.skippedInputs = [SummaryManifest.SkippedInput(name: "cut.csv.zst", reason: "cut off")]
    _ = try publish(book)
    let index = String(decoding: try folder.read("drafts/index.html"), as: UTF8.self)
    #expect(
      index.contains("7 usage records are in suspense and on no draft; 4 of them belong to no known account.")
    )
    #expect(index.contains("Input cut.csv.zst was skipped"))
    #expect(index.contains("There is some usage of 1 \u{2013} 31 December 2025."))
    #expect(!index.contains("another catalog"))
  }

  @Test func anotherCatalogIsReported() throws {
    let book = book()
    try book.usage.write(to: usage)
    var catalog = book.catalog
    catalog.ratingHash = "another"
    let report = try InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: catalog)
      .publish(to: folder.path + "/drafts")
    #expect(report.isOtherCatalog)
  }

  @Test func draftsAreReplacedAndOtherFoldersAreNot() throws {
    _ = try publish(book())
    var smaller = book()
    smaller.usage.rows.removeAll { $0.account == "two" }
    _ = try publish(smaller)
    #expect(!folder.names(in: "drafts").contains("two--2025-12-01--EUR.html"))
    // The usage folder itself has another manifest and stays.
    #expect(throws: InvoiceDraftFault.self) {
      try InvoiceDraftRun(usage: try UsageFolder.open(usage.path), catalog: book().catalog).publish(
        to: usage.path)
    }
    #expect(throws: Never.self) { try UsageFolder.open(usage.path) }
  }

  @Test func usageThatChangedSinceItWasOpenedPublishesNothing() throws {
    let book = book()
    try book.usage.write(to: usage)
    let opened = try UsageFolder.open(usage.path)
    var dearer = book
    dearer.usage.rows[0].amount += Amount(pico: 1)
    try dearer.usage.write(to: usage)
    #expect(throws: InvoiceDraftFault.self) {
      try InvoiceDraftRun(usage: opened, catalog: book.catalog).publish(to: folder.path + "/drafts")
    }
    #expect(folder.names() == [])
  }

  @Test func aFailedCallPublishesNothing() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addUsage("acme 2026-01-01/2026-02-01 voice UK calls 0.012 60 200 120 0.024 EUR")
    let counting = FaultyFileOperations(FaultyFileOperations.Plan())
    _ = try publish(book, to: "whole", operations: counting)
    var failureCount = 0
    for call in 1...counting.callCount {
      let faulty = FaultyFileOperations(FaultyFileOperations.Plan(failingCall: call))
      do {
        _ = try publish(book, to: "drafts", operations: faulty)
      } catch {
        failureCount += 1
        #expect(!folder.names().contains("drafts"), "call \(call)")
      }
      // Whatever was left is swept, and the same command does the job.
      _ = try publish(book, to: "drafts")
      #expect(folder.names() == ["drafts", "whole"], "call \(call)")
      for name in folder.names(in: "whole") {
        #expect(try folder.read("whole/" + name) == folder.read("drafts/" + name), "call \(call): \(name)")
      }
      folder.removeAll("drafts")
    }
    #expect(failureCount > 20)
  }
}
