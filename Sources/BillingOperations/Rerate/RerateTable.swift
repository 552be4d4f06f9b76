// A table of sums by keys that the engine has written, row by row: cells as text, in order of the keys.

import DurableFiles
import Glibc
import Money
import Tables

/// Reads such a table once, from front to back; it stands at one row.
final class RerateTable {
  /// Names of the columns before `event_count`.
  private(set) var keyColumns: [Label] = []
  /// The key of the row; nil before the first and after the last one.
  private(set) var key: RerateKey?
  private(set) var measures = RerateMeasures.zero
  private var indexes = (events: 0, billed: 0, amount: 0, cost: Int?.none)
  private let path: String
  private let descriptor: Int32
  private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
  // What is read and not yet given out.
  private var available = 0..<0

  /// Opens the table at `path` and goes to its first row.
  init(_ path: String) throws(FileFault) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(path: path, operation: .open, code: errno) }
    guard let line = try line() else { throw damaged }
    let names = RerateKey(bytes: Array(line)).cells
    guard let events = names.firstIndex(of: "event_count"),
      let billed = names.firstIndex(of: "quantity_billed"),
      let amount = names.firstIndex(of: "amount")
    else { throw damaged }
    keyColumns = Array(names[..<events])
    indexes = (events, billed, amount, names.firstIndex(of: "cost"))
    try advance()
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// Goes to the next row.
  func advance() throws(FileFault) {
    guard let line = try line() else {
      key = nil
      return
    }
    var measures = RerateMeasures.zero
    var (index, start) = (0, 0)
    var keyEnd: Int?
    while start <= line.count {
      let end = RerateKey.cellEnd(line, from: start)
      if index == indexes.events {
        keyEnd = start - 1
        measures.eventCount = try number(line, start..<end, scale: 0)
      }
      if index == indexes.billed {
        measures.quantityPico = try number(line, start..<end, scale: Amount.scale)
      }
      if index == indexes.amount { measures.amountPico = try number(line, start..<end, scale: Amount.scale) }
      if index == indexes.cost { measures.costPico = try number(line, start..<end, scale: Amount.scale) }
      index += 1
      start = end + 1
    }
    guard let keyEnd, index > max(indexes.amount, indexes.billed) else { throw damaged }
    self.measures = measures
    key = RerateKey(bytes: Array(UnsafeBufferPointer(rebasing: line[..<max(0, keyEnd)])))
  }

  private var damaged: FileFault { FileFault(refusing: path, detail: "is no table of sums") }

  private func number(
    _ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, scale: Int
  ) throws(FileFault) -> Int128 {
    guard !range.isEmpty else { return 0 }
    let text = UnsafeBufferPointer(rebasing: line[range])
    guard case .success(let value) = DecimalText.parse(text, scale: scale) else { throw damaged }
    return value
  }

  /// The next line without its LF; it holds until the next call. Quoted cells may have line ends in them.
  private func line() throws(FileFault) -> UnsafeBufferPointer<UInt8>? {
    var scanned = 0
    var isQuoted = false
    while true {
      for index in available.lowerBound + scanned..<available.upperBound {
        let byte = buffer[index]
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        guard byte == UInt8(ascii: "\n"), !isQuoted else { continue }
        let line = UnsafeBufferPointer(rebasing: buffer[available.lowerBound..<index])
        available = index + 1..<available.upperBound
        return line
      }
      scanned = available.count
      guard try refill() else {
        guard scanned == 0 else { throw damaged }
        return nil
      }
    }
  }

  /// Reads more behind what is left; false at the end of the file.
  private func refill() throws(FileFault) -> Bool {
    let left = available.count
    if left == buffer.count {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * buffer.count)
      _ = larger.update(fromContentsOf: buffer[available])
      buffer.deallocate()
      buffer = larger
    } else if left > 0, let base = buffer.baseAddress {
      memmove(base, base + available.lowerBound, left)
    }
    while true {
      let free = UnsafeMutableBufferPointer(rebasing: buffer[left...])
      let count = read(descriptor, free.baseAddress, free.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault(path: path, operation: .read, code: errno) }
      available = 0..<left + count
      return count > 0
    }
  }
}

/// Cells of a row as they stand in a table, commas between them. Ordered cell by cell, each as bytes.
struct RerateKey: Equatable, Comparable {
  /// As in the file; equal keys are equal bytes, because what needs no quotes has none.
  var bytes: [UInt8]

  /// The cells, quotes undone.
  var cells: [Label] {
    bytes.withUnsafeBufferPointer { bytes in
      var cells: [Label] = []
      var start = 0
      while start <= bytes.count {
        let end = Self.cellEnd(bytes, from: start)
        cells.append(Self.label(UnsafeBufferPointer(rebasing: bytes[start..<end])))
        start = end + 1
      }
      return cells
    }
  }

  /// One of the cells, as it stands there.
  func rawCell(_ index: Int) -> ArraySlice<UInt8> {
    bytes.withUnsafeBufferPointer { buffer in
      var start = 0
      for _ in 0..<index { start = Self.cellEnd(buffer, from: start) + 1 }
      return bytes[start..<Self.cellEnd(buffer, from: start)]
    }
  }

  /// One of the cells, quotes undone.
  func cell(_ index: Int) -> Label { rawCell(index).withUnsafeBufferPointer { Self.label($0) } }

  /// Orders by the first cell that differs.
  static func < (a: RerateKey, b: RerateKey) -> Bool {
    let (left, right) = (a.bytes, b.bytes)
    var index = 0
    let shared = min(left.count, right.count)
    while index < shared, left[index] == right[index] { index += 1 }
    // The rare quotes hide commas and their own order.
    if left.contains(UInt8(ascii: "\"")) || right.contains(UInt8(ascii: "\"")) {
      return a.cells.lexicographicallyPrecedes(b.cells)
    }
    guard index < shared else { return left.count < right.count }
    let (mine, its) = (left[index], right[index])
    // A cell that has ended comes before one that goes on.
    if mine == UInt8(ascii: ",") { return true }
    return its != UInt8(ascii: ",") && mine < its
  }

  /// The offset of the comma behind a cell, or of the end.
  static func cellEnd(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var isQuoted = false
    var end = start
    while end < line.count {
      let byte = line[end]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ","), !isQuoted { return end }
      end += 1
    }
    return end
  }

  private static func label(_ cell: UnsafeBufferPointer<UInt8>) -> Label {
    guard cell.first == UInt8(ascii: "\"") else { return Label(cell) }
    var bytes: [UInt8] = []
    var isQuote = false
    for byte in cell.dropFirst().dropLast() {
      // Of a doubled quote the first one is left out.
      isQuote = byte == UInt8(ascii: "\"") && !isQuote
      if !isQuote { bytes.append(byte) }
    }
    return Label(bytes: bytes)
  }
}
