// Usage that comes after the invoices of its month, of an account that got none then: it is billed once, or named.

import BillingCalendar
import BillingStore
import Catalog
import Invoicing
import Money
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreLateUsageTests {
  /// January is invoiced to acme alone; then calls of January and February come for `zebra`.
  private func desk(_ tables: [String: String] = [:], february: Bool = true) throws -> NightDesk {
    let desk = try NightDesk()
    let contracts = "account,description,price,from\nacme,Care,10,2026-01-01\n"
    try desk.writeBilling(["contracts.csv": contracts].merging(tables) { $1 })
    try desk.write(["k1 2026-01-10 100 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    var late = ["k2 2026-01-20 200 447700900123 600"]
    if february { late.append("k3 2026-02-10 200 447700900123 60") }
    try desk.write(late, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    return desk
  }

  /// The lines of the invoices of an account: `number section from amount`.
  private func lines(_ desk: NightDesk, of account: Label) throws -> [String] {
    try desk.store().invoices().filter { $0.account == account }.flatMap { record in
      try desk.document(record.number).lines.map { "\(record.number) \($0.section) \($0.from) \($0.amount)" }
    }
  }

  /// What a review of the latest drafts says of usage without an invoice.
  private func named(_ desk: NightDesk) throws -> [String] {
    try report(desk).flags.filter { $0.kind == .periodWithoutInvoice && $0.message.hasPrefix("usage") }
      .map { "\($0.account) \($0.currency?.code ?? "-") \($0.money?.description ?? "-") \($0.message)" }
  }

  private func report(_ desk: NightDesk) throws -> ReviewReport {
    let drafts = try StoreDrafts.open(nil, in: desk.store())
    return try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report()
  }

  @Test func itStandsOnTheNextInvoiceUnderItsOwnPeriodOnce() throws {
    let desk = try desk()
    try desk.draft("2026-02")
    #expect(try named(desk) == [])
    try desk.approveAll()
    try desk.finalise("2026-03-03")
    let expected = ["INV-0003 usage 2026-02-01 0.01", "INV-0003 adjustment 2026-01-01 0.1"]
    #expect(try lines(desk, of: "zebra") == expected)
    #expect(try desk.store().periods().map(\.state) == [.billed, .billed])
    // No draft of its own period holds it again, and no later invoice.
    try desk.draft("2026-01")
    try desk.write(["k4 2026-03-10 200 447700900123 60"], to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    try desk.send("2026-03", on: "2026-04-03")
    #expect(try lines(desk, of: "zebra") == expected + ["INV-0005 usage 2026-03-01 0.01"])
    // From now on the period is billed, and what comes is a correction.
    try desk.write(["k5 2026-01-21 200 447700900123 120"], to: "usage/pbx-4.csv")
    try desk.rate(["usage"])
    try desk.send("2026-04", on: "2026-05-03")
    #expect(try lines(desk, of: "zebra").last == "INV-0007 adjustment 2026-01-01 0.02")
    try desk.expectWhole()
  }

  @Test func itGetsAnInvoiceWithoutAnyOtherCharge() throws {
    let desk = try desk(february: false)
    try desk.send("2026-02", on: "2026-03-03")
    #expect(try lines(desk, of: "zebra") == ["INV-0003 adjustment 2026-01-01 0.1"])
  }

  @Test(arguments: [
    // A contract in January, to its last day; from February on it is none of January.
    (
      "contracts.csv",
      "account,description,price,from,until\nacme,Care,10,2026-01-01,\nzebra,Care,5,2025-01-01,2026-01-02\n",
      true
    ),
    (
      "contracts.csv", "account,description,price,from\nacme,Care,10,2026-01-01\nzebra,Care,5,2026-02-01\n",
      false
    ),
    (
      "charges.csv",
      "account,charge,description,delivered,price,decision,decided_by\nzebra,C-1,Cable,2026-01-31,9,approve,Mira\n",
      true
    ),
    (
      "charges.csv",
      "account,charge,description,delivered,price,decision,decided_by\nzebra,C-1,Cable,2026-02-01,9,approve,Mira\n",
      false
    ),
    ("commitments.csv", "account,amount,from,until\nzebra,9,2026-01-31,2026-02-01\n", true),
    ("commitments.csv", "account,amount,from,until\nzebra,9,2026-02-01,2026-02-02\n", false),
  ])
  func whereItsPeriodHasOtherChargesItIsNamed(file: String, table: String, isNamed: Bool) throws {
    let desk = try desk()
    try desk.writeBilling([file: table])
    try desk.draft("2026-02")
    let flag =
      "zebra EUR 0.1 usage of 2026-01-01/2026-02-01 is on no invoice; "
      + "'invoice draft --period 2026-01-01/2026-02-01' makes one"
    #expect(try named(desk) == (isNamed ? [flag] : []))
    try desk.approveAll()
    try desk.finalise("2026-03-03")
    let late = try lines(desk, of: "zebra").filter { $0.contains("adjustment") }
    #expect(late == (isNamed ? [] : ["INV-0003 adjustment 2026-01-01 0.1"]))
    guard isNamed else { return }
    // What is named is what is done: then it is billed.
    try desk.send("2026-01", on: "2026-03-04")
    #expect(try lines(desk, of: "zebra").contains { $0.contains("usage 2026-01-01 0.1") })
  }

  @Test(arguments: [
    // What is entered when the usage of January was billed with February: all of January, a day of it, nothing of it.
    ("2026-01-01", ["INV-0004 recurring 2026-01-01 31"]), ("2026-01-31", ["INV-0004 recurring 2026-01-31 1"]),
    ("2026-02-01", []),
  ])
  func aContractOfThatPeriodStillGetsAnInvoiceOfItsOwn(from: String, expected: [String]) throws {
    let desk = try desk()
    try desk.send("2026-02", on: "2026-03-03")
    try desk.writeBilling([
      "contracts.csv":
        "account,description,price,from\nacme,Care,10,2026-01-01\nzebra,Care,31,\(from)\n"
    ])
    try desk.draft("2026-03")
    #expect(
      try report(desk).flags.filter { $0.message.contains("contracts charge 2026-01") }.count
        == expected.count)
    try desk.draft("2026-01")
    #expect(try report(desk).draftCount == expected.count)
    try desk.approveAll()
    try desk.finalise("2026-03-04")
    // The usage is on the invoice of February, once.
    let january = try lines(desk, of: "zebra").filter { $0.hasPrefix("INV-0004") }
    #expect(january == expected)
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
    try desk.expectWhole()
  }

  @Test func usageThatWasBilledLaterCountsForACommitmentOfItsPeriod() throws {
    let desk = try desk()
    try desk.send("2026-02", on: "2026-03-03")
    try desk.writeBilling(["commitments.csv": "account,amount,from,until\nzebra,0.30,2026-01-01,2026-02-01\n"]
    )
    try desk.send("2026-01", on: "2026-03-04")
    // 0.10 of usage stand on the invoice of February.
    #expect(try lines(desk, of: "zebra").last == "INV-0004 commitment 2026-01-01 0.2")
  }

  @Test func aDraftOfItsOwnPeriodKeepsIt() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.draft("2026-02")
    #expect(try named(desk).count == 1)
    try desk.approveAll()
    try desk.finalise("2026-03-03")
    #expect(try lines(desk, of: "zebra") == ["INV-0003 usage 2026-02-01 0.01"])
  }

  @Test func ofTwoDraftsWithItTheFirstToGoOutHasIt() throws {
    let desk = try desk()
    let fault = try desk.faultOfTheSecond(of: "2026-02", "2026-03")
    #expect("\(fault, default: "")".contains("has other usage than when it was drafted"))
  }
}
