// A run and its files as the book knows them.

public import BillingCalendar
public import Tables
public import UsageSummary

/// One committed run.
public struct RunRecord: Hashable, Sendable {
  /// What made it.
  public enum Kind: String, Sendable {
    /// Files were rated.
    case rate
    /// The events of another run were rated again: with another catalog, or without one of its files.
    case rerate
    /// Records that waited in suspense were rated.
    case recycle
  }

  /// Whether its usage counts.
  public enum State: String, Sendable {
    /// It counts.
    case current
    /// Another run stands for it.
    case replaced
    /// It was taken back.
    case revoked
  }

  /// The first 20 digits of `identity`: the name of its folder.
  public var id: String
  /// 1, 2, 3 … in the order of commits.
  public var number: Int
  /// What made it.
  public var kind: Kind
  /// Whether its usage counts.
  public var state: State
  /// See `RunIdentity`.
  public var identity: String
  /// The run that it replaces or rates again.
  public var replaces: String?
  /// When it was committed, in UTC.
  public var committedAt: String
  /// Program and version that made it.
  public var program: String
  /// Version of the rating rules.
  public var semantics: Int64
  /// Rating hash of the catalog.
  public var ratingHash: String
  /// SHA-256 of the bytes of its manifest.
  public var manifestHash: String
  /// Its records by door.
  public var doors: DoorCounts
  /// Rows of its summary.
  public var summaryRowCount: Int64
  /// Whether its records were removed because they were old; sums and manifest are left.
  public var isPurged = false
}

/// One file that a run has read.
public struct FileRecord: Hashable, Sendable {
  /// The run.
  public var runID: String
  /// From 1, in the order of the run's files.
  public var position: Int
  /// As the command named it.
  public var name: String
  /// Its source.
  public var source: Label
  /// Bytes after decompression.
  public var decodedBytes: Int64
  /// Hash of those bytes.
  public var contentHash: String
  /// Where and what it was when it was read; nil for standard input.
  public var place: FilePlace?
  /// Its records by door.
  public var doors: DoorCounts
  /// Days on which its records begin to be charged, the first and the last, in the zone of its source; nil where no record tells.
  public var days: ClosedRange<CivilDate>?
}

/// Whether a file is the same as before without reading it: device, inode, size and the times of its last changes.
///
/// The time of the last status change cannot be set by programs, so equal places are equal bytes, unless the clock was.
public struct FilePlace: Hashable, Sendable, CustomStringConvertible {
  /// The numbers as text, separated by colons.
  public let description: String

  /// Takes the text that `description` gave.
  init(_ description: String) { self.description = description }
}
