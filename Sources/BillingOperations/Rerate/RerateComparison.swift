// What events came to and come to, as tables side by side.

import BillingStore
import DurableFiles
import RatingEngine
import Tables

/// The tables that one command compares.
struct RerateComparison {
  private let store: BillingStore
  /// Where tables are written.
  private let scratch: String
  /// Whether differences are told by the columns of the book.
  let isOfBook: Bool
  /// Whether the catalog of now, or what counts, has costs: then they are compared too, by their currency.
  private let tellsCosts: Bool
  private let groupBy: [GroupColumn]
  /// Tables before and after, to be compared; nil for none.
  private var pairs: [(old: String?, new: String?)] = []
  /// By the ids of runs that were rated again as a whole: what the book says of them.
  private var rewritten: [String: String] = [:]

  /// The columns by which the book tells what runs came to.
  private static let bookColumns = BillingStore.sumColumns.compactMap { GroupColumn(rawValue: $0) }

  /// Compares by the columns `groupBy`, nil for those of the book, and sets them to what events have to be added up by. `isOfCosts`
  /// where the catalog of now has costs.
  init(
    _ store: BillingStore, isOfCosts: Bool, groupBy: inout [GroupColumn]?, scratch: String
  ) throws(StoreFault) {
    self.store = store
    self.scratch = scratch
    isOfBook = groupBy == nil
    tellsCosts = if isOfCosts { true } else { try store.hasCosts() }
    var columns = groupBy ?? Self.bookColumns
    // Costs are never added up over currencies.
    if tellsCosts, !columns.contains(.cost_currency) { columns.append(.cost_currency) }
    groupBy = columns
    self.groupBy = columns
  }

  /// The columns of the tables, as the engine writes them: where nothing is rated again there is no table to ask.
  private var columns: [Label] {
    var columns = groupBy
    if !columns.contains(.currency) { columns.append(.currency) }
    return columns.map { Label($0.rawValue) } + ["unit"]
  }

  /// Adds what events came to and come to, by the keys of the comparison; nil for none.
  mutating func add(_ first: RatingResult?, _ second: RatingResult?) throws(OperationFault) {
    let name = scratch + "/table-\(pairs.count)"
    let pair = (old: first.map { _ in name + "-old.csv" }, new: second.map { _ in name + "-new.csv" })
    try OperationFault.ofFiles { () throws(FileFault) in
      for (result, path) in [(first, pair.old), (second, pair.new)] {
        guard let result, let path else { continue }
        let writer = try CheckedWriter(creating: path, mode: 0o600)
        try result.writeGrouped { bytes throws(FileFault) in try writer.write(bytes) }
        try writer.finish(isSynced: false)
      }
    }
    pairs.append(pair)
  }

  /// Adds a table of what was.
  mutating func add(before path: String) { pairs.append((path, nil)) }

  /// Waits for what will stand for a run that was rated again as a whole; `path` is the table of what it came to.
  mutating func expect(after run: RunRecord, before path: String) { rewritten[run.id] = path }

  /// The comparison, with runs that were rated again as a whole beside those that will stand for them; the book is not asked.
  func delta(_ proved: [ProvedReplacing]) throws(OperationFault) -> RerateDelta {
    var pairs = pairs
    for (id, old) in rewritten {
      guard let next = proved.first(where: { $0.replaced.id == id }) else {
        preconditionFailure("a run that was rated again as a whole has a summary of its own")
      }
      let path = scratch + "/sums-after-run-\(next.replaced.number).csv"
      try OperationFault.ofStore { () throws(StoreFault) in
        try next.writeSums(tellingCosts: tellsCosts, to: path)
      }
      pairs.append((old, path))
    }
    let all = pairs
    return try OperationFault.ofFiles { () throws(FileFault) in
      try RerateDelta(all, emptyColumns: columns)
    }
  }

  /// The table of what the book says of a run.
  func sums(of run: RunRecord) throws(OperationFault) -> String {
    let path = scratch + "/sums-of-run-\(run.number).csv"
    try OperationFault.ofStore { () throws(StoreFault) in
      try store.writeSums(of: run, tellingCosts: tellsCosts, to: path)
    }
    return path
  }
}
