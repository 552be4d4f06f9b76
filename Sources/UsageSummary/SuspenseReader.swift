// Reads `suspense.csv.zst` row by row: what could not be rated, with its bytes.

public import Money
public import Tables

/// One suspended record, as its run has left it.
public struct SuspenseRow: Hashable, Sendable {
  /// Source of its file.
  public var source: Label
  /// The input as the run named it.
  public var file: Label
  /// Line in the decoded input, from 1.
  public var line: Int64
  /// Offset of its first byte in the decoded input.
  public var byteOffset: Int64
  /// Bytes of the whole record; more than `original` has where it was cut.
  public var byteLength: Int64
  /// Reason code.
  public var reason: Label
  /// What it was refused for, for people; may be empty.
  public var detail: Label
  /// Account; empty where it is not known.
  public var account: Label
  /// What is metered; nil where the quantity is not known.
  public var kind: ServiceKind?
  /// Quantity in the integer unit of the kind; nil where it is not known.
  public var quantity: Int128?
  /// The amount that the record itself names.
  public var amount: Amount?
  /// 32 hex digits: hash of key and content; empty where it was not compared with others.
  public var key: Label
  /// Its bytes.
  public var original: Label

  /// Whether `original` is only the beginning of the record.
  public var isCut: Bool { byteLength > Int64(original.bytes.count) }
}

/// Reads the rows of one suspense file in their order. Memory: one row. Not for use by several threads.
public final class SuspenseReader {
  private var records: RecordReader
  /// Rows given out so far.
  public private(set) var rowCount: Int64 = 0
  /// SHA-256 of the decoded bytes, 64 hex digits; to be asked after the last row.
  public var sha256: String { records.file.hexDigest }
  // Longer than the longest record that a run keeps, twice over, because bytes may be written as hex digits.
  private static let recordBytesMax = 1 << 30

  /// Opens the file at `path`.
  public init(path: String) throws(UsageFolderFault) {
    records = RecordReader(
      file: try DecodedFile(path: path, name: path), recordBytesMax: Self.recordBytesMax)
    try records.expectHeader(SuspenseSchema.columns)
  }

  /// The next row; nil after the last one. Complexity: O(bytes of the row).
  public func next() throws(UsageFolderFault) -> SuspenseRow? {
    guard try records.next() else { return nil }
    let cells = records.cells
    guard cells.count == SuspenseSchema.columns.count else {
      throw records.fault("\(cells.count) cells; expected \(SuspenseSchema.columns.count)")
    }
    rowCount += 1
    let kind = ServiceKind(unit: cells[8])
    guard let original = Self.original(cells[14], encoding: Label(cells[13])) else {
      throw records.fault(cell: 14, "the bytes are not written as their encoding says")
    }
    return SuspenseRow(
      source: Label(cells[0]), file: Label(cells[1]), line: try number(2), byteOffset: try number(3),
      byteLength: try number(4), reason: Label(cells[5]), detail: Label(cells[6]), account: Label(cells[7]),
      kind: kind,
      quantity: try kind.map { kind throws(UsageFolderFault) in try decimal(9, scale: kind.quantityDigits) },
      amount: cells[10].isEmpty ? nil : Amount(pico: try decimal(10, scale: Amount.scale)),
      key: Label(cells[11]), original: original)
  }

  private func number(_ index: Int) throws(UsageFolderFault) -> Int64 {
    guard let number = Int64(exactly: try decimal(index, scale: 0)) else {
      throw records.fault(cell: index, "too large")
    }
    return number
  }

  private func decimal(_ index: Int, scale: Int) throws(UsageFolderFault) -> Int128 {
    switch ShortestDecimal.parse(records.cells[index], scale: scale) {
    case .success(let value): return value
    case .failure(let refusal):
      throw records.fault(cell: index, "\(SuspenseSchema.columns[index].name) \(refusal.message)")
    }
  }

  private static func original(_ cell: UnsafeBufferPointer<UInt8>, encoding: Label) -> Label? {
    switch encoding {
    case "text": Label(cell)
    case "hex": HexText.bytes(cell).map { Label(bytes: $0) }
    default: nil
    }
  }
}

/// Bytes as hex digits.
public enum HexText {
  /// The bytes that pairs of lower-case digits stand for; nil for anything else.
  public static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// Two lower-case digits for each byte.
  public static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
