// What `check --sample` found, as people read it, and the same as JSON.

internal import Catalog
internal import OptionTable
internal import RatingEngine
internal import Tables

/// Renders a sample.
struct SampleReport {
  let sample: CheckedSample
  let writing: UsageText

  init(_ sample: CheckedSample, writing: UsageText) {
    self.sample = sample
    self.writing = writing
  }

  // MARK: people

  /// The whole report.
  func text() -> String {
    var text = headline()
    if let damage = sample.text.damage {
      text += "  \(damage.message); what came before is shown, and a run would count nothing of it\n"
    }
    if let source = sample.source { text += "  source '\(source.name)' (sources.csv:\(source.line))\n" }
    if let mismatch = sample.mismatch {
      text += "  \(MessageText.escaped("\(mismatch.message); \(mismatch.hint)"))\n"
    }
    guard let format = sample.format else { return text + nothingFits() }
    return text + formats() + fields(format) + records() + row(format)
  }

  private func headline() -> String {
    let name = sample.text.name == "-" ? "standard input" : MessageText.escaped(sample.text.name)
    let size = sample.text.isWhole ? "" : "the first "
    return "\(name): \(sample.text.stored), \(size)\(ReadableText.bytes(sample.text.bytes.count)) of text\n"
  }

  private func formats() -> String {
    let rows = sample.guess.candidates.prefix(5).map { candidate in
      var words =
        "\(candidate.readCount) of \(ReadableText.count(candidate.recordCount, "record", "records"))"
      if let reason = candidate.commonReason { words += ", the others mostly \(reason.code)" }
      return [
        candidate.format.name.description, Self.share(candidate), words,
        ReadableText.count(candidate.columnCount, "column", "columns"),
        MessageText.escaped(candidate.format.origin),
      ]
    }
    return "\nformats that read it\n" + AlignedRows.lines(Array(rows))
  }

  private static func share(_ candidate: FormatGuess.Candidate) -> String {
    ReadableText.percent(candidate.readCount, of: candidate.recordCount) ?? "-"
  }

  /// Role by role, how the first event is read.
  private func fields(_ format: FormatDescriptor) -> String {
    guard let record = sample.records.first(where: { $0.outcome == .event }) ?? sample.records.first else {
      return ""
    }
    var rows = [["role", "column", "text", "value"]]
    for field in record.fields where field.text != nil || !(field.value ?? "").isEmpty {
      let isNumber = ["from", "to"].contains(field.role)
      let value = field.value.map { $0.isEmpty ? "absent" : $0 } ?? ""
      let note = field.note.isEmpty ? "" : " " + (isNumber ? "(\(field.note))" : field.note)
      rows.append([
        field.role.description, field.column.isEmpty ? "-" : MessageText.escaped(field.column),
        field.text.map(quoted) ?? "-",
        (Self.isOurs(field.role) ? value : writing.cell(value, bytesMax: Self.cellBytesMax)) + note,
      ])
    }
    let absent = record.fields.filter { $0.text == nil && ($0.value ?? "").isEmpty }.map(\.role.description)
    let rest = absent.isEmpty ? "" : "  absent: \(absent.joined(separator: ", "))\n"
    return "\nline \(record.line) as '\(format.name)' reads it\n" + AlignedRows.lines(rows) + rest
  }

  private static let cellBytesMax = 40

  /// Roles whose values are ours: times and quantities hold no telephone numbers.
  static func isOurs(_ role: Label) -> Bool { ["start", "answer", "end", "billable"].contains(role) }

  private func quoted(_ label: Label) -> String { writing.quoted(label, bytesMax: Self.cellBytesMax) }

  /// The first records, one line each.
  private func records() -> String {
    let hasOutcomes = !sample.outcomes.isEmpty
    var rows = [["line", "outcome", "start", "kind", "direction", "from", "to", "quantity", "answered"]]
    if hasOutcomes { rows[0] += ["account", "amount"] }
    for (index, record) in sample.records.enumerated() {
      let outcome = hasOutcomes ? sample.outcomes[index] : nil
      guard record.outcome == .event else {
        rows.append(["\(record.line)", words(record.outcome)])
        continue
      }
      func value(_ role: Label) -> String { record.field(role)?.value ?? "" }
      var row = [
        "\(record.line)", outcome.map(words) ?? "event", value("start"), value("kind"), value("direction"),
        number(record.field("from")), number(record.field("to")),
        value("billable").isEmpty ? "-" : "\(value("billable")) \(record.field("billable")?.note ?? "")",
        value("answered"),
      ]
      if let outcome { row += [writing.cell(outcome.account?.description ?? ""), outcome.amountText ?? "-"] }
      rows.append(row)
    }
    return "\nfirst records\n" + AlignedRows.lines(rows) + remedies()
  }

  private func number(_ field: ReadField?) -> String {
    guard let field, let value = field.value, !value.isEmpty else { return "-" }
    return writing.cell(value, bytesMax: Self.cellBytesMax) + (field.note.isEmpty ? "" : " (\(field.note))")
  }

  private func words(_ outcome: ReadRecord.Outcome) -> String {
    switch outcome {
    case .event: "event"
    case .filtered(let reason): "filtered: \(reason)"
    case .suspended(let reason, let field): "suspense: \(reason.code)" + (field.isEmpty ? "" : " (\(field))")
    }
  }

  private func words(_ outcome: EventDerivation) -> String {
    switch outcome.door {
    case .rated, .duplicate: outcome.door.rawValue
    case .filtered: "filtered: \(outcome.reason)"
    case .suspended: "suspense: \(outcome.reason)"
    }
  }

  /// What to do about the reasons of suspense that were met.
  private func remedies() -> String {
    var reasons: [SuspenseReason] = []
    for reason in SuspenseReason.allCases {
      let isMet =
        sample.records.contains { if case .suspended(reason, _) = $0.outcome { true } else { false } }
        || sample.outcomes.contains { $0.door == .suspended && $0.reason == reason.code }
      if isMet { reasons.append(reason) }
    }
    return reasons.map { "  \($0.code): \($0.meaning); \($0.remedy)\n" }.joined()
  }

  // MARK: what to do next

  private func row(_ format: FormatDescriptor) -> String {
    guard let row = sample.row else { return "" }
    var text = "\nrow for sources.csv\n  source,pattern,format,zone,country\n"
    text +=
      "  \(MessageText.escaped("\(row.name),\(row.pattern),\(row.format)")),"
      + "\(row.needsZone ? "ZONE" : ""),\(row.needsCountry ? "COUNTRY" : "")\n"
    if row.needsZone {
      text += "  ZONE: the times carry no offset; write the zone of the switch, such as Europe/Berlin\n"
    }
    if row.needsCountry {
      text += "  COUNTRY: numbers begin with 0; write the country in which they are dialled, such as DE\n"
    }
    return text
  }

  private func nothingFits() -> String {
    if let obstacle = sample.text.obstacle { return "  no format can read it: \(obstacle)\n" }
    var text = "  no known format reads it\n"
    if sample.shape.isTypesLine {
      text +=
        "  line 1 holds the types of the columns (\(head())), not their names: the line of names is missing; "
      text += "export the file again with it, or describe the columns by position in a format of your own\n"
    }
    for misfit in sample.guess.misfits { text += "  \(line(misfit))\n" }
    if sample.shape.hasBareCarriageReturns {
      text += "  lines end with CR alone: a format says so with 'line_end: cr'\n"
    }
    if !sample.shape.isTypesLine { text += "  line 1: \(shape())\n" }
    return text
      + "  next: ratemill formats NAME > CATALOG/formats/ours.yaml, then describe the columns there\n"
  }

  private func line(_ misfit: FormatGuess.Misfit) -> String {
    if let reason = misfit.reason {
      return
        "'\(misfit.name)' is near: its columns are there, but no record can be read (\(reason.code)): \(reason.meaning)"
    }
    let missing = misfit.missing.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
    let more = misfit.missing.count > 6 ? " and \(misfit.missing.count - 6) more" : ""
    return "'\(misfit.name)' is near: \(misfit.foundCount) of its columns are there, \(missing)\(more) "
      + (misfit.missing.count == 1 ? "is" : "are") + " missing"
  }

  private func shape() -> String {
    if sample.shape.isJSON { return "a JSON object; a format says what its keys mean with 'type: jsonl'" }
    guard let delimiter = sample.shape.delimiter else { return "one field: \(head())" }
    let sign = delimiter == 9 ? "tab" : "'\(Character(Unicode.Scalar(delimiter)))'"
    return
      "\(ReadableText.count(sample.shape.fields.count, "field", "fields")) separated by \(sign): \(head())"
  }

  private func head() -> String {
    let shown = sample.shape.fields.prefix(6).map {
      writing.cell($0.description, bytesMax: Self.cellBytesMax)
    }
    return shown.joined(separator: ", ") + (sample.shape.fields.count > 6 ? ", …" : "")
  }
}
