// Quantities, in the unit of the field or of the record.

import Catalog
import Tables

extension EventReader {
  func readQuantities(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    guard let field = plan.billable else {
      for record in 0..<batch.count where batch.door[record] == Door.open {
        batch.quantity[record] = Self.quantityWithoutField(batch, record)
      }
      return
    }
    let texts = columns.texts(field.slot)
    let lengths = columns.lengths(field.slot)
    // Programs write JSON numbers so; in a CSV file an exponent comes from a spreadsheet.
    let isScientific = plan.dialect.framing == .jsonl
    for record in 0..<batch.count where batch.door[record] == Door.open {
      let length = Int(lengths[record])
      if length <= 0 {
        if case .inRecordUnit(let unitSlot, _) = field.reader,
          unit(of: record, batch, columns, plan, unitSlot: unitSlot) == nil
        {
          Self.suspend(record, batch, .badQuantity, field.role)
          continue
        }
        // An export leaves the duration of a call that nobody answered empty.
        batch.quantity[record] = batch.isAnswered[record] == 0 ? 0 : UsageBatch.absentQuantity
        continue
      }
      let quantity: Int64? =
        switch field.reader {
        case .decimal(let one, let comma):
          QuantityReader.decimal(
            texts[record], length, onePerUnit: one, isDecimalComma: comma, isScientific: isScientific)
        case .clock: QuantityReader.clock(texts[record], length)
        case .microseconds:
          // Thousandths of a microsecond cannot be told apart: rounded up twice is rounded up once.
          QuantityReader.decimal(
            texts[record], length, onePerUnit: 1, isDecimalComma: false, isScientific: isScientific
          ).map {
            QuantityReader.roundedUp($0, over: 1000)
          }
        case .inRecordUnit(let unitSlot, let comma):
          quantity(
            texts[record], length, record, batch, columns, plan, unitSlot: unitSlot, isDecimalComma: comma)
        }
      if let quantity {
        batch.quantity[record] = quantity
      } else {
        Self.suspend(record, batch, .badQuantity, field.role)
      }
    }
  }

  /// A quantity in the unit that the record names. Nil for an unknown unit, or one of another kind than the record's.
  private func quantity(
    _ text: TextPointer, _ length: Int, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns,
    _ plan: FieldPlan,
    unitSlot: Int, isDecimalComma: Bool
  ) -> Int64? {
    guard let unit = unit(of: record, batch, columns, plan, unitSlot: unitSlot) else { return nil }
    guard
      let value = QuantityReader.decimal(
        text, length, onePerUnit: unit.quantity, isDecimalComma: isDecimalComma,
        isScientific: plan.dialect.framing == .jsonl)
    else { return nil }
    return QuantityReader.roundedUp(value, over: unit.perUnits)
  }

  /// The integer quantities in `perUnits` of the unit that the record names, that of its kind where it names none; the
  /// unit gives the kind where the record does not. Nil for an unknown unit, or one of another kind than the record's.
  private func unit(
    of record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, unitSlot: Int
  ) -> (quantity: Int64, perUnits: Int64)? {
    let kind = UsageKind(rawValue: batch.kind[record]) ?? plan.kind
    let hasKind = plan.kindField.map { columns.lengths($0.slot)[record] > 0 } ?? false
    let length = Int(columns.lengths(unitSlot)[record])
    guard length > 0 else { return (kind.onePerUnit, 1) }
    let word = Label(UnsafeBufferPointer(start: columns.texts(unitSlot)[record], count: length))
    guard let unit = UsageUnit.named(word), unit.kind == kind || !hasKind else { return nil }
    batch.kind[record] = unit.kind.rawValue
    return (unit.quantity, unit.perUnits)
  }

  /// A call without a duration field lasts from its answer (or start) to its end; anything else counts as one.
  private static func quantityWithoutField(_ batch: UsageBatch, _ record: Int) -> Int64 {
    guard batch.kind[record] == UsageKind.voice.rawValue else {
      return UsageKind(rawValue: batch.kind[record])?.onePerUnit ?? 1
    }
    if batch.isAnswered[record] == 0 { return 0 }
    guard batch.end[record] != UsageBatch.absentTime else { return UsageBatch.absentQuantity }
    return batch.end[record] - batch.chargingStart(record)
  }
}
