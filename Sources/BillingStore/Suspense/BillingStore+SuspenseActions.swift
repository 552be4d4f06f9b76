// What is done to suspended records: recycled, tried again, written off, corrected. Each action is one row, with its moves.

public import Tables
import UsageSummary

/// One thing that was done to suspended records.
struct SuspenseAction: Sendable {
  enum Kind: String, Sendable {
    /// A run has rated them.
    case recycle
    /// They were tried, and wait for other reasons than before.
    case again = "try"
    case writeOff = "write-off"
    case edit
  }

  var number: Int
  var kind: Kind
  /// The run of kind recycle.
  var runID: String?
  var recordCount: Int
  var movesHash: String
  /// Whether it counts: those of a run count as long as the run does.
  var isInForce: Bool
}

extension BillingStore {
  /// Takes chosen suspended records out of what waits, for a reason; returns how many, and the seal of the audit trail.
  ///
  /// Throws `refused` where no record that waits is chosen. Complexity: O(suspended records).
  /// - Precondition: opened for changing.
  public func writeOff(
    _ filter: SuspenseFilter, reason: String
  ) throws(StoreFault) -> (count: Int, auditHead: String) {
    var moves = SuspenseMoves()
    var found: Set<SuspenseID> = []
    try forEachSuspended(filter) { record in
      moves.leave(record, as: .writtenOff)
      if !filter.ids.isEmpty { found.insert(record.id) }
    }
    if let missing = filter.ids.subtracting(found).min() { throw .refused(try whyNot(missing)) }
    guard moves.count > 0 else { throw .refused("no record that waits in suspense is meant") }
    let head = try book.transaction { () throws(StoreFault) in
      try insert(moves, .writeOff, runID: nil, reason: reason, catalog: nil, at: now)
      return try AuditTrail(book: book).append(
        "write-off", subject: "suspense",
        details: [
          "reason": .text(reason), "by": .text(tools.user), "records": .integer(moves.count),
          "moves_sha256": .text(moves.hash),
        ], at: now)
    }
    return (moves.count, head)
  }

  /// Keeps corrected bytes of a suspended record, to be rated in place of the original ones; returns the seal of the audit trail.
  ///
  /// The original bytes stay; a later correction takes the place of an earlier one. Throws `refused` where the record does not
  /// wait.
  /// - Precondition: opened for changing.
  public func correct(_ id: SuspenseID, as bytes: Label, reason: String) throws(StoreFault) -> String {
    var filter = SuspenseFilter()
    filter.ids = [id]
    var found: SuspendedRecord?
    try forEachSuspended(filter) { record in found = record }
    guard let record = found else { throw .refused(try whyNot(id)) }
    guard bytes != record.bytes else { throw .refused("these are the bytes that record \(id) has already") }
    let hash = SHA256.hex(of: bytes.bytes)
    return try book.transaction { () throws(StoreFault) in
      let number = try insert(
        SuspenseMoves(), .edit, runID: nil, reason: reason, catalog: nil, at: now, hash: hash)
      try book.run(
        "INSERT INTO suspense_edits (action, run_id, row, corrected) VALUES (?, ?, ?, ?)",
        [.count(number), .text(record.runID), .count(id.row), .text(HexText.text(bytes.bytes))])
      return try AuditTrail(book: book).append(
        "edit", subject: "suspense \(id)",
        details: [
          "reason": .text(reason), "by": .text(tools.user), "corrected_sha256": .text(hash),
          "original_sha256": .text(SHA256.hex(of: record.row.original.bytes)),
        ], at: now)
    }
  }

  /// Notes that records were tried with a catalog and wait for other reasons now; nothing where there are none.
  /// - Precondition: opened for changing.
  public func note(_ moves: SuspenseMoves, triedWith catalog: String) throws(StoreFault) {
    guard moves.count > 0 else { return }
    try book.transaction { () throws(StoreFault) in
      try insert(moves, .again, runID: nil, reason: "", catalog: catalog, at: now)
      try AuditTrail(book: book).append(
        "try", subject: "suspense",
        details: [
          "by": .text(tools.user), "catalog": .text(catalog), "records": .integer(moves.count),
          "moves_sha256": .text(moves.hash),
        ], at: now)
    }
  }

  /// Adds an action to the book; to be called inside a transaction. Returns its number.
  @discardableResult func insert(
    _ moves: SuspenseMoves, _ kind: SuspenseAction.Kind, runID: String?, reason: String, catalog: String?,
    at: String, hash: String? = nil, by user: String? = nil
  ) throws(StoreFault) -> Int {
    let number = Int(try book.integer("SELECT MAX(action) FROM suspense_actions") ?? 0) + 1
    try book.run(
      """
      INSERT INTO suspense_actions (action, kind, run_id, at, done_by, reason, catalog_hash, record_count, moves_sha256)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .count(number), .text(kind.rawValue), .optional(runID), .text(at), .text(user ?? tools.user),
        .text(reason), .optional(catalog), .count(moves.count), .text(hash ?? moves.hash),
      ])
    let range = try book.prepare(
      "INSERT INTO suspense_moves (action, run_id, first_row, last_row, state, reason) VALUES (?, ?, ?, ?, ?, ?)"
    )
    for move in moves.ranges {
      try range.run([
        .count(number), .text(move.runID), .count(move.firstRow), .count(move.lastRow),
        .text(move.state.rawValue), .label(move.reason),
      ])
    }
    let change = try book.prepare(
      """
      INSERT INTO suspense_changes (action, run_id, reason, account, unit, event_count, quantity)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    for (key, sum) in moves.changes.sorted(by: { Self.order($0.key) < Self.order($1.key) })
    where sum != SuspenseMoves.Change() {
      let quantity: BookValue =
        key.unit.isEmpty ? .null : .integer(try UsageTotals.narrow(sum.quantity, "a suspended quantity"))
      try change.run([
        .count(number), .text(key.runID), .label(key.reason), .label(key.account), .text(key.unit),
        .integer(sum.eventCount), quantity,
      ])
    }
    return number
  }

  private static func order(_ key: SuspenseMoves.Key) -> (String, Label, Label, String) {
    (key.runID, key.reason, key.account, key.unit)
  }

  /// Why a record is not one that waits.
  private func whyNot(_ id: SuspenseID) throws(StoreFault) -> String {
    if let record = try suspended(id) { return "record \(id) is \(record.state.rawValue) already" }
    return try whyNoRecord(id)
  }
}

extension BillingStore {
  /// All actions in their order.
  func suspenseActions() throws(StoreFault) -> [SuspenseAction] {
    var actions: [SuspenseAction] = []
    try book.query(
      """
      SELECT action, suspense_actions.kind, run_id, record_count, moves_sha256, run_id IS NULL OR runs.state = 'current'
      FROM suspense_actions LEFT JOIN runs USING (run_id) ORDER BY action
      """
    ) { row throws(StoreFault) in
      guard let kind = SuspenseAction.Kind(rawValue: row.text(1)) else {
        throw .damaged(path: path, message: "suspense action \(row.integer(0)) is of an unknown kind")
      }
      actions.append(
        SuspenseAction(
          number: Int(row.integer(0)), kind: kind, runID: row.optionalText(2),
          recordCount: Int(row.integer(3)), movesHash: row.text(4), isInForce: row.integer(5) == 1))
    }
    return actions
  }

  /// Moves in the order of their actions: of one action, or of all that are in force on the suspense of a run.
  func suspenseMoves(ofAction action: Int) throws(StoreFault) -> [SuspenseMoves.Range] {
    try moves(
      """
      SELECT m.run_id, first_row, last_row, m.state, m.reason FROM suspense_moves AS m JOIN runs USING (run_id)
      WHERE action = ? ORDER BY runs.number, first_row
      """, [.count(action)])
  }

  func suspenseMoves(ofRun runID: String) throws(StoreFault) -> [SuspenseMoves.Range] {
    try moves(
      """
      SELECT m.run_id, first_row, last_row, m.state, m.reason
      FROM suspense_moves AS m JOIN suspense_actions AS a USING (action) LEFT JOIN runs AS r ON r.run_id = a.run_id
      WHERE m.run_id = ? AND (a.run_id IS NULL OR r.state = 'current') ORDER BY action, first_row
      """, [.text(runID)])
  }

  private func moves(_ sql: String, _ values: [BookValue]) throws(StoreFault) -> [SuspenseMoves.Range] {
    var moves: [SuspenseMoves.Range] = []
    try book.query(sql, values) { row throws(StoreFault) in
      guard let state = SuspendedRecord.State(rawValue: row.text(3)) else {
        throw .damaged(path: path, message: "'\(row.text(3))' in the book is no state of suspense")
      }
      moves.append(
        SuspenseMoves.Range(
          runID: row.text(0), firstRow: Int(row.integer(1)), lastRow: Int(row.integer(2)), state: state,
          reason: row.label(4)))
    }
    return moves
  }
}
