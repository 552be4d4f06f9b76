// Suspended records on their way into a run: one file for each source and header, made of their kept bytes.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Records that wait, as inputs of a run, in a hidden folder of the store that goes away with `remove`.
///
/// Records of one source share a file whatever files they came from: rows without an id are told apart by their number in a
/// file, and those that wait are all different.
struct StagedSuspense {
  /// What is kept of a record while it is rated.
  struct Record {
    var id: SuspenseID
    var reason: Label
    /// Where it begins in its file.
    var offset: Int64
  }

  /// The inputs.
  private(set) var inputs: [InputFile] = []
  /// Their records in the order of the files.
  private(set) var records: [[Record]] = []
  /// Records whose bytes were not kept whole, or are not exactly one record: they stay.
  private(set) var unreadableCount = 0
  /// The keys of all that waits or was written off: earlier runs know them, and nobody has rated them.
  let keyPath: String
  private let folder: String
  private let operations: any FileOperations
  private var filesByName: [String: Int] = [:]

  /// Records.
  var count: Int { records.reduce(0) { $0 + $1.count } }

  /// Writes the records that wait and are wanted.
  init(
    _ store: BillingStore, _ catalog: Catalog, isWanted: (SuspendedRecord) -> Bool
  ) throws(StoreFault) {
    operations = PrivateFileOperations(store.fileOperations)
    folder = store.scratchPath
    keyPath = folder + "/forgotten.keys"
    do throws(StoreFault) {
      try write(store, catalog, isWanted)
    } catch {
      remove()
      throw error
    }
  }

  /// A file that is being written.
  private struct Target: Hashable {
    var source: Label
    var header: [UInt8]
  }

  private mutating func write(
    _ store: BillingStore, _ catalog: Catalog, _ isWanted: (SuspendedRecord) -> Bool
  ) throws(StoreFault) {
    try ofFiles { () throws(FileFault) in
      try DurableFolder.removeAll(folder, operations: operations)
      try DurableFolder.make(folder, operations: operations)
    }
    var writers: [CheckedWriter] = []
    var offsets: [Int64] = []
    var targets: [Target: Int] = [:]
    var headers: (runID: String, byFile: [Label: [UInt8]]) = ("", [:])
    var keys = ForgottenKeys()
    try store.forEachRecord { record throws(StoreFault) in
      guard record.state != .recycled else { return }
      keys.add(record)
      guard record.state == .suspended, isWanted(record) else { return }
      guard let bytes = record.bytes else {
        unreadableCount += 1
        return
      }
      if headers.runID != record.runID {
        headers = (record.runID, try store.fileHeaders(ofRun: record.runID))
      }
      let target = Target(source: record.row.source, header: headers.byFile[record.row.file] ?? [])
      let format = try Self.format(of: target.source, catalog)
      // Each is one line of the file that is made here: what became of it is told by its place.
      guard case .one(let range) = RecordCount(of: bytes.bytes, format, header: target.header)
      else {
        unreadableCount += 1
        return
      }
      let index: Int
      if let known = targets[target] {
        index = known
      } else {
        index = inputs.count
        targets[target] = index
        let path = "\(folder)/\(index)"
        let sameSource = targets.keys.count { $0.source == target.source }
        let name = "suspense/\(target.source)" + (sameSource > 1 ? "~\(sameSource)" : "")
        inputs.append(InputFile(name: name, excerpt: .init(path: path, source: target.source.description)))
        filesByName[name] = index
        records.append([])
        offsets.append(Int64(target.header.count))
        let (operations, header) = (operations, target.header)
        writers.append(
          try ofFiles { () throws(FileFault) in
            let writer = try CheckedWriter(creating: path, shownAs: path, mode: 0o600, operations: operations)
            try writer.write(contentsOf: header)
            return writer
          })
      }
      records[index].append(Record(id: record.id, reason: record.reason, offset: offsets[index]))
      let line = Array(bytes.bytes[range]) + [format.dialect.lineEnd]
      offsets[index] += Int64(line.count)
      let writer = writers[index]
      try ofFiles { () throws(FileFault) in try writer.write(contentsOf: line) }
    }
    let forgotten = try keys.texts(in: store)
    try ofFiles { () throws(FileFault) in
      for writer in writers { try writer.finish() }
      try KeptKeys.write(forgotten, to: keyPath, operations: operations)
    }
  }

  private static func format(
    of source: Label, _ catalog: Catalog
  ) throws(StoreFault) -> FormatDescriptor {
    guard let source = catalog.sources.first(where: { $0.name == source }) else {
      throw .refused(
        "records of source '\(source)' wait in suspense, and sources.csv has no such source any more; add its row "
          + "again, or write them off: ratemill suspense write-off --source \(source)")
    }
    return catalog.formats[source.formatIndex]
  }

  /// The record that begins at a place of a file; nil where none does. Complexity: O(log records).
  func record(_ place: SuspendedPlace) -> Record? {
    guard let file = filesByName[place.file] else { return nil }
    let list = records[file]
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].offset < place.byteOffset { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low].offset == place.byteOffset ? list[low] : nil
  }

  /// Removes the files. What cannot be removed is swept by the next command that changes the store.
  func remove() { try? DurableFolder.removeAll(folder, operations: operations) }
}

/// The keys of all that waits or was written off, but for those that another run has rated.
///
/// A record that was too old to be compared with all runs may be a copy of one that was rated; any other that waits was compared.
private struct ForgottenKeys {
  /// Of each key the runs in which it waits or was written off.
  private var runs: [String: Set<String>] = [:]
  private var tooOld: Set<String> = []
  private static let reason = Label(SuspenseReason.outsideDuplicateWindow.code)

  mutating func add(_ record: SuspendedRecord) {
    guard !record.row.key.isEmpty else { return }
    let key = record.row.key.description
    runs[key, default: []].insert(record.runID)
    if record.row.reason == Self.reason { tooOld.insert(key) }
  }

  func texts(in store: BillingStore) throws(StoreFault) -> [String] {
    var rated: Set<String> = []
    if !tooOld.isEmpty {
      for run in try store.currentRuns() where !run.isPurged {
        let path = store.partPath(RatingResult.keyFileName, of: run)
        let tooOld = tooOld
        let held = try ofFiles { () throws(FileFault) in try KeptKeys.held(tooOld, in: path) }
        rated.formUnion(held.filter { runs[$0]?.contains(run.id) != true })
      }
    }
    return runs.keys.filter { !rated.contains($0) }
  }
}

private func ofFiles<Result>(_ body: () throws(FileFault) -> Result) throws(StoreFault) -> Result {
  do throws(FileFault) { return try body() } catch { throw .file(error) }
}
