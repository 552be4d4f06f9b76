// Sorting any number of detail rows in bounded memory: sorted runs on disk, merged once.

import DurableFiles

/// Collects detail rows and gives them back in order. One owner at a time.
final class DetailSort {
  private var rows: [DetailRecord] = []
  private var heldBytes = 0
  private let heldBytesMax: Int
  private let folder: String?
  private var runs: [SpillFile] = []
  /// Rows that were taken back: the log indices of records that turned out to be the duplicate.
  private var withdrawn: Set<Int64> = []

  /// - Parameter memoryBytesMax: bytes of rows held before they go to disk.
  init(memoryBytesMax: Int, folder: String?) {
    heldBytesMax = max(1 << 20, memoryBytesMax)
    self.folder = folder
  }

  func append(_ row: DetailRecord) throws(FileFault) {
    rows.append(row)
    // Two arrays and their headers beside the bytes themselves.
    heldBytes += row.storedBytes + 128
    if heldBytes > heldBytesMax { try spill() }
  }

  /// Takes the row of a log index back.
  func withdraw(_ logIndex: Int) { withdrawn.insert(Int64(logIndex)) }

  private func spill() throws(FileFault) {
    rows.sort(by: DetailRecord.precedes)
    let file = try SpillFile(in: folder ?? SpillFile.standardFolder)
    var bytes: [UInt8] = []
    for row in rows {
      row.store(into: &bytes)
      if bytes.count > 1 << 20 {
        try file.append(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try file.append(contentsOf: bytes)
    runs.append(file)
    rows.removeAll()
    heldBytes = 0
  }

  /// Calls `body` with every row in order. Complexity: O(n log n).
  func forEach(_ body: (DetailRecord) throws(FileFault) -> Void) throws(FileFault) {
    rows.sort(by: DetailRecord.precedes)
    var heads: [(row: DetailRecord, run: Int)] = []
    let readers = runs.map { $0.reader() }
    for index in readers.indices {
      if let row = try DetailRecord.load(from: readers[index]) { heads.append((row, index)) }
    }
    var next = 0
    // Runs are few (memory divided by disk): the smallest head is found by looking at all of them.
    while true {
      var best = next < rows.count ? -1 : -2
      for (index, head) in heads.enumerated() {
        let isSmaller =
          best == -2
          || DetailRecord.precedes(head.row, best == -1 ? rows[next] : heads[best].row)
        if isSmaller { best = index }
      }
      if best == -2 { return }
      let row: DetailRecord
      if best == -1 {
        row = rows[next]
        next += 1
      } else {
        row = heads[best].row
        if let following = try DetailRecord.load(from: readers[heads[best].run]) {
          heads[best].row = following
        } else {
          heads.remove(at: best)
        }
      }
      if row.logIndex >= 0, withdrawn.contains(row.logIndex) { continue }
      try body(row)
    }
  }
}
