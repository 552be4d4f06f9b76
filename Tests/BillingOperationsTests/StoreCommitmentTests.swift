// Minimum commitments of billed periods are counted again when usage or recurring charges of these periods change: the next
// invoice gives back what was charged too much, or charges what is missing now, once.

import BillingCalendar
import BillingStore
import Invoicing
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreCommitmentTests {
  private static let head = "account,description,amount,from,counts\n"
  private static let least = "acme,Least,10.00,2026-01-01,usage\n"

  /// A desk whose January is sent with calls of so many seconds, 3000 for 1.00; later months have 20.00 of their own.
  private func desk(
    _ seconds: Int, _ commitments: String = least, more: [String: String] = [:], extra: Int = 0
  ) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(["commitments.csv": Self.head + commitments].merging(more) { $1 })
    try desk.write(["m1 2026-01-10 100 12025550100 \(seconds)"], to: "usage/pbx-1.csv")
    if extra > 0 { try desk.write(["m9 2026-01-11 100 12025550100 \(extra)"], to: "usage/pbx-9.csv") }
    for month in 2...4 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 12025550100 60000"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  /// Rates a call of January that comes late.
  private func late(_ desk: NightDesk, _ seconds: Int, _ name: String = "late") throws {
    try desk.write(["\(name) 2026-01-20 100 12025550100 \(seconds)"], to: "usage/pbx-\(name).csv")
    try desk.rate(["usage"])
  }

  private func last(_ desk: NightDesk) throws -> InvoiceDocument {
    let number = try #require(
      try desk.store().invoices().last { $0.account == "acme" && $0.kind == .invoice }
    ).number
    return try desk.document(number)
  }

  /// Commitments and corrections of the last invoice: `section first-day amount [corrects]`.
  private func lines(_ desk: NightDesk) throws -> [String] {
    let document = try last(desk)
    return try document.lines.filter {
      ["commitment", "adjustment", "correction", "refund"].contains($0.section)
    }.map {
      line in
      let corrects = try document.lineNodes[line.number].map { try $0.member("corrects").text() }
      let label = corrects.map { $0.isEmpty ? "" : " [\($0)]" } ?? ""
      return "\(line.section) \(line.from) \(line.amount)\(label)"
    }
  }

  @Test(arguments: [
    // Of 10.00 were reached 7.00 and charged 3.00: below, up to the line, beyond it.
    (21_000, 6_000, ["commitment 2026-01-01 -2 [INV-0001]", "adjustment 2026-01-01 2 [INV-0001]"]),
    (21_000, 9_000, ["commitment 2026-01-01 -3 [INV-0001]", "adjustment 2026-01-01 3 [INV-0001]"]),
    (21_000, 12_000, ["commitment 2026-01-01 -3 [INV-0001]", "adjustment 2026-01-01 4 [INV-0001]"]),
    // It was reached to the cent, or more: nothing was charged.
    (30_000, 3_000, ["adjustment 2026-01-01 1 [INV-0001]"]),
    (33_000, 3_000, ["adjustment 2026-01-01 1 [INV-0001]"]),
  ]) func lateUsageCountsForTheCommitmentOfItsPeriod(seconds: Int, more: Int, expected: [String]) throws {
    let desk = try desk(seconds)
    try late(desk, more)
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk) == expected)
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk) == [])
    try desk.expectWhole()
  }

  @Test(arguments: [
    // 11.00 were reached; what stays is more than 10.00, 10.00, less.
    (31_500, 1_500, ["adjustment 2026-01-01 -0.5 [INV-0001]"]),
    (30_000, 3_000, ["adjustment 2026-01-01 -1 [INV-0001]"]),
    (24_000, 9_000, ["commitment 2026-01-01 2 [INV-0001]", "adjustment 2026-01-01 -3 [INV-0001]"]),
  ]) func usageThatIsTakenBackLeavesACommitmentToBePaid(seconds: Int, back: Int, expected: [String]) throws {
    let desk = try desk(seconds, extra: back)
    try desk.revoke(file: "pbx-9.csv")
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk) == expected)
  }

  @Test func whatComesInPartsIsWhatItWouldBeAtOnce() throws {
    let desk = try desk(21_000)
    try late(desk, 3_000, "a")
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk) == ["commitment 2026-01-01 -1 [INV-0001]", "adjustment 2026-01-01 1 [INV-0001]"])
    try late(desk, 12_000, "b")
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk) == ["commitment 2026-01-01 -2 [INV-0001]", "adjustment 2026-01-01 4 [INV-0001]"])
    try desk.revoke(file: "pbx-b.csv")
    try desk.send("2026-04", on: "2026-05-03")
    #expect(try lines(desk) == ["commitment 2026-01-01 2 [INV-0001]", "adjustment 2026-01-01 -4 [INV-0001]"])
  }

  @Test func whatACreditNoteTookBackIsNotGivenBackAgain() throws {
    let desk = try desk(21_000)
    let line = try #require(try last(desk).lines.first { $0.section == "commitment" })
    try desk.credit("INV-0001", lines: [line.number])
    try late(desk, 6_000)
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk) == ["adjustment 2026-01-01 2 [INV-0001]"])
  }

  @Test(arguments: [
    // another amount, another text in place: what was agreed then plays no part, and no more is given back than was charged
    ("acme,Least,20.00,2026-01-01,usage\n", ["commitment 2026-01-01 -2 [INV-0001]"]),
    ("acme,Other,10.00,2026-01-01,usage\n", []), ("acme,Least,10.00,2026-02-01,usage\n", []),
  ]) func aCommitmentThatWasChangedLooksAhead(row: String, expected: [String]) throws {
    let desk = try desk(21_000)
    try late(desk, 6_000)
    try desk.writeBilling(["commitments.csv": Self.head + row])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk) == expected + ["adjustment 2026-01-01 2 [INV-0001]"])
  }

  @Test func aPartOfAPeriodIsCountedInDays() throws {
    // 15 of 31 days of 31.00 are 15.00; 7.00 were reached.
    let desk = try desk(21_000, "acme,Least,31.00,2026-01-17,usage\n")
    #expect(try lines(desk) == ["commitment 2026-01-01 8"])
    try late(desk, 6_000)
    try desk.send("2026-02", on: "2026-03-03")
    // February is short of 31.00 by 11.00.
    #expect(
      try lines(desk) == [
        "commitment 2026-02-01 11", "commitment 2026-01-01 -2 [INV-0001]",
        "adjustment 2026-01-01 2 [INV-0001]",
      ])
  }

  @Test(arguments: [
    ("recurring", ["commitment 2026-01-01 -15 [INV-0001]"]),
    ("all", ["commitment 2026-01-01 -15 [INV-0001]"]),
    ("usage", []),
  ]) func aLateStartOfAContractCountsToo(counts: String, expected: [String]) throws {
    let head = "account,description,price,quantity,from\n"
    let seat = "acme,Seat,10,3,2026-01-01\n"
    let desk = try desk(
      21_000, "acme,Least,100.00,2026-01-01,\(counts)\n", more: ["contracts.csv": head + seat])
    try desk.writeBilling(["contracts.csv": head + seat + "acme,Care,31,1,2026-01-17\n"])
    try desk.send("2026-02", on: "2026-03-03")
    // February: 61.00 and 20.00.
    let own = ["recurring": "39", "all": "19", "usage": "80"][counts] ?? ""
    #expect(
      try lines(desk) == [
        "correction 2026-01-17 15 [INV-0001]", "commitment 2026-02-01 \(own)",
      ] + expected)
  }

  @Test func whatIsGivenBackCountsForThePeriodThatChargedIt() throws {
    let head = "account,description,price,from,until\n"
    let desk = try desk(
      21_000, "acme,Least,20.00,2026-01-01,recurring\n",
      more: ["contracts.csv": head + "acme,Care,31,2026-01-01,\n"])
    #expect(try lines(desk) == [])
    // It ended on the 16th: 16.00 of 20.00 were reached in January, and nothing in February.
    try desk.writeBilling(["contracts.csv": head + "acme,Care,31,2026-01-01,2026-01-17\n"])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(
      try lines(desk) == [
        "refund 2026-01-17 -15 [INV-0001]", "commitment 2026-02-01 20", "commitment 2026-01-01 4 [INV-0001]",
      ])
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk) == ["commitment 2026-03-01 20"])
  }

  @Test func discountsAndTaxesAreThoseOfThePeriodThatIsCorrected() throws {
    let desk = try desk(
      21_000,
      more: [
        "accounts.csv": InvoiceDesk.accounts,
        "taxes.csv": "tax,place,rate,from,until\nVAT,DE,10,2026-01-01,2026-02-01\nVAT,DE,20,2026-02-01,\n",
        "discounts.csv": "account,description,percent,from,until\nacme,Start,50,2026-01-01,2026-02-01\n",
      ])
    // 3.00 given back and 5.00 more, half of both, at the rate of January; 20.00 at that of February.
    try late(desk, 15_000)
    try desk.send("2026-02", on: "2026-03-03")
    let document = try last(desk)
    let line = try #require(document.lines.first { $0.section == "commitment" })
    #expect("\(line.amount) \(line.discount)" == "-3 1.5")
    #expect(document.taxes.map { "\($0.rate) \($0.base) \($0.amount)" } == ["10 1 0.1", "20 20 4"])
  }
}
