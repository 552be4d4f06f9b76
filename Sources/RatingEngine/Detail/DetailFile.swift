// The detail file of a run: its rows in order, each with where its record is.

import DurableFiles
import Tables
import UsageSummary

extension RatingResult {
  /// Writes `detail.csv.zst` and `detail-index.csv` into the folder; returns their entries for the manifest.
  func writeDetail(_ folder: PublishedFolder, _ detail: DetailSort) throws(FileFault) -> [SummaryManifest
    .File]
  {
    var writer = try DetailFileWriter(in: folder)
    let places = RecordPlaces(files)
    var row: [UInt8] = []
    try detail.forEach { stored throws(FileFault) in
      let address = stored.address
      let name: [UInt8]
      let line: Int
      if let names = firstCopies?.names {
        (name, line) = (names[Int(address.file)].bytes, Int(address.lineInChunk) + 1)
      } else {
        name = Array(files[Int(address.file)].name.utf8)
        line = places.line(
          file: Int(address.file), unit: Int(address.unit), sequence: Int(address.sequence),
          lineInChunk: Int(address.lineInChunk), unitOffset: Int64.max)
      }
      try stored.forEachText { text throws(FileFault) in
        row.removeAll(keepingCapacity: true)
        row.append(contentsOf: text)
        row.append(UInt8(ascii: ","))
        CSVText.append(name, to: &row)
        row += Array(",\(line)\n".utf8)
        try row.withUnsafeBufferPointer { (bytes) throws(FileFault) in try writer.write(bytes) }
      }
    }
    return try writer.finish()
  }
}
