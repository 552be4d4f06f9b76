// The steps of a derivation in order. Each part of the way has a file of its own: reading, whose, price, amount.
//
// Everything said here is read from the columns that the engine filled for this one record; where authored rows are
// searched to name a file and line, the engine's choice decides and the search only finds its words.

import BillingCalendar
import Catalog
import Money
import Tables

/// Writes the derivation of the record that `rater` rated last.
struct DerivationWriter {
  let rater: RecordRater
  let event: FoundEvent
  /// The copies of the record; nil where it is not compared for duplicates.
  let copies: CopyDecision?

  var catalog: Catalog { rater.setup.catalog.source }
  var batch: UsageBatch { rater.batch }
  var chargingStart: Int64 { batch.chargingStart(0) }
  var chargingSeconds: Int64 { Instant.seconds(ofMillis: chargingStart) }

  typealias Line = EventDerivation.Line
  typealias Step = EventDerivation.Step

  /// All of it.
  ///
  /// Steps that ask the rater anew (guiding) come after those that read its columns.
  func derivation() -> EventDerivation {
    let stage = rater.stage
    var steps = [recordStep(), fieldsStep()]
    if stage != .reading {
      steps.append(chargingStartStep())
      let guided = stage > .account ? [accountLine()] : []
      let later = laterSteps(stage)
      let cost = stage == .rated ? rater.rater.cost(0) : EventCost()
      let copies = copiesStep()
      let outcome = outcome(stage)
      let account = stage > .account ? rater.account.id : nil
      let charge = stage == .rated ? rater.ratePlan.charges[Int(rater.rater.charge[0])].name : nil
      // From here on the rater's columns are those of other questions.
      steps.append(Step(title: "whose", lines: guideLines(stage) + guided + later.whose))
      steps += later.steps
      if let copies { steps.append(copies) }
      steps.append(outcome.step)
      var made = derivation(outcome, account, charge, steps)
      if outcome.door == .rated { note(cost, in: &made) }
      return made
    }
    let outcome = outcome(stage)
    steps.append(outcome.step)
    return derivation(outcome, nil, nil, steps)
  }

  private func derivation(_ outcome: Outcome, _ account: Label?, _ charge: Label?, _ steps: [Step])
    -> EventDerivation
  {
    EventDerivation(
      file: event.file.name, line: event.record.line, door: outcome.door, reason: outcome.reason,
      account: account, charge: charge,
      amount: outcome.amount, currency: outcome.currency, steps: steps)
  }

  private func note(_ cost: EventCost, in derivation: inout EventDerivation) {
    guard let tables = rater.setup.catalog.costs, cost.supplier != 0 else { return }
    derivation.supplier = tables.suppliers[Int(cost.supplier)]
    guard cost.currency != 0 else { return }
    derivation.cost = Amount(pico: cost.pico)
    derivation.costCurrency = tables.currencies[Int(cost.currency)]
  }

  private func laterSteps(_ stage: RecordRater.Stage) -> (whose: [Line], steps: [Step]) {
    guard stage > .account else { return ([], []) }
    var steps = [timeStep()]
    if stage > .plan { steps.append(rulesStep(stage)) }
    if stage > .rules { steps += priceSteps(stage) }
    if stage == .rated, let settled = rater.settled {
      return (planLines(stage), steps + settledSteps(settled))
    }
    if stage > .charge { steps.append(quantityStep(stage)) }
    if stage == .rated { steps += [amountStep(), costStep()].compactMap { $0 } }
    return (planLines(stage), steps)
  }

  // MARK: the end

  private struct Outcome {
    var door: EventDerivation.Door
    var reason: String
    var amount: Amount?
    var currency: Currency?
    var step: Step
  }

  private func outcome(_ stage: RecordRater.Stage) -> Outcome {
    if let copies, copies.isConflict { return suspended(.duplicateConflict) }
    if let copies, !copies.isKept(event),
      let keeper = zip(copies.copies, copies.isKept).first(where: { $0.1 })?.0
    {
      return Outcome(
        door: .duplicate, reason: "",
        step: Step(
          title: "outcome",
          lines: [Line("duplicate", "not counted: \(keeper.place) is the same record and counts")]))
    }
    if event.oversize != nil { return suspended(.recordTooLong) }
    switch batch.door[0] {
    case Door.noEvent: return filtered("it is no event: ")
    case Door.filtered: return filtered("it is not billed: ")
    case Door.rated: return rated()
    default: return suspended(rater.suspenseReason ?? .badRecord)
    }
  }

  private func filtered(_ words: String) -> Outcome {
    let reason = rater.setup.filterReasons[Int(batch.reason[0])].description
    return Outcome(
      door: .filtered, reason: reason, step: Step(title: "outcome", lines: [Line("filtered", words + reason)])
    )
  }

  private func suspended(_ reason: SuspenseReason) -> Outcome {
    var lines = [Line("suspended", "\(reason.code): \(reason.meaning)")]
    let field = FieldRoleName.name(batch.faultField[0])
    if event.oversize == nil, batch.door[0] == Door.unparsable, !field.isEmpty {
      lines.append(
        Line(
          "field", quote: event.record.field(Label(field))?.text ?? .empty,
          "is no \(field) that the format knows"))
    }
    lines.append(Line("what to do", reason.remedy))
    return Outcome(door: .suspended, reason: reason.code, step: Step(title: "outcome", lines: lines))
  }

  private func rated() -> Outcome {
    let currency = rater.ratePlan.currency
    let amount = Texts.amount(rater.amount, currency)
    return Outcome(
      door: .rated, reason: "", amount: rater.amount, currency: currency,
      step: Step(
        title: "outcome",
        lines: [
          Line(
            "rated",
            (rater.settled?.gauge == nil ? "" : "as a sample: its gauge comes to ")
              + "\(amount), for account '\(rater.account.id)' in the usage period \(usagePeriod)")
        ]))
  }
}

/// Words for what the engine holds as numbers.
enum Texts {
  /// `EUR 0.02`.
  static func amount(_ amount: Amount, _ currency: Currency) -> String {
    "\(currency) \(amount.text(minimumDigits: currency.minorDigits))"
  }

  /// `61 s`.
  static func quantity(_ quantity: Int64, _ kind: UsageKind) -> String {
    DecimalText.format(Int128(quantity), scale: kind.quantityDigits) + " "
      + unit(kind, isOne: quantity == kind.onePerUnit)
  }

  /// `EUR 0.01 per 60 s`.
  static func price(_ price: UnitPrice, _ kind: UsageKind, _ currency: Currency) -> String {
    "\(amount(Amount(pico: Int128(price.pico)), currency)) per \(quantity(price.units, kind))"
  }

  /// `60 s first, then every 6 s`, `every 60 s`.
  static func increment(_ increment: BillingIncrement, _ kind: UsageKind, _ currency: Currency) -> String {
    let steps = increment.steps
    func size(_ step: BillingIncrement.Step) -> String {
      quantity(step.size, kind) + (step.price.map { " at " + price($0, kind, currency) } ?? "")
    }
    if steps.count == 1 { return "every \(size(steps[0]))" }
    if steps.count == 2, steps[1].from == steps[0].size {
      return "the first \(size(steps[0])) whole, then every \(size(steps[1]))"
    }
    return steps.map { "every \(size($0)) from \(quantity($0.from, kind)) on" }.joined(separator: ", ")
  }

  /// The unit of a kind, in the plural where more or less than one is meant.
  static func unit(_ kind: UsageKind, isOne: Bool) -> String {
    kind == .voice || isOne ? kind.unit : kind.unit + "s"
  }

  /// `from 2025-01-01T00:00:00Z until 2025-02-01T00:00:00Z`; `always` where neither bound is there.
  static func span(from: Int64, until: Int64) -> String {
    switch (from == .min, until == .max) {
    case (true, true): "always"
    case (false, true): "from \(instant(from)) on"
    case (true, false): "until \(instant(until))"
    case (false, false): "from \(instant(from)) until \(instant(until))"
    }
  }

  /// The same for local dates.
  static func span(from: CivilDate?, until: CivilDate?) -> String {
    switch (from, until) {
    case (nil, nil): "always"
    case (let from?, nil): "from \(from) on"
    case (nil, let until?): "until \(until)"
    case (let from?, let until?): "from \(from) until \(until)"
    }
  }

  /// Seconds since 1970 as RFC 3339.
  static func instant(_ seconds: Int64) -> String { Instant.text(millis: seconds * 1000) }
}
