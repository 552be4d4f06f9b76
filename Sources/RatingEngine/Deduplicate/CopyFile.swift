// Where duplicates of earlier runs stand of which nothing else is kept: those in chunks that hold nothing but duplicates.
//
// Whoever names a record by the first of its copies needs them where their file's name comes before that of the copy that counts, and
// only those are kept. A duplicate takes some five bytes, because its key stands in the key file beside this one.
//
// Form: the 8 bytes "RMCOPY 1"; how many inputs are named, and of each the length of its name and its bytes; then the duplicates,
// ascending by key, content, input and line: how many entries of the key file lie between that of the one before and its own, the number
// of its input, and the lines before its own. Numbers are LEB128. At the end 16 bytes XXH3-128 of everything before.

public import DurableFiles
import Glibc
public import Tables

/// A duplicate of which only the place is kept.
struct CopyPlace: BitwiseCopyable {
  /// Its key and content; of the rest nothing is known.
  var key: EarlierKey
  /// The number of its input.
  var input: UInt32
  /// Lines of the input before its own.
  var linesBefore: Int64
}

/// Names and sizes of such a file.
enum CopyFile {
  static let name = "copies.bin"
  static let mark: [UInt8] = Array("RMCOPY 1".utf8)
  static let checkBytes = 16

  /// Writes the places that `next` gives, ascending; those whose key the file at `keyPath` does not hold are left out.
  static func write(
    to writer: CheckedWriter, inputs: [Label], keyPath: String,
    _ next: () throws(FileFault) -> CopyPlace?
  ) throws(FileFault) {
    var file = CopyFileWriter(writer, inputs: inputs)
    let keys = try KeyFileReader(keyPath)
    var key = try keys.next()
    var rank = 0
    while let place = try next() {
      while let before = key, before.precedes(place.key) {
        key = try keys.next()
        rank += 1
      }
      guard let own = key else { break }
      if !place.key.precedes(own) { try file.append(rank: rank, place) }
    }
    try file.finish()
  }
}

/// Writes the form of such a file. Used once.
private struct CopyFileWriter {
  private let writer: CheckedWriter
  private let hash = StreamHash()
  private var buffer = CopyFile.mark
  private var lastRank = 0
  private static let bufferBytes = 1 << 16

  init(_ writer: CheckedWriter, inputs: [Label]) {
    self.writer = writer
    put(UInt64(inputs.count))
    for name in inputs {
      put(UInt64(name.bytes.count))
      buffer += name.bytes
    }
  }

  private mutating func put(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(rest))
  }

  mutating func append(rank: Int, _ place: CopyPlace) throws(FileFault) {
    put(UInt64(rank - lastRank))
    put(UInt64(place.input))
    put(UInt64(place.linesBefore))
    lastRank = rank
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  private mutating func flush() throws(FileFault) {
    buffer.withUnsafeBytes { hash.update($0) }
    try writer.write(contentsOf: buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  mutating func finish() throws(FileFault) {
    try flush()
    let value = hash.value
    for word in [value.high, value.low] { withUnsafeBytes(of: word.bigEndian) { buffer += $0 } }
    try writer.write(contentsOf: buffer)
    try writer.finish()
  }
}

/// Reads the places of a run in order, beside its keys. Used by one thread.
final class CopyFileReader {
  /// The names of the inputs, by their numbers.
  let inputs: [Label]
  /// About how many places there are, and no fewer.
  let countMax: Int
  private let path: String
  private let file: MappedFile
  private let keys: KeyFileReader
  private var at: Int
  private let end: Int
  private var key: EarlierKey?

  /// Opens those of a run's folder, and proves them; nil where it has none.
  init?(folder: String) throws(FileFault) {
    path = folder + "/" + CopyFile.name
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw FileFault(path: path, operation: .open, code: errno) }
    defer { close(descriptor) }
    guard let identity = FileIdentity(descriptor: descriptor),
      let file = MappedFile(descriptor: descriptor, name: path, identity: identity)
    else { throw StoredEvents.damaged(path) }
    let all = UnsafeRawBufferPointer(start: file.base, count: file.length)
    let body = file.length - CopyFile.checkBytes
    guard body >= CopyFile.mark.count, all.prefix(CopyFile.mark.count).elementsEqual(CopyFile.mark) else {
      throw StoredEvents.damaged(path)
    }
    let hash = StreamHash()
    hash.update(UnsafeRawBufferPointer(rebasing: all[..<body]))
    var expected: [UInt8] = []
    for word in [hash.value.high, hash.value.low] {
      withUnsafeBytes(of: word.bigEndian) { expected += $0 }
    }
    guard all[body...].elementsEqual(expected) else { throw StoredEvents.damaged(path) }
    var at = CopyFile.mark.count
    var inputs: [Label] = []
    var isWhole = true
    for _ in 0..<(Self.number(all, &at, body) ?? 0) where isWhole {
      guard let length = Self.number(all, &at, body), length <= body - at else {
        isWhole = false
        break
      }
      inputs.append(Label(bytes: Array(all[at..<(at + length)])))
      at += length
    }
    guard isWhole else { throw StoredEvents.damaged(path) }
    self.file = file
    self.inputs = inputs
    self.at = at
    end = body
    // A place has three numbers.
    countMax = (body - at) / 3
    keys = try KeyFileReader(folder + "/" + KeyFile.name)
    key = try keys.next()
  }

  /// The next place; nil after the last one.
  func next() throws(FileFault) -> CopyPlace? {
    guard at < end else { return nil }
    let all = UnsafeRawBufferPointer(start: file.base, count: file.length)
    guard let step = Self.number(all, &at, end), let input = Self.number(all, &at, end),
      let lines = Self.number(all, &at, end), inputs.indices.contains(input)
    else { throw StoredEvents.damaged(path) }
    for _ in 0..<step { key = try keys.next() }
    guard let key else { throw StoredEvents.damaged(path) }
    return CopyPlace(key: key, input: UInt32(input), linesBefore: Int64(lines))
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ end: Int) -> Int? {
    var (value, shift) = (0, 0)
    while at < end, shift < 63 {
      let byte = Int(bytes[at])
      at += 1
      value |= (byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}

/// Collects places in any order. One owner at a time.
final class CopyPlaces {
  private let sort: ExternalSort
  private var isUsed: [Bool]
  private static let keyBytes = 28

  init(fileCount: Int, memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
    isUsed = [Bool](repeating: false, count: fileCount)
  }

  /// Adds a place; its input is the number of a file of the run.
  func add(_ place: CopyPlace) throws(FileFault) {
    isUsed[Int(place.input)] = true
    try sort.append(keyBytes: Self.keyBytes, payloadBytes: 0) { target in
      target.storeBytes(of: place.key.low.bigEndian, as: UInt64.self)
      for (index, word) in [place.key.high, place.key.content, place.input].enumerated() {
        target.storeBytes(of: word.bigEndian, toByteOffset: 8 + 4 * index, as: UInt32.self)
      }
      target.storeBytes(of: place.linesBefore.bigEndian, toByteOffset: 20, as: Int64.self)
    }
  }

  /// Writes the file into a folder that has the keys, if there is any place.
  func write(to folder: PublishedFolder, fileNames: [String]) throws(FileFault) {
    guard sort.count > 0 else { return }
    let used = isUsed.indices.filter { isUsed[$0] }
    var numbers = [UInt32](repeating: 0, count: isUsed.count)
    for (number, file) in used.enumerated() { numbers[file] = UInt32(number) }
    let cursor = try sort.cursor()
    try CopyFile.write(
      to: folder.writer(CopyFile.name, mode: 0o600), inputs: used.map { Label(fileNames[$0]) },
      keyPath: folder.path(of: KeyFile.name)
    ) { () throws(FileFault) -> CopyPlace? in
      guard let bytes = try cursor.next()?.key else { return nil }
      func word(_ at: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      }
      return CopyPlace(
        key: EarlierKey(
          low: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)), high: word(8), content: word(12),
          copies: 1),
        input: numbers[Int(word(16))],
        linesBefore: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: 20, as: Int64.self)))
    }
    sort.release()
  }
}

/// The places of left-out copies as the store handles them.
public enum KeptCopies {
  /// The file of a published folder that holds the places of duplicates of which nothing else is kept, where there are such.
  public static let fileName = CopyFile.name

  /// Writes the places of a run's folder again, without those of an input, into a folder that has the keys; what these do not hold is
  /// left out.
  public static func write(
    of run: String, exceptOf name: Label?, to folder: PublishedFolder
  ) throws(FileFault) {
    guard let reader = try CopyFileReader(folder: run) else { return }
    func next() throws(FileFault) -> CopyPlace? {
      while let place = try reader.next() {
        if reader.inputs[Int(place.input)] != name { return place }
      }
      return nil
    }
    var first = try next()
    guard first != nil else { return }
    try CopyFile.write(
      to: folder.writer(CopyFile.name, mode: 0o600), inputs: reader.inputs,
      keyPath: folder.path(of: KeyFile.name)
    ) { () throws(FileFault) -> CopyPlace? in
      if let place = first {
        first = nil
        return place
      }
      return try next()
    }
  }
}
