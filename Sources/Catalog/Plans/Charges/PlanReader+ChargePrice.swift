// Prices of a charge: of a deck, of its own, recorded, or tiers.

import Money
import Tables

extension PlanReading {
  /// What a charge costs; nil after an error.
  func price(_ map: YamlMap, kinds: [UsageKind]?) -> PlanCharge.Price? {
    if let node = map["tiers"] { return tieredPrice(node, map, kinds: kinds) }
    let recordedKey = Self.recordedKeys.lazy.compactMap { map.entry($0) }.first
    guard let node = map["price"] else {
      if let recordedKey {
        reportUnrecorded(recordedKey)
      } else {
        _ = map.required("price", hint: "write `price: deck`, or a price such as 0.05")
      }
      return nil
    }
    if node.label == "recorded" {
      refusePer(map, hint: "an amount is charged as the record has it")
      return .recorded(recordedPrice(map))
    }
    if let recordedKey { reportUnrecorded(recordedKey) }
    if node.label == "deck" {
      refusePer(map, hint: "a deck says what its prices are per")
      checkDecks(kinds ?? [], at: node)
      return .deck
    }
    guard let kind = onlyKind(kinds, for: "a price of its own", at: node) else {
      _ = findings.price(node, what: "`deck` or a price")
      return nil
    }
    return unitPrice(map, kind: kind, what: "`deck` or a price").map { .unit($0) }
  }

  private func tieredPrice(_ node: YamlNode, _ map: YamlMap, kinds: [UsageKind]?) -> PlanCharge.Price? {
    for key in ["price", "per"] + Self.recordedKeys {
      if let entry = map.entry(key) {
        findings.error(
          "'\(key)' does nothing beside 'tiers'", at: entry.place, hint: "tiers have all prices of the charge"
        )
      }
    }
    return tiers(node, kinds: kinds).map { .tiers($0) }
  }

  private func refusePer(_ map: YamlMap, hint: String) {
    if let per = map.entry("per") {
      findings.error("'per' belongs to a price of the charge's own", at: per.place, hint: hint)
    }
  }

  private func reportUnrecorded(_ entry: YamlEntry) {
    findings.error(
      "'\(entry.key)' needs a recorded amount", at: entry.place, hint: "write `price: recorded`")
  }

  /// The one kind that a charge takes; nil after an error where it takes several, and where its kinds were faulty.
  func onlyKind(_ kinds: [UsageKind]?, for what: String, at node: YamlNode) -> UsageKind? {
    if let kinds, kinds.count == 1 { return kinds[0] }
    if kinds?.isEmpty != true {
      findings.error(
        "\(what) needs one kind of usage", at: node.place,
        hint: "add `kinds: [voice]`, or make a charge for each")
    }
    return nil
  }

  /// `price` and `per` of a charge or step; nil where it has no price of its own or after an error.
  func unitPrice(_ map: YamlMap, kind: UsageKind, what: String) -> UnitPrice? {
    guard let node = map["price"] else { return nil }
    let pico = findings.price(node, what: what)
    let units = per(map, kind: kind)
    guard let pico, let units else { return nil }
    return UnitPrice(pico: pico, units: units)
  }

  /// A price from a deck needs a deck to look the event up in.
  private func checkDecks(_ kinds: [UsageKind], at node: YamlNode) {
    let isMissing = { (kind: UsageKind) in lookUp[Int(kind.rawValue)] == nil }
    let missing =
      kinds.isEmpty ? (UsageKind.allCases.allSatisfy(isMissing) ? [] : nil) : kinds.filter(isMissing)
    guard let missing, kinds.isEmpty || !missing.isEmpty else { return }
    let names = missing.map(\.name).joined(separator: " and ")
    findings.error(
      "'look_up' names no deck" + (names.isEmpty ? "" : " for \(names)"), at: node.place,
      hint: "add `look_up: {\(missing.first?.name ?? "voice"): DECK}`, or give the charge a price of its own")
  }

  /// What a price pays for: a minute of voice, one message, one event; for data it must be said.
  func per(_ map: YamlMap, kind: UsageKind) -> Int64? {
    guard let node = map["per"] else {
      switch kind {
      case .voice: return 60 * kind.onePerUnit
      case .message, .event: return kind.onePerUnit
      case .data:
        findings.error(
          "a price for data needs 'per'", at: map.place,
          hint: "add `per: 1 GB` (10⁹ bytes) or `per: 1 GiB` (2³⁰)")
        return nil
      }
    }
    return quantity(node, of: kind)
  }

  /// A positive quantity of this kind.
  func quantity(_ node: YamlNode, of kind: UsageKind) -> Int64? {
    guard let text = findings.text(node, what: "a quantity of \(kind.name)") else { return nil }
    return findings.take(QuantityText.parse(text, of: kind), at: node)
  }
}
