// Charges of a plan: which usage each takes, and at what price, increment and limits.

import Money
import Tables

/// A charge with the place of its name.
struct PlacedCharge {
  var charge: PlanCharge
  var place: YamlPlace
}

extension PlanCharge {
  /// Whether its kinds let this one in.
  func takes(_ kind: UsageKind) -> Bool { kinds.isEmpty || kinds.contains(kind) }

  /// Whether every event that `other` takes is taken by this charge.
  fileprivate func covers(_ other: PlanCharge) -> Bool {
    func holds<T: Equatable>(_ mine: [T], _ theirs: [T]) -> Bool {
      mine.isEmpty || (!theirs.isEmpty && theirs.allSatisfy(mine.contains))
    }
    return holds(kinds, other.kinds) && holds(directions, other.directions)
      && holds(ratingGroups ?? [], other.ratingGroups ?? [])
  }
}

extension PlanCharge.Price {
  /// Whether the price is the deck row's.
  var isDeck: Bool {
    if case .deck = self { return true }
    return false
  }
}

extension PlanReading {
  private static let chargeKeys = [
    "charge", "kinds", "kind", "directions", "direction", "rating_groups", "rating_group", "price", "per",
    "increment",
    "minimum", "connection_fee", "minimum_amount", "maximum_amount",
  ]

  /// The charges in order; their names are unique.
  func charges(_ node: YamlNode) -> [PlacedCharge] {
    guard case .list(let nodes) = node.content, !nodes.isEmpty else {
      findings.error(
        "expected a list of charges, found \(node.quoted)", at: node.place,
        hint: "begin each with '- charge:'")
      return []
    }
    var lines: [Label: Int] = [:]
    return nodes.compactMap { node in
      guard let placed = charge(node) else { return nil }
      if let first = lines[placed.charge.name] {
        findings.error(
          "charge \(YamlNode.quote(placed.charge.name)) is there already, on line \(first)", at: placed.place,
          hint: "give each charge a name of its own")
      }
      lines[placed.charge.name] = placed.place.line
      return placed
    }
  }

  private func charge(_ node: YamlNode) -> PlacedCharge? {
    guard let map = YamlMap(node, what: "a charge", keys: Self.chargeKeys, findings: findings) else {
      return nil
    }
    let name = map.required("charge").flatMap { findings.text($0, what: "a charge's name") }
    let kinds = kinds(map)
    let groups = map.either("rating_groups", "rating_group").flatMap {
      findings.labels($0, what: "a rating group")
    }
    let limits = limits(map)
    let charge = PlanCharge(
      name: name ?? .empty, kinds: kinds ?? [], directions: directions(map) ?? [], ratingGroups: groups,
      price: price(map, kinds: kinds) ?? .deck, increment: increment(map, kinds: kinds),
      minimumSeconds: map["minimum"].flatMap { minimumSeconds($0, kinds: kinds) },
      connectionFeePico: map["connection_fee"].flatMap { findings.price($0, what: "a connection fee") },
      eventMinimum: limits.minimum, eventMaximum: limits.maximum, line: node.place.line)
    guard name != nil, let place = map["charge"]?.place else { return nil }
    return PlacedCharge(charge: charge, place: place)
  }

  private func limits(_ map: YamlMap) -> (minimum: Amount?, maximum: Amount?) {
    let minimum = map["minimum_amount"].flatMap { findings.amount($0, what: "a minimum amount") }
    let maximum = map["maximum_amount"].flatMap { findings.amount($0, what: "a maximum amount") }
    if let minimum, let maximum, minimum > maximum, let node = map["maximum_amount"] {
      findings.error("the maximum amount \(maximum) is below the minimum amount \(minimum)", at: node.place)
    }
    return (minimum, maximum)
  }

  private func price(_ map: YamlMap, kinds: [UsageKind]?) -> PlanCharge.Price? {
    guard let node = map.required("price", hint: "write `price: deck`, or a price such as 0.05") else {
      return nil
    }
    if case .scalar(let text, _) = node.content, text == "deck" {
      if let per = map.entry("per") {
        findings.error(
          "'per' belongs to a price of the charge's own", at: per.place,
          hint: "a deck says what its prices are per")
      }
      checkDecks(kinds ?? [], at: node)
      return .deck
    }
    guard let kind = onlyKind(kinds, for: "a price of its own", at: node) else {
      _ = findings.price(node, what: "`deck` or a price")
      return nil
    }
    return unitPrice(map, kind: kind, what: "`deck` or a price").map { .unit($0) }
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
  private func per(_ map: YamlMap, kind: UsageKind) -> Int64? {
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

  private func minimumSeconds(_ node: YamlNode, kinds: [UsageKind]?) -> UInt32? {
    guard let kinds, kinds.allSatisfy({ $0 == .voice }) else {
      findings.error(
        "'minimum' is the least length of a call", at: node.place,
        hint: "add `kinds: [voice]`, or use minimum_amount")
      return nil
    }
    guard let text = findings.text(node, what: "a length in seconds"),
      let millis = findings.take(QuantityText.parseOrZero(text, of: .voice), at: node)
    else { return nil }
    guard millis % 1000 == 0, let seconds = UInt32(exactly: millis / 1000) else {
      findings.error("\(node.quoted) is not a minimum in whole seconds", at: node.place)
      return nil
    }
    return seconds
  }

  /// Warns of charges whose every event an earlier charge takes.
  func warnOfUnreached(_ charges: [PlacedCharge]) {
    for (index, later) in charges.enumerated() {
      guard let earlier = charges[..<index].first(where: { $0.charge.covers(later.charge) }) else { continue }
      findings.warning(
        "charge \(YamlNode.quote(later.charge.name)) is never reached: "
          + "\(YamlNode.quote(earlier.charge.name)) on line \(earlier.place.line) takes all its events",
        at: later.place, hint: "put the narrower charge first")
    }
  }
}
