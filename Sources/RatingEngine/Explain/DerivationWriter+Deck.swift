// The row of a deck that won and why: of the deck that a plan looks up, and of a supplier's.

import BillingCalendar
import Catalog
import Money
import Tables

/// What a record is looked up by in a deck, and what was found.
struct DeckQuestion {
  var deck: RateDeck
  /// Digits and their count, with `PhoneNumber.shortCodeFlag`.
  var digits: UInt64
  var count: UInt8
  /// Index of the row in the deck; nil for none.
  var winner: Int?
  /// The call, where the deck prices by jurisdiction.
  var call: NorthAmericanCall?
}

extension DerivationWriter {
  func rowGroup(_ deck: RateDeck) -> Label {
    matchRow.map { deck.ratingGroups[Int(deck.rows[Int($0.row)].ratingGroup)] } ?? .empty
  }

  private var matchRow: MatchRow? { matchRow(rater.rater.row[0]) }

  func matchRow(_ number: UInt32) -> MatchRow? {
    number == 0 ? nil : rater.setup.catalog.prefixes.rows[Int(number - 1)]
  }

  /// The deck of the plan.
  func deckStep(_ index: Int) -> Step {
    var question = DeckQuestion(
      deck: catalog.decks[index], digits: batch.toDigits[0], count: batch.toCount[0],
      winner: matchRow.map { Int($0.row) })
    if let rule = question.deck.jurisdiction {
      let compiled = rater.setup.catalog
      let base = compiled.plans[Int(rater.rater.plan[0])].deckBase[Int(rater.kind.rawValue)]
      ask(&question, rule, base: Int(base))
    }
    return Step(title: "deck", lines: deckLines(question))
  }

  /// Asks as decks that price by jurisdiction do.
  func ask(_ question: inout DeckQuestion, _ rule: DeckJurisdiction, base: Int) {
    let call = rater.rater.northAmericanCall(0, batch, rater.columns, rater.plan, base: base, rule)
    (question.digits, question.count, question.call) = (call.digits, call.count, call)
  }

  private static let rowsShownMax = 8

  /// Every row whose prefix fits what is looked up, longest first, and why each wins or loses.
  func deckLines(_ question: DeckQuestion) -> [Line] {
    let (deck, winner) = (question.deck, question.winner)
    let count = question.count & ~PhoneNumber.shortCodeFlag
    var lines = [
      Line("deck", "'\(deck.name)', rows in force at \(Texts.instant(chargingSeconds)), longest prefix first")
    ]
    if let call = question.call, let line = lookedUpLine(call) { lines.append(line) }
    let fitting = deck.rows.indices.filter { Self.fits(deck.rows[$0], rater.kind, question.digits, count) }
      .sorted { a, b in
        let (x, y) = (deck.rows[a], deck.rows[b])
        return (x.prefixDigits, x.fromSeconds) > (y.prefixDigits, y.fromSeconds)
      }
    for (number, index) in fitting.enumerated() where number < Self.rowsShownMax || index == winner {
      let row = deck.rows[index]
      let why =
        index == winner
        ? "wins, in force \(Texts.span(from: row.fromSeconds, until: end(row, in: deck)))"
          + (row.isBlocked ? ", and is blocked" : "")
        : whyNot(row, question, digitCount: count)
      lines.append(Line("prefix \(row.prefix)", "\(place(row, deck)) \(why)"))
    }
    if fitting.isEmpty { lines.append(Line("prefix", "no row of the deck begins as the number does")) }
    if let winner {
      let row = deck.rows[winner]
      let destination = deck.destinations[Int(row.destination)]
      lines.append(
        Line(
          "destination", "'\(destination)', rating group '\(deck.ratingGroups[Int(row.ratingGroup)])'"))
      if !row.isBlocked { lines += rowPriceLines(row, question) }
    }
    return lines
  }

  private func rowPriceLines(_ row: RateDeckRow, _ question: DeckQuestion) -> [Line] {
    let (deck, kind) = (question.deck, row.kind)
    var lines = jurisdictionLines(row, question)
    if lines.isEmpty {
      let price = UnitPrice(pico: row.pricePico, units: row.priceUnits)
      lines.append(Line("row price", Texts.price(price, kind, deck.currency)))
    }
    lines.append(
      Line("row increment", Texts.increment(deck.increments[Int(row.increment)], kind, deck.currency)))
    if row.minimumSeconds > 0 { lines.append(Line("row minimum", "\(row.minimumSeconds) s")) }
    if row.connectionFeePico != 0 {
      lines.append(
        Line("row connection fee", Texts.amount(Amount(pico: Int128(row.connectionFeePico)), deck.currency)))
    }
    return lines
  }

  private static func fits(_ row: RateDeckRow, _ kind: UsageKind, _ digits: UInt64, _ count: UInt8) -> Bool {
    row.kind == kind && row.prefixDigits <= count
      && digits / DigitText.powerOfTen(Int(count - row.prefixDigits)) == row.prefix
  }

  private func place(_ row: RateDeckRow, _ deck: RateDeck) -> String {
    "\(deck.files[Int(row.file)]):\(row.line)"
  }

  /// When a row ends: by its own date, or where a later one of the same prefix begins.
  private func end(_ row: RateDeckRow, in deck: RateDeck) -> Int64 {
    min(row.untilSeconds, successor(row, in: deck)?.fromSeconds ?? .max)
  }

  private func successor(_ row: RateDeckRow, in deck: RateDeck) -> RateDeckRow? {
    deck.rows.filter {
      $0.kind == row.kind && $0.prefix == row.prefix && $0.prefixDigits == row.prefixDigits
        && $0.fromSeconds > row.fromSeconds
    }.min { $0.fromSeconds < $1.fromSeconds }
  }

  private func whyNot(_ row: RateDeckRow, _ question: DeckQuestion, digitCount: UInt8) -> String {
    let (deck, winner) = (question.deck, question.winner.map { question.deck.rows[$0] })
    if question.count & PhoneNumber.shortCodeFlag != 0, row.prefixDigits != digitCount {
      return "is not the whole short code"
    }
    if chargingSeconds < row.fromSeconds { return "does not hold before \(Texts.instant(row.fromSeconds))" }
    if let next = successor(row, in: deck), chargingSeconds >= next.fromSeconds,
      next.fromSeconds <= row.untilSeconds
    {
      return "was replaced on \(Texts.instant(next.fromSeconds)) by line \(next.line)"
    }
    if chargingSeconds >= row.untilSeconds { return "ended on \(Texts.instant(row.untilSeconds))" }
    return winner.map { "is shorter than \($0.prefix)" } ?? "is not in force"
  }

  // MARK: jurisdictions

  /// What is looked up instead of the number that was dialled; nil where it is that number.
  private func lookedUpLine(_ call: NorthAmericanCall) -> Line? {
    let digits = PhoneNumber.text(digits: call.digits, count: call.count)
    switch call.lookedUp {
    case .called: return nil
    case .routingNumber:
      return Line("looked up", "\(digits), the number to which the call was routed", holdsNumbers: true)
    case .caller:
      return Line(
        "looked up", "\(digits), the caller: the deck has no row for this toll-free code", holdsNumbers: true)
    case .serviceCode: return Line("looked up", "\(digits), a service code: whole rows only")
    }
  }

  /// The states of both ends and the price for them; empty where the row has one price.
  private func jurisdictionLines(_ row: RateDeckRow, _ question: DeckQuestion) -> [Line] {
    let deck = question.deck
    guard let call = question.call, let tables = rater.setup.catalog.jurisdictions,
      row.variant != RateDeckRow.noVariant,
      let prices = deck.variants[Int(row.variant)].jurisdiction
    else { return [] }
    func end(_ name: String, _ number: NorthAmericanNumber?) -> Line {
      guard let number else { return Line(name, "no North American number whose state is known") }
      let state = tables.states[Int(tables.state(number))]
      return Line(
        name,
        "\(number.international): "
          + (state.map { "\($0.state), jurisdiction.csv:\($0.line)" }
            ?? "its state is not in jurisdiction.csv"),
        holdsNumbers: true)
    }
    let found = tables.jurisdiction(from: call.caller, to: call.called)
    let pico: Int64?
    var why = found.word
    switch found {
    case .intra: pico = prices.intraPico
    case .inter: pico = prices.interPico
    default:
      pico = prices.indeterminatePico ?? prices.interPico
      if prices.indeterminatePico == nil { why += ": as between states" }
    }
    let text = pico.map {
      Texts.price(UnitPrice(pico: $0, units: row.priceUnits), row.kind, deck.currency)
    }
    return [
      end("caller", call.caller), end("called", call.called), Line("jurisdiction", why),
      Line("row price", text ?? "none for this jurisdiction"),
    ]
  }
}
