// Longest prefix by date, in a few table reads.
//
// Digits are consumed 4, 3, 2, 2, 2 and 2 at a time. A leaf holds the head of a chain: the versions of the longest prefix
// that covers it, newest first, then those of the next shorter prefix, and so on; the first row in force wins. So a deck
// of half a million prefixes is matched as fast as one of a thousand. Leaves of shorter prefixes are pushed down.

import CMachine
import Catalog

/// One row of a deck as the match reads it. Times are seconds since 1970, clamped to 32 bits (until 2106).
struct MatchRow: BitwiseCopyable {
  var fromSeconds: UInt32
  /// First second at which it no longer holds; `UInt32.max` for "open".
  var untilSeconds: UInt32
  /// Row to try where this one is not in force, + 1; 0 for none.
  var next: UInt32
  /// Index of the price in the compiled catalog.
  var price: UInt32
  /// Index of (rating group, destination) in the compiled catalog.
  var tariff: UInt32
  var prefixDigits: UInt8
  var isBlocked: UInt8
  var deck: UInt16
  /// Index of the authored row in its deck, for `explain`.
  var row: UInt32
  /// The price's common form, so that most events need no other table: the row fills one cache line.
  var fast: FastPrice
}

/// The nodes of all decks. Immutable after it was built; shared by workers.
///
/// The first four digits find their entry at once. A node below them has an entry for each of its 1000 or 100 next digits, but
/// keeps only where the entries change: nodes of whole entries took seven times the memory, which loading a deck of half a million
/// rows waited for. Measured, that deck loads in three quarters of the time; the search takes one and a half times as long, which
/// is one hundredth of the time of a run.
struct PrefixTable: Sendable {
  /// Set where an entry is the node below it: then the rest is the place of the node's first entry. Without it, it is a row + 1,
  /// 0 for "no prefix".
  @inline(__always) static var childFlag: UInt32 { CM_PREFIX_NODE }
  /// Digits that each level ends at.
  static let levelEnds = [4, 7, 9, 11, 13, 15]

  typealias Stretch = cm_prefix_stretch
  /// Values that stand in their stretch.
  static let ownValues = 5

  /// 10,000 entries a deck and kind: the first four digits.
  var level1: FlatTable<UInt32>
  /// The nodes of all deeper levels; an entry's place is 64 × its stretch + its number in the stretch.
  var stretches: FlatTable<Stretch>
  /// Values for which their stretches have no room.
  var moreValues: FlatTable<UInt32>
  /// Rows by number.
  var rows: FlatTable<MatchRow>

  /// A number left-aligned to 15 digits, cut into the levels' digits.
  struct Digits {
    var first4: Int
    var next3: Int
    /// Digits 8 to 15.
    var last8: UInt32

    @inline(__always) init(_ number: UInt64, count: Int) {
      let aligned = number &* DigitText.powerOfTen(15 &- count)
      let first7 = aligned / 100_000_000
      first4 = Int(truncatingIfNeeded: first7 / 1000)
      next3 = Int(truncatingIfNeeded: first7 % 1000)
      last8 = UInt32(truncatingIfNeeded: aligned % 100_000_000)
    }
  }

  /// The place of the entry of a node for the digits that follow it.
  @inline(__always) static func place(_ node: UInt32, _ digits: Int) -> Int {
    Int(node & ~childFlag) &+ digits
  }

  /// The place of the entry of a node for the first two of eight digits.
  @inline(__always) static func place(_ node: UInt32, firstOf digits: UInt32) -> Int {
    place(node, Int(digits / 1_000_000))
  }

  @inline(__always) func prefetch(_ place: Int) { cm_prefetch_read(stretches.base + place &>> 6) }

  /// The entry at a place: a row + 1, a node below, or 0.
  @inline(__always) func entry(_ place: Int) -> UInt32 {
    cm_prefix_entry(stretches.base, moreValues.base, place)
  }

  /// Replaces the place that `node` has for each of `records` by the entry there.
  @inline(__always) func findEntries(
    _ records: UnsafePointer<UInt16>, _ count: Int, _ node: UnsafeMutablePointer<UInt32>
  ) {
    cm_prefix_entries(stretches.base, moreValues.base, records, count, node)
  }

  /// The deeper levels, from a node of two digits on; returns a leaf value.
  @inline(__always) func descend(_ node: UInt32, _ last8: UInt32) -> UInt32 {
    var value = node
    var digits = last8
    while value & Self.childFlag != 0 {
      value = entry(Self.place(value, firstOf: digits))
      digits = digits % 1_000_000 &* 100
    }
    return value
  }

  /// The row in force for a leaf value, + 1; 0 for none. Rows of longer prefixes than the number has digits are passed.
  @inline(__always) func inForce(_ leaf: UInt32, atSeconds seconds: UInt32, digitCount: UInt8) -> UInt32 {
    var at = leaf
    while at != 0 {
      let row = rows.base + Int(at &- 1)
      if row.pointee.fromSeconds <= seconds, seconds < row.pointee.untilSeconds,
        row.pointee.prefixDigits <= digitCount
      {
        return at
      }
      at = row.pointee.next
    }
    return 0
  }

  /// The whole match, for one number: row + 1, or 0.
  func match(base: Int, number: UInt64, count: UInt8, atSeconds seconds: UInt32) -> UInt32 {
    let isShort = count & PhoneNumber.shortCodeFlag != 0
    let digits = count & ~PhoneNumber.shortCodeFlag
    guard digits > 0, digits <= 15 else { return 0 }
    let parts = Digits(number, count: Int(digits))
    var leaf = level1[base &+ parts.first4]
    if leaf & Self.childFlag != 0 {
      leaf = descend(entry(Self.place(leaf, parts.next3)), parts.last8)
    }
    let row = inForce(leaf, atSeconds: seconds, digitCount: digits)
    // A short code matches whole rows only.
    if isShort, row != 0, rows[Int(row - 1)].prefixDigits != digits { return 0 }
    return row
  }

  func deallocate() {
    level1.deallocate()
    stretches.deallocate()
    moreValues.deallocate()
    rows.deallocate()
  }
}
