// What of an event allowances covered, in which tiers the rest fell, and what that comes to.

import BillingCalendar
import Catalog
import Money
import Tables

extension DerivationWriter {
  /// The steps of an event that depends on what was used before it.
  func settledSteps(_ settled: SettledEvent) -> [Step] {
    let words = SettledWords(settled: settled, catalog: catalog)
    return [words.quantityStep, words.allowanceStep, words.counterStep, words.amountStep].compactMap { $0 }
  }
}

/// Words for what became of a settled event.
private struct SettledWords {
  let settled: SettledEvent
  let catalog: Catalog

  private typealias Line = EventDerivation.Line
  private typealias Step = EventDerivation.Step

  private var usage: UsageClass { settled.usage }
  private var plan: RatePlan { catalog.plans[usage.plan] }
  private var charge: PlanCharge { plan.charges[usage.charge] }

  /// What an event that is looked at alone cannot tell.
  private var premise: Line {
    let period = "\(settled.rules.period.from)/\(settled.rules.period.until)"
    return settled.isAlone
      ? Line("order", "alone: as the first usage of the period \(period)")
      : Line("order", "by charging start, then key, among the usage of the period \(period)")
  }

  var quantityStep: EventDerivation.Step? {
    var lines = [premise]
    if charge.freeQuantity > 0 {
      lines.append(
        Line("free", "the first \(Texts.quantity(charge.freeQuantity, usage.kind)) of every event"))
    }
    lines += settled.parts.filter { $0.raw != 0 || $0.billed != 0 }.map { part in
      Line(
        "part",
        "\(Texts.quantity(part.raw, usage.kind)) recorded, \(Texts.quantity(part.billed, usage.kind)) billed"
          + band(part) + (part.lot == SettledPart.none ? "" : ", covered by '\(lot(part.lot).name)'"))
    }
    return Step(title: "quantity", lines: lines)
  }

  var allowanceStep: EventDerivation.Step? {
    let lots = settled.rules.lots
    guard !lots.isEmpty else { return nil }
    let changed = settled.witness.lots.map { change in
      let lot = lots[change.index]
      let taken = change.before - change.after
      let what = taken < 0 ? "gets \(size(-taken, lot)) back" : "gives \(size(taken, lot))"
      return Line(
        "allowance",
        "'\(lot.name)'\(holder(lot)): \(size(change.before, lot)) left before, \(what), "
          + "\(size(change.after, lot)) left after")
    }
    let none = [Line("allowance", "none covers anything of it: out of scope, or used up")]
    return Step(title: "allowances", lines: changed.isEmpty ? none : changed)
  }

  var counterStep: EventDerivation.Step? {
    guard let counter = settled.witness.counter, case .tiers(let tiers) = charge.price else { return nil }
    let digits = tiers.measure == .spend ? Amount.scale : usage.kind.quantityDigits
    let unit = tiers.measure == .spend ? plan.currency.code : usage.kind.unit
    func text(_ value: Int128) -> String { "\(DecimalText.format(value, scale: digits)) \(unit)" }
    let moved = counter.after - counter.before
    var lines = [
      Line(
        "counter",
        "\(text(counter.before)) before, \(text(counter.before)) + \(text(moved)) = \(text(counter.after)) after"
      )
    ]
    for part in settled.parts where part.tier != SettledPart.none {
      let step = TierCurve.steps(of: tiers).0[Int(part.tier)]
      let upTo = step.upTo == .max ? "on" : "to \(text(step.upTo))"
      lines.append(
        Line("tier", "\(Texts.quantity(part.billed, usage.kind)) in the tier from \(text(step.from)) \(upTo)")
      )
    }
    if tiers.kind == .volume || tiers.kind == .stairstep || tiers.kind == .percentage {
      lines.append(
        Line("whole", "the tier that the counter reached prices all of it, also what came before this event"))
    }
    return Step(title: "tiers", lines: lines)
  }

  var amountStep: EventDerivation.Step? {
    let currency = plan.currency
    var lines: [Line] = []
    for part in settled.parts where part.lot == SettledPart.none && part.priceUnits > 0 && part.billed != 0 {
      let exact = ExactFraction(
        numeratorPico: Int128(part.pricePico) * Int128(part.billed), denominator: Int128(part.priceUnits))
      lines.append(
        Line(
          "price",
          "\(Texts.quantity(part.billed, usage.kind)) × \(Amount(pico: Int128(part.pricePico))) ÷ "
            + "\(Texts.quantity(part.priceUnits, usage.kind)) = \(exact.text)"))
    }
    if usage.feePico != 0 {
      let rule =
        switch plan.connectionFee {
        case .chargeable: "owed where something is left to charge"
        case .answered: "owed where there is any quantity"
        case .always: "owed for every rated event"
        }
      lines.append(
        Line("connection fee", "\(Texts.amount(Amount(pico: Int128(usage.feePico)), currency)), \(rule)"))
    }
    lines.append(
      Line(
        "rounded",
        "the sum so far, to \(plan.rounding.scale) digits, \(plan.rounding.mode.rawValue); a part is what it adds"
      ))
    if let maximum = charge.periodMaximum {
      lines.append(Line("period maximum", "\(Texts.amount(maximum, currency)) for the charge in the period"))
    }
    if settled.rules.hasLineMembers {
      lines.append(
        Line("by line", "amounts are differences of the running sum in \(currency.minorDigits) digits"))
    }
    for part in settled.parts {
      let what = part.lot == SettledPart.none ? "part" : "'\(lot(part.lot).name)'"
      lines.append(
        Line(
          what,
          "\(Texts.quantity(part.billed, usage.kind))\(band(part)): "
            + Texts.amount(Amount(pico: part.amountPico), currency)))
    }
    lines.append(Line("amount", Texts.amount(Amount(pico: settled.amountPico), currency)))
    return Step(title: "amount", lines: lines)
  }

  // MARK: words

  private func lot(_ index: Int32) -> AllowanceLot { settled.rules.lots[Int(index)] }

  private func band(_ part: SettledPart) -> String {
    part.band == 0 ? "" : " in band '\(plan.bandNames[Int(part.band) - 1])'"
  }

  private func holder(_ lot: AllowanceLot) -> String {
    if lot.member == AllowanceLot.everyone, case .pool(let name, _) = settled.rules.owner {
      return " of pool '\(name)'"
    }
    return lot.rolledIn != 0 ? ", rolled in" : ""
  }

  private func size(_ quantity: Int128, _ lot: AllowanceLot) -> String {
    let size =
      switch lot.source {
      case .plan(let plan, let allowance): catalog.plans[plan].allowances[allowance].size
      case .grant(let grant): catalog.grants[grant].size
      }
    switch size {
    case .quantity(_, let kind):
      return "\(DecimalText.format(quantity, scale: kind.quantityDigits)) \(kind.unit)"
    case .events: return "\(quantity) events"
    case .amount: return Texts.amount(Amount(pico: quantity), plan.currency)
    }
  }
}
