// The other side of a rated event: its supplier, the row of its deck, and what it charges.

import BillingCalendar
import Catalog
import Money
import Tables

extension DerivationWriter {
  /// Supplier, deck row, quantity and cost; nil for a catalog without suppliers.
  func costStep() -> Step? {
    guard let costs = rater.rater.costs else { return nil }
    let number = Int(costs.rule[0])
    guard number >= 0 else {
      return Step(
        title: "cost",
        lines: [Line("supplier", "none: no row of suppliers.csv takes it; the event has no cost")])
    }
    let rule = costs.tables.rules[number]
    let deck = catalog.decks[rule.deck]
    var lines = supplierLines(rule)
    let row = matchRow(costs.row[0])
    var question = DeckQuestion(
      deck: deck, digits: batch.toDigits[0], count: batch.toCount[0], winner: row.map { Int($0.row) })
    let base = rule.bases[Int(rater.kind.rawValue)]
    if base >= 0, batch.toCount[0] != 0 {
      if let own = rule.jurisdiction { ask(&question, own, base: Int(base)) }
      lines += deckLines(question)
    }
    lines += amountLines(costs, rule, deck)
    return Step(title: "cost", lines: lines)
  }

  private func supplierLines(_ rule: CostTables.Rule) -> [Line] {
    let supplier = catalog.suppliers[rule.row]
    let patterns = supplier.trunks.map { "'\($0)'" }.joined(separator: " or ")
    let place = "suppliers.csv:\(supplier.line) is the first row that takes it, by trunk \(patterns)"
    guard let slot = rater.plan.trunks.first(where: { rater.columns.lengths($0)[0] > 0 }) else {
      return [
        Line("trunk", "the record names none"), Line("supplier", "'\(supplier.supplier)': \(place)"),
      ]
    }
    let text = UnsafeBufferPointer(
      start: rater.columns.texts(slot)[0], count: Int(rater.columns.lengths(slot)[0]))
    return [
      Line("trunk", quote: Label(bytes: Array(text))), Line("supplier", "'\(supplier.supplier)': \(place)"),
    ]
  }

  private func amountLines(_ costs: SupplierCosts, _ rule: CostTables.Rule, _ deck: RateDeck) -> [Line] {
    guard costs.currency[0] != 0,
      let price = rater.rater.costPrice(0, batch, rater.columns, rater.plan, costs),
      let priced = costs.exact(chargedEvent, ofRule: Int(costs.rule[0]), price: price, rater.setup.catalog)
    else { return [Line("cost", "missing: the deck does not price it; it is counted, and not taken for 0")] }
    var lines = bandLines(costs, deck)
    lines.append(Line("billed", "\(Texts.quantity(priced.billed, rater.kind)), of the whole event"))
    lines += priced.stretches.map { stretch in
      let part = ExactFraction(
        numeratorPico: Int128(stretch.price.pico) * Int128(stretch.billed),
        denominator: Int128(stretch.price.units))
      return Line(
        "price",
        "\(Texts.quantity(stretch.billed, rater.kind)) × \(Amount(pico: Int128(stretch.price.pico))) ÷ "
          + "\(Texts.quantity(stretch.price.units, rater.kind)) = \(part.text)")
    }
    if priced.feePico != 0 {
      lines.append(
        Line("connection fee", Texts.amount(Amount(pico: Int128(priced.feePico)), deck.currency)))
    }
    let exact = ExactFraction(numeratorPico: priced.exactNumerator, denominator: priced.exactDenominator)
    lines.append(Line("exact", "\(deck.currency) \(exact.text)"))
    lines.append(
      Line("cost", "once, to 6 digits, half-up: \(Texts.amount(priced.amount, deck.currency))"))
    if priced.amount.pico != costs.amount[0] {
      lines.append(Line("FAULT", "the run sums up something else: \(Amount(pico: costs.amount[0]))"))
    }
    return lines
  }

  private var chargedEvent: SupplierCosts.Event {
    SupplierCosts.Event(
      quantity: batch.quantity[0], isVoice: rater.kind == .voice, isAnswered: batch.isAnswered[0] != 0,
      startMillis: chargingStart)
  }

  private func bandLines(_ costs: SupplierCosts, _ deck: RateDeck) -> [Line] {
    guard let clock = costs.clock(ofRule: Int(costs.rule[0])) else { return [] }
    let local = Instant.text(millis: chargingStart, in: deck.zone)
    return [
      Line("band", "at \(local), the deck's clocks: \(bandName(clock.span(atSeconds: chargingSeconds).band))")
    ]
  }
}
