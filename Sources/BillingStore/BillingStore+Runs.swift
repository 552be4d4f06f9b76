// What the book says of runs and files.

import BillingCalendar
public import Tables
import UsageSummary

extension BillingStore {
  private static let runColumns = """
    run_id, number, kind, state, identity, replaces, committed_at, program, semantics, catalog_hash,
    manifest_sha256, read, rated, filtered, duplicate, suspended, summary_rows,
    run_id IN (SELECT run_id FROM purged_runs)
    """

  /// All runs in the order of their commits.
  public func runs() throws(StoreFault) -> [RunRecord] {
    try runs("SELECT \(Self.runColumns) FROM runs ORDER BY number")
  }

  /// The runs that count, in the order of their commits.
  public func currentRuns() throws(StoreFault) -> [RunRecord] {
    try runs("SELECT \(Self.runColumns) FROM runs WHERE state = 'current' ORDER BY number")
  }

  /// The run that a user names: by its number, or by the first digits of its id, at least 4.
  ///
  /// Throws `refused` where there is none or more than one.
  public func run(named name: String) throws(StoreFault) -> RunRecord {
    let found: [RunRecord]
    if let number = Int64(name), name.utf8.count < 10 {
      found = try runs("SELECT \(Self.runColumns) FROM runs WHERE number = ?", [.integer(number)])
    } else if name.utf8.count >= 4 {
      found = try runs(
        "SELECT \(Self.runColumns) FROM runs WHERE substr(run_id, 1, ?) = ?",
        [.count(name.utf8.count), .text(name)])
    } else {
      found = []
    }
    guard let run = found.first else {
      throw .refused("there is no run '\(name)' in \(path); 'ratemill runs --store \(path)' lists them")
    }
    guard found.count == 1 else {
      throw .refused("\(found.count) runs begin with '\(name)'; write more of its digits")
    }
    return run
  }

  /// When the records of a run were read first: the number of the run that it stands for in the end.
  public func readingOrder(of run: RunRecord) throws(StoreFault) -> Int { try firstReading(of: run).number }

  /// The run that has read the records of a run: itself, or the one that it stands for in the end.
  public func firstReading(of run: RunRecord) throws(StoreFault) -> RunRecord {
    var run = run
    while run.kind == .rerate, let replaced = run.replaces { run = try self.run(named: replaced) }
    return run
  }

  /// The run of that identity; nil where there is none.
  func run(identity: String) throws(StoreFault) -> RunRecord? {
    try runs("SELECT \(Self.runColumns) FROM runs WHERE identity = ?", [.text(identity)]).first
  }

  /// The files that a run has read, in the order of their names.
  public func files(of run: RunRecord) throws(StoreFault) -> [FileRecord] {
    try files("run_id = ? ORDER BY position", [.text(run.id)])
  }

  /// A file that was read at that place by a run that counts; nil where there is none.
  public func knownFile(at place: FilePlace) throws(StoreFault) -> FileRecord? {
    let condition = """
      (place = ?1 OR (run_id, position) IN (SELECT run_id, position FROM known_places WHERE known_places.place = ?1))
      AND \(Self.counts)
      """
    return try firstComplete(files(condition, [.text(place.description)]))
  }

  /// The files of that name that runs which count have read, if they are the same file on the disk, whatever was written to it
  /// since; the one that was read last first.
  public func earlierStates(ofFile name: String, at place: FilePlace) throws(StoreFault) -> [FileRecord] {
    let found = try files(
      "name = ? AND substr(place, 1, ?) = ? AND \(Self.counts)",
      [.text(name), .count(place.device.utf8.count), .text(place.device)])
    // A run that stands for another has a later number, and has read what that one had.
    var ordered: [(order: Int, file: FileRecord)] = []
    for file in found { ordered.append((try readingOrder(of: run(named: file.runID)), file)) }
    return ordered.sorted { $0.order > $1.order }.map(\.file)
  }

  /// A file that was recognised: where it lies now, and how it is called now.
  public struct SeenFile: Sendable {
    let file: FileRecord
    let name: String
    let place: FilePlace?

    /// Takes the file as a run has read it; `place` where it was recognised by its content, so that it is not read there again.
    public init(_ file: FileRecord, name: String, place: FilePlace? = nil) {
      self.file = file
      self.name = name
      self.place = place
    }
  }

  /// Remembers files that were recognised, in one transaction, however many there are: at their places, and under their names, which
  /// count as read. Nothing is written where nothing of it is new.
  /// - Precondition: opened for changing.
  public func note(_ seen: [SeenFile]) throws(StoreFault) {
    var new: [SeenFile] = []
    for one in seen {
      let isNew = one.place == nil ? try isNewName(one) : true
      if isNew { new.append(one) }
    }
    guard !new.isEmpty else { return }
    try book.transaction { () throws(StoreFault) in
      for one in new {
        if let place = one.place {
          try book.run(
            "INSERT OR REPLACE INTO known_places (place, run_id, position) VALUES (?, ?, ?)",
            [.text(place.description), .text(one.file.runID), .count(one.file.position)])
        }
        try insert(name: one.name, of: one.file)
      }
    }
  }

  private func isNewName(_ seen: SeenFile) throws(StoreFault) -> Bool {
    guard seen.name != seen.file.name else { return false }
    return try book.integer(
      "SELECT COUNT(*) FROM known_names WHERE source = ? AND name = ? AND content_hash = ?",
      [.label(seen.file.source), .text(seen.name), .text(seen.file.contentHash)]) == 0
  }

  /// A name that was seen with the same content before keeps its time.
  private func insert(name: String, of file: FileRecord) throws(StoreFault) {
    guard name != file.name else { return }
    try book.run(
      """
      INSERT INTO known_names (source, name, content_hash, seen_at) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (source, name) DO UPDATE SET content_hash = ?3, seen_at = ?4 WHERE content_hash <> ?3
      """, [.label(file.source), .text(name), .text(file.contentHash), .text(now)])
  }

  /// A file of that source with that content that was read by a run that counts; nil where there is none.
  public func knownFile(source: Label, contentHash: String, decodedBytes: Int64) throws(StoreFault)
    -> FileRecord?
  {
    try firstComplete(currentFiles(source: source, contentHash: contentHash, decodedBytes: decodedBytes))
  }

  /// The first of some files of which no record is missing.
  private func firstComplete(_ files: [FileRecord]) throws(StoreFault) -> FileRecord? {
    for file in files where try isWhole(file) { return file }
    return nil
  }

  /// The files of that source with that content that runs which count have read.
  func currentFiles(
    source: Label, contentHash: String, decodedBytes: Int64
  ) throws(StoreFault) -> [FileRecord] {
    try files(
      "content_hash = ? AND decoded_bytes = ? AND source = ? AND \(Self.counts) ORDER BY run_id, position",
      [.text(contentHash), .integer(decodedBytes), .label(source)])
  }

  /// Whether records of a file are missing until it is read again.
  func hasMissing(_ file: FileRecord) throws(StoreFault) -> Bool {
    try missingRecords(of: run(named: file.runID))[Label(file.name)] != nil
  }

  /// The files of a run of which records are missing until they are read again, with how many at most.
  public func missingRecords(of run: RunRecord) throws(StoreFault) -> [Label: Int] {
    guard try parts(of: run).contains(where: { $0.name == MissingRecords.fileName }) else { return [:] }
    return try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try MissingRecords.read(partPath(MissingRecords.fileName, of: run))
    }
  }

  /// The run that counts and has read a file with that content of which records are missing; nil where there is none.
  func runMissing(source: Label, contentHash: String) throws(StoreFault) -> String? {
    for file in try files(
      "content_hash = ? AND source = ? AND \(Self.counts)", [.text(contentHash), .label(source)])
    where try !isWhole(file) { return file.runID }
    return nil
  }

  static let counts = "run_id IN (SELECT run_id FROM runs WHERE state = 'current')"

  private func runs(_ sql: String, _ values: [BookValue] = []) throws(StoreFault) -> [RunRecord] {
    var runs: [RunRecord] = []
    try book.query(sql, values) { row throws(StoreFault) in
      guard let kind = RunRecord.Kind(rawValue: row.text(2)),
        let state = RunRecord.State(rawValue: row.text(3))
      else { throw .damaged(path: path, message: "run \(row.text(0)) has an unknown kind or state") }
      runs.append(
        RunRecord(
          id: row.text(0), number: Int(row.integer(1)), kind: kind, state: state, identity: row.text(4),
          replaces: row.optionalText(5), committedAt: row.text(6), program: row.text(7),
          semantics: row.integer(8), ratingHash: row.text(9), manifestHash: row.text(10),
          doors: row.doors(from: 11), summaryRowCount: row.integer(16), isPurged: row.integer(17) == 1))
    }
    return runs
  }

  func files(_ condition: String, _ values: [BookValue]) throws(StoreFault) -> [FileRecord] {
    var files: [FileRecord] = []
    try book.query(
      """
      SELECT run_id, position, name, source, decoded_bytes, content_hash, place, read, rated, filtered, duplicate, suspended,
        first_day, last_day
      FROM run_files WHERE \(condition)
      """, values
    ) { row in
      files.append(
        FileRecord(
          runID: row.text(0), position: Int(row.integer(1)), name: row.text(2), source: row.label(3),
          decodedBytes: row.integer(4), contentHash: row.text(5),
          place: row.optionalText(6).map { FilePlace($0) }, doors: row.doors(from: 7),
          days: row.days(from: 12)))
    }
    return files
  }
}

extension BookRow {
  /// Two columns with a first and a last day; nil where they are null.
  borrowing func days(from column: Int) -> ClosedRange<CivilDate>? {
    guard let first = optionalText(column).flatMap({ CivilDate.parse($0) }),
      let last = optionalText(column + 1).flatMap({ CivilDate.parse($0) }), first <= last
    else { return nil }
    return first...last
  }

  /// The five columns of a door count.
  borrowing func doors(from column: Int) -> DoorCounts {
    DoorCounts(
      read: integer(column), rated: integer(column + 1), filtered: integer(column + 2),
      duplicate: integer(column + 3), suspended: integer(column + 4))
  }
}
