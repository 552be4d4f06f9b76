// Rows of a deck that give the price of one band: each belongs to the row of its prefix, kind and date.

import Money
import Tables

/// A row with a band, as read.
struct DeckBandRow {
  var sortCode: UInt64
  var prefix: UInt64
  var kind: UsageKind
  var fromSeconds: Int64
  var file: UInt16
  var line: UInt32
  var price: DeckBandPrice
}

extension DeckDraft {
  private struct Key: Hashable {
    var sortCode: UInt64
    var kind: UsageKind
    var fromSeconds: Int64
  }

  /// Gives the prices of band rows to the rows that they belong to; what has none becomes a finding of its file.
  ///
  /// - Complexity: O(rows), and nothing for a deck without band rows.
  mutating func attachBandRows(_ findings: inout [FindingList]) {
    guard !bandRows.isEmpty else { return }
    var rowByKey: [Key: Int] = [:]
    for (index, row) in rows.enumerated() {
      rowByKey[Key(sortCode: sortCodes[index], kind: row.kind, fromSeconds: row.fromSeconds)] = index
    }
    for row in bandRows {
      let place = TablePosition(line: Int(row.line), column: 0)
      let name = Quoted.text(bands.label(Int(row.price.band)))
      guard
        let index = rowByKey[Key(sortCode: row.sortCode, kind: row.kind, fromSeconds: row.fromSeconds)],
        !rows[index].isDeletion, !rows[index].isBlocked
      else {
        findings[Int(row.file)].error(
          at: place,
          "prefix '\(row.prefix)' has a price for band \(name) and none without a band from that date",
          hint: "add its row without a band")
        continue
      }
      var variant =
        rows[index].variant == RateDeckRow.noVariant
        ? DeckPriceVariant() : variants[Int(rows[index].variant)]
      guard !variant.bands.contains(where: { $0.band == row.price.band }) else {
        findings[Int(row.file)].error(
          at: place, "prefix '\(row.prefix)' is already priced for band \(name) and the same dates",
          hint: "keep one")
        continue
      }
      variant.bands.append(row.price)
      variant.bands.sort { $0.band < $1.band }
      setVariant(variant, ofRow: index)
    }
  }
}
