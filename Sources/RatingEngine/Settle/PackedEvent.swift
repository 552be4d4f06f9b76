// An event that is priced when all of its period is known, in fixed width.
//
// It owns the layout; what its numbers point at belongs to `SettleTables`. It holds no amount: that depends on order.

/// One event of a pool or account. 64 bytes with its padding.
///
/// Order: charging start, then namespace and key as bytes. `place` is no part of that order: it says where the event lies,
/// and stands in only where 16 bytes of two keys are the same and a second reading has not decided yet.
struct PackedEvent: BitwiseCopyable, Equatable {
  /// Namespace and key, as in `KeyStart`.
  var keyHigh: UInt64
  var keyLow: UInt64
  /// Charging start, milliseconds since 1970 in UTC.
  var startMillis: Int64
  /// As recorded, in the integer quantity of the kind; negative for a refund.
  var quantity: Int64
  /// Where the event lies in the log of its run.
  var place: Int64
  /// Number of the pool, or of the account where it has none.
  var owner: UInt32
  /// Index in `Catalog.accounts`.
  var account: UInt32
  /// Number of the service with its cost centre, as in the summary key.
  var identity: UInt32 = 0
  /// Index in `SettleTables.classByCell`.
  var baseCell: UInt32
  /// 1 + index in `Settlement.recordedAmounts` of the first of `amountCount`; 0 for none.
  var recorded: UInt32 = 0
  /// First day of the usage period, days since 1970; the owner's cycle says where it ends.
  var period: UInt16
  var keyByteCount: UInt8
  var marks: Marks

  /// What pricing asks of an event besides its cell.
  struct Marks: OptionSet, BitwiseCopyable {
    var rawValue: UInt8
    static let answered = Marks(rawValue: 1)
    /// The one quantity of a gauge: priced like an event at the end of the period, but a row without event.
    static let gauge = Marks(rawValue: 2)
    /// No event: takes back the one with the same place.
    static let removal = Marks(rawValue: 4)
    /// The record's amount stands under `recorded`.
    static let amount = Marks(rawValue: 8)
    /// What its supplier charges stands there, behind the record's amount if that does too.
    static let costed = Marks(rawValue: 16)
    /// A sample of a gauge: `recorded` is the number of its item.
    static let sample = Marks(rawValue: 32)
    /// The one that somebody wants explained, among the events of an owner that are read window by window.
    static let watched = Marks(rawValue: 64)
  }

  /// Amounts that are kept beside the event.
  var amountCount: Int { (marks.contains(.amount) ? 1 : 0) + (marks.contains(.costed) ? 1 : 0) }

  /// What its supplier charges, in pico; 0 where nothing is known.
  func costPico(_ amounts: [Int128]) -> Int128 {
    marks.contains(.costed) ? amounts[Int(recorded) - 2 + amountCount] : 0
  }

  /// Takes the first 16 bytes of a key.
  mutating func setKey(_ bytes: UnsafeBufferPointer<UInt8>) {
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.prefix(16).enumerated() {
      let shifted = UInt64(byte) << UInt64(56 - index % 8 * 8)
      if index < 8 { words.0 |= shifted } else { words.1 |= shifted }
    }
    (keyHigh, keyLow) = words
    keyByteCount = UInt8(min(bytes.count, Int(KeyStart.long)))
  }

  /// Takes a key of at most 16 bytes, which has room for as many behind it.
  @inline(__always) mutating func setShortKey(_ text: TextPointer, _ length: Int) {
    let high = ByteText.word(text, min(length, 8))
    let low = length > 8 ? ByteText.word(text + 8, length &- 8) : 0
    (keyHigh, keyLow, keyByteCount) = (high.bigEndian, low.bigEndian, UInt8(truncatingIfNeeded: length))
  }

  /// Takes a UUID, as `UUIDKey.pack` made it.
  @inline(__always) mutating func setKey(uuid words: (high: UInt64, low: UInt64)) {
    (keyHigh, keyLow, keyByteCount) = (words.high, words.low, KeyStart.uuid)
  }

  /// Its key as far as it is at hand.
  @inline(__always) var key: KeyStart { KeyStart(high: keyHigh, low: keyLow, byteCount: keyByteCount) }

  /// Whether it stands before another of the same owner and period.
  @inline(__always) static func precedes(_ a: PackedEvent, _ b: PackedEvent) -> Bool {
    if a.startMillis != b.startMillis { return a.startMillis < b.startMillis }
    let order = KeyStart.compare(a.key, b.key)
    return order == 0 ? a.place < b.place : order < 0
  }

  /// Whether the bytes at hand do not tell which of two neighbours comes first.
  @inline(__always) static func isUndecided(_ a: PackedEvent, _ b: PackedEvent) -> Bool {
    a.startMillis == b.startMillis && KeyStart.isUndecided(a.key, b.key)
  }
}
