// What becomes known after the invoice of its month: tickets and charges that were entered or approved late, and ends of
// contracts. The next invoice bills or credits them, under their own date, once.

import BillingCalendar
import BillingStore
import Invoicing
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreLateChargeTests {
  private static let ticketsHeader = "ticket,account,summary,closed,billable,price,decision\n"
  private static let january = "T-1,acme,Visit,2026-01-20,yes,80,approve\n"
  private static let lateOne = "T-2,acme,Repair,2026-01-25,yes,50,approve\n"

  /// A desk with calls in January, February and March; January's invoices are sent.
  private func desk(_ tables: [String: String], contracts: String = InvoiceDesk.contracts) throws -> NightDesk
  {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": contracts].merging(tables) { $1 })
    for month in 1...3 {
      try desk.write(["m\(month) 2026-0\(month)-10 100 447700900123 60"], to: "usage/pbx-\(month).csv")
    }
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  /// One-time lines and refunds of an invoice: `section description from amount`.
  private func lines(_ desk: NightDesk, _ number: String) throws -> [String] {
    try desk.document(number).lines.filter { ["one-time", "refund"].contains($0.section) }
      .map { "\($0.section) \($0.description) \($0.from)..\($0.until) \($0.amount)" }
  }

  @Test func aTicketThatIsEnteredLateIsBilledOnceWithItsOwnDate() throws {
    let desk = try desk(["tickets.csv": Self.ticketsHeader + Self.january])
    #expect(try lines(desk, "INV-0001") == ["one-time Visit 2026-01-20..2026-01-21 80"])
    try desk.writeBilling(["tickets.csv": Self.ticketsHeader + Self.january + Self.lateOne])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == ["one-time Repair 2026-01-25..2026-01-26 50"])
    let page = String(
      decoding: FileContent.bytes(of: desk.storePath + "/invoices/INV-0003/invoice.html") ?? [], as: UTF8.self
    )
    #expect(page.contains("not on the invoice of its month"))
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk, "INV-0005") == [])
    try desk.expectWhole()
  }

  @Test func whatWasOnHoldIsBilledWhenItIsApproved() throws {
    let held = Self.january.replacing("approve", with: "hold")
    let desk = try desk(["tickets.csv": Self.ticketsHeader + held])
    #expect(try lines(desk, "INV-0001") == [])
    try desk.draft("2026-02")
    try desk.decide(.approve, charges: ["T-1"])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == ["one-time Visit 2026-01-20..2026-01-21 80"])
  }

  @Test func anotherDayMakesNoSecondBill() throws {
    let desk = try desk(["tickets.csv": Self.ticketsHeader + Self.january])
    try desk.writeBilling(["tickets.csv": Self.ticketsHeader + Self.january.replacing("01-20", with: "02-02")]
    )
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == [])
  }

  @Test func whatACreditNoteTookBackIsNotBilledAgain() throws {
    let desk = try desk(["tickets.csv": Self.ticketsHeader + Self.january])
    try desk.credit("INV-0001")
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == [])
  }

  @Test func chargesNeedAnIdToBeLookedForInEarlierMonths() throws {
    let header = "account,charge,description,delivered,price,decision\n"
    let desk = try desk(["charges.csv": header])
    try desk.writeBilling([
      "charges.csv": header + "acme,C-1,Cable,2026-01-31,9,approve\nacme,,Plug,2026-01-31,3,approve\n"
    ])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == ["one-time Cable 2026-01-31..2026-02-01 9"])
  }

  @Test func ofTwoDraftsWithOneLateTicketTheFirstToGoOutHasIt() throws {
    let desk = try desk(["tickets.csv": Self.ticketsHeader])
    try desk.writeBilling(["tickets.csv": Self.ticketsHeader + Self.lateOne])
    let fault = try desk.faultOfTheSecond(of: "2026-02", "2026-03")
    #expect("\(fault, default: "")".contains("'tickets.csv:T-2' of account 'acme' was billed with INV-0003"))
    #expect(try desk.invoices().count == 4)
  }

  // MARK: contract ends

  @Test func anEndThatBecomesKnownLateIsGivenBackOnce() throws {
    let desk = try desk([:])
    // Care was charged for all of January and ended on the 16th.
    let ended =
      "account,description,price,quantity,interval,from,until\nacme,Seat,9.99,3,monthly,2026-01-01,\n"
      + "acme,Care,33.33,1,monthly,2026-01-01,2026-01-17\nzebra,Seat,9.99,1,monthly,2026-01-01,\n"
    try desk.writeBilling(["contracts.csv": ended])
    try desk.send("2026-02", on: "2026-03-03")
    // 33.33 × 15/31 = 16.127419…
    #expect(try lines(desk, "INV-0003") == ["refund Care 2026-01-17..2026-02-01 -16.13"])
    #expect(
      try desk.document("INV-0003").lineNodes.values.contains { $0.value["corrects"] == .text("INV-0001") })
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk, "INV-0005") == [])
  }

  @Test func monthsAfterTheEndAreGivenBackWhole() throws {
    let desk = try desk([:])
    try desk.send("2026-02", on: "2026-03-03")
    let ended = InvoiceDesk.contracts.replacing("from\n", with: "from,until\n")
      .replacing(
        "acme,Care,33.33,1,monthly,2026-01-01", with: "acme,Care,33.33,1,monthly,2026-01-01,2026-01-31"
      )
      .replacing("Seat,9.99,3,monthly,2026-01-01", with: "Seat,9.99,3,monthly,2026-01-01,")
      .replacing("zebra,Seat,9.99,1,monthly,2026-01-01", with: "zebra,Seat,9.99,1,monthly,2026-01-01,")
    try desk.writeBilling(["contracts.csv": ended])
    try desk.send("2026-03", on: "2026-04-03")
    #expect(
      try lines(desk, "INV-0005") == [
        "refund Care 2026-01-31..2026-02-01 -1.08", "refund Care 2026-02-01..2026-03-01 -33.33",
      ])
  }

  @Test func aRowThatIsFollowedByAnotherIsLeftToACreditNote() throws {
    let desk = try desk([:])
    let changed =
      "account,description,price,quantity,interval,from,until\nacme,Seat,9.99,3,monthly,2026-01-01,\n"
      + "acme,Care,33.33,1,monthly,2026-01-01,2026-01-17\nacme,Care,35.00,1,monthly,2026-01-17,\n"
      + "zebra,Seat,9.99,1,monthly,2026-01-01,\n"
    try desk.writeBilling(["contracts.csv": changed])
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == [])
  }
}
