// What invoices and credit notes say about money and taxes, on pages and on paper.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import Invoicing

@Suite struct DocumentWordingTests {
  private static let taxes =
    "tax,place,classes,method,rate,currency\nVAT,DE,a,percent,19,\nVAT,DE,b,percent,7,\nFee,DE,a,per-line,0.75,EUR\n"

  /// The finished invoice of lines `price class`.
  private func invoice(_ lines: [String]) throws -> InvoiceDraft {
    let rows = lines.map { line in
      let words = line.split(separator: " ")
      return "acme,Line,\(words[0]),2026-01-01,\(words[1])\n"
    }
    var book = BillingBook([
      "contracts.csv": "account,description,price,from,tax_class\n" + rows.joined()
    ])
    book.set("accounts.csv", "account,plan,tax_place,terms\nacme,p,DE,net 14\n")
    book.set("catalog.yaml", "currency: EUR\nseller: {name: MSP, payment: Please pay by transfer}\n")
    book.set("taxes.csv", Self.taxes)
    let draft = try #require(try book.drafts("2026-01").first)
    return draft.issued(as: "INV-0001", on: draft.period.until)
  }

  private func note(_ draft: InvoiceDraft, lines: Set<Int>) throws -> CreditNote {
    let document = try InvoiceDocument(draft.json(), name: "invoice.json")
    return CreditNote(number: "CN-1", date: draft.date, reason: "agreed", invoice: document, lines: lines)
  }

  /// All texts of a sheet, in order.
  private func texts(_ document: [UInt8]) throws -> [String] {
    try PaperSheet(document: document, name: "document.json").blocks.flatMap { block -> [String] in
      switch block {
      case .head(let brand, let lines, let title): [brand, lines, title]
      case .parties(let name, let lines, let facts): [name, lines] + facts.flatMap { [$0.title, $0.text] }
      case .due(let text, let note, let sum): [text, note, sum]
      case .table(let title, _, let rows, _): [title] + rows.flatMap { $0.cells + $0.notes }
      case .totals(let facts): facts.flatMap { [$0.title, $0.text] }
      case .payment(let text): [text]
      case .notes(let notes): notes
      }
    }
  }

  private func page(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: [
    // Two rates; the same for both, and a line without any.
    (["100 a", "50 b"], ["VAT, DE 19%, Fee, DE 0.75 each", "VAT, DE 7%"]), (["100 b", "50 b"], []),
    (["100 b", "50 c"], ["VAT, DE 7%", "no tax"]),
  ]) func aLineSaysItsTaxesWhereOthersHaveOthers(lines: [String], expected: [String]) throws {
    let draft = try invoice(lines)
    let notes = ["VAT, DE 19%, Fee, DE 0.75 each", "VAT, DE 7%", "no tax"]
    for document in [draft.json(), try note(draft, lines: [1, 2]).json()] {
      #expect(try texts(document).filter { notes.contains($0) } == expected)
    }
    let html = page(InvoicePage.html(of: draft))
    for note in notes {
      // Pages set a space before the sign.
      let text = "<small>\(note.replacing("%", with: " %"))</small>"
      #expect(html.contains(text) == expected.contains(note), "\(text)")
    }
    let credit = page(try note(draft, lines: [1, 2]).page())
    for note in notes { #expect(credit.contains("<small>\(note)</small>") == expected.contains(note)) }
  }

  @Test func aTaxThatIsNoShareShowsItsRateAndWhatItIsOn() throws {
    let rows = try texts(invoice(["100 a", "50 b"]).json())
    let place = try #require(rows.lastIndex(of: "Fee, DE"))
    #expect(rows[place..<(place + 4)].joined(separator: " ") == "Fee, DE 1 0.75 each 0.75")
  }

  @Test(arguments: [
    // What is left to pay, nothing, and less.
    (["100 b"], true, ""), (["100 b", "-100 b"], false, ""),
    (["100 b", "-101 b"], false, "in your favour: nothing to pay"),
  ]) func onlyWhatIsToBePaidAsksForPayment(lines: [String], asks: Bool, note: String) throws {
    let draft = try invoice(lines)
    for text in [try texts(draft.json()).joined(separator: "\n"), page(InvoicePage.html(of: draft))] {
      #expect(text.contains("Please pay") == asks)
      #expect(text.contains("to be paid by") == asks)
      #expect(text.contains("nothing to pay") == !note.isEmpty)
    }
  }

  @Test(arguments: [
    (Set([1]), "To your credit", "EUR 107.00"), (Set([2]), "A credit taken back", "EUR 53.50"),
  ])
  func aCreditNoteNamesItsInvoiceAndAsksForNothing(lines: Set<Int>, title: String, sum: String) throws {
    let note = try note(try invoice(["100 b", "-50 b"]), lines: lines)
    let paper = try texts(note.json())
    #expect(paper.contains(title) && paper.contains(sum))
    for text in [paper.joined(separator: "\n"), page(note.page())] {
      #expect(text.contains(title) && text.contains(sum))
      #expect(text.contains("INV-0001 of 1 February 2026"))
      for word in ["Please pay", "to be paid", "due on", "Due"] { #expect(!text.contains(word)) }
    }
  }
}
