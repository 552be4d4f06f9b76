// A sample as JSON.

internal import Catalog
internal import Money
internal import RatingEngine
internal import Tables

extension SampleReport {
  /// The report as one value.
  func value() -> JSONValue {
    [
      "file": .text(sample.text.name), "stored": .text(sample.text.stored),
      "bytes": .integer(sample.text.bytes.count), "whole": .bool(sample.text.isWhole),
      "damage": .textOrNull(sample.text.damage?.message), "obstacle": .textOrNull(sample.text.obstacle),
      "source": .textOrNull(sample.source?.name.description),
      "mismatch": .textOrNull(sample.mismatch?.message),
      "format": .textOrNull(sample.format?.name.description),
      "candidates": .array(sample.guess.candidates.map(value)),
      "near": .array(sample.guess.misfits.map(value)),
      "records": .array(sample.records.indices.map(record)), "row": row(),
    ]
  }

  private func value(_ candidate: FormatGuess.Candidate) -> JSONValue {
    [
      "format": .text(candidate.format.name.description), "records": .integer(candidate.recordCount),
      "read": .integer(candidate.readCount), "columns": .integer(candidate.columnCount),
      "common_reason": .textOrNull(candidate.commonReason?.code),
    ]
  }

  private func value(_ misfit: FormatGuess.Misfit) -> JSONValue {
    [
      "format": .text(misfit.name.description), "columns": .integer(misfit.foundCount),
      "missing": .array(misfit.missing.map { .text($0.description) }),
      "common_reason": .textOrNull(misfit.reason?.code),
    ]
  }

  private func record(_ number: Int) -> JSONValue {
    let record = sample.records[number]
    var members = [JSONMember(name: "line", value: .integer(record.line))]
    func add(_ name: String, _ text: String) {
      members.append(JSONMember(name: Label(name), value: .text(text)))
    }
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
            "door": .text(outcome.door.rawValue),
            "reason": .textOrNull(outcome.reason.isEmpty ? nil : outcome.reason),
            "account": .textOrNull(outcome.account.map { writing.masked($0.description) }),
            "amount": .textOrNull(outcome.amount?.description),
            "currency": .textOrNull(outcome.currency?.code),
          ]))
    }
    members.append(JSONMember(name: "fields", value: .array(record.fields.map(field))))
    return .object(members)
  }

  private func field(_ field: ReadField) -> JSONValue {
    let value = field.value.map { Self.isOurs(field.role) ? $0 : writing.masked($0) }
    return [
      "role": .text(field.role.description), "column": .text(field.column),
      "text": .textOrNull(field.text.map { writing.masked($0.description) }), "value": .textOrNull(value),
      "note": .textOrNull(field.note.isEmpty ? nil : field.note),
    ]
  }

  private func row() -> JSONValue {
    guard let row = sample.row else { return .null }
    return [
      "source": .text(row.name), "pattern": .text(row.pattern), "format": .text(row.format),
      "needs_zone": .bool(row.needsZone), "needs_country": .bool(row.needsCountry),
    ]
  }
}
