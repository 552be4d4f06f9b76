// Recorded amounts of money as text, to 10⁻¹² exactly.

/// Reads amounts; pure functions.
enum AmountReader {
  /// Significant digits that are kept: more than the largest amount has before its thirteenth place after the point.
  private static let digitsMax = 36

  /// Reads a decimal number in pico; what lies behind the twelfth place rounds half-even, once.
  ///
  /// Takes a sign, digits and a mark; an exponent only where the column has them. Nil for anything else, and for what is
  /// beyond any amount. Complexity: O(length), no allocation.
  static func pico(
    _ text: TextPointer, _ length: Int, isDecimalComma: Bool, isScientific: Bool
  ) -> Int128? {
    let mark = UInt8(ascii: isDecimalComma ? "," : ".")
    let isNegative = length > 0 && text[0] == UInt8(ascii: "-")
    var at = length > 0 && (isNegative || text[0] == UInt8(ascii: "+")) ? 1 : 0
    var value: UInt128 = 0
    // The number is value × 10^exponent, and a little more where digits that are not 0 were dropped.
    var exponent = 0
    var keptCount = 0
    var digitCount = 0
    var isPastMark = false
    var hasMore = false
    while at < length {
      let digit = text[at] &- UInt8(ascii: "0")
      if digit <= 9 {
        digitCount += 1
        if keptCount < digitsMax {
          value = value * 10 + UInt128(digit)
          if value != 0 { keptCount += 1 }
          if isPastMark { exponent -= 1 }
        } else {
          hasMore = hasMore || digit != 0
          if !isPastMark { exponent += 1 }
        }
      } else if text[at] == mark, !isPastMark {
        isPastMark = true
      } else if isScientific, digitCount > 0, text[at] | 0x20 == UInt8(ascii: "e") {
        guard let written = writtenExponent(text + at + 1, length - at - 1) else { return nil }
        exponent += written
        break
      } else {
        return nil
      }
      at += 1
    }
    guard digitCount > 0, let rounded = scaled(value, by: exponent + 12, hasMore: hasMore) else { return nil }
    guard rounded < UInt128(OutcomeRow.amountPicoLimit) else { return nil }
    return isNegative ? -Int128(rounded) : Int128(rounded)
  }

  /// The exponent behind an `e`: a sign and up to four digits.
  static func writtenExponent(_ text: TextPointer, _ length: Int) -> Int? {
    let isNegative = length > 0 && text[0] == UInt8(ascii: "-")
    let begin = length > 0 && (isNegative || text[0] == UInt8(ascii: "+")) ? 1 : 0
    guard length > begin, length - begin <= 4 else { return nil }
    var value = 0
    for at in begin..<length {
      let digit = text[at] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    return isNegative ? -value : value
  }

  /// value × 10^exponent as a whole number, half-even.
  private static func scaled(_ value: UInt128, by exponent: Int, hasMore: Bool) -> UInt128? {
    if value == 0 { return 0 }
    if exponent >= 0 {
      var scaled = value
      for _ in 0..<exponent {
        let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
        guard !overflow, product < UInt128(OutcomeRow.amountPicoLimit) else { return nil }
        scaled = product
      }
      // Digits were dropped behind 36: far too large.
      return hasMore ? nil : scaled
    }
    // 36 digits are less than half of 10³⁷.
    guard exponent >= -37 else { return 0 }
    let divisor = (0..<(-exponent)).reduce(UInt128(1)) { power, _ in power * 10 }
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    let half = divisor / 2
    let roundsUp = remainder > half || remainder == half && (hasMore || quotient & 1 == 1)
    return quotient + (roundsUp ? 1 : 0)
  }
}

extension EventReader {
  /// Reads the amounts of a batch whose format has them.
  func readAmounts(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    guard let field = plan.amount else { return }
    let amounts = batch.amountColumn()
    let texts = columns.texts(field.slot)
    let lengths = columns.lengths(field.slot)
    for record in 0..<batch.count where batch.door[record] == Door.open {
      let length = Int(lengths[record])
      if length <= 0 {
        amounts[record] = UsageBatch.absentAmount
      } else if let pico = AmountReader.pico(
        texts[record], length, isDecimalComma: field.isDecimalComma, isScientific: field.isScientific)
      {
        amounts[record] = pico
      } else {
        Self.suspend(record, batch, .badAmount, FieldRoleName.amount)
      }
    }
  }

  /// Amounts are content by their value: `1.50` is `1.5`. Where a record has none, nothing is added, so that files of other
  /// formats are not slowed down.
  func hashAmounts(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    if plan.amount != nil {
      let amounts = batch.amountColumn()
      for record in 0..<batch.count
      where batch.door[record] == Door.open && amounts[record] != UsageBatch.absentAmount {
        batch.content[record] = ContentHash.mix(
          batch.content[record], UInt64(truncatingIfNeeded: amounts[record]),
          UInt64(truncatingIfNeeded: amounts[record] &>> 64))
      }
    }
    guard let slot = plan.amountCurrency else { return }
    let (texts, lengths) = (columns.texts(slot), columns.lengths(slot))
    for record in 0..<batch.count where batch.door[record] == Door.open && lengths[record] > 0 {
      batch.content[record] = ContentHash.mix(batch.content[record], texts[record], Int(lengths[record]))
    }
  }
}
