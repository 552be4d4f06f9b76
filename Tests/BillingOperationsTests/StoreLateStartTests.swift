// Starts of contracts and counts that become known after the invoice of their month: the next invoice charges what is missing, or
// gives back what is too much, day by day, labelled with its own days and with the invoice that it corrects, once.

import BillingCalendar
import BillingStore
import Invoicing
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreLateStartTests {
  private static let head = "account,description,item,price,quantity,count,timing,proration,from,until\n"
  private static let seat = "acme,Seat,,10,3,,,,2026-01-01,\n"
  private static let countsHead = "account,item,date,quantity\n"

  /// A desk with calls in January to April; January's invoices are sent with these rows of contracts and counts.
  private func desk(_ contracts: String, counts: String = "", more: [String: String] = [:]) throws
    -> NightDesk
  {
    let desk = try NightDesk()
    var tables = ["contracts.csv": Self.head + contracts].merging(more) { $1 }
    if !counts.isEmpty { tables["counts.csv"] = Self.countsHead + counts }
    try desk.writeBilling(tables)
    for month in 1...4 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  /// Recurring lines of the account's last invoice: `kind description from..until quantity × price = amount [corrects]`.
  private func lines(_ desk: NightDesk) throws -> [String] {
    let number = try #require(
      try desk.store().invoices().last { $0.account == "acme" && $0.kind == .invoice }
    ).number
    let document = try desk.document(number)
    return document.lines.filter { ["recurring", "refund", "correction"].contains($0.section) }.map { line in
      let corrects = document.lineNodes[line.number]?.value["corrects"]
      let label = corrects.flatMap { $0 == .text("") ? nil : " [\($0)]" } ?? ""
      return
        "\(line.section) \(line.description) \(line.from)..\(line.until) \(line.quantity) = \(line.amount)"
        + label.replacing("string(", with: "").replacing(")", with: "")
    }
  }

  private func corrections(_ desk: NightDesk) throws -> [String] {
    try lines(desk).filter { !$0.hasPrefix("recurring") }
  }

  // MARK: starts

  @Test func aRowThatIsEnteredLateIsChargedFromItsStartOnce() throws {
    let desk = try desk(Self.seat)
    try desk.writeBilling(["contracts.csv": Self.head + Self.seat + "acme,Care,,31,,,,,2026-01-17,\n"])
    try desk.send("2026-02", on: "2026-03-03")
    // 31 × 15/31, and all of February.
    #expect(
      try lines(desk) == [
        "recurring Seat 2026-02-01..2026-03-01 3 = 30", "recurring Care 2026-02-01..2026-03-01 1 = 31",
        "correction Care 2026-01-17..2026-02-01 1 = 15 [INV-0001]",
      ])
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let page = String(
      decoding: FileContent.bytes(of: desk.storePath + "/invoices/\(number)/invoice.html") ?? [],
      as: UTF8.self)
    #expect(page.contains("not charged with invoice INV-0001"))
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try corrections(desk) == [])
    try desk.expectWhole()
  }

  @Test(arguments: [
    // a start that was moved: only the days before the ones that were charged
    ("2026-01-17", "2026-01-16", ["correction Care 2026-01-16..2026-01-17 1 = 1 [INV-0001]"]),
    ("2026-01-17", "2026-01-01", ["correction Care 2026-01-01..2026-01-17 1 = 16 [INV-0001]"]),
    ("2026-01-17", "2026-01-17", []),
    // days of a month without an invoice are not charged
    ("2026-01-01", "2025-12-15", []),
    ("2026-01-02", "2025-12-15", ["correction Care 2026-01-01..2026-01-02 1 = 1 [INV-0001]"]),
    // a later start is left to a credit note
    ("2026-01-17", "2026-01-20", []),
  ])
  func aStartThatWasEarlierIsChargedByItsDays(first: String, then: String, expected: [String]) throws {
    let desk = try desk("acme,Care,,31,,,,,\(first),\n")
    try desk.writeBilling(["contracts.csv": Self.head + "acme,Care,,31,,,,,\(then),\n"])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == expected)
  }

  @Test func everyMonthIsALineOfItsOwn() throws {
    let desk = try desk(Self.seat)
    try desk.send("2026-02", on: "2026-03-03")
    try desk.writeBilling(["contracts.csv": Self.head + Self.seat + "acme,Care,,31,,,,,2026-01-17,\n"])
    try desk.send("2026-03", on: "2026-04-03")
    #expect(
      try corrections(desk) == [
        "correction Care 2026-01-17..2026-02-01 1 = 15 [INV-0001]",
        "correction Care 2026-02-01..2026-03-01 1 = 31 [INV-0002]",
      ])
    try desk.send("2026-04", on: "2026-05-03")
    #expect(try corrections(desk) == [])
  }

  @Test(arguments: [
    // what is charged ahead, in arrears, by the month of thirty days, and whole
    (
      "advance", "",
      [
        "correction Care 2026-01-17..2026-02-01 1 = 15 [INV-0001]",
        "correction Care 2026-02-01..2026-03-01 1 = 31 [INV-0001]",
      ]
    ),
    ("arrears", "", ["correction Care 2026-01-17..2026-02-01 1 = 15 [INV-0001]"]),
    ("", "30-day-months", ["correction Care 2026-01-17..2026-02-01 1 = 14.47 [INV-0001]"]),
    ("", "whole", ["correction Care 2026-01-17..2026-02-01 1 = 31 [INV-0001]"]),
  ])
  func timingAndProrationAreThoseOfTheRow(timing: String, proration: String, expected: [String]) throws {
    let desk = try desk(Self.seat)
    try desk.writeBilling([
      "contracts.csv": Self.head + Self.seat + "acme,Care,,31,,,\(timing),\(proration),2026-01-17,\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == expected)
  }

  // MARK: what is no correction

  @Test(arguments: [
    // other texts, another price, another quantity, another way to count, another timing in place: nothing of it looks back
    "acme,Seats,,10,3,,,,2026-01-01,\n", "acme,Seat,,12,3,,,,2026-01-01,\n",
    "acme,Seat,,10,5,,,,2026-01-01,\n",
    "acme,Seat,,10,3,,advance,,2026-01-01,\n", "acme,Seat,,10,3,,arrears,,2026-01-01,\n",
    "acme,Seat,,10,3,,,,2026-02-01,\n", "acme,Seat,,10,3,,,whole,2026-01-01,\n",
  ])
  func aRowThatWasWrittenAnewLooksAhead(row: String) throws {
    let desk = try desk(Self.seat)
    try desk.writeBilling(["contracts.csv": Self.head + row])
    try desk.send("2026-02", on: "2026-03-03")
    let found = try corrections(desk)
    // Charged ahead from now on, February is on no other invoice.
    let expected =
      row.contains("advance") ? ["correction Seat 2026-02-01..2026-03-01 3 = 30 [INV-0001]"] : []
    #expect(found == expected)
  }

  @Test func whatACreditNoteTookBackIsNotChargedAgain() throws {
    let desk = try desk(Self.seat + "acme,Care,,31,,,,,2026-01-01,\n")
    try desk.credit("INV-0001", lines: [2])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == [])
  }

  @Test func ofTwoRowsTheLateEndIsGivenBackAndTheLateStartIsCharged() throws {
    let desk = try desk("acme,Small,care,31,,,,,2026-01-01,\n")
    try desk.writeBilling([
      "contracts.csv": Self.head
        + "acme,Small,care,31,,,,,2026-01-01,2026-01-17\nacme,Large,care,62,,,,,2026-01-17,\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(
      try corrections(desk) == [
        "refund Small 2026-01-17..2026-02-01 -1 = -15 [INV-0001]",
        "correction Large 2026-01-17..2026-02-01 1 = 30 [INV-0001]",
      ])
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try corrections(desk) == [])
  }

  // MARK: counts

  private static func counted(_ mode: String) -> String { "acme,Seat,seat,31,,\(mode),,,2026-01-01,\n" }

  @Test(arguments: [
    ("prorate", ["correction Seat 2026-01-17..2026-02-01 2 = 30 [INV-0001]"]),
    ("full", ["correction Seat 2026-01-01..2026-02-01 2 = 62 [INV-0001]"]),
    ("high-water", ["correction Seat 2026-01-01..2026-02-01 2 = 62 [INV-0001]"]),
    ("next", []),
    // 10 + 2 × 15/31 = 10.967742
    ("average", ["correction Seat 2026-01-01..2026-02-01 0.967742 = 30 [INV-0001]"]),
  ])
  func aCountThatBecomesKnownLateIsADatedPart(mode: String, expected: [String]) throws {
    let desk = try desk(Self.counted(mode), counts: "acme,seat,2026-01-01,10\n")
    try desk.writeBilling([
      "counts.csv": Self.countsHead + "acme,seat,2026-01-01,10\nacme,seat,2026-01-17,12\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == expected)
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try corrections(desk) == [])
    try desk.expectWhole()
  }

  @Test func aCountThatIsCorrectedTwiceIsRightInTheEnd() throws {
    let desk = try desk(Self.counted("prorate"), counts: "acme,seat,2026-01-01,10\n")
    try desk.writeBilling(["counts.csv": Self.countsHead + "acme,seat,2026-01-01,13\n"])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == ["correction Seat 2026-01-01..2026-02-01 3 = 93 [INV-0001]"])
    try desk.writeBilling(["counts.csv": Self.countsHead + "acme,seat,2026-01-01,8\n"])
    try desk.send("2026-03", on: "2026-04-03")
    // January was charged 13, February 13.
    #expect(
      try corrections(desk) == [
        "correction Seat 2026-01-01..2026-02-01 -5 = -155 [INV-0001]",
        "correction Seat 2026-02-01..2026-03-01 -5 = -155 [INV-0002]",
      ])
    try desk.send("2026-04", on: "2026-05-03")
    #expect(try corrections(desk) == [])
  }

  @Test func aCountOfNothingGivesAllOfItBack() throws {
    let desk = try desk(Self.counted("prorate"), counts: "acme,seat,2026-01-01,10\n")
    try desk.writeBilling(["counts.csv": Self.countsHead + "acme,seat,2026-01-01,0\n"])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == ["correction Seat 2026-01-01..2026-02-01 -10 = -310 [INV-0001]"])
  }

  @Test func tiersCountTheDifferenceOfBothQuantities() throws {
    let head = Self.head.replacing("price", with: "price,tiers")
    let row = "acme,Seat,seat,,graduated 10: 31; 62 + 15.50 flat,,prorate,,,2026-01-01,\n"
    let desk = try desk(
      "", counts: "acme,seat,2026-01-01,9\n", more: ["contracts.csv": head + row])
    try desk.writeBilling([
      "counts.csv": Self.countsHead + "acme,seat,2026-01-01,9\nacme,seat,2026-01-17,12\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    // One at 31, two at 62 and the flat part, for 15 of 31 days: 15 + 60 + 7.50.
    #expect(try corrections(desk) == ["correction Seat 2026-01-17..2026-02-01 3 = 82.5 [INV-0001]"])
  }

  @Test func aRowThatIsCountedFromNowOnDoesNotLookBack() throws {
    let desk = try desk("acme,Seat,seat,31,5,,,,2026-01-01,\n", counts: "acme,seat,2026-01-01,10\n")
    try desk.writeBilling(["contracts.csv": Self.head + Self.counted("prorate")])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try corrections(desk) == [])
  }

  @Test func discountsAndTaxesAreThoseOfTheDaysThatAreCorrected() throws {
    let more = [
      "accounts.csv": InvoiceDesk.accounts,
      "taxes.csv": "tax,place,rate,from,until\nVAT,DE,10,2026-01-01,2026-02-01\nVAT,DE,20,2026-02-01,\n",
      "discounts.csv": "account,description,percent,from,until\nacme,Start,50,2026-01-01,2026-02-01\n",
    ]
    let desk = try desk(Self.seat, more: more)
    try desk.writeBilling(["contracts.csv": Self.head + Self.seat + "acme,Care,,31,,,,,2026-01-17,\n"])
    try desk.send("2026-02", on: "2026-03-03")
    let number = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    let line = try #require(try desk.document(number).lines.first { $0.section == "correction" })
    #expect("\(line.amount) \(line.discount) \(line.tax)" == "15 -7.5 0.75")
  }

  @Test func ofTwoDraftsWithOneCorrectionTheFirstToGoOutHasIt() throws {
    let desk = try desk(Self.seat)
    try desk.writeBilling(["contracts.csv": Self.head + Self.seat + "acme,Care,,31,,,,,2026-01-17,\n"])
    let fault = try desk.faultOfTheSecond(of: "2026-02", "2026-03")
    #expect("\(fault, default: "")".contains("charges of account 'acme' were corrected with INV-0002"))
  }
}
