// The usage periods that a store knows, their state, and what seems to be missing in them.

public import BillingCalendar
public import Money
import Tables

/// One usage period over all accounts; or what is missing and belongs to none that the store knows.
public struct PeriodRecord: Sendable {
  /// How much of it was billed.
  public enum State: String, Sendable {
    /// Nothing.
    case open
    /// Some accounts.
    case partlyBilled = "partly billed"
    /// Every account that has usage.
    case billed
  }

  /// The period; nil for what belongs to none with usage.
  public var period: UsagePeriod?
  /// How much of it was billed.
  public var state: State
  /// Accounts with usage.
  public var accountCount: Int
  /// Accounts that were billed.
  public var billedAccountCount: Int
  /// Events of all runs that count.
  public var eventCount: Int64
  /// Amounts by currency.
  public var amounts: [(currency: Currency, amount: Amount)]
  /// Numbered files that were not read although one before and one after them were, and whose records may be of this period.
  public var missingFiles: [SourceGap] = []
  /// Sources that are expected to send files and have sent none for twice their interval; they stand with the latest period.
  public var lateSources: [LateSource] = []
  /// Files with records that count for nobody since something was taken back, and that are to be rated again.
  public var filesToRateAgain: [UnreadFile] = []
}

extension PeriodRecord {
  /// Whether nothing seems to be missing.
  public var isComplete: Bool {
    missingFiles.isEmpty && lateSources.isEmpty && filesToRateAgain.isEmpty
  }
}

/// A source that has fallen silent.
public struct LateSource: Hashable, Sendable {
  /// The source.
  public var source: String
  /// How often a file is expected.
  public var expected: String
  /// When a file of it was last seen that nobody had read before, in UTC; nil for never.
  public var lastSeen: String?
}

extension BillingStore {
  /// Every usage period with usage of runs that count, or that was billed, ascending; then, where there is such, what is missing and
  /// belongs to none of them.
  public func periods() throws(StoreFault) -> [PeriodRecord] {
    var records: [UsagePeriod: PeriodRecord] = [:]
    try book.query(
      """
      SELECT usage_period, COUNT(DISTINCT account), SUM(event_count),
        COUNT(DISTINCT iif((account, usage_period) IN (SELECT account, usage_period FROM billed_periods), account, NULL))
      FROM counted_usage GROUP BY usage_period
      """
    ) { row throws(StoreFault) in
      let period = try parse(row.text(0))
      let (all, billed) = (Int(row.integer(1)), Int(row.integer(3)))
      records[period] = PeriodRecord(
        period: period, state: billed == 0 ? .open : billed < all ? .partlyBilled : .billed,
        accountCount: all,
        billedAccountCount: billed, eventCount: row.integer(2), amounts: [])
    }
    try addBilledOnly(&records)
    try addAmounts(&records)
    var periods = records.sorted { $0.key < $1.key }.map(\.value)
    var unplaced = PeriodRecord(
      period: nil, state: .open, accountCount: 0, billedAccountCount: 0, eventCount: 0, amounts: [])
    for gap in try missingFiles() {
      let places = periods.indices.filter { periods[$0].period.map(gap.mayBelong(to:)) ?? false }
      for place in places { periods[place].missingFiles.append(gap) }
      if places.isEmpty { unplaced.missingFiles.append(gap) }
    }
    let late = try lateSources()
    if let latest = periods.indices.last {
      periods[latest].lateSources = late
    } else {
      unplaced.lateSources = late
    }
    for (file, unread) in try filesToRateAgain() {
      // Nobody knows to which period records belong that were not kept: to that of the others of their run, most likely.
      let last = try lastPeriod(ofRun: file.runID)
      if let place = periods.firstIndex(where: { $0.period == last }) ?? periods.indices.last {
        periods[place].filesToRateAgain.append(unread)
      } else {
        unplaced.filesToRateAgain.append(unread)
      }
    }
    return periods + (unplaced.isComplete ? [] : [unplaced])
  }

  private func parse(_ text: String) throws(StoreFault) -> UsagePeriod {
    guard let period = UsagePeriod.parse(text) else {
      throw .damaged(path: path, message: "'\(text)' in the book is no usage period")
    }
    return period
  }

  /// Periods that were billed and of which no usage is left.
  private func addBilledOnly(_ records: inout [UsagePeriod: PeriodRecord]) throws(StoreFault) {
    var found: [(String, Int)] = []
    try book.query(
      "SELECT usage_period, COUNT(DISTINCT account) FROM billed_periods GROUP BY usage_period"
    ) { row in found.append((row.text(0), Int(row.integer(1)))) }
    for (text, count) in found {
      let period = try parse(text)
      if records[period] == nil {
        records[period] = PeriodRecord(
          period: period, state: .billed, accountCount: 0, billedAccountCount: count, eventCount: 0,
          amounts: [])
      }
    }
  }

  private func addAmounts(_ records: inout [UsagePeriod: PeriodRecord]) throws(StoreFault) {
    var found: [(String, String, Amount)] = []
    try book.query(
      """
      SELECT usage_period, currency, SUM(amount_units), SUM(amount_pico)
      FROM counted_usage GROUP BY usage_period, currency ORDER BY usage_period, currency
      """
    ) { row in
      let pico = Int128(row.integer(2)) * 1_000_000_000_000 + Int128(row.integer(3))
      found.append((row.text(0), row.text(1), Amount(pico: pico)))
    }
    for (text, code, amount) in found {
      guard let currency = Currency(code: code) else {
        throw .damaged(path: path, message: "'\(code)' in the book is no currency")
      }
      records[try parse(text)]?.amounts.append((currency, amount))
    }
  }

  /// The latest usage period of a run's rows; nil for none.
  private func lastPeriod(ofRun id: String) throws(StoreFault) -> UsagePeriod? {
    let sql = "SELECT usage_period FROM run_rows WHERE run_id = ? ORDER BY usage_period DESC LIMIT 1"
    return try book.text(sql, [.text(id)]).map { text throws(StoreFault) in try parse(text) }
  }

  /// Sources that promise files at an interval and have sent none for twice as long until now.
  ///
  /// A copy of a file that was read is a sign of life as well. Rating again what a store holds is none.
  public func lateSources() throws(StoreFault) -> [LateSource] {
    let nowMillis = tools.clock() * 1000
    var late: [LateSource] = []
    try book.query(
      """
      SELECT source, expected,
        (SELECT MAX(at) FROM
          (SELECT committed_at AS at FROM run_files JOIN runs USING (run_id)
           WHERE run_files.source = sources.source AND kind = 'rate'
           UNION ALL
           SELECT seen_at FROM known_names WHERE known_names.source = sources.source))
      FROM sources WHERE expected <> '' ORDER BY source
      """
    ) { row in
      guard let hours = Self.hours(row.text(1)) else { return }
      let seen = row.optionalText(2)
      if let seen, let millis = Instant.parse(seen), nowMillis - millis <= 2 * hours * 3_600_000 {
        return
      }
      late.append(LateSource(source: row.text(0), expected: row.text(1), lastSeen: seen))
    }
    return late
  }

  private static func hours(_ expected: String) -> Int64? {
    switch expected {
    case "hourly": 1
    case "daily": 24
    case "weekly": 7 * 24
    case "monthly": 31 * 24
    default: nil
    }
  }
}
