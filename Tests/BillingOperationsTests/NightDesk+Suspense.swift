// What a provider does with suspended records.

import BillingStore

import DurableFiles
import RatingEngine
import Tables
import TestSupport
import UsageSummary

@testable import BillingOperations

extension NightDesk {
  /// Rates what waits again.
  @discardableResult func recycle(catalog: String = "catalog", tools: StoreTools? = nil) throws
    -> StoreRecycling.Outcome
  {
    try recycling(catalog, tools).run { _, _ throws(FileFault) in }
  }

  /// What a catalog would take out of suspense: `reason count`.
  func outlook(catalog: String = "catalog") throws -> [String] {
    try recycling(catalog, nil).outlook().map { "\($0.reason) \($0.count)" }
  }

  private func recycling(_ catalog: String, _ tools: StoreTools?) throws -> StoreRecycling {
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    let path = folder.path(of: catalog)
    var options = RatingOptions()
    options.threadCount = 2
    options.memoryBytes = 16 << 20
    return StoreRecycling(
      in: store, catalog: try loaded(path), catalogPath: path, options: options,
      progress: RunProgress(), semantics: 1)
  }

  /// Writes chosen records off: names of records, or a reason code.
  func writeOff(_ names: [String] = [], code: String? = nil, tools: StoreTools? = nil) throws {
    var filter = SuspenseFilter()
    filter.ids = Set(names.compactMap { SuspenseID.parse($0) })
    filter.reason = code.map { Label($0) }
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    _ = try store.writeOff(filter, reason: "test")
  }

  /// Corrects a record.
  func correct(_ name: String, _ text: String, tools: StoreTools? = nil) throws {
    guard let id = SuspenseID.parse(name) else { return }
    let store = try BillingStore.open(
      storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    _ = try StoreCorrecting.correct(id, as: Label(text), reason: "test", in: store)
  }

  /// Corrects a record without a look at what takes its place.
  func correctUnchecked(_ name: String, _ text: String) throws {
    guard let id = SuspenseID.parse(name) else { return }
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools())
    _ = try store.correct(id, as: Label(text), reason: "test")
  }

  /// What waits: `3-17 reason`.
  func waiting() throws -> [String] {
    var lines: [String] = []
    try store().forEachSuspended(SuspenseFilter()) { lines.append("\($0.id) \($0.reason)") }
    return lines
  }

  /// `suspended recycled written-off waiting` of a run.
  func suspense(ofRun name: String) throws -> String {
    let store = try store()
    let counts = try store.suspenseCounts(store.run(named: name))
    return "\(counts.suspended) \(counts.recycled) \(counts.writtenOff) \(counts.waiting)"
  }
}

extension StoreRecycling.Outcome {
  /// `read rated filtered duplicate suspended` of the run and how many wait, or `nothing` and how many wait.
  var doors: String {
    switch self {
    case .committed(let commit, _, let waiting):
      let doors = commit.run.doors
      return
        "\(doors.read) \(doors.rated) \(doors.filtered) \(doors.duplicate) \(doors.suspended), \(waiting)"
    case .nothingRated(let waiting): return "nothing, \(waiting)"
    }
  }
}
