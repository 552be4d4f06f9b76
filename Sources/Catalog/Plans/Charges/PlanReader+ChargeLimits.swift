// Limits of a charge: least and most, free quantities, counters, and keys that do nothing for it.

import Money
import Tables

extension PlanReading {
  /// The least and most of an event or period; `what` follows "the maximum amount" in messages.
  func limits(
    _ map: YamlMap, _ minimumKey: String, _ maximumKey: String, of what: String
  ) -> (minimum: Amount?, maximum: Amount?) {
    let minimum = map[minimumKey].flatMap { findings.amount($0, what: "a minimum amount") }
    let maximum = map[maximumKey].flatMap { findings.amount($0, what: "a maximum amount") }
    if let minimum, let maximum, minimum > maximum, let node = map[maximumKey] {
      findings.error(
        "the maximum amount\(what) \(maximum) is below the minimum amount \(minimum)", at: node.place)
    }
    return (minimum, maximum)
  }

  /// The least length of a call, in whole seconds.
  func minimumSeconds(_ node: YamlNode, kinds: [UsageKind]?) -> UInt32? {
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

  /// What is free in every event.
  func freeQuantity(_ node: YamlNode, kinds: [UsageKind]?) -> Int64? {
    guard let kind = onlyKind(kinds, for: "a free quantity", at: node),
      let text = findings.text(node, what: "a quantity of \(kind.name)")
    else { return nil }
    return findings.take(QuantityText.parseOrZero(text, of: kind), at: node)
  }

  /// `counter` and `counter_by`.
  func counter(_ map: YamlMap) -> ChargeCounter {
    var counter = ChargeCounter()
    if let node = map["counter"],
      let owner = word(node, what: "whose quantity is counted together", ChargeCounter.Owner.self)
    {
      counter.owner = owner
    }
    guard let node = map["counter_by"] else { return counter }
    enum Split { case ratingGroup, hour, day }
    let words: [(word: String, value: Split)] = [
      ("rating_group", .ratingGroup), ("hour", .hour), ("day", .day),
    ]
    let splits = findings.choices(node, what: "what counters are kept by", of: words) ?? []
    if splits.contains(.hour), splits.contains(.day) {
      findings.error("a counter of each hour is one of each day already", at: node.place, hint: "keep one")
    }
    counter.isByRatingGroup = splits.contains(.ratingGroup)
    counter.window = splits.contains(.hour) ? .hour : splits.contains(.day) ? .day : .period
    return counter
  }

  /// Names the keys that do nothing for the price that the charge has.
  func refuseWhatDoesNothing(_ map: YamlMap) {
    let isRecorded = map["price"]?.label == "recorded"
    let counts = ["tiers", "percentage", "period_minimum", "period_maximum"].contains { map[$0] != nil }
    if !counts {
      refuse(
        ["counter", "counter_by"], in: map, "does nothing",
        hint: "it is for tiers, percentages and period limits")
    }
    if map["tiers"] != nil {
      refuse(["bands"], in: map, "does not change the prices of tiers", hint: "leave it out")
    }
    if isRecorded {
      let keys = ["increment", "minimum", "free_quantity", "connection_fee", "bands"]
      refuse(keys, in: map, "does nothing for a recorded amount", hint: "leave it out")
    }
    guard map["gauge"] != nil else { return }
    let keys = [
      "increment", "minimum", "free_quantity", "connection_fee", "bands", "minimum_amount", "maximum_amount",
    ]
    refuse(keys, in: map, "is for events; a gauge has one quantity a period", hint: "leave it out")
    if isRecorded || map["price"]?.label == "deck", let node = map["price"] {
      findings.error(
        "a gauge needs a price of its own", at: node.place, hint: "write a price such as 2.50, or tiers")
    }
  }

  private func refuse(_ keys: [String], in map: YamlMap, _ message: String, hint: String) {
    for entry in keys.compactMap({ map.entry($0) }) {
      findings.error("'\(entry.key)' \(message)", at: entry.place, hint: hint)
    }
  }
}
