// The suspense file: every suspended record with its reason, address and bytes, sorted by address.

import Catalog
import DurableFiles
import Tables
import UsageSummary

/// Writes `suspense.csv.zst`.
struct SuspenseText {
  private let result: RatingResult

  init(_ result: RatingResult) { self.result = result }

  /// Calls `write` with pieces of the file in order; returns the rows without the header.
  func write(_ write: ([UInt8]) throws(FileFault) -> Void) throws(FileFault) -> Int {
    var bytes: [UInt8] = Array(
      (SuspenseSchema.columns.map(\.name.description).joined(separator: ",") + "\n").utf8)
    let ordered = result.ledger.suspense.sorted(by: Self.precedes)
    for placed in ordered {
      append(placed, to: &bytes)
      if bytes.count > 1 << 18 {
        try write(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try write(bytes)
    return ordered.count
  }

  /// Order by source, file and address.
  private static func precedes(_ a: PlacedSuspense, _ b: PlacedSuspense) -> Bool {
    let (x, y) = (a.unit.file.source.name, b.unit.file.source.name)
    return x != y ? x < y : RatingResult.precedes(a, b)
  }

  private func append(_ placed: PlacedSuspense, to bytes: inout [UInt8]) {
    let entry = placed.entry
    let address = SuspenseAddress(placed)
    let isText = Self.isText(entry.bytes)
    let isCut = entry.length > Int64(entry.bytes.count)
    CSVText.appendRow(
      [
        placed.unit.file.source.name, Label(placed.unit.file.name), Label(String(address.line)),
        Label(String(address.byteOffset)), Label(String(entry.length)), Label(entry.reason.code),
        Label(Self.detail(entry)), Label(isCut ? entry.hash : ""), isText ? "text" : "hex",
        isText ? Label(bytes: entry.bytes) : Label(Self.hex(entry.bytes)),
      ], to: &bytes)
  }

  private static func detail(_ entry: SuspenseEntry) -> String {
    let field = FieldRoleName.name(entry.faultField)
    return field.isEmpty ? "" : "field \(field)"
  }

  /// Whether the bytes can stand in a text file as they are: UTF-8 without control bytes but tab.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    if bytes.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) { return false }
    return String(validating: bytes, as: UTF8.self) != nil
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
