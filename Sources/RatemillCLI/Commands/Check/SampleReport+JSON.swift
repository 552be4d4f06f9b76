// A sample as JSON.

internal import Catalog
internal import Money
internal import RatingEngine
internal import Tables

extension SampleReport {
  /// The report as one value.
  func value() -> JSONValue {
    [
      "file": .string(sample.text.name), "stored": .string(sample.text.stored),
      "bytes": .number(sample.text.bytes.count), "whole": .bool(sample.text.isWhole),
      "damage": .stringOrNull(sample.text.damage?.message), "obstacle": .stringOrNull(sample.text.obstacle),
      "source": .stringOrNull(sample.source?.name.description),
      "mismatch": .stringOrNull(sample.mismatch?.message),
      "format": .stringOrNull(sample.format?.name.description),
      "candidates": .array(sample.guess.candidates.map(value)),
      "near": .array(sample.guess.misfits.map(value)),
      "records": .array(sample.records.indices.map(record)), "row": row(),
    ]
  }

  private func value(_ candidate: FormatGuess.Candidate) -> JSONValue {
    [
      "format": .string(candidate.format.name.description), "records": .number(candidate.recordCount),
      "read": .number(candidate.readCount), "columns": .number(candidate.columnCount),
      "common_reason": .stringOrNull(candidate.commonReason?.code),
    ]
  }

  private func value(_ misfit: FormatGuess.Misfit) -> JSONValue {
    [
      "format": .string(misfit.name.description), "columns": .number(misfit.foundCount),
      "missing": .array(misfit.missing.map { .string($0.description) }),
      "common_reason": .stringOrNull(misfit.reason?.code),
    ]
  }

  private func record(_ number: Int) -> JSONValue {
    let record = sample.records[number]
    var members = [JSONMember(name: "line", value: .number(record.line))]
    func add(_ name: String, _ text: String) { members.append(JSONMember(name: name, value: .string(text))) }
    switch record.outcome {
    case .event: add("outcome", "event")
    case .filtered(let reason):
      add("outcome", "filtered")
      add("reason", reason.description)
    case .suspended(let reason, let field):
      add("outcome", "suspended")
      add("reason", reason.code)
      if !field.isEmpty { add("field", field) }
    }
    if number < sample.outcomes.count {
      let outcome = sample.outcomes[number]
      members.append(
        JSONMember(
          name: "rating",
          value: [
            "door": .string(outcome.door.rawValue),
            "reason": .stringOrNull(outcome.reason.isEmpty ? nil : outcome.reason),
            "account": .stringOrNull(outcome.account.map { writing.masked($0.description) }),
            "amount": .stringOrNull(outcome.amount?.description),
            "currency": .stringOrNull(outcome.currency?.code),
          ]))
    }
    members.append(JSONMember(name: "fields", value: .array(record.fields.map(field))))
    return .object(members)
  }

  private func field(_ field: ReadField) -> JSONValue {
    let value = field.value.map { Self.isOurs(field.role) ? $0 : writing.masked($0) }
    return [
      "role": .string(field.role.description), "column": .string(field.column),
      "text": .stringOrNull(field.text.map { writing.masked($0.description) }), "value": .stringOrNull(value),
      "note": .stringOrNull(field.note.isEmpty ? nil : field.note),
    ]
  }

  private func row() -> JSONValue {
    guard let row = sample.row else { return .null }
    return [
      "source": .string(row.name), "pattern": .string(row.pattern), "format": .string(row.format),
      "needs_zone": .bool(row.needsZone), "needs_country": .bool(row.needsCountry),
    ]
  }
}
