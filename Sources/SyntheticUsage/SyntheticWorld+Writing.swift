// Writes a world and its usage to a folder, on all cores, in bounded memory.
//
// Stretches of records are made and compressed apart and written in order, so the files are the same bytes for any number
// of cores.

internal import Dispatch
public import DurableFiles
internal import Synchronization

extension SyntheticWorld {
  /// File by which an earlier output is known.
  public static let markerName = "totals.json"

  /// Writes `catalog/`, `usage/` and `totals.json` to a new folder at `path`, which appears complete or not at all.
  ///
  /// An older output of this kind is replaced. `isWanted` is asked about ten times a second with the number of records
  /// written so far, on the calling thread; where it says no, nothing is left and the result is nil.
  ///
  /// Errors: a file cannot be written, or something else is at `path`. Complexity: O(events + accounts + rows) time; memory
  /// is that of the world and about 8 MiB for each core.
  public func write(
    events: Int, to path: String, isWanted: (_ writtenCount: Int) -> Bool = { _ in true }
  ) throws(FileFault) -> KnownTotals? {
    let folder = try PublishedFolder.begin(at: path, marker: Self.markerName)
    defer { folder.discard() }
    try folder.makeFolder("catalog")
    try writeCatalog(to: folder, under: "catalog/")
    try folder.makeFolder("usage")
    guard let totals = try writeUsage(events: events, to: folder, isWanted: isWanted) else { return nil }
    let writer = try folder.writer(Self.markerName)
    try writer.write(totals.json)
    try writer.finish()
    try folder.publish()
    return totals
  }

  private func writeUsage(
    events: Int, to folder: PublishedFolder, isWanted: (Int) -> Bool
  ) throws(FileFault) -> KnownTotals? {
    let curve = curve(eventCount: events)
    var totals = KnownTotals()
    var stretches = UsageStretches(curve, days: 0..<dayCount)
    var file: ZstdWriter?
    while true {
      // More than cores, so that one slow stretch does not leave the others idle.
      let batch = stretches.take(8)
      if batch.isEmpty { return totals }
      guard isWanted(totals.read) else {
        file?.abandon()
        return nil
      }
      for made in try StretchMaker.make(batch, of: self, curve) {
        let name = "usage/\(fileName(ofDay: made.stretch.day)).zst"
        if made.stretch.isFirst { file = try ZstdWriter(folder.writer(name)) }
        guard let writer = file else { preconditionFailure("the first stretch of a file opens it") }
        try writer.write(frame: made.frame, plainBytes: made.plainBytes)
        if made.stretch.isLast { try writer.finish() }
        totals += made.totals
      }
    }
  }
}
