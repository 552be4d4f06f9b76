// Tiers of a charge: kinds, bounds that leave no gap, and prices that fit the kind.

import Money
import Tables

extension PlanReading {
  private static let tierKeys = [
    "kind", "over", "counts", "bill_flat_on_zero", "steps", "size", "price",
  ]

  /// The tiers of a charge; nil after an error.
  func tiers(_ node: YamlNode, kinds: [UsageKind]?) -> ChargeTiers? {
    guard let map = YamlMap(node, what: "tiers", keys: Self.tierKeys, findings: findings) else { return nil }
    let kind = map.required("kind").flatMap { word($0, what: "a kind of tiers", ChargeTiers.Kind.self) }
    let counted = map["counts"].flatMap {
      word($0, what: "what moves the counter", ChargeTiers.Counted.self)
    }
    let billsFlatOnZero = map["bill_flat_on_zero"].flatMap(findings.flag)
    guard let kind, let measure = measure(map, kind: kind) else { return nil }
    let usage = measure == .quantity ? onlyKind(kinds, for: "tiers over a quantity", at: node) : nil
    guard measure == .spend || usage != nil else { return nil }
    let reading = TierReading(plan: self, kind: kind, measure: measure, usage: usage)
    guard let steps = reading.steps(map) else { return nil }
    return ChargeTiers(
      kind: kind, measure: measure, counted: counted ?? .uncovered, billsFlatOnZero: billsFlatOnZero ?? false,
      steps: steps)
  }

  /// `over`: percentages are of amounts, prices are of quantities, and steps of a stair may be of either.
  private func measure(_ map: YamlMap, kind: ChargeTiers.Kind) -> ChargeTiers.Measure? {
    let usual: ChargeTiers.Measure = kind.isPercentage ? .spend : .quantity
    guard let node = map["over"] else { return usual }
    guard let measure = word(node, what: "what tiers are over", ChargeTiers.Measure.self) else { return nil }
    if measure == usual || kind == .stairstep { return measure }
    findings.error(
      "\(kind.rawValue) tiers are over \(usual == .spend ? "amounts" : "quantities")", at: node.place,
      hint: usual == .spend
        ? "write `over: spend`" : "use percentage, graduated-percentage or stairstep tiers")
    return nil
  }
}

extension ChargeTiers.Kind {
  /// Whether its tiers have percentages.
  var isPercentage: Bool { self == .percentage || self == .graduatedPercentage }
}

/// The reading of the steps of one charge.
struct TierReading {
  private static let stepKeys = ["from", "up_to", "price", "per", "flat", "cap", "percent"]

  let plan: PlanReading
  let kind: ChargeTiers.Kind
  let measure: ChargeTiers.Measure
  /// The one kind of usage, where a quantity is counted.
  let usage: UsageKind?

  private var findings: YamlFindings { plan.findings }

  init(plan: PlanReading, kind: ChargeTiers.Kind, measure: ChargeTiers.Measure, usage: UsageKind?) {
    self.plan = plan
    self.kind = kind
    self.measure = measure
    self.usage = usage
  }

  /// The steps; nil after an error.
  func steps(_ map: YamlMap) -> [ChargeTiers.Step]? {
    if kind == .package, map["steps"] == nil { return packages(map) }
    for key in ["size", "price"] {
      if let entry = map.entry(key) {
        findings.error(
          "'\(key)' is for packages without steps", at: entry.place,
          hint: kind == .package ? "leave it out, or 'steps'" : "write it in each step")
      }
    }
    guard let node = map.required("steps") else { return nil }
    guard case .list(let nodes) = node.content else {
      findings.error(
        "expected a list of tiers, found \(node.quoted)", at: node.place, hint: "begin each with '-'")
      return nil
    }
    if nodes.isEmpty {
      findings.error(
        "the list of tiers is empty", at: node.place, hint: "write at least one, without 'up_to'")
      return nil
    }
    let errorCount = findings.all.count { $0.severity == .error }
    var steps: [ChargeTiers.Step] = []
    var last: Int128 = 0
    for (index, node) in nodes.enumerated() {
      guard let step = step(node, after: last, isLast: index == nodes.count - 1) else { continue }
      last = step.upTo ?? last
      steps.append(step)
    }
    guard findings.all.count(where: { $0.severity == .error }) == errorCount else { return nil }
    warnOfDrops(steps, nodes)
    return steps
  }

  /// `size` and `price` alone: every package costs the same.
  private func packages(_ map: YamlMap) -> [ChargeTiers.Step]? {
    let size = map.required("size", hint: "write `size: 1000` and `price: 5`, or steps")
    let price = map.required("price").flatMap { findings.price($0, what: "a price") }
    guard let usage, let units = size.flatMap({ plan.quantity($0, of: usage) }), let price else { return nil }
    return [
      ChargeTiers.Step(
        upTo: nil, price: UnitPrice(pico: price, units: units), share: nil, flat: .zero, cap: nil,
        line: map.place.line)
    ]
  }

  private func step(_ node: YamlNode, after last: Int128, isLast: Bool) -> ChargeTiers.Step? {
    guard let map = YamlMap(node, what: "a tier", keys: Self.stepKeys, findings: findings) else { return nil }
    if let node = map["from"] { checkFrom(node, last) }
    let upTo = upTo(map, after: last, isLast: isLast)
    let flat = map["flat"].flatMap { findings.amount($0, what: "a flat amount") }
    let cap = map["cap"].flatMap { findings.amount($0, what: "a cap") }
    if let flat, let cap, cap < flat, let node = map["cap"] {
      findings.error("the cap \(cap) is below the flat amount \(flat)", at: node.place)
    }
    checkKeys(map)
    let price = kind.isPercentage || kind == .stairstep ? nil : unitPrice(map)
    let share = kind.isPercentage ? map["percent"].flatMap { findings.share($0) } : nil
    return ChargeTiers.Step(
      upTo: upTo, price: price, share: share, flat: flat ?? .zero, cap: cap, line: node.place.line)
  }

  private func unitPrice(_ map: YamlMap) -> UnitPrice? {
    guard let usage else { return nil }
    if kind == .package, map["price"] != nil, map["per"] == nil {
      findings.error("a package needs 'per', its size", at: map.place, hint: "such as `per: 100 min`")
      return nil
    }
    return plan.unitPrice(map, kind: usage, what: "a price")
  }

  /// What a tier must have, and what does nothing in it.
  private func checkKeys(_ map: YamlMap) {
    let useless: [String]
    let needed: [String]
    switch kind {
    case .graduated, .volume, .package: (needed, useless) = (["price", "flat"], ["percent"])
    case .stairstep: (needed, useless) = (["flat"], ["price", "per", "percent", "cap"])
    case .percentage, .graduatedPercentage: (needed, useless) = (["percent"], ["price", "per"])
    }
    for key in useless {
      if let entry = map.entry(key) {
        findings.error(
          "'\(key)' does nothing in \(kind.rawValue) tiers", at: entry.place, hint: "leave it out")
      }
    }
    if !needed.contains(where: { map[$0] != nil }), !map.hasUnknownKeys {
      findings.error(
        "a tier has no \(needed.map { "'\($0)'" }.joined(separator: " and no "))", at: map.place,
        hint: "write 0 where it is free")
    }
    if map["price"] == nil, let per = map.entry("per"), !useless.contains("per") {
      findings.error("'per' without 'price'", at: per.place)
    }
  }
}

// Bounds.
extension TierReading {
  /// `up_to`, above the bound before; nil for the last tier.
  private func upTo(_ map: YamlMap, after last: Int128, isLast: Bool) -> Int128? {
    guard let node = map["up_to"] else {
      if !isLast {
        findings.error(
          "a tier without 'up_to' has no end, so that the tiers below it are never reached", at: map.place,
          hint: "only the last tier is open")
      }
      return nil
    }
    guard let bound = bound(node, orZero: false) else { return nil }
    if isLast {
      findings.error(
        "the last tier ends at \(node.quoted): what is above it has no price", at: node.place,
        hint: "leave its 'up_to' out")
    }
    if bound <= last {
      findings.error(
        "\(node.quoted) is not above the end of the tier before it", at: node.place,
        hint: "let 'up_to' ascend")
    }
    return bound
  }

  /// A tier begins where the one before ends; `from` may say so.
  private func checkFrom(_ node: YamlNode, _ last: Int128) {
    guard let from = bound(node, orZero: true), from != last else { return }
    findings.error(
      from > last ? "there is a gap below \(node.quoted)" : "the tier overlaps the one before it",
      at: node.place,
      hint: "leave 'from' out: a tier begins where the one before it ends")
  }

  private func bound(_ node: YamlNode, orZero: Bool) -> Int128? {
    guard let usage, measure == .quantity else {
      guard let amount = findings.amount(node, what: "an amount") else { return nil }
      if amount > .zero || orZero { return amount.pico }
      findings.error("\(node.quoted) is not above zero", at: node.place)
      return nil
    }
    guard let text = findings.text(node, what: "a quantity of \(usage.name)") else { return nil }
    let quantity = orZero ? QuantityText.parseOrZero(text, of: usage) : QuantityText.parse(text, of: usage)
    return findings.take(quantity, at: node).map { Int128($0) }
  }

  /// Warns where one more comes to less.
  private func warnOfDrops(_ steps: [ChargeTiers.Step], _ nodes: [YamlNode]) {
    let oneMore =
      measure == .quantity
      ? Int128(usage?.onePerUnit ?? 1) : Amount(minorUnits: 1, digits: plan.currency?.minorDigits ?? 2).pico
    for drop in TierPriceDrop.find(in: steps, kind: kind, oneMore: oneMore) {
      findings.warning(
        "\(shown(drop.quantity + oneMore)) comes to \(drop.costAbove), and \(shown(drop.quantity)) to \(drop.cost)",
        at: nodes[drop.step].place, hint: "graduated tiers never do that", hasFigures: true)
    }
  }

  private func shown(_ quantity: Int128) -> String {
    guard let usage, measure == .quantity else { return Amount(pico: quantity).description }
    return DecimalText.format(quantity, scale: usage.quantityDigits) + " " + usage.unit
  }
}
