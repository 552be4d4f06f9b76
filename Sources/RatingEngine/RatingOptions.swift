// What a run is asked to do, validated by the caller.

public import BillingCalendar
public import Tables
public import UsageSummary
import DurableFiles

/// Options of one rating run.
public struct RatingOptions: Sendable {
  /// Workers; at least 1.
  public var threadCount = 2
  /// Memory for what grows with the input, in bytes.
  public var memoryBytes = 1 << 30
  /// Whether duplicates are looked for.
  public var findsDuplicates = true
  /// Whether damaged files are left out (and named) instead of ending the run.
  public var skipsDamagedFiles = false
  /// A record longer than this goes to suspense.
  public var recordBytesMax = 1 << 20
  /// Whether standard input is kept on disk while it is read, so that it can be read again; it always is where a second
  /// reading is certain, or may be asked for by `skipsDamagedFiles`.
  public var spoolsStandardInput = false
  /// Source for files that no pattern fits, and for stdin.
  public var sourceName: String?
  /// Columns of the table that is asked for; nil for none.
  public var groupBy: [GroupColumn]?
  /// Whether usage is added up by the whole schema, for a folder to publish, also where a table is asked for; without a table
  /// it always is.
  public var keepsSummary = false
  /// Whether suspended records are kept with their bytes (they are only counted otherwise).
  public var keepsSuspense = false
  /// Whether every rated event is kept for the detail file.
  public var keepsDetail = false
  /// Whether the detail file has only the first five digits of the numbers at the other end.
  public var masksDetail = false
  /// Whether the decoded bytes of every input are hashed for the manifest.
  public var hashesInputs = false
  /// Whether the report says of every input on which days its records begin to be charged.
  public var notesDays = false
  /// Key files of earlier runs (`RatingResult.publish` writes one with `keepsKeys`): their records are duplicates here.
  public var earlierKeyFiles: [String] = []
  /// Records that began before it are suspended, because the keys of that time are not at hand: milliseconds since 1970; nil for
  /// no such time.
  public var windowStartMillis: Int64?
  /// A key file (`KeptKeys.write`) of records that stand in earlier key files and shall not count as read: those that are
  /// rated now, and those that nobody wants any more.
  public var forgottenKeyFile: String?
  /// Of files whose names come before this one all duplicates are kept at least by their places: an earlier run may have read a copy
  /// that comes behind them. Nil where no file was read before.
  public var keepsCopiesBefore: Label?
  /// Whether the keys of all records are kept in the published folder, for runs that come later.
  public var keepsKeys = false
  /// Whether usage that depends on a whole period is counted and left to be settled later, over the events of all runs.
  public var settlesLater = false
  /// The accounts whose usage is settled; nil for all.
  public var settledAccounts: Set<Label>?
  /// Charging starts, in seconds since 1970, that the settled periods reach over at least.
  public var settledSpan: ClosedRange<Int64>?
  /// What billed periods have handed on; nil where nothing was billed.
  public var frozenRollover: FrozenRollover?
  /// By account: the last period of which nothing is settled any more, because its events are gone. An owner begins after the last such
  /// period of its accounts, with what that was billed to hand on (`frozenRollover`).
  public var closedPeriods: [Label: UsagePeriod] = [:]
  /// Whether what every period hands on is kept, to be written by `RatingResult.writeRollover`.
  public var keepsRollover = false
  /// Whether all events are kept in the published folder, so that they can be rated again without their files.
  public var keepsEvents = false
  /// How many records, or decoded bytes, all inputs together must have; nil for no promise.
  public var expectedRecords: Int?
  /// See `expectedRecords`.
  public var expectedBytes: Int64?
  /// Measures the stages of a run with one worker; nil for no measuring.
  public var stageClock: StageClock?
  /// Folder for temporary files; nil for the system's.
  public var temporaryFolder: String?
  /// Bytes of text in a chunk, for tests of chunk seams; nil for the default.
  public var chunkBytes: Int?
  /// Stored bytes of a part of a file that one worker reads, for tests of the seams between parts; nil for the default.
  public var partBytes: Int?
  /// Words of the filter of keys, a power of two, for tests of keys that look familiar: such a filter fills up and never
  /// grows. Nil for one that is made for the input.
  var keyFilterWords: Int?
  /// Keys in a block of the log of keys, for tests of logs that go to disk; nil for the default.
  var keyLogBlockKeys: Int?
  /// Events of an owner that are settled in memory, for tests of owners that do not fit; nil for what the memory holds.
  var ownerEventsMax: Int?
  /// A settled event that is to be explained.
  var watched: WatchedEvent?

  /// Rows of a summary that are formatted, and compressed, at a time.
  var sliceRows = 1 << 15
  /// The calls that reach temporary files, for tests of what happens when they fail.
  var fileOperations: any FileOperations = SystemFileOperations()
  /// The calls that read plain files, for tests of files that other programs write to meanwhile.
  var inputOperations: any FileOperations = SystemFileOperations()

  /// Makes options with the defaults above.
  public init() {}
}
