// Which charge takes an event of a rating group: asked once of the plan's charges, then remembered.

import Catalog

/// The answers for plans whose choice depends on kind, direction and rating group alone. Owned by one worker.
///
/// A table with one place for each key; what is asked less often than its neighbour is asked again.
struct ChargeChoices {
  struct Entry: BitwiseCopyable {
    /// Plan, combination of kind and direction, and rating group; `none` for an empty place.
    var key: UInt64
    var charge: UInt32
    var name: UInt32
    /// Marks of `CompiledCatalog.ChargeEntry`; the rating group was asked for.
    var marks: UInt8
    /// Price by the row's price; nil where the row's own price holds.
    var priceByRowPrice: FlatTable<UInt32>?
  }

  private let entries: FlatTable<Entry>
  private static let none = UInt64.max
  private static let count = 1024

  init() {
    entries = FlatTable(zeroedCount: Self.count)
    let empty = Entry(key: Self.none, charge: 0, name: 0, marks: 0, priceByRowPrice: nil)
    for index in 0..<Self.count { entries[index] = empty }
  }

  func deallocate() { entries.deallocate() }

  /// The key of a question; nil where a number is too large for it.
  @inline(__always) static func key(plan: UInt32, combination: Int, group: UInt32) -> UInt64? {
    plan < 1 << 24 ? UInt64(plan) &<< 40 | UInt64(combination) &<< 32 | UInt64(group) : nil
  }

  @inline(__always) private static func place(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) &>> 54)
  }

  /// The answer; nil where it is not known.
  @inline(__always) func entry(_ key: UInt64) -> Entry? {
    let entry = entries[Self.place(key)]
    return entry.key == key ? entry : nil
  }

  /// Remembers an answer.
  func note(_ entry: Entry) { entries[Self.place(entry.key)] = entry }
}
