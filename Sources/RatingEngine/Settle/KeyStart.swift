// Where a key stands among others, as far as 16 bytes tell.

/// The beginning of namespace and key: all of it where it is short, or a UUID.
struct KeyStart: BitwiseCopyable, Equatable {
  /// First and next 8 bytes, big-endian, filled up with zeros; of a UUID its digits.
  var high: UInt64
  var low: UInt64
  /// Bytes of the key, 0...16; `long` for more than 16; `uuid` where the words hold a UUID.
  var byteCount: UInt8

  static let long: UInt8 = 17
  static let uuid: UInt8 = 18

  @inline(__always) var isUUID: Bool { byteCount == Self.uuid }

  /// The order of keys: −1, 0 or 1; 0 where all of both was compared and is the same, or they go on behind 16 bytes.
  @inline(__always) static func compare(_ a: KeyStart, _ b: KeyStart) -> Int {
    if a.isUUID != b.isUUID { return compareForms(a, b) }
    if a.high != b.high { return a.high < b.high ? -1 : 1 }
    if a.low != b.low { return a.low < b.low ? -1 : 1 }
    return a.byteCount == b.byteCount ? 0 : a.byteCount < b.byteCount ? -1 : 1
  }

  /// A UUID and another key. Where the other goes on behind the same 16 bytes, the UUID comes first until all is compared.
  @inline(never) private static func compareForms(_ a: KeyStart, _ b: KeyStart) -> Int {
    let (x, y) = (a.asText, b.asText)
    if x.high != y.high { return x.high < y.high ? -1 : 1 }
    if x.low != y.low { return x.low < y.low ? -1 : 1 }
    if x.byteCount != y.byteCount { return x.byteCount < y.byteCount ? -1 : 1 }
    return a.isUUID ? -1 : 1
  }

  /// Whether the bytes at hand do not tell which comes first.
  static func isUndecided(_ a: KeyStart, _ b: KeyStart) -> Bool {
    // Texts of two UUIDs begin with 14 digits, the upper seven bytes.
    if a.isUUID, b.isUUID { return (a.high ^ b.high) >> 8 == 0 }
    return a.isUUID == b.isUUID ? a == b : a.asText == b.asText
  }

  /// The first 16 bytes of the text.
  var asText: KeyStart {
    guard isUUID else { return self }
    let text = UUIDKey.text(high, low)
    func word(_ from: Int) -> UInt64 { text[from..<(from + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
    return KeyStart(high: word(0), low: word(8), byteCount: Self.long)
  }

  /// What the text of a UUID has behind them.
  var tailOfUUID: ArraySlice<UInt8> { UUIDKey.text(high, low)[16...] }
}
