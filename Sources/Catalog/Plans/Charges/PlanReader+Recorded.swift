// Charges of recorded amounts: percentage, markup, margin, multiplier.

import Money
import Tables

extension PlanReading {
  /// Keys that change a recorded amount; at most one of them is given.
  static let recordedKeys = ["percentage", "markup", "margin", "multiplier"]
  private static let percentageKeys = [
    "percent", "fixed", "minimum", "maximum", "free_events", "free_amount",
  ]
  /// Free events of a period at most.
  private static let freeEventsMax = 1_000_000_000

  /// What becomes of the recorded amount; as it is where nothing is said or after an error.
  func recordedPrice(_ map: YamlMap) -> RecordedPrice {
    let given = Self.recordedKeys.compactMap { map.entry($0) }
    guard given.count <= 1 else {
      findings.error(
        "a charge has both '\(given[0].key)' and '\(given[1].key)'", at: given[1].place, hint: "keep one")
      return .asItIs
    }
    guard let entry = given.first else { return .asItIs }
    let scaled = { (word: RecordedScale.Word, ratio: PriceRatio?) -> RecordedPrice in
      ratio.map { .scaled(RecordedScale(word: word, ratio: $0)) } ?? .asItIs
    }
    switch entry.key {
    case "markup": return scaled(.markup, findings.markup(entry.value))
    case "margin": return scaled(.margin, findings.margin(entry.value))
    case "multiplier": return scaled(.multiplier, findings.multiplier(entry.value))
    default: return percentage(entry.value).map { .percentage($0) } ?? .asItIs
    }
  }

  private func percentage(_ node: YamlNode) -> PercentagePrice? {
    guard let map = YamlMap(node, what: "a percentage", keys: Self.percentageKeys, findings: findings) else {
      return nil
    }
    let share = map.required("percent", hint: "such as 1.5").flatMap { findings.share($0) }
    let limits = limits(map, "minimum", "maximum", of: "")
    let fixed = map["fixed"].flatMap { findings.amount($0, what: "a fixed fee") }
    let freeEvents = map["free_events"].flatMap {
      findings.integer($0, what: "a number of free events", in: 0...Self.freeEventsMax)
    }
    let freeAmount = map["free_amount"].flatMap { findings.amount($0, what: "a free amount") }
    guard let share else { return nil }
    return PercentagePrice(
      share: share, fixed: fixed ?? .zero, minimum: limits.minimum, maximum: limits.maximum,
      freeEventCount: freeEvents.map { Int64($0) }, freeAmount: freeAmount)
  }
}
