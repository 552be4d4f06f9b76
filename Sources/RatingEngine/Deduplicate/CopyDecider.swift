// What becomes of the copies of a record: the rule of the ledger, copy by copy in order.

import Catalog
import Tables

/// What becomes of one copy.
enum CopyVerdict {
  /// The suspect counts, by its own door.
  case counts
  /// The suspect is a duplicate.
  case duplicate
  /// The record was counted when it came, and still does.
  case stays
  /// The record was counted when it came, but another copy is the one to keep: `keeper` is that copy's row, and
  /// `parts` are its further rows.
  case withdrawn(keeper: OutcomeRow, parts: [OutcomeRow])
  /// It contradicts a copy before it: all copies of this key are in conflict.
  case conflict
  /// The record was counted when it came and is not the one to keep, and nothing tells as what it was counted.
  case held
}

/// Decides about copies in the order of (key, file, unit, place). Any number of copies of a key in constant memory.
///
/// Copies of one record with the same content: the one with the smallest address counts, the others are duplicates. Rows of
/// formats without an id are told apart inside a file by their number: the n-th identical row of one file is the copy of the
/// n-th of another.
struct CopyDecider {
  /// Keys that an earlier reading found in conflict: the reader marked every copy, and each goes to suspense for itself.
  private let conflicts: Set<ConflictKey>
  private let twins: SourceTwins
  private var first: RecordCopy?
  private var isKnownConflict = false
  /// Earlier runs have read records of this key with different contents.
  private var isEarlierConflict = false
  private var isRowKeyed = false
  // Of row-keyed copies: the file at hand, the number of its copies so far, and the most that any file has.
  private var file: UInt32 = 0
  private var countInFile = 0
  private var mostInFile = 0
  /// Further rows of the first copy, if it is a suspect: no more than there are bands.
  private var firstParts: [OutcomeRow] = []
  private var last: (verdict: CopyVerdict, isFirst: Bool) = (.stays, false)

  init(conflicts: Set<ConflictKey>, twins: SourceTwins) {
    self.conflicts = conflicts
    self.twins = twins
  }

  /// Whether an earlier run has read a copy of what was decided last.
  var hasEarlierCopy: Bool { first?.isEarlier ?? false }

  /// Decides about the next copy; further rows of a copy follow it, and what becomes of it becomes of them.
  mutating func decide(_ copy: RecordCopy) -> CopyVerdict {
    if copy.suspect.row.isFurtherPart {
      if last.isFirst { firstParts.append(copy.suspect.row) }
      return last.verdict
    }
    let verdict = decideRecord(copy)
    last.verdict = verdict
    return verdict
  }

  private mutating func decideRecord(_ copy: RecordCopy) -> CopyVerdict {
    last.isFirst = false
    guard let first, first.key == copy.key else {
      begin(copy)
      return copy.isCounted ? .stays : .counts
    }
    if copy.isEarlier { return noteEarlier(copy, first) }
    if isKnownConflict { return copy.isCounted ? .stays : .counts }
    if isEarlierConflict || copy.suspect.row.content != first.suspect.row.content { return .conflict }
    // At most one copy was counted when it came, so the flag is known by the second copy.
    if !copy.isCounted { isRowKeyed = copy.suspect.row.isRowKeyed != 0 }
    if copy.file != file {
      file = copy.file
      countInFile = 0
    }
    countInFile += 1
    let isKept = isRowKeyed && countInFile > mostInFile
    mostInFile = max(mostInFile, countInFile)
    switch (copy.isCounted, isKept) {
    case (true, true): return .stays
    case (true, false):
      return twins.rateAlike(Int(first.source), Int(copy.source))
        ? .withdrawn(keeper: first.suspect.row, parts: firstParts) : .held
    case (false, true): return .counts
    case (false, false): return .duplicate
    }
  }

  private mutating func begin(_ copy: RecordCopy) {
    first = copy
    last.isFirst = true
    if !firstParts.isEmpty { firstParts.removeAll() }
    isKnownConflict = conflicts.contains(copy.key)
    isRowKeyed = !copy.isCounted && copy.suspect.row.isRowKeyed != 0
    isEarlierConflict = false
    file = copy.file
    countInFile = 1
    mostInFile = copy.isEarlier ? copy.earlierCopies : 1
  }

  /// What an earlier run has read stays as that run decided; it decides about those of this run.
  private mutating func noteEarlier(_ copy: RecordCopy, _ first: RecordCopy) -> CopyVerdict {
    if copy.suspect.row.content != first.suspect.row.content { isEarlierConflict = true }
    mostInFile = max(mostInFile, copy.earlierCopies)
    return .stays
  }
}
