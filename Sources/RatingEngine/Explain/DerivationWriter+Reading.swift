// The steps up to an event: where the record is, what its fields say, which copies it has.

import BillingCalendar
import Catalog
import Tables

extension DerivationWriter {
  /// Where the record is and what reads it.
  func recordStep() -> Step {
    let record = event.record
    var lines = [
      Line(
        "place",
        "\(event.file.name), line \(record.line), byte \(record.byteOffset), \(record.bytes.count) bytes"),
      Line("bytes", quote: Label(bytes: record.bytes)),
    ]
    if let oversize = event.oversize {
      lines[0].text =
        "\(event.file.name), line \(record.line), byte \(record.byteOffset), \(oversize.length) bytes"
      lines[1].text = "its first \(oversize.head.count) bytes; SHA-256 of all: \(oversize.hash)"
    }
    let source = rater.source
    let how =
      event.file.isNamedByOption
      ? "as --source says" : "its pattern '\(source.pattern)' fits the name (sources.csv:\(source.line))"
    lines.append(Line("source", "'\(source.name)', \(how)"))
    lines.append(Line("format", "'\(rater.format.name)' (\(rater.format.origin))"))
    lines.append(
      Line(
        "clocks",
        "times without an offset are in \(source.zone); numbers are dialled "
          + (source.country.isEmpty ? "internationally" : "as in \(source.country)")))
    return Step(title: "record", lines: lines)
  }

  /// Role by role: text and value. Roles whose column this file does not have are named together.
  func fieldsStep() -> Step {
    let record = event.record
    switch record.outcome {
    case .suspended(.badRecord, _), .suspended(.badQuotes, _), .suspended(.recordTooLong, _):
      return Step(title: "fields", lines: unreadLines())
    default: break
    }
    let isThere = { (field: ReadField) in field.text != nil || !(field.value ?? "").isEmpty }
    var lines = record.fields.filter(isThere).map(Self.line)
    let absent = record.fields.filter { !isThere($0) && $0.role != "answered" }.map(\.role.description)
    if !absent.isEmpty { lines.append(Line("absent", absent.joined(separator: ", "))) }
    // Rows of one call may have been added up after reading.
    if let legs = rater.format.legs, batch.door[0] != Door.unparsable {
      lines.append(Line("call", "of the rows of one call the format takes: \(legs.choice.rawValue)"))
    }
    return Step(title: "fields", lines: lines)
  }

  /// What can be said of a record whose fields cannot be told apart.
  private func unreadLines() -> [Line] {
    guard event.oversize == nil, rater.plan.dialect.framing == .csv else {
      return [Line("none", "they cannot be told apart")]
    }
    var lines = [Line("none", "they cannot be told apart")]
    var dialect = rater.plan.dialect
    dialect.quotes = .lenient
    var fields = QuotedFields()
    let (least, most) = (rater.plan.fieldCountMin, rater.plan.fieldCountMax)
    let needed = least == most ? "\(least)" : most == .max ? "\(least) or more" : "\(least) to \(most)"
    if fields.split(rater.text, event.record.bytes.count, dialect: dialect, scratch: ScratchText()) {
      lines.append(Line("count", "\(fields.count), and the format needs \(needed)"))
    }
    return lines
  }

  private static func line(_ field: ReadField) -> Line {
    let name = field.role.description
    let place = field.column.isEmpty || field.column == name ? "" : "(\(field.column))"
    func words(_ text: String) -> String { [text, place].filter { !$0.isEmpty }.joined(separator: " ") }
    guard let value = field.value else {
      return Line(name, quote: field.text, words(""))
    }
    guard let text = field.text else {
      return Line(name, words(value + (field.note.isEmpty ? "" : " " + field.note)))
    }
    // A text that is its own value is said once.
    if text.description == value, field.role != "billable" {
      return Line(name, quote: text, words(field.note))
    }
    let note = field.note.isEmpty ? "" : (field.role == "billable" ? " " : ", ") + field.note
    return Line(
      name, quote: text, value: value + note, place,
      holdsNumbers: !["start", "answer", "end", "billable"].contains(name))
  }

  /// Which instant decides service, plan, deck row and usage period.
  func chargingStartStep() -> Step {
    let hasAnswer = batch.answer[0] != UsageBatch.absentTime
    let why = hasAnswer ? "the answer time" : "the start, as the record has no answer time"
    return Step(
      title: "charging start", lines: [Line("instant", "\(Instant.text(millis: chargingStart)): \(why)")])
  }

  // MARK: copies

  /// The other copies of the record; nil where there is none and nothing to say.
  func copiesStep() -> Step? {
    guard let copies, event.identity != nil else { return nil }
    var lines: [Line] = []
    let names = rater.format.key.map(\.name.description).joined(separator: "/")
    if event.isRowKeyed {
      let why =
        rater.format.key.isEmpty
        ? "as the format names no key" : "as the record leaves its key (\(names)) empty"
      lines.append(Line("key", "the row itself, \(why); its n-th twin in a file is another record"))
    } else {
      let key = EventSearch.joined(event.key)
      lines.append(
        Line("key", quote: key, "(\(names)) in namespace '\(rater.source.namespace)'"))
    }
    let others = copies.others(than: event)
    if others.isEmpty { lines.append(Line("copies", "no other record of these inputs has this key")) }
    for (copy, isKept) in others.prefix(Self.copiesShownMax) {
      lines.append(copyLine(copy, isKept: isKept, copies))
    }
    if others.count > Self.copiesShownMax {
      lines.append(Line("copies", "and \(others.count - Self.copiesShownMax) more"))
    }
    return Step(title: "copies", lines: lines)
  }

  private static let copiesShownMax = 10

  private func copyLine(_ copy: FoundEvent, isKept: Bool, _ copies: CopyDecision) -> Line {
    guard copies.isConflict else {
      let word =
        event.isRowKeyed && isKept && copies.isKept(event)
        ? "is an event of its own, an identical row of another number"
        : isKept ? "counts" : "is a duplicate of it"
      return Line("copy", "\(copy.place) has the same content and \(word)")
    }
    guard copy.content != event.content else { return Line("copy", "\(copy.place) has the same content") }
    let ids: Set<Label> = ["id", "sequence"]
    let differences = copy.record.fields.compactMap { field -> String? in
      guard !ids.contains(field.role), let mine = event.record.field(field.role), mine.value != field.value
      else {
        return nil
      }
      return "\(field.role) '\(field.value ?? "")' there, '\(mine.value ?? "")' here"
    }
    return Line(
      "conflict", "\(copy.place) has other content: \(differences.joined(separator: ", "))",
      holdsNumbers: true)
  }
}
