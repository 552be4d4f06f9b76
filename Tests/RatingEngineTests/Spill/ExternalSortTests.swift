// Sorting in bounded memory against sorting an array.

import DurableFiles
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ExternalSortTests {
  /// An entry as an array would hold it.
  struct Entry: Equatable {
    var key: [UInt8]
    var payload: [UInt8]
    var tag: Int64
  }

  private static func entries(_ count: Int, keyBytesMax: Int, _ random: inout SeededGenerator) -> [Entry] {
    (0..<count).map { number in
      // Few different bytes: many keys begin alike, and some begin others.
      let length = Int.random(in: 0...keyBytesMax, using: &random)
      var key = (0..<length).map { _ in [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? UInt8(0) }
      // Keys differ, so that there is one order only.
      key += [0, 0] + withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
      let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 7 == 0 ? 300 : 3)
      return Entry(key: key, payload: payload, tag: number % 3 == 0 ? -1 : Int64(number))
    }
  }

  private static func all(_ sort: ExternalSort) throws -> [Entry] {
    var found: [Entry] = []
    try sort.forEach { entry throws(FileFault) in
      found.append(Entry(key: Array(entry.key), payload: Array(entry.payload), tag: entry.tag))
    }
    return found
  }

  private static func sorted(_ entries: [Entry]) -> [Entry] {
    entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  // 1 GiB keeps all in memory; 1 MiB and less make runs, of which the smallest are merged several times over.
  @Test(arguments: [1 << 30, 1 << 20, 100_000, 5_000, 200], [0, 1, 2, 1000, 4000])
  func entriesComeInTheOrderOfAnArray(memoryBytes: Int, count: Int) throws {
    var random = SeededGenerator(forTest: "entriesComeInTheOrderOfAnArray")
    for keyBytesMax in [0, 3, 20] {
      let entries = Self.entries(memoryBytes == 200 ? count / 4 : count, keyBytesMax: keyBytesMax, &random)
      let sort = ExternalSort(memoryBytesMax: memoryBytes, place: SpillPlace())
      for entry in entries { try sort.append(tag: entry.tag, key: entry.key, payload: entry.payload) }
      #expect(sort.count == entries.count)
      #expect(!sort.hasSpilled || memoryBytes < 1 << 30)
      #expect(sort.hasSpilled || memoryBytes > 5_000 || count <= 2)
      #expect(try Self.all(sort) == Self.sorted(entries))
      // A second walk finds the same.
      #expect(try Self.all(sort) == Self.sorted(entries))
    }
  }

  @Test(arguments: [1 << 30, 100_000, 10_000], [0, 1, 40, 3_000])
  func takenBackEntriesAreGone(memoryBytes: Int, removedCount: Int) throws {
    var random = SeededGenerator(forTest: "takenBackEntriesAreGone")
    let entries = Self.entries(6_000, keyBytesMax: 4, &random)
    let sort = ExternalSort(memoryBytesMax: memoryBytes, place: SpillPlace())
    for entry in entries { try sort.append(tag: entry.tag, key: entry.key, payload: entry.payload) }
    let tags = entries.map(\.tag).filter { $0 >= 0 }.shuffled(using: &random).prefix(removedCount)
    let removal = TagSort(memoryBytesMax: 4_000, place: SpillPlace())
    for tag in tags { try removal.add(Int(tag)) }
    try sort.remove(removal)
    let gone = Set(tags)
    #expect(sort.count == entries.count - removedCount)
    #expect(try Self.all(sort) == Self.sorted(entries.filter { !gone.contains($0.tag) }))
  }

  @Test(arguments: [30_000, 1 << 20]) func anEntryLargerThanTheMemoryIsAnEntry(memoryBytes: Int) throws {
    let sort = ExternalSort(memoryBytesMax: memoryBytes, place: SpillPlace())
    let large = [UInt8](repeating: 7, count: 2 << 20)
    for number in (0..<20).reversed() {
      try sort.append(key: [UInt8(number)], payload: number % 5 == 0 ? large : [1])
    }
    let found = try Self.all(sort)
    #expect(found.map(\.key) == (0..<20).map { [UInt8($0)] })
    #expect(found.map(\.payload.count) == (0..<20).map { $0 % 5 == 0 ? large.count : 1 })
  }

  @Test func everyFailingCallIsReported() throws {
    for number in 1...10_000 {
      // A file that could not be unlinked is left: each try has a folder of its own.
      let folder = try TemporaryFolder()
      let operations = FaultyFileOperations(.init(failingCall: number, code: ENOSPC))
      let sort = ExternalSort(
        memoryBytesMax: 2_000, place: SpillPlace(folder: folder.path, operations: operations))
      do {
        for number in 0..<400 {
          try sort.append(key: [UInt8(number % 251), UInt8(number / 251)], payload: [1, 2, 3])
        }
        #expect(try Self.all(sort).count == 400)
      } catch let fault as FileFault {
        #expect(fault.code == ENOSPC)
        continue
      }
      // Closing is not looked at: what was to be read has been read.
      if operations.callCount < number { break }
    }
  }
}
