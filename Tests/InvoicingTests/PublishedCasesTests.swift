// Invoices that other billing systems and standards publish with their results, restated in our tables.

import BillingCalendar
import Catalog
import Money
import Testing

@testable import Invoicing

/// Every case has its number in the collection that it was taken from, and where the figures come from.
///
/// Left out because our rules are others, or because the case is of another room:
/// - TI-01, TI-07: a quantity of nothing owes the flat part of the first tier there, and nothing here. As tiers of usage, where a
///   plan may say either, and TI-17 to TI-23 and TI-28 (packages, percentages, blocks): `PublishedTierTests` of the engine.
/// - TI-24: units by their share of the month in tiers by whole units. Here a change costs the difference of what both
///   quantities come to, for its days.
/// - TI-26: its tiers are those of a case that the collection does not have; TI-32 is of the same kind.
/// - DT-03: its total rounds the unrounded sum over two rates to 18.89; EN 16931 and we round each rate: 18.90.
/// - DT-08: prices that hold their tax. EN-13: rounding of the sum to be paid. Neither is offered.
/// - PR-20: its own figure counts February 2020 with 28 days; the right one, 10/29, is checked.
/// - CN-02, CN-03, CN-04, CN-06 (in days), CN-08, MS-04: what happens after a draft; `PublishedStoreCasesTests` of BillingOperations has them.
/// - DT-16: a journal that sums to nothing; `InvoiceExportTests` has it.
/// - NU-02: numbers with months in them. Ours are a series and a count, which `opening.csv` lets go on.
/// - AR-01, AR-05: payments and how long they take are the ledger's.
/// - MS-01, MS-02: rates and blocks of hours; prices of tickets are written, and the engine meters hours.
@Suite struct PublishedCasesTests {
  private func amounts(_ book: BillingBook, _ month: String) throws -> [String] {
    try book.lines(month).map { $0.split(separator: "= ").last.map(String.init) ?? "" }
  }

  private func total(_ book: BillingBook, _ month: String) throws -> String {
    try book.drafts(month).map { "\($0.tax) \($0.total)" }.joined(separator: " ")
  }

  // `interval anchor from until timing proration price month → part amount`.
  @Test(arguments: [
    // PR-06, Lago: 32 of the 91 days of a calendar quarter, in arrears.
    ("3 2024-04-01 2024-05-20 2024-06-21 arrears days 910 2024-06", "32/91 = 320"),
    // PR-07, Lago: a year with a leap day in it.
    ("12 2023-07-19 2023-11-19 . current days 1188 2023-11", "243/366 = 788.75"),
    // PR-08, Kill Bill: the last day is not counted.
    ("1 2023-05-23 2023-05-23 2023-06-15 current days 31 2023-05", "23/31 = 23"),
    // PR-13, PR-15, Kill Bill: months of thirty days.
    ("1 2023-02-23 2023-02-23 2023-03-15 current 30-day-months 30 2023-02", "22/30 = 22"),
    ("1 2023-05-15 2023-05-15 2023-05-23 current 30-day-months 30 2023-05", "8/30 = 8"),
    // PR-20, Oracle, put right: 10 of the 29 days of February 2020.
    ("1 2019-03-01 2019-03-01 2020-02-11 current days 29 2020-02", "10/29 = 10"),
  ]) func partsOfIntervals(row: String, expected: String) throws {
    let cells = row.split(separator: " ").map { $0 == "." ? "" : String($0) }
    let book = BillingBook.contracts(
      "description,price,from,until,interval,anchor,timing,proration",
      "Plan,\(cells[6]),\(cells[2]),\(cells[3]),\(cells[0]),\(cells[1]),\(cells[4]),\(cells[5])")
    let lines = try book.lines(cells[7])
    #expect(lines.count == 1 && lines[0].hasSuffix(" " + expected), "\(lines)")
  }

  @Test func upgradeInTheMiddleOfAMonth() throws {
    // PR-25, Samsung: 30.00 for half of a month, then 60.00; 15.00 more than the old plan for all of it.
    let book = BillingBook.contracts(
      "description,price,from,until", "Old,30,2026-01-01,2026-06-16", "New,60,2026-06-16,")
    #expect(try amounts(book, "2026-06") == ["15", "30"])
  }

  @Test func commitmentForTwoDays() throws {
    // MC-01, Lago: 10,000.00 for 2 of 29 days is 689.66; 6.90 and 3 × 10.00 were reached.
    var book = BillingBook.contracts(
      "description,price,from,proration", "Plan,100,2024-02-28,", "One,10,2024-02-28,whole",
      "Two,10,2024-02-28,whole", "Three,10,2024-02-28,whole")
    book.set("commitments.csv", "account,amount,from\nacme,10000,2024-02-28\n")
    #expect(try amounts(book, "2024-02") == ["6.9", "10", "10", "10", "652.76"])
  }

  @Test func aDiscountLeavesTheCommitment() throws {
    // MC-02, Lago.
    var book = BillingBook.contracts("description,price,from", "Plan,100,2026-01-01", "Extra,10,2026-01-01")
    book.set("commitments.csv", "account,amount,from\nacme,10000,2026-01-01\n")
    book.set("discounts.csv", "account,description,amount\nacme,Coupon,10000\n")
    #expect(try amounts(book, "2026-01") == ["100", "10", "9890", "-10000"])
  }

  // `kind steps quantity → amount`.
  @Test(arguments: [
    // TI-29: volume prices.
    ("volume 5: 7; 10: 6.5; 6", 1, "7"), ("volume 5: 7; 10: 6.5; 6", 5, "35"),
    ("volume 5: 7; 10: 6.5; 6", 6, "39"), ("volume 5: 7; 10: 6.5; 6", 20, "120"),
    ("volume 5: 7; 10: 6.5; 6", 25, "150"),
    // TI-30: the same steps both ways.
    ("volume 5: 5; 10: 4; 15: 3; 20: 2; 1", 1, "5"), ("volume 5: 5; 10: 4; 15: 3; 20: 2; 1", 5, "25"),
    ("volume 5: 5; 10: 4; 15: 3; 20: 2; 1", 6, "24"), ("volume 5: 5; 10: 4; 15: 3; 20: 2; 1", 20, "40"),
    ("volume 5: 5; 10: 4; 15: 3; 20: 2; 1", 25, "25"), ("graduated 5: 5; 10: 4; 15: 3; 20: 2; 1", 6, "29"),
    // TI-03, TI-05, TI-06, Lago: flat parts of every tier that is reached.
    ("graduated 10: 10 + 2 flat; 20: 5 + 3 flat; 5 + 3 flat", 10, "102"),
    ("graduated 10: 10 + 2 flat; 20: 5 + 3 flat; 5 + 3 flat", 12, "115"),
    ("graduated 10: 10 + 2 flat; 20: 5 + 3 flat; 5 + 3 flat", 21, "163"),
    // TI-08, TI-09, TI-12, Lago: the flat part of the tier that is reached.
    ("volume 100: 2 + 10 flat; 200: 1; 0.5 + 50 flat", 1, "12"),
    ("volume 100: 2 + 10 flat; 200: 1; 0.5 + 50 flat", 100, "210"),
    ("volume 100: 2 + 10 flat; 200: 1; 0.5 + 50 flat", 200, "200"),
    // TI-31, Lago.
    ("volume 0.0006 + 10 flat", 65_000, "49"),
    // TI-32.
    ("graduated 1000: 0.10; 10000: 0.05; 0.01", 15_000, "600"),
    ("volume 1000: 0.10; 10000: 0.05; 0.01", 15_000, "150"),
  ]) func pricesByQuantity(tiers: String, quantity: Int, expected: String) throws {
    let book = BillingBook.contracts(
      "description,tiers,quantity,from", "Seat,\(tiers),\(quantity),2026-01-01")
    #expect(try amounts(book, "2026-01") == [expected])
  }

  @Test func reportsInTheBaseCurrency() throws {
    // AR-03: 100 dollars at 80 are 8,000 in the books.
    let (dollar, rupee) = (try #require(Currency(code: "USD")), try #require(Currency(code: "INR")))
    let day = try #require(CivilDate.parse("2026-01-31"))
    let rate = ExchangeRate(from: dollar, to: rupee, date: day, ratePico: 80_000_000_000_000, line: 2)
    let total = ReportingCurrency(rupee, rates: [rate]).total(
      Amount(pico: 100_000_000_000_000), in: dollar, on: day)
    #expect(total?.amount.description == "8000")
  }

  /// Contracts of the given prices and classes, with taxes and discounts.
  private func book(_ lines: [String], taxes: [String], discounts: [String] = []) -> BillingBook {
    var book = BillingBook([
      "contracts.csv": "account,description,item,price,from,quantity,tax_class\n"
        + lines.map { "acme,Line,\($0)\n" }.joined(),
      "taxes.csv": "tax,place,classes,rate\n" + taxes.map { "\($0)\n" }.joined(),
    ])
    if !discounts.isEmpty {
      book.set(
        "discounts.csv",
        "account,item,description,percent,amount\n" + discounts.map { "acme,\($0)\n" }.joined())
    }
    return book
  }

  @Test func aCouponIsSpreadOverTaxRates() throws {
    // DT-01, Lago.
    let book = book(
      [
        "a,100,2026-01-01,1,ten", "b,50,2026-01-01,1,none", "c,30,2026-01-01,1,twenty",
        "d,20,2026-01-01,1,twenty",
      ],
      taxes: ["Ten,DE,ten,10", "Twenty,DE,twenty,20"], discounts: [",Coupon,,10"])
    let draft = try #require(try book.drafts("2026-01").first)
    #expect(draft.discounts[0].shares.map(\.amount.description) == ["-5", "-2.5", "-1.5", "-1"])
    #expect(draft.taxes.map(\.amount.rounded.description) == ["9.5", "9.5"])
    #expect("\(draft.net) \(draft.total)" == "190 209")
  }

  @Test(
    arguments: [
      // DT-02, Lago: coupons stop at nothing.
      (["a,100,2026-01-01,1,x"], ["VAT,DE,,10"], [",One,,10", ",Two,,110"], "0 0"),
      // DT-04, Flexprice, without the wallet, which pays and takes nothing off.
      (
        ["a,80,2026-01-01,1,x", "b,20,2026-01-01,1,x"], ["VAT,DE,,8.25"], ["a,Line,25,", ",All,,10"],
        "5.78 75.78"
      ),
      // DT-05, Flexprice: 10 % and 10 % are 19 %.
      (["a,100,2026-01-01,1,x"], ["VAT,DE,,0"], [",One,10,", ",Two,10,"], "0 81"),
      // DT-06, UniBee publishes 0.72, cut off; half up it is 0.73.
      (["a,29,2026-01-01,1,x"], ["VAT,DE,,5"], [",Half,50,"], "0.73 15.23"),
      // DT-14, QuickBooks.
      (
        ["a,275,2026-01-01,1,x", "b,12.75,2026-01-01,1,x", "c,9.5,2026-01-01,5,x"], ["Tax,DE,,8"], [],
        "26.82 362.07"
      ),
      // EN-01, Peppol: a returned item, and a charge for all.
      (
        ["a,400,2026-01-01,7,x", "b,-500,2026-01-01,3,x", "c,25,2026-01-01,1,x"], ["VAT,DE,,25"], [],
        "331.25 1656.25"
      ),
      // EN-03, Peppol: two rates, and an allowance on one of them.
      (
        [
          "a,4000,2026-01-01,1,S25", "a,900,2026-01-01,1,S25", "b,2000,2026-01-01,1,S15",
          "c,200,2026-01-01,1,S25",
        ], ["VAT,DE,S25,25", "VAT,DE,S15,15"], ["a,Allowance,,100"], "1550 8550"
      ),
    ] as [([String], [String], [String], String)])
  func taxAndTotal(lines: [String], taxes: [String], discounts: [String], expected: String) throws {
    #expect(try total(book(lines, taxes: taxes, discounts: discounts), "2026-01") == expected)
  }

  @Test func taxByTheLine() throws {
    // DT-15, Sage: 17.50, 7.88 and 8.75; once for all it would be 34.13 too, of 7.875 and 7.875 it is not.
    var book = book(
      ["a,45,2026-01-01,1,x", "b,45,2026-01-01,1,x", "c,100,2026-01-01,1,x"], taxes: ["VAT,DE,,17.5"])
    #expect(try total(book, "2026-01") == "33.25 223.25")
    book.set("catalog.yaml", "currency: EUR\ntax_rounding: line\n")
    #expect(try total(book, "2026-01") == "33.26 223.26")
  }

  @Test func linesAreRoundedHalfUp() throws {
    // EN-07, Elnät: 90 of 365 days of 1585, then 467.775 and 703.78875; what is rounded to be paid stays 1952.99.
    var book = BillingBook.contracts(
      "description,price,from,until,interval,quantity", "Line,1585,2026-01-01,2026-04-01,annual,",
      "Transfer,0.275,2026-01-01,,,1701", "Tax,0.41375,2026-01-01,,,1701")
    #expect(try amounts(book, "2026-01") == ["390.82", "467.78", "703.79"])
    book.set("taxes.csv", "tax,place,rate\nVAT,DE,25\n")
    #expect(try total(book, "2026-01") == "390.6 1952.99")
  }

  @Test func seatsAreAddedInTheMonthAndChargedAheadForTheNext() throws {
    // MS-03, Insightful: 48 seats at 6.00 ahead are 288.00; additions of the month before are lines of their own.
    var book = BillingBook.contracts(
      "description,item,price,from,count,timing", "Seat,seat,6,2026-01-01,prorate,advance")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,seat,2026-01-01,40\nacme,seat,2026-06-05,44\nacme,seat,2026-06-10,48\n"
    )
    #expect(try amounts(book, "2026-06") == ["20.8", "16.8", "288"])
  }
}
