// Texts that many rows repeat or refer to, each kept once and known by a number.

import Glibc
import Tables

/// Numbers different byte strings 0, 1, 2 … in the order in which they are first met.
///
/// Open addressing over a hash of eight bytes a step; a text equal to the one asked for last costs one compare. Not made
/// against chosen collisions: decks are written by their owner.
struct NameTable {
  private static let free: UInt32 = .max

  private var bytes: [UInt8] = []
  /// Name `i` is `bytes[ends[i]..<ends[i + 1]]`.
  private var ends: [Int] = [0]
  private var slots: [UInt32] = Array(repeating: free, count: 256)
  private var lastIndex = -1

  init() {}

  /// How many different texts there are.
  var count: Int { ends.count - 1 }

  /// The number of a text; `count` grows where it is new.
  @inline(__always) mutating func index(of text: UnsafeBufferPointer<UInt8>) -> Int {
    if lastIndex >= 0, isEqual(lastIndex, text) { return lastIndex }
    lastIndex = findOrInsert(text)
    return lastIndex
  }

  /// The text of a number.
  func label(_ index: Int) -> Label { Label(bytes: Array(bytes[ends[index]..<ends[index + 1]])) }

  /// The number of a text that is known; nil for another.
  func known(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    let mask = slots.count - 1
    var slot = Self.hash(text) & mask
    while slots[slot] != Self.free {
      let index = Int(slots[slot])
      if isEqual(index, text) { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private mutating func findOrInsert(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    let mask = slots.count - 1
    var slot = Self.hash(text) & mask
    while slots[slot] != Self.free {
      let index = Int(slots[slot])
      if isEqual(index, text) { return index }
      slot = (slot + 1) & mask
    }
    let index = count
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    slots[slot] = UInt32(index)
    if count * 2 > slots.count { grow() }
    return index
  }

  @inline(__always) private func isEqual(_ index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = ends[index]
    guard ends[index + 1] - start == text.count else { return false }
    guard let base = text.baseAddress, text.count > 0 else { return true }
    return bytes.withUnsafeBufferPointer { memcmp($0.baseAddress! + start, base, text.count) == 0 }
  }

  private mutating func grow() {
    var wider = Array(repeating: Self.free, count: slots.count * 2)
    let mask = wider.count - 1
    bytes.withUnsafeBufferPointer { all in
      for index in 0..<count {
        var slot = Self.hash(UnsafeBufferPointer(rebasing: all[ends[index]..<ends[index + 1]])) & mask
        while wider[slot] != Self.free { slot = (slot + 1) & mask }
        wider[slot] = UInt32(index)
      }
    }
    slots = wider
  }

  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    // The constant is 2⁶⁴ ÷ golden ratio, as in Fibonacci hashing (Knuth, TAOCP 6.4).
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = UInt64(truncatingIfNeeded: text.count) &* multiplier
    guard let base = text.baseAddress else { return 0 }
    let raw = UnsafeRawPointer(base)
    var index = 0
    while index + 8 <= text.count {
      hash = (hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* multiplier
      hash ^= hash >> 32
      index += 8
    }
    var tail: UInt64 = 0
    while index < text.count {
      tail = tail << 8 | UInt64(text[index])
      index += 1
    }
    hash = (hash ^ tail) &* multiplier
    return Int(truncatingIfNeeded: (hash ^ hash >> 29) >> 1)
  }

  /// The numbers in the order of their texts' bytes.
  func sortedIndices() -> [Int] {
    bytes.withUnsafeBufferPointer { all in
      // Most pairs differ within their first eight bytes, compared as one big-endian number.
      let heads = (0..<count).map { (head: Self.head(all, ends[$0], ends[$0 + 1]), index: $0) }
      return heads.sorted { a, b in
        if a.head != b.head { return a.head < b.head }
        let (x, y) = (ends[a.index]..<ends[a.index + 1], ends[b.index]..<ends[b.index + 1])
        guard let base = all.baseAddress else { return false }
        let order = memcmp(base + x.lowerBound, base + y.lowerBound, min(x.count, y.count))
        return order != 0 ? order < 0 : x.count < y.count
      }.map(\.index)
    }
  }

  private static func head(_ all: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var head: UInt64 = 0
    for offset in 0..<8 {
      head = head << 8 | (start + offset < end ? UInt64(all[start + offset]) : 0)
    }
    return head
  }
}
