// Suspended records of a run as a usage folder of their own, to be joined with what the rest of the run is rated as.

import DurableFiles
import Tables
import UsageSummary

extension BillingStore {
  /// Writes chosen suspended records of a run to a usage folder at `path`, which has no other usage: its inputs have read and suspended
  /// these records. Complexity: O(suspended records), in the memory of the chosen ones.
  public func writeSuspense(
    of run: RunRecord, to path: String, where isChosen: (SuspendedRecord) -> Bool
  ) throws(StoreFault) {
    let old = try open(run, isSummaryProved: false)
    var rows: [SuspenseRow] = []
    try forEachRecord(of: run) { record in if isChosen(record) { rows.append(record.row) } }
    let chosen = rows
    let copies = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try SuspenseMerge([(old.path + "/" + SuspenseSchema.fileName, 1)])
    }
    var writer = try StoreFault.ofFiles { () throws(FileFault) in
      try SummaryFolderWriter(at: path, operations: operations)
    }
    do throws(StoreFault) {
      var files = [try StoreFault.ofFiles { () throws(FileFault) in try writer.finishSummary() }]
      files.append(
        try writer.write(SuspenseSchema.fileName) { write throws(StoreFault) in
          try StoreFault.ofUsage { () throws(UsageFolderFault) in
            try copies.forEach(
              where: { row in chosen.contains { $0.file == row.file && $0.byteOffset == row.offset } }, write)
          }
        })
      let digest = Self.merged(
        chosen.map { row in
          [
            SuspenseDigestRow(
              reason: row.reason, account: row.account, serviceKind: row.kind, eventCount: 1,
              quantity: row.quantity)
          ]
        })
      var manifest = old.manifest
      manifest.options = []
      manifest.inputs = manifest.inputs.compactMap { input in
        var input = input
        let count = Int64(chosen.count { $0.file == input.name && $0.source == input.source })
        input.doors = DoorCounts(read: count, suspended: count)
        return count > 0 ? input : nil
      }
      manifest.skippedInputs = []
      manifest.doors = manifest.inputs.reduce(into: DoorCounts()) { $0 += $1.doors }
      try StoreFault.ofFiles { () throws(FileFault) in
        files.append(
          try writer.write(
            AllowanceSchema.fileName, SummaryColumn.header(of: AllowanceSchema.columns), rowCount: 0))
        files.append(
          try writer.write(SuspenseDigest.fileName, SuspenseDigest.text(of: digest), rowCount: digest.count))
        manifest.files = files.sorted { $0.name < $1.name }
        try writer.publish(manifest)
      }
    } catch {
      writer.discard()
      throw error
    }
  }
}
