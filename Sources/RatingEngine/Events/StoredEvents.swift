// The events of finished runs, to be rated again without their files.

public import DurableFiles
import Glibc
public import Tables

/// The stored events of one run, mapped.
public final class StoredEvents: @unchecked Sendable {
  // Safe to share: mapped bytes that nobody changes, and tables that were completed before.
  /// The name of the events file in a folder that `RatingResult.publish` made.
  public static let fileName = "events.bin"

  let path: String
  let preamble: EventPreamble
  /// Which of them are settled, where the run has decided otherwise than when they were read.
  let settledMarks: SettledMarks?
  /// By input: the decoded bytes at which records begin that are left out.
  let leftOut: [Label: Set<Int64>]
  private let file: MappedFile?
  /// Where blocks begin in the file.
  private(set) var blockOffsets: [Int] = []

  /// Opens the events of the run that was published at `folder`.
  ///
  /// Complexity: O(blocks).
  /// - Throws: `FileFault` where there are none, or they are damaged.
  public init(folder: String) throws(FileFault) {
    path = folder + "/" + Self.fileName
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(path: path, operation: .open, code: errno) }
    defer { close(descriptor) }
    guard let identity = FileIdentity(descriptor: descriptor),
      let mapped = MappedFile(descriptor: descriptor, name: path, identity: identity),
      let (preamble, end) = EventPreamble.read(
        UnsafeRawBufferPointer(start: mapped.base, count: mapped.length))
    else { throw Self.damaged(path) }
    self.preamble = preamble
    settledMarks = try SettledMarks.read(from: folder)
    leftOut = [:]
    file = mapped
    // Heads are read, not looked at in the mapping: a look maps what lies around it, up to megabytes.
    let head = UnsafeMutableRawBufferPointer.allocate(byteCount: EventBlock.Head.bytes, alignment: 8)
    defer { head.deallocate() }
    var at = end
    while at < mapped.length {
      guard mapped.length - at >= head.count, Self.fill(head, from: descriptor, at: at),
        let base = head.baseAddress
      else { throw Self.damaged(path) }
      let bytes = EventBlock.Head(at: base).byteCount
      guard bytes >= head.count, bytes % 8 == 0, bytes <= mapped.length - at else {
        throw Self.damaged(path)
      }
      blockOffsets.append(at)
      at += bytes
    }
    // What the preamble has mapped.
    mapped.release(from: 0, until: min(end, mapped.length))
  }

  /// Reads until `bytes` are full; false where the file ends before or cannot be read.
  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int
  ) -> Bool {
    var count = 0
    while count < bytes.count {
      let more = pread(
        descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count, off_t(offset + count))
      if more < 0, errno == EINTR { continue }
      guard more > 0 else { return false }
      count += more
    }
    return true
  }

  /// The same events behind another preamble, with other marks or without other records; nil for those of `other`.
  init(
    _ other: StoredEvents, preamble: EventPreamble? = nil, settledMarks: SettledMarks? = nil,
    leftOut: [Label: Set<Int64>]? = nil
  ) {
    path = other.path
    self.preamble = preamble ?? other.preamble
    self.settledMarks = settledMarks ?? other.settledMarks
    self.leftOut = leftOut ?? other.leftOut
    file = other.file
    blockOffsets = other.blockOffsets
  }

  /// The same events without some records, by input: the decoded bytes at which they begin. They count elsewhere, or wait.
  public func leavingOut(_ records: [Label: Set<Int64>]) -> StoredEvents {
    StoredEvents(self, leftOut: records)
  }

  /// A block.
  func block(_ number: Int) throws(FileFault) -> EventBlock {
    guard let file else { throw Self.damaged(path) }
    let at = blockOffsets[number]
    guard let block = EventBlock(at: file.base + at, bytesLeft: file.length - at),
      block.head.file < preamble.inputs.count,
      block.head.textCount == preamble.inputs[block.head.file].texts.count
    else { throw Self.damaged(path) }
    return block
  }

  /// Lets go of the memory of blocks that were read before this one: mapped pages count as peak memory.
  ///
  /// Several at once, because every time all threads of the process are stopped for it. Those nearest to the block stay: others may still read
  /// them.
  func release(behind number: Int) {
    guard let file, number % Self.releasedBlocks == 0, number >= 2 * Self.releasedBlocks else { return }
    file.release(
      from: blockOffsets[number - 2 * Self.releasedBlocks],
      until: blockOffsets[number - Self.releasedBlocks])
  }

  private static let releasedBlocks = 4

  /// The bytes of a block as they lie in the file.
  func blockBytes(_ number: Int) throws(FileFault) -> [UInt8] {
    guard let file else { throw Self.damaged(path) }
    let at = blockOffsets[number]
    let head = EventBlock.Head(at: file.base + at)
    return Array(UnsafeRawBufferPointer(start: file.base + at, count: head.byteCount))
  }

  /// The record over the limit that a block holds instead of events; nil where it holds events.
  func oversize(_ number: Int) throws(FileFault) -> OversizeBlock? {
    guard let file else { throw Self.damaged(path) }
    let at = blockOffsets[number]
    guard EventBlock.Head(at: file.base + at).count == 0 else { return nil }
    guard let block = OversizeBlock(at: file.base + at, bytesLeft: file.length - at),
      block.file < preamble.inputs.count
    else { throw Self.damaged(path) }
    return block
  }

  static func damaged(_ path: String) -> FileFault {
    FileFault(refusing: path, detail: "is damaged; 'ratemill verify --deep' tells what else is")
  }
}
