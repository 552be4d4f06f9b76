// The JSON document of a draft: the truth, exact. Amounts, prices and quantities are strings, because most programs read JSON
// numbers as floating point. README.md describes it member by member.

import BillingCalendar
import Money
import Tables
import UsageSummary

extension InvoiceDraft {
  /// Version of the document.
  public static let documentVersion = 3

  /// SHA-256 of what it says, whatever usage folder it was made from: two drafts with the same hash are the same to a client.
  public var contentHash: String { contentHash(of: json()) }

  /// The same from the bytes of `json()`, which the caller has: making them is most of the work.
  func contentHash(of json: [UInt8]) -> String {
    let hashOfUsage = SealedJSON.withoutSeal(json).dropLast(usageManifestHash.utf8.count + "\",\n".utf8.count)
    return SHA256.hex(of: SealedJSON.sealed(hashOfUsage + Array("\",\n".utf8)))
  }

  /// The bytes of the document: pretty JSON, sealed (`SealedJSON`). Equal drafts give equal bytes.
  public func json() -> [UInt8] {
    let said: JSONValue = [
      "document": "invoice", "version": .integer(Self.documentVersion),
      "status": .text(issue == nil ? "draft" : "final"), "number": issue.map { .string($0.number) } ?? .null,
      "date": .text(date.description),
      "period": ["from": .text(period.from.description), "until": .text(period.until.description)],
      "currency": .text(currency.code), "seller": Self.json(seller),
      "account": [
        "id": .string(account), "name": .string(accountName), "details": Self.json(accountDetails),
      ],
      "part": .text(part == .main ? "main" : "projects"),
      "due_date": dueDate.map { .text($0.description) } ?? .null,
      "recurring": .array(recurring.enumerated().map { json($1, number: $0 + 1) }),
      "recurring_subtotal": money(recurringSubtotal), "usage": .array(usageSections()),
      "usage_subtotal": money(usageSubtotal),
      "one_time": .array(oneTime.enumerated().map { json($1, number: firstOneTimeNumber + $0) }),
      "one_time_subtotal": money(oneTimeSubtotal),
      "values": .array(values.enumerated().map { json($1, number: firstValueNumber + $0) }),
      "value_subtotal": money(valueSubtotal), "contracts": .array(contracts.map(json)),
      "commitments": .array(commitments.enumerated().map { json($1, number: firstCommitmentNumber + $0) }),
      "commitment_subtotal": money(commitmentSubtotal),
      "adjustments": .array(adjustments.enumerated().map { json($1, number: firstAdjustmentNumber + $0) }),
      "adjustment_subtotal": money(adjustmentSubtotal), "discounts": .array(discounts.map(json)),
      "discount_total": money(discountTotal), "net": money(net), "tax_place": taxPlaceJSON,
      "taxes": .array(taxes.map(json)), "tax": money(tax), "total": money(total),
      "rounding": .text(rounding.description), "count_changes": .array(countChanges.map(json)),
      "cost_centres": .array(costCentres.map(json)), "allowances": .array(allowances.map(json)),
      "previous": previous.map(json) ?? .null,
    ]
    guard case .object(var members) = said else { preconditionFailure("a document is an object") }
    // Few stand in the place of others; the documents of the rest are as they always were.
    if !replaces.isEmpty {
      members.append(JSONMember(name: "replaces", value: .array(replaces.map { .string($0) })))
    }
    members.append(JSONMember(name: "usage_manifest_sha256", value: .text(usageManifestHash)))
    return SealedJSON.text(of: .object(members))
  }

  private var usageLineCount: Int { usage.reduce(0) { $0 + $1.lines.count } }
  private var firstOneTimeNumber: Int { recurring.count + usageLineCount + 1 }
  private var firstValueNumber: Int { firstOneTimeNumber + oneTime.count }
  private var firstCommitmentNumber: Int { firstValueNumber + values.count }

  private var firstAdjustmentNumber: Int { firstCommitmentNumber + commitments.count }

  private func usageSections() -> [JSONValue] {
    var number = recurring.count
    return usage.map { section in
      defer { number += section.lines.count }
      return json(section, from: number + 1)
    }
  }

  private func json(_ section: UsageSection, from first: Int) -> JSONValue {
    [
      "service_kind": .text(section.kind?.name ?? ""), "unit": .text(section.kind?.unit ?? ""),
      "lines": .array(
        section.lines.enumerated().map {
          json($1, number: first + $0, digits: section.kind?.quantityDigits ?? 0)
        }),
      "subtotal": money(section.subtotal),
    ]
  }

  private func json(_ line: UsageLine, number: Int, digits: Int) -> JSONValue {
    func quantity(_ value: Int128) -> JSONValue { .text(DecimalText.format(value, scale: digits)) }
    return [
      "line": .integer(number), "name": .string(line.name), "event_count": .integer(line.eventCount),
      "quantity_raw": quantity(line.quantityRaw), "quantity_billed": quantity(line.quantityBilled),
      "quantity_covered": quantity(line.quantityCovered),
      "unit_price": line.price.map { .text($0.amount.description) } ?? .null,
      "per": line.price.map { quantity($0.perQuantity) } ?? .null,
      "tiers": .array(
        line.tiers.map { tier in
          [
            "from": .text(DecimalText.format(tier.from, scale: SummaryRow.tierScale)),
            "up_to": tier.upTo.map { .text(DecimalText.format($0, scale: SummaryRow.tierScale)) } ?? .null,
            "unit_price": tier.price.map { .text($0.amount.description) } ?? .null,
            "per": tier.price.map { quantity($0.perQuantity) } ?? .null,
            "quantity_billed": quantity(tier.quantityBilled), "exact": .text(tier.amount.description),
          ]
        }), "exact": .text(line.amount.exact.description),
      "rounding": .text(line.amount.rounding.description), "amount": money(line.amount.rounded),
    ]
  }

  func money(_ amount: Amount) -> JSONValue {
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
