// The rows of a deck that hold at one instant, in the order in which prefixes are walked.

public import Catalog

/// A deck at one instant.
public struct DeckInForce: Sendable {
  /// The deck.
  public let deck: RateDeck
  /// The instant, in seconds since 1970; nil for a deck whose rows all hold always, at any.
  public let atSeconds: Int64?
  /// By kind: rows in force, sorted by (digits left-aligned, length), one for each prefix.
  let rowsByKind: [[RateDeckRow]]

  /// The deck at an instant, in seconds since 1970; without one, at the last instant from which one of its rows holds, when
  /// everything that it announces has come.
  ///
  /// - Complexity: O(rows).
  public init(_ deck: RateDeck, atSeconds: Int64? = nil) {
    self.deck = deck
    let last = deck.rows.lazy.map(\.fromSeconds).max() ?? .min
    let at = atSeconds ?? (last == .min ? nil : last)
    self.atSeconds = at
    rowsByKind = Self.rows(of: deck, at: at ?? .min)
  }

  /// Rows in force, blocked ones included.
  public var rowCount: Int { rowsByKind.reduce(0) { $0 + $1.count } }

  private static func rows(of deck: RateDeck, at seconds: Int64) -> [[RateDeckRow]] {
    var rowsByKind: [[RateDeckRow]] = UsageKind.allCases.map { _ in [] }
    for row in deck.rows where row.fromSeconds <= seconds {
      let kind = Int(row.kind.rawValue)
      // Rows of a prefix ascend by date: the later one ends the earlier, also where it has ended itself.
      if let last = rowsByKind[kind].last, last.prefix == row.prefix, last.prefixDigits == row.prefixDigits {
        rowsByKind[kind].removeLast()
      }
      rowsByKind[kind].append(row)
    }
    return rowsByKind.map { rows in rows.filter { $0.untilSeconds > seconds } }
  }
}

extension RateDeckRow {
  /// The place of its prefix among all: digits left-aligned to 15, then the length.
  var order: PrefixOrder { PrefixOrder(digits: prefix, count: prefixDigits) }
}

/// Prefixes in the order in which what is covered follows what covers it.
struct PrefixOrder: Comparable, Hashable {
  let aligned: UInt64
  let count: UInt8

  init(digits: UInt64, count: UInt8) {
    var aligned = digits
    for _ in count..<15 { aligned *= 10 }
    self.aligned = aligned
    self.count = count
  }

  static func < (a: PrefixOrder, b: PrefixOrder) -> Bool { (a.aligned, a.count) < (b.aligned, b.count) }

  /// Whether numbers that begin with `other` begin with this prefix too.
  func covers(_ other: PrefixOrder) -> Bool {
    guard count <= other.count else { return false }
    var width: UInt64 = 1
    for _ in count..<15 { width *= 10 }
    return other.aligned / width == aligned / width
  }
}
