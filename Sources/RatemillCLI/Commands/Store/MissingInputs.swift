// What a store misses of its sources, in words and for programs: `periods` and `rate` say the same.

internal import BillingStore
internal import Tables

/// Missing files and silent sources.
enum MissingInputs {
  /// `missing file pbx 7-9`.
  static func line(_ gap: SourceGap, _ console: Console) -> String {
    "missing file \(console.path(gap.description))"
  }

  /// `late source pbx, expected daily: nothing since …`.
  static func line(_ source: LateSource, _ console: Console) -> String {
    let seen = source.lastSeen.map { "nothing since \($0)" } ?? "nothing yet"
    return "late source \(console.path(source.source)), expected \(source.expected): \(seen)"
  }

  static func json(_ gaps: [SourceGap]) -> JSONValue {
    .array(
      gaps.map {
        ["source": .text($0.source), "first": .integer($0.first), "last": .integer($0.last)]
      })
  }

  static func json(_ sources: [LateSource]) -> JSONValue {
    .array(
      sources.map {
        [
          "source": .text($0.source), "expected": .text($0.expected),
          "last_seen": .textOrNull($0.lastSeen),
        ]
      })
  }
}
