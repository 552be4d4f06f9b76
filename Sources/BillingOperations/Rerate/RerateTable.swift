// A table of sums by keys that the engine has written, row by row: cells as text, in order of the keys.

import DurableFiles
import Glibc
public import Money
import Tables

/// Reads such a table once, from front to back.
final class RerateTable {
  /// One row.
  struct Row {
    /// The cells before `event_count`.
    var key: [Label]
    var measures: RerateMeasures
  }

  /// Names of the columns before `event_count`.
  private(set) var keyColumns: [Label] = []
  private var measureIndexes = (events: 0, billed: 0, amount: 0)
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var at = 0
  private var hasEnded = false
  private static let readBytes = 1 << 18

  /// Opens the table at `path` and reads its header.
  init(_ path: String) throws(FileFault) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(path: path, operation: .open, code: errno) }
    guard let header = try cells(), let events = header.firstIndex(of: "event_count"),
      let billed = header.firstIndex(of: "quantity_billed"), let amount = header.firstIndex(of: "amount")
    else { throw FileFault(refusing: path, detail: "is no table of sums") }
    keyColumns = Array(header[..<events])
    measureIndexes = (events, billed, amount)
  }

  deinit { close(descriptor) }

  /// The next row; nil after the last one.
  func next() throws(FileFault) -> Row? {
    guard let cells = try cells() else { return nil }
    guard cells.count > max(measureIndexes.amount, measureIndexes.billed) else { throw damaged }
    return Row(
      key: Array(cells[..<measureIndexes.events]),
      measures: RerateMeasures(
        eventCount: try number(cells[measureIndexes.events], scale: 0),
        quantityPico: try number(cells[measureIndexes.billed], scale: Amount.scale),
        amountPico: try number(cells[measureIndexes.amount], scale: Amount.scale)))
  }

  private var damaged: FileFault { FileFault(refusing: path, detail: "is no table of sums") }

  private func number(_ cell: Label, scale: Int) throws(FileFault) -> Int128 {
    guard !cell.isEmpty else { return 0 }
    guard case .success(let value) = DecimalText.parse(cell.description, scale: scale) else { throw damaged }
    return value
  }

  /// The cells of the next line, quotes undone.
  private func cells() throws(FileFault) -> [Label]? {
    var cells: [Label] = []
    var cell: [UInt8] = []
    var isQuoted = false
    while true {
      guard let byte = try byte() else {
        guard cells.isEmpty, cell.isEmpty else { throw damaged }
        return nil
      }
      if isQuoted {
        guard byte == UInt8(ascii: "\"") else {
          cell.append(byte)
          continue
        }
        if try peek() == UInt8(ascii: "\"") {
          cell.append(byte)
          at += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: ","):
        cells.append(Label(bytes: cell))
        cell.removeAll(keepingCapacity: true)
      case UInt8(ascii: "\n"):
        cells.append(Label(bytes: cell))
        return cells
      default: cell.append(byte)
      }
    }
  }

  private func byte() throws(FileFault) -> UInt8? {
    guard let byte = try peek() else { return nil }
    at += 1
    return byte
  }

  private func peek() throws(FileFault) -> UInt8? {
    if at < buffer.count { return buffer[at] }
    guard !hasEnded else { return nil }
    at = 0
    buffer = [UInt8](repeating: 0, count: Self.readBytes)
    while true {
      let count = read(descriptor, &buffer, Self.readBytes)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault(path: path, operation: .read, code: errno) }
      buffer.removeLast(Self.readBytes - count)
      hasEnded = count == 0
      return buffer.first
    }
  }
}

/// What is added up in the rows of a comparison.
public struct RerateMeasures: Hashable, Sendable {
  /// Events.
  public var eventCount: Int128 = 0
  /// Billed quantity in its unit, at 10⁻¹².
  public var quantityPico: Int128 = 0
  /// Amount, at 10⁻¹².
  public var amountPico: Int128 = 0

  /// Nothing.
  public static let zero = RerateMeasures()

  /// The amount.
  public var amount: Amount { Amount(pico: amountPico) }

  static func += (a: inout RerateMeasures, b: RerateMeasures) {
    a.eventCount += b.eventCount
    a.quantityPico += b.quantityPico
    a.amountPico += b.amountPico
  }

  static func - (a: RerateMeasures, b: RerateMeasures) -> RerateMeasures {
    RerateMeasures(
      eventCount: a.eventCount - b.eventCount, quantityPico: a.quantityPico - b.quantityPico,
      amountPico: a.amountPico - b.amountPico)
  }
}
