// `prices` of a plan: changes of deck prices and of charges' own, the first that fits an event.

import Money
import Tables

extension PriceChange {
  /// Whether it takes every event that the other takes.
  fileprivate func covers(_ other: PriceChange) -> Bool {
    func holds<T: Equatable>(_ mine: [T], _ theirs: [T]) -> Bool {
      mine.isEmpty || (!theirs.isEmpty && theirs.allSatisfy(mine.contains))
    }
    let takesPrefixes =
      prefixes.isEmpty
      || (!other.prefixes.isEmpty
        && other.prefixes.allSatisfy { long in prefixes.contains { long.bytes.starts(with: $0.bytes) } })
    return holds(kinds, other.kinds) && holds(directions, other.directions) && holds(charges, other.charges)
      && holds(ratingGroups ?? [], other.ratingGroups ?? []) && takesPrefixes && dates.covers(other.dates)
  }
}

extension PlanReading {
  private static let priceChangeKeys = [
    "kinds", "kind", "directions", "direction", "rating_groups", "rating_group", "prefixes", "prefix",
    "charges",
    "charge", "from", "until", "price", "per", "percent", "fee",
  ]

  /// The changes in order. One behind a wider one is a warning.
  func priceChanges(_ node: YamlNode, charges: ChargeNames) -> [PriceChange] {
    guard case .list(let nodes) = node.content else {
      findings.error(
        "expected a list of price changes, found \(node.quoted)", at: node.place, hint: "begin each with '-'")
      return []
    }
    var changes: [PriceChange] = []
    for node in nodes {
      guard let change = priceChange(node, charges) else { continue }
      if let earlier = changes.first(where: { $0.covers(change) }) {
        findings.warning(
          "the price change is never reached: the one on line \(earlier.line) takes all its events",
          at: node.place, hint: "put the narrower one first")
      }
      changes.append(change)
    }
    return changes
  }

  private func priceChange(_ node: YamlNode, _ charges: ChargeNames) -> PriceChange? {
    guard let map = YamlMap(node, what: "a price change", keys: Self.priceChangeKeys, findings: findings)
    else {
      return nil
    }
    let kinds = kinds(map)
    let dates = findings.span(map)
    let named = map.either("charges", "charge").flatMap { chargeNames($0, charges, isForPrices: true) }
    let prefixes = map.either("prefixes", "prefix").flatMap(numberPrefixes)
    let groups = map.either("rating_groups", "rating_group").flatMap {
      findings.labels($0, what: "a rating group")
    }
    let changesFees = map["fee"].flatMap(findings.flag) ?? false
    let directions = directions(map)
    guard let change = change(map, kinds: kinds) else { return nil }
    return PriceChange(
      kinds: kinds ?? [], directions: directions ?? [], ratingGroups: groups, prefixes: prefixes ?? [],
      charges: named ?? [], dates: dates ?? DateSpan(from: nil, until: nil), change: change,
      changesFees: changesFees, line: node.place.line, file: findings.file(of: node.place))
  }

  private func change(_ map: YamlMap, kinds: [UsageKind]?) -> PriceChange.Change? {
    if let percent = map.entry("percent") {
      for key in ["price", "per"] {
        if let entry = map.entry(key) {
          findings.error("'\(key)' does nothing beside 'percent'", at: entry.place, hint: "keep one")
        }
      }
      return findings.change(percent.value).map { .ratio($0) }
    }
    if let fee = map.entry("fee") {
      findings.error(
        "'fee' belongs to 'percent'", at: fee.place, hint: "a price of its own leaves connection fees alone")
    }
    guard let node = map["price"] else {
      if !map.hasUnknownKeys {
        findings.error(
          "a price change has no 'price' and no 'percent'", at: map.place, hint: "such as `percent: -10`")
      }
      return nil
    }
    let pico = findings.price(node, what: "a price")
    var units: Int64?
    if let per = map["per"] {
      guard let kind = onlyKind(kinds, for: "'per'", at: per), let quantity = quantity(per, of: kind) else {
        return nil
      }
      units = quantity
    }
    return pico.map { .price(pico: $0, units: units) }
  }

  /// Names of charges that the plan has; with `isForPrices`, of charges with prices by quantity.
  func chargeNames(_ node: YamlNode, _ charges: ChargeNames, isForPrices: Bool = false) -> [Label]? {
    findings.elements(node, what: "charges")?.compactMap { element in
      guard let name = findings.text(element, what: "a charge's name") else { return nil }
      guard let charge = charges[name] else {
        findings.error(
          "the plan has no charge \(Quoted.text(name))", at: element.place,
          hint: YamlSuggestion.hint(for: name, among: charges.names))
        return nil
      }
      guard !isForPrices || charge.hasChangeablePrice else {
        findings.error(
          "charge \(Quoted.text(name)) has no price that could be changed", at: element.place,
          hint: "change its tiers, its recorded amount or the price of its gauge there")
        return nil
      }
      return name
    }
  }
}
