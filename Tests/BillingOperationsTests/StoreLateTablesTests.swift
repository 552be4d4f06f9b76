// Taxes, discounts, commitments and results of billed periods that are written after the invoice: drafts and reviews name each of them
// with its money, until a credit note and a new draft have applied it.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreLateTablesTests {
  private static let tables = [
    "contracts.csv": "account,contract,description,price,from\nacme,C,Care,100,2026-01-01\n",
    "accounts.csv": "account,plan,tax_place\nacme,retail,DE\nmute,retail,DE\nzebra,retail,DE\n",
    "taxes.csv": "tax,place,rate,from,until\nVAT,DE,19,,\nVAT,AT,20,,\n",
    "exemptions.csv": "account,tax,reason,reference,from\n",
    "discounts.csv": "account,description,percent,from,until\nacme,Off,10,2026-01-01,\n",
    "commitments.csv": "account,description,amount,from,until\n",
    "counts.csv": "account,item,date,quantity\n",
    "contracts/sla.yaml": """
    contract: S
    account: acme
    from: 2026-01-01
    lines:
      - description: Uptime
        value: {metric: uptime, target: 99.9, of: 400.00, steps: [{below: 99, percent: -10}]}

    """,
  ]

  /// A desk whose January and February are sent with `tables`: each acme 100.00 - 10 % + 19 %.
  private func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(Self.tables)
    try desk.write(["m1 2026-01-10 200 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    try desk.send("2026-02", on: "2026-03-03")
    return desk
  }

  /// What drafts of a period name, `account money text`; reviews say the same.
  private func named(_ desk: NightDesk, _ period: String) throws -> [String] {
    try desk.chargedOtherwise(period).map { flag in
      let words = flag.message.split(separator: " otherwise").first ?? ""
      return "\(flag.account) \(flag.money?.description ?? "-") \(words) \(flag.origin?.description ?? "-")"
    }
  }

  @Test(arguments: [
    // A rate of one of two months, the boundary and both sides; of days to come; of another place.
    (
      "taxes.csv", "VAT,DE,19,,2026-02-01\nVAT,DE,16,2026-02-01,\n",
      ["acme -2.7 VAT: taxed with INV-0003 taxes.csv:3"]
    ),
    ("taxes.csv", "VAT,DE,19,,2026-02-28\nVAT,DE,16,2026-02-28,\n", []),
    (
      "taxes.csv", "VAT,DE,19,,2026-01-31\nVAT,DE,16,2026-01-31,\n",
      ["acme -2.7 VAT: taxed with INV-0003 taxes.csv:3"]
    ),
    ("taxes.csv", "VAT,DE,19,,2026-03-01\nVAT,DE,16,2026-03-01,\n", []),
    ("taxes.csv", "VAT,DE,19,,\nVAT,AT,21,,\n", []),
    // A certificate.
    (
      "exemptions.csv", "acme,VAT,certificate,C-1,2026-02-01\n",
      ["acme -17.1 VAT: taxed with INV-0003 exemptions.csv:2"]
    ),
    ("exemptions.csv", "acme,VAT,certificate,C-1,2026-02-02\n", []),
    (
      "exemptions.csv", "acme,VAT,certificate,C-1,2026-01-01\n",
      ["acme -34.2 VAT: taxed with INV-0001 and 1 more exemptions.csv:2"]
    ),
    // A discount: another share, one that ended, one more, one from March on.
    (
      "discounts.csv", "acme,Off,30,2026-01-01,\n",
      ["acme -40 Off: discounted (before tax) with INV-0001 and 1 more discounts.csv:2"]
    ),
    (
      "discounts.csv", "acme,Off,10,2026-01-01,2026-02-01\n",
      ["acme 10 Off: discounted (before tax) with INV-0003 -"]
    ),
    ("discounts.csv", "acme,Off,10,2026-01-01,2026-02-02\n", []),
    (
      "discounts.csv", "acme,Off,10,2026-01-01,\nacme,More,10,2026-02-01,\n",
      ["acme -9 More: discounted (before tax) with INV-0003 discounts.csv:3"]
    ),
    ("discounts.csv", "acme,Off,10,2026-01-01,\nacme,More,10,2026-03-01,\n", []),
    // A commitment: of both months, of one, of none.
    (
      "commitments.csv", "acme,Least,120,2026-01-01,\n",
      ["acme 40 Least: committed with INV-0001 and 1 more commitments.csv:2"]
    ),
    (
      "commitments.csv", "acme,Least,120,2026-02-01,\n",
      ["acme 20 Least: committed with INV-0003 commitments.csv:2"]
    ),
    ("commitments.csv", "acme,Least,120,2026-03-01,\n", []),
    ("commitments.csv", "acme,Least,100,2026-01-01,\n", []),
    // A result of January, on the boundary of its step and below it.
    (
      "counts.csv", "acme,uptime,2026-01-31,98.9\n",
      ["acme -40 Uptime: result billed with INV-0001 contracts/sla.yaml:5"]
    ),
    ("counts.csv", "acme,uptime,2026-01-31,99\n", []),
    ("counts.csv", "acme,uptime,2026-03-01,98.9\n", []),
  ])
  func whatIsWrittenLateIsNamedWithItsMoney(file: String, rows: String, expected: [String]) throws {
    let desk = try desk()
    #expect(try named(desk, "2026-03") == [])
    let head = try #require(Self.tables[file]?.split(separator: "\n").first)
    try desk.writeBilling([file: "\(head)\n" + rows])
    #expect(try named(desk, "2026-03") == expected)
  }

  @Test func aCreditNoteAndANewDraftApplyIt() throws {
    let desk = try desk()
    try desk.writeBilling([
      "exemptions.csv": "account,tax,reason,reference,from\nacme,VAT,certificate,C-1,2026-01-01\n"
    ])
    #expect(try named(desk, "2026-03").count == 1)
    try desk.credit("INV-0001", on: "2026-03-04")
    #expect(
      try named(desk, "2026-03") == ["acme -17.1 VAT: taxed with INV-0003 exemptions.csv:2"])
    try desk.send("2026-01", on: "2026-03-05")
    let number = try #require(try desk.store().invoices().last { $0.kind == .invoice }).number
    #expect(try desk.document(number).total == Amount(pico: 90_000_000_000_000))
    #expect(
      try named(desk, "2026-03") == ["acme -17.1 VAT: taxed with INV-0003 exemptions.csv:2"])
  }

  @Test func whatACreditNoteTookBackIsLeftToItsWriter() throws {
    let desk = try desk()
    try desk.writeBilling([
      "contracts.csv": Self.tables["contracts.csv"]! + "acme,C,More,50,2026-03-01\n"
    ])
    try desk.send("2026-03", on: "2026-04-03")
    let invoice = try #require(try desk.store().invoices().last { $0.account == "acme" }).number
    try desk.credit(invoice, lines: [1], on: "2026-04-04")
    try desk.writeBilling([
      "exemptions.csv": "account,tax,reason,reference,from\nacme,VAT,certificate,C-1,2026-03-01\n"
    ])
    // 45.00 of the second line alone.
    #expect(try named(desk, "2026-04") == ["acme -8.55 VAT: taxed with \(invoice) exemptions.csv:2"])
  }
}
