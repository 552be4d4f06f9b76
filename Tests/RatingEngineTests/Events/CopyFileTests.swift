// Places of left-out copies: what is written is read, beside the keys that are there, and a byte that is not as it was is noticed.

import DurableFiles
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct CopyFileTests {
  private static func key(_ low: UInt64, content: UInt32 = 1) -> EarlierKey {
    EarlierKey(low: low, high: 7, content: content, copies: 1)
  }

  /// `key.content input:lines` of all places of a folder.
  private static func places(_ folder: String) throws -> [String] {
    guard let reader = try CopyFileReader(folder: folder) else { return ["none"] }
    var places: [String] = []
    while let place = try reader.next() {
      #expect(place.key.high == 7)
      places.append(
        "\(place.key.low).\(place.key.content) \(reader.inputs[Int(place.input)]):\(place.linesBefore)")
    }
    return places
  }

  /// Publishes keys, and places by file and key as they come.
  private static func publish(
    _ keys: [EarlierKey], _ places: [(file: UInt32, key: EarlierKey, lines: Int64)], at path: String
  ) throws {
    let folder = try PublishedFolder.begin(at: path, marker: KeyFile.name)
    var file = KeyFileWriter(try folder.writer(KeyFile.name, mode: 0o600))
    try file.write(keys)
    let copies = CopyPlaces(fileCount: 4, memoryBytesMax: 1 << 10, place: SpillPlace())
    for place in places {
      try copies.add(CopyPlace(key: place.key, input: place.file, linesBefore: place.lines))
    }
    try copies.write(to: folder, fileNames: ["a", "b", "c", "d"])
    try folder.publish()
  }

  @Test func placesAreReadInTheOrderOfTheirKeys() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "run")
    let keys = [Self.key(1), Self.key(2), Self.key(2, content: 5), Self.key(1 << 60), Self.key(.max)]
    try Self.publish(
      keys,
      [
        (3, keys[4], 0), (1, keys[2], 1 << 40), (3, keys[2], 127), (1, keys[2], 128), (1, keys[0], 16384),
        // Whose key is not there has no place.
        (0, Self.key(3), 9),
      ], at: path)
    #expect(
      try Self.places(path) == [
        "1.1 b:16384", "2.5 b:128", "2.5 b:\(1 << 40)", "2.5 d:127", "\(UInt64.max).1 d:0",
      ])
    try Self.publish(keys, [], at: folder.path(of: "without"))
    #expect(try Self.places(folder.path(of: "without")) == ["none"])
  }

  @Test func whatIsLeftOfARunKeepsItsPlaces() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "run")
    let keys = (1...5).map { Self.key($0) }
    try Self.publish(keys, [(0, keys[0], 4), (1, keys[0], 5), (1, keys[3], 6), (0, keys[4], 7)], at: path)
    for (gone, left) in [(Label("a"), ["1.1 b:5", "4.1 b:6"]), (Label("b"), ["1.1 a:4", "5.1 a:7"])] {
      let less = folder.path(of: "without-\(gone)")
      let target = try PublishedFolder.begin(at: less, marker: KeyFile.name)
      var file = KeyFileWriter(try target.writer(KeyFile.name, mode: 0o600))
      try file.write(keys)
      try KeptCopies.write(of: path, exceptOf: gone, to: target)
      try target.publish()
      #expect(try Self.places(less) == left)
    }
    // The key of one is gone, and all places of a file that has no other.
    let less = folder.path(of: "fewer")
    let target = try PublishedFolder.begin(at: less, marker: KeyFile.name)
    var file = KeyFileWriter(try target.writer(KeyFile.name, mode: 0o600))
    try file.write([keys[1], keys[3]])
    try KeptCopies.write(of: path, exceptOf: nil, to: target)
    try target.publish()
    #expect(try Self.places(less) == ["4.1 b:6"])
  }

  @Test func everyDamagedByteIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "run")
    try Self.publish([Self.key(1), Self.key(9)], [(2, Self.key(9), 300), (1, Self.key(1), 2)], at: path)
    let name = "run/" + CopyFile.name
    let whole = try #require(folder.bytes(of: name))
    for offset in whole.indices {
      var bytes = whole
      bytes[offset] ^= 0x41
      try folder.write(bytes, to: name)
      #expect(throws: FileFault.self, "byte \(offset)") { try Self.places(path) }
      try folder.write(Array(whole[..<offset]), to: name)
      #expect(throws: FileFault.self, "\(offset) bytes") { try Self.places(path) }
    }
  }
}
