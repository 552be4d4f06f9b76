// Gauges of charges: `gauge: max`, or `gauge: {measure: count, at: last-day}`.

import Tables

extension PlanReading {
  private enum GaugeWord: String, CaseIterable {
    case max, last, average, p95, distinct, count
    case peakOfSum = "peak-of-sum"
  }

  /// The gauge of a charge; nil after an error.
  func gauge(_ node: YamlNode) -> ChargeGauge? {
    if case .scalar = node.content {
      return word(node, what: "a measure of samples", GaugeWord.self).flatMap {
        measure($0, at: nil, in: node.place)
      }
    }
    guard let map = YamlMap(node, what: "a gauge", keys: ["measure", "at"], findings: findings) else {
      return nil
    }
    let found = map.required("measure").flatMap { word($0, what: "a measure of samples", GaugeWord.self) }
    guard let found else { return nil }
    if found != .count, let at = map.entry("at") {
      findings.error("'at' belongs to 'measure: count'", at: at.place, hint: "leave it out")
    }
    return measure(found, at: map["at"], in: map.place)
  }

  private func measure(_ word: GaugeWord, at node: YamlNode?, in place: YamlPlace) -> ChargeGauge? {
    switch word {
    case .max: return ChargeGauge(measure: .max)
    case .last: return ChargeGauge(measure: .last)
    case .average: return ChargeGauge(measure: .average)
    case .p95: return ChargeGauge(measure: .percentile95)
    case .distinct: return ChargeGauge(measure: .distinct)
    case .peakOfSum: return ChargeGauge(measure: .peakOfSum)
    case .count:
      guard let node else {
        findings.error(
          "a count needs 'at', the day on which is counted", at: place,
          hint: "write `gauge: {measure: count, at: last-day}`")
        return nil
      }
      return day(node).map { ChargeGauge(measure: .count(at: $0)) }
    }
  }

  private func day(_ node: YamlNode) -> GaugeDay? {
    switch node.label {
    case "first-day": return .first
    case "last-day": return .last
    default:
      if let number = node.label.flatMap(YamlFindings.integer), (1...31).contains(number) {
        return .dayOfMonth(Int32(number))
      }
      findings.error(
        "\(node.quoted) is not a day of the period", at: node.place,
        hint: "write first-day, last-day or a day of the month from 1 to 31")
      return nil
    }
  }
}
