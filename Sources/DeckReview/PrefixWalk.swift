// All prefixes of two decks side by side, each with the row that prices it in either: its own, or that of the longest
// shorter prefix.

import Catalog

/// One prefix of either deck, as both price numbers that begin with it and with no longer prefix of either.
struct PrefixPair {
  /// The prefix itself.
  var prefix: UInt64
  var digitCount: UInt8
  var kind: UsageKind
  /// What prices it in the old deck; nil where nothing does.
  var old: RateDeckRow?
  /// What prices it in the new deck.
  var new: RateDeckRow?
  /// Whether `old` is the prefix's own row.
  var isInOld: Bool
  /// Whether `new` is the prefix's own row.
  var isInNew: Bool
}

/// Walks two decks.
enum PrefixWalk {
  /// Calls `body` for every prefix of either deck, kind by kind, covering prefixes before covered ones.
  ///
  /// The pairs part all numbers that either deck prices: what the longest prefix of the union says of a number, both decks
  /// say. Complexity: O(rows).
  static func forEach(_ old: DeckInForce, _ new: DeckInForce, _ body: (PrefixPair) -> Void) {
    for kind in UsageKind.allCases {
      var olds = Ancestry(old.rowsByKind[Int(kind.rawValue)])
      var news = Ancestry(new.rowsByKind[Int(kind.rawValue)])
      while let order = [olds.next, news.next].compactMap({ $0 }).min() {
        let (oldRow, isInOld) = olds.advance(to: order)
        let (newRow, isInNew) = news.advance(to: order)
        guard let own = isInOld ? oldRow : newRow else { continue }
        body(
          PrefixPair(
            prefix: own.prefix, digitCount: own.prefixDigits, kind: kind, old: oldRow, new: newRow,
            isInOld: isInOld, isInNew: isInNew))
      }
    }
  }

  /// The rows of one kind, and those on the way to the prefix at hand.
  private struct Ancestry {
    private let rows: [RateDeckRow]
    private var index = 0
    private var covering: [RateDeckRow] = []

    init(_ rows: [RateDeckRow]) { self.rows = rows }

    /// The next prefix that has a row.
    var next: PrefixOrder? { index < rows.count ? rows[index].order : nil }

    /// What prices a prefix that is not after `next`, and whether the row is its own.
    mutating func advance(to order: PrefixOrder) -> (row: RateDeckRow?, isOwn: Bool) {
      while let last = covering.last, !last.order.covers(order) { covering.removeLast() }
      guard let next, next == order else { return (covering.last, false) }
      covering.append(rows[index])
      index += 1
      return (covering.last, true)
    }
  }
}
