// Texts before they mean anything: blanks and null tokens dropped, derived texts made from columns.

import Catalog

extension EventReader {
  func prepareTexts(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    if plan.dialect.trimsBlanks {
      for slot in plan.columns.indices { Self.trim(columns.texts(slot), columns.lengths(slot), batch.count) }
    }
    for token in plan.nullTokens {
      for slot in plan.columns.indices {
        Self.drop(token, columns.texts(slot), columns.lengths(slot), batch.count)
      }
    }
    for derived in plan.derived { derive(derived, batch, columns) }
    for (slot, texts) in plan.absentTexts {
      for token in texts { Self.drop(token, columns.texts(slot), columns.lengths(slot), batch.count) }
    }
  }

  private static func trim(
    _ texts: UnsafeMutablePointer<TextPointer>, _ lengths: UnsafeMutablePointer<Int32>, _ count: Int
  ) {
    for record in 0..<count where lengths[record] > 0 {
      while lengths[record] > 0, texts[record][0] == 32 || texts[record][0] == 9 {
        texts[record] += 1
        lengths[record] -= 1
      }
      while lengths[record] > 0, [32, 9].contains(texts[record][Int(lengths[record]) - 1]) {
        lengths[record] -= 1
      }
    }
  }

  /// Texts equal to `token` become absent.
  private static func drop(
    _ token: [UInt8], _ texts: UnsafeMutablePointer<TextPointer>, _ lengths: UnsafeMutablePointer<Int32>,
    _ count: Int
  ) {
    for record in 0..<count where Int(lengths[record]) == token.count {
      if equals(texts[record], Int(lengths[record]), token) { lengths[record] = -1 }
    }
  }

  static func equals(_ text: TextPointer, _ length: Int, _ bytes: [UInt8]) -> Bool {
    guard length == bytes.count else { return false }
    for index in 0..<length where text[index] != bytes[index] { return false }
    return true
  }

  private func derive(_ derived: FieldPlan.Derived, _ batch: UsageBatch, _ columns: FieldColumns) {
    let texts = columns.texts(derived.slot)
    let lengths = columns.lengths(derived.slot)
    for record in 0..<batch.count where batch.door[record] == Door.open {
      var pointer: TextPointer?
      var length = 0
      if let joint = derived.joinedBy {
        (pointer, length) = joined(derived.sources, joint, record, columns)
      } else {
        for slot in derived.sources where columns.lengths(slot)[record] > 0 {
          pointer = columns.texts(slot)[record]
          length = Int(columns.lengths(slot)[record])
          break
        }
      }
      if let found = pointer {
        (pointer, length) = Self.part(found, length, after: derived.after, before: derived.before)
      }
      if length <= 0, let constant = derived.constant {
        let copy = scratch.allocate(constant.count)
        for (index, byte) in constant.enumerated() { copy[index] = byte }
        pointer = UnsafePointer(copy)
        length = constant.count
      }
      if let pointer { texts[record] = pointer }
      lengths[record] = length > 0 ? Int32(length) : -1
    }
  }

  private func joined(
    _ slots: [Int], _ joint: [UInt8], _ record: Int, _ columns: FieldColumns
  ) -> (TextPointer?, Int) {
    let total = slots.reduce(0) { $0 + max(0, Int(columns.lengths($1)[record])) } + joint.count * slots.count
    // Something of every part: half a time is no time.
    guard slots.allSatisfy({ columns.lengths($0)[record] > 0 }) else { return (nil, 0) }
    let copy = scratch.allocate(total)
    var count = 0
    for (index, slot) in slots.enumerated() {
      if index > 0 {
        for byte in joint {
          copy[count] = byte
          count += 1
        }
      }
      let length = Int(columns.lengths(slot)[record])
      (copy + count).update(from: columns.texts(slot)[record], count: length)
      count += length
    }
    return (UnsafePointer(copy), count)
  }

  /// What follows the first `after` and precedes the last `before` of the rest; the whole text where they are missing.
  private static func part(
    _ text: TextPointer, _ length: Int, after: [UInt8], before: [UInt8]
  ) -> (TextPointer, Int) {
    var begin = 0
    var end = length
    if !after.isEmpty, length >= after.count {
      for at in 0...(length - after.count) where after.indices.allSatisfy({ text[at + $0] == after[$0] }) {
        begin = at + after.count
        break
      }
    }
    if !before.isEmpty, end - begin >= before.count {
      for at in (begin...(end - before.count)).reversed()
      where before.indices.allSatisfy({ text[at + $0] == before[$0] }) {
        end = at
        break
      }
    }
    return (text + begin, end - begin)
  }
}
