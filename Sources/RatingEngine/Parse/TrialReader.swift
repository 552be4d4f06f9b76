// Reading a text that is at hand (an example line, the front of a sample) as a run would read it.
//
// The same header, field plan, splitter and event reader as a run's; no ingest, no catalog, no rating.

public import BillingCalendar
public import Catalog
public import Tables

/// Reads texts at hand. Owned by one thread; its buffers are made for texts of up to `textBytesMax`.
final class TrialReader {
  /// What one batch of records says, while it is looked at.
  struct Reading {
    let view: RecordView
    let text: TextPointer
    /// Line in the file of the text's first line.
    let firstLine: Int
    /// Offset in the file of the text's first byte.
    let textOffset: Int64

    var count: Int { view.batch.count }
    /// Whether a row only promises what the file holds.
    func isTrailer(_ index: Int) -> Bool {
      view.batch.door[index] == Door.noEvent
        && view.batch.reason[index] == UInt16(view.reasons.count - 1)
    }
    func record(_ index: Int) -> ReadRecord {
      view.record(index, text: text, line: firstLine, textOffset: textOffset)
    }
  }

  private let scratch = ScratchText()
  private let splitter: RecordSplitter
  private let batch = UsageBatch()
  private let empty = FlatTable<UInt8>(zeroedCount: 64)

  init(textBytesMax: Int) { splitter = RecordSplitter(chunkBytesMax: textBytesMax + 1, scratch: scratch) }

  deinit { empty.deallocate() }

  /// A choice among the rows of calls that is being made over several texts.
  struct Legs {
    let table: LegTable
    /// Offset that this text has among them.
    let textOffset: Int64
    /// Whether rows are chosen by now; otherwise they are only noted.
    let isChosen: Bool
  }

  /// Reads `bytes`, the front of a file with its header lines, in the given format and source.
  ///
  /// `body` sees batch after batch and says whether to go on. A last line without an end is read where `isWhole` says
  /// that the file ends there, else it is left out.
  /// - Throws: `FormatMismatch` where the file is not of this format.
  func read(
    _ bytes: [UInt8], _ format: FormatDescriptor, source: UsageSource, isWhole: Bool, legs: Legs? = nil,
    _ body: (Reading) -> Bool
  ) throws(FormatMismatch) {
    let lineEnd = format.dialect.lineEnd
    var length = bytes.count
    if !isWhole { length = bytes.lastIndex(of: lineEnd).map { $0 + 1 } ?? 0 }
    var padded = Array(bytes[..<length])
    if isWhole, padded.last != lineEnd { padded.append(lineEnd) }
    length = padded.count
    padded += [UInt8](repeating: 0, count: ByteText.slack)
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: padded.count)
    defer { memory.deallocate() }
    _ = memory.initialize(fromContentsOf: padded)
    guard let base = memory.baseAddress else { return }
    let header = try FileHeader.read(UnsafePointer(base), length, format)
    let reasons = Self.reasons(format)
    let plan = try FieldPlan.compile(
      format, columnNames: header.columnNames, headerLine: header.headerLine,
      filterReason: { name in UInt16(reasons.firstIndex(of: name) ?? 0) },
      serviceTag: { _ in ServiceIndex.firstTextTag })
    guard length > header.byteCount else { return }
    let text = UnsafePointer(base) + header.byteCount
    let columns = FieldColumns(slotCount: plan.slotCount, empty: UnsafePointer(empty.base))
    let reader = EventReader(source: source, keySeed: 0, needsIdentity: true, scratch: scratch)
    let view = RecordView(
      batch: batch, columns: columns, plan: plan, columnNames: header.columnNames, reasons: reasons)
    splitter.begin(text, length - header.byteCount, plan: plan)
    while splitter.next(batch, columns) {
      reader.read(batch, columns, plan, text: text)
      if let legs { choose(legs, columns, plan, reason: UInt16(reasons.count - 2)) }
      markTrailers(columns, plan, reason: UInt16(reasons.count - 1))
      let goesOn = body(
        Reading(view: view, text: text, firstLine: header.lineCount + 1, textOffset: Int64(header.byteCount)))
      scratch.reset()
      if !goesOn { return }
    }
  }

  /// The reasons of a format's filters, then those of its other rows that are no events.
  private static func reasons(_ format: FormatDescriptor) -> [Label] {
    format.filters.map(\.reason) + [legReason, trailerReason]
  }
  static let legReason: Label = "leg"
  static let trailerReason: Label = "trailer"

  private func choose(_ legs: Legs, _ columns: FieldColumns, _ plan: FieldPlan, reason: UInt16) {
    if legs.isChosen {
      legs.table.apply(batch, columns, plan, chunkOffset: legs.textOffset, reason: reason)
    } else {
      legs.table.note(batch, columns, plan, chunkOffset: legs.textOffset)
    }
  }

  private func markTrailers(_ columns: FieldColumns, _ plan: FieldPlan, reason: UInt16) {
    guard !plan.trailer.isEmpty else { return }
    for record in 0..<batch.count where EventReader.holds(plan.trailer, record, columns) {
      batch.door[record] = Door.noEvent
      batch.reason[record] = reason
    }
  }
}

extension UsageSource {
  /// A source for texts that no row of sources.csv names: UTC, and numbers that are international already, unless the
  /// catalog's defaults say otherwise.
  public static func trial(
    zone: Zone = .utc, country: Label = .empty, dialling: DiallingPlan = .international
  )
    -> UsageSource
  {
    UsageSource(
      name: "trial", pattern: .empty, formatIndex: 0, zone: zone, country: country, dialling: dialling,
      defaultAccountIndex: nil, namespace: .empty, sequence: .empty, expected: .empty, control: .empty,
      overlap: .first, gap: .forward, line: 0)
  }
}
