// What all workers of a run share and none changes.

import CXxhash
import Catalog
import Tables

/// The fixed frame of a run.
final class RunSetup: Sendable {
  let catalog: CompiledCatalog
  let options: RatingOptions
  /// The key by which all outputs are added up.
  let keyPlan: SummaryKeyPlan
  /// The columns of the table of `groupBy`.
  let tableView: SummaryView
  /// The columns of the summary, where the run keeps them.
  let summaryView: SummaryView?
  let meters: MeterNames
  let unitPrices: UnitPriceNumbers
  let baseCells = BaseCellNumbers()
  /// One readable byte with slack: what absent texts point to.
  let emptyText: FlatTable<UInt8>
  /// Names of filter reasons: the catalog's, then those of formats.
  let filterReasons: [Label]
  /// Keys about which an earlier reading found something out.
  let known: SecondLook
  /// Who may hold how much of `options.memoryBytes`.
  let budget: MemoryBudget
  /// Whether duplicates are left out: found in this run, or when its events were read.
  let hasToldDuplicates: Bool
  let legReason: UInt16
  let trailerReason: UInt16
  /// Of unreadable records that stand in suspense already: they are counted as duplicates.
  let repeatedReason: UInt16

  var keepsSuspense: Bool { options.keepsSuspense }
  /// Where stores put what does not fit their share.
  var spillPlace: SpillPlace {
    SpillPlace(folder: options.temporaryFolder, operations: options.fileOperations)
  }
  /// Parts of what is settled later.
  var settlePartCount: Int { SettleStore.partCount(memoryBytesMax: budget.settleBytes) }
  /// Bytes of text that are read into a chunk at a time.
  var chunkBytes: Int { options.chunkBytes ?? Chunk.standardTextBytes }
  /// The longest text that is split at once: a record over a seam is made of a tail and a head, each up to the limit or a
  /// chunk.
  var textBytesMax: Int { 2 * options.recordBytesMax + 3 * chunkBytes }
  /// Whether every input's decoded bytes are hashed: for outputs that name their inputs.
  var hashesInputs: Bool { options.hashesInputs }

  init(
    catalog: CompiledCatalog, options: RatingOptions, known: SecondLook = SecondLook(),
    furtherReasons: [Label] = [], ofStoredEvents: Bool = false
  ) throws(RunFault) {
    hasToldDuplicates = options.findsDuplicates || ofStoredEvents
    self.known = known
    self.catalog = catalog
    self.options = options
    budget = MemoryBudget(options, settles: catalog.settled.isAny)
    let schema = GroupColumn.allCases.filter { $0 != .day }
    let isSummary = options.keepsSummary || options.groupBy == nil
    let tableColumns = options.groupBy ?? schema
    let columns = isSummary ? schema + tableColumns.filter { $0 == .day } : tableColumns
    // Many columns leave no room for more: then the report of costs says what it does not know.
    guard
      let keyPlan = SummaryKeyPlan(columns: columns, catalog, isOfRun: true, tellsMargins: true)
        ?? SummaryKeyPlan(columns: columns, catalog, isOfRun: true),
      let tableView = SummaryView(columns: tableColumns, isWholeSchema: false, keyPlan, catalog)
    else {
      throw .usage(
        "--by: these keys together are too long for one row; leave some out"
          + (isSummary ? ", or make the table and the folder of --out one after the other" : ""))
    }
    self.keyPlan = keyPlan
    self.tableView = tableView
    summaryView = isSummary ? SummaryView(columns: schema, isWholeSchema: true, keyPlan, catalog) : nil
    meters = MeterNames(catalog)
    unitPrices = UnitPriceNumbers(catalog)
    emptyText = FlatTable(zeroedCount: 64)
    var reasons = catalog.filterReasons
    for format in catalog.source.formats {
      for filter in format.filters where !reasons.contains(filter.reason) { reasons.append(filter.reason) }
    }
    for reason in furtherReasons where !reasons.contains(reason) { reasons.append(reason) }
    legReason = UInt16(reasons.count)
    reasons.append("leg")
    trailerReason = UInt16(reasons.count)
    reasons.append("trailer")
    repeatedReason = UInt16(reasons.count)
    reasons.append("repeated")
    filterReasons = reasons
    guard reasons.count <= OutcomeRow.reasonLimit else {
      throw .catalog(
        "plans and formats name more than \(OutcomeRow.reasonLimit) reasons for filtering; let rules share some"
      )
    }
  }

  /// The number of a filter's reason.
  func filterReason(_ name: Label) -> UInt16 { UInt16(filterReasons.firstIndex(of: name) ?? 0) }

  /// A number for a namespace: keys of different ones never meet.
  func keySeed(_ namespace: Label) -> UInt64 {
    namespace.bytes.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }
  }

  /// The tag of a kind of service key.
  func serviceTag(_ kind: Label) -> UInt32 {
    catalog.serviceTags[kind] ?? UInt32(ServiceIndex.firstTextTag + 0xffff)
  }
}
