// Checks of plans against the decks that they look up.

import Money
import Tables

extension CatalogChecks {
  /// What plans name and no deck has, and deck prices that are lost in rounding.
  ///
  /// - Complexity: O(rows of the decks looked up), once for each scale of rounding.
  func planFindings() -> [CatalogFinding] {
    var tinyRows = TinyRows(decks: decks)
    // What is inherited is looked at with each plan that has it, and told once.
    var told: Set<CatalogFinding> = []
    return plans.flatMap { plan in
      var lists: [String: FindingList] = [:]
      // Inherited parts stand in other files than the plan.
      func warn(_ file: String, _ line: Int, _ message: String, hint: String) {
        let position = TablePosition(line: line, column: 0)
        lists[file.isEmpty ? plan.file : file, default: FindingList(file: file.isEmpty ? plan.file : file)]
          .warning(at: position, message, hint: hint)
      }
      checkGroups(of: plan, warn)
      checkBands(of: plan, warn)
      checkAmounts(of: plan, warn)
      checkTinyPrices(of: plan, &tinyRows, warn)
      return lists.keys.sorted().flatMap { lists[$0]?.sorted() ?? [] }.filter { told.insert($0).inserted }
    }
  }

  /// How a warning is given: file, line, message, hint.
  typealias Warn = (_ file: String, _ line: Int, _ message: String, _ hint: String) -> Void

  /// Rating groups that no row of the decks in question has: what names them never takes an event.
  private func checkGroups(of plan: RatePlan, _ warn: Warn) {
    for charge in plan.charges {
      let what = "charge \(Quoted.text(charge.name))"
      checkGroups(charge.ratingGroups, charge.kinds, of: what, plan) {
        warn(charge.file, charge.line, $0, $1)
      }
    }
    for change in plan.priceChanges {
      checkGroups(change.ratingGroups, change.kinds, of: "the price change", plan) {
        warn(change.file, change.line, $0, $1)
      }
    }
    for allowance in plan.allowances {
      let what = "allowance \(Quoted.text(allowance.name))"
      checkGroups(allowance.scope.ratingGroups, allowance.scope.kinds, of: what, plan) {
        warn(allowance.file, allowance.line, $0, $1)
      }
    }
  }

  private func checkGroups(
    _ groups: [Label]?, _ kinds: [UsageKind], of what: String, _ plan: RatePlan,
    _ warn: (_ message: String, _ hint: String) -> Void
  ) {
    guard let groups, let known = decksThatName(groupsOf: kinds, in: plan) else { return }
    for group in groups where !known.contains(where: { Self.has(group, $0.ratingGroups) }) {
      let names = Set(known.map(\.name)).sorted().map { Quoted.text($0) }.joined(separator: ", ")
      warn(
        "no row of \(names) has the rating group \(Quoted.text(group)) of \(what)",
        Quoted.suggestion(for: group, in: known.flatMap(\.ratingGroups)))
    }
  }

  /// The decks that name the rating groups of these kinds; nil where a kind has none and the record itself may say any.
  func decksThatName(groupsOf kinds: [UsageKind], in plan: RatePlan) -> [RateDeck]? {
    let decks = (kinds.isEmpty ? UsageKind.allCases : kinds).map { plan.deckIndexByKind[Int($0.rawValue)] }
    return decks.contains(nil) ? nil : decks.compactMap { $0 }.map { self.decks[$0] }
  }

  /// The first of these rating groups that no deck of any of the plans has; nil where each may be met.
  func unknownGroup(_ groups: [Label], of kinds: [UsageKind], in plans: [RatePlan]) -> (
    name: Label, hint: String
  )? {
    var known: [RateDeck] = []
    for plan in plans {
      guard let decks = decksThatName(groupsOf: kinds, in: plan) else { return nil }
      known += decks
    }
    let unknown = groups.first { group in !known.contains { Self.has(group, $0.ratingGroups) } }
    return unknown.map { ($0, Quoted.suggestion(for: $0, in: known.flatMap(\.ratingGroups))) }
  }

  /// Bands that a deck has prices for and the plan has not: such a price is never charged.
  private func checkBands(of plan: RatePlan, _ warn: Warn) {
    let own = plan.bandNames
    for index in Set(plan.deckIndexByKind.compactMap { $0 }).sorted() {
      for band in decks[index].bands where !own.contains(band) {
        warn(
          plan.file, plan.line,
          "deck \(Quoted.text(decks[index].name)) has prices for band \(Quoted.text(band)), which the plan does not have",
          Quoted.suggestion(for: band, in: own, otherwise: "describe it under 'bands'"))
      }
    }
  }

  /// Charges of recorded amounts where no source has a format that reads them.
  private func checkAmounts(of plan: RatePlan, _ warn: Warn) {
    // Without sources a run names its format itself.
    let formats = catalog.sources.map { catalog.formats[$0.formatIndex] }
    guard !formats.isEmpty, !formats.contains(where: { $0.fields.contains { $0.role == .amount } }) else {
      return
    }
    for charge in plan.charges where charge.price.isRecorded {
      warn(
        charge.file, charge.line,
        "charge \(Quoted.text(charge.name)) needs recorded amounts, and no source has a format that reads them",
        "add a field with the role amount")
    }
  }

  /// Whether a sorted list has a name.
  private static func has(_ name: Label, _ sorted: [Label]) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == name
  }

  /// Rows of a deck whose smallest increment comes to 0 under the plan's rounding; one warning for each deck.
  private func checkTinyPrices(of plan: RatePlan, _ tinyRows: inout TinyRows, _ warn: Warn) {
    let charged = Set(
      UsageKind.allCases.filter { kind in plan.charges.contains { $0.price.isDeck && $0.takes(kind) } }
        .compactMap { plan.deckIndexByKind[Int($0.rawValue)] })
    for index in charged.sorted() {
      guard let row = tinyRows.first(inDeck: index, plan.rounding) else { continue }
      let deck = decks[index]
      let shown = QuantityText.text(TinyRows.smallest(deck.increments[Int(row.increment)]), of: row.kind)
      warn(
        plan.file, plan.line,
        "in deck \(Quoted.text(deck.name)), \(shown) to prefix '\(row.prefix)' (line \(row.line)) comes to 0 at "
          + "\(plan.rounding.scale) digits", "raise the scale of 'rounding', or the increment")
    }
  }
}

/// The first row of each deck that is lost under each rounding, looked for once: many plans share both.
struct TinyRows {
  private struct Key: Hashable {
    var deck: Int
    var rounding: RoundingRule
  }

  let decks: [RateDeck]
  private var found: [Key: RateDeckRow?] = [:]

  init(decks: [RateDeck]) { self.decks = decks }

  /// The smallest step of an increment.
  static func smallest(_ increment: BillingIncrement) -> Int64 { increment.steps.map(\.size).min() ?? 1 }

  /// The first row whose smallest increment comes to 0. Data and events without an increment are left out: one byte or a
  /// millionth of an event is no quantity that anybody buys.
  mutating func first(inDeck index: Int, _ rounding: RoundingRule) -> RateDeckRow? {
    let key = Key(deck: index, rounding: rounding)
    if let known = found[key] { return known }
    let sizes = decks[index].increments.map(Self.smallest)
    let row = decks[index].rows.first { row in
      let size = sizes[Int(row.increment)]
      let isBought = row.kind == .voice || row.kind == .message || size > 1
      return isBought
        && rounding.loses(UnitPrice(pico: row.pricePico, units: row.priceUnits), quantity: size)
    }
    found[key] = .some(row)
    return row
  }
}
