// Times: each reader of a field in turn, until one fits.

extension EventReader {
  func readTimes(
    _ field: FieldPlan.TimeField?, _ target: UnsafeMutablePointer<Int64>, isNeeded: Bool, _ batch: UsageBatch,
    _ columns: FieldColumns
  ) {
    guard let field else {
      for record in 0..<batch.count { target[record] = UsageBatch.absentTime }
      return
    }
    let texts = columns.texts(field.slot)
    let lengths = columns.lengths(field.slot)
    var time = self.time
    for record in 0..<batch.count where batch.door[record] == Door.open {
      let length = Int(lengths[record])
      if length <= 0 {
        target[record] = UsageBatch.absentTime
      } else if case .iso = field.readers[0], let instant = time.iso(texts[record], length) {
        target[record] = instant
        continue
      } else if let instant = Self.readTime(field, texts[record], length, &time) {
        target[record] = instant
      } else {
        Self.suspend(record, batch, .badTime, field.role)
        continue
      }
      if isNeeded, target[record] == UsageBatch.absentTime {
        Self.suspend(record, batch, .badTime, field.role)
      }
    }
    self.time = time
  }

  /// Tries each reader in order; `absentTime` for an epoch of 0 or −1, nil where none fits.
  private static func readTime(
    _ field: FieldPlan.TimeField, _ text: TextPointer, _ length: Int, _ time: inout TimeReader
  ) -> Int64? {
    for reader in field.readers {
      switch reader {
      case .iso:
        if let instant = time.iso(text, length) { return instant }
      case .epoch(let unitsPerSecond):
        guard let value = QuantityReader.flooredThousandths(text, length) else { continue }
        if value == 0 || value == -1000 { return UsageBatch.absentTime }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unitsPerSecond)
        let instant = remainder < 0 ? quotient - 1 : quotient
        if TimeReader.instants.contains(instant) { return instant }
      case .pattern(let pattern):
        guard let reading = pattern.read(text, length) else { continue }
        let seconds =
          reading.offsetSeconds.map { reading.localSeconds - $0 } ?? time.utc(reading.localSeconds)
        guard let instant = seconds.map({ $0 * 1000 + reading.milliseconds }) else { return nil }
        return reading.isLeapSecond ? TimeReader.afterLeapSecond(instant) : instant
      }
    }
    return nil
  }
}
