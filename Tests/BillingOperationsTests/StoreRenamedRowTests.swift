// Rows of contracts.csv that are written with other texts after they were charged, and rows that are deleted: every day is charged once,
// and what nobody can tell is named with its money.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreRenamedRowTests {
  private static let head =
    "account,contract,description,item,price,quantity,currency,timing,interval,from,until\n"
  private static let care = "acme,,Care,,100,1,EUR,,,2026-01-01,\n"
  private static let book = "item,description,from,price\ncare,Care,2025-01-01,100\n"

  /// A desk whose January and February are sent with these rows.
  private func desk(_ contracts: String = care) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(["price-book.csv": Self.book])
    try write(contracts, desk)
    for month in 1...4 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    try desk.send("2026-02", on: "2026-03-03")
    return desk
  }

  private func write(_ contracts: String, _ desk: NightDesk) throws {
    try desk.writeBilling(["contracts.csv": Self.head + contracts])
  }

  /// Sends a period: its recurring lines, `section description from amount`.
  private func sent(_ desk: NightDesk, _ period: String, on date: String) throws -> [String] {
    try desk.send(period, on: date)
    let numbers = try desk.store().invoices().filter { "\($0.period)".hasPrefix(period) }.map(\.number)
    return try numbers.flatMap { number in
      try desk.document(number).lines.filter { $0.section != "usage" }
        .map { "\($0.section) \($0.description) \($0.from) \($0.amount)" }
    }
  }

  /// What drafts of a period have named: `money`, then the last words of what is said.
  private func named(_ desk: NightDesk, _ period: String) throws -> [String] {
    let outcome = try desk.draft(period)
    let drafts = try StoreDrafts.open(UsagePeriodChoice.parse(period), in: desk.store())
    let report = try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report()
    let found = drafts.pinned.basis.uncorrected
    let flags = report.flags.filter { $0.kind == .chargedOtherwise }
    #expect(flags.map(\.money) == found.sorted { $0.account < $1.account }.map(\.more))
    // Whoever drafts is told, too.
    #expect(outcome.toLookAt.map(\.money) == found.map(\.more))
    return found.map { "\($0.reason.rawValue) \($0.description) \($0.currency) \($0.more)" }
  }

  @Test(arguments: [
    "acme,MSA-1,Care,,100,1,EUR,,,2026-01-01,\n", "acme,,Care,care,100,1,EUR,,,2026-01-01,\n",
    "acme,MSA-1,Care,care,100,1,EUR,,,2026-01-01,\n", "acme,MSA-1,Care,care,,1,EUR,,,2026-01-01,\n",
    "acme,,Care plus,,100,1,EUR,,,2026-01-01,\n",
  ]) func aRowThatIsGivenOtherTextsIsTheRowThatWasCharged(row: String) throws {
    let desk = try desk()
    try write(row, desk)
    #expect(try named(desk, "2026-03") == [])
    let text = row.hasPrefix("acme,,Care plus") ? "Care plus" : "Care"
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring \(text) 2026-03-01 100"])
    #expect(try named(desk, "2026-04") == [])
    #expect(try sent(desk, "2026-04", on: "2026-05-03") == ["recurring \(text) 2026-04-01 100"])
    try desk.expectWhole()
  }

  @Test func aRowThatMovesIntoAnAgreementIsTheRowThatWasCharged() throws {
    let desk = try desk()
    try write("", desk)
    try desk.writeBilling([
      "contracts/msa.yaml":
        "contract: MSA-1\naccount: acme\nfrom: 2026-01-01\nlines:\n  - {description: Care, price: 100, quantity: 1}\n"
    ])
    #expect(try named(desk, "2026-03") == [])
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring Care 2026-03-01 100"])
  }

  @Test func anotherPriceAtTheSameTimeIsNamedAndNotCharged() throws {
    let desk = try desk()
    try write("acme,MSA-1,Care,,110,1,EUR,,,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == ["price Care EUR 20"])
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring Care 2026-03-01 110"])
    #expect(try named(desk, "2026-04") == [])
  }

  @Test func whatWasChargedAheadIsGivenBackToTheRowWithItsNewTexts() throws {
    let desk = try desk("acme,,Care,,365,1,EUR,advance,annual,2026-02-01,\n")
    try write("acme,MSA-1,Care,,365,1,EUR,advance,annual,2026-02-01,2026-03-16\n", desk)
    #expect(try named(desk, "2026-03") == [])
    // 322 of 365 days.
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["refund Care 2026-03-16 -322"])
    #expect(try named(desk, "2026-04") == [])
  }

  @Test(arguments: [
    // Two rows that differ by their price are told apart; two that are alike are not, and nothing is charged again.
    ("150", ["recurring Care 2026-03-01 100", "recurring Care 2026-03-01 150"], []),
    (
      "100", ["recurring Care 2026-03-01 100", "recurring Care 2026-03-01 100"],
      ["replaced Care EUR -200", "replaced Care EUR -200"]
    ),
  ]) func rowsThatAreAlikeAreNotGuessed(price: String, lines: [String], expected: [String]) throws {
    func rows(_ first: String, _ second: String) -> String {
      "acme,\(first),Care,,100,1,EUR,,,2026-01-01,\nacme,\(second),Care,,\(price),1,EUR,,,2026-01-01,\n"
    }
    let desk = try desk(rows("A", "B"))
    try write(rows("A-1", "B-1"), desk)
    #expect(try named(desk, "2026-03") == expected)
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == lines)
    #expect(try named(desk, "2026-04") == [])
  }

  @Test func anotherCurrencyLeavesThePastInTheOldOneAndIsNamed() throws {
    let desk = try desk()
    try write("acme,,Care,,100,1,USD,,,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == ["replaced Care EUR -200"])
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring Care 2026-03-01 100"])
    #expect(try named(desk, "2026-04") == [])
    #expect(try sent(desk, "2026-04", on: "2026-05-03") == ["recurring Care 2026-04-01 100"])
  }

  @Test func aRowThatNobodyCanKnowAgainChargesItsDaysAndIsNamed() throws {
    let desk = try desk()
    try write("acme,MSA-1,Support,,120,1,EUR,,,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == ["again Care EUR -200"])
    #expect(
      try sent(desk, "2026-03", on: "2026-04-03") == [
        "recurring Support 2026-03-01 120", "correction Support 2026-01-01 120",
        "correction Support 2026-02-01 120",
      ])
    #expect(try named(desk, "2026-04") == [])
  }

  @Test func aRowForTheTimeToComeIsNoOtherText() throws {
    let desk = try desk()
    try write("acme,MSA-1,Care,,120,1,EUR,,,2026-03-01,\n", desk)
    #expect(try named(desk, "2026-03") == [])
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring Care 2026-03-01 120"])
  }

  @Test func aRowThatWasChargedAheadAndIsGoneIsNamedAsLongAsDaysAreLeft() throws {
    let ahead = "acme,,Care,,365,1,EUR,advance,annual,2026-02-01,"
    let other = "acme,,Other,,1,1,EUR,,,2026-01-01,\n"
    let desk = try desk(ahead + "\n" + other)
    try write(other, desk)
    // 337 of 365 days from March on, then 306.
    #expect(try named(desk, "2026-03") == ["gone Care EUR -337"])
    #expect(try sent(desk, "2026-03", on: "2026-04-03") == ["recurring Other 2026-03-01 1"])
    #expect(try named(desk, "2026-04") == ["gone Care EUR -306"])
    // The way out that it names.
    try write(ahead + "2026-03-16\n" + other, desk)
    #expect(try named(desk, "2026-04") == [])
    #expect(
      try sent(desk, "2026-04", on: "2026-05-03") == [
        "recurring Other 2026-04-01 1", "refund Care 2026-03-16 -322",
      ])
    // What was given back is not named, whatever becomes of the row.
    try write(other, desk)
    #expect(try named(desk, "2026-05") == [])
  }

  @Test func aRowThatIsGoneAndChargedNothingAheadIsNotNamed() throws {
    let desk = try desk(Self.care + "acme,,Other,,1,1,EUR,,,2026-01-01,\n")
    try write("acme,,Other,,1,1,EUR,,,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == [])
  }

  @Test func anInvoiceThatWasCreditedInFullAndStaysBilledIsNamedByEveryDraft() throws {
    let desk = try desk()
    try desk.write(["late 2026-01-20 100 447700900123 60"], to: "usage/pbx-late.csv")
    try desk.rate(["usage"])
    try desk.send("2026-03", on: "2026-04-03")
    func flags(_ period: String) throws -> [String] {
      let outcome = try desk.draft(period)
      let drafts = try StoreDrafts.open(UsagePeriodChoice.parse(period), in: desk.store())
      let report = try InvoiceReview(
        usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
      ).report()
      let flags = report.flags.filter { $0.message.contains("was credited in full, and") }
      #expect(flags == outcome.toLookAt)
      return flags.map { "\($0.account) \($0.money?.description ?? "")" }
    }
    // A line of it is nothing to name, nor is an invoice whose period is open again.
    try desk.credit("INV-0001", lines: [1], on: "2026-04-03")
    #expect(try flags("2026-04") == [])
    try desk.credit("INV-0001", on: "2026-04-03")
    #expect(try flags("2026-04") == ["acme 100.01"])
    #expect(try flags("2026-05") == ["acme 100.01"])
    #expect(try flags("2027-01") == ["acme 100.01"])
    #expect(try flags("2027-02") == [])
    try desk.credit("INV-0003", on: "2026-04-03")
    #expect(try flags("2026-04") == [])
  }

  /// 50 for up to 6 seats, 8 each above, charged ahead since before the store; a count that is entered late.
  @Test(arguments: [
    ("5", "0"),
    // 6 → 7: one at 8, for 21 of 31 days.
    ("7", "5.42"),
  ]) func aLateCountCostsTheDifferenceToWhatWasChargedBeforeTheStore(seats: String, amount: String) throws {
    let desk = try NightDesk()
    try desk.writeBilling([
      "price-book.csv": "item,description,from,price\nseat,Seat,2025-01-01,10\n",
      "contracts.csv":
        "account,description,item,tiers,count,timing,from\nacme,Seats,seat,graduated 6: 50 flat; 8.00,prorate,advance,2025-11-01\n",
      "counts.csv": "account,item,date,quantity\nacme,seat,2025-10-01,3\n",
    ])
    try desk.write(["m1 2026-01-10 100 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    try desk.writeBilling([
      "counts.csv": "account,item,date,quantity\nacme,seat,2025-10-01,3\nacme,seat,2026-01-11,\(seats)\n"
    ])
    let lines = try sent(desk, "2026-02", on: "2026-03-03")
    #expect(lines.contains("correction Seats 2026-01-11 \(amount)"), "\(lines)")
  }

  @Test func anotherIntervalIsNoOtherPrice() throws {
    let desk = try desk("acme,,Care,,30,1,EUR,,,2026-01-01,\n")
    try write("acme,,Care,,90,1,EUR,,quarterly,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == [])
    try write("acme,,Care,,33,1,EUR,,,2026-01-01,\n", desk)
    #expect(try named(desk, "2026-03") == ["price Care EUR 6"])
  }

  @Test func oneTimeChargesThatAreKnownLateAreNamed() throws {
    func charges(_ rows: String...) -> [String: String] {
      let head = "account,charge,description,delivered,price,decision,decided_by\n"
      return ["charges.csv": head + rows.map { "acme,\($0),approve,Mira\n" }.joined()]
    }
    let desk = try NightDesk()
    try write(Self.care, desk)
    try desk.writeBilling(charges("K1,Router,2026-01-12,150", ",Cable,2026-01-12,9"))
    try desk.write(["m1 2026-01-10 100 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    #expect(try named(desk, "2026-02") == [])
    // With an id it is on the next invoice, without one on none; what is billed is billed, whatever its price is now.
    let (router, cable) = ("K1,Router,2026-01-12,1500", ",Cable,2026-01-12,9")
    try desk.writeBilling(charges(router, cable, ",Work,2026-01-11,700", "K2,Desk,2026-01-31,5"))
    let expected = ["charge Router EUR 1350", "unbilled Work EUR 700"]
    #expect(try named(desk, "2026-02") == expected)
    #expect(
      try sent(desk, "2026-02", on: "2026-03-03") == [
        "recurring Care 2026-02-01 100", "one-time Desk 2026-01-31 5",
      ])
    #expect(try named(desk, "2026-03") == expected)
    // The second of two that are alike, another price of one without an id, and one of a period that is not billed.
    try desk.writeBilling(charges(cable, cable, ",New,2026-03-01,3"))
    #expect(try named(desk, "2026-03") == ["unbilled Cable EUR 9"])
    try desk.writeBilling(charges(",Cable,2026-01-12,12"))
    #expect(try named(desk, "2026-03") == ["charge Cable EUR 3"])
    // What was credited is left alone, and an id is the way out.
    try desk.credit("INV-0001", lines: [3], on: "2026-03-03")
    try desk.writeBilling(charges(router, cable, "K3,Work,2026-01-11,700"))
    #expect(try named(desk, "2026-03") == [])
  }

  /// Charges of 100 and 50 with 30 off a month; the first ends on 16 January, which becomes known in February.
  @Test(arguments: [
    // 50 less 51.61, and 10.32 of January's discount back: 8.71 are left, and no more than these are taken off.
    ("50", "0", "-8.71"), ("71.28", "0", "-29.99"), ("71.29", "0", "-30"), ("71.30", "0.01", "-30"),
  ]) func anAmountTakesOffWhatARefundLeavesWithItsDiscount(price: String, total: String, off: String) throws {
    let desk = try NightDesk()
    func rows(_ until: String) -> String {
      "acme,,Care,,100,1,EUR,,,2026-01-01,\(until)\nacme,,Other,,50,1,EUR,,,2026-01-01,2026-02-01\n"
        + "acme,,More,,\(price),1,EUR,,,2026-02-01,\n"
    }
    try desk.writeBilling(["discounts.csv": "account,description,amount\nacme,Off,30.00\n"])
    try write(rows(""), desk)
    try desk.write(["m1 2026-01-10 200 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    try write(rows("2026-01-16"), desk)
    try desk.draft("2026-02")
    try desk.decide(.approve, drafts: ["acme"])
    let invoice = try #require(try desk.finalise("2026-03-03").documents.first)
    let document = try desk.document(invoice.number)
    let more = try #require(document.lines.first { $0.description == "More" })
    #expect("\(invoice.total) \(more.discount)" == "\(total) \(off)")
  }

  @Test(arguments: [
    // The second of two rows with the same texts, told by its quantity; the first; one of two that are alike.
    ("3", "2", "acme,MSA-1,Care,,100,3,EUR,,,2026-01-01,\nacme,MSA-1,Care plus,,100,2,EUR,,,2026-01-01,\n"),
    ("3", "2", "acme,MSA-1,Care plus,,100,3,EUR,,,2026-01-01,\nacme,MSA-1,Care,,100,2,EUR,,,2026-01-01,\n"),
    ("3", "3", "acme,MSA-1,Care,,100,3,EUR,,,2026-01-01,\nacme,MSA-1,Care plus,,100,3,EUR,,,2026-01-01,\n"),
    ("3", "3", "acme,MSA-1,Care,,100,3,EUR,,,2026-01-01,\nacme,MSA-2,Care,,100,3,EUR,,,2026-01-01,\n"),
  ]) func oneOfTwoRowsWithTheSameTextsIsRenamed(first: String, second: String, rows: String) throws {
    let desk = try desk(
      "acme,MSA-1,Care,,100,\(first),EUR,,,2026-01-01,\nacme,MSA-1,Care,,100,\(second),EUR,,,2026-01-01,\n")
    try write(rows, desk)
    #expect(try named(desk, "2026-03") == [])
    let lines = try sent(desk, "2026-03", on: "2026-04-03")
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("recurring") && $0.contains("2026-03-01") })
    #expect(try named(desk, "2026-04") == [])
    #expect(try sent(desk, "2026-04", on: "2026-05-03").count == 2)
  }

  /// A row that is like none of those that were charged is another one: it is charged from its day on.
  @Test(arguments: [
    "acme,MSA-1,Care plus,,90,2,EUR,,,2026-03-01,\n", "acme,X,Other,,100,2,EUR,,,2026-03-01,\n",
  ])
  func arowBesideTwoWithTheSameTextsIsCharged(row: String) throws {
    let two = "acme,MSA-1,Care,,100,3,EUR,,,2026-01-01,\nacme,MSA-1,Care,,100,2,EUR,,,2026-01-01,\n"
    let desk = try desk(two)
    try write(two + row, desk)
    #expect(try named(desk, "2026-03") == [])
    #expect(try sent(desk, "2026-03", on: "2026-04-03").count == 3)
  }
}
