// Events in the store are what they were, however wide their numbers are.

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct PackedSliceTests {
  /// Numbers of every width, and the same ones often, so that columns are of all widths.
  private static func number(_ random: inout SeededGenerator, _ width: Int) -> Int64 {
    Int64(truncatingIfNeeded: width == 0 ? 7 : random.next() >> UInt64(64 - width))
  }

  private static func event(_ random: inout SeededGenerator, _ widths: [Int]) -> PackedEvent {
    let isSecond = widths[0] % 2 == 0
    let start = number(&random, widths[1])
    let quantity = number(&random, widths[2])
    return PackedEvent(
      keyHigh: UInt64(bitPattern: number(&random, widths[3])),
      keyLow: UInt64(bitPattern: number(&random, widths[4])),
      startMillis: isSecond ? start / 1000 * 1000 : start,
      quantity: isSecond ? quantity / 1000 * 1000 : quantity, place: 0,
      owner: UInt32(truncatingIfNeeded: number(&random, widths[5])),
      account: UInt32(truncatingIfNeeded: number(&random, widths[6])),
      identity: UInt32(truncatingIfNeeded: number(&random, widths[7])),
      baseCell: UInt32(truncatingIfNeeded: number(&random, widths[8])), recorded: 0,
      period: UInt16(truncatingIfNeeded: number(&random, widths[9])),
      keyByteCount: UInt8(truncatingIfNeeded: number(&random, widths[10]) & 15),
      marks: widths[11] % 2 == 0 ? .answered : [])
  }

  @Test(arguments: 0..<60)
  func everyNumberComesBack(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let widths = (0..<12).map { _ in Int.random(in: 0...64, using: &random) }
    let count = Int.random(in: 1...200, using: &random)
    let chunk = PackedChunk()
    var expected: [Int64: PackedEvent] = [:]
    for row in 0..<count {
      var event = Self.event(&random, widths)
      let place = Int64(1000 + 3 * row)
      if row % 5 == 0 {
        event.recorded = chunk.add(amountPico: -Int128(row) << 70)
        event.marks.insert(.amount)
      }
      chunk.append(event, row: 3 * row)
      if row % 7 == 6 {
        chunk.drop(row)
        continue
      }
      event.place = place
      expected[place] = event
    }
    chunk.close(partCount: 5)
    var found = 0
    try chunk.forEachSlice(firstPlace: 1000) { part, words in
      // What is read behind the last row is not the slice's.
      let padded = Array(words) + [.max]
      padded.withUnsafeBufferPointer { padded in
        let slice = PackedSlice(UnsafeBufferPointer(rebasing: padded.dropLast()))
        for number in 0..<slice.rowCount {
          var event = slice.layout.event(slice.row(number), firstPlace: slice.firstPlace)
          let isAmount = event.marks.contains(.amount)
          if isAmount {
            #expect(slice.amountPico(Int(event.recorded)) == -Int128((event.place - 1000) / 3) << 70)
            event.recorded = expected[event.place]?.recorded ?? 0
          }
          #expect(event == expected[event.place], "seed \(seed)")
          #expect(SettleStore.part(ofOwner: event.owner, 5) == part)
          found += 1
        }
      }
    }
    #expect(found == expected.count)
  }

  @Test func aLogHandsOutStretchesOverItsBlocks() throws {
    let log = SpillableLog<UInt64>(memoryBytesMax: 1 << 12, place: SpillPlace(folder: nil), blockElements: 16)
    let numbers = (0..<2000).map { UInt64($0) }
    try numbers.withUnsafeBufferPointer { numbers in
      for from in stride(from: 0, to: 2000, by: 37) {
        try log.append(
          contentsOf: UnsafeBufferPointer(rebasing: numbers[from..<min(from + 37, numbers.count)]))
      }
    }
    let reader = LogReader(log)
    var read: [UInt64] = []
    var size = 1
    while read.count < 2000 {
      let next = try reader.next(min(size, 2000 - read.count))
      read += next
      size = size % 41 + 1
    }
    #expect(read == numbers)
  }
}
