// Invoices that were credited in full: their period is open again, and what is owed is billed with an invoice in their place, once.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreTakingBackTests {
  private static let contracts = """
    account,description,price,quantity,interval,from,timing
    acme,Seat,10,3,monthly,2026-01-01,
    acme,Care,31,1,monthly,2026-01-01,advance
    zebra,Seat,10,1,monthly,2026-01-01,

    """
  private static let charges =
    "account,charge,description,delivered,price,decision,decided_by\nacme,C-1,Cable,2026-01-20,9,approve,Mira\n"

  /// A desk whose January is sent to acme (INV-0001) and zebra (INV-0002), with calls of 0.02 and 0.01; February has 0.03.
  private func desk(_ more: [String: String] = [:]) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(
      ["contracts.csv": Self.contracts, "charges.csv": Self.charges].merging(more) { $1 })
    try desk.write(
      ["k1 2026-01-10 100 447700900123 120", "k2 2026-01-11 200 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.write(["k3 2026-02-10 100 447700900123 180"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  /// The lines of a document: `section description from amount`.
  private func lines(_ desk: NightDesk, _ number: String) throws -> [String] {
    try desk.document(number).lines.map { "\($0.section) \($0.description) \($0.from) \($0.amount)" }
  }

  private func states(_ desk: NightDesk) throws -> [PeriodRecord.State] {
    try desk.store().periods().map(\.state)
  }

  private func named(_ desk: NightDesk) throws -> [String] {
    let drafts = try StoreDrafts.open(nil, in: desk.store())
    return try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report().flags.filter { $0.kind == .periodWithoutInvoice }
      .map { "\($0.account) \($0.money?.description ?? "-") \($0.message)" }
  }

  private static let january = [
    "recurring Seat 2026-01-01 30", "recurring Care 2026-02-01 31", "usage United Kingdom 2026-01-01 0.02",
    "one-time Cable 2026-01-20 9",
  ]

  // MARK: once more

  @Test func itsPeriodIsBilledAnewAndOnce() throws {
    let desk = try desk()
    #expect(try lines(desk, "INV-0001") == Self.january)
    let outcome = try desk.credit("INV-0001")
    #expect(outcome.openedPeriods.map(\.description) == ["2026-01-01/2026-02-01"])
    #expect(outcome.correctedBy == [] && !outcome.auditHead.isEmpty)
    #expect(try states(desk) == [.partlyBilled, .open])
    // Of the others nothing moves; an approval of the invoice that was taken back is none of the new one.
    let drafted = try desk.draft("2026-01")
    #expect(drafted.report.drafts.map(\.account) == ["acme"] && drafted.approvedCount == 0)
    try desk.approveAll()
    #expect(try desk.finalise("2026-03-01").documents.map(\.number) == ["INV-0003"])
    #expect(try lines(desk, "INV-0003") == Self.january)
    #expect(try desk.document("INV-0003").replaces == ["INV-0001"])
    #expect(try desk.document("INV-0002").replaces == [])
    let page = String(
      decoding: FileContent.bytes(of: desk.storePath + "/invoices/INV-0003/invoice.html") ?? [],
      as: UTF8.self)
    #expect(page.contains("In place of") && page.contains("INV-0001"))
    // Nothing is left of January, and February is what it would have been.
    #expect(try desk.adjustments() == [])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    try desk.send("2026-02", on: "2026-03-03")
    #expect(
      try lines(desk, "INV-0004") == [
        "recurring Seat 2026-02-01 30", "recurring Care 2026-03-01 31",
        "usage United Kingdom 2026-02-01 0.03",
      ])
    #expect(try desk.invoices().reversed().first == "INV-0005 zebra 10")
    #expect(try states(desk) == [.billed, .billed])
    try desk.expectWhole()
  }

  @Test func whatIsOwedNowIsBilled() throws {
    let desk = try desk()
    try desk.credit("INV-0001")
    try desk.writeBilling([
      "contracts.csv": Self.contracts.replacing("acme,Seat,10,3", with: "acme,Seat,12,4")
    ])
    try desk.write(["k4 2026-01-12 100 447700900123 60"], to: "usage/pbx-4.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-03-01")
    #expect(
      try lines(desk, "INV-0003") == [
        "recurring Seat 2026-01-01 48", "recurring Care 2026-02-01 31",
        "usage United Kingdom 2026-01-01 0.03",
        "one-time Cable 2026-01-20 9",
      ])
    // From here on it is billed as any other: what comes late is a correction of the new one.
    try desk.write(["k5 2026-01-13 100 447700900123 120"], to: "usage/pbx-5.csv")
    try desk.rate(["usage"])
    try desk.send("2026-02", on: "2026-03-03")
    let document = try desk.document("INV-0004")
    #expect(try lines(desk, "INV-0004").last == "adjustment United Kingdom 2026-01-01 0.02")
    #expect(document.lineNodes[document.lines.count]?.value["corrects"] == .string("INV-0003"))
    try desk.expectWhole()
  }

  @Test func itCanBeTakenBackOnceMore() throws {
    let desk = try desk()
    for number in ["INV-0001", "INV-0003"] {
      try desk.credit(number)
      try desk.send("2026-01", on: "2026-03-01")
    }
    #expect(try desk.document("INV-0004").replaces == ["INV-0001", "INV-0003"])
    #expect(try lines(desk, "INV-0004") == Self.january)
    try desk.expectWhole()
  }

  // MARK: both sides

  @Test func aLineThatStandsKeepsThePeriodBilled() throws {
    let desk = try desk()
    #expect(try desk.credit("INV-0001", lines: [1, 2, 4]).openedPeriods == [])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    #expect(try states(desk) == [.billed, .open])
    // The last line opens it.
    #expect(try desk.credit("INV-0001", lines: [3], reason: "the rest").openedPeriods.count == 1)
    #expect(try desk.draft("2026-01").report.drafts.count == 1)
    try desk.expectWhole()
  }

  @Test func allDocumentsOfTheAccountAreTakenBackTogether() throws {
    let desk = try desk([
      "accounts.csv": "account,plan,project_invoices\nacme,retail,separate\nzebra,retail,\n",
      "charges.csv":
        "account,charge,description,delivered,price,project,decision,decided_by\nacme,C-1,Cable,2026-01-20,9,Hall,approve,Mira\n",
    ])
    #expect(try desk.invoices() == ["INV-0001 acme 61.02", "INV-0002 acme 9", "INV-0003 zebra 10.01"])
    #expect(try desk.credit("INV-0001").openedPeriods == [])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    #expect(try desk.credit("INV-0002").openedPeriods.count == 1)
    try desk.send("2026-01", on: "2026-03-01")
    #expect(try desk.invoices().suffix(2) == ["INV-0004 acme 61.02", "INV-0005 acme 9"])
    #expect(try desk.document("INV-0005").replaces == ["INV-0002"])
    try desk.expectWhole()
  }

  @Test(arguments: [
    // A later invoice with usage of January, and one with days of January that a contract had too few of.
    (["k4 2026-01-12 100 447700900123 60"], contracts),
    ([], contracts + "acme,Late,31,1,monthly,2026-01-30,\n"),
  ])
  func whatALaterInvoiceCorrectsStaysBilledAsLongAsThatStands(calls: [String], contracts: String) throws {
    let desk = try desk()
    if !calls.isEmpty {
      try desk.write(calls, to: "usage/pbx-4.csv")
      try desk.rate(["usage"])
    }
    try desk.writeBilling(["contracts.csv": contracts])
    try desk.send("2026-02", on: "2026-03-03")
    let later = try lines(desk, "INV-0003")
    let outcome = try desk.credit("INV-0001", on: "2026-03-04")
    #expect(outcome.openedPeriods == [] && outcome.correctedBy == ["INV-0003"])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    // Who takes that back, too, opens both, and both months come to what they are now, each thing once.
    #expect(try desk.credit("INV-0003", on: "2026-03-04").openedPeriods.count == 2)
    try desk.send("2026-01", on: "2026-03-05")
    try desk.send("2026-02", on: "2026-03-05")
    let first = try lines(desk, "INV-0005")
    let second = try lines(desk, "INV-0006")
    let sum = { (lines: [String]) in
      lines.count { !$0.hasPrefix("adjustment") && !$0.hasPrefix("correction") }
    }
    #expect(sum(first) == Self.january.count + (calls.isEmpty ? 1 : 0) && sum(second) == sum(later))
    #expect(!second.contains { $0.hasPrefix("adjustment") || $0.hasPrefix("correction") })
    #expect(try desk.adjustments() == [])
    try desk.expectWhole()
  }

  // MARK: other drafts

  @Test func nextMonthDoesNotSweepItUpAndSaysSo() throws {
    let desk = try desk()
    try desk.credit("INV-0001")
    try desk.draft("2026-02")
    let period = "2026-01-01/2026-02-01"
    let why =
      ", because INV-0001 was credited in full ('periods mark-billed' closes it for good); "
      + "'invoice draft --period \(period)' makes one"
    #expect(
      try named(desk) == [
        "acme 0.02 usage of \(period) is on no invoice" + why,
        "acme 61 contracts charge \(period), which has no invoice" + why,
      ])
    try desk.approveAll()
    try desk.finalise("2026-03-03")
    #expect(
      try lines(desk, "INV-0003") == [
        "recurring Seat 2026-02-01 30", "recurring Care 2026-03-01 31",
        "usage United Kingdom 2026-02-01 0.03",
      ])
    // Closed for good, it is named no more, and nobody bills it.
    try desk.markBilled("2026-01", accounts: ["acme"])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    try desk.draft("2026-03")
    #expect(try named(desk) == [])
    try desk.expectWhole()
  }

  @Test func anAccountWithUsageAloneIsNotSweptUpEither() throws {
    let desk = try desk([
      "contracts.csv": "account,description,price,from\nzebra,Seat,10,2026-01-01\n",
      "charges.csv": "account,description,delivered,price\n",
    ])
    #expect(try lines(desk, "INV-0001") == ["usage United Kingdom 2026-01-01 0.02"])
    try desk.credit("INV-0001")
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, "INV-0003") == ["usage United Kingdom 2026-02-01 0.03"])
    try desk.send("2026-01", on: "2026-03-04")
    #expect(try lines(desk, "INV-0005") == ["usage United Kingdom 2026-01-01 0.02"])
  }

  @Test func aPeriodWithoutUsageCanBeClosedForGood() throws {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": Self.contracts])
    try desk.write(["k2 2026-01-11 200 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    try desk.credit("INV-0001")
    try desk.markBilled("2026-01", accounts: ["acme"])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    #expect(throws: StoreFault.self) { try desk.markBilled("2026-01", accounts: ["acme"]) }
  }

  @Test func draftsOfBeforeAreRefused() throws {
    let desk = try desk()
    try desk.draft("2026-02")
    try desk.approveAll()
    try desk.credit("INV-0001")
    do {
      try desk.finalise("2026-03-03")
      Issue.record("it was not refused")
    } catch OperationFault.store(.refused(let message)) {
      #expect(
        message.contains("INV-0001 of account 'acme' was credited in full since these drafts were made"))
    }
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try desk.invoices().last == "INV-0004 zebra 10")
  }
}
