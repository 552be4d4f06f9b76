// What later files of a deck do to the rows of earlier ones, and what deletions do.
//
// A later `from` of the same prefix ends an earlier row without help: that is decided where rows are looked up.

/// Applies updates to ordered rows.
struct DeckUpdates {
  /// Rows ordered by prefix; those of one prefix lie together.
  private var rows: [RateDeckRow]
  private var isDropped: [Bool]
  /// Half-open places of each prefix.
  private var groups: [Range<Int>] = []

  /// The rows that are left when every file of `files` after the first has updated those before it, in their order,
  /// and every deletion has ended its prefix.
  ///
  /// - Complexity: O(rows × files).
  static func apply(_ files: [DeckLayout.File], to rows: [RateDeckRow]) -> [RateDeckRow] {
    var updates = DeckUpdates(rows)
    for (index, file) in files.enumerated() where index > 0 && file.declaration != .partial {
      updates.apply(file, index: UInt16(index))
    }
    updates.applyDeletions()
    return zip(updates.rows, updates.isDropped).filter { !$1 && !$0.isDeletion }.map(\.0)
  }

  private init(_ rows: [RateDeckRow]) {
    self.rows = rows
    isDropped = Array(repeating: false, count: rows.count)
    var start = 0
    for place in rows.indices where place + 1 == rows.count || !Self.sharePrefix(rows[place], rows[place + 1])
    {
      groups.append(start..<place + 1)
      start = place + 1
    }
  }

  private static func sharePrefix(_ a: RateDeckRow, _ b: RateDeckRow) -> Bool {
    a.prefix == b.prefix && a.prefixDigits == b.prefixDigits
  }

  /// Ends what a full or country file does not have: rows in force at its date end there where it has no row of their
  /// prefix and kind, rows announced for that date or later are withdrawn.
  private mutating func apply(_ file: DeckLayout.File, index: UInt16) {
    let countries = file.declaration == .country ? countries(ofFile: index) : nil
    for group in groups {
      if let countries, !countries.contains(country(of: group)) { continue }
      for place in group where rows[place].file < index {
        if rows[place].fromSeconds >= file.fromSeconds {
          isDropped[place] = true
        } else if !group.contains(where: { rows[$0].file == index && rows[$0].kind == rows[place].kind }) {
          end(place, at: file.fromSeconds)
        }
      }
    }
  }

  private func countries(ofFile index: UInt16) -> Set<UInt64> {
    Set(groups.filter { $0.contains { rows[$0].file == index } }.map { country(of: $0) })
  }

  private func country(of group: Range<Int>) -> UInt64 {
    let row = rows[group.lowerBound]
    return CountryScope.code(of: DeckPrefix(digits: row.prefix, count: row.prefixDigits))
  }

  private mutating func applyDeletions() {
    for group in groups {
      for deletion in group where rows[deletion].isDeletion && !isDropped[deletion] {
        let (kind, from) = (rows[deletion].kind, rows[deletion].fromSeconds)
        for place in group where rows[place].kind == kind && rows[place].fromSeconds < from {
          end(place, at: from)
        }
      }
    }
  }

  private mutating func end(_ place: Int, at seconds: Int64) {
    rows[place].untilSeconds = min(rows[place].untilSeconds, seconds)
  }
}
