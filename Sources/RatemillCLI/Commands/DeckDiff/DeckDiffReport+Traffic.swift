// What the changes come to with the usage of a folder.

internal import Catalog
internal import DeckReview
internal import Money
internal import Tables

extension DeckDiffReport {
  /// Lines of destinations whose cost changes, totals, and how much of it is known.
  func trafficText(_ traffic: DeckTraffic) -> String {
    let changed = traffic.lines.filter { $0.difference != .zero || $0.loss != .none }
    var rows = [["destination", "events", "billed", "old", "new", "difference"]]
    for line in changed {
      rows.append([
        escaped(line.destination.description), ReadableText.count(Int(line.eventCount)),
        "\(DecimalText.format(line.quantityBilled, scale: line.kind.quantityDigits)) \(line.kind.unit)",
        Self.span(line.loss == .all ? line.lost : line.old),
        line.loss == .all ? "no price" : Self.span(line.new),
        line.loss == .all
          ? "-" : Self.signedSpan(line.difference) + (line.loss == .some ? " and some lost" : ""),
      ])
    }
    rows.append([
      "total of \(traffic.lines.count)",
      ReadableText.count(Int(traffic.lines.reduce(0) { $0 + $1.eventCount })), "", Self.span(traffic.old),
      Self.span(traffic.new), Self.signedSpan(traffic.difference),
    ])
    let folder = configuration.usagePath.map(escaped) ?? ""
    return "\nusage of \(folder), in \(currency)\n" + AlignedRows.lines(rows) + notes(traffic)
  }

  private func notes(_ traffic: DeckTraffic) -> String {
    var notes: [String] = []
    let isExact = traffic.difference.isExact && traffic.lines.allSatisfy { $0.difference.isExact }
    if !isExact {
      notes.append(
        "an estimate: increments change, or a destination has several new prices; the truth lies between the bounds"
      )
    }
    if traffic.lost != .zero {
      notes.append(
        "\(currency) \(Self.span(traffic.lost)) of usage would have no price, and is in neither total")
    }
    if traffic.rest.eventCount > 0 {
      let amounts = traffic.rest.amounts.map { "\($0.currency) \($0.amount)" }.joined(separator: ", ")
      notes.append(
        "left out: \(ReadableText.count(Int(traffic.rest.eventCount), "event", "events")) (\(amounts)) that this deck "
          + "did not price")
    }
    return notes.map { "  \($0)\n" }.joined()
  }

  /// For people six digits do; the JSON has all of them.
  private static let shown = RoundingRule(scale: 6, mode: .halfEven)

  static func span(_ span: AmountSpan) -> String {
    let (least, most) = (shown.round(span.least), shown.round(span.most))
    return least == most ? "\(least)" : "\(least) to \(most)"
  }

  static func signedSpan(_ span: AmountSpan) -> String {
    let (least, most) = (
      signed(shown.round(span.least).description), signed(shown.round(span.most).description)
    )
    return least == most ? least : "\(least) to \(most)"
  }
}

// MARK: JSON

extension DeckDiffReport {
  /// The same as one JSON document.
  func document() -> String {
    var members = [
      JSONMember(name: "old", value: deck(comparison.old, old, configuration.oldPath)),
      JSONMember(name: "new", value: deck(comparison.new, new, configuration.newPath)),
      JSONMember(name: "currency", value: .text(currency.code)),
      JSONMember(
        name: "counts",
        value: .object(
          comparison.counts.map { JSONMember(name: Label($0.verdict.rawValue), value: .integer($0.count)) }
            + [
              JSONMember(name: "alike", value: .integer(comparison.alikeCount)),
              JSONMember(name: "new_alike", value: .integer(comparison.newAlikeCount)),
            ])),
      JSONMember(name: "changes", value: .array(comparison.changes.map(value))),
    ]
    if let traffic { members.append(JSONMember(name: "usage", value: value(traffic))) }
    return JSONText.document(.object(members))
  }

  private func deck(_ deck: DeckInForce, _ text: DeckRowText, _ path: String) -> JSONValue {
    [
      "path": .text(path), "name": .text(deck.deck.name.description),
      "at": .textOrNull(deck.atSeconds.map(text.date)), "prefixes": .integer(deck.rowCount),
    ]
  }

  private func value(_ change: PrefixChange) -> JSONValue {
    [
      "kind": .text(change.kind.name), "prefix": .text("\(change.prefix)"),
      "standing": .text(change.standing.rawValue), "change": .text(change.verdict.rawValue),
      "what": .array(change.aspects.map { .text($0.rawValue) }),
      "old": change.old.map { value($0, old) } ?? .null, "new": change.new.map { value($0, new) } ?? .null,
    ]
  }

  private func value(_ row: RateDeckRow, _ text: DeckRowText) -> JSONValue {
    let (first, next) = text.increments(row)
    let number = { (quantity: Int64) in JSONValue.text(DeckRowText.number(quantity, row.kind)) }
    return [
      "prefix": .text("\(row.prefix)"), "destination": .text(text.destination(row)),
      "rating_group": .text(text.ratingGroup(row)), "blocked": .bool(row.isBlocked),
      "price": .text(DeckRowText.amount(row.pricePico)), "per": number(row.priceUnits),
      "increment_first": number(first), "increment_next": number(next),
      "minimum": .text("\(row.minimumSeconds)"),
      "connection_fee": .text(DeckRowText.amount(row.connectionFeePico)),
      "from": .textOrNull(Self.known(text.date(row.fromSeconds))),
      "until": .textOrNull(Self.known(text.date(row.untilSeconds))), "terms": .text(text.terms(row)),
      "file": .text(text.deck.files[Int(row.file)]), "line": .integer(row.line),
    ]
  }

  private static func known(_ text: String) -> String? { text.isEmpty ? nil : text }

  private func value(_ traffic: DeckTraffic) -> JSONValue {
    [
      "path": .textOrNull(configuration.usagePath),
      "destinations": .array(
        traffic.lines.map { line in
          [
            "kind": .text(line.kind.name), "destination": .text(line.destination.description),
            "rating_group": .text(line.ratingGroup.description), "events": .integer(line.eventCount),
            "quantity_billed": .text(
              DecimalText.format(line.quantityBilled, scale: line.kind.quantityDigits)),
            "charged": .text(line.amount.description), "old": value(line.old), "new": value(line.new),
            "difference": value(line.difference), "without_price": .text(line.loss.rawValue),
            "lost": value(line.lost),
          ]
        }),
      "old": value(traffic.old), "new": value(traffic.new), "difference": value(traffic.difference),
      "lost": value(traffic.lost), "events_left_out": .integer(traffic.rest.eventCount),
      "charged_left_out": .object(
        traffic.rest.amounts.map {
          JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
        }),
    ]
  }

  /// Two bounds, equal where the amount is known.
  private func value(_ span: AmountSpan) -> JSONValue {
    ["least": .text(span.least.description), "most": .text(span.most.description)]
  }
}
