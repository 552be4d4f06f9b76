// One record through the engine's own splitter, reader and rater, with the rater's columns left open to look at.

import Catalog
import Money
import Tables

/// Reads and rates single records of one file. Owned by one thread; what it shows holds until the next record.
final class RecordRater {
  let setup: RunSetup
  let sourceIndex: Int
  let source: UsageSource
  let format: FormatDescriptor
  let plan: FieldPlan
  let batch = UsageBatch()
  let columns: FieldColumns
  let rater: Rater
  let view: RecordView
  private let legs: LegTable?
  /// Amounts that the packed record carries, in pico.
  var settledAmounts: [Int128] = []
  /// What became of the record that was rated last, where it depends on order.
  var settled: SettledEvent?
  private let reader: EventReader
  private let scratch = ScratchText()
  private let memory: UnsafeMutableBufferPointer<UInt8>
  private let rows = UnsafeMutablePointer<OutcomeRow>.allocate(capacity: FieldColumns.batchCapacity)
  private var splitter: RecordSplitter

  /// How far rating came: the doors 4 to 6 in their order.
  enum Stage: Int, Comparable {
    case reading, account, plan, rules, number, row, charge, quantity, rated
    static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
  }

  /// - Parameters:
  ///   - plan: compiled with the numbers of `setup`.
  ///   - legs: the choice among rows, where the file's format makes one.
  ///   - bytesMax: the longest record that will be rated.
  init(
    setup: RunSetup, sourceIndex: Int, plan: FieldPlan, columnNames: [Label], legs: LegTable?, bytesMax: Int
  ) {
    self.setup = setup
    self.sourceIndex = sourceIndex
    self.plan = plan
    self.legs = legs
    source = setup.catalog.source.sources[sourceIndex]
    format = setup.catalog.source.formats[source.formatIndex]
    columns = FieldColumns(slotCount: plan.slotCount, empty: UnsafePointer(setup.emptyText.base))
    reader = EventReader(
      source: source, keySeed: setup.keySeed(source.namespace), needsIdentity: true, scratch: scratch)
    rater = Rater(
      catalog: setup.catalog, keyPlan: setup.keyPlan, sourceIndex: sourceIndex,
      defaultAccountIndex: source.defaultAccountIndex, meters: setup.meters, unitPrices: setup.unitPrices,
      baseCells: setup.baseCells)
    view = RecordView(
      batch: batch, columns: columns, plan: plan, columnNames: columnNames, reasons: setup.filterReasons)
    memory = .allocate(capacity: bytesMax + 1 + ByteText.slack)
    memory.initialize(repeating: 0)
    splitter = RecordSplitter(chunkBytesMax: bytesMax + 1, scratch: scratch)
  }

  deinit {
    memory.deallocate()
    rows.deallocate()
  }

  /// The row of the record that was rated last.
  var row: UnsafeMutablePointer<OutcomeRow> { rows }

  /// Notes what the record came to when it was settled.
  func note(_ settled: SettledEvent) {
    self.settled = settled
    rater.billed[0] = settled.billed
    rater.amount[0] = settled.amountPico
  }

  /// The text of the record at hand.
  var text: TextPointer {
    memory.baseAddress.map { UnsafePointer($0) } ?? UnsafePointer(setup.emptyText.base)
  }

  /// Reads and rates a record that lies at `textOffset` of its file; false where the bytes are no record.
  func rate(_ bytes: [UInt8], textOffset: Int64) -> Bool {
    guard read(bytes, textOffset: textOffset) else { return false }
    _ = rater.rate(batch, columns, plan, into: rows)
    return true
  }

  /// Reads it without rating.
  func read(_ bytes: [UInt8], textOffset: Int64) -> Bool {
    precondition(bytes.count + 1 + ByteText.slack <= memory.count, "a record fits the buffer made for it")
    scratch.reset()
    for (index, byte) in bytes.enumerated() { memory[index] = byte }
    memory[bytes.count] = plan.dialect.lineEnd
    splitter.begin(text, bytes.count + 1, plan: plan)
    guard splitter.next(batch, columns) else { return false }
    batch.count = 1
    reader.read(batch, columns, plan, text: text)
    legs?.apply(batch, columns, plan, chunkOffset: textOffset, reason: setup.legReason)
    if !plan.trailer.isEmpty, EventReader.holds(plan.trailer, 0, columns) {
      batch.door[0] = Door.noEvent
      batch.reason[0] = setup.trailerReason
    }
    return true
  }

  /// Whether one field alone finds a service for the record that was read last.
  ///
  /// Asks the rater itself, with this field as the whole list and without default account; the rater's columns are those
  /// of this question afterwards.
  func isGuided(by field: FieldPlan.GuideField, _ bytes: [UInt8], textOffset: Int64) -> ServiceIndex.Entry? {
    let alone = Rater(
      catalog: setup.catalog, keyPlan: setup.keyPlan, sourceIndex: sourceIndex, defaultAccountIndex: nil,
      meters: setup.meters, unitPrices: setup.unitPrices, baseCells: setup.baseCells)
    guard read(bytes, textOffset: textOffset), batch.door[0] == Door.open else { return nil }
    var fields = plan
    fields.guide = fields.guide.map { _ in [field] }
    _ = alone.rate(batch, columns, fields, into: rows)
    if batch.door[0] == Door.suspended, batch.reason[0] == UInt16(SuspenseReason.unknownService.rawValue) {
      return nil
    }
    return setup.catalog.services.entries[Int(alone.entry[0])]
  }

  /// How far the record came that was rated last.
  var stage: Stage {
    switch batch.door[0] {
    case Door.rated: return .rated
    case Door.filtered: return .rules
    case Door.suspended: break
    default: return .reading
    }
    switch SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[0])) {
    case .unknownService: return .account
    case .noPlan: return .plan
    case .badNumber: return .number
    case .noPrice, .destinationClosed: return .row
    case .noCharge: return .charge
    default: return .quantity
    }
  }

  /// Reason of suspense of the record that was rated last, where it is suspended.
  var suspenseReason: SuspenseReason? {
    guard batch.door[0] == Door.suspended || batch.door[0] == Door.unparsable else { return nil }
    return SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[0]))
  }

  // What the rater decided, for stages that were reached.

  /// Account, from stage `plan` on.
  var account: Account { setup.catalog.source.accounts[Int(rater.account[0])] }
  /// Plan, from stage `rules` on.
  var ratePlan: RatePlan { setup.catalog.source.plans[Int(rater.plan[0])] }
  /// Amount of a rated record.
  var amount: Amount { Amount(pico: rater.amount[0]) }
  /// Kind and direction.
  var kind: UsageKind { UsageKind(rawValue: batch.kind[0]) ?? .voice }
  var direction: UsageDirection { UsageDirection(rawValue: batch.direction[0]) ?? .outbound }
}
