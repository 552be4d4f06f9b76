// The JSON document of a draft: the truth, exact. Amounts, prices and quantities are strings, because most programs read JSON
// numbers as floating point. README.md describes it member by member.

import BillingCalendar
import Money
import Tables
import UsageSummary

extension InvoiceDraft {
  /// Version of the document.
  public static let documentVersion = 1

  /// The bytes of the document: pretty JSON, sealed (`SealedJSON`). Equal drafts give equal bytes.
  public func json() -> [UInt8] {
    SealedJSON.text(of: [
      "document": "invoice", "version": .integer(Self.documentVersion), "status": "draft", "number": .null,
      "date": .text(date.description),
      "period": ["from": .text(period.from.description), "until": .text(period.until.description)],
      "currency": .text(currency.code), "seller": Self.json(seller),
      "account": [
        "id": .string(account), "name": .string(accountName), "details": Self.json(accountDetails),
      ],
      "recurring": .array(recurring.map(json)), "recurring_subtotal": money(recurringSubtotal),
      "usage": .array(usage.map(json)), "usage_subtotal": money(usageSubtotal), "total": money(total),
      "rounding": .text(rounding.description), "usage_manifest_sha256": .text(usageManifestHash),
    ])
  }

  private func json(_ line: RecurringLine) -> JSONValue {
    [
      "description": .string(line.description),
      "quantity": .text(DecimalText.format(Int128(line.quantityMicro), scale: 6)),
      "price": .text(line.price.description), "interval_months": .integer(line.intervalMonths),
      "from": .text(line.days.lowerBound.description), "until": .text(line.days.upperBound.description),
      "days": .integer(line.proration.days), "interval_days": .integer(line.proration.periodDays),
      "exact": .text(line.amount.exact.description), "rounding": .text(line.amount.rounding.description),
      "amount": money(line.amount.rounded),
    ]
  }

  private func json(_ section: UsageSection) -> JSONValue {
    [
      "service_kind": .text(section.kind?.name ?? ""), "unit": .text(section.kind?.unit ?? ""),
      "lines": .array(section.lines.map { json($0, digits: section.kind?.quantityDigits ?? 0) }),
      "subtotal": money(section.subtotal),
    ]
  }

  private func json(_ line: UsageLine, digits: Int) -> JSONValue {
    func quantity(_ value: Int128) -> JSONValue { .text(DecimalText.format(value, scale: digits)) }
    return [
      "name": .string(line.name), "event_count": .integer(line.eventCount),
      "quantity_raw": quantity(line.quantityRaw), "quantity_billed": quantity(line.quantityBilled),
      "quantity_covered": quantity(line.quantityCovered),
      "unit_price": line.price.map { .text($0.amount.description) } ?? .null,
      "per": line.price.map { quantity($0.perQuantity) } ?? .null,
      "exact": .text(line.amount.exact.description), "rounding": .text(line.amount.rounding.description),
      "amount": money(line.amount.rounded),
    ]
  }

  private func money(_ amount: Amount) -> JSONValue {
    .text(amount.text(minimumDigits: currency.minorDigits))
  }

  // A name that comes twice (in a seller's list) keeps its first text: a JSON object has each name once.
  private static func json(_ details: [Detail]) -> JSONValue {
    var members: [JSONMember] = []
    for detail in details where !members.contains(where: { $0.name == detail.name }) {
      members.append(JSONMember(name: detail.name, value: .string(detail.text)))
    }
    return .object(members)
  }
}
