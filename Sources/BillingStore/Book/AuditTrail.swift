// The audit trail: who did what, each row sealed with the hash of the row before.
//
// A change of an old row shows, because every later hash depends on it; cutting the end off shows to who kept the last hash
// that a command printed.

public import Tables
import UsageSummary

/// One row of the audit trail.
public struct AuditEntry: Hashable, Sendable {
  /// 1, 2, 3 … without a gap.
  public var sequence: Int64
  /// UTC.
  public var at: String
  /// What was done: `create`, `rate`, `revoke` …
  public var action: String
  /// What it was done to.
  public var subject: String
  /// JSON.
  public var details: Label
  /// The seal of the row before; 64 zeros for the first.
  public var previousHash: String
  /// SHA-256 of this row and the seal of the row before.
  public var hash: String

  /// What the seal of this row must be.
  var expectedHash: String {
    var bytes = Array("ratemill audit 1\n\(previousHash)\n\(sequence)\n\(at)\n\(action)\n\(subject)\n".utf8)
    bytes += details.bytes
    bytes.append(UInt8(ascii: "\n"))
    return SHA256.hex(of: bytes)
  }

  /// The seal before the first row.
  static let origin = String(repeating: "0", count: 64)
}

/// The rows of the audit trail of a book.
struct AuditTrail {
  let book: BookDatabase

  /// The seal of the last row.
  func head() throws(StoreFault) -> (sequence: Int64, hash: String) {
    var head = (sequence: Int64(0), hash: AuditEntry.origin)
    try book.query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1") { row in
      head = (row.integer(0), row.text(1))
    }
    return head
  }

  /// Adds a row; to be called inside the transaction that does what it tells of. Returns its seal.
  @discardableResult func append(
    _ action: String, subject: String, details: JSONValue, at: String
  ) throws(StoreFault) -> String {
    let head = try head()
    var entry = AuditEntry(
      sequence: head.sequence + 1, at: at, action: action, subject: subject,
      details: Label(bytes: JSONText.compact(details)), previousHash: head.hash, hash: "")
    entry.hash = entry.expectedHash
    try book.run(
      "INSERT INTO audit (sequence, at, action, subject, details, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(entry.sequence), .text(entry.at), .text(entry.action), .text(entry.subject),
        .label(entry.details), .text(entry.previousHash), .text(entry.hash),
      ])
    return entry.hash
  }

  /// Gives every row in order. Complexity: O(rows).
  func forEach(_ body: (AuditEntry) throws(StoreFault) -> Void) throws(StoreFault) {
    try book.query(
      "SELECT sequence, at, action, subject, details, previous_hash, hash FROM audit ORDER BY sequence"
    ) { row throws(StoreFault) in
      try body(
        AuditEntry(
          sequence: row.integer(0), at: row.text(1), action: row.text(2), subject: row.text(3),
          details: row.label(4), previousHash: row.text(5), hash: row.text(6)))
    }
  }

  /// What is wrong with the chain; nothing where every seal meets.
  func findings() throws(StoreFault) -> [String] {
    var findings: [String] = []
    var previous = (sequence: Int64(0), hash: AuditEntry.origin)
    try forEach { entry in
      if entry.sequence != previous.sequence + 1 {
        findings.append("audit row \(entry.sequence) follows row \(previous.sequence): rows are missing")
      }
      if entry.previousHash != previous.hash {
        findings.append("audit row \(entry.sequence) does not name the seal of the row before")
      }
      if entry.hash != entry.expectedHash {
        findings.append("audit row \(entry.sequence) was changed after it was written")
      }
      previous = (entry.sequence, entry.hash)
    }
    return findings
  }
}
