// The usage periods that a store knows, their state, and what seems to be missing in them.

public import BillingCalendar
public import Money
import Tables

/// One usage period over all accounts.
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

  /// The period.
  public var period: UsagePeriod
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
  /// Numbered files that were not read although one before and one after them were.
  public var missingFiles: [SourceGap]
  /// Sources that are expected to send files and have sent none for twice their interval, seen from the latest run.
  public var lateSources: [LateSource]
  /// Files with records that count for nobody since something was taken back, and that are to be rated again.
  public var filesToRateAgain: [UnreadFile] = []
}

/// A source that has fallen silent.
public struct LateSource: Hashable, Sendable {
  /// The source.
  public var source: String
  /// How often a file is expected.
  public var expected: String
  /// When a run last read a file of it, in UTC; nil for never.
  public var lastSeen: String?
}

extension BillingStore {
  /// Every usage period with usage of runs that count, or that was billed, ascending.
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
        billedAccountCount: billed, eventCount: row.integer(2), amounts: [], missingFiles: [], lateSources: []
      )
    }
    try addBilledOnly(&records)
    try addAmounts(&records)
    try addGaps(&records)
    if let last = records.keys.max() {
      records[last]?.lateSources = try lateSources()
      for (file, unread) in try filesToRateAgain() {
        // Nobody knows to which period records belong that were not kept: to that of the others of their run, most likely.
        records[try lastPeriod(ofRun: file.runID) ?? last]?.filesToRateAgain.append(unread)
      }
    }
    return records.values.sorted { $0.period < $1.period }
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
          amounts: [], missingFiles: [], lateSources: [])
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

  /// A gap belongs to the periods of the run that has read the file after it.
  private func addGaps(_ records: inout [UsagePeriod: PeriodRecord]) throws(StoreFault) {
    for gap in try sequenceGaps() {
      if let period = try lastPeriod(ofRun: gap.runID) { records[period]?.missingFiles.append(gap) }
    }
  }

  /// The latest usage period of a run's rows; nil for none.
  private func lastPeriod(ofRun id: String) throws(StoreFault) -> UsagePeriod? {
    let sql = "SELECT usage_period FROM run_rows WHERE run_id = ? ORDER BY usage_period DESC LIMIT 1"
    return try book.text(sql, [.text(id)]).map { text throws(StoreFault) in try parse(text) }
  }

  /// Sources that promise files at an interval and have sent none for twice as long, seen from the latest run.
  private func lateSources() throws(StoreFault) -> [LateSource] {
    guard let latest = try book.text("SELECT MAX(committed_at) FROM runs"),
      let latestMillis = Instant.parse(latest)
    else { return [] }
    var late: [LateSource] = []
    try book.query(
      """
      SELECT source, expected,
        (SELECT MAX(committed_at) FROM run_files JOIN runs USING (run_id) WHERE run_files.source = sources.source
           AND kind <> 'recycle')
      FROM sources WHERE expected <> '' ORDER BY source
      """
    ) { row in
      guard let hours = Self.hours(row.text(1)) else { return }
      let seen = row.optionalText(2)
      if let seen, let millis = Instant.parse(seen), latestMillis - millis <= 2 * hours * 3_600_000 { return }
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
