// The usage of a period over all runs that count, as a usage folder for the invoice stage.

public import BillingCalendar
public import DurableFiles
public import Money
import Tables
public import UsageSummary

/// What `writeUsage` wrote.
public struct UsageExport: Sendable {
  /// The runs that went in.
  public var runs: [RunRecord]
  /// Usage periods of the rows, ascending.
  public var periods: [UsagePeriod]
  /// Rows of the summary.
  public var rowCount: Int64
  /// Events.
  public var eventCount: Int64
  /// Amounts by currency.
  public var amounts: [(currency: Currency, amount: Amount)]
  /// Records of these runs that wait in suspense, whatever period they would belong to.
  public var suspendedCount: Int64
}

extension BillingStore {
  /// Writes the usage of the chosen periods to a usage folder at `out`; one that is there is replaced.
  ///
  /// Rows with equal keys are added up: the summary has the bytes that one run over all files would have written, for what
  /// does not depend on order. Each run that has such usage is one input of the manifest, named `runs/<run id>`; its records of
  /// other periods count as filtered there. Every run folder is proved before and while it is read. Refused where no run has such
  /// usage, unless `allowsNone`: then the folder has no rows, as long as the store has any run.
  /// `extra` puts more documents into the folder; it is given what events come to, without rows that have none (minimums, gauges).
  /// Complexity: O(rows of the runs), in the memory of one row for each run.
  public func writeUsage(
    of choice: UsagePeriodChoice, to out: String, allowsNone: Bool = false,
    extra: (PublishedFolder, [Currency: Amount]) throws(StoreFault) -> [SummaryManifest.File] = {
      _, _ throws(StoreFault) in []
    }
  ) throws(StoreFault) -> UsageExport {
    var runs: [RunRecord] = []
    var usages: [UsageFolder] = []
    var sources: [SummaryMerge.Source] = []
    var digests: [[SuspenseDigestRow]] = []
    let settled = try settlements().filter { entry in
      entry.usage.usagePeriods.contains { choice.contains($0.period) }
        || (entry.usage.manifest.file(named: AllowanceSchema.fileName)?.rowCount ?? 0) > 0
    }
    let chosen = Set(settled.flatMap { $0.usage.usagePeriods.map(\.period) }.filter { choice.contains($0) })
    let spans = Dictionary(uniqueKeysWithValues: try settlingRuns().map { ($0.run.id, $0.usage.span) })
    for run in try currentRuns() {
      let usage = try open(run)
      // A run may have usage of the period that was all left to be settled.
      let isSettled = spans[run.id].map { Self.reaches($0, into: chosen) } ?? false
      guard isSettled || usage.usagePeriods.contains(where: { choice.contains($0.period) }) else { continue }
      runs.append(run)
      sources += self.sources(usage)
      usages.append(usage)
      digests.append(try waitingDigest(run))
    }
    let settledSources = settled.map { self.sources(of: $0) }
    sources += settledSources.joined()
    var last = runs.last
    if last == nil, !settled.isEmpty || allowsNone { last = try currentRuns().last }
    guard let last else {
      let isBilled = try billedPeriods().contains { choice.contains($0.period) }
      throw .refused(
        isBilled
          ? "\(path): no run has usage of \(choice) any more, which was billed; 'ratemill adjustments --store \(path)' shows what "
            + "has become of it"
          : "\(path): no run has usage of \(choice); 'ratemill periods --store \(path)' lists the periods")
    }
    let allowances = try allowances(settled, choice)
    var settledCounts = [Int64](repeating: 0, count: settled.count)
    for index in settled.indices {
      var merge = try SummaryMerge(settledSources[index]) { choice.contains($0.usagePeriod) }
      while let row = try merge.next() { settledCounts[index] += row.eventCount }
    }
    var merge = try SummaryMerge(sources) { choice.contains($0.usagePeriod) }
    var writer = try StoreFault.ofFiles { () throws(FileFault) in
      try SummaryFolderWriter(at: out, operations: tools.fileOperations)
    }
    var ofEvents: [Currency: Amount] = [:]
    do throws(StoreFault) {
      while let row = try merge.next() {
        // What corrections leave nothing of was not there.
        if merge.isSum, row.isZero { continue }
        if !row.direction.isEmpty { ofEvents[row.currency, default: .zero] += row.amount }
        try StoreFault.ofFiles { () throws(FileFault) in try writer.add(row, line: merge.line) }
      }
      let more = try extra(writer.folder, ofEvents)
      return try StoreFault.ofFiles { () throws(FileFault) in
        try finish(
          &writer, zip(runs, usages).map { ($0, $1) }, digests, choice, last,
          settled: zip(settled, settledCounts).map { ($0.usage, $1) }, allowances, more)
      }
    } catch {
      writer.discard()
      throw error
    }
  }

  /// The summary of a proved folder and its corrections, to be merged.
  func sources(
    _ usage: UsageFolder, of accounts: Set<Label>? = nil, isTakenAway: Bool = false
  ) -> [SummaryMerge.Source] {
    SummarySchema.fileNames.compactMap { name in
      usage.manifest.file(named: name).map { file in
        SummaryMerge.Source(
          path: usage.path + "/" + name, rowCount: file.rowCount, sha256: file.sha256,
          isTakenAway: isTakenAway, accounts: accounts)
      }
    }
  }

  /// Gives the rows of a run in order, corrected.
  public func forEachRow(
    of run: RunRecord, _ body: (SummaryRow) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    var merge = try SummaryMerge(sources(try open(run, isSummaryProved: false)))
    while let row = try merge.next() {
      if !merge.isSum || !row.isZero { try body(row) }
    }
  }

  /// The documents of a run, proved to be those that were committed.
  public func openUsage(of run: RunRecord) throws(StoreFault) -> UsageFolder { try open(run) }

  /// The folder of a run, proved to be the one that was committed; its summary is not, where `isSummaryProved` says that
  /// merging will.
  func open(_ run: RunRecord, isSummaryProved: Bool = true) throws(StoreFault) -> UsageFolder {
    let usage = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      var files = run.isPurged ? Self.keptFiles : nil
      if !isSummaryProved {
        files = files ?? [SuspenseSchema.fileName, SuspenseDigest.fileName, AllowanceSchema.fileName]
        files?.subtract(SummarySchema.fileNames)
      }
      return try UsageFolder.open(path(.runs, run.id), onlyFiles: files)
    }
    guard usage.manifestHash == run.manifestHash else {
      throw .damaged(path: usage.path, message: "its manifest is not the one that was committed")
    }
    return usage
  }

  private func finish(
    _ writer: inout SummaryFolderWriter, _ runs: [(run: RunRecord, usage: UsageFolder)],
    _ digests: [[SuspenseDigestRow]], _ choice: UsagePeriodChoice, _ last: RunRecord,
    settled: [(usage: UsageFolder, eventCount: Int64)], _ allowances: [AllowanceLine],
    _ more: [SummaryManifest.File]
  ) throws(FileFault) -> UsageExport {
    let summary = try writer.finishSummary()
    let digest = Self.merged(digests)
    let table = allowances.reduce(into: SummaryColumn.header(of: AllowanceSchema.columns)) { $0 += $1.text }
    let files =
      [
        summary,
        try writer.write(SuspenseDigest.fileName, SuspenseDigest.text(of: digest), rowCount: digest.count),
        try writer.write(AllowanceSchema.fileName, table, rowCount: allowances.count),
      ] + more
    let inputs =
      zip(runs, digests).map { Self.input($0.run, $0.usage, choice, waiting: $1) }
      + settled.map { entry in
        SummaryManifest.Input(
          name: Label("settled/" + (entry.usage.path.split(separator: "/").last ?? "")), source: .empty,
          decodedBytes: 0, hash: Label("sha256:" + entry.usage.manifestHash),
          doors: DoorCounts(read: entry.eventCount, rated: entry.eventCount))
      }
    let manifest = SummaryManifest(
      semantics: last.semantics, ratingHash: Label(last.ratingHash),
      options: [SummaryManifest.Option(name: "period", value: Label(choice.description))], inputs: inputs,
      skippedInputs: runs.flatMap(\.usage.manifest.skippedInputs),
      doors: inputs.reduce(into: DoorCounts()) { $0 += $1.doors }, files: files.sorted { $0.name < $1.name })
    try writer.publish(manifest)
    return UsageExport(
      runs: runs.map(\.run), periods: writer.periods.sorted(), rowCount: writer.rowCount,
      eventCount: manifest.doors.rated,
      amounts: writer.sums.amounts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      suspendedCount: manifest.doors.suspended)
  }

  /// Whether charging starts lie in a period, give or take the day that zones make.
  private static func reaches(_ span: ClosedRange<Int64>, into periods: Set<UsagePeriod>) -> Bool {
    let (first, last) = (span.lowerBound / 86_400 - 1, span.upperBound / 86_400 + 1)
    return periods.contains { Int64($0.from.dayNumber) <= last && first < Int64($0.until.dayNumber) }
  }

  /// The allowances of settlements that count, of the chosen periods, in order.
  private func allowances(
    _ settled: [CountingSettlement], _ choice: UsagePeriodChoice
  ) throws(StoreFault) -> [AllowanceLine] {
    var lines: [AllowanceLine] = []
    for entry in settled {
      lines += try StoreFault.ofUsage { () throws(UsageFolderFault) in try entry.usage.allowanceLines() }
        .filter { line in
          choice.contains(line.period) && entry.holds(isPool: line.isPool, line.owner, line.period)
        }
    }
    return lines.sorted { $0.cells.lexicographicallyPrecedes($1.cells) }
  }

  /// A run as one input of the documents of a period: what it rated in other periods was left out on purpose, and so were its
  /// suspended records that other runs have read again or that were written off.
  private static func input(
    _ run: RunRecord, _ usage: UsageFolder, _ choice: UsagePeriodChoice, waiting: [SuspenseDigestRow]
  ) -> SummaryManifest.Input {
    var doors = run.doors
    doors.suspended = waiting.reduce(0) { $0 + $1.eventCount }
    doors.filtered += run.doors.suspended - doors.suspended
    let rated = usage.usagePeriods.filter { choice.contains($0.period) }.reduce(Int128(0)) {
      $0 + $1.eventCount
    }
    doors.filtered += doors.rated - Int64(rated)
    doors.rated = Int64(rated)
    return SummaryManifest.Input(
      name: Label("runs/" + run.id), source: .empty,
      decodedBytes: usage.manifest.inputs.reduce(0) { $0 + $1.decodedBytes },
      hash: Label("sha256:" + run.manifestHash), doors: doors)
  }

  /// What of a run still waits in suspense.
  private func waitingDigest(_ run: RunRecord) throws(StoreFault) -> [SuspenseDigestRow] {
    guard run.doors.suspended > 0 else { return [] }
    return try waitingSums(run).map { key, sum in
      let kind = Array(key.unit.utf8).withUnsafeBufferPointer(ServiceKind.init(unit:))
      return SuspenseDigestRow(
        reason: key.reason, account: key.account, serviceKind: kind, eventCount: sum.eventCount,
        quantity: kind == nil ? nil : sum.quantity)
    }
  }

  /// Digests added up by their keys.
  static func merged(_ digests: [[SuspenseDigestRow]]) -> [SuspenseDigestRow] {
    struct Key: Hashable {
      var reason: Label
      var account: Label
      var kind: ServiceKind?
      var currency: Currency?
    }
    var rows: [Key: SuspenseDigestRow] = [:]
    for row in digests.joined() {
      let key = Key(
        reason: row.reason, account: row.account, kind: row.serviceKind, currency: row.currency)
      guard var sum = rows[key] else {
        rows[key] = row
        continue
      }
      sum.eventCount += row.eventCount
      if let quantity = row.quantity { sum.quantity = (sum.quantity ?? 0) + quantity }
      if let value = row.estimatedValue { sum.estimatedValue = (sum.estimatedValue ?? .zero) + value }
      rows[key] = sum
    }
    return Array(rows.values)
  }
}
