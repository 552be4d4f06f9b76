// The suspects of a run and the copies they are suspected of, by key.

/// Groups of records with the same key. Filled with the suspects first, then with what the log knows of them.
struct CopyGroups {
  /// One record.
  struct Copy {
    var low: UInt64
    var high: UInt32
    var content: UInt32
    /// Index in the log of keys: the order in which records were met.
    var logIndex: Int
    /// Number among the suspects; nil for the copy that was counted when it came.
    var suspect: Int?
    /// Next copy of the same key, −1 for none.
    fileprivate var next = -1

    init(low: UInt64, high: UInt32, content: UInt32, logIndex: Int, suspect: Int?) {
      self.low = low
      self.high = high
      self.content = content
      self.logIndex = logIndex
      self.suspect = suspect
    }
  }

  private var copies: [Copy] = []
  /// First copy of a group + 1, by hash; 0 for an empty slot.
  private var heads: [UInt32]
  private let mask: UInt64
  /// A bitmap of keys: keeps nearly every record of the log out of the table.
  private var bits = [UInt64](repeating: 0, count: 1 << 16)

  init(suspectCount: Int) {
    var capacity = 1024
    while capacity < suspectCount * 2 { capacity *= 2 }
    heads = [UInt32](repeating: 0, count: capacity)
    mask = UInt64(capacity - 1)
    copies.reserveCapacity(suspectCount * 2)
  }

  /// Whether a key of these low bits may be among the suspects.
  @inline(__always) func mayHold(_ low: UInt64) -> Bool {
    bits[Int(truncatingIfNeeded: low &>> 6 & 0xffff)] &>> (low & 63) & 1 != 0
  }

  private func slot(_ low: UInt64, _ high: UInt32) -> Int {
    var at = Int(truncatingIfNeeded: low &>> 20 & mask)
    while heads[at] != 0 {
      let head = copies[Int(heads[at]) - 1]
      if head.low == low, head.high == high { break }
      at = (at + 1) & Int(truncatingIfNeeded: mask)
    }
    return at
  }

  /// Adds a suspect.
  mutating func add(_ copy: Copy) {
    bits[Int(truncatingIfNeeded: copy.low &>> 6 & 0xffff)] |= 1 &<< (copy.low & 63)
    let at = slot(copy.low, copy.high)
    var copy = copy
    copy.next = Int(heads[at]) - 1
    copies.append(copy)
    heads[at] = UInt32(copies.count)
  }

  /// Adds a copy if a suspect has its key.
  mutating func addIfKnown(_ copy: Copy) {
    let at = slot(copy.low, copy.high)
    guard heads[at] != 0 else { return }
    var copy = copy
    copy.next = Int(heads[at]) - 1
    copies.append(copy)
    heads[at] = UInt32(copies.count)
  }

  /// Calls `body` with the copies of each key, in no particular order.
  func forEachGroup(_ body: ([Copy]) -> Void) {
    var group: [Copy] = []
    for head in heads where head != 0 {
      group.removeAll(keepingCapacity: true)
      var at = Int(head) - 1
      while at >= 0 {
        group.append(copies[at])
        at = copies[at].next
      }
      body(group)
    }
  }
}
