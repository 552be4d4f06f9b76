// All suspended records of a run, in bounded memory, in the order of the suspense file.

import Catalog
import DurableFiles
import Tables

/// Collects suspended records and gives them back by source, file and address. One owner at a time.
final class SuspenseStore {
  private let sort: ExternalSort
  /// Rank of each source's name.
  private let sourceRanks: [UInt32]
  /// The records with the smallest addresses of each reason, ascending: one of them is the report's example, unless all
  /// turn out to be duplicates.
  private var candidates: [UInt8: [Candidate]] = [:]
  private static let candidatesMax = 8

  /// An example for the report.
  struct Candidate {
    var file: Int
    var unit: Int
    var offset: Int64
    var sequence: Int
    var lineInChunk: Int
    /// The first bytes of the record.
    var bytes: [UInt8]
    var tag: Int64

    /// More than any message shows.
    static let bytesMax = 1 << 10

    /// Order by file, unit and offset.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      (a.file, a.unit, a.offset) < (b.file, b.unit, b.offset)
    }
  }

  init(_ setup: RunSetup) {
    sort = ExternalSort(memoryBytesMax: setup.budget.suspenseBytes, place: setup.spillPlace)
    let sources = setup.catalog.source.sources
    let order = sources.indices.sorted { sources[$0].name < sources[$1].name }
    var ranks = [UInt32](repeating: 0, count: sources.count)
    for (rank, index) in order.enumerated() { ranks[index] = UInt32(rank) }
    sourceRanks = ranks
  }

  /// Records that were not taken back.
  var count: Int { sort.count }
  /// Whether records are on disk.
  var hasSpilled: Bool { sort.hasSpilled }

  /// Adds a record.
  ///
  /// - Parameter tag: its index in the log of keys, under which it can be taken back; −1 for records that stay.
  func append(
    _ entry: SuspenseEntry, _ unit: InputUnit, sequence: Int, unitOffset: Int64, tag: Int
  ) throws(FileFault) {
    let hash = Array(entry.hash.utf8)
    precondition(hash.isEmpty || hash.count == StoredSuspense.hashBytes, "a SHA-256 has 64 hex digits")
    let head = StoredSuspense.Head(
      amountPico: entry.amountPico, key: entry.key, length: entry.length, quantity: entry.quantity,
      lineInChunk: entry.lineInChunk,
      sequence: UInt32(sequence), account: entry.account, reason: entry.reason.rawValue,
      faultField: entry.faultField, kind: entry.kind, hasHash: hash.isEmpty ? 0 : 1)
    let address = StoredSuspense.Address(
      source: sourceRanks[unit.file.sourceIndex], file: UInt32(unit.file.index), unit: UInt32(unit.index),
      offset: unitOffset + entry.offsetInChunk)
    let headBytes = MemoryLayout<StoredSuspense.Head>.size
    try sort.append(
      tag: Int64(tag), keyBytes: StoredSuspense.Address.byteCount,
      payloadBytes: headBytes + hash.count + entry.bytes.count
    ) { target in
      address.store(into: target)
      var at = target + StoredSuspense.Address.byteCount
      withUnsafeBytes(of: head) {
        at.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: headBytes)
      }
      at += headBytes
      for part in [hash, entry.bytes] where !part.isEmpty {
        part.withUnsafeBytes { at.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: $0.count) }
        at += part.count
      }
    }
    note(
      reason: head.reason,
      Candidate(
        file: unit.file.index, unit: unit.index, offset: address.offset, sequence: sequence,
        lineInChunk: Int(entry.lineInChunk), bytes: [], tag: Int64(tag))
    ) { Array(entry.bytes.prefix(Candidate.bytesMax)) }
  }

  /// Keeps a candidate if its address is among the smallest of its reason.
  private func note(reason: UInt8, _ candidate: Candidate, _ bytes: () -> [UInt8]) {
    var known = candidates[reason] ?? []
    if known.count == Self.candidatesMax, let last = known.last, !Candidate.precedes(candidate, last) {
      return
    }
    var candidate = candidate
    candidate.bytes = bytes()
    known.insert(candidate, at: known.firstIndex { Candidate.precedes(candidate, $0) } ?? known.count)
    candidates[reason] = known.count > Self.candidatesMax ? known.dropLast() : known
  }

  /// Takes back the records with these tags: copies of a record that counts elsewhere.
  func remove(_ tags: TagSort) throws(FileFault) {
    guard tags.count > 0 else { return }
    let known = Set(candidates.values.joined().map(\.tag))
    var gone: Set<Int64> = []
    let cursor = try tags.cursor()
    while let tag = try cursor.next() { if known.contains(tag) { gone.insert(tag) } }
    try sort.remove(tags)
    var lost: [UInt8] = []
    for (reason, list) in candidates {
      let left = list.filter { !gone.contains($0.tag) }
      candidates[reason] = left
      if left.isEmpty { lost.append(reason) }
    }
    // Rare beyond meaning: the first records of a reason were all copies. Then the rest is looked at.
    guard !lost.isEmpty else { return }
    for reason in lost { candidates[reason] = nil }
    try forEach { record throws(FileFault) in
      guard lost.contains(record.head.reason) else { return }
      note(
        reason: record.head.reason,
        Candidate(
          file: Int(record.address.file), unit: Int(record.address.unit), offset: record.address.offset,
          sequence: Int(record.head.sequence), lineInChunk: Int(record.head.lineInChunk), bytes: [], tag: -1)
      ) { Array(record.bytes.prefix(Candidate.bytesMax)) }
    }
  }

  /// The record with the smallest address of a reason; nil where there is none.
  func example(_ reason: SuspenseReason) -> Candidate? { candidates[reason.rawValue]?.first }

  /// Calls `body` with every record in the order of the file. Complexity: O(n log n).
  func forEach(_ body: (StoredSuspense) throws(FileFault) -> Void) throws(FileFault) {
    try sort.forEach { entry throws(FileFault) in try body(StoredSuspense(entry)) }
  }
}
