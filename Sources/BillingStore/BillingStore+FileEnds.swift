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
    for file in try filesNotWhole().files {
      guard let known = try end(of: file)?.known else { continue }
      found.append(
        FileWithoutBeginning(
          run: try run(named: file.runID), file: Label(file.name), byteCount: known.byteCount))
    }
    return found
  }

  /// Files that are to be rated again, because records of them or of their beginnings count for nobody, and that were not read as a
  /// whole since: all of the content, or more of the file of that name. In the order of their runs.
  func filesToRateAgain() throws(StoreFault) -> [(file: FileRecord, unread: UnreadFile)] {
    let (files, whole) = try filesNotWhole()
    var found: [(file: FileRecord, unread: UnreadFile)] = []
    for file in files {
      let run = try run(named: file.runID)
      let order = try readingOrder(of: run)
      var isReadSince = false
      for other in whole where other.source == file.source && !isReadSince {
        isReadSince = other.contentHash == file.contentHash
        if other.name == file.name, other.decodedBytes >= file.decodedBytes, !isReadSince {
          isReadSince = try readingOrder(of: self.run(named: other.runID)) > order
        }
      }
      if isReadSince { continue }
      let records = try missingRecords(of: run)[Label(file.name)]
      let beginning = records == nil ? try end(of: file)?.known?.byteCount : nil
      found.append(
        (
          file,
          UnreadFile(
            runNumber: run.number, file: Label(file.name), recordsMax: records, beginningBytes: beginning)
        ))
    }
    return found.sorted { ($0.unread.runNumber, $0.unread.file) < ($1.unread.runNumber, $1.unread.file) }
  }

  /// The files of runs that count of which records are missing, or of whose beginning, and the others.
  ///
  /// Complexity: O(n log n) in the files of the store.
  private func filesNotWhole() throws(StoreFault) -> (files: [FileRecord], whole: [FileRecord]) {
    var files: [FileRecord] = []
    var whole: [FileRecord] = []
    var states: Set<[Label]> = []
    var all: [FileRecord] = []
    var missing: [String: [Label: Int]] = [:]
    for run in try currentRuns() {
      all += try self.files(of: run)
      missing[run.id] = try missingRecords(of: run)
    }
    func state(_ source: Label, _ hash: Label, _ byteCount: Int64) -> [Label] {
      [source, hash, Label(String(byteCount))]
    }
    // A beginning has fewer bytes than what was read on behind it.
    for file in all.sorted(by: { $0.decodedBytes < $1.decodedBytes }) {
      var isWhole = missing[file.runID]?[Label(file.name)] == nil
      if let known = try end(of: file)?.known {
        isWhole = isWhole && states.contains(state(file.source, known.hash, known.byteCount))
      }
      if isWhole {
        whole.append(file)
        states.insert(state(file.source, Label(file.contentHash), file.decodedBytes))
      } else {
        files.append(file)
      }
    }
    return (files, whole)
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

/// A file of which records count for nobody until it is rated again.
public struct UnreadFile: Hashable, Sendable {
  /// The number of the run that has read it.
  public var runNumber: Int
  /// The file as that has named it.
  public var file: Label
  /// Records that were not kept, at most; nil where the beginning is missing.
  public var recordsMax: Int?
  /// Decoded bytes of the beginning that is missing; nil where single records are.
  public var beginningBytes: Int64?
}
