// What `deck diff` prints: changes by what they mean, and what they come to.

internal import BillingCalendar
internal import Catalog
internal import DeckReview
internal import Money
internal import OptionTable
internal import Tables

/// Renders a comparison for people.
struct DeckDiffReport {
  let comparison: DeckComparison
  let traffic: DeckTraffic?
  let configuration: DeckDiffConfiguration
  let old: DeckRowText
  let new: DeckRowText

  init(_ comparison: DeckComparison, _ traffic: DeckTraffic?, _ configuration: DeckDiffConfiguration) {
    self.comparison = comparison
    self.traffic = traffic
    self.configuration = configuration
    old = DeckRowText(deck: comparison.old.deck)
    new = DeckRowText(deck: comparison.new.deck)
  }

  var currency: Currency { comparison.old.deck.currency }

  /// All of it.
  func text() -> String {
    var text = AlignedRows.lines(
      [
        ["old", escaped(configuration.oldPath)] + instant(comparison.old, old),
        ["new", escaped(configuration.newPath)] + instant(comparison.new, new),
      ], indent: 0)
    text += summary() + "\n"
    for (verdict, _) in comparison.counts { text += "\n\(Self.heading(verdict))\n" + rows(verdict) }
    if let traffic { text += trafficText(traffic) }
    return text
  }

  private func instant(_ deck: DeckInForce, _ text: DeckRowText) -> [String] {
    let when = deck.atSeconds.map { (configuration.at == nil ? "from " : "at ") + text.date($0) } ?? "always"
    return [ReadableText.count(deck.rowCount, "prefix", "prefixes"), "\(currency)", when]
  }

  private func summary() -> String {
    var parts = comparison.counts.map { verdict, count in
      "\(ReadableText.count(count)) \(Self.word(verdict))"
    }
    parts.append("\(ReadableText.count(comparison.alikeCount)) alike")
    if comparison.newAlikeCount > 0 {
      parts.append("\(ReadableText.count(comparison.newAlikeCount)) new at the price of what covered them")
    }
    return parts.joined(separator: ", ")
  }

  static func word(_ verdict: PrefixChange.Verdict) -> String {
    switch verdict {
    case .dearer, .cheaper, .closed, .opened: verdict.rawValue
    case .changed: "otherwise changed"
    case .priced: "newly priced"
    case .unpriced: "without a price now"
    case .same: "removed at the same price"
    }
  }

  private static func heading(_ verdict: PrefixChange.Verdict) -> String { word(verdict) }

  func escaped(_ text: String) -> String { MessageText.escaped(text) }

  // MARK: prefixes

  /// Prefixes of one destination that change alike.
  private struct Group {
    var prefixes: [UInt64] = []
    var cells: [String]
  }

  private static let prefixCountShownMax = 6

  /// One line for each destination and change, in the order of the first prefixes.
  private func rows(_ verdict: PrefixChange.Verdict) -> String {
    var places: [[String]: Int] = [:]
    var groups: [Group] = []
    for change in comparison.changes where change.verdict == verdict {
      let cells = self.cells(change)
      let place = places[cells] ?? groups.count
      if place == groups.count {
        places[cells] = place
        groups.append(Group(cells: cells))
      }
      groups[place].prefixes.append(change.prefix)
    }
    return AlignedRows.lines(
      groups.map { group in
        let shown = group.prefixes.prefix(Self.prefixCountShownMax).map(String.init).joined(separator: " ")
        let more = group.prefixes.count - Self.prefixCountShownMax
        var cells = group.cells
        cells.insert(shown + (more > 0 ? " and \(more) more" : ""), at: 1)
        return cells
      })
  }

  /// Destination, terms before and after, and what differs.
  private func cells(_ change: PrefixChange) -> [String] {
    let names = [change.old.map(old.destination), change.new.map(new.destination)].compactMap { $0 }
    let name = change.standing == .new ? names.last : names.first
    var destination = name ?? ""
    if change.aspects.contains(.destination), names.count == 2 { destination = "\(names[0]) → \(names[1])" }
    if change.kind != .voice { destination += " (\(change.kind.name))" }
    return [
      escaped(destination), before(change) + " → " + after(change), note(change),
    ].filter { !$0.isEmpty }
  }

  private func before(_ change: PrefixChange) -> String {
    guard let row = change.old else { return "no price" }
    let place = row.prefix == change.prefix ? "" : "as \(row.prefix): "
    return place + escaped(old.terms(row)) + dates(change, row, old) + group(change, row, old)
  }

  private func after(_ change: PrefixChange) -> String {
    guard let row = change.new else { return "no price" }
    let place = row.prefix == change.prefix ? "" : "falls back to \(row.prefix): "
    return place + escaped(new.terms(row)) + dates(change, row, new) + group(change, row, new)
  }

  private func dates(_ change: PrefixChange, _ row: RateDeckRow, _ text: DeckRowText) -> String {
    change.aspects.contains(.dates) ? ", \(text.dates(row))" : ""
  }

  private func group(_ change: PrefixChange, _ row: RateDeckRow, _ text: DeckRowText) -> String {
    let isSaid = change.aspects.contains(.ratingGroup) && text.ratingGroup(row) != text.destination(row)
    return isSaid ? ", rating group " + escaped(text.ratingGroup(row)) : ""
  }

  /// By how much the price changes, where there is one on both sides.
  private func note(_ change: PrefixChange) -> String {
    guard change.aspects.contains(.price), let before = change.old, let after = change.new else { return "" }
    let was = Int128(before.pricePico) * Int128(after.priceUnits)
    let becomes = Int128(after.pricePico) * Int128(before.priceUnits)
    guard was > 0 else { return "" }
    let permille = RoundingRule.divide((becomes - was) * 1000, by: was, mode: .halfEven)
    return Self.signed(DecimalText.format(permille, scale: 1, minimumDigits: 1)) + " %"
  }

  static func signed(_ text: String) -> String { text.hasPrefix("-") || text == "0" ? text : "+" + text }
}
