// The JSON of what contracts, charges, discounts and taxes make of a draft.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

extension InvoiceDraft {
  func json(_ line: RecurringLine, number: Int) -> JSONValue {
    [
      "line": .integer(number), "kind": .text(line.kind.rawValue),
      "description": .string(line.description), "contract": .string(line.contract),
      "item": .string(line.item), "includes": .array(line.includes.map { .string($0) }),
      "quantity": Self.quantity(line.quantityMicro),
      "counted": line.countedMicro.map(Self.quantity) ?? .null,
      "included": Self.quantity(line.includedMicro),
      "price": .text(line.price.description),
      "price_from": .text(line.isBookPrice ? "price-book" : "contract"),
      "tier_kind": .textOrNull(line.tierKind?.rawValue),
      "tiers": .array(
        line.tiers.map { tier in
          [
            "from": Self.quantity(tier.fromMicro), "up_to": tier.upToMicro.map(Self.quantity) ?? .null,
            "price": .text(tier.price.description), "quantity": Self.quantity(tier.quantityMicro),
            "flat": .text(tier.flat.description),
          ]
        }),
      "interval": .text(Self.text(of: line.interval)),
      "from": .text(line.days.lowerBound.description), "until": .text(line.days.upperBound.description),
      "days": .integer(line.share.days), "interval_days": .integer(line.share.ofDays),
      "tax_class": .string(line.taxClass), "purchase_order": .string(line.purchaseOrder),
      "allowance": .string(line.allowance), "corrects": .string(line.corrects),
      "origin": .text(line.origin.description),
    ] + json(line.amount)
  }

  func json(_ line: OneTimeLine, number: Int) -> JSONValue {
    [
      "line": .integer(number), "description": .string(line.description),
      "delivered": .text(line.delivered.description), "quantity": Self.quantity(line.quantityMicro),
      "price": .text(line.price.description), "cost": line.cost.map { .text($0.cost.description) } ?? .null,
      "markup": line.cost.map { Self.percent($0.markup) } ?? .null, "item": .string(line.item),
      "contract": .string(line.contract), "project": .string(line.project),
      "milestone": .string(line.milestone), "ticket": .string(line.ticket),
      "charge": .string(line.storeName ?? .empty),
      "tax_class": .string(line.taxClass), "purchase_order": .string(line.purchaseOrder),
      "decision": line.decision.map(Self.json) ?? .null, "origin": .text(line.origin.description),
    ] + json(line.amount)
  }

  func json(_ line: ValueLine, number: Int) -> JSONValue {
    [
      "line": .integer(number), "description": .string(line.description), "contract": .string(line.contract),
      "metric": .string(line.metric), "target": Self.quantity(line.targetMicro),
      "measured": Self.quantity(line.measuredMicro), "measured_on": .text(line.measured.description),
      "base": .text(line.base.description), "percent": Self.percent(line.share),
      "tax_class": .string(line.taxClass), "origin": .text(line.origin.description),
    ] + json(line.amount)
  }

  func json(_ contract: ContractReference) -> JSONValue {
    [
      "contract": .string(contract.name), "msa": .string(contract.master),
      "sow": .string(contract.statementOfWork),
      "renews": contract.renews.map { .text($0.description) } ?? .null,
    ]
  }

  func json(_ line: CommitmentLine, number: Int) -> JSONValue {
    let own = line.period ?? period
    return [
      "line": .integer(number), "description": .string(line.description), "contract": .string(line.contract),
      "corrects": .string(line.corrects),
      "period": ["from": .text(own.from.description), "until": .text(own.until.description)],
      "committed": .text(line.committed.description), "days": .integer(line.share.days),
      "period_days": .integer(line.share.ofDays), "reached": money(line.reached),
      "origin": .text(line.origin.description),
    ] + json(line.amount)
  }

  func json(_ line: AdjustmentLine, number: Int) -> JSONValue {
    let digits = line.kind?.quantityDigits ?? 0
    return [
      "line": .integer(number), "corrects": .string(line.corrects),
      "period": ["from": .text(line.period.from.description), "until": .text(line.period.until.description)],
      "service_kind": .text(line.kind?.name ?? ""), "unit": .text(line.kind?.unit ?? ""),
      "name": .string(line.name), "event_count": .integer(line.eventCount),
      "quantity_billed": .text(DecimalText.format(line.quantityBilled, scale: digits)),
    ] + json(line.amount)
  }

  func json(_ line: DiscountLine) -> JSONValue {
    let level: String
    switch line.level {
    case .line: level = "line"
    case .contract: level = "contract"
    case .client: level = "client"
    }
    var percent = JSONValue.null
    if case .share(let share) = line.value { percent = Self.percent(share) }
    return [
      "description": .string(line.description), "level": .text(level), "percent": percent,
      "base": money(line.base), "lines": .array(line.shares.map(json)),
      "origin": .text(line.origin.description),
    ] + json(line.amount)
  }

  func json(_ tax: TaxLine) -> JSONValue {
    let (method, rate) = Self.method(tax.method)
    return [
      "tax": .string(tax.tax), "place": .string(tax.place), "method": .text(method), "rate": rate,
      "base": money(tax.base),
      "quantity": tax.quantityMicro.map { .text(DecimalText.format($0, scale: 6)) } ?? .null,
      "exemption": tax.exemption.map { .text($0.reason.rawValue) } ?? .null,
      "exemption_reference": tax.exemption.map { .string($0.reference) } ?? .null,
      "lines": .array(tax.shares.map(json)), "origin": .text(tax.origin.description),
    ] + json(tax.amount)
  }

  func json(_ change: CountChange) -> JSONValue {
    [
      "item": .string(change.item), "description": .string(change.description),
      "before": Self.quantity(change.beforeMicro), "now": Self.quantity(change.nowMicro),
    ]
  }

  func json(_ use: CostCentreUse) -> JSONValue {
    ["cost_centre": .string(use.name), "amount": money(use.amount)]
  }

  func json(_ use: AllowanceUse) -> JSONValue {
    func quantity(_ value: Int128) -> JSONValue { .text(DecimalText.format(value, scale: use.unit.scale)) }
    let unit: JSONValue
    switch use.unit {
    case .kind(let kind): unit = .text(kind.unit)
    case .money(let currency): unit = .text(currency.code)
    }
    return [
      "allowance": .string(use.name), "pool": .string(use.pool), "unit": unit,
      "granted": quantity(use.granted), "rolled_in": quantity(use.rolledIn), "used": quantity(use.used),
      "used_here": quantity(use.usedHere), "left": quantity(use.left), "expired": quantity(use.expired),
      "rolled_out": quantity(use.rolledOut),
    ]
  }

  func json(_ previous: PreviousTotals) -> JSONValue {
    [
      "recurring": money(previous.recurring), "usage": money(previous.usage), "other": money(previous.other),
      "total": money(previous.total),
    ]
  }

  /// The account's place; null where the catalog has no taxes, empty where it has but nobody has said.
  var taxPlaceJSON: JSONValue {
    switch taxation {
    case .none: .null
    case .placeUnknown: ""
    case .place(let place): .string(place)
    }
  }

  private func json(_ amount: LineAmount) -> JSONValue {
    [
      "exact": .text(amount.exact.description), "rounding": .text(amount.rounding.description),
      "amount": money(amount.rounded),
    ]
  }

  private func json(_ share: LineShare) -> JSONValue {
    ["line": .integer(share.number), "amount": money(share.amount)]
  }

  private static func json(_ decision: ChargeDecision) -> JSONValue {
    [
      "verdict": .text(decision.verdict.rawValue), "by": .string(decision.by),
      "on": decision.on.map { .text($0.description) } ?? .null,
    ]
  }

  private static func quantity(_ micro: Int64) -> JSONValue {
    .text(DecimalText.format(Int128(micro), scale: 6))
  }

  // Shares are 10⁻¹⁰ of a whole, 10⁻⁸ of a per cent.
  private static func percent(_ share: Int64) -> JSONValue {
    .text(DecimalText.format(Int128(share), scale: 8))
  }

  private static func text(of interval: ContractInterval) -> String {
    switch interval {
    case .months(let count): "\(count) months"
    case .days(let count): "\(count) days"
    }
  }

  private static func method(_ method: TaxRule.Method) -> (String, JSONValue) {
    switch method {
    case .percent(let share): ("percent", percent(share))
    case .bracket(let share, _, _): ("bracket", percent(share))
    case .perLine(let amount): ("per-line", .text(amount.description))
    case .perMinute(let amount): ("per-minute", .text(amount.description))
    case .flat(let amount): ("flat", .text(amount.description))
    }
  }
}

// Two objects as one; the names of both are different.
private func + (a: JSONValue, b: JSONValue) -> JSONValue {
  guard case .object(let first) = a, case .object(let second) = b else { return a }
  return .object(first + second)
}
