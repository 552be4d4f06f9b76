// totals.json: the totals as text.
//
// Amounts and quantities are decimal texts in strings, because most programs read JSON numbers as floating point.

internal import Money
internal import Tables

extension KnownTotals {
  /// The document `totals.json`: two blanks of indentation, a newline at the end, names in a fixed order and those of
  /// reasons, currencies and units by bytes.
  ///
  /// Equal totals give equal bytes. The README of this module has an example.
  public var json: String { String(decoding: JSONText.pretty(document), as: UTF8.self) }

  private var document: JSONValue {
    [
      "read": .integer(read), "rated": .integer(rated), "filtered": .integer(filtered),
      "duplicate": .integer(duplicate), "suspended": .integer(suspended),
      "filtered_by_reason": Self.object(filteredByReason) { .integer($0) },
      "suspended_by_reason": Self.object(suspendedByReason) { .integer($0) },
      "amounts": Self.object(Dictionary(uniqueKeysWithValues: amounts.map { ($0.key.code, $0.value) })) {
        .text($0.description)
      },
      "quantities": .object(
        quantities.sorted { $0.key < $1.key }.map { unit, sum in
          // Seconds have milliseconds behind the point; messages and bytes are whole.
          let scale = unit == "s" ? 3 : 0
          return JSONMember(
            name: Label(unit),
            value: [
              "raw": .text(DecimalText.format(sum.raw, scale: scale)),
              "billed": .text(DecimalText.format(sum.billed, scale: scale)),
            ])
        }),
    ]
  }

  private static func object<Value>(
    _ members: [String: Value], _ value: (Value) -> JSONValue
  ) -> JSONValue {
    .object(
      members.sorted { $0.key < $1.key }.map { JSONMember(name: Label($0.key), value: value($0.value)) })
  }
}
