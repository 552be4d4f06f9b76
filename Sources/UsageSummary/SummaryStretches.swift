// A summary read by several threads: stretches of it that begin and end with a record, each read by whoever is free.
//
// A stretch is a zstd frame, decoded by who reads it; of files with other frames it is a piece of the stream, decoded before it is
// handed out. In their order stretches are then hashed and cut where records end. Splitting, checking and adding up is most of
// the work, and goes on side by side. That keys ascend over the seams is looked at when all was read.

import CZstd
import Dispatch
import Glibc
import Synchronization

/// Reads and proves one summary with several threads.
final class SummaryStretches: @unchecked Sendable {
  // Safe to share: what is not constant is touched only while `lock` is held, or in turn.

  /// What came of a stretch.
  private struct Outcome {
    var rowCount: Int64 = 0
    var lineCount = 0
    var sums = ControlSums()
    var firstKey: SummaryLine.Key?
    var lastKey: SummaryLine.Key?
    var fault: UsageFolderFault?
  }

  /// Where a stretch with records is in the file.
  private struct Place {
    var isFirst: Bool
  }

  /// A stretch on its way, and its place in the order.
  private struct Ticket {
    var number: Int
    /// Nothing follows.
    var isEnd: Bool
    var turn: DispatchSemaphore
    var nextTurn: DispatchSemaphore
  }

  /// Bytes of a stretch that is no frame: far more than a record has, far less than a summary that is worth several threads.
  static let stretchBytesDefault = 1 << 20

  private let name: String
  private let decoder: FileDecoder
  private let stretchBytes: Int

  private let lock = Mutex(())
  // By number.
  private var outcomes: [Outcome] = []
  private var lastTurn = DispatchSemaphore(value: 0)
  private var isEnded = false
  // Of decoding: nothing behind it is given out.
  private var decodingFault: UsageFolderFault?

  // In turn.
  private var byteCount: Int64 = 0
  // What was decoded behind the last record of the stretch before.
  private let left: Stretch
  private var hasBegun = false
  private var isBroken = false

  /// Opens the summary at `path`.
  init(path: String, stretchBytes: Int = stretchBytesDefault) throws(UsageFolderFault) {
    name = path
    self.stretchBytes = stretchBytes
    left = Stretch(of: path)
    decoder = try FileDecoder(path: path, name: path)
    // The first one's: made with 1, it could not be given up with less.
    lastTurn.signal()
  }

  /// Gives each row to `body` with the number of the thread that has read it, in 0..<threadCount; rows of one thread ascend, those
  /// of several come side by side.
  ///
  /// Of several faults the first one in the file is thrown, but damage of the compression only where there is no other. Memory:
  /// a stretch a thread, of a frame or a mebibyte.
  func read(
    threadCount: Int, _ body: @Sendable (Int, SummaryRowReader) -> Void
  ) throws(UsageFolderFault) -> FileProof {
    DispatchQueue.concurrentPerform(iterations: threadCount) { thread in
      let stretch = Stretch(of: name)
      while let ticket = takeStretch(stretch) {
        let decoded = Result { () throws(UsageFolderFault) in try stretch.decompress() }
        ticket.turn.wait()
        let place = endTurn(of: ticket, stretch, decoded)
        ticket.nextTurn.signal()
        guard let place else { continue }
        let outcome = read(stretch, isFirst: place.isFirst) { body(thread, $0) }
        lock.withLock { _ in
          outcomes[ticket.number] = outcome
          if outcome.fault != nil { isEnded = true }
        }
      }
    }
    return try proof()
  }

  // MARK: a stretch

  private func read(
    _ stretch: Stretch, isFirst: Bool, _ body: (SummaryRowReader) -> Void
  ) -> Outcome {
    var outcome = Outcome()
    do throws(UsageFolderFault) {
      let rows = try SummaryRowReader(
        records: RecordReader(stretch: stretch.held, of: name), hasHeader: isFirst)
      try Self.read(rows, firstKey: &outcome.firstKey, body)
      if rows.rowCount > 0 { outcome.lastKey = rows.key }
      outcome.rowCount = rows.rowCount
      outcome.sums = rows.sums
      // Where the end was found.
      outcome.lineCount = rows.lineNumber - 1
    } catch {
      outcome.fault = error
    }
    return outcome
  }

  /// Gives each row that is left to `body`.
  private static func read(
    _ rows: SummaryRowReader, firstKey: inout SummaryLine.Key?,
    _ body: (SummaryRowReader) -> Void
  ) throws(UsageFolderFault) {
    while try rows.advance() {
      if rows.rowCount == 1 { firstKey = rows.key }
      body(rows)
    }
  }

  // MARK: cutting

  /// The next stretch, into `stretch`: a frame as it is, or what was decoded. Nil behind the last one.
  private func takeStretch(_ stretch: Stretch) -> Ticket? {
    lock.withLock { _ in
      if isEnded { return nil }
      stretch.removeAll()
      do throws(UsageFolderFault) {
        if try !decoder.takeFrame({ stretch.hold(compressed: $0, contentBytes: $1) }) {
          let free = stretch.room(for: stretchBytes)
          var count = 0
          while count < free.count {
            let more = try decoder.readUnhashed(into: UnsafeMutableRawBufferPointer(rebasing: free[count...]))
            count += more
            if more == 0 || decoder.isBetweenFrames { break }
          }
          stretch.grow(count)
          if count == 0 { isEnded = true }
        }
      } catch {
        decodingFault = error
        isEnded = true
        return nil
      }
      let turn = lastTurn
      lastTurn = DispatchSemaphore(value: 0)
      outcomes.append(Outcome())
      return Ticket(number: outcomes.count - 1, isEnd: isEnded, turn: turn, nextTurn: lastTurn)
    }
  }

  /// Hashes a stretch and cuts it where its last record ends; nil where there is nothing to read. In turn.
  private func endTurn(
    of ticket: Ticket, _ stretch: Stretch, _ decoded: Result<Void, UsageFolderFault>
  ) -> Place? {
    if isBroken { return nil }
    if case .failure(let fault) = decoded {
      isBroken = true
      lock.withLock { _ in
        decodingFault = fault
        isEnded = true
      }
      return nil
    }
    decoder.addToHash(UnsafeRawBufferPointer(stretch.held))
    byteCount += Int64(stretch.held.count)
    stretch.prepend(left.held)
    left.removeAll()
    if !ticket.isEnd {
      if let end = Self.lastRecordEnd(UnsafeRawBufferPointer(stretch.held)) {
        left.append(stretch.held[end...])
        stretch.shrink(to: end)
      } else if stretch.held.count <= 2 * RecordReader.recordBytesMaxDefault + stretchBytes {
        left.append(stretch.held[...])
        stretch.removeAll()
      } else {
        // A record over the limit is a fault that its reader reports.
        isBroken = true
      }
    }
    // What a file without anything lacks is said by its first reader.
    if stretch.held.isEmpty, hasBegun || !ticket.isEnd { return nil }
    defer { hasBegun = true }
    return Place(isFirst: !hasBegun)
  }

  /// Behind the last LF that ends a record of `bytes`, which begin with one; nil where none does.
  private static func lastRecordEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let firstQuote = memchr(base, 0x22, bytes.count).map { base.distance(to: UnsafeRawPointer($0)) }
    let plain = firstQuote ?? bytes.count
    var end = bytes[..<plain].lastIndex(of: 0x0A).map { $0 + 1 }
    // A quote opens or closes, and a doubled one does both.
    var isQuoted = false
    for offset in plain..<bytes.count {
      if bytes[offset] == 0x22 { isQuoted.toggle() }
      if bytes[offset] == 0x0A, !isQuoted { end = offset + 1 }
    }
    return end
  }

  // MARK: the end

  private func proof() throws(UsageFolderFault) -> FileProof {
    var sums = ControlSums()
    var rowCount: Int64 = 0
    var line = 0
    var lastKey: SummaryLine.Key?
    for outcome in outcomes {
      // A seam is looked at before the stretch behind its first row.
      if let before = lastKey, let first = outcome.firstKey, !(before < first) {
        throw UsageFolderFault(
          .doesNotMeet, file: name, line: line + 1, message: SummaryRowReader.outOfOrderMessage)
      }
      if var fault = outcome.fault {
        if fault.line > 0 { fault.line += line }
        throw fault
      }
      sums += outcome.sums
      rowCount += outcome.rowCount
      line += outcome.lineCount
      lastKey = outcome.lastKey ?? lastKey
    }
    if let decodingFault { throw decodingFault }
    return FileProof(
      name: name, rowCount: rowCount, decodedBytes: byteCount, sha256: decoder.hexDigest, sums: sums)
  }
}

/// Bytes that are used again and again, because fresh memory costs more than filling it. Used by one thread at a time.
private final class Stretch {
  // For what is left of the stretch before.
  private static let headroom = 64 << 10

  private let name: String
  private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * headroom)
  private var start = headroom
  private var count = 0
  // A frame that is to be decompressed, and the bytes that it holds.
  private var compressed = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)
  private var compressedCount = 0
  private var contentBytes = 0
  private var context: OpaquePointer?

  /// Holds nothing of the file `name`.
  init(of name: String) { self.name = name }

  deinit {
    memory.deallocate()
    compressed.deallocate()
    if let context { ZSTD_freeDCtx(context) }
  }

  /// What it holds; valid until it is changed.
  var held: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(rebasing: memory[start..<start + count])
  }

  func removeAll() { (start, count, compressedCount) = (Self.headroom, 0, 0) }

  /// Holds a frame of so many bytes, to be decompressed.
  func hold(compressed frame: UnsafeRawBufferPointer, contentBytes: Int) {
    if compressed.count < frame.count {
      compressed.deallocate()
      compressed = .allocate(byteCount: frame.count, alignment: 16)
    }
    compressed.copyMemory(from: frame)
    (compressedCount, self.contentBytes) = (frame.count, contentBytes)
  }

  /// Decompresses the frame that it holds, if there is one.
  func decompress() throws(UsageFolderFault) {
    guard compressedCount > 0 else { return }
    if context == nil { context = ZSTD_createDCtx() }
    guard let context else { preconditionFailure("memory for a zstd context") }
    let free = room(for: contentBytes)
    let result = ZSTD_decompressDCtx(
      context, free.baseAddress, free.count, compressed.baseAddress, compressedCount)
    guard ZSTD_isError(result) == 0 else { throw FileDecoder.damage(of: name, result) }
    count += result
  }

  /// Room for so many bytes behind what it holds.
  func room(for byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let end = start + count
    if memory.count < end + byteCount { move(to: start, capacity: max(end + byteCount, 2 * end)) }
    return UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(memory)[end..<end + byteCount])
  }

  private func move(to newStart: Int, capacity: Int) {
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
    _ = UnsafeMutableBufferPointer(rebasing: larger[newStart...]).update(fromContentsOf: held)
    memory.deallocate()
    (memory, start) = (larger, newStart)
  }

  /// Counts bytes that were put into `room` as held.
  func grow(_ byteCount: Int) { count += byteCount }

  func shrink(to byteCount: Int) { count = byteCount }

  func append(_ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) {
    let target = room(for: bytes.count)
    target.copyBytes(from: bytes)
    count += bytes.count
  }

  /// Puts bytes of another one before what it holds.
  func prepend(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    if bytes.count > start {
      let newStart = bytes.count + Self.headroom
      move(to: newStart, capacity: newStart + count)
    }
    start -= bytes.count
    count += bytes.count
    _ = held.update(fromContentsOf: bytes)
  }
}
