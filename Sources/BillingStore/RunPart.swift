// Files of a run's folder that are no documents: keys for later runs, the report with its clock.

import DurableFiles
import Glibc
import Tables
import UsageSummary

/// One such file.
struct RunPart: Hashable {
  /// Inside the folder.
  var name: String
  var byteCount: Int64
  var sha256: String
}

extension BillingStore {
  /// The files of a folder that its manifest does not list, sorted by name.
  static func parts(of usage: UsageFolder) throws(StoreFault) -> [RunPart] {
    try parts(at: usage.path, beside: Set(usage.manifest.files.map(\.name)).union([SummaryManifest.fileName]))
  }

  private static func parts(at path: String, beside others: Set<String>) throws(StoreFault) -> [RunPart] {
    let (names, result) = SystemFileOperations().names(in: path)
    guard result >= 0 else { throw .file(FileFault(path: path, operation: .list, code: -result)) }
    var parts: [RunPart] = []
    for name in names.sorted() where !others.contains(name) { parts.append(try part(name, in: path)) }
    return parts
  }

  /// The same of the folder at `path`, whose manifest is not proved yet.
  static func parts(at path: String, without known: Set<String>) throws(StoreFault) -> [RunPart] {
    try parts(
      at: path,
      beside: known.union(try manifest(at: path).files.map(\.name)).union([SummaryManifest.fileName]))
  }

  private static func manifest(at path: String) throws(StoreFault) -> SummaryManifest {
    let name = path + "/" + SummaryManifest.fileName
    return try StoreFault.ofUsage { () throws(UsageFolderFault) in
      guard let bytes = try? TableFile.read(name) else {
        throw UsageFolderFault(.unreadable, file: name, message: "cannot be read")
      }
      return try SummaryManifest.read(bytes, name: name)
    }
  }

  /// The run whose rows of the book are those of the summary of the folder at `path`, and the other files of its manifest, where the
  /// summary is the very file of `run`, which was proved with the commit of that; nil where it is one of its own.
  func base(
    at path: String, sharing run: RunRecord?
  ) throws(StoreFault) -> (runID: String, otherFiles: Set<String>)? {
    let name = SummarySchema.fileName
    guard let run, let own = FilePlace(path: path + "/" + name),
      own == FilePlace(path: partPath(name, of: run))
    else { return nil }
    let manifest = try Self.manifest(at: path)
    guard manifest.file(named: name) == (try Self.manifest(at: folder(of: run))).file(named: name) else {
      return nil
    }
    let base = try book.text("SELECT base_id FROM run_bases WHERE run_id = ?", [.text(run.id)])
    return (base ?? run.id, Set(manifest.files.map(\.name)).subtracting([name]))
  }

  /// The files of the folder at `path` that are one with those of a run, as they were committed there.
  func partsShared(with run: RunRecord?, at path: String) throws(StoreFault) -> [RunPart] {
    guard let run else { return [] }
    return try parts(of: run).filter { part in
      guard let own = FilePlace(path: path + "/" + part.name) else { return false }
      return own == FilePlace(path: partPath(part.name, of: run))
    }
  }

  /// The files that were there when the run was committed, sorted by name.
  func parts(of run: RunRecord) throws(StoreFault) -> [RunPart] {
    var parts: [RunPart] = []
    try book.query(
      "SELECT name, bytes, sha256 FROM run_parts WHERE run_id = ? ORDER BY name", [.text(run.id)]
    ) { row in parts.append(RunPart(name: row.text(0), byteCount: row.integer(1), sha256: row.text(2))) }
    return parts
  }

  /// The paths of the file of that name in the folders of runs that count, have one and were not purged, in the order of their commits:
  /// of those that were committed on a day (UTC, `2026-01-31`) or later, and of those that are named; of all where no day is given.
  public func partPaths(
    named name: String, since day: String? = nil, or runIDs: Set<String> = []
  ) throws(StoreFault) -> [String] {
    var paths: [String] = []
    try book.query(
      """
      SELECT run_id, committed_at FROM runs JOIN run_parts USING (run_id) WHERE state = 'current' AND name = ?
        AND run_id NOT IN (SELECT run_id FROM purged_runs) ORDER BY number
      """, [.text(name)]
    ) { row in
      let isRecent = day.map { $0 <= row.text(1) } ?? true
      if isRecent || runIDs.contains(row.text(0)) { paths.append(path(.runs, row.text(0)) + "/" + name) }
    }
    return paths
  }

  /// The path of a file in the folder of a run.
  public func partPath(_ name: String, of run: RunRecord) -> String { path(.runs, run.id) + "/" + name }

  func insertParts(_ parts: [RunPart], of run: RunRecord) throws(StoreFault) {
    let statement = try book.prepare(
      "INSERT INTO run_parts (run_id, name, bytes, sha256) VALUES (?, ?, ?, ?)")
    for part in parts {
      try statement.run([.text(run.id), .text(part.name), .integer(part.byteCount), .text(part.sha256)])
    }
  }

  private static func part(_ name: String, in folder: String) throws(StoreFault) -> RunPart {
    let path = folder + "/" + name
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileFault(path: path, operation: .open, code: errno)) }
    defer { close(descriptor) }
    var hash = SHA256()
    var byteCount: Int64 = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(FileFault(path: path, operation: .read, code: errno)) }
      if count == 0 { break }
      buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      byteCount += Int64(count)
    }
    return RunPart(name: name, byteCount: byteCount, sha256: hash.hexDigest())
  }
}
