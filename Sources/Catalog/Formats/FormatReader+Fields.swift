// Fields of a format: which columns a role reads, and what becomes of their text.

import Tables

extension FormatReading {
  private static let fieldKeys = [
    "column", "first_of", "join", "constant", "with", "after", "before", "time", "unit", "decimal", "words",
    "otherwise", "cases",
    "absent", "optional", "scientific",
  ]

  /// The rule of one role; nil after an error.
  func field(_ entry: YamlEntry, role: FieldRole) -> FieldRule? {
    guard case .map = entry.value.content else {
      guard let column = column(entry.value, .required) else { return nil }
      return rule(role, FieldSource(columns: [column]), conversion(nil, role: role), entry: entry)
    }
    let what = "the field '\(entry.key)'"
    guard let map = YamlMap(entry.value, what: what, keys: Self.fieldKeys, findings: findings) else {
      return nil
    }
    let isOptional = map["optional"].flatMap(findings.flag) ?? false
    let source = source(map, presence: isOptional ? .optional : .required)
    let conversion = conversion(map, role: role)
    checkConstant(map, role: role, conversion: conversion)
    guard let source else { return nil }
    let absent = map["absent"].flatMap { findings.labels($0, what: "a text that means nothing") } ?? []
    return rule(
      role, source, conversion, cases: cases(map, role: role), absent: absent, isOptional: isOptional,
      entry: entry)
  }

  private func rule(
    _ role: FieldRole, _ source: FieldSource, _ conversion: FieldConversion?, cases: [WordCase] = [],
    absent: [Label] = [], isOptional: Bool = false, entry: YamlEntry
  ) -> FieldRule? {
    conversion.map { conversion in
      FieldRule(
        role: role, source: source, conversion: conversion, cases: cases, absentTexts: absent,
        isOptional: isOptional, line: entry.place.line)
    }
  }

  private func source(_ map: YamlMap, presence: Presence) -> FieldSource? {
    let given = map.entries.filter { ["column", "first_of", "join"].contains($0.key.description) }
    guard given.count <= 1 else {
      findings.error(
        "\(map.what) has both '\(given[0].key)' and '\(given[1].key)'", at: given[1].place, hint: "keep one")
      return nil
    }
    let constant = map["constant"].flatMap { findings.text($0, what: "a text") }
    guard let columns = given.first else {
      if map["constant"] == nil, !map.hasUnknownKeys {
        findings.error(
          "\(map.what) has no column", at: map.place, hint: "add 'column', 'first_of', 'join' or 'constant'")
      }
      return constant.map { FieldSource(columns: [], constant: $0) }
    }
    let references =
      columns.key == "column"
      ? column(columns.value, presence).map { [$0] } : self.columns(columns.value, presence)
    guard let references, !references.isEmpty else { return nil }
    if columns.key != "join", let with = map.entry("with") {
      findings.error("'with' belongs to 'join'", at: with.place)
    }
    let joinedBy =
      columns.key == "join"
      ? map["with"].map { findings.textOrEmpty($0, what: "a text between columns") ?? .empty } ?? " " : nil
    return FieldSource(
      columns: references, joinedBy: joinedBy, after: text(map, "after"), before: text(map, "before"),
      constant: constant)
  }

  private func text(_ map: YamlMap, _ key: String) -> Label {
    map[key].flatMap { findings.text($0, what: "a text to look for") } ?? .empty
  }

  /// What becomes of the text of a role; nil after an error. Keys that do nothing for the role are errors.
  private func conversion(_ map: YamlMap?, role: FieldRole) -> FieldConversion? {
    let (usable, convert): ([String], (YamlMap?) -> FieldConversion?) =
      switch role {
      case .start, .answer, .end: (["time"], time)
      case .from, .to, .routingNumber: ([], { _ in .number })
      case .direction:
        (["words", "otherwise", "cases"], { words($0, of: UsageDirection.choices, what: "a direction") })
      case .kind:
        (["words", "otherwise", "cases"], { words($0, of: UsageKind.choices, what: "a kind of usage") })
      case .duration: (["unit", "decimal"], { quantity($0, isBillable: false) })
      case .billable, .value: (["unit", "decimal"], { quantity($0, isBillable: true) })
      case .amount: (["decimal", "scientific"], amount)
      default: ([], { _ in .text })
      }
    for key in ["time", "unit", "decimal", "words", "otherwise", "cases", "scientific"]
    where !usable.contains(key) {
      if let entry = map?.entry(key) {
        findings.error(
          "'\(key)' does nothing for the role '\(role.name)'", at: entry.place, hint: "leave it out")
      }
    }
    return convert(map)
  }
}
