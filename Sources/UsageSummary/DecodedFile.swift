// A file of a usage folder as its decoded bytes, counted and hashed on the way.
//
// It knows nothing of rows. What it reads is in FileDecoder.swift.

import Dispatch
import Synchronization

/// Reads one file from its beginning to its end; names that end in `.zst` are decompressed.
///
/// Memory: two buffers of 128 KiB and the window of the frames, at most 128 MiB; 1 MiB more where it is read ahead. Not for use by
/// several threads.
final class DecodedFile {
  /// The name for messages.
  let name: String
  /// Decoded bytes given out so far.
  private(set) var byteCount: Int64 = 0
  private enum Source {
    case file(FileDecoder)
    case ahead(FileDecoder, ReadAhead)
    /// Somebody else decodes and hashes it.
    case elsewhere
  }

  private var source: Source

  /// Opens `path`, which messages call `name`. `readsAhead` decodes on a thread of its own, some pieces before they are asked for.
  init(path: String, name: String, readsAhead: Bool = false) throws(UsageFolderFault) {
    self.name = name
    let decoder = try FileDecoder(path: path, name: name)
    source = readsAhead ? .ahead(decoder, ReadAhead(decoder)) : .file(decoder)
  }

  /// A file that is decoded elsewhere: there is nothing to read.
  init(decodedElsewhere name: String) {
    self.name = name
    source = .elsewhere
  }

  deinit { if case .ahead(_, let ahead) = source { ahead.stop() } }

  /// SHA-256 of the decoded bytes, 64 hexadecimal digits; of all of them, once `read` has given 0.
  ///
  /// - Precondition: decoded here.
  var hexDigest: String {
    switch source {
    case .file(let decoder), .ahead(let decoder, _): return decoder.hexDigest
    case .elsewhere: preconditionFailure("whoever decodes a file hashes it")
    }
  }

  /// Fills `buffer` from its beginning; 0 at the end of the file. A frame that is cut or damaged is a fault.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    let count: Int
    switch source {
    case .file(let decoder): count = try decoder.read(into: buffer)
    case .ahead(_, let ahead): count = try ahead.read(into: buffer)
    case .elsewhere: count = 0
    }
    byteCount += Int64(count)
    return count
  }
}

/// Decodes a file on another thread, a few pieces ahead of whoever reads it.
private final class ReadAhead: @unchecked Sendable {
  // Safe to share: a piece belongs to the one side or to the other, as the semaphores say; the decoder is touched by the thread
  // alone until it has come to the end.
  private static let pieceBytes = 256 << 10
  private static let pieceCount = 4

  private let decoder: FileDecoder
  private let memory = UnsafeMutableRawBufferPointer.allocate(
    byteCount: pieceBytes * pieceCount, alignment: 16)
  // What is in each piece; nothing behind the end of the file.
  private var contents = [Result<Int, UsageFolderFault>](repeating: .success(0), count: pieceCount)
  private let filled = DispatchSemaphore(value: 0)
  private let free = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let isStopped = Atomic<Bool>(false)
  // Of the side that reads: the piece at hand, and what of it was given out.
  private var number = 0
  private var given: Int?

  init(_ decoder: FileDecoder) {
    self.decoder = decoder
    for _ in 0..<Self.pieceCount { free.signal() }
    DispatchQueue(label: "ratemill.decode").async { self.decode() }
  }

  deinit { memory.deallocate() }

  private func piece(_ number: Int) -> UnsafeMutableRawBufferPointer {
    let start = number % Self.pieceCount * Self.pieceBytes
    return UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + Self.pieceBytes])
  }

  private func decode() {
    defer { ended.signal() }
    var number = 0
    while true {
      free.wait()
      if isStopped.load(ordering: .acquiring) { return }
      let piece = piece(number)
      let content = Result { () throws(UsageFolderFault) in
        var count = 0
        while count < piece.count {
          let more = try decoder.read(into: UnsafeMutableRawBufferPointer(rebasing: piece[count...]))
          if more == 0 { break }
          count += more
        }
        return count
      }
      contents[number % Self.pieceCount] = content
      filled.signal()
      guard case .success(Self.pieceBytes) = content else { return }
      number += 1
    }
  }

  /// See `DecodedFile.read`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    while true {
      if given == nil {
        filled.wait()
        given = 0
      }
      let count = try contents[number % Self.pieceCount].get()
      let start = given ?? 0
      if start < count || count < Self.pieceBytes {
        let some = min(buffer.count, count - start)
        if some > 0 { buffer.copyMemory(from: .init(rebasing: piece(number)[start..<start + some])) }
        given = start + some
        return some
      }
      number += 1
      given = nil
      free.signal()
    }
  }

  /// Ends the thread, wherever it is.
  func stop() {
    isStopped.store(true, ordering: .releasing)
    free.signal()
    ended.wait()
  }
}
