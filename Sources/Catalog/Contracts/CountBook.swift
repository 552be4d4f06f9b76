// Counts of seats, devices and licences on certain days, as monitoring and directories gave them.

public import BillingCalendar
public import Tables

/// One count: a row of `counts.csv`. It holds until the next one of its account and item.
public struct CountSnapshot: Sendable, Hashable {
  /// The day it was counted, from its beginning on.
  public var day: CivilDate
  /// How many, in millionths.
  public var quantityMicro: Int64
  /// Where it comes from: `rmm`, `entra` …; empty where nothing is said.
  public var source: Label
  /// File inside the catalog.
  public var file: String
  /// Line in the file.
  public var line: Int

  /// Makes a count.
  public init(day: CivilDate, quantityMicro: Int64, source: Label, file: String = "counts.csv", line: Int) {
    self.day = day
    self.quantityMicro = quantityMicro
    self.source = source
    self.file = file
    self.line = line
  }
}

/// All counts by account and item.
public struct CountBook: Sendable {
  /// What is counted.
  public struct Key: Hashable, Sendable {
    /// Index in `Catalog.accounts`.
    public var accountIndex: Int
    /// What is counted: the `item` of contracts, or the metric of a value line.
    public var item: Label

    /// Makes a key.
    public init(accountIndex: Int, item: Label) {
      self.accountIndex = accountIndex
      self.item = item
    }
  }

  private var snapshots: [Key: [CountSnapshot]]

  /// Takes counts of each key with different days, in any order.
  public init(_ snapshots: [Key: [CountSnapshot]] = [:]) {
    self.snapshots = snapshots.mapValues { $0.sorted { $0.day < $1.day } }
  }

  /// What was counted, by account, then item as bytes.
  public var keys: [Key] { snapshots.keys.sorted { ($0.accountIndex, $0.item) < ($1.accountIndex, $1.item) } }

  /// The counts of an account and item, by day; none where it was never counted.
  public func series(_ key: Key) -> [CountSnapshot] { snapshots[key] ?? [] }

  /// The count on a day: the latest one not after it, or the first of all where the day is before it.
  ///
  /// A list that is first exported on the third tells what was there on the first, as far as anybody knows.
  public func snapshot(_ key: Key, on day: CivilDate) -> CountSnapshot? {
    let series = series(key)
    return series.last { $0.day <= day } ?? series.first
  }
}
