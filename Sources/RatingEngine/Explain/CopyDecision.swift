// Which of several copies of a record counts: the decision of the ledger (RULES 1), for the few that somebody looks at.

import Tables

/// The copies of one record and what duplicate detection says about them.
struct CopyDecision {
  /// All copies, by address.
  let copies: [FoundEvent]
  /// Whether their contents contradict each other: then none counts.
  let isConflict: Bool
  /// By copy: whether it counts.
  let isKept: [Bool]

  /// Decides about all records of one identity.
  ///
  /// The copy with the smallest (input, offset) counts. A record without an id is known by its row: the n-th identical row
  /// of a file is the copy of the n-th of another.
  init(_ found: [FoundEvent]) {
    let ordered = found.sorted { a, b in
      (a.file.index, a.record.byteOffset) < (b.file.index, b.record.byteOffset)
    }
    copies = ordered
    isConflict = ordered.contains { $0.content != ordered[0].content }
    var countByFile: [Int: Int] = [:]
    var most = 0
    isKept = ordered.indices.map { index in
      guard ordered[index].isRowKeyed else { return index == 0 }
      let number = (countByFile[ordered[index].file.index] ?? 0) + 1
      countByFile[ordered[index].file.index] = number
      defer { most = max(most, number) }
      return number > most
    }
  }

  /// The copies other than the one at this address.
  func others(than event: FoundEvent) -> [(copy: FoundEvent, isKept: Bool)] {
    zip(copies, isKept).filter { $0.0.place != event.place }.map { ($0.0, $0.1) }
  }

  /// Whether this copy counts.
  func isKept(_ event: FoundEvent) -> Bool {
    zip(copies, isKept).contains { $0.0.place == event.place && $0.1 }
  }
}
