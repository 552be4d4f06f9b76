// Walks an authored CSV text row by row, without an allocation per cell, and knows the place of every cell.
//
// Owns framing: lines, cells, quotes, comments. It refuses to type cells or to know what a column means, and it does no
// input: bytes in, cells out. A row with malformed quotes is a fault, not a row.

/// Reads the rows of a CSV text that lies in memory.
///
/// RFC 4180 with these sentences added: a byte order mark is skipped; a line ends with LF, CR LF or a lone CR; a line whose
/// first byte is `#` is a comment; rows without any text are skipped; blanks (space, tab, no-break space) around a cell
/// are dropped unless they stand inside quotes. Newlines inside quotes belong to the cell.
///
/// The text must outlive the reader. Cells are valid until the next call of `nextRow`.
public struct TableReader: ~Copyable {
  @usableFromInline struct Cell {
    @usableFromInline var base: UnsafePointer<UInt8>
    @usableFromInline var count: Int
    /// Where the text of the cell begins in the file, after an opening quote.
    @usableFromInline var offset: Int
  }

  // What a byte means to the scan; everything else is `plain`.
  private static let plain: UInt8 = 0
  private static let structural: UInt8 = 1

  private static let lineFeed: UInt8 = 10
  private static let carriageReturn: UInt8 = 13
  private static let quote = UInt8(ascii: "\"")
  private static let comment = UInt8(ascii: "#")
  /// Faults kept; a file with more of them is no table.
  private static let faultCountMax = 50

  private let base: UnsafePointer<UInt8>
  private let end: Int
  private let delimiter: UInt8
  private let byteClass: UnsafeMutablePointer<UInt8>
  @usableFromInline var cells: UnsafeMutablePointer<Cell>
  private var cellCapacity = 64
  /// Copies of this row's cells that held doubled quotes.
  private var unescaped: [UnsafeMutablePointer<UInt8>] = []

  private var offset: Int
  private var rowOffset = 0
  private var nextLine = 1

  /// Line on which the current row begins, from 1.
  public private(set) var line = 0
  /// Cells of the current row.
  public private(set) var cellCount = 0
  /// Malformed quotes met so far, in file order.
  public private(set) var faults: [TableFault] = []

  /// Begins at the start of `text`, after `skipLines` physical lines.
  ///
  /// - Precondition: `delimiter` is no quote, CR or LF.
  public init(_ text: UnsafeBufferPointer<UInt8>, delimiter: UInt8 = UInt8(ascii: ","), skipLines: Int = 0) {
    precondition(
      delimiter != Self.quote && delimiter != Self.lineFeed && delimiter != Self.carriageReturn,
      "a delimiter is neither a quote nor a line end")
    self.delimiter = delimiter
    byteClass = .allocate(capacity: 256)
    byteClass.initialize(repeating: Self.plain, count: 256)
    for byte in [delimiter, Self.quote, Self.lineFeed, Self.carriageReturn] {
      byteClass[Int(byte)] = Self.structural
    }
    cells = .allocate(capacity: cellCapacity)
    // An empty text may have no address; nothing is read through this one.
    base = text.baseAddress ?? UnsafePointer(byteClass)
    end = text.count
    offset = TableText.byteOrderMarkCount(text)
    for _ in 0..<skipLines { skipLine() }
  }

  deinit {
    for copy in unescaped { copy.deallocate() }
    cells.deallocate()
    byteClass.deallocate()
  }

  /// The bytes of one cell of the current row, unquoted; no bytes where the row has fewer cells.
  ///
  /// - Complexity: O(1), no allocation.
  @inlinable public subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    guard index >= 0, index < cellCount else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: cells[index].base, count: cells[index].count)
  }

  /// Where the byte at `byteOffset` of a cell stands in the file; column 0 where the row has no such cell.
  ///
  /// - Complexity: O(bytes from the row's start): for messages.
  public func position(ofCell index: Int, byteOffset: Int = 0) -> TablePosition {
    guard index >= 0, index < cellCount else { return TablePosition(line: line, column: 0) }
    return position(at: cells[index].offset + byteOffset)
  }

  /// Goes to the next row; false at the end of the text. Rows with faults are skipped.
  ///
  /// - Complexity: O(bytes of the row); allocates only for cells with doubled quotes.
  public mutating func nextRow() -> Bool {
    while offset < end {
      rowOffset = offset
      line = nextLine
      if base[offset] == Self.comment {
        skipLine()
        continue
      }
      if !unescaped.isEmpty { releaseUnescaped() }
      if scanRow(), !isBlank { return true }
    }
    cellCount = 0
    return false
  }

  private var isBlank: Bool {
    for index in 0..<cellCount where cells[index].count > 0 { return false }
    return true
  }

  /// Cuts one row into cells; false where its quotes are malformed.
  private mutating func scanRow() -> Bool {
    let base = self.base
    let end = self.end
    let byteClass = self.byteClass
    var isSound = true
    var index = offset
    cellCount = 0
    while true {
      let start = index
      while index < end, byteClass[Int(base[index])] == Self.plain { index += 1 }
      if index < end, base[index] == Self.quote {
        index = scanCellWithQuote(from: start, quoteAt: index, isSound: &isSound)
      } else {
        appendPlain(from: start, until: index)
      }
      guard index < end else { break }
      let byte = base[index]
      index += 1
      if byte == delimiter { continue }
      if byte == Self.carriageReturn, index < end, base[index] == Self.lineFeed { index += 1 }
      nextLine += 1
      break
    }
    offset = index
    return isSound
  }

  /// Takes a cell in which a quote was met: a quoted one, or a plain one with a stray quote.
  private mutating func scanCellWithQuote(from start: Int, quoteAt: Int, isSound: inout Bool) -> Int {
    let isQuoted = (start..<quoteAt).allSatisfy { TableText.isBlank(base[$0]) }
    guard isQuoted else {
      report(
        at: quoteAt, "a quote stands inside a cell that does not begin with one",
        hint: "put the whole cell in quotes and double the quotes inside")
      isSound = false
      return endOfCell(from: quoteAt)
    }
    var index = quoteAt + 1
    var doubledCount = 0
    while true {
      while index < end, base[index] != Self.quote { index += 1 }
      guard index < end else {
        report(at: quoteAt, "a quote is opened here and never closed", hint: "close it, or remove it")
        isSound = false
        return end
      }
      guard index + 1 < end, base[index + 1] == Self.quote else { break }
      doubledCount += 1
      index += 2
    }
    appendQuoted(from: quoteAt + 1, until: index, doubledCount: doubledCount)
    nextLine += lineBreakCount(from: quoteAt, until: index)
    let close = index
    index += 1
    while index < end, base[index] != delimiter, TableText.isBlank(base[index]) { index += 1 }
    guard index == end || (byteClass[Int(base[index])] == Self.structural && base[index] != Self.quote) else {
      report(
        at: index, "text stands after the quote that closes the cell", hint: "double quotes inside a cell")
      isSound = false
      return endOfCell(from: close)
    }
    return index
  }

  private mutating func appendPlain(from start: Int, until stop: Int) {
    var start = start
    var stop = stop
    if start < stop {
      // Blanks are at most 0x20, or the two bytes of a no-break space.
      if base[start] <= 0x20 || base[start] == 0xC2 || base[stop - 1] <= 0x20 || base[stop - 1] == 0xA0 {
        (start, stop) = TableText.trimmed(base, from: start, until: stop)
      }
    }
    append(Cell(base: base + start, count: stop - start, offset: start))
  }

  private mutating func appendQuoted(from start: Int, until stop: Int, doubledCount: Int) {
    guard doubledCount > 0 else {
      return append(Cell(base: base + start, count: stop - start, offset: start))
    }
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: stop - start)
    unescaped.append(copy)
    var count = 0
    var index = start
    while index < stop {
      copy[count] = base[index]
      count += 1
      index += base[index] == Self.quote ? 2 : 1
    }
    append(Cell(base: copy, count: count, offset: start))
  }

  private mutating func append(_ cell: Cell) {
    if cellCount == cellCapacity {
      let wider = UnsafeMutablePointer<Cell>.allocate(capacity: cellCapacity * 2)
      wider.moveInitialize(from: cells, count: cellCount)
      cells.deallocate()
      cells = wider
      cellCapacity *= 2
    }
    cells[cellCount] = cell
    cellCount += 1
  }

  private mutating func releaseUnescaped() {
    for copy in unescaped { copy.deallocate() }
    unescaped.removeAll(keepingCapacity: true)
  }

  private mutating func skipLine() {
    while offset < end, base[offset] != Self.lineFeed, base[offset] != Self.carriageReturn { offset += 1 }
    guard offset < end else { return }
    let isCarriageReturn = base[offset] == Self.carriageReturn
    offset += 1
    if isCarriageReturn, offset < end, base[offset] == Self.lineFeed { offset += 1 }
    nextLine += 1
  }

  /// Where the next delimiter or line end stands, quotes not regarded: how a malformed cell is left.
  private func endOfCell(from start: Int) -> Int {
    var index = start
    while index < end, byteClass[Int(base[index])] == Self.plain || base[index] == Self.quote { index += 1 }
    return index
  }

  private mutating func report(at offset: Int, _ message: String, hint: String) {
    guard faults.count < Self.faultCountMax else { return }
    faults.append(TableFault(position: position(at: offset), message: message, hint: hint))
  }

  private func position(at offset: Int) -> TablePosition {
    var lineStart = rowOffset
    var line = self.line
    var index = rowOffset
    while index < offset {
      if isLineBreak(at: index) {
        line += 1
        lineStart = index + 1
      }
      index += 1
    }
    return TablePosition(line: line, column: offset - lineStart + 1)
  }

  private func lineBreakCount(from start: Int, until stop: Int) -> Int {
    var count = 0
    for index in start..<stop where isLineBreak(at: index) { count += 1 }
    return count
  }

  /// Whether a line ends with this byte: LF, or a CR that no LF follows.
  private func isLineBreak(at index: Int) -> Bool {
    if base[index] == Self.lineFeed { return true }
    return base[index] == Self.carriageReturn && !(index + 1 < end && base[index + 1] == Self.lineFeed)
  }
}
