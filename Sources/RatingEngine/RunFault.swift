// Why a run cannot go on. Bad events are not among these: they go to suspense.

public import DurableFiles

/// A fault that ends a run with nothing published.
public enum RunFault: Error, Sendable {
  /// The options contradict each other or the catalog.
  case usage(String)
  /// The catalog cannot be used for this run.
  case catalog(String)
  /// Files that no source fits; rows of `sources.csv` that would name them are in the text.
  case noSource(String)
  /// An input cannot be opened or read, or is not what its format says.
  case input(file: String, message: String)
  /// Inputs that are not whole.
  case damaged([DamagedFile])
  /// An output cannot be written.
  case output(FileFault)
  /// The control totals do not meet: a bug of ours; nothing was published.
  case totals(String)
  /// The user stopped the run.
  case interrupted
}

/// An input that is not whole: nothing of it counts.
public struct DamagedFile: Error, Sendable, Hashable {
  /// The file as the user named it.
  public var name: String
  /// Offset at which it broke, in bytes of the file as it lies on disk; −1 where it is known for the whole only.
  public var offset: Int64
  /// What is wrong, with what to do.
  public var message: String
  /// Records that had been read from it before.
  public var recordsRead: Int
  /// Where the record begins that an earlier run has read without its end, and that goes on; nil where that is not what is wrong.
  public var goesOnAt: Int64?

  /// Makes a damage report.
  public init(name: String, offset: Int64, message: String, recordsRead: Int) {
    self.name = name
    self.offset = offset
    self.message = message
    self.recordsRead = recordsRead
  }
}
