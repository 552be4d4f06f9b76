// Whose event is it? Keys of services.csv and accounts.csv in one open-addressing table, number ranges beside it.
//
// A key is its kind (tag), the source it holds for, and its text or number in 128 bits: texts of up to 16 bytes as they
// are, longer ones hashed and compared with the stored text.

import BillingCalendar
import CMachine
import CXxhash
import Catalog
import Tables

/// Finds the service entry of a key at an instant. Immutable after `build`; shared by workers.
struct ServiceIndex: Sendable {
  static let accountTag: UInt32 = 0
  static let numberTag: UInt32 = 1
  static let firstTextTag: UInt32 = 2
  static let none = UInt32.max

  /// One service, in force from one local midnight until another. `next` is the entry to try where this one is not.
  struct Entry: BitwiseCopyable {
    var fromSeconds: Int64
    var untilSeconds: Int64
    var account: UInt32
    /// Rank of (account, cost centre, service): the summary's key part.
    var identity: UInt32
    var next: UInt32
  }

  /// A 128-bit key of a text or number.
  struct Key: Equatable, BitwiseCopyable {
    var low: UInt64
    var high: UInt64

    @inline(__always) init(low: UInt64, high: UInt64) {
      self.low = low
      self.high = high
    }
    /// A short code is looked up as what it is: its digits, as a whole.
    @inline(__always) init(number digits: UInt64, count: UInt8) {
      low = digits
      high = UInt64(count & ~PhoneNumber.shortCodeFlag)
    }
    @inline(__always) init(text: TextPointer, length: Int) {
      if length <= 8 {
        low = ByteText.word(text, length)
        high = 0
      } else if length <= 16 {
        low = ByteText.load8(text)
        high = ByteText.word(text + 8, length &- 8)
      } else {
        let hash = XXH3_128bits_withSeed(text, length, 0x7365_7276)
        low = hash.low64
        high = hash.high64
      }
    }
    @inline(__always) func hash(_ tag: UInt32) -> UInt64 {
      var x =
        (low ^ 0x9e37_79b9_7f4a_7c15) &* 0xd134_2543_de82_ef95 ^ (high &+ UInt64(tag))
        &* 0x2545_f491_4f6c_dd1d
      x ^= x &>> 32
      return x &* 0x9fb2_1c65_1e98_df25
    }
  }

  struct Slot: BitwiseCopyable {
    var key: Key
    /// Tag of the kind, and in the upper half the source it holds for (0: any); `none` for an empty slot.
    var tag: UInt32
    var entry: UInt32
    /// Account and plan where one entry and one plan hold at all times, so that nothing else need be read: the usual
    /// customer. `none` where dates decide.
    var account: UInt32
    var plan: UInt16
    /// Bytes of a text key, 0 for a number: a text and the same text with zero bytes behind it share a key.
    var textLength: UInt16

    static let noPlan = UInt16.max
  }

  /// Stretches of numbers, disjoint and ascending; `key` is (digit count, number).
  struct Interval {
    var firstKey: UInt64
    var lastKey: UInt64
    var entry: UInt32
  }

  let slots: FlatTable<Slot>
  let mask: Int
  let entries: FlatTable<Entry>
  /// By source number (0: files of any other source).
  let intervalsBySource: [[Interval]]
  /// By number of the slot.
  private let longKeys: [Int: [UInt8]]
  /// Whether any key holds for one source only.
  let hasSourceKeys: Bool

  /// The slot where the key stands unless others took it.
  @inline(__always) func home(_ key: Key, tag: UInt32) -> Int {
    Int(truncatingIfNeeded: key.hash(tag) &>> 32) & mask
  }

  /// Asks for a slot that will be read soon, and for the one behind it: every fifth key is not in its first slot.
  @inline(__always) func prefetch(_ slot: Int) {
    cm_prefetch_read(slots.base + slot)
    // Two slots share a cache line.
    if slot & 1 != 0 { cm_prefetch_read(slots.base + ((slot &+ 1) & mask)) }
  }

  /// The slot of the key, or −1. `text` is compared where it is longer than 16 bytes; a number has length 0.
  @inline(__always) func slot(_ key: Key, tag: UInt32, text: TextPointer?, length: Int, home: Int) -> Int {
    var at = home
    while true {
      let slot = slots.base + at
      if slot.pointee.tag == Self.none { return -1 }
      if slot.pointee.key == key, slot.pointee.tag == tag,
        Int(slot.pointee.textLength) == length && (length <= 16 || matches(at, text, length))
      {
        return at
      }
      at = (at &+ 1) & mask
    }
  }

  /// First entry under the key, or `none`.
  @inline(__always) func find(_ key: Key, tag: UInt32, text: TextPointer?, length: Int) -> UInt32 {
    let at = slot(key, tag: tag, text: text, length: length, home: home(key, tag: tag))
    return at < 0 ? Self.none : slots[at].entry
  }

  private func matches(_ slot: Int, _ text: TextPointer?, _ length: Int) -> Bool {
    guard let text, let known = longKeys[slot], known.count == length else { return false }
    return known.indices.allSatisfy { known[$0] == text[$0] }
  }

  /// The entry of a chain that is in force at `seconds`, or `none`.
  @inline(__always) func inForce(_ first: UInt32, atSeconds seconds: Int64) -> UInt32 {
    var at = first
    while at != Self.none {
      let entry = entries.base + Int(at)
      if seconds >= entry.pointee.fromSeconds, seconds < entry.pointee.untilSeconds { return at }
      at = entry.pointee.next
    }
    return Self.none
  }

  /// First entry of the ranges that hold a number, narrow before wide, or `none`.
  func findRange(digits: UInt64, count: UInt8, source: Int) -> UInt32 {
    let intervals = intervalsBySource[source < intervalsBySource.count ? source : 0]
    let key = Self.rangeKey(digits, count)
    var low = 0
    var high = intervals.count
    while low < high {
      let middle = (low + high) / 2
      if intervals[middle].lastKey < key { low = middle + 1 } else { high = middle }
    }
    guard low < intervals.count, intervals[low].firstKey <= key else { return Self.none }
    return intervals[low].entry
  }

  /// Numbers of one length are neighbours: the count leads, 15 digits need 50 bits.
  static func rangeKey(_ digits: UInt64, _ count: UInt8) -> UInt64 { UInt64(count & 0x7f) << 56 | digits }

  init(
    slots: FlatTable<Slot>, entries: FlatTable<Entry>, intervalsBySource: [[Interval]],
    longKeys: [Int: [UInt8]],
    hasSourceKeys: Bool
  ) {
    self.slots = slots
    mask = slots.count - 1
    self.entries = entries
    self.intervalsBySource = intervalsBySource
    self.longKeys = longKeys
    self.hasSourceKeys = hasSourceKeys
  }
}
