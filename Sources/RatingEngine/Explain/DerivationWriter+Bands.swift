// Bands, changes of prices, free quantities and recorded amounts: what plans with more than prices by prefix add to a step.

import BillingCalendar
import Catalog
import Money
import Tables

extension DerivationWriter {
  /// The plan as it was compiled; from stage `rules` on.
  var compiledPlan: CompiledPlan { rater.setup.catalog.plans[Int(rater.rater.plan[0])] }
  /// Whether the plan's events ask for more than a charge and its price.
  var isAdjusted: Bool { compiledPlan.isAdjusted }
  /// What becomes of the recorded amount, where the charge is of one.
  var recordedPrice: RecordedPrice? {
    isAdjusted ? compiledPlan.charges[Int(rater.rater.charge[0])].recorded : nil
  }

  /// `band 'peak'`, or words for the empty one.
  func bandName(_ number: UInt32) -> String {
    number == 0 ? "no band" : "band '\(rater.setup.catalog.bandNames[Int(number)])'"
  }

  /// The band at the charging start.
  func bandLines() -> [Line] {
    let plan = compiledPlan
    guard plan.bandSet >= 0 else { return [] }
    let clock = rater.rater.bandClocks.clock(bandSet: plan.bandSet, account: rater.rater.account[0])
    let span = clock.span(atSeconds: chargingSeconds)
    let local = Instant.text(millis: chargingStart, in: rater.account.zone)
    return [Line("band", "at \(local): \(bandName(span.band))")]
  }

  /// The charge's band price and the change of prices that the event meets.
  func changeLines(_ charge: PlanCharge) -> [Line] {
    var lines: [Line] = []
    let catalog = rater.setup.catalog
    let band = catalog.bandNames[Int(rater.rater.band[0])]
    if !band.isEmpty, let own = charge.bandPrices.first(where: { $0.band == band }) {
      lines.append(Line("in this band", "charge '\(charge.name)' has \(words(own))"))
    }
    guard rater.rater.change[0] != CompiledCatalog.none else { return lines }
    let change = catalog.priceChanges[Int(rater.rater.change[0])]
    let place: String
    switch change.origin {
    case .plan(let index):
      let entry = rater.ratePlan.priceChanges[index]
      place = "\(entry.file):\(entry.line)"
    case .account(let index):
      place = "the account's own, overrides.csv:\(catalog.source.accountPrices[index].line)"
    }
    lines.append(
      Line("price change", "\(words(change.change))\(change.changesFees ? ", fees too" : "") (\(place))"))
    return lines
  }

  private func words(_ price: ChargeBandPrice) -> String {
    let currency = rater.ratePlan.currency
    var parts: [String] = []
    switch price.change {
    case .price(let own): parts.append(Texts.price(own, rater.kind, currency))
    case .ratio(let ratio): parts.append("prices × \(words(ratio))")
    case nil: break
    }
    if let fee = price.connectionFeePico {
      parts.append("a connection fee of \(Texts.amount(Amount(pico: Int128(fee)), currency))")
    }
    if let increment = price.increment {
      parts.append("increments: \(Texts.increment(increment, rater.kind, currency))")
    }
    return parts.joined(separator: "; ")
  }

  private func words(_ change: PriceChange.Change) -> String {
    switch change {
    case .ratio(let ratio): "prices × \(words(ratio)), half-even at 12 digits"
    case .price(let pico, let units):
      "a price of \(Texts.amount(Amount(pico: Int128(pico)), rater.ratePlan.currency))"
        + (units.map { " per \(Texts.quantity($0, rater.kind))" } ?? "")
    }
  }

  func words(_ ratio: PriceRatio) -> String {
    ratio.denominator == 1 ? "\(ratio.numerator)" : "\(ratio.numerator) ÷ \(ratio.denominator)"
  }

  // MARK: parts

  /// The price of an event of an adjusted plan, asked once more.
  var derived: Result<EventPrice.Priced, EventPrice.Fault> {
    if let recorded = recordedPrice { return derived(recorded) }
    return rater.rater.derive(0, batch, compiledPlan)
  }

  private func derived(_ recorded: RecordedPrice) -> Result<EventPrice.Priced, EventPrice.Fault> {
    let plan = compiledPlan
    let charge = plan.charges[Int(rater.rater.charge[0])]
    guard batch.hasAmount(0), batch.quantity[0] != UsageBatch.absentQuantity,
      let priced = RecordedCharge.amount(
        batch.recordedAmount(0), quantity: batch.quantity[0], recorded, plan: plan, charge: charge)
    else { return .failure(EventPrice.Fault(reason: .amountTooLarge)) }
    return .success(
      EventPrice.Priced(
        billed: RecordedCharge.billed(batch.quantity[0], isVoice: rater.kind == .voice, plan: plan),
        amount: priced.amount, exactNumerator: priced.exact.numerator,
        exactDenominator: priced.exact.denominator, stretches: [], feePico: 0))
  }

  /// What is free of the quantity; nil where nothing is.
  func freeLine(_ charge: CompiledCharge, used: Int64, left: Int64) -> Line? {
    guard charge.freeQuantity > 0 else { return nil }
    let kind = rater.kind
    return Line(
      "free",
      "\(Texts.quantity(charge.freeQuantity, kind)) of every event: \(Texts.quantity(used, kind)) leave "
        + Texts.quantity(left, kind))
  }

  /// What each band gets of an event that crosses bands.
  func partLines(_ parts: [EventPrice.Part]) -> [Line] {
    let rule =
      compiledPlan.crossing == .splitEach
      ? "each stay in a band is rounded up by itself" : "an increment belongs to the band in which it begins"
    return [Line("bands", rule)]
      + parts.map { part in
        Line(
          bandName(part.band),
          "\(Texts.quantity(part.raw, rater.kind)) recorded, \(Texts.quantity(part.billed, rater.kind)) billed"
        )
      }
  }

  /// What each band pays: differences of the rounded sum.
  func partAmountLines(_ parts: [EventPrice.Part]) -> [Line] {
    guard parts.count > 1 else { return [] }
    return parts.map { part in
      Line(
        bandName(part.band),
        "\(Texts.amount(part.amount, rater.ratePlan.currency)) of it, as the difference of rounded sums")
    }
  }

  // MARK: recorded amounts

  /// What the charge makes of a recorded amount.
  func recordedLines(_ price: RecordedPrice) -> [Line] {
    switch price {
    case .asItIs: return [Line("price", "the amount of the record, as it is")]
    case .scaled(let scale):
      return [Line("price", "the amount of the record × \(words(scale.ratio)), its \(scale.word.rawValue)")]
    case .percentage(let percentage):
      let currency = rater.ratePlan.currency
      var text = "the amount of the record × \(words(percentage.share))"
      if percentage.fixed != .zero {
        text += " + \(Texts.amount(percentage.fixed, currency)), but for refunds"
      }
      var lines = [Line("price", text)]
      if let maximum = percentage.maximum { lines.append(Line("at most", Texts.amount(maximum, currency))) }
      if let minimum = percentage.minimum { lines.append(Line("at least", Texts.amount(minimum, currency))) }
      return lines
    }
  }

  /// The recorded amount on its way to the amount charged.
  func recordedAmountStep(_ priced: EventPrice.Priced, _ price: RecordedPrice) -> Step {
    let (plan, currency) = (rater.ratePlan, rater.ratePlan.currency)
    let exact = ExactFraction(numeratorPico: priced.exactNumerator, denominator: priced.exactDenominator)
    let rounded = plan.rounding.round(numeratorPico: priced.exactNumerator, over: priced.exactDenominator)
    var lines = [Line("recorded", Texts.amount(batch.recordedAmount(0), currency))]
    lines += recordedLines(price)
    lines.append(Line("exact", "\(currency) \(exact.text)"))
    lines.append(
      Line(
        "rounded",
        "once, to \(plan.rounding.scale) digits, \(plan.rounding.mode.rawValue): \(Texts.amount(rounded, currency))"
      ))
    if rounded.pico != Int128(priced.amount.pico.magnitude) {
      lines.append(Line("limited", Texts.amount(priced.amount, currency)))
    }
    if priced.amount < .zero { lines.append(Line("mirrored", Texts.amount(priced.amount, currency))) }
    if let disagreement { lines.append(Line("FAULT", "the run sums up something else: \(disagreement)")) }
    return Step(title: "amount", lines: lines)
  }
}
