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
    var draft = InvoiceDraft(
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
    addCharges(to: &draft, label, amount)
    addNotes(to: &draft, label, amount)
    return draft
  }

  /// One-time charge, result, discount and exempt tax; together they come to nothing.
  private func addCharges(
    to draft: inout InvoiceDraft, _ label: (String) -> Label, _ amount: (String) -> Amount
  ) {
    let day = CivilDate.parse("2026-01-20")!
    let origin = LineOrigin(file: label("file").description, line: 1)
    let ten = LineAmount(exact: amount("10"), rounded: amount("10"))
    draft.oneTime = [
      OneTimeLine(
        description: label("charge"), delivered: day, quantityMicro: 1_000_000, price: amount("10"),
        cost: nil,
        item: label("item"), contract: label("contract"), project: label("project"),
        milestone: label("milestone"), ticket: label("ticket"), taxClass: label("class"),
        purchaseOrder: label("order"), decision: nil, origin: origin, amount: ten)
    ]
    draft.values = [
      ValueLine(
        description: label("result"), contract: label("contract"), metric: label("metric"),
        targetMicro: 99_900_000, measuredMicro: 99_950_000, measured: day, base: amount("100"), share: 0,
        taxClass: label("class"), origin: origin, amount: LineAmount(exact: .zero, rounded: .zero))
    ]
    draft.commitments = [
      CommitmentLine(
        description: label("minimum"), contract: label("contract"), committed: amount("20"),
        share: IntervalShare(days: 20, ofDays: 31), days: day..<day.advanced(by: 20),
        reached: amount("12.90"), origin: origin,
        amount: LineAmount(exact: .zero, rounded: .zero))
    ]
    draft.discounts = [
      DiscountLine(
        description: label("discount"), level: .client, value: .share(Int64(Share.whole)), base: amount("10"),
        amount: LineAmount(exact: amount("-10"), rounded: amount("-10")),
        shares: [LineShare(number: 6, amount: amount("-10"))], origin: origin)
    ]
    let exemption = TaxExemption(
      accountIndex: 0, tax: .empty, reason: .reverseCharge, reference: label("vat id"), from: nil, until: nil,
      line: 1)
    draft.taxes = [
      TaxLine(
        tax: label("tax"), place: label("place"), method: .percent(1), base: amount("1"), quantityMicro: nil,
        exemption: exemption, shares: [], origin: origin,
        amount: LineAmount(exact: .zero, rounded: .zero))
    ]
  }

  /// Changes, allowances, cost centres, references and what stands below a recurring line.
  private func addNotes(
    to draft: inout InvoiceDraft, _ label: (String) -> Label, _ amount: (String) -> Amount
  ) {
    draft.countChanges = [
      CountChange(
        item: label("item"), description: label("seats"), beforeMicro: 48_000_000, nowMicro: 51_000_000)
    ]
    draft.previous = PreviousTotals(
      recurring: amount("1"), usage: amount("2"), other: .zero, total: amount("4951.85"))
    draft.allowances = [
      AllowanceUse(
        name: label("allowance"), pool: label("pool"), unit: .kind(.voice), granted: 3_600_000, rolledIn: 0,
        used: 900_000, usedHere: 600_000, left: 2_700_000, expired: 2_700_000, rolledOut: 0)
    ]
    draft.costCentres = [
      CostCentreUse(name: label("centre"), amount: amount("1")), CostCentreUse(name: .empty, amount: .zero),
    ]
    draft.contracts = [
      ContractReference(
        name: label("contract"), master: label("master"), statementOfWork: label("work"), renews: nil)
    ]
    draft.recurring[0].includes = [label("part")]
    draft.recurring[0].purchaseOrder = label("order")
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

  @Test(arguments: [
    ("colour", "#b00020", "style=\"--blue:#b00020\"", true),
    ("color", "#B00020", "style=\"--blue:#B00020\"", true),
    ("colour", "#b0002", "--blue:#b0002\"", false), ("colour", "#b00020;x", "--blue:#b00020;", false),
    ("colour", "red", "--blue:red", false), ("colour", "#b0002g", "--blue:#b0002g", false),
    ("logo", "data:image/png;base64,iVBORw0=", "<img alt=\"\" src=\"data:image/png;base64,iVBORw0=\">", true),
    ("logo", "data:image/svg+xml;base64,PHN2Zz4=", "<img", true),
    ("logo", "data:image/png;base64,", "<img", false),
    ("logo", "data:text/html;base64,PHN2Zz4=", "<img", false),
    ("logo", "https://example.com/logo.png", "<img", false),
    ("logo", "data:image/png;base64,a\"b", "<img", false),
    ("logo", "data:image/png;base64," + String(repeating: "A", count: 99_978), "<img", true),
    ("logo", "data:image/png;base64," + String(repeating: "A", count: 99_979), "<img", false),
  ]) func theLooksOfASellerAreUsedWhereTheyAreSafe(
    name: String, text: String, markup: String, isUsed: Bool
  ) throws {
    let draft = try draft { $0 }
    var own = draft
    own.seller.append(InvoiceDraft.Detail(name: Label(name), text: Label(text)))
    let page = String(decoding: InvoicePage.html(of: own), as: UTF8.self)
    #expect(page.contains(markup) == isUsed)
    // What is not used can be read.
    let title = name == "logo" ? "Logo: " : name == "colour" ? "Colour: " : "Color: "
    #expect(page.contains(title) != isUsed)
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

  @Test func thePageShowsWhatChangedAndWhatIsIncluded() throws {
    let page = String(decoding: InvoicePage.html(of: try draft { $0 }), as: UTF8.self)
    for text in [
      "48 \u{2192} 51", ">+3<", "1.00 \u{2192} 13.57", ">+12.57<", "1 new", ">+10.00<",
      "style=\"width:25%\"", "0:15:00 of 1:00:00 used, 0:45:00 left; 0:10:00 of it by you; 0:45:00 expired",
      "shared in pool", "contract (MSA master, SOW work)", "includes part", "order order",
      "ticket ticket \u{b7} project project \u{b7} milestone \u{b7} order order", "20 of 31 days", "100 %",
      "reverse charge: you owe this tax; your VAT ID vat id", "metric, measured on 20 Jan 2026", ">99.95<",
      "Usage by cost centre",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    // What is as it was is no change.
    #expect(!page.contains("4,951.85 \u{2192}"))
  }

  @Test(
    arguments: [
      (0, 100, 0), (1, 1000, 1), (250, 1000, 25), (994, 1000, 99), (999, 1000, 99), (1000, 1000, 100),
      (1001, 1000, 100), (5, 0, 0),
    ] as [(Int128, Int128, Int)])
  func aBarIsFullOnlyWhereAllIsUsed(used: Int128, available: Int128, percent: Int) {
    #expect(InvoicePage.percent(used, of: available) == percent)
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

  @Test func sumsPaymentAndSmallPrintAreOnePieceOfPaper() throws {
    var book = BillingBook.contracts("description,price,from", "Seat,9,2026-01-01")
    book.set("catalog.yaml", "currency: EUR\nseller: {name: Example, payment: IBAN}\n")
    let draft = try #require(try book.drafts("2026-01").first)
    let page = String(decoding: InvoicePage.html(of: draft), as: UTF8.self)
    let parts = page.components(between: "<div class=\"closing\">", and: "</main>")
    let places = [
      "<table class=\"totals\">", "<div class=\"payment\">", "<footer class=\"notes", "</footer>\n</div>",
    ]
    #expect(parts.map { part in places.map { part.contains($0) } } == [[true, true, true, true]])
    #expect(page.contains(".closing { break-inside: avoid }"))
  }
}

extension String {
  /// What stands between two texts, wherever both do.
  fileprivate func components(between start: String, and end: String) -> [Substring] {
    var found: [Substring] = []
    var rest = self[...]
    while let from = rest.firstRange(of: start), let until = rest[from.upperBound...].firstRange(of: end) {
      found.append(rest[from.upperBound..<until.lowerBound])
      rest = rest[until.upperBound...]
    }
    return found
  }
}
