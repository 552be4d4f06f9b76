// Several rows of one call: which one stands for it.
//
// Filled by a first reading of the file, asked by the second.

import Catalog

/// The choice for every call of one file. Written by one reader, then only read.
final class LegTable {
  private struct Call {
    var chosenOffset: Int64
    var chosenQuantity: Int64
    var sum: Int64
    var rowCount: Int
  }
  private var calls: [RecordKey: Call] = [:]
  /// The rows that a sum has taken, where rows have keys: a copy of one of them adds nothing.
  private var taken: Set<Row> = []
  private let choice: LegRule.Choice

  private struct RecordKey: Hashable {
    var low: UInt64
    var high: UInt64
  }

  /// A row of a call: what identifies it and what it says.
  private struct Row: Hashable {
    var call: RecordKey
    var low: UInt64
    var high: UInt64
    var content: UInt64
  }

  private let findsCopies: Bool

  /// - Parameter findsCopies: whether the batches that are noted know the keys of their records.
  init(choice: LegRule.Choice, findsCopies: Bool = true) {
    self.choice = choice
    self.findsCopies = findsCopies
  }

  private static func key(_ record: Int, _ columns: FieldColumns, _ plan: FieldPlan) -> RecordKey? {
    var key = RecordIdentity.Key(low: 0, high: 0)
    for slot in plan.call {
      let length = Int(columns.lengths(slot)[record])
      guard length > 0 else { return nil }
      let part = RecordIdentity.hash(columns.texts(slot)[record], length, seed: key.low)
      key = RecordIdentity.Key(low: part.low ^ key.high, high: part.high)
    }
    return RecordKey(low: key.low, high: key.high)
  }

  /// First reading: takes the open records of a batch.
  func note(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, chunkOffset: Int64) {
    for record in 0..<batch.count where batch.door[record] == Door.open {
      guard let key = Self.key(record, columns, plan), !isCopy(record, batch, plan, of: key) else { continue }
      let offset = chunkOffset + Int64(batch.offset[record])
      let quantity = batch.quantity[record] == UsageBatch.absentQuantity ? 0 : batch.quantity[record]
      guard var call = calls[key] else {
        calls[key] = Call(chosenOffset: offset, chosenQuantity: quantity, sum: quantity, rowCount: 1)
        continue
      }
      call.rowCount += 1
      call.sum &+= quantity
      if choice == .last || choice == .longest && quantity > call.chosenQuantity {
        call.chosenOffset = offset
        call.chosenQuantity = quantity
      }
      calls[key] = call
    }
  }

  /// Whether a row that a sum has taken comes again. Rows without a key of their own are twins, and all of them count.
  private func isCopy(_ record: Int, _ batch: UsageBatch, _ plan: FieldPlan, of call: RecordKey) -> Bool {
    guard choice == .sum, findsCopies, !plan.key.isEmpty, batch.isRowKeyed[record] == 0 else { return false }
    let row = Row(
      call: call, low: batch.identityLow[record], high: batch.identityHigh[record],
      content: batch.content[record])
    return !taken.insert(row).inserted
  }

  /// Second reading: rows that do not stand for their call leave with `reason`.
  func apply(
    _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, chunkOffset: Int64, reason: UInt16
  ) {
    for record in 0..<batch.count where batch.door[record] == Door.open {
      guard let key = Self.key(record, columns, plan), let call = calls[key], call.rowCount > 1 else {
        continue
      }
      if call.chosenOffset != chunkOffset + Int64(batch.offset[record]) {
        batch.door[record] = Door.noEvent
        batch.reason[record] = reason
      } else if choice == .sum {
        batch.quantity[record] = call.sum
        // Its content is that of all its rows: where one more comes another time, it is no copy of what was read.
        batch.content[record] = ContentHash.mix(
          batch.content[record], UInt64(bitPattern: call.sum), UInt64(call.rowCount))
      }
    }
  }
}
