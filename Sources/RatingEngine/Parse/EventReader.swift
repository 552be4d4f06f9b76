// From texts to typed columns: what every record of a batch says, in our units.
//
// Column by column: one loop a field over the whole batch, chosen once per batch and not per record. Order: rows that are
// no events leave first (their other fields need not make sense), then every field is read; a field that cannot be read
// sends its record to suspense at door 1.

import BillingCalendar
import Catalog
import Tables

/// Reads batches of one source. Owned by one worker.
final class EventReader {
  private let phone: PhoneNumber
  private var time: TimeReader
  private let scratch: ScratchText
  private let keySeed: UInt64
  private let needsIdentity: Bool

  /// - Parameters:
  ///   - keySeed: a number of the source's namespace, mixed into every key.
  ///   - needsIdentity: whether keys and contents are wanted (they are not without duplicate detection).
  init(source: UsageSource, keySeed: UInt64, needsIdentity: Bool, scratch: ScratchText) {
    phone = PhoneNumber(source.dialling)
    time = TimeReader(zone: source.zone, overlap: source.overlap, gap: source.gap)
    self.keySeed = keySeed
    self.needsIdentity = needsIdentity
    self.scratch = scratch
  }

  /// Fills the typed columns of `batch` from `columns`.
  ///
  /// Texts of derived slots live in the scratch: they are dead after its next reset.
  func read(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, text: TextPointer) {
    prepareTexts(batch, columns, plan)
    if !plan.needsAssembly.isEmpty || !plan.filters.isEmpty { applyFilters(batch, columns, plan) }
    readWords(plan.kindField, plan.kind.rawValue, batch.kind, batch, columns)
    readWords(plan.directionField, UsageDirection.outbound.rawValue, batch.direction, batch, columns)
    readTimes(plan.start, batch.start, isNeeded: true, batch, columns)
    readTimes(plan.answer, batch.answer, isNeeded: false, batch, columns)
    readTimes(plan.end, batch.end, isNeeded: false, batch, columns)
    readNumbers(plan.from, batch.fromDigits, batch.fromCount, batch, columns)
    readNumbers(plan.to, batch.toDigits, batch.toCount, batch, columns)
    readAnswered(batch, columns, plan)
    readQuantities(batch, columns, plan)
    if needsIdentity {
      readIdentities(batch, columns, plan, text: text)
      hashContents(batch, columns, plan)
    }
  }

  // MARK: texts

  private func prepareTexts(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
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

  private static func equals(_ text: TextPointer, _ length: Int, _ bytes: [UInt8]) -> Bool {
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

  // MARK: conditions

  private func applyFilters(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    for record in 0..<batch.count where batch.door[record] == Door.open {
      if plan.needsAssembly.contains(where: { Self.holds($0, record, columns) }) {
        Self.suspend(record, batch, .needsAssembly, FieldRoleName.none)
        continue
      }
      for filter in plan.filters where Self.holds(filter.conditions, record, columns) {
        batch.door[record] = Door.noEvent
        batch.reason[record] = filter.reason
        break
      }
    }
  }

  /// Whether all conditions hold for the record.
  static func holds(_ conditions: [FieldPlan.CompiledCondition], _ record: Int, _ columns: FieldColumns)
    -> Bool
  {
    for condition in conditions where !holds(condition, record, columns) { return false }
    return true
  }

  private static func holds(_ condition: FieldPlan.CompiledCondition, _ record: Int, _ columns: FieldColumns)
    -> Bool
  {
    let text = columns.texts(condition.slot)[record]
    let length = max(0, Int(columns.lengths(condition.slot)[record]))
    switch condition.test {
    case .isOneOf(let words, let expected):
      for word in words where equals(text, length, word) { return expected }
      return !expected
    case .beginsWith(let words):
      return words.contains { word in word.count <= length && word.indices.allSatisfy { text[$0] == word[$0] }
      }
    case .contains(let words):
      return words.contains { word in
        word.count <= length
          && (0...(length - word.count)).contains { at in
            word.indices.allSatisfy { text[at + $0] == word[$0] }
          }
      }
    case .isEmpty(let expected): return (length == 0) == expected
    case .isPositive:
      return (QuantityReader.decimal(text, length, onePerUnit: 1000, isDecimalComma: false) ?? 0) > 0
        && length > 0
    }
  }

  // MARK: typed fields

  /// Reads a field of a few words; a record that says nothing takes what holds for all of its format.
  private func readWords(
    _ field: FieldPlan.WordField?, _ constant: UInt8, _ target: UnsafeMutablePointer<UInt8>,
    _ batch: UsageBatch,
    _ columns: FieldColumns
  ) {
    guard let field else {
      for record in 0..<batch.count { target[record] = constant }
      return
    }
    let texts = columns.texts(field.slot)
    let lengths = columns.lengths(field.slot)
    // The word last seen is nearly always the word of the next record.
    var lastWord: UInt64 = 0
    var lastLength = -2
    var lastCode: UInt8 = 0
    for record in 0..<batch.count where batch.door[record] == Door.open {
      let length = Int(lengths[record])
      if length <= 0 {
        // A record that leaves the field empty says nothing, so what holds without the field holds, unless the format
        // has a word for it.
        target[record] = field.short.first { $0.length == 0 }?.code ?? field.otherwise ?? constant
        continue
      }
      if length <= 8 {
        let word = ByteText.word(texts[record], length)
        if word == lastWord, length == lastLength {
          target[record] = lastCode
          continue
        }
        if let match = field.short.first(where: { $0.word == word && $0.length == length }) {
          (lastWord, lastLength, lastCode) = (word, length, match.code)
          target[record] = match.code
          continue
        }
      } else if let match = field.long.first(where: { Self.equals(texts[record], length, $0.text) }) {
        target[record] = match.code
        continue
      }
      if let otherwise = field.otherwise {
        target[record] = otherwise
      } else {
        Self.suspend(record, batch, .badWord, field.role)
      }
    }
  }

  private func readTimes(
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

  private func readNumbers(
    _ slot: Int?, _ digits: UnsafeMutablePointer<UInt64>, _ counts: UnsafeMutablePointer<UInt8>,
    _ batch: UsageBatch,
    _ columns: FieldColumns
  ) {
    guard let slot else {
      // Digits too: they are content, and the batch may have held another file's.
      for record in 0..<batch.count {
        digits[record] = 0
        counts[record] = 0
      }
      return
    }
    let texts = columns.texts(slot)
    let lengths = columns.lengths(slot)
    for record in 0..<batch.count where batch.door[record] == Door.open {
      let length = Int(lengths[record])
      let number = length > 0 ? phone.normalise(texts[record], length) : PhoneNumber.Normalised()
      digits[record] = number.digits
      counts[record] = number.count
    }
  }

  private func readAnswered(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    guard !plan.answered.isEmpty else {
      for record in 0..<batch.count { batch.isAnswered[record] = 1 }
      return
    }
    // One test for equality with one short word is what most formats have.
    if plan.answered.count == 1, plan.answered[0].count == 1,
      case .isOneOf(let words, true) = plan.answered[0][0].test,
      words.count == 1, words[0].count <= 8
    {
      let slot = plan.answered[0][0].slot
      let expected = words[0].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let length = Int32(words[0].count)
      let texts = columns.texts(slot)
      let lengths = columns.lengths(slot)
      for record in 0..<batch.count {
        batch.isAnswered[record] =
          lengths[record] == length && ByteText.word(texts[record], Int(length)) == expected ? 1 : 0
      }
      return
    }
    for record in 0..<batch.count where batch.door[record] == Door.open {
      batch.isAnswered[record] = plan.answered.contains { Self.holds($0, record, columns) } ? 1 : 0
    }
  }

  private func readQuantities(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    guard let field = plan.billable else {
      for record in 0..<batch.count where batch.door[record] == Door.open {
        batch.quantity[record] = Self.quantityWithoutField(batch, record)
      }
      return
    }
    let texts = columns.texts(field.slot)
    let lengths = columns.lengths(field.slot)
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
          QuantityReader.decimal(texts[record], length, onePerUnit: one, isDecimalComma: comma)
        case .clock: QuantityReader.clock(texts[record], length)
        case .microseconds:
          // Thousandths of a microsecond cannot be told apart: rounded up twice is rounded up once.
          QuantityReader.decimal(texts[record], length, onePerUnit: 1, isDecimalComma: false).map {
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
        text, length, onePerUnit: unit.quantity, isDecimalComma: isDecimalComma)
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

  // MARK: identity

  private func readIdentities(
    _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, text: TextPointer
  ) {
    for record in 0..<batch.count { batch.isRowKeyed[record] = 0 }
    guard let first = plan.key.first else {
      for record in 0..<batch.count where batch.door[record] == Door.open { keyByRow(record, batch, text) }
      return
    }
    let texts = columns.texts(first)
    let lengths = columns.lengths(first)
    let isSingle = plan.key.count == 1
    if isSingle { RecordIdentity.hash(texts, lengths, batch, seed: keySeed) }
    for record in 0..<batch.count where !isSingle || lengths[record] <= 0 {
      if batch.door[record] == Door.open { keyByParts(record, batch, columns, plan, text) }
    }
  }

  /// Several fields make the key. A record that has none of the columns is known by its row; one that leaves all of them
  /// empty cannot be told from others.
  private func keyByParts(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, _ text: TextPointer
  ) {
    if plan.key.allSatisfy({ columns.lengths($0)[record] <= 0 }) {
      if plan.key.allSatisfy({ columns.lengths($0)[record] < 0 }) { return keyByRow(record, batch, text) }
      return Self.suspend(record, batch, .missingKey, FieldRoleName.key)
    }
    var key = RecordIdentity.Key(low: keySeed, high: 0)
    for slot in plan.key {
      let length = max(0, Int(columns.lengths(slot)[record]))
      // Each part is bound to the earlier ones by its seed.
      let part = RecordIdentity.hash(
        columns.texts(slot)[record], length, seed: slot == plan.key[0] ? keySeed : key.low)
      key = RecordIdentity.Key(low: part.low ^ (key.high &<< 1 | key.high &>> 63), high: part.high ^ key.high)
    }
    batch.identityLow[record] = key.low
    batch.identityHigh[record] = key.high
  }

  private func keyByRow(_ record: Int, _ batch: UsageBatch, _ text: TextPointer) {
    let key = RecordIdentity.hash(text + Int(batch.offset[record]), Int(batch.length[record]), seed: keySeed)
    batch.identityLow[record] = key.low
    batch.identityHigh[record] = key.high
    batch.isRowKeyed[record] = 1
  }

  private func hashContents(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    let content = batch.content
    let count = batch.count
    // Records that left already are hashed for nothing: cheaper than asking.
    for record in 0..<count {
      let flags =
        UInt64(batch.kind[record]) | UInt64(batch.direction[record]) &<< 2 | UInt64(batch.isAnswered[record])
        &<< 4
      let from = batch.fromDigits[record] &<< 13 | UInt64(batch.fromCount[record]) &<< 5
      let hash = ContentHash.mix(
        ContentHash.seed, UInt64(bitPattern: batch.start[record]), UInt64(bitPattern: batch.quantity[record]))
      content[record] = ContentHash.mix(
        hash, batch.toDigits[record] &<< 8 | UInt64(batch.toCount[record]), from | flags)
    }
    if plan.answer != nil || plan.end != nil {
      for record in 0..<count {
        content[record] = ContentHash.mix(
          content[record], UInt64(bitPattern: batch.answer[record]), UInt64(bitPattern: batch.end[record]))
      }
    }
    // A number that is none is content all the same: its text decides.
    for (slot, counts) in [(plan.to, batch.toCount), (plan.from, batch.fromCount)] {
      guard let slot else { continue }
      let (texts, lengths) = (columns.texts(slot), columns.lengths(slot))
      for record in 0..<count where counts[record] == 0 && batch.door[record] == Door.open {
        content[record] = ContentHash.mix(content[record], texts[record], Int(lengths[record]))
      }
    }
    for slot in plan.contentSlots {
      let (texts, lengths) = (columns.texts(slot), columns.lengths(slot))
      for record in 0..<count where batch.door[record] == Door.open {
        content[record] = ContentHash.mix(content[record], texts[record], Int(lengths[record]))
      }
    }
  }

  private static func suspend(_ record: Int, _ batch: UsageBatch, _ reason: SuspenseReason, _ field: UInt8) {
    batch.door[record] = Door.unparsable
    batch.reason[record] = UInt16(reason.rawValue)
    batch.faultField[record] = field
  }
}
