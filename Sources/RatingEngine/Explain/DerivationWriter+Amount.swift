// From the recorded quantity to the amount: every multiplication and the one rounding, with the numbers as they were used.

import Catalog
import Money
import Tables

extension DerivationWriter {
  /// The event's price in full generality: what the rater's fast form is a special case of.
  private var exact: Result<EventPrice.Priced, EventPrice.Fault> {
    if isAdjusted { return derived }
    let compiled = rater.setup.catalog
    let price = compiled.prices[Int(rater.rater.price[0])]
    let plan = compiled.plans[Int(rater.rater.plan[0])]
    return EventPrice.exact(
      quantity: batch.quantity[0], isVoice: rater.kind == .voice, isAnswered: batch.isAnswered[0] != 0,
      price: price,
      increment: compiled.increments[Int(price.incrementIndex)], plan: plan,
      charge: plan.charges[Int(rater.rater.charge[0])])
  }

  /// What the exact price says where it differs from what the rater summed up; nil where they agree, as they must.
  var disagreement: String? {
    guard rater.stage == .rated, rater.settled == nil else { return nil }
    guard case .success(let priced) = exact else { return "the exact price of a rated event fails" }
    guard priced.billed != rater.rater.billed[0] || priced.amount != rater.amount else { return nil }
    return
      "rated as \(rater.rater.billed[0]) and \(rater.amount), exactly \(priced.billed) and \(priced.amount)"
  }

  // MARK: quantity

  /// Recorded quantity, whole seconds, minimum, increments.
  func quantityStep(_ stage: RecordRater.Stage) -> Step {
    let kind = rater.kind
    let quantity = batch.quantity[0]
    guard quantity != UsageBatch.absentQuantity else {
      return Step(title: "quantity", lines: [Line("recorded", "none: the record says no quantity")])
    }
    var lines = [Line("recorded", Texts.quantity(quantity, kind))]
    guard stage == .rated, case .success(let priced) = exact else {
      return Step(title: "quantity", lines: lines)
    }
    let charge = compiledPlan.charges[Int(rater.rater.charge[0])]
    var used = Int64(quantity.magnitude)
    if quantity < 0 {
      lines.append(Line("refund", "priced as \(Texts.quantity(used, kind)), then mirrored, without fee"))
    }
    let left = max(0, used - charge.freeQuantity)
    if let line = freeLine(charge, used: used, left: left) { lines.append(line) }
    used = left
    if kind == .voice, !rater.ratePlan.keepsMilliseconds, used % 1000 != 0 {
      used = (used + 999) / 1000 * 1000
      lines.append(Line("whole seconds", "a begun second counts: \(Texts.quantity(used, kind))"))
    }
    if priced.parts.count > 1 {
      lines += partLines(priced.parts)
    } else if recordedPrice == nil {
      lines += incrementLines(used, priced)
    }
    lines.append(Line("billed", Texts.quantity(priced.billed, kind)))
    return Step(title: "quantity", lines: lines)
  }

  private func incrementLines(_ used: Int64, _ priced: EventPrice.Priced) -> [Line] {
    let kind = rater.kind
    let price = rater.rater.book.prices[Int(rater.rater.price[0])]
    let increment = rater.rater.book.increments[Int(price.incrementIndex)]
    var lines: [Line] = []
    var quantity = used
    if used == 0 {
      guard !priced.stretches.isEmpty else {
        return [Line("increment", "zero is zero: nothing is rounded up")]
      }
      lines.append(Line("zero", "the plan charges answered calls of zero seconds their first increment"))
      quantity = 1
    } else if price.minimum > used {
      quantity = price.minimum
      lines.append(
        Line("minimum", "\(Texts.quantity(quantity, kind)) at least: \(Texts.quantity(quantity, kind))"))
    }
    var at: Int64 = 0
    for (index, step) in increment.steps.enumerated() where at < quantity {
      let end = index + 1 < increment.steps.count ? min(increment.steps[index + 1].from, quantity) : quantity
      guard at < end else { continue }
      let count = (end - at + step.size - 1) / step.size
      // Zero seconds that are charged begin an increment without a quantity of their own.
      let from = Texts.quantity(at, kind)
      let what = used == 0 ? "1 begun" : "from \(from) to \(Texts.quantity(end, kind)): \(count) begun"
      lines.append(
        Line(
          "increment",
          "\(what) × \(Texts.quantity(step.size, kind)) = \(Texts.quantity(count * step.size, kind))"))
      at += count * step.size
    }
    return lines
  }

  // MARK: amount

  /// The exact sum and its rounding.
  func amountStep() -> Step {
    guard case .success(let priced) = exact else { return Step(title: "amount", lines: []) }
    if let recorded = recordedPrice { return recordedAmountStep(priced, recorded) }
    let (kind, plan) = (rater.kind, rater.ratePlan)
    let currency = plan.currency
    var lines = priced.stretches.map { stretch in
      let part = ExactFraction(
        numeratorPico: Int128(stretch.price.pico) * Int128(stretch.billed),
        denominator: Int128(stretch.price.units))
      return Line(
        "price",
        "\(Texts.quantity(stretch.billed, kind)) × \(Amount(pico: Int128(stretch.price.pico))) ÷ "
          + "\(Texts.quantity(stretch.price.units, kind)) = \(part.text)")
    }
    lines.append(contentsOf: feeLines(priced))
    let exact = ExactFraction(numeratorPico: priced.exactNumerator, denominator: priced.exactDenominator)
    lines.append(Line("exact", "\(currency) \(exact.text)"))
    let rounded = plan.rounding.round(numeratorPico: priced.exactNumerator, over: priced.exactDenominator)
    lines.append(
      Line(
        "rounded",
        "once, to \(plan.rounding.scale) digits, \(plan.rounding.mode.rawValue): \(Texts.amount(rounded, currency))"
      ))
    lines.append(contentsOf: limitLines(rounded, isZero: priced.exactNumerator == 0))
    lines += partAmountLines(priced.parts)
    if batch.quantity[0] < 0 { lines.append(Line("mirrored", Texts.amount(priced.amount, currency))) }
    if let disagreement { lines.append(Line("FAULT", "the run sums up something else: \(disagreement)")) }
    return Step(title: "amount", lines: lines)
  }

  private func feeLines(_ priced: EventPrice.Priced) -> [Line] {
    let price = rater.rater.book.prices[Int(rater.rater.price[0])]
    guard price.feePico != 0 || priced.feePico != 0 else { return [] }
    let rule =
      switch rater.ratePlan.connectionFee {
      case .chargeable: "owed where something is billed"
      case .answered: "owed where there is any quantity"
      case .always: "owed for every rated event"
      }
    let fee = Texts.amount(Amount(pico: Int128(priced.feePico)), rater.ratePlan.currency)
    return [Line("connection fee", priced.feePico != 0 ? "\(fee), \(rule)" : "not owed: \(rule)")]
  }

  private func limitLines(_ rounded: Amount, isZero: Bool) -> [Line] {
    let charge = rater.ratePlan.charges[Int(rater.rater.charge[0])]
    let currency = rater.ratePlan.currency
    var lines: [Line] = []
    var amount = rounded
    if let maximum = charge.eventMaximum {
      amount = min(amount, maximum)
      let word = rounded > maximum ? "applies" : "is not reached"
      lines.append(Line("maximum", "\(Texts.amount(maximum, currency)) \(word)"))
    }
    if let minimum = charge.eventMinimum {
      let word = isZero ? "does not lift an amount of 0" : amount < minimum ? "applies" : "is reached"
      lines.append(Line("minimum", "\(Texts.amount(minimum, currency)) \(word)"))
    }
    return lines
  }
}
