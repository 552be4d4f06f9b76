// What one action does to suspended records, as the book keeps it: rows in ranges, and what it changes in the sums.

public import Tables
import UsageSummary

/// The moves of one action. Records are added in the order of their names.
public struct SuspenseMoves: Sendable {
  /// Consecutive rows of one run.
  struct Range: Hashable, Sendable {
    var runID: String
    /// From 1.
    var firstRow: Int
    /// Inclusive.
    var lastRow: Int
    var state: SuspendedRecord.State
    /// Why they wait now, where they still do; empty otherwise.
    var reason: Label
  }

  /// What sums are kept by.
  struct Key: Hashable, Sendable {
    var runID: String
    var reason: Label
    var account: Label
    /// Empty where the quantity is not known.
    var unit: String
  }

  /// Records and quantities, more or fewer.
  struct Change: Hashable, Sendable {
    var eventCount: Int64 = 0
    var quantity: Int128 = 0
  }

  private(set) var ranges: [Range] = []
  private(set) var changes: [Key: Change] = [:]
  /// Records.
  public private(set) var count = 0

  /// Nothing is moved.
  public init() {}

  /// A record leaves suspense.
  public mutating func leave(_ record: SuspendedRecord, as state: SuspendedRecord.State) {
    precondition(state != .suspended, "a record that leaves does not wait")
    add(record, state, reason: .empty)
    change(record, reason: record.reason, by: -1)
  }

  /// A record waits for another reason than before.
  public mutating func stay(_ record: SuspendedRecord, for reason: Label) {
    guard reason != record.reason else { return }
    add(record, .suspended, reason: reason)
    change(record, reason: record.reason, by: -1)
    change(record, reason: reason, by: 1)
  }

  private mutating func add(_ record: SuspendedRecord, _ state: SuspendedRecord.State, reason: Label) {
    count += 1
    if let last = ranges.last, last.runID == record.runID, last.lastRow + 1 == record.id.row,
      last.state == state, last.reason == reason
    {
      ranges[ranges.count - 1].lastRow += 1
    } else {
      ranges.append(
        Range(
          runID: record.runID, firstRow: record.id.row, lastRow: record.id.row, state: state, reason: reason))
    }
  }

  private mutating func change(_ record: SuspendedRecord, reason: Label, by sign: Int64) {
    let key = Key(
      runID: record.runID, reason: reason, account: record.row.account, unit: record.row.kind?.unit ?? "")
    changes[key, default: Change()].eventCount += sign
    changes[key, default: Change()].quantity += (record.row.quantity ?? 0) * Int128(sign)
  }

  /// SHA-256 of all ranges, for the audit trail.
  var hash: String { Self.hash(of: ranges) }

  /// SHA-256 of ranges in their order.
  static func hash(of ranges: [Range]) -> String {
    var text = "ratemill suspense moves 1\n"
    for range in ranges {
      text += "\(range.runID) \(range.firstRow) \(range.lastRow) \(range.state.rawValue) \(range.reason)\n"
    }
    return SHA256.hex(of: Array(text.utf8))
  }
}
