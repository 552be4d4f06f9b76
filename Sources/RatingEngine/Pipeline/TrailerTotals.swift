// Control totals that a file carries itself: what its trailer rows promise, and what its records come to.

import Catalog
import Money
import Tables

/// Totals of a chunk or a file whose format has trailer rows.
struct TrailerTotals {
  /// Trailer rows.
  private(set) var rowCount = 0
  /// What they promise, all of them together; nil where that is more than 128 bits hold.
  private var promisedRecords: Int128? = 0
  private var promisedSum: Int128? = 0
  /// A total that is no number.
  private var unreadable: (what: String, text: Label)?
  /// Sum of the quantities of the records, and how many could not be read.
  private var sum: Int128? = 0
  private var unreadCount = 0

  /// Takes a trailer row.
  mutating func takeRow() { rowCount += 1 }

  /// Takes the count that a trailer row promises.
  mutating func takeCount(_ text: TextPointer, _ length: Int) {
    let value = ExactQuantity.decimal(text, length, mark: UInt8(ascii: "."))
    guard let value, value >= 0, value % Self.one == 0 else { return noteUnreadable("count", text, length) }
    promisedRecords = Self.add(promisedRecords, value / Self.one)
  }

  /// Takes the sum that a trailer row promises.
  mutating func takeSum(_ text: TextPointer, _ length: Int, _ reader: FieldPlan.QuantityField.Reader) {
    guard let value = ExactQuantity.read(text, length, reader) else {
      return noteUnreadable("sum", text, length)
    }
    promisedSum = Self.add(promisedSum, value)
  }

  /// Takes the quantity of a record; an empty one adds nothing.
  mutating func takeQuantity(_ text: TextPointer, _ length: Int, _ reader: FieldPlan.QuantityField.Reader) {
    guard length > 0 else { return }
    guard let value = ExactQuantity.read(text, length, reader) else { return takeUnreadRecord() }
    sum = Self.add(sum, value)
  }

  /// Takes a record whose quantity cannot be told.
  mutating func takeUnreadRecord() { unreadCount += 1 }

  private static let one: Int128 = 1_000_000_000_000_000_000

  private mutating func noteUnreadable(_ what: String, _ text: TextPointer, _ length: Int) {
    let shown = Label(UnsafeBufferPointer(start: text, count: max(0, min(length, 40))))
    if unreadable == nil { unreadable = (what, shown) }
  }

  private static func add(_ a: Int128?, _ b: Int128?) -> Int128? {
    guard let a, let b else { return nil }
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? nil : sum
  }

  static func += (a: inout TrailerTotals, b: TrailerTotals) {
    a.rowCount += b.rowCount
    a.promisedRecords = add(a.promisedRecords, b.promisedRecords)
    a.promisedSum = add(a.promisedSum, b.promisedSum)
    a.unreadable = a.unreadable ?? b.unreadable
    a.sum = add(a.sum, b.sum)
    a.unreadCount += b.unreadCount
  }

  /// What is wrong with a file of this format of which `read` records were read; nil where it holds what it promises.
  func fault(_ format: FormatDescriptor, read: Int) -> String? {
    guard let rule = format.trailer else { return nil }
    guard rowCount > 0 else {
      return "has no trailer row, with which every file of format '\(format.name)' ends: it is cut off; "
        + "fetch it again"
    }
    if let unreadable {
      return
        "has a trailer row whose \(unreadable.what) is '\(unreadable.text)', which is no number; fetch it again"
    }
    if rule.count != nil, promisedRecords != Int128(read) {
      let promised = promisedRecords.map { "\($0)" } ?? "more than can be counted"
      return "holds \(read) records, its trailer says \(promised); fetch it again"
    }
    if rule.sum != nil, sum == nil || sum != promisedSum {
      let left =
        unreadCount == 0 ? "" : " (without \(unreadCount) records in which it cannot be read)"
      return
        "has a 'billable' of \(Self.text(sum)) in all\(left), its trailer says \(Self.text(promisedSum)); "
        + "fetch it again"
    }
    return nil
  }

  private static func text(_ sum: Int128?) -> String {
    sum.map { DecimalText.format($0, scale: ExactQuantity.scale) } ?? "more than can be added up"
  }
}
