// What becomes of a field's text: an instant, a quantity, one of a few words.

import Money
import Tables

extension FormatReading {
  /// `time`: a pattern, or a list that is tried in order; ISO where nothing is said.
  func time(_ map: YamlMap?) -> FieldConversion? {
    guard let node = map?["time"] else { return .time([.iso]) }
    let patterns = findings.elements(node, what: "time patterns")?.compactMap { element in
      findings.text(element, what: "a time pattern").flatMap {
        findings.take(TimePattern.parse($0), at: element)
      }
    }
    guard let patterns, !patterns.isEmpty else { return nil }
    return .time(patterns)
  }

  /// `words` and `otherwise`: texts of the export and what they stand for; without them the words themselves.
  func words<T: RawRepresentable<UInt8>>(
    _ map: YamlMap?, of choices: [(word: String, value: T)], what: String
  ) -> FieldConversion? {
    let otherwise = map?["otherwise"].flatMap { findings.choice($0, what: what, of: choices) }
    guard let node = map?["words"] else {
      let own = choices.map { FieldConversion.Word(text: Label($0.word), code: $0.value.rawValue) }
      return .words(own, otherwise: otherwise?.rawValue)
    }
    guard let words = YamlMap(node, what: "words", keys: nil, findings: findings) else { return nil }
    let known = words.entries.compactMap { entry in
      findings.choice(entry.value, what: what, of: choices)
        .map { FieldConversion.Word(text: entry.key, code: $0.rawValue) }
    }
    return .words(known, otherwise: otherwise?.rawValue)
  }

  /// `cases`: what a direction or kind is by conditions on the row, in order.
  func cases(_ map: YamlMap, role: FieldRole) -> [WordCase] {
    switch role {
    case .direction: cases(map, of: UsageDirection.choices, what: "a direction")
    case .kind: cases(map, of: UsageKind.choices, what: "a kind of usage")
    default: []
    }
  }

  private func cases<T: RawRepresentable<UInt8>>(
    _ map: YamlMap, of choices: [(word: String, value: T)], what: String
  ) -> [WordCase] {
    guard let node = map["cases"], let elements = findings.elements(node, what: "cases") else { return [] }
    return elements.compactMap { element -> WordCase? in
      guard let entry = YamlMap(element, what: "a case", keys: ["when", "means"], findings: findings) else {
        return nil
      }
      let meaning = entry.required("means").flatMap { findings.choice($0, what: what, of: choices) }
      let conditions = entry.required("when").map { self.conditions($0, what: "a case") } ?? []
      guard let meaning, !conditions.isEmpty else { return nil }
      return WordCase(conditions: conditions, code: meaning.rawValue)
    }
  }

  /// `unit` and `decimal`. A billable quantity without a unit is in the record's own, where records say it, and else in
  /// the unit of the format's kind.
  func quantity(_ map: YamlMap?, isBillable: Bool) -> FieldConversion? {
    let isComma = map?["decimal"].flatMap(decimalMark) ?? false
    let isPerRecord = isBillable && (isKindPerRecord || isUnitPerRecord)
    guard let node = map?["unit"] else {
      if isPerRecord { return .quantityInRecordUnit(isDecimalComma: isComma) }
      return .quantity(
        onePerUnit: isBillable ? kind.onePerUnit : UsageKind.voice.onePerUnit, isDecimalComma: isComma)
    }
    guard let text = findings.text(node, what: "a unit") else { return nil }
    guard !isPerRecord else {
      findings.error(
        "each record says its \(isUnitPerRecord ? "unit" : "kind"), so 'billable' has no unit of its own",
        at: node.place,
        hint: "leave 'unit' out here, or the field '\(isUnitPerRecord ? "unit" : "kind")'")
      return nil
    }
    return conversion(of: text, measuring: isBillable ? kind : .voice, isComma: isComma, node, map)
  }

  /// `decimal` and `scientific`: how an amount of money is written.
  func amount(_ map: YamlMap?) -> FieldConversion? {
    .amount(
      isDecimalComma: map?["decimal"].flatMap(decimalMark) ?? false,
      isScientific: map?["scientific"].flatMap(findings.flag) ?? false)
  }

  private func conversion(
    of text: Label, measuring kind: UsageKind, isComma: Bool, _ node: YamlNode, _ map: YamlMap?
  ) -> FieldConversion? {
    if text == "clock", kind == .voice {
      if let decimal = map?.entry("decimal") {
        findings.error("a clock has no decimal mark", at: decimal.place, hint: "leave 'decimal' out")
      }
      return .clock
    }
    guard let unit = UsageUnit.named(text) else {
      findings.error(
        "\(Quoted.text(text)) is not a unit", at: node.place,
        hint: YamlSuggestion.hint(for: text, among: ["clock"] + UsageUnit.words))
      return nil
    }
    guard unit.kind == kind else {
      findings.error(
        "'\(unit.word)' measures \(unit.kind.name), not \(kind.name)", at: node.place)
      return nil
    }
    if unit.perUnits > 1 { return .microseconds }
    return .quantity(onePerUnit: unit.quantity, isDecimalComma: isComma)
  }

  private func decimalMark(_ node: YamlNode) -> Bool? {
    findings.choice(node, what: "a decimal mark", of: [(",", true), (".", false)])
  }

  /// A constant must be something that the role can be.
  func checkConstant(_ map: YamlMap, role: FieldRole, conversion: FieldConversion?) {
    guard let node = map["constant"], case .scalar(let text, _) = node.content, !text.isEmpty else { return }
    switch (role, conversion) {
    case (.start, _), (.answer, _), (.end, _):
      findings.error("a time is read from a column, not a constant", at: node.place)
    case (_, .words(let words, otherwise: nil)) where !words.contains { $0.text == text }:
      findings.error(
        "\(Quoted.text(text)) is not one of the words of '\(role.name)'", at: node.place,
        hint: YamlSuggestion.hint(for: text, among: words.map(\.text.description)))
    case (.amount, _), (.value, _):
      findings.error("'\(role.name)' is read from a column, not a constant", at: node.place)
    case (.amountCurrency, _) where Currency(code: text.description) == nil:
      findings.error(
        "\(Quoted.text(text)) is not a currency", at: node.place,
        hint: "write three capital letters, such as EUR")
    case (.unit, _) where UsageUnit.named(text) == nil:
      findings.error(
        "\(Quoted.text(text)) is not a unit", at: node.place,
        hint: YamlSuggestion.hint(for: text, among: UsageUnit.words))
    default: break
    }
  }
}
