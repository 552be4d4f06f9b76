// What a run has to say: counts by door and reason, money by currency, files, and one example for each reason.

public import BillingCalendar
public import Catalog
public import Money
public import Tables

/// The control totals of a run, in the words of files and reports.
public struct RunReport: Sendable {
  /// Records by the reason for which they were filtered.
  public struct Filtered: Sendable {
    /// The reason's word.
    public var reason: Label
    /// Records.
    public var count: Int
  }
  /// Records by the reason for which they were suspended.
  public struct Suspended: Sendable {
    /// The reason.
    public var reason: SuspenseReason
    /// Records.
    public var count: Int
    /// The first of them, where suspended records are kept.
    public var example: Example?
  }
  /// One suspended record.
  public struct Example: Sendable {
    /// The file as the user named it.
    public var file: String
    /// Line in the decoded file, from 1.
    public var line: Int
    /// The first 1024 bytes of the record, or all of them.
    public var bytes: [UInt8]
  }
  /// Quantities of a kind of usage.
  public struct Quantity: Sendable {
    /// The kind.
    public var kind: UsageKind
    /// Recorded, over rated events, in integer quantity.
    public var raw: Int128
    /// Billed, in integer quantity.
    public var billed: Int128
    /// Of that, covered by allowances.
    public var covered: Int128
  }
  /// One input.
  public struct File: Sendable {
    /// The file as the user named it.
    public var name: String
    /// Its source.
    public var source: Label
    /// Decoded bytes.
    public var byteCount: Int64
    /// Of these, at its beginning, bytes that an earlier run has read: their records are not read again.
    public var knownByteCount: Int64
    /// Bytes behind them that somebody has added while the file was read, with those of a last record that was not complete: they
    /// were not read.
    public var unreadByteCount: Int64
    /// Records read.
    public var read: Int
    /// Records rated.
    public var rated: Int
    /// Records filtered.
    public var filtered: Int
    /// Records found to be duplicates.
    public var duplicate: Int
    /// Records suspended.
    public var suspended: Int
    /// Whether it is compressed.
    public var isCompressed: Bool
    /// Whether a checksum vouches for every byte.
    public var isChecked: Bool
    /// `xxh3-128:` and 32 hex digits: the hash of the decoded bytes; empty where it was not taken.
    public var hash: String
    /// Days on which its records begin to be charged, the first and the last, in the zone of its source; nil where no record tells or
    /// nobody asked (`RatingOptions.notesDays`).
    public var days: ClosedRange<CivilDate>?
  }

  /// Records read.
  public var read: Int
  /// Records rated.
  public var rated: Int
  /// Records found to be duplicates.
  public var duplicate: Int
  /// By reason, in the order of the reasons' bytes.
  public var filtered: [Filtered]
  /// By reason, most frequent first.
  public var suspended: [Suspended]
  /// Sums of charges, sorted by currency; without those of `laterCount` events.
  public var amounts: [(currency: Currency, amount: Amount)]
  /// Rated events whose amounts a store settles with their period; nil for a run that settles all of its events.
  public var laterCount: Int?
  /// What suppliers charge; nil for a catalog without suppliers.
  public var costs: CostReport?
  /// Quantities of the kinds that occur.
  public var quantities: [Quantity]
  /// Inputs that count, in order.
  public var files: [File]
  /// Inputs left out.
  public var damaged: [DamagedFile]
  /// Rows of the summary, or of the table where no summary is kept. Before they were written: the number of keys, which may
  /// be larger.
  public var summaryRowCount: Int

  /// Records suspended.
  public var suspendedCount: Int { suspended.reduce(0) { $0 + $1.count } }
  /// Records filtered.
  public var filteredCount: Int { filtered.reduce(0) { $0 + $1.count } }
  /// Decoded bytes of all inputs.
  public var byteCount: Int64 { files.reduce(0) { $0 + $1.byteCount } }
  /// Inputs that grew while they were read.
  public var grownFiles: [File] { files.filter { $0.unreadByteCount > 0 } }
  /// Of these, bytes that earlier runs have read.
  public var knownByteCount: Int64 { files.reduce(0) { $0 + $1.knownByteCount } }
}

extension RatingResult {
  /// The report of the run.
  public func report() -> RunReport {
    let places = RecordPlaces(files)
    let suspended = SuspenseReason.allCases.compactMap { reason -> RunReport.Suspended? in
      let count = totals.suspended[Int(reason.rawValue)]
      return count == 0
        ? nil : RunReport.Suspended(reason: reason, count: count, example: example(reason, places))
    }
    let filtered = totals.filtered.enumerated().compactMap { number, count -> RunReport.Filtered? in
      count == 0 ? nil : RunReport.Filtered(reason: setup.filterReasons[number], count: count)
    }
    return RunReport(
      read: totals.read, rated: totals.rated, duplicate: totals.duplicate,
      filtered: filtered.sorted { $0.reason < $1.reason },
      suspended: suspended.sorted {
        $0.count != $1.count ? $0.count > $1.count : $0.reason.code < $1.reason.code
      },
      amounts: amounts(), laterCount: ledger.later?.eventCount,
      costs: costSums.flatMap { sums in CostReport(sums, ledger.later.map { CostSums($0, setup) }, setup) },
      quantities: quantities(),
      files: zip(files, ledger.fileTotals).map(Self.fileReport),
      damaged: damaged,
      summaryRowCount: rowCounts.summary ?? rowCounts.table ?? ledger.cellCount)
  }

  private func amounts() -> [(currency: Currency, amount: Amount)] {
    held.indices.filter { held[$0].cells > 0 }
      .map { (setup.catalog.currencies[$0], Amount(pico: held[$0].amountPico)) }.sorted { $0.0 < $1.0 }
  }

  private func quantities() -> [RunReport.Quantity] {
    UsageKind.allCases.compactMap { kind in
      let raw =
        totals.quantity[Int(kind.rawValue) * 8 + Int(Door.rated)] + settled.gaugeGain(Int(kind.rawValue))
      let billed = totals.billed[Int(kind.rawValue)] + settled.billed[Int(kind.rawValue)]
      return raw == 0 && billed == 0
        ? nil
        : RunReport.Quantity(
          kind: kind, raw: raw, billed: billed, covered: settled.covered[Int(kind.rawValue)])
    }
  }

  /// What a report says of an input.
  static func fileReport(_ file: FileContext, _ totals: DoorTotals) -> RunReport.File {
    let hash = file.isHashTold && file.units.count == 1 ? file.units[0].contentHash : nil
    let stored = file.stored
    return RunReport.File(
      name: file.name, source: file.source.name,
      byteCount: stored?.byteCount ?? file.units.reduce(0) { $0 + $1.byteCount },
      knownByteCount: file.units.first?.beginning?.readFrom ?? 0, unreadByteCount: file.unreadByteCount,
      read: totals.read, rated: totals.rated, filtered: totals.filteredCount, duplicate: totals.duplicate,
      suspended: totals.suspendedCount, isCompressed: file.isCompressed, isChecked: file.isChecked,
      hash: stored?.hash.description ?? hash.map(Self.hashText) ?? "",
      days: days(of: totals.span, in: file.source.zone))
  }

  private static func days(of span: EventSpan, in zone: Zone) -> ClosedRange<CivilDate>? {
    guard !span.isEmpty else { return nil }
    let (first, last) = (
      zone.localDay(atSeconds: span.firstSeconds), zone.localDay(atSeconds: span.lastSeconds)
    )
    // Where clocks go back over midnight, the later instant may be of the earlier day.
    return min(first, last)...max(first, last)
  }

  /// A hash of decoded bytes as text.
  static func hashText(_ hash: (low: UInt64, high: UInt64)) -> String {
    "xxh3-128:" + hex(hash.high) + hex(hash.low)
  }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The suspended record with the smallest address.
  private func example(_ reason: SuspenseReason, _ places: RecordPlaces) -> RunReport.Example? {
    ledger.suspense?.example(reason).map { record in
      RunReport.Example(
        file: files[record.file].name,
        line: places.line(
          file: record.file, unit: record.unit, sequence: record.sequence, lineInChunk: record.lineInChunk,
          unitOffset: record.offset), bytes: record.bytes)
    }
  }
}
