// Records that cannot be read have no key: a file that is read again leaves out those that stand in suspense at the same place. When
// the run is taken back that has suspended them, such files are to be rated again.

import BillingStore
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

extension StoreFreeing {
  /// Files of runs that count, by run, which may have left out unreadable records because they stand in the suspense of what is taken
  /// back: the same files, read again from before such a record, with duplicates of which nothing is kept.
  func rereadings() throws(OperationFault) -> [String: Set<Label>] {
    var found: [String: Set<Label>] = [:]
    for state in try OperationFault.ofStore({ () throws(StoreFault) in try laterStates() }) {
      let run = try OperationFault.ofStore { () throws(StoreFault) in try store.run(named: state.runID) }
      guard !run.isPurged, run.kind != .recycle else { continue }
      let forgotten = try OperationFault.ofFiles { () throws(FileFault) in
        try StoredEvents(folder: store.folder(of: run)).forgottenDuplicates(exceptOf: nil)
      }
      if forgotten.contains(where: { $0.input == Label(state.name) }) {
        found[run.id, default: []].insert(Label(state.name))
      }
    }
    return found
  }

  /// The same files as runs have read them that came later, from before an unreadable record on.
  private func laterStates() throws(StoreFault) -> [FileRecord] {
    guard run.doors.suspended > 0, !run.isPurged else { return [] }
    let order = try store.readingOrder(of: run)
    var states: [FileRecord] = []
    for own in try store.files(of: run) where file == nil || file == Label(own.name) {
      var last: Int64 = -1
      try store.forEachUnreadable(of: own) { last = max(last, $0.byteOffset) }
      guard last >= 0, let place = own.place else { continue }
      for state in try store.earlierStates(ofFile: own.name, at: place) where state.runID != run.id {
        guard try store.readingOrder(of: store.run(named: state.runID)) > order else { continue }
        let known = try store.end(of: state)?.known?.byteCount ?? 0
        if known <= last { states.append(state) }
      }
    }
    return states
  }
}
