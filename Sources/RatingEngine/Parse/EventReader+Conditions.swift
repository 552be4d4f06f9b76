// Doors 1 and 2 by conditions on texts: rows that need others, rows that are no events.

import Catalog

extension EventReader {
  func applyFilters(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    for record in 0..<batch.count where batch.door[record] == Door.open {
      if plan.needsAssembly.contains(where: { Self.holds($0, record, columns) }) {
        Self.suspend(record, batch, .needsAssembly, FieldRoleName.none)
        continue
      }
      for filter in plan.filters where Self.holds(filter.conditions, record, columns) {
        batch.door[record] = Door.noEvent
        batch.reason[record] = filter.reason
        break
      }
    }
  }

  /// Whether all conditions hold for the record.
  static func holds(_ conditions: [FieldPlan.CompiledCondition], _ record: Int, _ columns: FieldColumns)
    -> Bool
  {
    for condition in conditions where !holds(condition, record, columns) { return false }
    return true
  }

  private static func holds(_ condition: FieldPlan.CompiledCondition, _ record: Int, _ columns: FieldColumns)
    -> Bool
  {
    let text = columns.texts(condition.slot)[record]
    let length = max(0, Int(columns.lengths(condition.slot)[record]))
    switch condition.test {
    case .isOneOf(let words, let expected):
      for word in words where equals(text, length, word) { return expected }
      return !expected
    case .beginsWith(let words):
      return words.contains { word in word.count <= length && word.indices.allSatisfy { text[$0] == word[$0] }
      }
    case .contains(let words):
      return words.contains { word in
        word.count <= length
          && (0...(length - word.count)).contains { at in
            word.indices.allSatisfy { text[at + $0] == word[$0] }
          }
      }
    case .isLike(let patterns): return patterns.contains { isLike(text, length, $0) }
    case .isEmpty(let expected): return (length == 0) == expected
    case .isPositive:
      return (QuantityReader.decimal(text, length, onePerUnit: 1000, isDecimalComma: false) ?? 0) > 0
        && length > 0
    }
  }

  /// Whether the whole text fits a pattern: `*` is any text, `#` one digit.
  ///
  /// - Complexity: O(text × pattern); only the last `*` is ever tried again.
  static func isLike(_ text: TextPointer, _ length: Int, _ pattern: [UInt8]) -> Bool {
    var (at, place) = (0, 0)
    var retry: (at: Int, place: Int)?
    while at < length {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        place += 1
        retry = (at, place)
      } else if place < pattern.count, fits(text[at], pattern[place]) {
        (at, place) = (at + 1, place + 1)
      } else if let last = retry {
        (at, place) = (last.at + 1, last.place)
        retry = (at, place)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  private static func fits(_ byte: UInt8, _ pattern: UInt8) -> Bool {
    pattern == UInt8(ascii: "#") ? byte &- UInt8(ascii: "0") <= 9 : byte == pattern
  }
}
