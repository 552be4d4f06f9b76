// Units in which people and exports write quantities, and what they are in the integer quantities that are rated.

public import Tables

/// A unit by its word, such as `min` or `GiB`.
public struct UsageUnit: Sendable, Hashable {
  /// The word, as in plans, formats and `unit` columns.
  public let word: String
  /// What it measures.
  public let kind: UsageKind
  /// How much integer quantity of the kind (milliseconds, messages, bytes, millionths of an event) `perUnits` units are.
  public let quantity: Int64
  /// 1, but for units that are finer than the quantity: 1000 microseconds make one millisecond.
  public let perUnits: Int64

  private init(_ word: String, _ kind: UsageKind, _ quantity: Int64, perUnits: Int64 = 1) {
    self.word = word
    self.kind = kind
    self.quantity = quantity
    self.perUnits = perUnits
  }

  /// The unit with this word, exactly as written: `MB` is a unit, `Mb` (bits) and `mb` are not.
  public static func named(_ word: Label) -> UsageUnit? { byWord[word] }

  /// The unit that a bare number of this kind is in: seconds, messages, bytes, events.
  public static func bare(of kind: UsageKind) -> UsageUnit { UsageUnit(kind.unit, kind, kind.onePerUnit) }

  /// All words, shortest forms first in each kind, for messages.
  public static let words: [String] = all.map(\.word)

  private static let all: [UsageUnit] = voice + counted + bytes

  private static let voice = [
    UsageUnit("s", .voice, 1000), UsageUnit("ms", .voice, 1), UsageUnit("us", .voice, 1, perUnits: 1000),
    UsageUnit("min", .voice, 60_000), UsageUnit("h", .voice, 3_600_000),
    UsageUnit("second", .voice, 1000), UsageUnit("seconds", .voice, 1000),
    UsageUnit("minute", .voice, 60_000), UsageUnit("minutes", .voice, 60_000),
    UsageUnit("hour", .voice, 3_600_000), UsageUnit("hours", .voice, 3_600_000),
  ]

  // What resellers count has many names; all are one event.
  private static let counted =
    [
      UsageUnit("message", .message, 1), UsageUnit("messages", .message, 1),
      UsageUnit("segment", .message, 1), UsageUnit("segments", .message, 1),
    ]
    + ["event", "unit", "item", "user", "seat", "license", "licence", "device", "request"].flatMap { word in
      [UsageUnit(word, .event, 1_000_000), UsageUnit(word + "s", .event, 1_000_000)]
    }

  // SI prefixes are powers of 1000, those of IEC 80000-13 powers of 1024: a disk maker's GB is no GiB.
  private static let bytes = [
    UsageUnit("byte", .data, 1), UsageUnit("bytes", .data, 1), UsageUnit("B", .data, 1),
    UsageUnit("kB", .data, 1000), UsageUnit("KB", .data, 1000), UsageUnit("MB", .data, 1_000_000),
    UsageUnit("GB", .data, 1_000_000_000), UsageUnit("TB", .data, 1_000_000_000_000),
    UsageUnit("PB", .data, 1_000_000_000_000_000),
    UsageUnit("KiB", .data, 1 << 10), UsageUnit("MiB", .data, 1 << 20), UsageUnit("GiB", .data, 1 << 30),
    UsageUnit("TiB", .data, 1 << 40), UsageUnit("PiB", .data, 1 << 50),
  ]

  private static let byWord = Dictionary(uniqueKeysWithValues: all.map { (Label($0.word), $0) })
}
