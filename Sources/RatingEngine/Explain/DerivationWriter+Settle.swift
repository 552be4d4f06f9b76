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
struct SettledWords {
  let settled: SettledEvent
  let catalog: Catalog

  typealias Line = EventDerivation.Line
  typealias Step = EventDerivation.Step

  var usage: UsageClass { settled.usage }
  private var plan: RatePlan { catalog.plans[usage.plan] }
  var charge: PlanCharge { plan.charges[usage.charge] }

  /// In which order usage is looked at; an event that is looked at alone cannot tell.
  private var premise: Line {
    let period = "\(settled.rules.period.from)/\(settled.rules.period.until)"
    if settled.gauge != nil {
      let others = settled.isAlone ? "as its only sample" : "with all samples of the account and rating group"
      return Line(
        "gauge", "\(others), when the period \(period) is over: its quantity is charged as one event")
    }
    if settled.isAlone { return Line("order", "alone: as the first usage of the period \(period)") }
    let among = "among the usage of the period \(period)"
    let byPrice =
      switch settled.rules.lots.isEmpty ? .time : settled.rules.order {
      case .time: ""
      case .dearestFirst: "allowances are for the dearest first, by unit price; then and for prices "
      case .cheapestFirst: "allowances are for the cheapest first, by unit price; then and for prices "
      }
    return Line("order", "\(byPrice)by charging start, then key, \(among)")
  }

  var quantityStep: EventDerivation.Step? {
    var lines = [premise] + sampleLines
    if charge.freeQuantity > 0 {
      lines.append(
        Line("free", "the first \(Texts.quantity(charge.freeQuantity, usage.kind)) of every event"))
    }
    lines += settled.parts.filter { $0.raw != 0 || $0.billed != 0 }.map { part in
      Line(
        "part",
        "\(Texts.quantity(part.raw, usage.kind)) \(settled.gauge == nil ? "recorded" : "measured"), "
          + "\(Texts.quantity(part.billed, usage.kind)) billed"
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
    guard let before = settled.witness.before?.counter, let after = settled.witness.after?.counter,
      case .tiers(let tiers) = charge.price
    else { return nil }
    let digits = tiers.measure == .spend ? Amount.scale : usage.kind.quantityDigits
    let unit = tiers.measure == .spend ? plan.currency.code : usage.kind.unit
    func text(_ value: Int128) -> String { "\(DecimalText.format(value, scale: digits)) \(unit)" }
    let moved = after.position - before.position
    var lines = [
      Line(
        "counter\(counterName)",
        "\(text(before.position)) before, \(text(before.position)) + \(text(moved)) = \(text(after.position)) after"
      )
    ]
    for part in settled.parts where part.tier != SettledPart.none {
      let (step, words) = (TierCurve.steps(of: tiers).0[Int(part.tier)], tiers.steps[Int(part.tier)])
      let upTo = step.upTo == .max ? "on" : "to \(text(step.upTo))"
      lines.append(
        Line(
          "tier",
          "\(Texts.quantity(part.billed, usage.kind)) in the tier from \(text(step.from)) \(upTo): "
            + terms(words, tiers)))
    }
    if tiers.kind == .volume || tiers.kind == .stairstep || tiers.kind == .percentage {
      lines.append(
        Line("whole", "the tier that the counter reached prices all of it, also what came before this event"))
    }
    if tiers.counted == .all {
      lines.append(Line("covered", "what allowances cover moves the counter without a price"))
    }
    lines.append(
      Line(
        "comes to",
        "\(money(before.pico)) before, \(money(after.pico)) after: this event adds "
          + money(after.pico - before.pico)))
    return Step(title: "tiers", lines: lines)
  }

  /// What a tier costs.
  private func terms(_ step: ChargeTiers.Step, _ tiers: ChargeTiers) -> String {
    var terms: [String] = []
    if let share = step.share { terms.append("amount × \(share.numerator) ÷ \(share.denominator)") }
    if let price = step.price {
      let size = Texts.quantity(price.units, usage.kind)
      let pico = money(Int128(price.pico))
      terms.append(tiers.kind == .package ? "\(pico) for every \(size) begun" : "\(pico) per \(size)")
    }
    if step.flat != .zero || terms.isEmpty { terms.append("\(money(step.flat.pico)) flat, once") }
    if let cap = step.cap { terms.append("at most \(money(cap.pico))") }
    return terms.joined(separator: ", ")
  }

  /// Whose counter of tiers an event moves, where there are several.
  private var counterName: String {
    var name = ""
    if case .pool(let pool, _) = settled.rules.owner {
      name = charge.counter.owner == .account ? " of the account" : " of pool '\(pool)'"
    }
    if charge.counter.isByRatingGroup { name += " of rating group '\(usage.ratingGroup)'" }
    switch charge.counter.window {
    case .period: break
    case .day: name += " of this day"
    case .hour: name += " of this hour"
    }
    return name
  }

  var amountStep: EventDerivation.Step? {
    let currency = plan.currency
    var lines: [Line] = []
    // A package is whole, and the whole quantity may have another price than it had before.
    let isByQuantity = if case .tiers(let tiers) = charge.price { tiers.kind == .graduated } else { true }
    for part in settled.parts
    where isByQuantity && part.lot == SettledPart.none && part.priceUnits > 0 && part.billed != 0 {
      let exact = ExactFraction(
        numeratorPico: Int128(part.pricePico) * Int128(part.billed), denominator: Int128(part.priceUnits))
      lines.append(
        Line(
          "price",
          "\(Texts.quantity(part.billed, usage.kind)) × \(Amount(pico: Int128(part.pricePico))) ÷ "
            + "\(Texts.quantity(part.priceUnits, usage.kind)) = \(exact.text)"))
    }
    lines += recordedLines
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
    lines += limitLines
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

  /// What is made of the amount that the record carries.
  private var recordedLines: [EventDerivation.Line] {
    guard let recorded = settled.recordedPico, case .recorded(let price) = charge.price else { return [] }
    var lines = [Line("recorded", money(recorded))]
    if settled.parts.contains(where: { $0.covered != 0 }) {
      lines.append(Line("covered", "of the amount the same share as of the quantity is covered"))
      return lines
    }
    func exact(_ pico: Int128, _ ratio: PriceRatio, fixed: Int128 = 0) -> String {
      let product = ExactFraction(
        numeratorPico: pico * Int128(ratio.numerator) + fixed * Int128(ratio.denominator),
        denominator: Int128(ratio.denominator))
      let fee = fixed == 0 ? "" : " + \(Amount(pico: fixed))"
      return "\(Amount(pico: pico)) × \(ratio.numerator) ÷ \(ratio.denominator)\(fee) = \(product.text)"
    }
    switch price {
    case .asItIs: break
    case .scaled(let scale): lines.append(Line("price", exact(recorded, scale.ratio)))
    case .percentage(let percentage):
      var zone = settled.witness.before?.freeZone ?? CounterBook.FreeZone()
      lines += freeLines(percentage, zone)
      guard let charged = zone.take(recorded, percentage) else {
        lines.append(Line("free", "all of it"))
        break
      }
      let isRefund = recorded < 0 || settled.parts.contains { $0.raw < 0 }
      lines.append(
        Line("price", exact(charged, percentage.share, fixed: isRefund ? 0 : percentage.fixed.pico)))
    }
    return lines
  }

  /// What of a percentage's free events and amount was used before.
  private func freeLines(
    _ price: PercentagePrice, _ zone: CounterBook.FreeZone
  ) -> [EventDerivation.Line] {
    var lines: [Line] = []
    if let count = price.freeEventCount {
      lines.append(Line("free events", "\(zone.eventCount) of \(count) used before"))
    }
    if let amount = price.freeAmount {
      lines.append(Line("free amount", "\(money(zone.amountPico)) of \(money(amount.pico)) used before"))
    }
    if zone.hasEnded { lines.append(Line("free", "it has ended before, for the whole period")) }
    return lines
  }

  /// What limits of the period and rounding by line make of it.
  private var limitLines: [EventDerivation.Line] {
    guard let before = settled.witness.before, let after = settled.witness.after else { return [] }
    var lines: [Line] = []
    if let maximum = charge.periodMaximum {
      lines.append(
        Line(
          "period maximum",
          "\(money(maximum.pico)) for the charge: it came to \(money(before.charge.net)) before, and comes to "
            + "\(money(after.charge.gross)), so to \(money(after.charge.net)), after"))
    }
    let account = settled.rules.members.first { $0.roundsByLine && $0.account == settled.account }
    if account != nil {
      lines.append(
        Line(
          "by line",
          "the sum of the charge is \(money(before.line.exact)) before and \(money(after.line.exact)) after; in "
            + "\(plan.currency.minorDigits) digits \(money(before.line.rounded)) and \(money(after.line.rounded))"
        ))
    } else if settled.rules.hasLineMembers, charge.counter.owner == .pool, case .tiers = charge.price {
      lines.append(Line("by line", "a member of the pool rounds by line: the counter has 12 digits"))
    }
    return lines
  }

  // MARK: words

  private func money(_ pico: Int128) -> String { Texts.amount(Amount(pico: pico), plan.currency) }

  private func lot(_ index: Int32) -> AllowanceLot { settled.rules.lots[Int(index)] }

  private func band(_ part: SettledPart) -> String {
    part.band == 0 ? "" : " in band '\(plan.bandNames[Int(part.band) - 1])'"
  }

  private func holder(_ lot: AllowanceLot) -> String {
    let age = lot.rolledIn != 0 ? ", rolled in" : ""
    if lot.member == AllowanceLot.everyone, case .pool(let name, _) = settled.rules.owner {
      return " of pool '\(name)'\(age)"
    }
    return age
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
