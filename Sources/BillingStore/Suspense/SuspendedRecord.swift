// A suspended record as the store knows it: what its run has left, and what became of it since.

public import Tables
public import UsageSummary

/// One record of the suspense of a run that counts.
public struct SuspendedRecord: Sendable {
  /// What became of it.
  public enum State: String, Sendable {
    /// It waits.
    case suspended
    /// A run of kind recycle has rated or filtered it, or has found it to be a duplicate.
    case recycled
    /// Somebody has decided that it is not to be billed.
    case writtenOff = "written off"
  }

  /// Its name.
  public var id: SuspenseID
  /// The run that has read it.
  public var runID: String
  /// As its run has left it.
  public var row: SuspenseRow
  /// What became of it.
  public var state: State
  /// Why it waits now: another reason than that of its run where it was tried again since.
  public var reason: Label
  /// Its bytes as somebody has corrected them; nil where nobody has.
  public var corrected: Label?

  /// The bytes to rate; nil where only the beginning of the record was kept.
  public var bytes: Label? { corrected ?? (row.isCut ? nil : row.original) }
}

/// Chooses suspended records.
public struct SuspenseFilter: Sendable {
  /// Only these; none for all.
  public var ids: Set<SuspenseID> = []
  /// Only those that wait for this reason; nil for all.
  public var reason: Label?
  /// Only those of these accounts; none for all.
  public var accounts: Set<Label> = []
  /// Only those of this source; nil for all.
  public var source: Label?

  /// Chooses all.
  public init() {}

  /// Whether nothing limits the choice.
  public var isEverything: Bool { ids.isEmpty && reason == nil && accounts.isEmpty && source == nil }

  /// Whether a record is chosen.
  public func takes(_ record: SuspendedRecord) -> Bool {
    (ids.isEmpty || ids.contains(record.id)) && (reason ?? record.reason) == record.reason
      && (accounts.isEmpty || accounts.contains(record.row.account))
      && (source ?? record.row.source) == record.row.source
  }
}
