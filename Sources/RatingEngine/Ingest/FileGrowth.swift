// A plain file that somebody adds to while it is read, such as the `Master.csv` of a busy telephone exchange: it is read up to its size
// when it was opened, and proved to have kept what was read.
//
// Size and times cannot tell appending from rewriting, and nothing that the system offers can. So where they have changed, what was
// read is read once more, and its hash must be the same: then the file has held these bytes, and nobody pays for it but for files that
// are written to. A last record without line end is left out of a file that has grown, because it goes on: it is neither
// counted nor part of what was read.

import DurableFiles
import Glibc

extension FileContext {
  // A megabyte a read, as pipes are read.
  private static let proofBytes = 1 << 20

  /// Proves that the file holds what was read of it, when all of it was, before its last text is taken for a record; leaves out what was
  /// added meanwhile.
  ///
  /// - Throws: `DamagedFile` for a file that was changed otherwise; the sign to begin again with one reader where nobody has a hash.
  func proveRead() throws(DamagedFile) {
    guard mayGrow, let identity else { return try checkUnchanged() }
    guard let now = FileIdentity(descriptor: descriptor), now != identity else { return }
    guard now.size >= identity.size else { throw FileIdentity.changed(name, "became shorter") }
    let hasGrown = now.size > identity.size
    // What is added to a file that lies elsewhere now, nobody would read.
    guard !hasGrown || isStillNamed else { throw FileIdentity.changed(name, "was replaced") }
    guard units.count == 1, let hash = units[0].contentHash else {
      throw DamagedFile.needsOneReader(name)
    }
    let end = hasGrown ? min(units[0].wholeRecordsEnd, identity.size) : identity.size
    let found = try hashes(of: identity.size, and: end)
    guard found.all == hash else { throw FileIdentity.changed(name, "was changed") }
    guard hasGrown else { return }
    units[0].leaveOut(from: end, hash: found.beginning)
    unreadByteCount = now.size - end
  }

  /// Whether its name still leads to the file that was opened.
  private var isStillNamed: Bool {
    var status = stat()
    guard let identity, stat(path, &status) == 0 else { return false }
    return UInt64(status.st_ino) == identity.inode && UInt64(status.st_dev) == identity.device
  }

  /// The hashes of the first `byteCount` bytes as they are now, and of the first `end` of them.
  private func hashes(
    of byteCount: Int64, and end: Int64
  ) throws(DamagedFile) -> (all: StreamHash.Value, beginning: StreamHash.Value) {
    let stream = PlainStream(
      name: name, descriptor: descriptor, from: 0, until: byteCount, operations: operations)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.proofBytes, alignment: 4096)
    defer { buffer.deallocate() }
    let hash = StreamHash()
    var at: Int64 = 0
    var beginning = hash.value
    while at < byteCount {
      let until = at < end ? end : byteCount
      let room = UnsafeMutableRawBufferPointer(
        rebasing: buffer.prefix(Int(min(Int64(buffer.count), until - at))))
      let count = try stream.read(into: room)
      hash.update(UnsafeRawBufferPointer(rebasing: room.prefix(count)))
      at += Int64(count)
      if at == end { beginning = hash.value }
    }
    return (hash.value, beginning)
  }
}
