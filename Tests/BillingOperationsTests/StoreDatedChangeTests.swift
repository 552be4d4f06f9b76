// Contracts of several rows with the same texts: a price, a quantity or an end that becomes known after the invoice, told by the days of
// these rows. What was charged is given back at its price, what is owed is charged, each once; what nobody tells is named.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreDatedChangeTests {
  private static let head = "account,description,item,price,quantity,count,timing,proration,from,until\n"
  private static let seat = "acme,Seat,,10,3,,,,2026-01-01,\n"

  /// A desk whose January and February are sent with these rows.
  private func desk(_ contracts: String, counts: String = "") throws -> NightDesk {
    let desk = try NightDesk()
    try write(contracts, desk)
    if !counts.isEmpty { try desk.writeBilling(["counts.csv": "account,item,date,quantity\n" + counts]) }
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

  /// Corrections on the last invoice: `days quantity × price = amount [corrects]`.
  private func corrections(_ desk: NightDesk) throws -> [String] {
    let number = try #require(try desk.store().invoices().last { $0.kind == .invoice }).number
    let document = try desk.document(number)
    return try document.lines.filter { ["correction", "refund"].contains($0.section) }.map { line in
      let corrects = try document.lineNodes[line.number].map { try $0.member("corrects").text() } ?? ""
      return "\(line.from)..\(line.until) \(line.quantity) × \(line.unitPrice) = \(line.amount) [\(corrects)]"
    }
  }

  /// What the review of the latest drafts says of charges that nothing corrects.
  private func named(_ desk: NightDesk) throws -> [String] {
    let drafts = try StoreDrafts.open(nil, in: desk.store())
    return try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report().flags.filter { $0.kind == .chargedOtherwise }
      .map { "\($0.account) \($0.money?.description ?? "-") \($0.message)" }
  }

  @Test(arguments: [
    // Another price from the middle of February on: 14 of 28 days.
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-15\nacme,Seat,,12,3,,,,2026-02-15,\n",
      [
        "2026-02-15..2026-03-01 -3 × 10 = -15 [INV-0002]", "2026-02-15..2026-03-01 3 × 12 = 18 [INV-0002]",
      ]
    ),
    // From its first day on, and from the middle of January on.
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-01\nacme,Seat,,12,3,,,,2026-02-01,\n",
      [
        "2026-02-01..2026-03-01 -3 × 10 = -30 [INV-0002]", "2026-02-01..2026-03-01 3 × 12 = 36 [INV-0002]",
      ]
    ),
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-01-17\nacme,Seat,,12,3,,,,2026-01-17,\n",
      [
        "2026-01-17..2026-02-01 -3 × 10 = -14.52 [INV-0001]",
        "2026-01-17..2026-02-01 3 × 12 = 17.42 [INV-0001]",
        "2026-02-01..2026-03-01 -3 × 10 = -30 [INV-0002]", "2026-02-01..2026-03-01 3 × 12 = 36 [INV-0002]",
      ]
    ),
    // The last day of what was charged, and the day after it, which was charged to nobody.
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-28\nacme,Seat,,12,3,,,,2026-02-28,\n",
      [
        "2026-02-28..2026-03-01 -3 × 10 = -1.07 [INV-0002]",
        "2026-02-28..2026-03-01 3 × 12 = 1.29 [INV-0002]",
      ]
    ),
    ("acme,Seat,,10,3,,,,2026-01-01,2026-03-01\nacme,Seat,,12,3,,,,2026-03-01,\n", []),
    // Another quantity: the difference alone.
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-15\nacme,Seat,,10,5,,,,2026-02-15,\n",
      ["2026-02-15..2026-03-01 2 × 10 = 10 [INV-0002]"]
    ),
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-15\nacme,Seat,,10,2,,,,2026-02-15,\n",
      ["2026-02-15..2026-03-01 -1 × 10 = -5 [INV-0002]"]
    ),
    // A second row beside the first, from its day or from that of the first on.
    (
      "acme,Seat,,10,3,,,,2026-01-01,\nacme,Seat,,10,2,,,,2026-02-15,\n",
      ["2026-02-15..2026-03-01 2 × 10 = 10 [INV-0002]"]
    ),
    (
      "acme,Seat,,10,3,,,,2026-01-01,\nacme,Seat,,12,1,,,,2026-01-01,\n",
      ["2026-01-01..2026-02-01 1 × 12 = 12 [INV-0001]", "2026-02-01..2026-03-01 1 × 12 = 12 [INV-0002]"]
    ),
    // Days between two rows are given back, at the price of then; the second row has its own.
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-08\nacme,Seat,,10,3,,,,2026-02-22,\n",
      ["2026-02-08..2026-02-22 -3 × 10 = -15 [INV-0002]"]
    ),
    (
      "acme,Seat,,10,3,,,,2026-01-01,2026-02-08\nacme,Seat,,12,3,,,,2026-02-22,\n",
      [
        "2026-02-08..2026-02-22 -3 × 10 = -15 [INV-0002]", "2026-02-22..2026-03-01 -3 × 10 = -7.5 [INV-0002]",
        "2026-02-22..2026-03-01 3 × 12 = 9 [INV-0002]",
      ]
    ),
    // By months of thirty days: 16 of 30 from the 15th on.
    (
      "acme,Seat,,10,3,,,30-day-months,2026-01-01,2026-02-15\nacme,Seat,,12,3,,,30-day-months,2026-02-15,\n",
      [
        "2026-02-15..2026-03-01 -3 × 10 = -16 [INV-0002]", "2026-02-15..2026-03-01 3 × 12 = 19.2 [INV-0002]",
      ]
    ),
  ])
  func whatARowTellsByItsDayIsCorrectedOnce(rows: String, expected: [String]) throws {
    let desk = try desk(rows.contains("30-day") ? "acme,Seat,,10,3,,,30-day-months,2026-01-01,\n" : Self.seat)
    try write(rows, desk)
    try desk.draft("2026-03")
    #expect(try named(desk) == [])
    try desk.approveAll()
    try desk.finalise("2026-04-03")
    let found = try corrections(desk)
    #expect(found == expected)
    try desk.draft("2026-04")
    #expect(try named(desk) == [])
    try desk.approveAll()
    try desk.finalise("2026-05-03")
    let left = try corrections(desk)
    #expect(left == [])
    try desk.expectWhole()
  }

  @Test(arguments: [
    ("2026-02-15", ["2026-02-15..2026-03-01 -2 × 10 = -10 [INV-0002]"]),
    (
      "2026-01-17",
      [
        "2026-01-17..2026-02-01 -2 × 10 = -9.68 [INV-0001]",
        "2026-02-01..2026-03-01 -2 × 10 = -20 [INV-0002]",
      ]
    ),
    ("2026-03-01", []),
  ])
  func theEndOfOneOfTwoRowsIsGivenBack(until: String, expected: [String]) throws {
    let second = "acme,Seat,,10,2,,,,2026-01-01,"
    let desk = try desk(Self.seat + second + "\n")
    try write(Self.seat + second + until + "\n", desk)
    try desk.send("2026-03", on: "2026-04-03")
    let found = try corrections(desk)
    #expect(found == expected)
    try desk.send("2026-04", on: "2026-05-03")
    let left = try corrections(desk)
    #expect(left == [])
  }

  @Test func whatWasChargedAheadIsCorrectedOnItsOwnInvoice() throws {
    let desk = try desk("acme,Seat,,10,3,,advance,,2026-01-01,\n")
    try write(
      "acme,Seat,,10,3,,advance,,2026-01-01,2026-02-15\nacme,Seat,,12,3,,advance,,2026-02-15,\n", desk)
    try desk.send("2026-03", on: "2026-04-03")
    let found = try corrections(desk)
    #expect(
      found == [
        "2026-02-15..2026-03-01 -3 × 10 = -15 [INV-0001]", "2026-02-15..2026-03-01 3 × 12 = 18 [INV-0002]",
        "2026-03-01..2026-04-01 -3 × 10 = -30 [INV-0002]", "2026-03-01..2026-04-01 3 × 12 = 36 [INV-0002]",
      ])
    try desk.send("2026-04", on: "2026-05-03")
    let left = try corrections(desk)
    #expect(left == [])
  }

  @Test func rowsThatFollowCountsHaveTheirOwnPrice() throws {
    let counts = "acme,seat,2026-01-01,10\nacme,seat,2026-02-22,12\n"
    let desk = try desk("acme,Seat,seat,28,,prorate,,,2026-01-01,\n", counts: counts)
    try write(
      "acme,Seat,seat,28,,prorate,,,2026-01-01,2026-02-15\nacme,Seat,seat,56,,prorate,,,2026-02-15,\n", desk)
    try desk.send("2026-03", on: "2026-04-03")
    let found = try corrections(desk)
    #expect(
      found == [
        "2026-02-15..2026-02-22 -10 × 28 = -70 [INV-0002]", "2026-02-15..2026-02-22 10 × 56 = 140 [INV-0002]",
        "2026-02-22..2026-03-01 -12 × 28 = -84 [INV-0002]", "2026-02-22..2026-03-01 12 × 56 = 168 [INV-0002]",
      ])
    try desk.send("2026-04", on: "2026-05-03")
    let left = try corrections(desk)
    #expect(left == [])
  }

  @Test(arguments: [
    // In place, nobody can tell from when on: another quantity, another price of one of two rows.
    ("acme,Seat,,10,4,,,,2026-01-01,\n", "acme 20 Seat: charged another quantity than the contract has now"),
    ("acme,Seat,,11,3,,,,2026-01-01,\n", "acme 6 Seat: charged at another price than the contract has now"),
    ("acme,Seat,,10,3,,,,2026-01-01,\n", nil),
  ])
  func whatNoDayTellsIsNamedAndLeft(first: String, expected: String?) throws {
    let second = "acme,Seat,,20,2,,,,2026-01-01,\n"
    let desk = try desk(Self.seat + second)
    try write(first + second, desk)
    try desk.draft("2026-03")
    #expect(
      try named(desk)
        == (expected.map { [$0 + ", with INV-0001 and 1 more; nothing corrects it by itself"] } ?? []))
    try desk.approveAll()
    try desk.finalise("2026-04-03")
    let found = try corrections(desk)
    #expect(found == [])
  }

  @Test func whatSomebodyHasCreditedIsLeftToThem() throws {
    let desk = try desk(Self.seat)
    try desk.credit("INV-0002", lines: [1], on: "2026-03-04")
    try write("acme,Seat,,10,3,,,,2026-01-01,2026-02-15\nacme,Seat,,12,3,,,,2026-02-15,\n", desk)
    try desk.send("2026-03", on: "2026-04-03")
    let found = try corrections(desk)
    #expect(found == [])
  }
}
