// The page shows what the draft holds, and data never becomes markup.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing
import UsageSummary

@testable import Invoicing

@Suite struct InvoicePageTests {
  // A draft with every part of the page, each text made by `text`.
  private func draft(_ text: (String) -> String) throws -> InvoiceDraft {
    func label(_ name: String) -> Label { Label(text(name)) }
    func amount(_ text: String) -> Amount { SampleBook.amount(text) }
    let euro = Currency(code: "EUR")!
    let january = UsagePeriod.parse("2026-01-01/2026-02-01")!
    func line(_ price: LinePrice?, covered: Int128 = 0) -> UsageLine {
      UsageLine(
        name: label("group"), eventCount: 1412, quantityRaw: 1, quantityBilled: 3_723_500,
        quantityCovered: covered,
        price: price,
        amount: LineAmount(numeratorPico: amount("1234.5678").pico, over: 1, in: euro))
    }
    let details = InvoiceParty.detailNames.map { InvoiceDraft.Detail(name: $0, text: label($0.description)) }
    let sellerNames: [Label] = ["name", "address", "payment", "email", "tax_id"]
    return InvoiceDraft(
      seller: sellerNames.map { InvoiceDraft.Detail(name: $0, text: label($0.description)) }
        + [InvoiceDraft.Detail(name: label("seller_key"), text: label("seller text"))],
      account: label("account"), accountName: label("account name"), accountDetails: details, period: january,
      currency: euro,
      recurring: [
        RecurringLine(
          description: label("description"), quantityMicro: 2_500_000, price: amount("9.9"),
          interval: .months(1),
          days: CivilDate.parse("2026-01-15")!..<CivilDate.parse("2026-02-01")!,
          share: IntervalShare(days: 17, ofDays: 31),
          amount: LineAmount(numeratorPico: amount("9.9").pico * 25 * 17, over: 310, in: euro))
      ],
      usage: [
        UsageSection(
          kind: .voice,
          lines: [line(LinePrice(amount: amount("0.012"), perQuantity: 60_000), covered: 60_000), line(nil)]),
        UsageSection(
          kind: .data, lines: [line(LinePrice(amount: amount("0.02"), perQuantity: 1_000_000_000))]),
        UsageSection(kind: nil, lines: [line(nil)]),
      ], usageManifestHash: text("hash"))
  }

  private static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "</style><b>", "<!--",
    "]]>",
    "&lt;script&gt;", "javascript:alert(1)", "a\u{0}b\u{1b}[31m", "\u{202e}evil", "${7*7}{{7*7}}",
  ]

  @Test(arguments: hostile) func dataNeverBecomesMarkup(text: String) throws {
    let plain = InvoicePage.html(of: try draft { _ in "plain" })
    let page = InvoicePage.html(of: try draft { _ in text })
    #expect(tags(page) == tags(plain))
    #expect(!page.contains(0) && !page.contains(0x1b))
  }

  @Test(arguments: [
    ("plain", "plain"), ("a<b", "a&lt;b"), ("<>&\"'", "&lt;&gt;&amp;&quot;&#39;"), ("a\n\tb", "a\n\tb"),
    ("\u{0}x\u{1f}", "\u{FFFD}x\u{FFFD}"), ("\u{7f}", "\u{FFFD}"), ("\u{80}é\u{9f}", "\u{FFFD}é\u{FFFD}"),
    ("\u{a0}\u{c2}😀<", "\u{a0}\u{c2}😀&lt;"), ("", ""),
  ]) func textIsEscaped(text: String, escaped: String) {
    var page = HTMLText()
    page.text(text)
    #expect(page.bytes == Array(escaped.utf8))
  }

  @Test func bytesThatAreNotUTF8BecomeReplacementCharacters() throws {
    var draft = try draft { $0 }
    draft.accountName = Label(bytes: [0x61, 0xFF, 0x3C])
    let page = InvoicePage.html(of: draft)
    #expect(String(decoding: page, as: UTF8.self).contains("a\u{FFFD}&lt;"))
    #expect(String(validating: page, as: UTF8.self) != nil)
  }

  @Test(arguments: hostile) func dataNeverBecomesMarkupOnTheIndex(text: String) {
    func index(_ text: String) -> [UInt8] {
      let entry = DraftEntry(
        account: Label(text), accountName: Label(text + "x"),
        period: UsagePeriod.parse("2026-01-01/2026-02-01")!,
        currency: Currency(code: "EUR")!, recurring: .zero, usage: .zero, fileName: "safe", jsonHash: "",
        pageHash: "")
      let report = InvoiceDraftReport(
        drafts: [entry], suspendedCounts: [(Label(text), 2)], skippedInputs: [Label(text)],
        isOtherCatalog: true,
        periodsOfLateUsage: [UsagePeriod.parse("2025-12-01/2026-01-01")!])
      return DraftIndexPage.html(of: report, seller: Label(text))
    }
    #expect(tags(index(text)) == tags(index("plain")))
  }

  // Everything between `<` and `>`.
  private func tags(_ page: [UInt8]) -> [Label] {
    var tags: [Label] = []
    var tag: [UInt8]?
    for byte in page {
      if byte == UInt8(ascii: "<") { tag = [] }
      tag?.append(byte)
      if byte == UInt8(ascii: ">"), let whole = tag {
        tags.append(Label(bytes: whole))
        tag = nil
      }
    }
    return tags
  }

  @Test func aPageLoadsAndRunsNothing() throws {
    let page = String(decoding: InvoicePage.html(of: try draft { $0 }), as: UTF8.self)
    #expect(page.contains("default-src 'none'"))
    for word in ["<script", "<img", "<link", "<iframe", "http:", "https:", "url(", "@import"] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test func thePageShowsWhatTheDraftHolds() throws {
    let page = String(decoding: InvoicePage.html(of: try draft { $0 }), as: UTF8.self)
    for text in [
      "<p class=\"badge\">Draft</p>", "1 \u{2013} 31 January 2026", "1 February 2026", "17 of 31 days",
      "15 \u{2013} 31 Jan 2026", "data-label=\"Quantity\">2.5<", "9.90 / month", "1:02:03.5", "0.012 / min",
      "0:01:00",
      "0.004 GB", "0.02 / GB", "several", ">+0.0022<", ">1,234.57<", ">\u{2212}0.002581<", ">13.57<",
      "Plan charges",
      "EUR 4,951.85", "account name", "Seller key: seller text",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func equalDraftsAreEqualBytes() throws {
    #expect(InvoicePage.html(of: try draft { $0 }) == InvoicePage.html(of: try draft { $0 }))
    #expect(try draft { $0 }.json() == draft { $0 }.json())
  }

  @Test func theDocumentIsExact() throws {
    let draft = try draft { $0 }
    try SealedJSON.check(draft.json())
    let root = JSONNode(try JSONReader.read(draft.json()))
    func text(_ node: JSONNode, _ name: Label) throws -> String { try node.member(name).text().description }
    #expect(try text(root, "status") == "draft")
    #expect(try root.member("number").value == .null)
    #expect(try text(root, "date") == "2026-02-01")
    #expect(try text(root, "total") == "4951.85")
    let recurring = try root.member("recurring").elements()[0]
    #expect(try recurring.member("days").integer() == 17)
    #expect(try recurring.member("interval_days").integer() == 31)
    #expect(try text(recurring, "exact") == "13.572580645161")
    #expect(try text(recurring, "amount") == "13.57")
    let call = try root.member("usage").elements()[0].member("lines").elements()[0]
    #expect(try text(call, "quantity_billed") == "3723.5")
    #expect(try text(call, "per") == "60")
    #expect(try text(call, "rounding") == "0.0022")
    #expect(try root.member("usage").elements()[0].member("lines").elements()[1].member("per").value == .null)
  }
}
