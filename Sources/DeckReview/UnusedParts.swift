// What is written in a catalog and was never used: prefixes, rating groups and charges that no event of a month met.

public import Catalog
import Tables

/// Compares a catalog with usage.
public enum UnusedParts {
  /// Findings about one deck at most; the rest is counted.
  public static let findingCountMax = 50

  /// Warnings about what the usage never met: rating groups of decks, destinations of groups that were used, and charges of
  /// plans that accounts have.
  ///
  /// A summary knows destinations, not prefixes: a finding names the prefixes of a destination. Decks that no plan of an
  /// account looks up, and blocked rows, are left alone. Complexity: O(rows of decks).
  public static func findings(_ catalog: Catalog, usage: UsageSurvey) -> [CatalogFinding] {
    let plans = Set(catalog.accounts.flatMap { $0.plans.map(\.planIndex) }).sorted().map { catalog.plans[$0] }
    let charges = plans.flatMap { plan in
      plan.charges.filter { !usage.charges.contains(.init(plan: plan.name, charge: $0.name)) }.map { charge in
        DeckGaps.warning(
          charge.file.isEmpty ? plan.file : charge.file, charge.line,
          "charge '\(charge.name)' of plan '\(plan.name)' took no event of \(usage.path)", "")
      }
    }
    let decks = Set(plans.flatMap { $0.deckIndexByKind.compactMap { $0 } }).sorted()
    return charges + decks.flatMap { findings(catalog.decks[$0], usage) }
  }

  private struct Place: Hashable {
    var group: UInt32
    var destination: UInt32
  }

  /// The prefixes of a destination.
  fileprivate struct Unused {
    var row: RateDeckRow
    var prefixes: [UInt64] = []
    var count = 0
  }

  private static func findings(_ deck: RateDeck, _ usage: UsageSurvey) -> [CatalogFinding] {
    let used = Set(
      usage.sums.keys.compactMap { key -> Place? in
        guard let group = deck.ratingGroups.sortedIndex(of: key.ratingGroup),
          let destination = deck.destinations.sortedIndex(of: key.destination)
        else { return nil }
        return Place(group: UInt32(group), destination: UInt32(destination))
      })
    let usedGroups = Set(used.map(\.group))
    var groups: [UInt32: Unused] = [:]
    var places: [Place: Unused] = [:]
    for rows in DeckInForce(deck).rowsByKind {
      for row in rows where !row.isBlocked {
        let place = Place(group: row.ratingGroup, destination: row.destination)
        if used.contains(place) { continue }
        if usedGroups.contains(row.ratingGroup) {
          places[place, default: Unused(row: row)].add(row)
        } else {
          groups[row.ratingGroup, default: Unused(row: row)].add(row)
        }
      }
    }
    let findings =
      groups.values.map {
        finding(deck, $0, "rating group '\(deck.ratingGroups[Int($0.row.ratingGroup)])'", usage)
      }
      + places.values.map {
        finding(deck, $0, "destination '\(deck.destinations[Int($0.row.destination)])'", usage)
      }
    let sorted = findings.sorted { ($0.file, $0.line, $0.message) < ($1.file, $1.line, $1.message) }
    guard sorted.count > findingCountMax else { return sorted }
    return Array(sorted.prefix(findingCountMax)) + [
      DeckGaps.warning(
        deck.files.first ?? "", 0,
        "and \(sorted.count - findingCountMax) more rating groups and destinations without usage", "")
    ]
  }

  private static func finding(_ deck: RateDeck, _ unused: Unused, _ what: String, _ usage: UsageSurvey)
    -> CatalogFinding
  {
    let shown = unused.prefixes.map(String.init).joined(separator: " ")
    let more = unused.count > unused.prefixes.count ? " and \(unused.count - unused.prefixes.count) more" : ""
    return DeckGaps.warning(
      deck.files[Int(unused.row.file)], Int(unused.row.line),
      "\(what) has no usage in \(usage.path): prefix\(unused.count == 1 ? "" : "es") \(shown)\(more)", "",
      hasFigures: false)
  }
}

extension UnusedParts.Unused {
  fileprivate mutating func add(_ row: RateDeckRow) {
    if prefixes.count < 5 { prefixes.append(row.prefix) }
    if (row.file, row.line) < (self.row.file, self.row.line) { self.row = row }
    count += 1
  }
}
