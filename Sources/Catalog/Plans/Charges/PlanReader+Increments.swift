// Increments of a charge: `60`, `60/6`, `1 GB`, or a list of steps.

import Money
import Tables

extension PlanReading {
  /// The increment of a charge; nil where it gives none or after an error.
  func increment(_ map: YamlMap, kinds: [UsageKind]?) -> BillingIncrement? {
    guard let node = map["increment"], let kind = onlyKind(kinds, for: "an increment", at: node) else {
      return nil
    }
    if case .list(let steps) = node.content { return stepped(steps, of: kind, at: node) }
    guard let text = findings.text(node, what: "an increment") else { return nil }
    return findings.take(QuantityText.parseIncrement(text, of: kind), at: node)
  }

  private func stepped(_ nodes: [YamlNode], of kind: UsageKind, at list: YamlNode) -> BillingIncrement? {
    guard !nodes.isEmpty else {
      findings.error("an increment without steps", at: list.place, hint: "write 60/6, or leave the key out")
      return nil
    }
    let errorCount = findings.all.count
    var steps: [BillingIncrement.Step] = []
    for node in nodes {
      guard let step = step(node, of: kind, isFirst: steps.isEmpty) else { continue }
      if let last = steps.last, step.from <= last.from {
        findings.error(
          "a step begins at or before the step above it", at: node.place, hint: "let 'from' ascend")
      }
      steps.append(step)
    }
    return findings.all.count == errorCount ? BillingIncrement(steps: steps) : nil
  }

  private func step(_ node: YamlNode, of kind: UsageKind, isFirst: Bool) -> BillingIncrement.Step? {
    let keys = ["from", "increment", "price", "per"]
    guard let map = YamlMap(node, what: "a step", keys: keys, findings: findings) else { return nil }
    let from = from(map, of: kind, isFirst: isFirst)
    let size = map.required("increment").flatMap { quantity($0, of: kind) }
    let price = unitPrice(map, kind: kind, what: "a price")
    if map["price"] == nil, let per = map.entry("per") {
      findings.error("'per' without 'price'", at: per.place)
    }
    guard let from, let size else { return nil }
    return BillingIncrement.Step(from: from, size: size, price: price)
  }

  private func from(_ map: YamlMap, of kind: UsageKind, isFirst: Bool) -> Int64? {
    guard let node = map["from"] else {
      if isFirst { return 0 }
      return map.required("from").flatMap { _ in nil }
    }
    guard let text = findings.text(node, what: "where the step begins"),
      let from = findings.take(QuantityText.parseOrZero(text, of: kind), at: node)
    else { return nil }
    guard !isFirst || from == 0 else {
      findings.error("the first step begins at 0, not at \(node.quoted)", at: node.place)
      return nil
    }
    return from
  }
}
