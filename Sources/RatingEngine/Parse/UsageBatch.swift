// A batch of usage events as typed columns: what a record says, in our units.

import Catalog
import Money

/// Up to `FieldColumns.batchCapacity` events, column by column. Owned by one worker, reused for every batch.
///
/// Times are milliseconds since 1970 UTC, `absentTime` where the record has none; quantities are integers of the kind
/// (`UsageKind.quantityDigits`), `absentQuantity` where missing; numbers are E.164 digits as an integer with their count,
/// count 0 where the text is no number.
final class UsageBatch {
  static let absentTime = Int64.min
  static let absentQuantity = Int64.min

  var count = 0

  // Where the record is: offset and length in the chunk's text, line in the chunk (from 0).
  let offset = UsageBatch.column(UInt32.self)
  let length = UsageBatch.column(UInt32.self)
  let line = UsageBatch.column(UInt32.self)

  /// 0 while the event is on its way; otherwise why it left (`Door`).
  let door = UsageBatch.column(UInt8.self)
  /// `SuspenseReason` raw value, or the index of the filter reason.
  let reason = UsageBatch.column(UInt16.self)
  /// Role index of the field that was at fault, for the message; 255 for none.
  let faultField = UsageBatch.column(UInt8.self)

  let kind = UsageBatch.column(UInt8.self)
  let direction = UsageBatch.column(UInt8.self)
  let isAnswered = UsageBatch.column(UInt8.self)
  let start = UsageBatch.column(Int64.self)
  let answer = UsageBatch.column(Int64.self)
  let end = UsageBatch.column(Int64.self)
  let quantity = UsageBatch.column(Int64.self)
  let fromDigits = UsageBatch.column(UInt64.self)
  let fromCount = UsageBatch.column(UInt8.self)
  let toDigits = UsageBatch.column(UInt64.self)
  /// Digits of `to`; with `PhoneNumber.shortCodeFlag` set for short codes.
  let toCount = UsageBatch.column(UInt8.self)
  let identityLow = UsageBatch.column(UInt64.self)
  let identityHigh = UsageBatch.column(UInt64.self)
  let content = UsageBatch.column(UInt64.self)
  /// 1 where the record is known by its row: identical rows of one file are then different records.
  let isRowKeyed = UsageBatch.column(UInt8.self)

  /// Recorded amounts in pico; made when a format first has them.
  private var amounts: UnsafeMutablePointer<Int128>?
  static let absentAmount = Int128.min

  /// The column of recorded amounts.
  func amountColumn() -> UnsafeMutablePointer<Int128> {
    if let amounts { return amounts }
    let column = UsageBatch.column(Int128.self)
    amounts = column
    return column
  }
  /// Whether a record has an amount; only for formats that read them.
  func hasAmount(_ index: Int) -> Bool { (amounts?[index] ?? Self.absentAmount) != Self.absentAmount }
  /// The amount of a record that has one.
  func recordedAmount(_ index: Int) -> Amount { Amount(pico: amounts?[index] ?? 0) }

  /// When the event is charged: the answer where there is one, else the start.
  @inline(__always) func chargingStart(_ index: Int) -> Int64 {
    answer[index] != Self.absentTime ? answer[index] : start[index]
  }

  private static func column<T: BitwiseCopyable>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    // One element more than a batch: prefetch loops may look one ahead.
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: (FieldColumns.batchCapacity + 1) * MemoryLayout<T>.stride, alignment: 64)
    pointer.initializeMemory(
      as: UInt8.self, repeating: 0, count: (FieldColumns.batchCapacity + 1) * MemoryLayout<T>.stride)
    return pointer.bindMemory(to: T.self, capacity: FieldColumns.batchCapacity + 1)
  }

  deinit {
    for pointer in [offset, length, line] { pointer.deallocate() }
    for pointer in [door, faultField, kind, direction, isAnswered, fromCount, toCount, isRowKeyed] {
      pointer.deallocate()
    }
    amounts?.deallocate()
    reason.deallocate()
    for pointer in [start, answer, end, quantity] { pointer.deallocate() }
    for pointer in [fromDigits, toDigits, identityLow, identityHigh, content] { pointer.deallocate() }
  }
}

/// The doors by which an event leaves, in RULES order; `open` while it is on its way.
enum Door {
  static let open: UInt8 = 0
  static let rated: UInt8 = 1
  static let suspended: UInt8 = 2
  static let filtered: UInt8 = 3
  static let duplicate: UInt8 = 4
  /// Left at door 1 or 2: never compared for duplicates.
  static let unparsable: UInt8 = 5
  static let noEvent: UInt8 = 6
  /// Rated, and priced when it is settled; only in rows of outcomes.
  static let settled: UInt8 = 7
}
