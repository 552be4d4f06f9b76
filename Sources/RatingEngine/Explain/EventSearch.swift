// Finding the records that somebody asks about, and their copies, in the inputs of a run.

import Catalog
public import Tables

/// The event that is looked for.
public enum EventName: Sendable, Hashable {
  /// By its key: its id, or the texts of all fields of its key with `/` between them.
  case key(Label)
  /// By the line of an input on which it begins, from 1.
  case place(input: InputFile, line: Int)
}

/// The input of a record: what is needed to read the record once more.
struct FoundFile {
  /// As the user named it.
  let name: String
  /// Its number among the inputs.
  let index: Int
  let sourceIndex: Int
  /// Whether its source was named by option, not found by its name.
  let isNamedByOption: Bool
  /// Compiled with the numbers of the run; nil where the file has no header to compile it by.
  let plan: FieldPlan?
  let columnNames: [Label]
  let legs: LegTable?
}

/// A record that was found.
struct FoundEvent {
  let file: FoundFile
  /// Where it is and how it was read.
  let record: ReadRecord
  /// Offset as the choice among rows knows it.
  let textOffset: Int64
  /// Identity and content, where the record came past door 2; nil where it is not compared for duplicates.
  let identity: ConflictKey?
  let content: UInt64
  let isRowKeyed: Bool
  /// The texts of its key; empty where the row itself is the key.
  let key: [Label]
  /// Set for a record over the limit: length and hash.
  var oversize: OversizeRecord?

  /// `file:line`.
  var place: String { "\(file.name):\(record.line)" }
}

/// Looks through inputs front to back.
struct EventSearch {
  let setup: RunSetup
  let files: [AssignedFile]
  let progress: RunProgress
  /// Inputs that turned out not to be whole.
  private(set) var damaged: [DamagedFile] = []
  /// Records that were found, kept or not.
  private(set) var foundCount = 0
  private var legTables: [Int: LegTable] = [:]

  /// Records kept at most; what is found beyond is only counted.
  static let keptMax = 1000

  init(setup: RunSetup, files: [AssignedFile], progress: RunProgress) {
    self.setup = setup
    self.files = files
    self.progress = progress
  }

  /// Every record with this key, in the order of the inputs.
  ///
  /// Copies of a record have its key, so they are all among them.
  mutating func records(withKey key: Label) throws(RunFault) -> [FoundEvent] {
    try collect { stretch, index in Self.hasKey(key, stretch, index) }
  }

  /// Every record with one of these identities.
  mutating func copies(of identities: Set<ConflictKey>) throws(RunFault) -> [FoundEvent] {
    try collect { stretch, index in
      guard Self.isCompared(stretch, index) else { return false }
      let batch = stretch.view.batch
      return identities.contains(
        ConflictKey(
          low: batch.identityLow[index], high: UInt32(truncatingIfNeeded: batch.identityHigh[index])))
    }
  }

  /// What stands on a line of a file.
  enum AtPlace {
    case record(FoundEvent)
    /// Why no record begins there.
    case nothing(String)
  }

  /// The record that begins on a line of one input.
  mutating func record(fileIndex: Int, line: Int) throws(RunFault) -> AtPlace {
    let walk = try walk(fileIndex)
    var found: FoundEvent?
    var lastLine = 0
    var isPassed = false
    try walk.forEach { stretch in
      for index in 0..<stretch.view.batch.count {
        if stretch.line(index) == line { found = event(stretch, index, walk) }
        if stretch.line(index) > line { isPassed = true }
        if found != nil || isPassed { return false }
        lastLine = stretch.line(index)
      }
      return true
    }
    if let found { return .record(found) }
    if let oversize = walk.oversizeRecords.first(where: { $0.line == line }) {
      return .record(event(oversize.record, line: line, walk))
    }
    note(walk)
    if line <= walk.headerLineCount {
      return .nothing("line \(line) stands before the records: it is a header")
    }
    if isPassed {
      return .nothing(
        "no record begins on line \(line): it is blank, a comment, or part of the record on line \(lastLine)")
    }
    return .nothing("there is no line \(line); the last record is on line \(lastLine)")
  }

  // MARK: walking

  private mutating func walk(_ fileIndex: Int) throws(RunFault) -> FileWalk {
    let input = files[fileIndex]
    let format = setup.catalog.source.formats[setup.catalog.source.sources[input.sourceIndex].formatIndex]
    if let choice = format.legs?.choice, legTables[fileIndex] == nil {
      guard !input.input.isReadOnce else {
        throw .input(
          file: input.input.name,
          message:
            "format '\(format.name)' chooses among the rows of a call, which needs two readings; save the input as a file"
        )
      }
      let table = LegTable(choice: choice)
      try FileWalk(input, index: fileIndex, setup: setup, legs: nil, progress: progress).noteLegs(table)
      legTables[fileIndex] = table
    }
    return try FileWalk(input, index: fileIndex, setup: setup, legs: legTables[fileIndex], progress: progress)
  }

  private mutating func collect(_ isWanted: (FileWalk.Stretch, Int) -> Bool) throws(RunFault) -> [FoundEvent]
  {
    var found: [FoundEvent] = []
    foundCount = 0
    for fileIndex in files.indices {
      let walk = try walk(fileIndex)
      try walk.forEach { stretch in
        for index in 0..<stretch.view.batch.count where isWanted(stretch, index) {
          foundCount += 1
          if found.count < Self.keptMax { found.append(event(stretch, index, walk)) }
        }
        return true
      }
      note(walk)
    }
    return found
  }

  private mutating func note(_ walk: FileWalk) {
    if let damage = walk.damage, !damaged.contains(where: { $0.name == damage.name }) {
      damaged.append(damage)
    }
  }

  // MARK: records

  private static func hasKey(_ key: Label, _ stretch: FileWalk.Stretch, _ index: Int) -> Bool {
    switch stretch.view.outcome(index) {
    // Their fields could not be told apart.
    case .suspended(.badRecord, _), .suspended(.badQuotes, _), .suspended(.recordTooLong, _): return false
    default: break
    }
    let view = stretch.view
    if let id = view.plan.roles.first(where: { $0.rule.role == .id }), equals(view, id.slot, index, key) {
      return true
    }
    switch view.plan.key.count {
    case 0: return false
    case 1: return equals(view, view.plan.key[0], index, key)
    default: return joined(view.plan.key.map { view.text($0, index) ?? .empty }) == key
    }
  }

  /// Compares without making a label: every record of the inputs comes here.
  private static func equals(_ view: RecordView, _ slot: Int, _ index: Int, _ key: Label) -> Bool {
    guard Int(view.columns.lengths(slot)[index]) == key.bytes.count else { return false }
    let text = view.columns.texts(slot)[index]
    return key.bytes.indices.allSatisfy { text[$0] == key.bytes[$0] }
  }

  /// The key as people write it; parts at its end that the record does not have are left out.
  static func joined(_ parts: [Label]) -> Label {
    let count = parts.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    return Label(bytes: Array(parts.prefix(count).map(\.bytes).joined(separator: [UInt8(ascii: "/")])))
  }

  private static func isCompared(_ stretch: FileWalk.Stretch, _ index: Int) -> Bool {
    let door = stretch.view.batch.door[index]
    return door != Door.unparsable && door != Door.noEvent
  }

  private func foundFile(_ walk: FileWalk) -> FoundFile {
    let input = files[walk.file.index].input
    return FoundFile(
      name: walk.file.name, index: walk.file.index, sourceIndex: walk.file.sourceIndex,
      isNamedByOption: input.isStandardInput
        || SourceMatch.source(for: input, in: setup.catalog.source) == nil,
      plan: walk.file.plan, columnNames: walk.file.columnNames, legs: walk.file.legs)
  }

  private func event(_ stretch: FileWalk.Stretch, _ index: Int, _ walk: FileWalk) -> FoundEvent {
    let view = stretch.view
    if view.outcome(index) == .suspended(.recordTooLong, field: "") {
      let bytes = UnsafeBufferPointer(
        start: stretch.text + Int(view.batch.offset[index]), count: Int(view.batch.length[index]))
      return event(
        OversizeRecord(bytes, unitOffset: stretch.offset(index), sequence: 0), line: stretch.line(index), walk
      )
    }
    let isCompared = Self.isCompared(stretch, index)
    let isRowKeyed = isCompared && view.batch.isRowKeyed[index] != 0
    return FoundEvent(
      file: foundFile(walk),
      record: view.record(index, text: stretch.text, line: stretch.firstLine, textOffset: stretch.textOffset),
      textOffset: stretch.offset(index),
      identity: isCompared
        ? ConflictKey(
          low: view.batch.identityLow[index], high: UInt32(truncatingIfNeeded: view.batch.identityHigh[index])
        ) : nil,
      content: isCompared ? view.batch.content[index] : 0, isRowKeyed: isRowKeyed,
      key: isRowKeyed || !isCompared ? [] : view.plan.key.map { view.text($0, index) ?? .empty })
  }

  private func event(_ oversize: OversizeRecord, line: Int, _ walk: FileWalk) -> FoundEvent {
    FoundEvent(
      file: foundFile(walk),
      record: ReadRecord(
        line: line, byteOffset: oversize.unitOffset, bytes: oversize.head,
        outcome: .suspended(.recordTooLong, field: ""), fields: []),
      textOffset: oversize.unitOffset, identity: nil, content: 0, isRowKeyed: false, key: [],
      oversize: oversize)
  }
}
