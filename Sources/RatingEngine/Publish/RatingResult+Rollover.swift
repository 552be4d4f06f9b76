// What periods hand on, for a store that freezes it when they are billed.

public import DurableFiles
import UsageSummary

extension RatingResult {
  /// Writes what every period hands on (`RolloverTable`).
  ///
  /// To be called in `extra` of `publish`, of a run with `keepsRollover`.
  public func writeRollover(to folder: PublishedFolder) throws(FileFault) {
    let writer = try folder.writer(RolloverTable.fileName, mode: 0o600)
    try writer.write(contentsOf: SummaryColumn.header(of: RolloverTable.columns))
    try ledger.rollover?.forEach { row throws(FileFault) in try writer.write(contentsOf: Array(row)) }
    try writer.finish()
  }
}
