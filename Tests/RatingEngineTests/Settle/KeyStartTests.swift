// Keys in 16 bytes: UUIDs in their own form stand among all other keys as their texts do.

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct KeyStartTests {
  private static let uuid = "8a8e9ce5-a7b0-4395-9018-d33d8c29155d"

  /// The key as the rater packs it, and what it has behind 16 bytes.
  private static func packed(_ text: String) -> KeyStart {
    var event = SettleOrderTests.event(1, 5, text)
    let padded = Array(text.utf8) + [UInt8](repeating: 7, count: ByteText.slack)
    padded.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, text.utf8.count == UUIDKey.textLength else { return }
      if let words = UUIDKey.pack(base) { event.setKey(uuid: words) }
    }
    return event.key
  }

  @Test func aUUIDIsReadBackAsItWasWritten() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let (high, low) = (random.next(), random.next())
      let text = UUIDKey.text(high, low)
      #expect(text.count == UUIDKey.textLength)
      let key = Self.packed(String(decoding: text, as: UTF8.self))
      #expect(key == KeyStart(high: high, low: low, byteCount: KeyStart.uuid))
    }
  }

  @Test func anyOtherTextIsNone() {
    #expect(Self.packed(Self.uuid).isUUID)
    // Every byte at every place: only digits, small letters and the hyphens make a UUID.
    for place in 0..<UUIDKey.textLength {
      for byte in UInt8.min...UInt8.max {
        var bytes = Array(Self.uuid.utf8)
        bytes[place] = byte
        let isHyphen = [8, 13, 18, 23].contains(place)
        let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        let padded = bytes + [UInt8](repeating: 0, count: ByteText.slack)
        let words = padded.withUnsafeBufferPointer { $0.baseAddress.flatMap { UUIDKey.pack($0) } }
        #expect((words != nil) == (isHyphen ? byte == 0x2D : isDigit), "byte \(byte) at \(place)")
      }
    }
  }

  @Test(arguments: [
    // key before, key after
    ("8a8e9ce5-a7b0-4395-9018-d33d8c29155d", "8a8e9ce5-a7b0-4395-9018-d33d8c29155e"),
    ("0a8e9ce5-a7b0-4395-9018-d33d8c29155d", "9a8e9ce5-a7b0-4395-9018-d33d8c29155d"),
    ("9a8e9ce5-a7b0-4395-9018-d33d8c29155d", "aa8e9ce5-a7b0-4395-9018-d33d8c29155d"),
    ("8A8E9CE5-A7B0-4395-9018-D33D8C29155D", "8a8e9ce5-a7b0-4395-9018-d33d8c29155d"),
    ("8a8e9ce5", "8a8e9ce5-a7b0-4395-9018-d33d8c29155d"), ("", "8a8e9ce5-a7b0-4395-9018-d33d8c29155d"),
    ("8a8e9ce5-a7b0-43", "8a8e9ce5-a7b0-4395-9018-d33d8c29155d"),
    ("8a8e9ce5-a7b0-4395-9018-d33d8c29155d", "8a8e9ce5.a"),
  ])
  func uuidsStandAmongOtherKeys(before: String, after: String) {
    let (a, b) = (Self.packed(before), Self.packed(after))
    #expect(KeyStart.compare(a, b) < 0 && KeyStart.compare(b, a) > 0)
  }

  @Test func whatGoesOnBehind16BytesIsNamed() {
    let (uuid, other) = (Self.packed(Self.uuid), Self.packed("8a8e9ce5-a7b0-43 and more"))
    #expect(KeyStart.isUndecided(uuid, other) && KeyStart.isUndecided(other, uuid))
    #expect(KeyStart.isUndecided(uuid, uuid))
    #expect(Array(uuid.tailOfUUID) == Array("95-9018-d33d8c29155d".utf8))
  }

  @Test func keysOfAllFormsAreInTheOrderOfTheirBytes() throws {
    var random = SeededGenerator(seed: 3)
    let store = SettleStore(memoryBytesMax: 1 << 20, place: SpillPlace(folder: nil))
    var texts: [String] = []
    while texts.count < 40 {
      let number = texts.count
      var text = Array(Self.uuid.utf8)
      // Few different bytes, so that many begin alike; some are cut, some are no UUIDs.
      text[7] = [0x30, 0x61][Int.random(in: 0...1, using: &random)]
      text[15] = [0x30, 0x33, 0x47][Int.random(in: 0...2, using: &random)]
      text[35] = [0x31, 0x39, 0x62][Int.random(in: 0...2, using: &random)]
      let length = [36, 36, 36, 16, 20, 8, 37].randomElement(using: &random)!
      let written = String(decoding: (text + [0x2B]).prefix(length), as: UTF8.self)
      // Equal keys stand in the order of files, which this store has none of.
      if texts.contains(written) { continue }
      texts.append(written)
      let chunk = PackedChunk()
      var event = SettleOrderTests.event(4, 5, texts[number], place: 0)
      event.quantity = Int64(number)
      let key = Self.packed(texts[number])
      (event.keyHigh, event.keyLow, event.keyByteCount) = (key.high, key.low, key.byteCount)
      if key.byteCount == KeyStart.long { chunk.add(tail: Array(texts[number].utf8)[16...]) }
      chunk.append(event, row: 0)
      chunk.close(partCount: store.parts.count)
      try store.append(chunk, firstPlace: number)
    }
    let partition = SettlePartition()
    var loaded: [[UInt8]] = []
    for part in store.parts {
      try partition.load(
        part, SettlePartition.Pass(number: 0, count: 1), ChunkOrder(store.chunks, recordCount: 0))
      loaded += (0..<partition.count).map { Array(texts[Int(partition.events[$0].quantity)].utf8) }
    }
    #expect(loaded.count == texts.count)
    #expect(zip(loaded, loaded.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) })
  }
}
