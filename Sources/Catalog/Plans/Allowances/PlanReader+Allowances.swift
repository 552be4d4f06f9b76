// Allowances of a plan: how much is included, for which usage, for whom, and what becomes of what is left.

import Money
import Tables

extension PlanReading {
  private static let allowanceKeys = [
    "allowance", "quantity", "events", "amount", "kinds", "kind", "directions", "direction", "rating_groups",
    "rating_group", "bands", "band", "charges", "charge", "priority", "consume", "shared", "scale", "prorate",
    "expires", "rollover",
  ]
  private static let priorityRange = 0...1_000_000
  private static let eventsMax = 1_000_000_000_000
  /// Ten years of months.
  private static let rolloverPeriods = 1...120

  /// The allowances in order; their ids are unique, and those that can meet consume alike.
  func allowances(_ node: YamlNode, charges: ChargeNames, prorates: Bool) -> [PlanAllowance] {
    guard case .list(let nodes) = node.content else {
      findings.error(
        "expected a list of allowances, found \(node.quoted)", at: node.place,
        hint: "begin each with '- allowance:'")
      return []
    }
    var allowances: [PlanAllowance] = []
    for node in nodes {
      guard let allowance = allowance(node, charges, prorates: prorates) else { continue }
      if let first = allowances.first(where: { $0.name == allowance.name }) {
        findings.error(
          "allowance \(Quoted.text(allowance.name)) is there already, on line \(first.line)",
          at: node.place,
          hint: "give each allowance a name of its own")
      }
      if let other = allowances.first(where: { $0.disagrees(with: allowance) }) {
        findings.error(
          "allowances \(Quoted.text(other.name)) and \(Quoted.text(allowance.name)) can meet in one event, "
            + "and one consumes raw, the other billed quantities", at: node.place,
          hint: "let both consume alike, or keep their usage apart")
      }
      allowances.append(allowance)
    }
    return allowances
  }

  private func allowance(_ node: YamlNode, _ charges: ChargeNames, prorates: Bool) -> PlanAllowance? {
    guard let map = YamlMap(node, what: "an allowance", keys: Self.allowanceKeys, findings: findings) else {
      return nil
    }
    let name = map.required("allowance").flatMap { findings.text($0, what: "an allowance's name") }
    let kinds = kinds(map)
    let size = allowanceSize(map, kinds: kinds)
    let scope = scope(map, kinds: kinds, charges)
    let consumption = map["consume"].flatMap {
      word($0, what: "a way to consume", AllowanceConsumption.self)
    }
    if consumption == .raw { checkRaw(size, map) }
    let priority = map["priority"].flatMap {
      findings.integer($0, what: "a priority", in: Self.priorityRange)
    }
    let owner = owner(map)
    let isProrated = map["prorate"].flatMap(findings.flag)
    let expires = map["expires"].flatMap { findings.date($0, what: "a date") }
    let rollover = map["rollover"].flatMap { self.rollover($0, of: size, kinds: kinds) }
    warnOfUncharged(scope, charges, at: node)
    guard let name, let size else { return nil }
    return PlanAllowance(
      name: name, size: size, scope: scope, priority: priority ?? PlanAllowance.usualPriority,
      consumption: consumption ?? .billed, owner: owner, isProrated: isProrated ?? prorates, expires: expires,
      rollover: rollover, line: node.place.line, file: findings.file(of: node.place))
  }

  private func scope(_ map: YamlMap, kinds: [UsageKind]?, _ charges: ChargeNames) -> AllowanceScope {
    AllowanceScope(
      kinds: kinds ?? [], directions: directions(map) ?? [],
      ratingGroups: map.either("rating_groups", "rating_group").flatMap {
        findings.labels($0, what: "a rating group")
      },
      bands: map.either("bands", "band").flatMap { node in
        findings.elements(node, what: "bands")?.compactMap { element in
          findings.text(element, what: "a band").flatMap { bandName($0, at: element.place) }
        }
      } ?? [],
      charges: map.either("charges", "charge").flatMap { chargeNames($0, charges) } ?? [])
  }

  /// `quantity`, `events` or `amount`.
  private func allowanceSize(_ map: YamlMap, kinds: [UsageKind]?) -> AllowanceSize? {
    let given = ["quantity", "events", "amount"].compactMap { map.entry($0) }
    guard given.count == 1, let entry = given.first else {
      if given.count > 1 {
        findings.error(
          "an allowance has both '\(given[0].key)' and '\(given[1].key)'", at: given[1].place,
          hint: "keep one")
      } else if !map.hasUnknownKeys {
        findings.error(
          "an allowance has no quantity", at: map.place, hint: "add quantity, events or amount")
      }
      return nil
    }
    switch entry.key {
    case "quantity":
      guard let kind = onlyKind(kinds, for: "a quantity", at: entry.value) else { return nil }
      return quantity(entry.value, of: kind).map { .quantity($0, of: kind) }
    case "events":
      return findings.integer(entry.value, what: "a number of events", in: 1...Self.eventsMax)
        .map { .events(Int64($0)) }
    default:
      guard let amount = findings.amount(entry.value, what: "an amount") else { return nil }
      if amount > .zero { return .amount(amount) }
      findings.error("\(entry.value.quoted) is not above zero", at: entry.value.place)
      return nil
    }
  }

  private func checkRaw(_ size: AllowanceSize?, _ map: YamlMap) {
    guard let node = map["consume"] else { return }
    switch size {
    case .events, .amount:
      findings.error(
        "raw is for quantities", at: node.place,
        hint: "events and amounts are covered after rounding; leave it out")
    case .quantity, nil: break
    }
    if let bands = map.entry("bands") ?? map.entry("band") {
      findings.error(
        "raw allowances are not limited to bands", at: bands.place, hint: "write `consume: billed`")
    }
  }

  /// `shared` and `scale`.
  private func owner(_ map: YamlMap) -> PlanAllowance.Owner {
    let isPool =
      map["shared"].flatMap {
        findings.choice($0, what: "whose allowance it is", of: [("account", false), ("pool", true)])
      } ?? false
    let isPerMember =
      map["scale"].flatMap {
        findings.choice($0, what: "a scale", of: [("fixed", false), ("per-member", true)])
      } ?? false
    if !isPool, let scale = map.entry("scale") {
      findings.error("'scale' is for pools", at: scale.place, hint: "add `shared: pool`, or leave it out")
    }
    return isPool ? (isPerMember ? .poolPerMember : .pool) : .account
  }

  private func rollover(_ node: YamlNode, of size: AllowanceSize?, kinds: [UsageKind]?) -> AllowanceRollover?
  {
    guard let map = YamlMap(node, what: "a rollover", keys: ["periods", "cap"], findings: findings) else {
      return nil
    }
    let periods = map.required("periods").flatMap {
      findings.integer($0, what: "a number of periods", in: Self.rolloverPeriods)
    }
    var cap: Int128?
    if let node = map["cap"], let size {
      switch size {
      case .quantity(_, of: let kind): cap = quantity(node, of: kind).map { Int128($0) }
      case .events:
        cap = findings.integer(node, what: "a number of events", in: 1...Self.eventsMax).map { Int128($0) }
      case .amount: cap = findings.amount(node, what: "an amount")?.pico
      }
    }
    return periods.map { AllowanceRollover(periodCount: $0, cap: cap) }
  }

  /// An allowance of a kind that no charge takes is never used.
  private func warnOfUncharged(_ scope: AllowanceScope, _ charges: ChargeNames, at node: YamlNode) {
    for kind in scope.kinds where !charges.names.isEmpty && !charges.takes(kind) {
      findings.warning(
        "no charge of the plan takes \(kind.name): the allowance is never used for it", at: node.place,
        hint: "add a charge, or leave the kind out")
    }
  }
}
