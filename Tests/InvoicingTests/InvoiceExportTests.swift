// Exports: both tables agree with the documents to the cent, and the journal is balanced.

import Catalog
import Glibc
import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

@Suite struct InvoiceExportTests {
  /// A document with every kind of line.
  private func book() -> BillingBook {
    var book = BillingBook.contracts(
      "description,item,price,from,tax_class", "Seat,seat,33.33,2026-01-05,", "Credit,,-12.34,2026-01-01,",
      "Line,line,20,2026-01-01,trunk")
    book.set("accounts.csv", "account,plan,tax_place,terms\nacme,p,US-DC,net 30\nzero,p,US,\n")
    book.set(
      "charges.csv",
      "account,description,delivered,price,project\nacme,\"Move, with stairs\",2026-01-07,99.99,Office\n")
    book.set("commitments.csv", "account,amount,from\nacme,200,2026-01-01\n")
    book.set("discounts.csv", "account,item,description,percent\nacme,,Loyal,7\nacme,seat,Seats,5\n")
    book.set(
      "taxes.csv",
      "tax,place,classes,method,rate,on\nFund,US,,percent,3.3,\nState,US-DC,,percent,6,Fund\nFee,US,trunk,per-line,0.76,\nOnce,US,,flat,1,\n"
    )
    book.addUsage(
      """
      acme 2026-01-01/2026-02-01 voice UK calls 0.01 60 3 90 10.005 EUR
      acme 2026-01-01/2026-02-01 data Backup backup . . 1 9000 7.77 EUR
      """)
    return book
  }

  private func table(_ name: String, of folder: TemporaryFolder) throws -> [[String: String]] {
    let bytes = try #require(folder.bytes(of: "out/" + name))
    return bytes.withUnsafeBufferPointer { text in
      var reader = TableReader(text)
      guard reader.nextRow() else { return [] }
      let names = (0..<reader.cellCount).map { String(decoding: reader[$0], as: UTF8.self) }
      var rows: [[String: String]] = []
      while reader.nextRow() {
        rows.append(
          Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, String(decoding: reader[$0], as: UTF8.self)) }
          ))
      }
      return rows
    }
  }

  private func sum(_ rows: [[String: String]], _ column: String) -> Amount {
    rows.reduce(.zero) { $0 + ($1[column]!.isEmpty ? .zero : SampleBook.amount($1[column]!)) }
  }

  @Test func linesAndJournalAgreeWithTheDocument() throws {
    let folder = try TemporaryFolder()
    let report = try book().export("2026-01", to: folder)
    let draft = try #require(try book().drafts("2026-01").first)
    let (lines, journal) = (try table("lines.csv", of: folder), try table("journal.csv", of: folder))
    #expect(
      report.documentCount == 1 && report.lineCount == lines.count && report.postingCount == journal.count)
    #expect(lines.map { $0["line"]! } == (1...draft.netLines.count).map(String.init))
    #expect(sum(lines, "gross") == draft.total)
    #expect(sum(lines, "net") == draft.net)
    #expect(sum(lines, "tax") == draft.tax)
    #expect(sum(lines, "discount") == draft.discountTotal)
    #expect(sum(journal, "debit") == sum(journal, "credit"))
    #expect(journal.first?["account"] == "Receivables")
    #expect(journal.first?["debit"] == draft.total.text(minimumDigits: 2))
    #expect(
      lines.map { $0["section"]! }.sorted() == [
        "commitment", "one-time", "recurring", "recurring", "recurring", "usage", "usage",
      ])
    #expect(lines.contains { $0["description"] == "Move, with stairs" && $0["project"] == "Office" })
    #expect(lines[0]["due_date"] == "2026-03-03")
  }

  @Test func aJournalThatSumsToNothing() throws {
    // DT-16 of the published cases, an IIF file: 444.96 receivable, 438.00 of income, 6.96 of tax.
    var book = BillingBook.contracts("description,price,from", "Work,438,2026-01-01")
    book.set("accounts.csv", "account,plan,tax_place\nacme,p,US\n")
    book.set("taxes.csv", "tax,place,classes,method,rate\nSales,US,,flat,6.96\n")
    let folder = try TemporaryFolder()
    _ = try book.export("2026-01", to: folder)
    #expect(
      try table("journal.csv", of: folder).map { "\($0["account"]!) \($0["debit"]!) \($0["credit"]!)" } == [
        "Receivables 444.96 ", "Revenue:Recurring  438.00", "Taxes:Sales  6.96",
      ])
  }

  /// Whether beancount is installed; it is a judge from outside, and nothing else needs it.
  private static let hasBeancount = (try? shell("command -v bean-check", in: TemporaryFolder()))?.status == 0

  private static func shell(_ script: String, in folder: TemporaryFolder) throws -> ProgramResult {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return try BuiltProgram(path: "/bin/bash").run(["-c", script], in: folder, environment: ["PATH": path])
  }

  @Test(.enabled(if: hasBeancount), arguments: [true, false])
  func beancountAcceptsTheJournalAndRefusesACentMore(isWhole: Bool) throws {
    let folder = try TemporaryFolder()
    _ = try book().export("2026-01", to: folder)
    var entry = "2026-02-01 * \"acme\"\n"
    var accounts: Set<String> = []
    for row in try table("journal.csv", of: folder) {
      let account = "Assets:" + row["account"]!
      accounts.insert(account)
      let amount = row["debit"]!.isEmpty ? "-" + row["credit"]! : row["debit"]!
      entry += "  \(account)  \(amount) \(row["currency"]!)\n"
    }
    if !isWhole { entry += "  Assets:Receivables  0.01 EUR\n" }
    let opened = accounts.sorted().map { "2000-01-01 open \($0)\n" }.joined()
    try folder.write(opened + "\n" + entry, to: "journal.beancount")
    let result = try Self.shell("bean-check journal.beancount", in: folder)
    #expect((result.status == 0) == isWhole, "\(result.errorText)")
  }

  @Test func everyTaxFallsOnItsLines() throws {
    let draft = try #require(try book().drafts("2026-01").first)
    #expect(draft.taxes.count == 4)
    for tax in draft.taxes {
      #expect(tax.shares.map(\.number) == tax.lines)
      #expect(tax.shares.reduce(.zero) { $0 + $1.amount } == tax.amount.rounded, "\(tax.tax)")
    }
  }

  @Test func anExportReplacesOnlyExports() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "out/notes.txt")
    #expect(throws: ProvenDraftsFault.self) { _ = try book().export("2026-01", to: folder) }
    #expect(folder.bytes(of: "out/notes.txt") == Array("mine".utf8))
  }
}
