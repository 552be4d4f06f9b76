// Splits a table of ours into records and cells, strictly: what our writer would not have written is a fault.
//
// Comma, LF, quotes only as RFC 4180 has them. The lenient scanner for the exports of others is in `RatingEngine/Parse`.

/// Reads one record after the other, with the place of every cell.
///
/// Memory: one record, at most `recordBytesMax`. Not for use by several threads.
final class RecordReader {
  // Far above any record of a summary or digest; keeps a hostile file from filling memory.
  private static let recordBytesMax = 1 << 20

  /// Where a cell is.
  struct Cell {
    /// Its bytes in `text`, quotes undone.
    var range: Range<Int>
    /// Line in which it begins, from 1.
    var line: Int
    /// Column at which it begins, from 1, in bytes.
    var column: Int
  }

  /// The file.
  let file: DecodedFile
  /// The cells of the current record.
  private(set) var cells: [Cell] = []
  /// The bytes of the current record's cells, one after the other.
  private(set) var text: [UInt8] = []
  /// Line in which the current record begins, from 1.
  private(set) var line = 0

  private let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 128 << 10)
  private var chunkOffset = 0
  private var chunkCount = 0
  // The place of the next byte.
  private var nextLine = 1
  private var nextColumn = 1

  /// Reads from `file`.
  init(file: DecodedFile) { self.file = file }

  deinit { chunk.deallocate() }

  private enum State { case cellStart, plain, quoted, quoteSeen }

  /// Goes to the next record; false at the end of the file.
  func next() throws(UsageFolderFault) -> Bool {
    cells.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    line = nextLine
    var cell = Cell(range: 0..<0, line: nextLine, column: nextColumn)
    var state = State.cellStart
    while let byte = try nextByte() {
      switch (state, byte) {
      case (.cellStart, UInt8(ascii: "\"")): state = .quoted
      case (.quoted, UInt8(ascii: "\"")): state = .quoteSeen
      case (.quoted, _): text.append(byte)
      case (.quoteSeen, UInt8(ascii: "\"")):
        text.append(byte)
        state = .quoted
      case (_, UInt8(ascii: ",")), (_, UInt8(ascii: "\n")):
        cell.range = cell.range.lowerBound..<text.count
        cells.append(cell)
        if byte == UInt8(ascii: "\n") { return true }
        cell = Cell(range: text.count..<text.count, line: nextLine, column: nextColumn)
        state = .cellStart
      case (.quoteSeen, _), (_, UInt8(ascii: "\"")), (_, UInt8(ascii: "\r")):
        throw fault(
          line: nextLine, column: nextColumn - 1, "a quote, comma or line end is not where it belongs")
      default:
        text.append(byte)
        state = .plain
      }
      guard text.count <= Self.recordBytesMax else {
        throw fault(line: line, column: 0, "the record is over 1 MiB")
      }
    }
    guard cells.isEmpty, state == .cellStart, text.isEmpty else {
      throw fault(line: nextLine, column: nextColumn, "the file ends inside a line")
    }
    return false
  }

  /// The bytes of cell `index` of the current record.
  func withCell<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    text.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[cells[index].range])) }
  }

  /// A fault at cell `index` of the current record.
  func fault(cell index: Int, _ message: String) -> UsageFolderFault {
    fault(line: cells[index].line, column: cells[index].column, message)
  }

  /// A fault at the current record as a whole.
  func fault(_ message: String) -> UsageFolderFault { fault(line: line, column: 0, message) }

  private func fault(line: Int, column: Int, _ message: String) -> UsageFolderFault {
    UsageFolderFault(.doesNotMeet, file: file.name, line: line, column: column, message: message)
  }

  private func nextByte() throws(UsageFolderFault) -> UInt8? {
    if chunkOffset == chunkCount {
      chunkCount = try file.read(into: UnsafeMutableRawBufferPointer(chunk))
      chunkOffset = 0
      if chunkCount == 0 { return nil }
    }
    let byte = chunk[chunkOffset]
    chunkOffset += 1
    if byte == UInt8(ascii: "\n") {
      nextLine += 1
      nextColumn = 1
    } else {
      nextColumn += 1
    }
    return byte
  }
}
