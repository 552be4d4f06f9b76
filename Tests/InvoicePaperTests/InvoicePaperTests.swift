// Documents as PDF: the same bytes each time, the text that the document has, pages that are counted.

import Glibc
import Invoicing
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import InvoicePaper

@Suite struct InvoicePaperTests {
  /// Skips where the libraries are not there, which building does not need.
  private static var paper: InvoicePaper? { try? InvoicePaper() }

  /// The document of an invoice with so many lines.
  private func document(
    lines: Int, name: String = "Acme", amount: String = "1.00", seller: JSONValue = ["name": "Example GmbH"]
  ) -> [UInt8] {
    let days: JSONValue = ["from": "2026-01-01", "until": "2026-02-01"]
    let recurring = (1...max(1, lines)).map { number -> JSONValue in
      [
        "line": .integer(number), "kind": "interval", "description": .text("Seat \(number)"), "contract": "",
        "item": "", "quantity": "1", "price": .text(amount), "interval": "1 months", "from": "2026-01-01",
        "until": "2026-02-01", "days": 31, "interval_days": 31, "tax_class": "service", "purchase_order": "",
        "exact": .text(amount), "rounding": "0", "amount": .text(amount),
      ]
    }
    let total = amount == "0.00" ? "0.00" : "\(lines).00"
    return SealedJSON.text(of: [
      "document": "invoice", "version": 3, "status": "final", "number": "INV-0001", "date": "2026-02-01",
      "period": days, "currency": "EUR", "seller": seller,
      "account": ["id": "acme", "name": .text(name), "details": [:]], "part": "main", "due_date": .null,
      "recurring": .array(recurring), "usage": [], "one_time": [], "values": [], "commitments": [],
      "adjustments": [], "discounts": [], "taxes": [], "net": .text(total), "total": .text(total),
      "usage_manifest_sha256": "",
    ])
  }

  /// The same with what changed, what was included, and cost centres.
  private func documentWithChanges() throws -> [UInt8] {
    guard case .object(let members) = try JSONReader.read(document(lines: 3)) else { return [] }
    var changed = members.filter { $0.name != "sha256" }
    let more: [(Label, JSONValue)] = [
      ("count_changes", [["item": "seat", "description": "VoIP seat", "before": "47", "now": "50"]]),
      ("previous", ["recurring": "2.00", "usage": "0.00", "other": "0.00", "total": "2.50"]),
      ("recurring_subtotal", "3.00"), ("usage_subtotal", "5.00"),
      (
        "cost_centres",
        [["cost_centre": "", "amount": "1.50"], ["cost_centre": "Dispatch", "amount": "3.50"]]
      ),
      (
        "allowances",
        [
          [
            "allowance": "Minutes", "pool": "family", "unit": "s", "granted": "60000", "rolled_in": "0",
            "used": "30000", "used_here": "600", "left": "30000", "expired": "0", "rolled_out": "6000",
          ]
        ]
      ),
    ]
    changed += more.map { JSONMember(name: $0.0, value: $0.1) }
    return SealedJSON.text(of: .object(changed))
  }

  @Test(.enabled(if: canRead)) func whatChangedAndWasIncludedIsOnPaper() throws {
    let lines = try pages(documentWithChanges()).joined()
    for line in [
      "What changed since last month", "VoIP seat 47 50 +3", "Recurring charges 2.00 3.00 +1.00",
      "Total 2.50 3.00 +0.50", "Included in your plan", "Minutes 16:40:00 8:20:00 8:20:00",
      "Usage by cost centre", "without 1.50", "Dispatch 3.50", "Subtotal 5.00",
    ] {
      #expect(lines.contains(line), "\(line) in \(lines)")
    }
    #expect(lines.contains { $0.contains("shared in family") })
    #expect(lines.joined(separator: " ").contains("0:10:00 used by you"))
    // Where nothing is said, nothing is shown.
    let bare = try pages(document(lines: 3)).joined()
    #expect(
      !bare.contains { $0.hasPrefix("What changed") || $0.hasPrefix("Included") || $0.hasPrefix("Usage by") })
  }

  private func pdf(_ document: [UInt8]) throws -> [UInt8] {
    let paper = try #require(Self.paper)
    return try paper.pdf(of: PaperSheet(document: document, name: "invoice.json"))
  }

  @Test(
    arguments: [
      ("#ff0a00", [255, 10, 0]), ("#FF0A00", [255, 10, 0]), ("red", nil), ("#ff0a0", nil),
    ] as [(String, [UInt8]?)]) func aSellerHasItsColour(colour: String, parts: [UInt8]?) throws
  {
    let own = document(lines: 3, seller: ["name": "Example GmbH", "colour": .text(colour)])
    let sheet = try PaperSheet(document: own, name: "invoice.json")
    #expect(sheet.colour == parts)
    guard parts != nil, Self.paper != nil else { return }
    var plain = sheet
    plain.colour = nil
    let paper = try #require(Self.paper)
    #expect(try paper.pdf(of: sheet) != paper.pdf(of: plain))
  }

  private func count(_ text: String, in bytes: [UInt8]) -> Int {
    let wanted = Array(text.utf8)
    return bytes.indices.count { bytes[$0...].starts(with: wanted) }
  }

  @Test(.enabled(if: paper != nil)) func theSameDocumentGivesTheSameBytes() throws {
    let document = document(lines: 40)
    let first = try pdf(document)
    #expect(first.starts(with: Array("%PDF-".utf8)))
    #expect(try pdf(document) == first)
    #expect(try pdf(self.document(lines: 41)) != first)
    // The only time is the document's.
    #expect(count("/CreationDate (D:202602010000)", in: first) == 1)
    #expect(count("/ModDate", in: first) == 0 && count("/ID", in: first) == 0)
  }

  @Test(.enabled(if: paper != nil), arguments: [(1, 1), (1500, 30)])
  func longDocumentsHaveManyPages(lines: Int, pagesMin: Int) throws {
    let pageCount = count("/Type /Page % ", in: try pdf(document(lines: lines)))
    #expect(pageCount >= pagesMin && pageCount <= 2 * pagesMin)
  }

  @Test(
    .enabled(if: paper != nil),
    arguments: [
      "\u{645}\u{643}\u{62A}\u{628} \u{627}\u{644}\u{633}\u{644}\u{627}\u{645}",
      "\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
      String(repeating: "Donaudampfschifffahrt", count: 400), "", "a\u{0}b", "\u{202E}evil\u{FFFF}",
    ])
  func anyNameIsDrawn(name: String) throws {
    #expect(count("/Type /Page % ", in: try pdf(document(lines: 3, name: name))) == 1)
  }

  // MARK: pages

  private static func shell(_ script: String, in folder: TemporaryFolder) throws -> ProgramResult {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return try BuiltProgram(path: "/bin/bash").run(["-c", script], in: folder, environment: ["PATH": path])
  }

  /// Whether the pages can be read again; nothing else needs that.
  private static let canRead =
    paper != nil && (try? shell("command -v pdftotext", in: TemporaryFolder()))?.status == 0

  /// The texts of the pages, line by line.
  private func pages(_ document: [UInt8]) throws -> [[String]] {
    let folder = try TemporaryFolder()
    try folder.write(try pdf(document), to: "a.pdf")
    let result = try Self.shell("pdftotext -layout a.pdf -", in: folder)
    return result.outputText.split(separator: "\u{0C}").map { page in
      page.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    }
  }

  @Test(
    .enabled(if: canRead), arguments: [1, 2, 20, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 50, 51, 52, 53, 400])
  func pagesBreakWhereTheyMay(lines: Int) throws {
    let pages = try pages(document(lines: lines))
    for (number, page) in pages.enumerated() {
      #expect(page.last?.hasSuffix("Page \(number + 1) of \(pages.count)") == true)
      let rows = page.count { $0.hasPrefix("Seat ") }
      // No row of a table that has more stands alone, and no table goes on without its head.
      #expect(rows != 1 || lines == 1, "\(rows) rows on page \(number + 1)")
      #expect(rows == 0 || page.contains { $0.hasPrefix("Description Days") })
      #expect(rows > 0 || !page.contains { $0.hasPrefix("Subtotal") })
    }
    // What a page carries over is brought forward on the next one: as many seats at 1.00 as stand before.
    var seats = 0
    for (page, next) in zip(pages, pages.dropFirst()) {
      seats += page.count { $0.hasPrefix("Seat ") }
      let isParted = next.contains { $0.hasPrefix("Seat ") }
      #expect(page.contains("Carried over \(PrintedTotal.text(seats))") == isParted)
      #expect(next.contains("Brought forward \(PrintedTotal.text(seats))") == isParted)
    }
    // Small print never stands alone.
    let last = try #require(pages.last)
    #expect(last.contains { $0.contains("Document SHA-256") } && last.contains { $0.hasPrefix("Total EUR") })
  }

  /// Whole euros as the page has them.
  private enum PrintedTotal {
    static func text(_ euros: Int) -> String {
      euros < 1000 ? "\(euros).00" : "\(euros / 1000),\(String(euros + 1_000_000).suffix(3)).00"
    }
  }

  @Test func rowsKnowWhatTheyComeToSoFar() throws {
    let sheet = try PaperSheet(document: document(lines: 3, amount: "1.00"), name: "invoice.json")
    let sums = sheet.blocks.compactMap { block -> [String]? in
      if case .table(_, _, let rows, _) = block { rows.map(\.sum) } else { nil }
    }
    #expect(sums == [["1.00", "2.00", "3.00"]])
  }

  @Test func blocksSayWhatTheDocumentSays() throws {
    let sheet = try PaperSheet(document: document(lines: 2, amount: "0.00"), name: "invoice.json")
    #expect(sheet.title == "Invoice INV-0001" && sheet.date == "2026-02-01")
    #expect(
      sheet.blocks.contains(.due(text: "Total for 1 \u{2013} 31 January 2026", note: "", sum: "EUR 0.00")))
    guard
      case .table(let title, _, let rows, let subtotal)? = sheet.blocks.first(where: {
        if case .table = $0 { true } else { false }
      })
    else {
      Issue.record("no table")
      return
    }
    #expect(title == "Recurring charges" && subtotal == "0.00")
    #expect(rows.map(\.cells[0]) == ["Seat 1", "Seat 2"])
  }

  @Test func aDocumentThatWasChangedIsRefused() {
    var bytes = document(lines: 1)
    bytes[bytes.count / 2] ^= 1
    #expect(throws: DraftsFolderFault.self) { try PaperSheet(document: bytes, name: "invoice.json") }
  }
}
