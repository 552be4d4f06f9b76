// What a charge does differently in some bands.

import Money
import Tables

extension PlanReading {
  private static let bandPriceKeys = ["price", "per", "percent", "connection_fee", "increment"]

  /// The entries of a charge's `bands`, each a band of the plan.
  func bandPrices(_ node: YamlNode, kinds: [UsageKind]?) -> [ChargeBandPrice] {
    guard let map = YamlMap(node, what: "bands", keys: nil, findings: findings) else { return [] }
    return map.entries.compactMap { entry in
      let band = bandName(entry.key, at: entry.place)
      let what = "the band \(Quoted.text(entry.key))"
      guard let map = YamlMap(entry.value, what: what, keys: Self.bandPriceKeys, findings: findings) else {
        return nil
      }
      let price = bandPrice(map, kinds: kinds)
      guard let band else { return nil }
      return ChargeBandPrice(
        band: band, change: price,
        connectionFeePico: map["connection_fee"].flatMap { findings.price($0, what: "a connection fee") },
        increment: increment(map, kinds: kinds))
    }
  }

  private func bandPrice(_ map: YamlMap, kinds: [UsageKind]?) -> ChargeBandPrice.Change? {
    if map.entries.isEmpty, !map.hasUnknownKeys {
      findings.error(
        "\(map.what) changes nothing", at: map.place,
        hint: "give it a price, percent, connection_fee or increment, or leave it out")
    }
    if map["price"] == nil, let per = map.entry("per") {
      findings.error("'per' without 'price'", at: per.place)
    }
    if let percent = map.entry("percent") {
      if map["price"] != nil {
        findings.error("\(map.what) has both 'price' and 'percent'", at: percent.place, hint: "keep one")
      }
      return findings.change(percent.value).map { .ratio($0) }
    }
    guard let node = map["price"], let kind = onlyKind(kinds, for: "a price of its own", at: node) else {
      return nil
    }
    return unitPrice(map, kind: kind, what: "a price").map { .price($0) }
  }
}
