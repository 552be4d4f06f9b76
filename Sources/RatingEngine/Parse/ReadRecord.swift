// One record as it was read, for people: role by role, the text that stands there and what it became.
//
// Reads the typed columns of a batch after `EventReader` filled them; it decides nothing itself.

import BillingCalendar
import Catalog
import Money
public import Tables

/// One record of usage as people read it.
public struct ReadRecord: Sendable {
  /// What became of it when it was read.
  public enum Outcome: Sendable, Hashable {
    /// It is an event.
    case event
    /// It is no event, for this reason.
    case filtered(Label)
    /// It cannot be read; `field` is the role at fault, empty where the record as a whole is meant.
    case suspended(SuspenseReason, field: String)
  }

  /// Line in the decoded file, from 1.
  public var line: Int
  /// Offset of its first byte in the decoded file.
  public var byteOffset: Int64
  /// Its bytes, without the line's end.
  public var bytes: [UInt8]
  /// What became of it.
  public var outcome: Outcome
  /// The roles that its format reads, in the descriptor's order, then what every event has besides: `kind`, `direction`,
  /// `billable` and `answered`.
  public var fields: [ReadField]

  /// The field of a role; nil where the format does not read it and no event has it of itself.
  public func field(_ role: Label) -> ReadField? { fields.first { $0.role == role } }
}

/// One role of a record.
public struct ReadField: Sendable, Hashable {
  /// The role's word.
  public var role: Label
  /// Where its text stands, such as `column 'billsec'`; empty where the format says the value.
  public var column: String
  /// The text as it was read, without quotes, blanks that are trimmed, and null tokens; nil where it is absent.
  public var text: Label?
  /// What it was read as: times as RFC 3339 in UTC, numbers as digits (or the text where it is no number), quantities as
  /// decimals in the unit of the kind, words as ours; empty where it is absent. Nil where the record left before it was
  /// read.
  public var value: String?
  /// What people should know besides: the unit, `no number`, `short code`.
  public var note: String
}

/// Makes `ReadRecord`s of a batch that was read.
struct RecordView {
  let batch: UsageBatch
  let columns: FieldColumns
  let plan: FieldPlan
  /// Names of the file's columns, as `FieldPlan.compile` took them.
  let columnNames: [Label]
  /// Names of filter reasons, by number.
  let reasons: [Label]

  /// The record at this index of the batch; `line` and `textOffset` say where the batch's text begins in the file.
  func record(_ index: Int, text: TextPointer, line: Int, textOffset: Int64) -> ReadRecord {
    let bytes = UnsafeBufferPointer(start: text + Int(batch.offset[index]), count: Int(batch.length[index]))
    return ReadRecord(
      line: line + Int(batch.line[index]), byteOffset: textOffset + Int64(batch.offset[index]),
      bytes: Array(bytes), outcome: outcome(index), fields: fields(index, bytes))
  }

  /// What doors 1 and 2 said.
  func outcome(_ index: Int) -> ReadRecord.Outcome {
    switch batch.door[index] {
    case Door.unparsable:
      .suspended(
        SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[index])) ?? .badRecord,
        field: FieldRoleName.name(batch.faultField[index]))
    case Door.noEvent: .filtered(reasons[Int(batch.reason[index])])
    default: .event
    }
  }

  /// All roles of a record, whose bytes tell under which of several names a JSON object holds a value.
  private func fields(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> [ReadField] {
    var result: [ReadField] = []
    let jsonNames = jsonNames(bytes)
    // Where the fields could not be told apart the texts are those of another record.
    let hasFields =
      outcome(index) != .suspended(.badRecord, field: "")
      && outcome(index) != .suspended(.badQuotes, field: "")
    for role in plan.roles {
      let text = hasFields ? self.text(role.slot, index) : nil
      var field = ReadField(
        role: role.rule.role.name, column: column(role.rule.source, jsonNames), text: text, note: "")
      if isRead(index) { (field.value, field.note) = value(of: role.rule.role, index, text) }
      result.append(field)
    }
    for role in [FieldRole.kind, .direction, .billable]
    where !plan.roles.contains(where: { $0.rule.role == role }) {
      var field = ReadField(role: role.name, column: "", note: "")
      if isRead(index) { (field.value, field.note) = value(of: role, index, nil) }
      result.append(field)
    }
    let answered = isRead(index) ? (batch.isAnswered[index] != 0 ? "yes" : "no") : nil
    result.append(ReadField(role: "answered", column: "", value: answered, note: ""))
    return result
  }

  private func isRead(_ index: Int) -> Bool {
    batch.door[index] != Door.unparsable && batch.door[index] != Door.noEvent
  }

  /// The text of a slot; nil where it is absent.
  func text(_ slot: Int, _ index: Int) -> Label? {
    let length = Int(columns.lengths(slot)[index])
    return length > 0 ? Label(UnsafeBufferPointer(start: columns.texts(slot)[index], count: length)) : nil
  }

  private func value(of role: FieldRole, _ index: Int, _ text: Label?) -> (value: String, note: String) {
    switch role {
    case .start: (Self.time(batch.start[index]), "")
    case .answer: (Self.time(batch.answer[index]), "")
    case .end: (Self.time(batch.end[index]), "")
    case .from: Self.number(batch.fromDigits[index], batch.fromCount[index], text)
    case .to: Self.number(batch.toDigits[index], batch.toCount[index], text)
    case .kind: (UsageKind(rawValue: batch.kind[index])?.name ?? "", "")
    case .direction: (UsageDirection(rawValue: batch.direction[index])?.name ?? "", "")
    case .billable: Self.quantity(batch.quantity[index], UsageKind(rawValue: batch.kind[index]) ?? .voice)
    case .amount:
      (batch.hasAmount(index) ? batch.recordedAmount(index).description : "", "")
    default: (text?.description ?? "", "")
    }
  }

  private static func time(_ instant: Int64) -> String {
    instant == UsageBatch.absentTime ? "" : Instant.text(millis: instant)
  }

  private static func number(_ digits: UInt64, _ count: UInt8, _ text: Label?) -> (String, String) {
    guard let text else { return ("", "") }
    guard count != 0 else { return (text.description, "no number") }
    return (
      PhoneNumber.text(digits: digits, count: count),
      count & PhoneNumber.shortCodeFlag != 0 ? "short code" : ""
    )
  }

  private static func quantity(_ quantity: Int64, _ kind: UsageKind) -> (String, String) {
    guard quantity != UsageBatch.absentQuantity else { return ("", "") }
    return (
      DecimalText.format(Int128(quantity), scale: kind.quantityDigits),
      Texts.unit(kind, isOne: quantity == kind.onePerUnit)
    )
  }

  // MARK: where a text stands

  /// The names that count in a JSON object, by all the names that a field may have; nil for CSV.
  private func jsonNames(_ bytes: UnsafeBufferPointer<UInt8>) -> [[[UInt8]]: [UInt8]]? {
    guard plan.dialect.framing == .jsonl, let base = bytes.baseAddress else { return nil }
    var json = JSONFields()
    _ = json.read(base, bytes.count, paths: plan.paths, scratch: ScratchText()) { _, _, _ in }
    var names: [[[UInt8]]: [UInt8]] = [:]
    for (slot, paths) in plan.paths.enumerated() {
      if let number = json.nameNumber(ofSlot: slot) { names[paths] = paths[number] }
    }
    return names
  }

  private func column(_ source: FieldSource, _ jsonNames: [[[UInt8]]: [UInt8]]?) -> String {
    let names = source.columns.map { name($0, jsonNames) }
    var text = ""
    if source.joinedBy != nil {
      text = names.joined(separator: " + ")
    } else {
      // Of several the file usually has one; those that it has not are not worth a word.
      let known = zip(source.columns, names).filter { isThere($0.0) }.map(\.1)
      text = (known.isEmpty ? Array(names.prefix(1)) : known).joined(separator: ", else ")
    }
    if !source.after.isEmpty { text += " after '\(source.after)'" }
    if !source.before.isEmpty { text += " before '\(source.before)'" }
    guard let constant = source.constant else { return text }
    return text.isEmpty ? "always '\(constant)'" : text + ", else '\(constant)'"
  }

  private func name(_ reference: ColumnReference, _ jsonNames: [[[UInt8]]: [UInt8]]?) -> String {
    switch reference {
    case .names(let names):
      if let jsonNames {
        Label(bytes: jsonNames[names.map(\.bytes)] ?? names.first?.bytes ?? []).description
      } else {
        (names.first { name in columnNames.contains { FieldPlan.matches($0, name) } } ?? names.first)?
          .description ?? ""
      }
    case .index(let index): "column \(index + 1)"
    case .indexFromEnd(let index): "column \(index) from the end"
    }
  }

  private func isThere(_ reference: ColumnReference) -> Bool {
    guard case .names(let names) = reference, !columnNames.isEmpty else { return true }
    return names.contains { name in columnNames.contains { FieldPlan.matches($0, name) } }
  }
}
