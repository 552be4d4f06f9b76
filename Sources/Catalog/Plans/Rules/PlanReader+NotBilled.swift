// Not-billed rules of a plan: usage that is filtered on purpose, with its reason.

import Tables

extension NotBilledRule {
  /// What a plan without `not_billed` has.
  static let unanswered = NotBilledRule(
    reason: "unanswered", kinds: [], directions: [], isAnswered: false, numberPrefixes: [], onNet: nil,
    dispositions: [])

  /// Whether it would take every event.
  fileprivate var isUnconditional: Bool {
    kinds.isEmpty && directions.isEmpty && isAnswered == nil && numberPrefixes.isEmpty && codes.isEmpty
      && onNet == nil && dispositions.isEmpty
  }
}

extension PlanReading {
  private static let notBilledKeys = [
    "reason", "kind", "kinds", "direction", "directions", "answered", "to", "codes", "on_net", "disposition",
    "dispositions",
  ]

  /// The rules in order; an empty list is allowed here and means that everything is billed.
  func notBilled(_ node: YamlNode) -> [NotBilledRule] {
    if case .list(let rules) = node.content { return rules.compactMap(notBilledRule) }
    findings.error(
      "expected a list of not-billed rules, found \(node.quoted)", at: node.place, hint: "begin each with '-'"
    )
    return []
  }

  private func notBilledRule(_ node: YamlNode) -> NotBilledRule? {
    let errorCount = findings.all.count
    guard
      let map = YamlMap(node, what: "a not-billed rule", keys: Self.notBilledKeys, findings: findings)
    else { return nil }
    let reason = map.required("reason").flatMap(findings.reason)
    var rule = NotBilledRule(
      reason: reason ?? .empty, kinds: kinds(map) ?? [], directions: directions(map) ?? [],
      isAnswered: map["answered"].flatMap(findings.flag),
      numberPrefixes: map["to"].flatMap(numberPrefixes) ?? [],
      onNet: map["on_net"].flatMap(onNet),
      dispositions: map.either("disposition", "dispositions").flatMap {
        findings.labels($0, what: "a disposition")
      } ?? [])
    rule.codes = map["codes"].flatMap(numberPrefixes) ?? []
    // A condition that could not be read is a fault of its own: the rule is not called unconditional on top.
    if rule.isUnconditional, findings.all.count == errorCount {
      findings.error(
        "a not-billed rule without a condition would take every event", at: map.place,
        hint: "add answered, direction, kind, to, codes, on_net or disposition")
    }
    return reason == nil ? nil : rule
  }

  private func onNet(_ node: YamlNode) -> NotBilledRule.OnNet? {
    findings.choice(node, what: "a rule for on-net calls", of: [("account", .account), ("any", .any)])
  }

  /// Beginnings of normalised numbers, as digits.
  func numberPrefixes(_ node: YamlNode) -> [Label]? {
    findings.labels(node, what: "the beginning of a number")?.enumerated().compactMap { index, text in
      let digits = text.bytes.first == UInt8(ascii: "+") ? Array(text.bytes.dropFirst()) : text.bytes
      if (1...15).contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) {
        return Label(bytes: digits)
      }
      findings.error(
        "\(Quoted.text(text)) is not the beginning of a number", at: place(of: index, in: node),
        hint: "write 1 to 15 digits as in E.164, such as 49 or 112")
      return nil
    }
  }

  private func place(of index: Int, in node: YamlNode) -> YamlPlace {
    if case .list(let elements) = node.content, index < elements.count { return elements[index].place }
    return node.place
  }

  /// `kinds`, or `kind`; nil where neither is given.
  func kinds(_ map: YamlMap) -> [UsageKind]? {
    map.either("kinds", "kind").flatMap {
      findings.choices($0, what: "a kind of usage", of: UsageKind.choices)
    }
  }

  /// `directions`, or `direction`; nil where neither is given.
  func directions(_ map: YamlMap) -> [UsageDirection]? {
    map.either("directions", "direction")
      .flatMap { findings.choices($0, what: "a direction", of: UsageDirection.choices) }
  }
}
