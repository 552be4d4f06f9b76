// Names of suspended records whose run counts no more: where the record went.

import Tables
import UsageSummary

extension BillingStore {
  /// Why no run that counts has a record of that name: it never was, its run was taken back or purged, or another run stands for that
  /// one. Then the record has a name of its own there, as long as it is suspended; it is known by its file and place.
  ///
  /// Complexity: O(suspended records of the runs that have stood for each other).
  public func whyNoRecord(_ id: SuspenseID) throws(StoreFault) -> String {
    let unknown = "there is no suspended record \(id); 'ratemill suspense --store \(path)' lists what waits"
    let runs = try runs()
    guard let first = runs.first(where: { $0.number == id.runNumber }), id.row <= first.doors.suspended else {
      return unknown
    }
    if first.isPurged { return "the records of run \(first.number) were purged, and \(id) with them" }
    var run = first
    while run.state == .replaced,
      let next = runs.last(where: { $0.kind == .rerate && $0.replaces == run.id })
    {
      run = next
    }
    if run.state == .revoked { return "run \(run.number) was taken back, and record \(id) with it" }
    if run.id == first.id { return unknown }
    if run.isPurged {
      return "the records of run \(run.number), which stands for run \(first.number), were purged"
    }
    guard let place = try place(ofRow: id.row, of: first) else { return unknown }
    var row: Int?
    try forEachSuspenseRow(of: run) { number, found in if found == place { row = number } }
    guard let row else {
      return
        "record \(id) is not suspended any more: run \(run.number), which stands for run \(first.number), has not "
        + "suspended it"
    }
    return
      "record \(id) is \(SuspenseID(runNumber: run.number, row: row)) now: run \(run.number) stands for run \(first.number)"
  }

  private func place(ofRow row: Int, of run: RunRecord) throws(StoreFault) -> RecordPlace? {
    var place: RecordPlace?
    try forEachSuspenseRow(of: run) { number, found in if number == row { place = found } }
    return place
  }

  private func forEachSuspenseRow(
    of run: RunRecord, _ body: (_ number: Int, _ place: RecordPlace) -> Void
  ) throws(StoreFault) {
    let reader = try suspenseReader(of: run)
    while let row = try StoreFault.ofUsage({ () throws(UsageFolderFault) in try reader.next() }) {
      body(Int(reader.rowCount), RecordPlace(file: row.file, byteOffset: row.byteOffset))
    }
  }
}
