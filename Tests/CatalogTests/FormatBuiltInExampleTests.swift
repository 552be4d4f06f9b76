// The example lines of the built-in CSV formats, cut into fields by a few obvious lines of code: they have as many fields
// as their format asks for, and texts, numbers and words stand where the descriptor says. Times and units are tried by
// the engine, which reads examples for users too.

import Catalog
import Tables
import Testing

@Suite struct FormatBuiltInExampleTests {
  @Test(arguments: BuiltInFormats.names)
  func examplesHaveTheFieldsOfTheirFormat(_ name: Label) throws {
    let format = try #require(BuiltInFormats.descriptor(named: name))
    guard format.dialect.framing == .csv else { return }
    for example in format.examples where !example.expects("suspense") {
      let names = columnNames(format, example)
      var fields = cut(example.line, format.dialect)
      if format.header.allowsTrailingDelimiter, fields.count == names.count + 1, fields.last == "" {
        fields.removeLast()
      }
      let counts = format.header.mode == .names ? names.count...names.count : format.header.fieldCounts
      #expect(counts.contains(fields.count), "\(name): \(fields.count) fields in \(example.line)")
    }
  }

  @Test(arguments: BuiltInFormats.names)
  func examplesHoldWhatTheyExpect(_ name: Label) throws {
    let format = try #require(BuiltInFormats.descriptor(named: name))
    guard format.dialect.framing == .csv else { return }
    for example in format.examples where !example.expects("suspense") && !example.expects("filtered") {
      let row = Row(names: columnNames(format, example), fields: cut(example.line, format.dialect))
      for (role, value) in example.expected {
        guard let rule = format.fields.first(where: { $0.role.name == role }) else { continue }
        guard var read = row.value(of: rule) else { continue }
        if format.dialect.nullTokens.contains(Label(read)) { read = "" }
        #expect(read == value.description, "\(name): \(role) of \(example.line)")
      }
    }
  }

  private func columnNames(_ format: FormatDescriptor, _ example: FormatExample) -> [String] {
    format.header.mode == .names
      ? example.header.description.split(separator: ",").map(String.init)
      : format.header.columns.map(\.description)
  }

  /// A quoted field ends at the quote before a comma; elsewhere quotes are text.
  private func cut(_ line: Label, _ dialect: Dialect) -> [String] {
    var fields: [String] = []
    var rest = Substring(line.description)
    while true {
      var field: Substring
      if rest.hasPrefix("\"") {
        let body = rest.dropFirst()
        var end = body.startIndex
        while end < body.endIndex, !isEnd(body, end) { end = body.index(after: end) }
        field = body[..<end]
        rest = body[end...].dropFirst()
      } else {
        field = rest.prefix { $0 != "," }
        rest = rest[field.endIndex...]
      }
      if dialect.trimsBlanks { field = trimmed(field) }
      fields.append(field.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\""))
      guard rest.first == "," else { return fields }
      rest = rest.dropFirst()
    }
  }

  /// A quote that is not doubled, before a comma or the end.
  private func isEnd(_ body: Substring, _ index: Substring.Index) -> Bool {
    guard body[index] == "\"" else { return false }
    let quotes = body[..<index].reversed().prefix { $0 == "\"" }.count
    let next = body.index(after: index)
    return quotes % 2 == 0 && (next == body.endIndex || body[next] == ",")
  }

  private func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension FormatExample {
  fileprivate func expects(_ outcome: Label) -> Bool { expected.contains { $0.role == outcome } }
}

extension Header {
  fileprivate var fieldCounts: ClosedRange<Int> { fieldCountMin...fieldCountMax }
}

/// One line, cut.
private struct Row {
  var names: [String]
  var fields: [String]

  /// The text of a rule, for the conversions that a text comparison can prove; nil for the others.
  func value(of rule: FieldRule) -> String? {
    let text = text(of: rule.source)
    switch rule.conversion {
    case .text: return text
    case .number: return text.hasPrefix("+") ? String(text.dropFirst()) : text
    case .words where !rule.cases.isEmpty: return nil
    case .words(let words, let otherwise):
      let code = words.first { $0.text.description == text }?.code ?? otherwise
      let names = rule.role == .kind ? UsageKind.allCases.map(\.name) : UsageDirection.allCases.map(\.name)
      return text.isEmpty ? nil : code.map { names[Int($0)] }
    case .quantity(onePerUnit: 1000, _): return text
    case .clock:
      return text.isEmpty ? nil : String(text.split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) })
    case .time, .quantity, .quantityInRecordUnit, .microseconds, .amount: return nil
    }
  }

  private func text(of source: FieldSource) -> String {
    let texts = source.columns.map(text)
    var text =
      source.joinedBy.map { texts.joined(separator: $0.description) } ?? texts.first { !$0.isEmpty } ?? ""
    if !source.after.isEmpty, let at = text.firstRange(of: source.after.description) {
      text = String(text[at.upperBound...])
    }
    if !source.before.isEmpty, let at = text.ranges(of: source.before.description).last {
      text = String(text[..<at.lowerBound])
    }
    return text.isEmpty ? source.constant?.description ?? "" : text
  }

  private func text(of column: ColumnReference) -> String {
    let index: Int? =
      switch column {
      case .names(let names): names.lazy.compactMap { self.names.firstIndex(of: $0.description) }.first
      case .index(let index): index
      case .indexFromEnd(let back): fields.count - back
      }
    return index.flatMap { fields.indices.contains($0) ? fields[$0] : nil } ?? ""
  }
}
