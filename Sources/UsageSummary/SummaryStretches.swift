// A summary read by several threads: stretches of it that begin and end with a record, each read by whoever is free.
//
// Decoding and hashing go from the beginning to the end, held by one thread at a time; splitting, checking and adding up is
// most of the work, and goes on side by side. That keys ascend over the seams is looked at when all was read.

import Dispatch
import Glibc
import Synchronization

/// Reads and proves one summary with several threads.
final class SummaryStretches: @unchecked Sendable {
  // Safe to share: what is not constant is touched only while `lock` is held.

  /// What came of a stretch.
  private struct Outcome {
    var rowCount: Int64 = 0
    var lineCount = 0
    var sums = ControlSums()
    var firstKey: SummaryLine.Key?
    var lastKey: SummaryLine.Key?
    var fault: UsageFolderFault?
  }

  /// Bytes of a stretch: far more than a record has, far less than a summary that is worth several threads.
  static let stretchBytesDefault = 1 << 20

  private let name: String
  private let decoder: FileDecoder
  private let stretchBytes: Int
  private let lock = Mutex(())
  // By number.
  private var outcomes: [Outcome] = []
  private var byteCount: Int64 = 0
  // What was decoded behind the last record of the stretch that was given out last.
  private let left = Stretch()
  private var isEnded = false
  // Of decoding: nothing behind it is given out.
  private var decodingFault: UsageFolderFault?

  /// Opens the summary at `path`.
  init(path: String, stretchBytes: Int = stretchBytesDefault) throws(UsageFolderFault) {
    name = path
    self.stretchBytes = stretchBytes
    decoder = try FileDecoder(path: path, name: path)
  }

  /// Gives each row to `body` with the number of the thread that has read it, in 0..<threadCount; rows of one thread ascend, those
  /// of several come side by side.
  ///
  /// Of several faults the first one in the file is thrown, but damage of the compression only where there is no other. Memory:
  /// two stretches a thread.
  func read(
    threadCount: Int, _ body: @Sendable (Int, borrowing SummaryRowReader) -> Void
  ) throws(UsageFolderFault) -> FileProof {
    DispatchQueue.concurrentPerform(iterations: threadCount) { thread in
      let stretch = Stretch()
      while let number = takeStretch(stretch) {
        let outcome = read(stretch, isFirst: number == 0) { body(thread, $0) }
        lock.withLock { _ in
          outcomes[number] = outcome
          if outcome.fault != nil { isEnded = true }
        }
      }
    }
    return try proof()
  }

  // MARK: a stretch

  private func read(
    _ stretch: Stretch, isFirst: Bool, _ body: (borrowing SummaryRowReader) -> Void
  ) -> Outcome {
    var outcome = Outcome()
    do throws(UsageFolderFault) {
      var rows = try SummaryRowReader(
        records: RecordReader(stretch: stretch.held, of: name), hasHeader: isFirst)
      try Self.read(&rows, firstKey: &outcome.firstKey, body)
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

  /// Gives each row that is left to `body`. The reader stays where it is: as a variable of who calls this, all of its hundreds of
  /// bytes would be moved at every row.
  private static func read(
    _ rows: inout SummaryRowReader, firstKey: inout SummaryLine.Key?,
    _ body: (borrowing SummaryRowReader) -> Void
  ) throws(UsageFolderFault) {
    while try rows.advance() {
      if rows.rowCount == 1 { firstKey = rows.key }
      body(rows)
    }
  }

  // MARK: cutting

  /// The next stretch, into `stretch`; its number, or nil behind the last one.
  private func takeStretch(_ stretch: Stretch) -> Int? {
    lock.withLock { _ in
      if isEnded { return nil }
      do throws(UsageFolderFault) {
        try cut(into: stretch)
      } catch {
        decodingFault = error
        isEnded = true
        return nil
      }
      if stretch.held.isEmpty, !outcomes.isEmpty { return nil }
      outcomes.append(Outcome())
      return outcomes.count - 1
    }
  }

  /// Decodes until a record ends in what is there, or the file does.
  private func cut(into stretch: Stretch) throws(UsageFolderFault) {
    stretch.removeAll()
    stretch.append(left.held[...])
    left.removeAll()
    while true {
      let free = stretch.room(for: stretchBytes)
      var count = 0
      while count < free.count {
        let more = try decoder.read(into: UnsafeMutableRawBufferPointer(rebasing: free[count...]))
        if more == 0 { break }
        count += more
      }
      stretch.grow(count)
      byteCount += Int64(count)
      // A record over the limit is a fault that its reader reports.
      if count == 0 || stretch.held.count > 2 * RecordReader.recordBytesMaxDefault + stretchBytes {
        isEnded = true
        return
      }
      if let end = Self.lastRecordEnd(UnsafeRawBufferPointer(stretch.held)) {
        left.append(stretch.held[end...])
        stretch.shrink(to: end)
        return
      }
    }
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
  private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 << 10)
  private var count = 0

  deinit { memory.deallocate() }

  /// What it holds; valid until it is changed.
  var held: UnsafeMutableBufferPointer<UInt8> { UnsafeMutableBufferPointer(rebasing: memory[..<count]) }

  func removeAll() { count = 0 }

  /// Room for so many bytes behind what it holds.
  func room(for byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if memory.count < count + byteCount {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count + byteCount, 2 * count))
      _ = larger.update(fromContentsOf: held)
      memory.deallocate()
      memory = larger
    }
    return UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(memory)[count..<count + byteCount])
  }

  /// Counts bytes that were put into `room` as held.
  func grow(_ byteCount: Int) { count += byteCount }

  func shrink(to byteCount: Int) { count = byteCount }

  func append(_ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) {
    let target = room(for: bytes.count)
    target.copyBytes(from: bytes)
    count += bytes.count
  }
}
