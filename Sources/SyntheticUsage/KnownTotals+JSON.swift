// totals.json: the totals as text.
//
// Amounts and quantities are decimal texts in strings, because most programs read JSON numbers as floating point. All
// names and words are our own, so nothing needs escaping.

internal import Money

extension KnownTotals {
  /// The document `totals.json`: two blanks of indentation, names in a fixed order, a newline at the end.
  ///
  /// Equal totals give equal bytes. Example in the module's README.
  public var json: String {
    let members = [
      Self.member("read", "\(read)"), Self.member("rated", "\(rated)"),
      Self.member("filtered", "\(filtered)"),
      Self.member("duplicate", "\(duplicate)"), Self.member("suspended", "\(suspended)"),
      Self.member("filtered_by_reason", Self.object(filteredByReason.mapValues(String.init), depth: 1)),
      Self.member("suspended_by_reason", Self.object(suspendedByReason.mapValues(String.init), depth: 1)),
      Self.member("amounts", Self.object(amountTexts, depth: 1)),
      Self.member("quantities", Self.object(quantityTexts, depth: 1)),
    ]
    return Self.object(members, depth: 0) + "\n"
  }

  private var amountTexts: [String: String] {
    Dictionary(uniqueKeysWithValues: amounts.map { ($0.key.code, "\"\($0.value)\"") })
  }

  private var quantityTexts: [String: String] {
    Dictionary(
      uniqueKeysWithValues: quantities.map { unit, sum in
        let scale = unit == "s" ? 3 : 0
        let members = [("raw", sum.raw), ("billed", sum.billed)].map {
          Self.member($0.0, "\"\(DecimalText.format($0.1, scale: scale))\"")
        }
        return (unit, Self.object(members, depth: 2))
      })
  }

  private static func member(_ name: String, _ value: String) -> String { "\"\(name)\": \(value)" }

  /// An object with its members sorted by name.
  private static func object(_ members: [String: String], depth: Int) -> String {
    object(
      members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { member($0.key, $0.value) },
      depth: depth)
  }

  private static func object(_ members: [String], depth: Int) -> String {
    guard !members.isEmpty else { return "{}" }
    let indent = String(repeating: "  ", count: depth)
    return "{\n" + members.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n" + indent + "}"
  }
}
