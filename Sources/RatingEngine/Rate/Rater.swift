// Guide, classify, price: from typed events to outcomes.
//
// Pass by pass over a batch, with a prefetch between the passes, so that the reads of one record's tables overlap with
// those of the next. The doors of RULES 1 are the order of the passes.

import BillingCalendar
import CMachine
import Catalog
import Money
import Tables

/// Rates batches of one source. Owned by one worker; it shares only the compiled catalog.
final class Rater {
  let catalog: CompiledCatalog
  let keyPlan: SummaryKeyPlan
  let meters: MeterNames
  let sourceNumber: Int
  let defaultEntry: UInt32
  let book: PriceBook
  /// How decks price by jurisdiction; nil where none does.
  let jurisdictions: JurisdictionTables?
  /// What suppliers charge for the batch; nil where there are none.
  let costs: SupplierCosts?
  var calendars: AccountCalendars
  var bandClocks: BandClocks
  /// What is left of the batch's records that fall into several rows, record by record: their parts, the first included.
  var parts: [RatedPart] = []
  /// Rows of the batch that was rated last behind those of its records.
  var partRows: [PartRow] = []

  // Columns of the batch, by record.
  let seconds = Rater.column(Int64.self)
  let entry = Rater.column(UInt32.self)
  // Records that a service key is looked up for, and the slot where each key would stand.
  let asked = Rater.column(UInt16.self)
  let home = Rater.column(UInt32.self)
  let keyLow = Rater.column(UInt64.self)
  let keyHigh = Rater.column(UInt64.self)
  let account = Rater.column(UInt32.self)
  let plan = Rater.column(UInt32.self)
  let node = Rater.column(UInt32.self)
  let last8 = Rater.column(UInt32.self)
  // Records whose number goes on below the level of the deck that is looked at.
  let deeper = Rater.column(UInt16.self)
  /// Deck row + 1, 0 where the event needed none.
  let row = Rater.column(UInt32.self)
  let tariff = Rater.column(UInt32.self)
  let price = Rater.column(UInt32.self)
  // Records whose price the charge takes from a table by the row's price, and that table.
  let repriced = Rater.column(UInt16.self)
  let priceTables: UnsafeMutablePointer<UnsafeMutablePointer<UInt32>>
  @exclusivity(unchecked) var repricedCount = 0
  let charge = Rater.column(UInt32.self)
  let chargeName = Rater.column(UInt32.self)
  /// Marks of `CompiledCatalog.ChargeEntry`; 0 for the common event.
  let chargeMarks = Rater.column(UInt8.self)
  let day = Rater.column(Int32.self)
  // Of plans that are adjusted only: band of the row, change of prices, and the price before both.
  let band = Rater.column(UInt32.self)
  let change = Rater.column(UInt32.self)
  let basePrice = Rater.column(UInt32.self)
  /// Raw value of `Jurisdiction`; only where decks price by it.
  let jurisdiction = Rater.column(UInt8.self)
  let billed = Rater.column(Int64.self)
  /// Of the price; kept from where the price was at hand, because another look at the table is a cache miss for every event.
  let unitPriceRank = Rater.column(UInt32.self)
  let amount = Rater.column(Int128.self)
  /// Records still on their way, ascending.
  let live = Rater.column(UInt16.self)
  var liveCount = 0
  /// Records of the batch that are rated but not priced, ascending: they depend on order.
  let settled = Rater.column(UInt16.self)
  private(set) var settledCount = 0
  /// Numbers of their base cells.
  let baseCell = Rater.column(UInt32.self)
  /// What comes before the keys of the source in the order of keys.
  let keyRank: [UInt8]
  /// Charges by rating group, as they were chosen before.
  let choices = ChargeChoices()
  /// Numbers of what the events of a base cell have in common. Measured: checking for exclusive access at every event
  /// cost as much as looking up; a rater has one owner.
  @exclusivity(unchecked) var baseCells: BaseCellCache
  /// Earliest and latest charging start of what was rated since the owner reset it.
  var span = EventSpan()

  /// - Parameters:
  ///   - sourceIndex: index of the source in the catalog.
  ///   - meters: numbers of meters that the catalog does not name, shared by all workers.
  ///   - unitPrices: numbers of unit prices that it does not have, shared as well.
  init(
    catalog: CompiledCatalog, keyPlan: SummaryKeyPlan, sourceIndex: Int, defaultAccountIndex: Int?,
    meters: MeterNames, unitPrices: UnitPriceNumbers, baseCells: BaseCellNumbers
  ) {
    self.baseCells = BaseCellCache(
      baseCells, rowCount: catalog.settled.isAny ? catalog.prefixes.rows.count : 0,
      chargeCount: catalog.settled.charges.count)
    book = PriceBook(catalog, unitPrices)
    jurisdictions = catalog.jurisdictions
    costs = catalog.costs.map { SupplierCosts($0, holidays: catalog.source.holidays) }
    bandClocks = BandClocks(catalog)
    self.catalog = catalog
    self.keyPlan = keyPlan
    priceTables = .allocate(capacity: FieldColumns.batchCapacity + 1)
    self.meters = meters
    sourceNumber = sourceIndex + 1
    keyRank = catalog.settled.namespaceRanks[sourceIndex]
    calendars = AccountCalendars(catalog)
    defaultEntry = defaultAccountIndex.map { Self.entry(ofAccount: $0, catalog) } ?? ServiceIndex.none
  }

  /// The service entry that is an account itself.
  static func entry(ofAccount index: Int, _ catalog: CompiledCatalog) -> UInt32 {
    let id = catalog.source.accounts[index].id.bytes
    let padded = id + [UInt8](repeating: 0, count: ByteText.slack)
    return padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return ServiceIndex.none }
      return catalog.services.find(
        ServiceIndex.Key(text: base, length: id.count), tag: ServiceIndex.accountTag, text: base,
        length: id.count)
    }
  }

  private static func column<T: BitwiseCopyable>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    let bytes = (FieldColumns.batchCapacity + 1) * MemoryLayout<T>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return memory.bindMemory(to: T.self, capacity: FieldColumns.batchCapacity + 1)
  }

  deinit {
    seconds.deallocate()
    asked.deallocate()
    deeper.deallocate()
    repriced.deallocate()
    priceTables.deallocate()
    for pointer in [
      home, entry, account, plan, node, last8, row, tariff, price, charge, band, change, basePrice,
    ] {
      pointer.deallocate()
    }
    for pointer in [keyLow, keyHigh] { pointer.deallocate() }
    chargeName.deallocate()
    chargeMarks.deallocate()
    jurisdiction.deallocate()
    day.deallocate()
    billed.deallocate()
    unitPriceRank.deallocate()
    amount.deallocate()
    baseCells.deallocate()
    choices.deallocate()
    live.deallocate()
    settled.deallocate()
    baseCell.deallocate()
  }

  /// Rates the open records of `batch` and appends one row for each record past door 2 to `rows`; returns how many.
  ///
  /// Records that left before are not touched. `rows` needs room for the batch.
  func rate(
    _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan,
    into rows: UnsafeMutablePointer<OutcomeRow>, _ clock: StageClock? = nil
  ) -> Int {
    liveCount = 0
    settledCount = 0
    for record in 0..<batch.count where batch.door[record] == Door.open {
      live[liveCount] = UInt16(truncatingIfNeeded: record)
      liveCount &+= 1
      seconds[record] = Instant.seconds(ofMillis: batch.chargingStart(record))
      row[record] = 0
    }
    guide(batch, columns, fields)
    assignPlans(batch)
    applyRules(batch, columns, fields)
    clock?.lap(.guide)
    match(batch, columns, fields)
    choosePrices(batch, columns, fields)
    clock?.lap(.match)
    if catalog.settled.anyCountsItems { suspendNamelessSamples(batch, columns, fields) }
    priceEvents(batch)
    if let costs { costEvents(batch, columns, fields, costs) }
    clock?.lap(.price)
    if catalog.settled.isAny { noteSpan() }
    packKeys(batch)
    let count = emit(batch, into: rows)
    if !partRows.isEmpty { partRows.removeAll(keepingCapacity: true) }
    if !parts.isEmpty { partRows = emitParts(batch, rows) }
    if let costs { emitCosts(batch, rows, costs) }
    clock?.lap(.pack)
    return count
  }

  /// Takes a record out of those that are priced now; it stays rated.
  func putAside(_ record: Int, _ batch: UsageBatch) -> Bool {
    batch.door[record] = Door.rated
    settled[settledCount] = UInt16(truncatingIfNeeded: record)
    settledCount &+= 1
    return false
  }

  /// Account of a record that was just rated or suspended; `UInt32.max` where it belongs to nobody.
  func accountIndex(_ record: Int) -> UInt32 { entry[record] == ServiceIndex.none ? .max : account[record] }

  // MARK: leaving

  /// Keeps the live records for which `stays` says so.
  @inline(__always) func keepLive(_ stays: (Int) -> Bool) {
    var kept = 0
    for at in 0..<liveCount {
      let record = live[at]
      if stays(Int(record)) {
        live[kept] = record
        kept &+= 1
      }
    }
    liveCount = kept
  }

  @inline(never) func suspend(_ record: Int, _ batch: UsageBatch, _ reason: SuspenseReason) -> Bool {
    batch.door[record] = Door.suspended
    batch.reason[record] = UInt16(reason.rawValue)
    batch.faultField[record] = reason == .badNumber ? FieldRoleName.to : FieldRoleName.none
    return false
  }

  func filter(_ record: Int, _ batch: UsageBatch, _ reason: UInt16) -> Bool {
    batch.door[record] = Door.filtered
    batch.reason[record] = reason
    return false
  }
}
