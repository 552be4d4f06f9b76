// The price of the event: the number as the deck knows it, the row that won and why, the charge that took it.

import BillingCalendar
import Catalog
import Money
import Tables

extension DerivationWriter {
  /// Number, deck and charge, as far as rating came.
  func priceSteps(_ stage: RecordRater.Stage) -> [Step] {
    var steps: [Step] = []
    if let deckIndex = rater.ratePlan.deckIndexByKind[Int(rater.kind.rawValue)] {
      steps.append(numberStep())
      if stage > .number { steps.append(deckStep(deckIndex)) }
      if stage > .row { steps.append(chargeStep(stage, group: rowGroup(catalog.decks[deckIndex]))) }
    } else {
      steps.append(chargeStep(stage, group: event.record.field("meter")?.text ?? .empty))
    }
    return steps
  }

  // MARK: the number

  /// From the text of the record to E.164 digits.
  private func numberStep() -> Step {
    guard let slot = rater.plan.to, let text = event.record.field("to")?.text else {
      return Step(title: "number", lines: [Line("to", "the record has no number to look up")])
    }
    // The text lives in the record's batch; the same bytes are normalised once more, with a word for each rule.
    let pointer = rater.columns.texts(slot)[0]
    let derivation = PhoneNumber(rater.source.dialling).derivation(
      pointer, Int(rater.columns.lengths(slot)[0]))
    var lines = [Line("to", quote: text)]
    guard let dialled = derivation.dialled, let rule = derivation.rule else {
      lines.append(Line("dialled", "no number: it holds more than digits and separators"))
      return Step(title: "number", lines: lines)
    }
    if dialled != text.description {
      lines.append(Line("dialled", "\(dialled), without separators", holdsNumbers: true))
    }
    lines.append(Line("rule", words(rule)))
    lines.append(
      derivation.digits.isEmpty
        ? Line("looked up", "no number: it must have 3 to 15 digits and must not begin with 0")
        : Line(
          "looked up", derivation.digits + (derivation.isShortCode ? ", a short code: whole rows only" : ""),
          holdsNumbers: true))
    return Step(title: "number", lines: lines)
  }

  private func words(_ rule: PhoneNumber.Rule) -> String {
    let plan = rater.source.dialling
    return switch rule {
    case .plus: "+ stands before international digits"
    case .shortCode: "it is one of the source's short codes and stays as it is"
    case .internationalPrefix(let prefix):
      "\(String(decoding: prefix, as: UTF8.self)) stands before international digits and is taken off"
    case .nationalPrefix:
      "\(plan.nationalPrefix) stands before national digits and gives way to \(plan.countryCode)"
    case .bareNational: "bare digits are national: \(plan.countryCode) is put before them"
    case .bareInternational: "no prefix: the digits are international already"
    }
  }

  // MARK: the charge

  /// The charges of the plan up to the one that takes the event.
  private func chargeStep(_ stage: RecordRater.Stage, group: Label) -> Step {
    let plan = rater.ratePlan
    let hasRow = rater.rater.row[0] != 0
    let chosen = stage > .charge ? Int(rater.rater.charge[0]) : nil
    var lines = [Line("rating group", quote: group, hasRow ? "of the deck row" : "as the record names it")]
    if group.isEmpty { lines = [Line("rating group", "none")] }
    for (index, charge) in plan.charges.enumerated() {
      let place = "\(charge.file.isEmpty ? plan.file : charge.file):\(charge.line)"
      if index == chosen {
        lines.append(Line("charge '\(charge.name)'", "\(place) takes it"))
        break
      }
      lines.append(
        Line("charge '\(charge.name)'", "\(place) does not: \(refusal(charge, group, hasRow: hasRow))"))
    }
    if plan.charges.isEmpty { lines.append(Line("charges", "the plan has none")) }
    if let chosen { lines.append(contentsOf: priceInUseLines(plan.charges[chosen], hasRow: hasRow)) }
    return Step(title: "charge", lines: lines)
  }

  private func refusal(_ charge: PlanCharge, _ group: Label, hasRow: Bool) -> String {
    if !charge.kinds.isEmpty, !charge.kinds.contains(rater.kind) {
      return "it is for \(charge.kinds.map(\.name).joined(separator: ", "))"
    }
    if !charge.directions.isEmpty, !charge.directions.contains(rater.direction) {
      return "it is for \(charge.directions.map(\.name).joined(separator: ", ")) events"
    }
    if let groups = charge.ratingGroups, !groups.contains(group) {
      return "it is for \(groups.map { "'\($0)'" }.joined(separator: ", "))"
    }
    let zone = rater.account.zone
    if let from = charge.dates.from, chargingSeconds < zone.midnight(of: from) {
      return "it begins on \(from)"
    }
    if let until = charge.dates.until, chargingSeconds >= zone.midnight(of: until) {
      return "it ended before \(until)"
    }
    if case .deck = charge.price, !hasRow { return "its price is in a deck, and no deck was looked up" }
    return "an earlier charge is asked first"
  }

  /// The price that is used, and which parts of it are the charge's own.
  private func priceInUseLines(_ charge: PlanCharge, hasRow: Bool) -> [Line] {
    if case .recorded(let recorded) = charge.price { return bandLines() + recordedLines(recorded) }
    let book = rater.rater.book
    // No change of prices reaches a gauge.
    let isGauge = charge.gauge != nil
    let price = book.prices[Int(isGauge && isAdjusted ? rater.rater.basePrice[0] : rater.rater.price[0])]
    let currency = rater.ratePlan.currency
    let isChanged = isAdjusted && !isGauge && rater.rater.price[0] != rater.rater.basePrice[0]
    var isOwn = false
    var hasTiers = false
    switch charge.price {
    case .unit: isOwn = true
    case .tiers: (isOwn, hasTiers) = (true, true)
    case .deck, .recorded: break
    }
    func whose(_ isOwn: Bool) -> String {
      isChanged ? "" : isOwn || !hasRow ? " (the charge's own)" : " (the deck row's)"
    }
    var lines = isAdjusted && !isGauge ? bandLines() + changeLines(charge) : []
    lines += [
      Line(
        "price",
        hasTiers
          ? "by tiers over the period"
          : Texts.price(UnitPrice(pico: price.pricePico, units: price.priceUnits), rater.kind, currency)
            + whose(isOwn))
    ]
    if isGauge { return lines }
    lines.append(
      Line(
        "increment",
        Texts.increment(book.increments[Int(price.incrementIndex)], rater.kind, currency)
          + whose(charge.increment != nil)))
    if price.minimum != 0 {
      lines.append(
        Line(
          "minimum",
          Texts.quantity(price.minimum, rater.kind)
            + (charge.minimumSeconds != nil || !hasRow ? " (the charge's own)" : " (the deck row's)")))
    }
    if price.feePico != 0 {
      lines.append(
        Line(
          "connection fee",
          Texts.amount(Amount(pico: Int128(price.feePico)), currency)
            + whose(charge.connectionFeePico != nil || isOwn)))
    }
    return lines
  }
}
