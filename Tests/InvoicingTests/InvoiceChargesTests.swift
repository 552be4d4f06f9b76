// One-time charges, commitments, discounts and taxes: what stands on an invoice, and how it adds up.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import Invoicing

@Suite struct InvoiceChargesTests {
  private static let lines = "description,item,contract,price,from,quantity,tax_class"

  private func check(_ book: BillingBook, _ expected: [String], total: String) throws {
    let drafts = try book.drafts("2026-01")
    #expect(drafts.flatMap(BillingBook.lines) == expected)
    #expect(drafts.map { "\($0.total)" }.joined(separator: " ") == total)
    for draft in drafts { checkSums(draft) }
  }

  /// What holds for every draft: the total is the sum of its lines, and shares are their wholes.
  private func checkSums(_ draft: InvoiceDraft) {
    let numbered = draft.netLines.reduce(Amount.zero) { $0 + $1.net }
    #expect(numbered + draft.discountTotal == draft.net)
    #expect(draft.net + draft.taxes.reduce(.zero) { $0 + $1.amount.rounded } == draft.total)
    for discount in draft.discounts {
      #expect(discount.shares.reduce(.zero) { $0 + $1.amount } == discount.amount.rounded)
    }
    let step = RoundingRule(scale: draft.currency.minorDigits, mode: .down).stepPico
    #expect(draft.total.pico % step == 0)
    checkDocument(draft)
  }

  /// What is read back from its document is the draft, and credit notes of its lines, however they are divided, are it with
  /// the other sign.
  private func checkDocument(_ draft: InvoiceDraft) {
    let invoice = draft.issued(as: "INV-0001", on: draft.period.until)
    #expect(draft.contentHash == draft.issued(as: "INV-2", on: draft.date).withoutIssue.contentHash)
    // The bytes are made once; the hash is that of the document with no usage folder named.
    var (unnamed, named) = (draft, draft)
    (unnamed.usageManifestHash, named.usageManifestHash) = ("", "0123456789abcdef")
    #expect(named.contentHash == SHA256.hex(of: unnamed.json()))
    #expect(named.contentHash != SHA256.hex(of: named.json()))
    guard let document = try? InvoiceDocument(invoice.json(), name: "invoice.json") else {
      Issue.record("the document cannot be read")
      return
    }
    #expect(document.lines == draft.documentLines)
    #expect(document.net == draft.net && document.tax == draft.tax && document.number == "INV-0001")
    let numbers = document.lines.map(\.number)
    for parts in [
      [Set(numbers)], [Set(numbers.filter { $0 % 2 == 0 }), Set(numbers.filter { $0 % 2 == 1 })],
    ] {
      let notes = parts.map {
        CreditNote(number: "CN-1", date: draft.date, reason: "all", invoice: document, lines: $0)
      }
      #expect(notes.reduce(Amount.zero) { $0 + $1.net } == -draft.net)
      #expect(notes.reduce(Amount.zero) { $0 + $1.tax } == -draft.tax)
      for note in notes { #expect(note.lines.reduce(Amount.zero) { $0 + $1.tax } == note.tax) }
    }
  }

  /// Whatever stands on an invoice, its lines, discounts and taxes add up to its total, and every part of a tax has a line.
  @Test(arguments: 1...30) func theTotalIsTheSumOfItsLines(seed: Int) throws {
    // Linear congruential, as in Knuth's MMIX.
    var state = UInt64(seed)
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func decimal(_ bound: Int, digits: Int) -> String {
      DecimalText.format(Int128(below(bound)), scale: digits)
    }
    var book = BillingBook()
    book.set(
      "catalog.yaml",
      "currency: \(["EUR", "JPY", "KWD"][below(3)])\ntax_rounding: \(["total", "line"][below(2)])\n")
    var contracts = "account,description,item,contract,price,quantity,from,tax_class\n"
    for index in 0...below(8) {
      let sign = below(5) == 0 ? "-" : ""
      contracts += "acme,Line \(index),i\(below(3)),c\(below(2)),\(sign)\(decimal(90_000_000, digits: 5)),"
      contracts += "\(decimal(9000, digits: 2)),2026-01-\(10 + below(20)),\(["a", "b", ""][below(3)])\n"
    }
    book.set("contracts.csv", contracts)
    var discounts = "account,item,contract,description,percent,amount\n"
    for index in 0..<below(5) {
      let scope = ["i\(below(3)),", ",c\(below(2))", ","][below(3)]
      let value = below(2) == 0 ? "\(decimal(10_000_000, digits: 5))," : ",\(decimal(9_000_000, digits: 3))"
      discounts += "acme,\(scope),Discount \(index),\(value)\n"
    }
    book.set("discounts.csv", discounts)
    var taxes = "tax,place,classes,method,rate,on\n"
    var compound: Set<Label> = []
    for index in 0..<below(5) {
      let on = index > 0 && below(2) == 0 ? "t\(index - 1)" : ""
      if !on.isEmpty { compound.insert(Label("t\(index)")) }
      let method = ["percent", "per-line", "flat"][below(3)]
      taxes += "t\(index),DE,\(["a", "b;a", ""][below(3)]),\(method),\(decimal(30_000, digits: 3)),\(on)\n"
    }
    book.set("taxes.csv", taxes)
    book.set("commitments.csv", "account,amount,from\nacme,\(decimal(90_000_000, digits: 3)),2026-01-05\n")
    let draft = try #require(try book.drafts("2026-01").first)
    checkSums(draft)
    let cent = RoundingRule(scale: draft.currency.minorDigits, mode: .down).stepPico
    for tax in draft.taxes {
      #expect(tax.shares.reduce(.zero) { $0 + $1.amount } == tax.amount.rounded, "seed \(seed), \(tax.tax)")
      guard case .percent(let rate) = tax.method, !compound.contains(tax.tax) else { continue }
      for share in tax.shares {
        let net = try #require(draft.documentLines.first { $0.number == share.number }).net
        let apart = share.amount.pico - net.pico * Int128(rate) / Share.whole
        #expect(apart.magnitude < cent.magnitude, "seed \(seed), \(tax.tax) on \(share.number)")
      }
    }
    let folder = try TemporaryFolder()
    _ = try book.export("2026-01", to: folder)
    let journal = try #require(folder.bytes(of: "out/journal.csv"))
    #expect(!journal.isEmpty, "seed \(seed)")
  }

  // MARK: one-time charges

  @Test func chargesAndTicketsStandOnTheInvoiceOfTheirDay() throws {
    var book = BillingBook()
    book.set(
      "price-book.csv", "item,description,price,from\nlabour,Labour,96,2026-01-01\nlabour,,120,2026-01-20\n")
    book.set(
      "charges.csv",
      """
      account,description,delivered,quantity,price,item,cost,markup,ticket
      acme,Router,2026-01-31,2,80.005,,,,
      acme,Not yet,,1,80,,,,
      acme,Before,2025-12-31,1,80,,,,
      acme,After,2026-02-01,1,80,,,,
      acme,Azure,2026-01-02,1,,,100.10,15%,
      acme,For a ticket,2026-01-03,1,40,,,,T3

      """)
    book.set(
      "tickets.csv",
      """
      ticket,account,summary,closed,billable,hours,item
      T1,acme,Printer,2026-01-20,,1.5,labour
      T2,acme,Goodwill,2026-01-20,no,1,labour
      T3,acme,Billed above,2026-01-20,,1,labour
      T4,acme,Open,,,1,labour
      T5,acme,Server,2026-01-19,yes,0.25,labour

      """)
    try check(
      book,
      [
        // Cost × 1.15, rounded on the line only.
        "once Azure 2026-01-02 1 × 115.115 = 115.12", "once For a ticket 2026-01-03 1 × 40 = 40",
        "once Router 2026-01-31 2 × 80.005 = 160.01", "once Server 2026-01-19 0.25 × 96 = 24",
        "once Printer 2026-01-20 1.5 × 120 = 180",
      ], total: "519.13")
  }

  @Test(arguments: [("approve", "80"), ("", "80"), ("hold", ""), ("reject", "")])
  func whatIsHeldOrRejectedIsOnNoInvoice(decision: String, total: String) throws {
    var book = BillingBook()
    book.set(
      "charges.csv",
      "account,description,delivered,price,decision,decided_by\n"
        + "acme,Router,2026-01-05,80,\(decision),\(decision.isEmpty ? "" : "Mira")\n")
    let drafts = try book.drafts("2026-01")
    #expect(drafts.map { "\($0.total)" }.joined() == total)
  }

  @Test(arguments: [("together", ["main 130"]), ("separate", ["main 50", "projects 80"])])
  func projectsStandApartWhereTheClientWantsIt(word: String, expected: [String]) throws {
    var book = BillingBook.contracts("description,price,from", "Care,40,2026-01-01")
    book.set("accounts.csv", "account,plan,project_invoices\nacme,p,\(word)\n")
    book.set(
      "charges.csv",
      "account,description,delivered,price,project\nacme,Mouse,2026-01-05,10,\nacme,Move,2026-01-06,80,Office\n"
    )
    #expect(try book.drafts("2026-01").map { "\($0.part) \($0.total)" } == expected)
  }

  @Test(arguments: [
    ("together", "100", "", ["main 251.5"]), ("separate", "100", "", ["main 51.5", "projects 200"]),
    // The discount is 50: what the first document has no room for is taken off the second.
    ("separate", "50", "", ["main 1.5", "projects 200"]),
    ("separate", "49.99", "", ["main 1.5", "projects 199.99"]),
    ("separate", "30", "", ["main 1.5", "projects 180"]),
    // The tax stands where it has a line.
    ("separate", "100", "one-time", ["main 50", "projects 201.5"]),
    ("separate", "100", "one-time;service", ["main 51.5", "projects 200"]),
  ])
  func anAmountOffAndAFlatTaxAreOwedOnceInAPeriod(
    word: String, price: String, classes: String, expected: [String]
  ) throws {
    var book = BillingBook.contracts("description,price,from", "Base,\(price),2026-01-01")
    book.set("accounts.csv", "account,plan,tax_place,project_invoices\nacme,p,DE,\(word)\n")
    book.set(
      "charges.csv", "account,description,delivered,price,project\nacme,Cabling,2026-01-06,200,Hall\n")
    book.set("discounts.csv", "account,description,amount\nacme,Gift,50\n")
    book.set("taxes.csv", "tax,place,classes,method,rate\nFlat,DE,\(classes),flat,1.50\n")
    #expect(try book.drafts("2026-01").map { "\($0.part) \($0.total)" } == expected)
    // The next period has its own.
    if classes.isEmpty, price == "100" {
      #expect(try book.drafts("2026-02").map { "\($0.part) \($0.total)" } == ["main 51.5"])
    }
  }

  // MARK: agreements

  private static let agreement = """
    contract: M-1
    account: acme
    msa: MSA-7
    sow: SOW-2
    from: 2026-01-01
    until: 2027-01-01
    renews: 2026-03-01
    lines:
      - {item: seat, count: prorate, timing: arrears}
      - {description: Firewall, price: 50}
      - description: Uptime
        value:
          metric: uptime
          target: 99.9
          of: 200
          steps:
            - {below: 99, percent: -10}
            - {below: 99.9, percent: -5}
            - {at_least: 99.99, percent: 2}
    minimum: {amount: 300}
    discounts:
      - {description: Framework, percent: 10}

    """

  @Test(arguments: [
    ("98.999999", "-20", "258.6"), ("99", "-10", "268.6"), ("99.899999", "-10", "268.6"),
    ("99.9", "0", "278.6"), ("99.989999", "0", "278.6"), ("99.99", "4", "282.2"),
  ]) func anAgreementIsBilledWithItsResult(uptime: String, credit: String, total: String) throws {
    var book = BillingBook()
    book.set("price-book.csv", "item,description,price,from\nseat,Seat,31,2025-01-01\n")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,seat,2026-01-01,4\nacme,seat,2026-01-12,6\nacme,uptime,2026-01-31,\(uptime)\n"
    )
    book.set("contracts/m-1.yaml", Self.agreement)
    let draft = try #require(try book.drafts("2026-01").first)
    // 124 + 40 + 50 = 214 of 300; the credit is no base of the discount.
    let expected = [
      "Seat 2026-01-01 4 × 31 31/31 = 124", "change Seat 2026-01-12 2 × 31 20/31 = 40",
      "Firewall 2026-01-01 1 × 50 31/31 = 50", "result Uptime \(uptime) of 200 = \(credit)",
      "minimum 300 31/31 reached 214 = 86",
    ]
    #expect(BillingBook.lines(of: draft).prefix(5) == expected[...])
    #expect(draft.contracts.map(PrintedCharge.name) == ["M-1 (MSA MSA-7, SOW SOW-2)"])
    checkSums(draft)
    // The discount is for lines of the contract; the minimum is of all.
    let base = SampleBook.amount("214") + max(.zero, SampleBook.amount(credit))
    #expect(draft.discounts.map(\.base) == [base])
    #expect(draft.net.description == total)
  }

  @Test func aResultThatNobodyMeasuredIsNoLineAndNamed() throws {
    var book = BillingBook()
    book.set("price-book.csv", "item,description,price,from\nseat,Seat,30,2025-01-01\nseat,,31,2025-12-01\n")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,seat,2026-01-12,6\nacme,uptime,2025-12-31,99.9\nacme,uptime,2026-02-01,99.9\n"
    )
    book.set("contracts/m-1.yaml", Self.agreement)
    #expect(
      try book.review("2026-01") == [
        "contract-renews-soon acme - contract M-1 is to be renewed or ended by 2026-03-01",
        "result-missing acme - Uptime: no 'uptime' in counts.csv for this period",
      ])
  }

  // MARK: commitments

  @Test(arguments: [
    ("amount,from", "100,2025-01-01", ["minimum 100 31/31 reached 30 = 70"]),
    ("amount,from", "30,2025-01-01", []),
    ("amount,from", "30.01,2025-01-01", ["minimum 30.01 31/31 reached 30 = 0.01"]),
    // Only its days count: 20 of 31.
    ("amount,from", "100,2026-01-12", ["minimum 100 20/31 reached 30 = 34.52"]),
    ("amount,from", "100,2026-02-01", []),
    ("amount,from,counts", "100,2025-01-01,recurring", ["minimum 100 31/31 reached 20 = 80"]),
    ("amount,from,counts", "100,2025-01-01,usage", ["minimum 100 31/31 reached 10 = 90"]),
    ("amount,from,contract", "100,2025-01-01,care", ["minimum 100 31/31 reached 15 = 85"]),
  ]) func whatIsMissingToACommitmentIsALine(columns: String, row: String, expected: [String]) throws {
    var book = BillingBook.contracts(Self.lines, "Care,,care,15,2026-01-01,1,", "Line,,,5,2026-01-01,1,")
    book.set("commitments.csv", "account,\(columns)\nacme,\(row)\n")
    book.set("discounts.csv", "account,description,percent\nacme,Half,50\n")
    // One-time charges do not count, and discounts come after.
    book.set("charges.csv", "account,description,delivered,price\nacme,Router,2026-01-05,500\n")
    book.addUsage("acme 2026-01-01/2026-02-01 voice UK calls . . 1 60 10 EUR")
    let lines = try book.lines("2026-01")
    #expect(lines.filter { $0.hasPrefix("minimum") } == expected)
  }

  @Test func aCommitmentIsOwedWithoutAnyLine() throws {
    var book = BillingBook()
    book.set("commitments.csv", "account,amount,from\nacme,100,2026-01-01\n")
    try check(book, ["minimum 100 31/31 reached 0 = 100"], total: "100")
  }

  // MARK: discounts

  @Test func discountsAreTakenOffLinesThenContractsThenTheClient() throws {
    var book = BillingBook.contracts(
      Self.lines, "Seat,seat,care,100,2026-01-01,1,", "Firewall,fw,care,50,2026-01-01,1,",
      "Line,line,,50,2026-01-01,1,")
    // Not in this order in the file.
    book.set(
      "discounts.csv",
      """
      account,contract,item,description,percent,amount,from,until
      acme,,,Client,10,,,
      acme,care,,Contract,,30,,
      acme,,seat,Line,25,,,
      ,,line,Promotion,100,,2026-01-01,2026-02-01
      acme,,seat,Expired,50,,2025-01-01,2026-01-01
      """)
    // 100 → 75; 50 → 0; care 125 − 30 = 95; 95 − 9.50.
    try check(
      book,
      [
        "Seat 2026-01-01 1 × 100 31/31 = 100", "Firewall 2026-01-01 1 × 50 31/31 = 50",
        "Line 2026-01-01 1 × 50 31/31 = 50", "discount Line of 100 = -25", "discount Promotion of 50 = -50",
        "discount Contract of 125 = -30", "discount Client of 95 = -9.5",
      ], total: "85.5")
  }

  @Test(arguments: [
    // The fault that was found: 100, less 16 days of 31 of it, and half of both off.
    ("10", 0, "50,,", ["discount Off of 100 = -50", "discount Off of -51.61 = 25.81"], "24.2"),
    ("10", 0, "100,,", ["discount Off of 100 = -100", "discount Off of -51.61 = 51.61"], "0"),
    ("10", 12, "50,,", ["discount Off of 110.32 = -55.16"], "55.16"),
    ("10", 0, "50,2027-01-01,", [], "48.39"),
    // The day of what is taken back decides, not that of the change.
    ("10", 0, "50,,2026-01-02", ["discount Off of 100 = -50", "discount Off of -51.61 = 25.81"], "24.2"),
    ("10", 0, "50,2026-01-02,", [], "48.39"),
    ("10", 12, "50,2026-01-16,", ["discount Off of 10.32 = -5.16"], "105.16"),
    // A credit is not discounted, nor is what it is less by, or more.
    ("-10", 0, "50,,", [], "-48.39"), ("-10", 12, "50,,", [], "-110.32"),
  ])
  func aDecreaseIsDiscountedAsTheChargeThatItTakesBack(
    price: String, count: Int, discount: String, expected: [String], total: String
  ) throws {
    var book = BillingBook.contracts(
      "description,item,count,price,from", "Seat,seat,prorate,\(price),2025-01-01")
    book.set(
      "counts.csv", "account,item,date,quantity\nacme,seat,2025-12-01,10\nacme,seat,2026-01-16,\(count)\n")
    book.set("discounts.csv", "account,item,description,percent,from,until\nacme,seat,Off,\(discount)\n")
    let drafts = try book.drafts("2026-01")
    for draft in drafts { checkSums(draft) }
    #expect(drafts.flatMap(BillingBook.lines).filter { $0.hasPrefix("discount") } == expected)
    #expect(drafts.map { "\($0.total)" } == [total])
  }

  @Test func aDiscountTakesAtMostWhatIsThere() throws {
    var book = BillingBook.contracts(Self.lines, "Seat,,,100,2026-01-01,1,", "Credit,,,-20,2026-01-01,1,")
    book.set("discounts.csv", "account,description,amount\nacme,Coupon,110\nacme,More,5\n")
    // A credit is no base of a discount, but leaves less to pay; what is nothing is not discounted again.
    try check(
      book,
      [
        "Seat 2026-01-01 1 × 100 31/31 = 100", "Credit 2026-01-01 1 × -20 31/31 = -20",
        "discount Coupon of 100 = -80",
      ], total: "0")
  }

  @Test(arguments: [
    // One cent on both sides of what is left to pay.
    ("30", "-20", "9.99", ["discount Gift of 30 = -9.99"], "0.01"),
    ("30", "-20", "10", ["discount Gift of 30 = -10"], "0"),
    ("30", "-20", "10.01", ["discount Gift of 30 = -10"], "0"),
    ("30", "-20", "1000", ["discount Gift of 30 = -10"], "0"),
    ("20", "-20", "1000", [], "0"), ("19.99", "-20", "1000", [], "-0.01"),
    ("20.01", "-20", "1000", ["discount Gift of 20.01 = -0.01"], "0"),
    ("30", "0", "1000", ["discount Gift of 30 = -30"], "0"),
  ])
  func anAmountTakesOffNoMoreThanIsLeftToPay(
    price: String, credit: String, amount: String, expected: [String], total: String
  ) throws {
    var book = BillingBook.contracts(
      Self.lines, "Base,,,\(price),2026-01-01,1,", "Goodwill,,,\(credit),2026-01-01,1,")
    book.set("discounts.csv", "account,description,amount\nacme,Gift,\(amount)\n")
    let drafts = try book.drafts("2026-01")
    for draft in drafts { checkSums(draft) }
    #expect(drafts.flatMap(BillingBook.lines).filter { $0.hasPrefix("discount") } == expected)
    #expect(drafts.map { "\($0.total)" } == [total])
  }

  @Test(arguments: [("20.01", true), ("20", false), ("19.99", false)])
  func onlyWhatIsOwedIsToBePaid(price: String, isOwed: Bool) throws {
    var book = BillingBook.contracts(
      Self.lines, "Base,,,\(price),2026-01-01,1,", "Goodwill,,,-20,2026-01-01,1,")
    book.set("accounts.csv", "account,plan,terms\nacme,p,net 30\n")
    let draft = try #require(try book.drafts("2026-01").first)
    let invoice = draft.issued(as: "INV-1", on: draft.period.until)
    #expect(
      String(decoding: InvoicePage.html(of: invoice), as: UTF8.self).contains("to be paid by") == isOwed)
    let sheet = try PaperSheet(document: invoice.json(), name: "invoice.json")
    #expect("\(sheet)".contains("to be paid by") == isOwed)
  }

  @Test(
    arguments: [
      ("10", [1, 1, 1], ["3.34", "3.33", "3.33"]), ("-10", [1, 1, 1], ["-3.34", "-3.33", "-3.33"]),
      ("0.01", [1, 5, 1], ["0", "0.01", "0"]), ("7", [0, 7, 0], ["0", "7", "0"]), ("7", [0, 0], ["0", "0"]),
      ("0.05", [3, 3, 1], ["0.02", "0.02", "0.01"]),
    ] as [(String, [Int128], [String])])
  func partsAddUpToTheWhole(total: String, weights: [Int128], expected: [String]) {
    let parts = LargestRemainder.parts(of: SampleBook.amount(total), weights: weights, digits: 2)
    #expect(parts.map(\.description) == expected)
  }

  // A trillion of anything is a slip; no arithmetic behind it may stop the program.
  @Test(arguments: [
    (
      "contracts.csv", "account,description,price,from\nacme,x,1000000000000.01,2026-01-01\n",
      "contracts.csv:2"
    ),
    (
      "contracts.csv", "account,description,price,from\nacme,x,100000000000000000000000000,2026-01-01\n",
      "contracts.csv:2"
    ),
    (
      "charges.csv", "account,description,delivered,cost,markup\nacme,x,2026-01-01,900000000000,50\n",
      "charges.csv:2"
    ),
    (
      "commitments.csv", "account,amount,from\nacme,99999999999999999999999999,2026-01-02\n",
      "commitments.csv:2"
    ),
    ("taxes.csv", "tax,place,method,rate\nT,DE,per-line,99999999999999999999999999\n", "taxes.csv:2"),
    ("taxes.csv", "tax,place,method,rate\nT,DE,flat,99999999999999999999999999\n", "taxes.csv:2"),
  ]) func anAmountThatIsTooLargeIsRefused(file: String, table: String, place: String) throws {
    var book = BillingBook.contracts("description,price,from", "Care,40,2026-01-01")
    book.set(file, table)
    do {
      _ = try book.drafts("2026-01")
      Issue.record("the amount was accepted")
    } catch let fault as InvoiceDraftFault {
      #expect(fault.description == "\(place): the amount is too large; check price and quantity")
    }
  }

  // MARK: taxes

  private func taxed(_ taxes: String, _ rows: [String], place: String = "US-DC-X") -> BillingBook {
    let lines = rows.map { "acme," + $0 }.joined(separator: "\n")
    return BillingBook([
      "accounts.csv": "account,plan,tax_place\nacme,p,\(place)\n",
      "contracts.csv": "account,\(Self.lines)\n\(lines)\n",
      "taxes.csv": "tax,place,classes,method,rate,above,up_to,on,minimum,maximum,from,until\n\(taxes)\n",
    ])
  }

  private func taxLines(_ book: BillingBook) throws -> [String] {
    let drafts = try book.drafts("2026-01")
    for draft in drafts { checkSums(draft) }
    return drafts.flatMap(BillingBook.lines).filter { $0.hasPrefix("tax") }
  }

  @Test(arguments: [
    // Once for each row: 0.125 and 0.125 are 0.25, not 0.26.
    ("VAT,US,,,10,,,,,,,", ["tax VAT on 1–2 of 2.5 = 0.25"]),
    ("VAT,US,a,,10,,,,,,,", ["tax VAT on 1 of 1.25 = 0.13"]), ("VAT,US,c,,10,,,,,,,", []),
    ("VAT,CA,,,10,,,,,,,", []), ("VAT,US-DC,,,10,,,,,,,", ["tax VAT on 1–2 of 2.5 = 0.25"]),
    ("VAT,US-D,,,10,,,,,,,", []),
    // Of one tax, the narrowest place holds.
    ("VAT,US,,,10,,,,,,,\nVAT,US-DC,,,20,,,,,,,", ["tax VAT on 1–2 of 2.5 = 0.5"]),
    (
      "VAT,US,,,10,,,,,,,\nCity,US-DC-X,,,20,,,,,,,",
      ["tax VAT on 1–2 of 2.5 = 0.25", "tax City on 1–2 of 2.5 = 0.5"]
    ),
    // Rates have days: those of the line count.
    ("VAT,US,,,10,,,,,,,2026-01-01\nVAT,US,,,20,,,,,,2026-01-01,", ["tax VAT on 1–2 of 2.5 = 0.5"]),
    // Tax on tax: 20 % of 2.50 and of the 0.25 on it.
    (
      "Fund,US,,,10,,,,,,,\nState,US,,,20,,,Fund,,,,",
      ["tax Fund on 1–2 of 2.5 = 0.25", "tax State on 1–2 of 2.75 = 0.55"]
    ),
    // Of the 0.25, 0.13 fall on the first line (the first of equal remainders).
    (
      "Fund,US,,,10,,,,,,,\nState,US,a,,20,,,Fund,,,,",
      ["tax Fund on 1–2 of 2.5 = 0.25", "tax State on 1 of 1.38 = 0.28"]
    ),
    ("Lines,US,,per-line,0.75,,,,,,,", ["tax Lines on 1–2 of 2.5 = 1.5"]),
    ("Once,US,b,flat,0.99,,,,,,,", ["tax Once on 2 of 1.25 = 0.99"]),
    (
      "B,US,,bracket,10,0,2,,,,,\nB,US,,bracket,50,2,,,,,,",
      ["tax B on 1–2 of 2.5 = 0.2", "tax B on 1–2 of 2.5 = 0.25"]
    ),
    ("Least,US,,,10,,,,0.50,,,", ["tax Least on 1–2 of 2.5 = 0.5"]),
    ("Most,US,,,10,,,,,0.20,,", ["tax Most on 1–2 of 2.5 = 0.2"]),
  ]) func taxesAreCountedByTheirRows(taxes: String, expected: [String]) throws {
    let book = taxed(taxes, ["One,,,1.25,2026-01-01,1,a", "Two,,,1.25,2026-01-01,1,b"])
    #expect(try taxLines(book) == expected)
  }

  @Test(arguments: [
    // An account that moves on the 17th: each line is taxed where it was on its day.
    ("acme,p,DE,,2026-01-17\nacme,p,FR,2026-01-17,", ["DE 10 of 1", "FR 20 of 2"]),
    // The rows in any order; a row without a place goes on with the one before.
    (
      "acme,p,FR,2026-01-17,2026-01-20\nacme,p,DE,,2026-01-17\nacme,p,,2026-01-20,",
      ["DE 10 of 1", "FR 20 of 2"]
    ),
    ("acme,p,,,2026-01-10\nacme,p,DE,2026-01-10,2026-01-16\nacme,p,FR,2026-01-16,", ["FR 20 of 3"]),
    // Before the first place there is none but that.
    ("acme,p,,,2026-01-17\nacme,p,FR,2026-01-17,", ["FR 20 of 3"]),
  ]) func aLineIsTaxedWhereTheAccountWasOnItsDay(accounts: String, expected: [String]) throws {
    let book = BillingBook([
      "accounts.csv": "account,plan,tax_place,from,until\n\(accounts)\n",
      "charges.csv":
        "account,description,delivered,price\nacme,One,2026-01-16,1\nacme,Two,2026-01-17,2\n",
      "taxes.csv": "tax,place,rate\nVAT,DE,10\nVAT,FR,20\n",
    ])
    let draft = try #require(try book.drafts("2026-01").first)
    checkSums(draft)
    #expect(draft.taxation == .place("FR"))
    #expect(
      draft.taxes.map { tax in
        guard case .percent(let rate) = tax.method else { return "" }
        return "\(tax.place) \(rate / 100_000_000) of \(tax.base)"
      } == expected)
  }

  @Test(arguments: [
    // The fault that was found: server, goodwill, texts; 19 % of 10.10 is 1.919.
    ("", "100 -90 0.1", ["VAT 1.92: 19 -17.1 0.02"]),
    // What the rounding of the sum has more or less goes to the largest remainders, of either sign: each is 0.095.
    ("", "0.5 0.5", ["VAT 0.19: 0.1 0.09"]), ("", "-0.5 -0.5", ["VAT -0.19: -0.1 -0.09"]),
    ("", "0.5 -0.5", ["VAT 0: 0.09 -0.09"]), ("", "100.5 -100", ["VAT 0.1: 19.1 -19"]),
    ("", "100 -100", ["VAT 0: 19 -19"]), ("", "100 -100.01", ["VAT 0: 19 -19"]),
    ("", "90 -100", ["VAT -1.9: 17.1 -19"]), ("", "100 0 -90", ["VAT 1.9: 19 0 -17.1"]),
    // Every line by itself.
    ("tax_rounding: line", "0.5 -0.5", ["VAT 0: 0.1 -0.1"]),
    ("tax_rounding: line", "100 -90 0.1", ["VAT 1.92: 19 -17.1 0.02"]),
  ])
  func creditingALineTakesBackItsOwnTax(rounding: String, nets: String, expected: [String]) throws {
    let prices = nets.split(separator: " ")
    var book = taxed("VAT,DE,,,19,,,,,,,", prices.map { "Line,,,\($0),2026-01-01,1," }, place: "DE")
    book.set("catalog.yaml", "currency: EUR\n\(rounding)\n")
    #expect(try taxShares(book) == expected)
  }

  @Test func aTaxOnATaxSeesWhatFellOnItsOwnLines() throws {
    let book = taxed(
      "State,DE,service;credit,,10,,,,,,,\nCity,DE,service,,10,,,State,,,,",
      ["Server,,,100,2026-01-01,1,service", "Goodwill,,,-90,2026-01-01,1,credit"], place: "DE")
    #expect(try taxShares(book) == ["State 1: 10 -9", "City 11: 11"])
    #expect(try taxLines(book).last == "tax City on 1 of 110 = 11")
  }

  @Test(arguments: [
    // What a bound has made of a tax is no share of its lines: it stands on the lines that have it.
    ("VAT,DE,,,10,,,,,0.99,,", "VAT 0.99: 0.99 0"), ("VAT,DE,,,10,,,,,1.00,,", "VAT 1: 10 -9"),
    ("VAT,DE,,,10,,,,1.00,,,", "VAT 1: 10 -9"), ("VAT,DE,,,10,,,,1.01,,,", "VAT 1.01: 1.01 0"),
    ("VAT,DE,,flat,2,,,,,,,", "VAT 2: 2 0"),
  ])
  func aTaxThatIsNoShareStandsOnWhatIsCharged(tax: String, expected: String) throws {
    let book = taxed(tax, ["One,,,100,2026-01-01,1,", "Two,,,-90,2026-01-01,1,"], place: "DE")
    #expect(try taxShares(book) == [expected])
  }

  /// `VAT 1.92: 19 -17.1`: a tax and what of it falls on each line.
  private func taxShares(_ book: BillingBook) throws -> [String] {
    let drafts = try book.drafts("2026-01")
    for draft in drafts { checkSums(draft) }
    return drafts.flatMap(\.taxes).map { tax in
      "\(tax.tax) \(tax.amount.rounded): "
        + tax.shares.map(\.amount.description).joined(separator: " ")
    }
  }

  @Test func taxesComeAfterDiscounts() throws {
    var book = taxed("VAT,US,a,,10,,,,,,,", ["One,,,100,2026-01-01,1,a", "Two,,,300,2026-01-01,1,b"])
    book.set("discounts.csv", "account,description,amount\nacme,Coupon,40\n")
    #expect(try taxLines(book) == ["tax VAT on 1 of 90 = 9"])
  }

  @Test func callsAreTaxedByTheMinute() throws {
    var book = taxed("Fund,US,voice,per-minute,0.01,,,,,,,", [])
    book.addUsage(
      """
      acme 2026-01-01/2026-02-01 voice UK calls . . 1 90 1 EUR
      acme 2026-01-01/2026-02-01 data Backup backup . . 1 9000 1 EUR
      """)
    #expect(try taxLines(book) == ["tax Fund on 1 of 1 = 0.02"])
  }

  @Test(arguments: [
    ("acme,VAT,certificate,R-1,,", ["tax VAT on 1–2 of 200 certificate = 0", "tax City on 1–2 of 200 = 4"]),
    (
      "acme,,reverse-charge,DE1,,",
      ["tax VAT on 1–2 of 200 reverse-charge = 0", "tax City on 1–2 of 200 reverse-charge = 0"]
    ),
    // The certificate ends between the two lines.
    (
      "acme,VAT,certificate,R-1,,2026-01-10",
      ["tax VAT on 2 of 100 = 10", "tax VAT on 1 of 100 certificate = 0", "tax City on 1–2 of 200 = 4"]
    ),
    ("acme,VAT,certificate,R-1,2026-02-01,", ["tax VAT on 1–2 of 200 = 20", "tax City on 1–2 of 200 = 4"]),
  ]) func exemptionsAreShownWithTheirReason(row: String, expected: [String]) throws {
    var book = taxed(
      "VAT,US,,,10,,,,,,,\nCity,US-DC,,,2,,,,,,,",
      ["One,,,100,2026-01-01,1,a", "Two,,,144.15,2026-01-11,1,b"])
    book.set(
      "contracts.csv",
      "account,description,price,from,proration\nacme,One,100,2026-01-01,\nacme,Two,100,2026-01-11,whole\n")
    book.set("exemptions.csv", "account,tax,reason,reference,from,until\n" + row + "\n")
    #expect(try taxLines(book) == expected)
  }

  @Test(arguments: [("", Taxation.placeUnknown), ("DE", .place("DE"))])
  func nobodyIsTaxedInAPlaceThatNobodyNamed(place: String, expected: Taxation) throws {
    let draft = try #require(
      try taxed("VAT,DE,,,19,,,,,,,", ["One,,,100,2026-01-01,1,"], place: place).drafts("2026-01").first)
    #expect(draft.taxation == expected)
    #expect(draft.taxes.isEmpty == place.isEmpty)
  }

  @Test(arguments: [
    ("14 days", "2026-02-15"), ("net 30", "2026-03-03"), ("Net 15", "2026-02-16"),
    ("due on receipt", "2026-02-01"),
    // After the end of the invoice's month, which is the 28th.
    ("Net 30 EOM", "2026-03-30"), ("end of month + 15 days", "2026-03-15"), ("EOM", "2026-02-28"),
    ("30 days after end of month", "2026-03-30"), ("within 14 days of receipt", "2026-02-15"),
    ("30 days from end of next month", "-"), ("1 month", "-"), ("net30", "-"), ("14 Tage", "-"),
    ("30/60/90 days", "-"), ("2 % within 10 days, net 30", "-"), ("on account", "-"), ("30", "-"), ("", "-"),
  ]) func theLastDayToPayFollowsFromTheTerms(terms: String, expected: String) throws {
    var book = BillingBook.contracts("description,price,from", "Care,40,2026-01-01")
    book.set("accounts.csv", "account,plan,terms\nacme,p,\"\(terms)\"\n")
    #expect(try book.drafts("2026-01").first?.dueDate?.description ?? "-" == expected)
  }
}

extension InvoiceDraft {
  /// The draft that it was made of.
  fileprivate var withoutIssue: InvoiceDraft {
    var draft = self
    draft.issue = nil
    return draft
  }
}
