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
  var time: TimeReader
  let scratch: ScratchText
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
    readAmounts(batch, columns, plan)
    if needsIdentity {
      readIdentities(batch, columns, plan, text: text)
      hashContents(batch, columns, plan)
      hashAmounts(batch, columns, plan)
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
      if let match = field.cases.first(where: { Self.holds($0.conditions, record, columns) }) {
        target[record] = match.code
        continue
      }
      let length = Int(lengths[record])
      if length <= 0 {
        // A record that leaves the field empty says nothing, so what holds without the field holds, unless the format
        // has a word for it. Where it decides by cases, nothing holds without them.
        let whole = field.cases.isEmpty ? constant : nil
        if let code = field.short.first(where: { $0.length == 0 })?.code ?? field.otherwise ?? whole {
          target[record] = code
        } else {
          Self.suspend(record, batch, .badWord, field.role)
        }
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

  /// Several fields make the key, or the one field is empty. A record that has none of the identifying columns is known by
  /// its row, and so is one that leaves them empty where the format lets it; elsewhere such a record cannot be told from
  /// others.
  private func keyByParts(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, _ text: TextPointer
  ) {
    if plan.identifyingKey.allSatisfy({ columns.lengths($0)[record] <= 0 }) {
      let isAbsent = plan.identifyingKey.allSatisfy { columns.lengths($0)[record] < 0 }
      guard isAbsent || plan.mayLackKey else {
        return Self.suspend(record, batch, .missingKey, FieldRoleName.key)
      }
      // Whoever asks later whether the record has a key finds no part of one, not even a sequence.
      for slot in plan.key { columns.lengths(slot)[record] = -1 }
      return keyByRow(record, batch, text)
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
    for slot in plan.presentContentSlots {
      let (texts, lengths) = (columns.texts(slot), columns.lengths(slot))
      for record in 0..<count where lengths[record] > 0 && batch.door[record] == Door.open {
        content[record] = ContentHash.mix(content[record], texts[record], Int(lengths[record]))
      }
    }
  }

  static func suspend(_ record: Int, _ batch: UsageBatch, _ reason: SuspenseReason, _ field: UInt8) {
    batch.door[record] = Door.unparsable
    batch.reason[record] = UInt16(reason.rawValue)
    batch.faultField[record] = field
  }
}
