// Roles of recorded amounts, gauges, routing numbers and refunds, and the formats of cloud costs.

import Money
import Tables
import Testing

@testable import Catalog

@Suite struct FormatAmountTests {
  private func read(_ field: String, billable: String = "  billable: b\n") -> (
    rule: FieldRule?, findings: [String]
  ) {
    let (format, findings) = readFormat(
      "format: x\nkind: event\nfields:\n  \(field)\n  start: s\n" + billable)
    return (format?.fields.first, findings)
  }

  @Test(arguments: [
    ("amount: a", FieldRole.amount, FieldConversion.amount(isDecimalComma: false, isScientific: false)),
    (
      "amount: {column: a, decimal: ',', scientific: yes}", .amount,
      .amount(isDecimalComma: true, isScientific: true)
    ),
    ("item: a", .item, .text), ("lrn: a", .routingNumber, .number),
    ("role: a", .meter, .text),
  ])
  func newRolesAreRead(_ field: String, _ role: FieldRole, _ conversion: FieldConversion) {
    let (rule, findings) = read(field)
    #expect(findings == [])
    #expect(rule?.role == role)
    #expect(rule?.conversion == conversion)
  }

  @Test func aSampleIsAQuantityOfTheKind() {
    let (rule, findings) = read("value: {column: v, unit: seats}", billable: "")
    #expect(findings == [])
    #expect(rule?.conversion == .quantity(onePerUnit: 1_000_000, isDecimalComma: false))
    #expect(
      read("value: v").findings == [
        "f.yaml:4:3: a record is a sample (role value) or usage (role billable); keep one of the two"
      ])
  }

  @Test(arguments: [
    ("amount: {constant: 1}", "f.yaml:4:22: 'amount' is read from a column, not a constant"),
    ("amount_currency: c", "f.yaml:4:3: no field has the role 'amount'; a currency needs an amount"),
    (
      "item: {column: a, scientific: yes}",
      "f.yaml:4:21: 'scientific' does nothing for the role 'item'; leave it out"
    ),
    ("role: a\n  meter: m", "f.yaml:5:3: 'meter' is the role 'meter', which another field has; keep one"),
    (
      "amount: a\n  amount_currency: {constant: usd}",
      "f.yaml:5:31: 'usd' is not a currency; write three capital letters, such as EUR"
    ),
    ("amuont: a", "f.yaml:4:3: unknown role 'amuont'; did you mean 'amount'?"),
  ])
  func faultsAreNamed(_ field: String, _ finding: String) {
    #expect(read(field).findings == [finding])
  }

  @Test(arguments: ["aws-cur", "aws-cur-legacy", "focus-csv"] as [Label])
  func formatsOfCloudCostsReadAmounts(_ name: Label) throws {
    let format = try #require(BuiltInFormats.descriptor(named: name))
    #expect(format.examples.count == 3)
    #expect(format.fields.contains { $0.conversion == .amount(isDecimalComma: false, isScientific: true) })
  }
}
