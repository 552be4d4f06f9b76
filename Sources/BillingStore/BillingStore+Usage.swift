// The usage of a period over all runs that count, as a usage folder for the invoice stage.

public import BillingCalendar
import DurableFiles
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
  /// other periods count as filtered there. Every run folder is proved before and while it is read.
  /// Complexity: O(rows of the runs), in the memory of one row for each run.
  public func writeUsage(of choice: UsagePeriodChoice, to out: String) throws(StoreFault) -> UsageExport {
    var runs: [RunRecord] = []
    var usages: [UsageFolder] = []
    var sources: [SummaryMerge.Source] = []
    var digests: [[SuspenseDigestRow]] = []
    for run in try currentRuns() {
      let usage = try open(run)
      guard usage.usagePeriods.contains(where: { choice.contains($0.period) }) else { continue }
      runs.append(run)
      sources.append(source(usage))
      usages.append(usage)
      digests.append(try waitingDigest(run))
    }
    guard let last = runs.last else {
      throw .refused(
        "\(path): no run has usage of \(choice); 'ratemill periods --store \(path)' lists the periods")
    }
    var merge = try SummaryMerge(sources) { choice.contains($0.usagePeriod) }
    var writer = try StoreFault.ofFiles { () throws(FileFault) in
      try SummaryFolderWriter(at: out, operations: tools.fileOperations)
    }
    do throws(StoreFault) {
      while let row = try merge.next() {
        try StoreFault.ofFiles { () throws(FileFault) in try writer.add(row) }
      }
      return try StoreFault.ofFiles { () throws(FileFault) in
        try finish(&writer, zip(runs, usages).map { ($0, $1) }, digests, choice, last)
      }
    } catch {
      writer.discard()
      throw error
    }
  }

  /// The summary of a proved folder, to be merged.
  func source(_ usage: UsageFolder) -> SummaryMerge.Source {
    let file = usage.manifest.file(named: SummarySchema.fileName)
    return SummaryMerge.Source(
      path: usage.path + "/" + SummarySchema.fileName, rowCount: file?.rowCount ?? 0,
      sha256: file?.sha256 ?? "")
  }

  /// The documents of a run, proved to be those that were committed.
  public func openUsage(of run: RunRecord) throws(StoreFault) -> UsageFolder { try open(run) }

  /// The folder of a run, proved to be the one that was committed.
  func open(_ run: RunRecord) throws(StoreFault) -> UsageFolder {
    let usage = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try UsageFolder.open(path(.runs, run.id), onlyFiles: run.isPurged ? Self.keptFiles : nil)
    }
    guard usage.manifestHash == run.manifestHash else {
      throw .damaged(path: usage.path, message: "its manifest is not the one that was committed")
    }
    return usage
  }

  private func finish(
    _ writer: inout SummaryFolderWriter, _ runs: [(run: RunRecord, usage: UsageFolder)],
    _ digests: [[SuspenseDigestRow]], _ choice: UsagePeriodChoice, _ last: RunRecord
  ) throws(FileFault) -> UsageExport {
    let summary = try writer.finishSummary()
    let digest = Self.merged(digests)
    let allowances = SummaryColumn.header(of: AllowanceSchema.columns)
    let files = [
      summary,
      try writer.write(SuspenseDigest.fileName, SuspenseDigest.text(of: digest), rowCount: digest.count),
      try writer.write(AllowanceSchema.fileName, allowances, rowCount: 0),
    ]
    let inputs = zip(runs, digests).map { Self.input($0.run, $0.usage, choice, waiting: $1) }
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
