// All copies that the decision is about, in order: by key, then by where they are.

import DurableFiles
import Synchronization

/// Sorts copies in parts that share no key, so that several threads may fill them and each part is decided on its own.
final class CopySort: Sendable {
  /// One part of the keys.
  final class Part: @unchecked Sendable {
    // Safe to share: `sort` is touched only while `lock` is held, until the part is read by one thread.
    private let lock = Mutex(())
    private let sort: ExternalSort

    fileprivate init(memoryBytesMax: Int, place: SpillPlace) {
      sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
    }

    fileprivate func append(_ copies: [RecordCopy]) throws(FileFault) {
      try lock.withLock { _ throws(FileFault) in
        for copy in copies {
          try sort.append(keyBytes: 29, payloadBytes: MemoryLayout<RecordCopy>.size) { target in
            target.storeBytes(of: copy.suspect.row.identity.bigEndian, as: UInt64.self)
            // Copies of earlier runs come first: their number of the input is the largest.
            let words = [
              copy.suspect.row.identityHigh, copy.file &+ 1, copy.unit, copy.sequence, copy.number,
            ]
            for (index, word) in words.enumerated() {
              target.storeBytes(of: word.bigEndian, toByteOffset: 8 + 4 * index, as: UInt32.self)
            }
            // Further rows of a record come behind its own, in any order.
            target.storeBytes(of: copy.suspect.row.isFurtherPart ? 1 : 0, toByteOffset: 28, as: UInt8.self)
            (target + 29).storeBytes(of: copy, as: RecordCopy.self)
          }
        }
      }
    }

    /// Calls `body` with every copy, those of one key after each other. To be called when all parts are filled.
    func forEach(_ body: (RecordCopy) throws(FileFault) -> Void) throws(FileFault) {
      try sort.forEach { entry throws(FileFault) in try body(entry.payload.loadUnaligned(as: RecordCopy.self))
      }
      sort.release()
    }
  }

  /// Copies on their way into the parts. Owned by one thread.
  struct Feed {
    private let parts: [Part]
    private var staged: [[RecordCopy]]
    private static let stagedMax = 256

    fileprivate init(_ parts: [Part]) {
      self.parts = parts
      staged = parts.map { _ in [] }
    }

    mutating func append(_ copy: RecordCopy) throws(FileFault) {
      let part = CopySort.part(of: copy.suspect.row.identity, among: parts.count)
      staged[part].append(copy)
      if staged[part].count == Self.stagedMax { try flush(part) }
    }

    mutating func finish() throws(FileFault) { for part in parts.indices { try flush(part) } }

    private mutating func flush(_ part: Int) throws(FileFault) {
      try parts[part].append(staged[part])
      staged[part].removeAll(keepingCapacity: true)
    }
  }

  let parts: [Part]

  init(partCount: Int, memoryBytesMax: Int, place: SpillPlace) {
    parts = (0..<partCount).map { _ in Part(memoryBytesMax: memoryBytesMax / partCount, place: place) }
  }

  func feed() -> Feed { Feed(parts) }

  /// The part of a key, by its upper bits: keys are hashes, so that all parts get about as many.
  static func part(of identity: UInt64, among count: Int) -> Int {
    Int(truncatingIfNeeded: identity.multipliedFullWidth(by: UInt64(count)).high)
  }
}
