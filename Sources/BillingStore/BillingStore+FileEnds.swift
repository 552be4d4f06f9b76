// Files that grow: how far runs have read them, and whether the beginnings that they have not read are still those of runs that count.

public import Tables
public import UsageSummary

extension BillingStore {
  /// How a run has read a file; nil where nobody knows.
  public func end(of file: FileRecord) throws(StoreFault) -> FileEnds.End? {
    if let known = fileEnds[file.runID] { return known[Label(file.name)] }
    let run = try run(named: file.runID)
    var ends: [Label: FileEnds.End] = [:]
    if try parts(of: run).contains(where: { $0.name == FileEnds.fileName }) {
      ends = try StoreFault.ofUsage { () throws(UsageFolderFault) in
        try FileEnds.read(partPath(FileEnds.fileName, of: run))
      }
    }
    fileEnds[file.runID] = ends
    return ends[Label(file.name)]
  }

  /// Whether every record of a file was read by runs that count: none is missing, and where it was read on, that holds for its beginning.
  ///
  /// Complexity: O(n) in the runs that have read on.
  public func isWhole(_ file: FileRecord) throws(StoreFault) -> Bool { try readings(of: file) != nil }

  /// The readings that a file is made of: itself, then its beginning, and the beginning of that; nil where one of them counts no more.
  public func readings(of file: FileRecord) throws(StoreFault) -> [FileRecord]? {
    if try hasMissing(file) { return nil }
    guard let known = try end(of: file)?.known, known.byteCount < file.decodedBytes else { return [file] }
    for beginning in try currentFiles(
      source: file.source, contentHash: known.hash.description, decodedBytes: known.byteCount)
    {
      if let rest = try readings(of: beginning) { return [file] + rest }
    }
    return nil
  }

  /// Files of runs that count whose beginnings were taken back, with the bytes of these: they are to be rated again.
  public func filesWithoutBeginning() throws(StoreFault) -> [FileWithoutBeginning] {
    var found: [FileWithoutBeginning] = []
    for run in try currentRuns() {
      guard try parts(of: run).contains(where: { $0.name == FileEnds.fileName }) else { continue }
      for file in try files(of: run) {
        guard let known = try end(of: file)?.known, try !isWhole(file) else { continue }
        found.append(FileWithoutBeginning(run: run, file: Label(file.name), byteCount: known.byteCount))
      }
    }
    return found
  }
}

/// A file that a run has read on, whose beginning counts no more.
public struct FileWithoutBeginning: Sendable {
  /// The run.
  public var run: RunRecord
  /// The file as it has named it.
  public var file: Label
  /// Decoded bytes of the beginning.
  public var byteCount: Int64
}
