// Charges of a plan: which usage each takes, and what it is made of. Prices, tiers, limits and bands have files of their own.

import Money
import Tables

/// A charge with the place of its name.
struct PlacedCharge {
  var charge: PlanCharge
  var place: YamlPlace
}

/// The charges of a plan by name, for what refers to them.
struct ChargeNames {
  private let charges: [PlanCharge]

  init(_ charges: [PlanCharge]) { self.charges = charges }

  /// The names in file order.
  var names: [String] { charges.map(\.name.description) }
  /// The charge of a name.
  subscript(name: Label) -> PlanCharge? { charges.first { $0.name == name } }
  /// Whether some charge takes events of this kind.
  func takes(_ kind: UsageKind) -> Bool { charges.contains { $0.takes(kind) } }
}

extension PlanCharge {
  /// Whether its kinds let this one in.
  func takes(_ kind: UsageKind) -> Bool { kinds.isEmpty || kinds.contains(kind) }
}

extension PlanCharge.Price {
  /// Whether the price is the deck row's.
  var isDeck: Bool {
    if case .deck = self { return true }
    return false
  }

  /// Whether it is an amount that records carry.
  var isRecorded: Bool {
    switch self {
    case .deck, .unit: return false
    case .recorded: return true
    case .tiers(let tiers): return tiers.measure == .spend
    }
  }
}

extension PlanReading {
  private static let chargeKeys = [
    "charge", "kinds", "kind", "directions", "direction", "rating_groups", "rating_group", "price", "per",
    "increment", "minimum", "connection_fee", "minimum_amount", "maximum_amount", "from", "until", "bands",
    "free_quantity", "period_minimum", "period_maximum", "counter", "counter_by", "tiers", "percentage",
    "markup", "margin", "multiplier", "gauge",
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
          "charge \(Quoted.text(placed.charge.name)) is there already, on line \(first)", at: placed.place,
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
    let limits = limits(map, "minimum_amount", "maximum_amount", of: "")
    var charge = PlanCharge(
      name: name ?? .empty, kinds: kinds ?? [], directions: directions(map) ?? [], ratingGroups: groups,
      price: price(map, kinds: kinds) ?? .deck, increment: increment(map, kinds: kinds),
      minimumSeconds: map["minimum"].flatMap { minimumSeconds($0, kinds: kinds) },
      connectionFeePico: map["connection_fee"].flatMap { findings.price($0, what: "a connection fee") },
      eventMinimum: limits.minimum, eventMaximum: limits.maximum, line: node.place.line)
    charge.file = findings.file(of: node.place)
    readMore(map, kinds: kinds, into: &charge)
    guard name != nil, let place = map["charge"]?.place else { return nil }
    return PlacedCharge(charge: charge, place: place)
  }

  /// What only some charges have.
  private func readMore(_ map: YamlMap, kinds: [UsageKind]?, into charge: inout PlanCharge) {
    let limits = limits(map, "period_minimum", "period_maximum", of: " of a period")
    charge.periodMinimum = limits.minimum
    charge.periodMaximum = limits.maximum
    charge.dates = findings.span(map) ?? charge.dates
    charge.counter = counter(map)
    charge.gauge = map["gauge"].flatMap(gauge)
    charge.bandPrices = map["bands"].map { bandPrices($0, kinds: kinds) } ?? []
    charge.freeQuantity = map["free_quantity"].flatMap { freeQuantity($0, kinds: kinds) } ?? 0
    refuseWhatDoesNothing(map)
  }
}
