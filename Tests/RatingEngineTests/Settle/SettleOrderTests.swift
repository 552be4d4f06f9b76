// The canonical order of packed events, whatever blocks they come from (RULES 1).

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SettleOrderTests {
  static func event(_ owner: UInt32, _ start: Int64, _ key: String, period: UInt16 = 1, place: Int64 = 0)
    -> PackedEvent
  {
    var event = PackedEvent(
      keyHigh: 0, keyLow: 0, startMillis: start, quantity: 0, place: place, owner: owner, account: 0,
      baseCell: 0, period: period, keyByteCount: 0, marks: [])
    Array(key.utf8).withUnsafeBufferPointer { event.setKey($0) }
    return event
  }

  static func sorted(_ events: [PackedEvent]) -> (events: [PackedEvent], stretches: [SettleOrder.Stretch]) {
    var places = OwnerPlaces()
    // What another part left behind is forgotten.
    places.note(7)
    places.arrange()
    places.removeAll()
    for event in events { places.note(event.owner) }
    places.arrange()
    var sorted = events
    for event in events { sorted[places.place(event.owner)] = event }
    var stretches: [SettleOrder.Stretch] = []
    sorted.withUnsafeMutableBufferPointer { events in
      guard let base = events.baseAddress else { return }
      places.forEachOwner { SettleOrder.sort($0, of: base, stretches: &stretches) }
    }
    return (sorted, stretches)
  }

  @Test func anEventIsNotWiderThanACacheLine() {
    #expect(MemoryLayout<PackedEvent>.stride == 64)
  }

  @Test(arguments: [
    // key before, key after
    ("a", "b"), ("a", "aa"), ("", "a"), ("a", "a\0"), ("12345678", "123456789"), ("1234567a", "1234567b0"),
    ("1234567890123456", "12345678901234567"), ("123456789012345", "123456789012345\0"),
    ("12345678901234560", "1234567890123457"), ("\u{7F}", "\u{80}"),
  ])
  func keysCompareAsBytes(before: String, after: String) {
    let (a, b) = (Self.event(1, 5, before, place: 9), Self.event(1, 5, after))
    #expect(PackedEvent.precedes(a, b) && !PackedEvent.precedes(b, a))
    #expect(!PackedEvent.isUndecided(a, b))
  }

  @Test func timeComesBeforeKeys() {
    let sorted = Self.sorted([Self.event(1, 6, "a"), Self.event(1, -7, "c"), Self.event(1, 6, "Z")]).events
    #expect(sorted.map(\.startMillis) == [-7, 6, 6])
    #expect(sorted[1] == Self.event(1, 6, "Z"))
  }

  @Test func keysThatBeginAlikeAreNamed() {
    let long = "12345678901234567"
    let (events, _) = Self.sorted([
      Self.event(1, 5, long + "b", place: 2), Self.event(1, 5, long, place: 1), Self.event(1, 6, long),
      Self.event(1, 5, "1234567890123456"), Self.event(1, 7, "same", place: 1),
      Self.event(1, 7, "same", place: 2),
    ])
    let undecided = events.withUnsafeBufferPointer { SettleOrder.undecided(in: $0) }
    #expect(undecided == [1..<3, 4..<6])
  }

  @Test func blocksOfManyOwnersBecomeOneSequence() {
    var generator = SeededGenerator(forTest: "blocksOfManyOwnersBecomeOneSequence")
    let events = (0..<5000).map { place in
      Self.event(
        UInt32.random(in: 0..<300, using: &generator) * 1_031, Int64.random(in: -50..<50, using: &generator),
        String(UInt16.random(in: 0...999, using: &generator)),
        period: UInt16.random(in: 20_000..<20_003, using: &generator), place: Int64(place))
    }
    let (sorted, stretches) = Self.sorted(events)
    let expected = events.sorted { a, b in
      if a.owner != b.owner { return a.owner < b.owner }
      return a.period != b.period ? a.period < b.period : PackedEvent.precedes(a, b)
    }
    #expect(sorted == expected)
    #expect(Self.sorted(events.shuffled(using: &generator)).events == expected)
    #expect(stretches.map(\.range.count).reduce(0, +) == events.count)
    for stretch in stretches {
      #expect(sorted[stretch.range].allSatisfy { $0.owner == stretch.owner && $0.period == stretch.period })
    }
    #expect(Set(stretches.map { "\($0.owner) \($0.period)" }).count == stretches.count)
  }

  @Test func nothingIsInOrder() { #expect(Self.sorted([]).stretches.isEmpty) }
}

@Suite struct SlotTableTests {
  @Test func numbersAscendAndComeBack() {
    var table = SlotTable()
    for round in 0..<3 {
      for key in 0..<1000 {
        let (slot, isNew) = table.slot(UInt64(key), UInt64(key % 7 + round))
        #expect(slot == key && isNew)
      }
      for key in 0..<1000 { #expect(table.slot(UInt64(key), UInt64(key % 7 + round)).slot == key) }
      table.removeAll()
    }
  }
}
