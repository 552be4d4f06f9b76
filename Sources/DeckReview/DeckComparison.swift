// Two decks beside each other: what became dearer, cheaper, new, closed, or lost its price.
//
// Owns the judgement on prefixes. What it comes to in money is DeckTraffic's; how it looks is for the command.

import Catalog
public import Money
import Tables

/// What differs from one deck to another.
public struct DeckComparison: Sendable {
  /// The decks, each at its instant.
  public let old: DeckInForce
  /// The later deck.
  public let new: DeckInForce
  /// Prefixes that differ, kind by kind in the order of their digits.
  ///
  /// A new prefix that costs what covered it before is none of them; a removed one that costs the same is one.
  public let changes: [PrefixChange]
  /// Prefixes that both decks have alike.
  public let alikeCount: Int
  /// New prefixes that cost what covered them before.
  public let newAlikeCount: Int

  /// Decks whose prices cannot be compared.
  public struct CurrencyFault: Error, Sendable {
    /// Currency of the old deck.
    public let old: Currency
    /// Currency of the new deck.
    public let new: Currency
  }

  /// Compares two decks, longest prefix against longest prefix.
  ///
  /// - Complexity: O(rows of both).
  public init(old: DeckInForce, new: DeckInForce) throws(CurrencyFault) {
    guard old.deck.currency == new.deck.currency else {
      throw CurrencyFault(old: old.deck.currency, new: new.deck.currency)
    }
    let judge = PrefixJudge(old: old.deck, new: new.deck)
    var changes: [PrefixChange] = []
    var (alike, newAlike) = (0, 0)
    PrefixWalk.forEach(old, new) { pair in
      let change = judge.change(pair)
      switch (change.verdict, change.standing) {
      case (.same, .kept): alike += 1
      case (.same, .new): newAlike += 1
      default: changes.append(change)
      }
    }
    self.old = old
    self.new = new
    self.changes = changes
    alikeCount = alike
    newAlikeCount = newAlike
  }

  /// How many prefixes have each verdict; verdicts that none has are left out, in the order of `Verdict`.
  public var counts: [(verdict: PrefixChange.Verdict, count: Int)] {
    var counts: [PrefixChange.Verdict: Int] = [:]
    for change in changes { counts[change.verdict, default: 0] += 1 }
    return PrefixChange.Verdict.allCases.compactMap { verdict in counts[verdict].map { (verdict, $0) } }
  }
}

/// Judges prefixes of two decks.
private struct PrefixJudge {
  let old: RateDeck
  let new: RateDeck

  func change(_ pair: PrefixPair) -> PrefixChange {
    let standing: PrefixChange.Standing = pair.isInOld ? (pair.isInNew ? .kept : .removed) : .new
    var change = PrefixChange(
      prefix: pair.prefix, kind: pair.kind, standing: standing, verdict: .same, aspects: [], old: pair.old,
      new: pair.new)
    switch (pair.old, pair.new) {
    case (nil, let row?): change.verdict = row.isBlocked ? .closed : .priced
    case (_, nil): change.verdict = .unpriced
    case (let before?, let after?): judge(before, after, &change)
    }
    return change
  }

  private func judge(_ before: RateDeckRow, _ after: RateDeckRow, _ change: inout PrefixChange) {
    let named = names(before, after, change.standing)
    guard before.isBlocked == after.isBlocked else {
      change.verdict = after.isBlocked ? .closed : .opened
      change.aspects = [.status] + named
      return
    }
    let directions = before.isBlocked ? [] : directions(before, after)
    change.aspects = Set(directions.map(\.aspect)).sorted() + named
    if directions.isEmpty {
      change.verdict = named.isEmpty ? .same : .changed
    } else if directions.allSatisfy({ $0.direction > 0 }) {
      change.verdict = .dearer
    } else {
      change.verdict = directions.allSatisfy { $0.direction < 0 } ? .cheaper : .changed
    }
  }

  /// Differences that cost nothing by themselves.
  private func names(_ before: RateDeckRow, _ after: RateDeckRow, _ standing: PrefixChange.Standing)
    -> [PrefixChange.Aspect]
  {
    var aspects: [PrefixChange.Aspect] = []
    let destinations = (old.destinations[Int(before.destination)], new.destinations[Int(after.destination)])
    let groups = (old.ratingGroups[Int(before.ratingGroup)], new.ratingGroups[Int(after.ratingGroup)])
    guard standing == .kept else {
      // Another prefix has other names by nature, unless its group was given to it: plans charge by groups.
      let isGiven = groups.0 != destinations.0 || groups.1 != destinations.1
      return groups.0 != groups.1 && isGiven ? [.ratingGroup] : []
    }
    if before.fromSeconds != after.fromSeconds || before.untilSeconds != after.untilSeconds {
      aspects.append(.dates)
    }
    if destinations.0 != destinations.1 { aspects.append(.destination) }
    if groups.0 != groups.1 { aspects.append(.ratingGroup) }
    return aspects
  }

  // MARK: directions

  /// What makes it dearer (1) or cheaper (−1), or cannot be said (0).
  private typealias Direction = (aspect: PrefixChange.Aspect, direction: Int)

  private func directions(_ before: RateDeckRow, _ after: RateDeckRow) -> [Direction] {
    if old.hasJurisdictions(before) || new.hasJurisdictions(after) {
      return PriceCell.jurisdictions.flatMap { name in
        directions(before, after, PriceCell(jurisdiction: name)).map { direction in
          (direction.aspect == .price ? .jurisdiction : direction.aspect, direction.direction)
        }
      }
    }
    let bands = Set(old.bandNames(before) + new.bandNames(after)).sorted()
    return directions(before, after, PriceCell())
      + bands.flatMap { band in
        directions(before, after, PriceCell(band: band)).map { (.bands, $0.direction) }
      }
  }

  private func directions(_ before: RateDeckRow, _ after: RateDeckRow, _ cell: PriceCell) -> [Direction] {
    let terms = (old.terms(before, cell), new.terms(after, cell))
    guard let was = terms.0, let becomes = terms.1 else {
      // A price on one side only: neither dearer nor cheaper.
      return (terms.0 == nil) == (terms.1 == nil) ? [] : [(.price, 0)]
    }
    var found: [Direction] = [
      (.price, was.priceDirection(to: becomes)),
      (.minimum, DeckTerms.direction(was.minimum, becomes.minimum)),
      (.fee, DeckTerms.direction(was.connectionFeePico, becomes.connectionFeePico)),
    ].filter { $0.direction != 0 }
    if was.incrementFirst != becomes.incrementFirst || was.incrementNext != becomes.incrementNext {
      found.append((.increment, Self.incrementDirection(was, becomes)))
    }
    return found
  }

  /// 1 where no quantity is billed as less, −1 where none is billed as more, 0 where it depends.
  private static func incrementDirection(_ was: DeckTerms, _ becomes: DeckTerms) -> Int {
    let span = BilledSpan.changes(from: was, to: becomes)
    if span.least >= 0 { return 1 }
    return span.most <= 0 ? -1 : 0
  }
}

extension PrefixChange.Aspect: Comparable {
  /// In the order of declaration.
  public static func < (a: PrefixChange.Aspect, b: PrefixChange.Aspect) -> Bool {
    (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
  }
}
