// Conditions on columns, and the rules made of them: answered, filters, partial rows, legs and trailers.

import Tables

extension FormatReading {
  private static let conditionKeys = [
    "column", "is", "not", "begins", "contains", "like", "empty", "present", "positive", "optional",
  ]

  /// Any of these, each a condition or a list of conditions that hold together.
  func alternatives(_ node: YamlNode, what: String) -> [[Condition]] {
    guard let elements = findings.elements(node, what: "conditions") else { return [] }
    return elements.map { conditions($0, what: what) }.filter { !$0.isEmpty }
  }

  /// Conditions that hold together: one, or a list of at least one.
  func conditions(_ node: YamlNode, what: String) -> [Condition] {
    findings.elements(node, what: "conditions")?.compactMap { condition($0, what: what) } ?? []
  }

  private func condition(_ node: YamlNode, what: String) -> Condition? {
    let what = "a condition of \(what)"
    guard let map = YamlMap(node, what: what, keys: Self.conditionKeys, findings: findings) else {
      return nil
    }
    let isOptional = map["optional"].flatMap(findings.flag) ?? false
    let column = map.required("column").flatMap { self.column($0, isOptional ? .optional : .required) }
    let tests = map.entries.filter { $0.key != "column" && $0.key != "optional" }
    guard tests.count == 1 else {
      guard !map.hasUnknownKeys else { return nil }
      let place = tests.count > 1 ? tests[1].place : map.place
      findings.error(
        tests.isEmpty ? "\(what) tests nothing" : "\(what) has two tests", at: place,
        hint: tests.isEmpty
          ? "add is, not, begins, contains, like, empty, present or positive"
          : "make a list of two conditions")
      return nil
    }
    guard let column, let test = test(tests[0]) else { return nil }
    return Condition(column: column, test: test, isOptional: isOptional)
  }

  private func test(_ entry: YamlEntry) -> Condition.Test? {
    let texts = { findings.labels(entry.value, what: "a text to compare with") }
    switch entry.key {
    case "is": return texts().map { .isOneOf($0) }
    case "not": return texts().map { .isNoneOf($0) }
    case "begins": return texts().map { .beginsWith($0) }
    case "contains": return texts().map { .contains($0) }
    case "like": return texts().map { .isLike($0) }
    default: return flagTest(entry)
    }
  }

  private func flagTest(_ entry: YamlEntry) -> Condition.Test? {
    guard let flag = findings.flag(entry.value) else { return nil }
    switch entry.key {
    case "empty": return flag ? .isEmpty : .isPresent
    case "present": return flag ? .isPresent : .isEmpty
    default:
      if flag { return .isPositive }
      findings.error(
        "'positive' is yes or is not there", at: entry.value.place, hint: "turn the condition round")
      return nil
    }
  }

  func filters(_ node: YamlNode) -> [FilterRule] {
    guard let elements = findings.elements(node, what: "filters") else { return [] }
    return elements.compactMap { element -> FilterRule? in
      guard let map = YamlMap(element, what: "a filter", keys: ["reason", "when"], findings: findings) else {
        return nil
      }
      let reason = map.required("reason").flatMap(findings.reason)
      let conditions = map.required("when").map { self.conditions($0, what: "a filter") } ?? []
      guard let reason, !conditions.isEmpty else { return nil }
      return FilterRule(reason: reason, conditions: conditions)
    }
  }

  func legs(_ node: YamlNode) -> LegRule? {
    guard let map = YamlMap(node, what: "legs", keys: ["call", "choose"], findings: findings) else {
      return nil
    }
    let call = map.required("call").flatMap { columns($0, .optional) }
    let choices: [LegRule.Choice] = [.first, .last, .longest, .sum]
    let choice = map.required("choose").flatMap {
      findings.choice($0, what: "a choice among rows", of: choices.map { (word: $0.rawValue, value: $0) })
    }
    guard let call, !call.isEmpty, let choice else { return nil }
    return LegRule(call: call, choice: choice)
  }

  func trailer(_ node: YamlNode) -> TrailerRule? {
    guard let map = YamlMap(node, what: "the trailer", keys: ["when", "count", "sum"], findings: findings)
    else { return nil }
    let conditions = map.required("when").map { self.conditions($0, what: "the trailer") } ?? []
    let count = map["count"].flatMap { column($0, .optional) }
    let sum = map["sum"].flatMap { column($0, .optional) }
    if map["count"] == nil, map["sum"] == nil {
      findings.error(
        "the trailer proves nothing", at: map.place, hint: "add 'count' or 'sum' with the column of the total"
      )
    }
    if let entry = map.entry("sum"), !roles.contains(.billable) {
      findings.error("a sum of 'billable', but no field has that role", at: entry.place)
    }
    if let entry = map.entry("sum"), isUnitPerRecord {
      findings.error(
        "a sum of 'billable', but each record has a unit of its own", at: entry.place,
        hint: "leave 'sum' out, and prove the file by 'count'")
    }
    return conditions.isEmpty ? nil : TrailerRule(conditions: conditions, count: count, sum: sum)
  }
}
