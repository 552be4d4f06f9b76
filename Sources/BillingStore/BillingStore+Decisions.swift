// Who has approved, held or rejected which draft or charge, and when. Nothing is overwritten: the last word counts.

public import Tables

/// A decision about a draft or a one-time charge.
public struct DecisionRecord: Hashable, Sendable {
  /// What it is about.
  public enum Kind: String, Sendable {
    /// A draft, by the hash of what it says.
    case draft
    /// A one-time charge, by its table and id.
    case charge
  }

  /// What was decided.
  public enum Verdict: String, Sendable {
    /// It may go out.
    case approve
    /// It waits.
    case hold
    /// It does not go out as it is.
    case reject
  }

  /// What it is about.
  public var kind: Kind
  /// The hash, or the table and id.
  public var subject: Label
  /// Account id.
  public var account: Label
  /// What was decided.
  public var verdict: Verdict
  /// Who decided.
  public var by: String
  /// When, in UTC; empty before it is in the book.
  public var at: String
  /// Why; may be empty.
  public var reason: String

  /// Makes one that is not in the book yet.
  public init(
    kind: Kind, subject: Label, account: Label, verdict: Verdict, by: String, reason: String
  ) {
    self.kind = kind
    self.subject = subject
    self.account = account
    self.verdict = verdict
    self.by = by
    self.reason = reason
    at = ""
  }
}

extension BillingStore {
  /// Takes decisions into the book, together or not at all; those that say what holds already are left out.
  ///
  /// Returns how many were new and the seal of the audit trail.
  /// - Precondition: opened for changing.
  public func decide(_ decisions: [DecisionRecord]) throws(StoreFault) -> (count: Int, auditHead: String) {
    let moment = now
    return try book.transaction { () throws(StoreFault) in
      let trail = AuditTrail(book: book)
      var count = 0
      for decision in decisions {
        let last = try self.decisions(
          where: "kind = ? AND subject = ?", [.text(decision.kind.rawValue), .label(decision.subject)]
        ).last
        if let last, last.verdict == decision.verdict, last.by == decision.by, last.reason == decision.reason
        {
          continue
        }
        count += 1
        let number = (try book.integer("SELECT MAX(decision) FROM decisions") ?? 0) + 1
        try book.run(
          "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          [
            .integer(number), .text(decision.kind.rawValue), .label(decision.subject),
            .label(decision.account), .text(decision.verdict.rawValue), .text(decision.by), .text(moment),
            .text(decision.reason),
          ])
        try trail.append(
          decision.verdict.rawValue, subject: decision.subject.description,
          details: [
            "kind": .text(decision.kind.rawValue), "account": .string(decision.account),
            "by": .text(decision.by), "reason": .text(decision.reason),
          ], at: moment)
      }
      return (count, try trail.head().hash)
    }
  }

  /// The last decision about every subject of that kind.
  public func decisions(_ kind: DecisionRecord.Kind) throws(StoreFault) -> [Label: DecisionRecord] {
    var latest: [Label: DecisionRecord] = [:]
    for decision in try decisions(where: "kind = ?", [.text(kind.rawValue)]) {
      latest[decision.subject] = decision
    }
    return latest
  }

  private func decisions(
    where condition: String, _ values: [BookValue]
  ) throws(StoreFault) -> [DecisionRecord] {
    var records: [DecisionRecord] = []
    try book.query(
      """
      SELECT kind, subject, account, verdict, decided_by, decided_at, reason FROM decisions
      WHERE \(condition) ORDER BY decision
      """, values
    ) { row throws(StoreFault) in
      guard let kind = DecisionRecord.Kind(rawValue: row.text(0)),
        let verdict = DecisionRecord.Verdict(rawValue: row.text(3))
      else { throw .damaged(path: path, message: "a decision of the book cannot be read") }
      var record = DecisionRecord(
        kind: kind, subject: row.label(1), account: row.label(2), verdict: verdict, by: row.text(4),
        reason: row.text(6))
      record.at = row.text(5)
      records.append(record)
    }
    return records
  }
}
