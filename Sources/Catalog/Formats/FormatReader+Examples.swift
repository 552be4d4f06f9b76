// Example lines of a format with what they must read as. Trying them is for the engine, which has the parser.

import Tables

extension FormatReading {
  private static let exampleKeys = ["line", "header", "event", "filtered", "suspense"]

  /// The examples in order; `reasons` are those of the filters.
  func examples(_ node: YamlNode, reasons: [Label]) -> [FormatExample] {
    findings.elements(node, what: "examples")?.compactMap { example($0, reasons: reasons) } ?? []
  }

  private func example(_ node: YamlNode, reasons: [Label]) -> FormatExample? {
    guard let map = YamlMap(node, what: "an example", keys: Self.exampleKeys, findings: findings) else {
      return nil
    }
    let line = map.required("line").flatMap { exampleLine($0, what: "a line of an export") }
    let header = exampleHeader(map)
    let outcomes = map.entries.filter { ["event", "filtered", "suspense"].contains($0.key.description) }
    guard outcomes.count == 1 else {
      guard !map.hasUnknownKeys else { return nil }
      findings.error(
        outcomes.isEmpty ? "an example expects nothing" : "an example expects two things",
        at: outcomes.count > 1 ? outcomes[1].place : map.place,
        hint: "write one of event, filtered and suspense")
      return nil
    }
    guard let expected = expected(outcomes[0], reasons: reasons), let line, let header else { return nil }
    return FormatExample(line: line, header: header, expected: expected, sourceLine: node.place.line)
  }

  /// The header that the line is read by: needed where the file names its columns, and only there.
  private func exampleHeader(_ map: YamlMap) -> Label? {
    let isNeeded = dialect.framing == .csv && header.mode == .names
    guard let entry = map.entry("header") else {
      if isNeeded {
        findings.error(
          "an example needs a 'header' to be read by", at: map.place, hint: "copy the file's first line")
      }
      return isNeeded ? nil : .empty
    }
    guard isNeeded else {
      findings.error("this format takes no names from a header", at: entry.place, hint: "leave 'header' out")
      return nil
    }
    return exampleLine(entry.value, what: "a header line")
  }

  private func exampleLine(_ node: YamlNode, what: String) -> Label? {
    guard let text = findings.text(node, what: what) else { return nil }
    guard dialect.isMultiline || !text.bytes.contains(0x0A) else {
      findings.error("\(what) is one line", at: node.place, hint: "put it in single quotes, on one line")
      return nil
    }
    return text
  }

  private func expected(_ entry: YamlEntry, reasons: [Label]) -> [(role: Label, value: Label)]? {
    guard entry.key == "event" else {
      guard let reason = findings.reason(entry.value) else { return nil }
      if entry.key == "filtered", !(reasons + ["leg"]).contains(reason) {
        findings.error(
          "no filter has the reason \(Quoted.text(reason))", at: entry.value.place,
          hint: YamlSuggestion.hint(for: reason, among: reasons.map(\.description)))
      }
      return [(entry.key, reason)]
    }
    let known =
      roles.map(\.name.description) + Self.derivedRoles.filter { !roles.map(\.name).contains(Label($0)) }
    guard let map = YamlMap(entry.value, what: "an event", keys: known, findings: findings) else {
      return nil
    }
    return map.entries.compactMap { entry in
      findings.textOrEmpty(entry.value, what: "a value").map { (entry.key, $0) }
    }
  }

  // What every event has, whether or not a field says it.
  private static let derivedRoles = ["answered", "billable", "direction", "kind"]
}
