// `tests` of a plan: example events with what they must cost.

import BillingCalendar
import Money
import Tables

extension PlanReading {
  private static let exampleKeys = ["event", "charge", "amount", "band", "filtered", "suspense"]
  private static let eventKeys = [
    "kind", "direction", "from", "to", "rating_group", "start", "quantity", "amount", "answered",
  ]

  /// The examples in order.
  func examples(_ node: YamlNode, charges: ChargeNames) -> [PlanExample] {
    guard case .list(let nodes) = node.content else {
      findings.error(
        "expected a list of tests, found \(node.quoted)", at: node.place, hint: "begin each with '- event:'")
      return []
    }
    return nodes.compactMap { example($0, charges) }
  }

  private func example(_ node: YamlNode, _ charges: ChargeNames) -> PlanExample? {
    guard let map = YamlMap(node, what: "a test", keys: Self.exampleKeys, findings: findings) else {
      return nil
    }
    let event = map.required("event").flatMap(exampleEvent)
    guard let outcome = outcome(map, charges), let event else { return nil }
    return PlanExample(event: event, outcome: outcome, line: node.place.line, column: node.place.column)
  }

  private func outcome(_ map: YamlMap, _ charges: ChargeNames) -> PlanExample.Outcome? {
    let given = ["amount", "filtered", "suspense"].compactMap { map.entry($0) }
    guard given.count == 1, let entry = given.first else {
      guard !map.hasUnknownKeys else { return nil }
      findings.error(
        given.isEmpty ? "a test expects nothing" : "a test expects two things",
        at: given.isEmpty ? map.place : given[1].place, hint: "write one of amount, filtered and suspense")
      return nil
    }
    let charge = map["charge"].flatMap { chargeNames($0, charges)?.first }
    let band = map.entry("band").flatMap { band in
      findings.text(band.value, what: "a band").flatMap { bandName($0, at: band.value.place) }
    }
    guard entry.key == "amount" else {
      for key in ["charge", "band"] {
        if let other = map.entry(key) {
          findings.error("'\(key)' belongs to 'amount'", at: other.place, hint: "leave it out")
        }
      }
      guard let reason = findings.reason(entry.value) else { return nil }
      return entry.key == "filtered" ? .filtered(reason) : .suspended(reason)
    }
    return findings.signedAmount(entry.value, what: "an amount").map {
      .rated($0, charge: charge, band: band)
    }
  }

  private func exampleEvent(_ node: YamlNode) -> PlanExample.Event? {
    guard let map = YamlMap(node, what: "an event", keys: Self.eventKeys, findings: findings) else {
      return nil
    }
    let kind =
      map["kind"].flatMap {
        findings.choice($0, what: "a kind of usage", of: UsageKind.choices)
      } ?? .voice
    let direction = map["direction"].flatMap {
      findings.choice($0, what: "a direction", of: UsageDirection.choices)
    }
    let start = map.required("start").flatMap(localTime)
    let quantity = map.required("quantity").flatMap { node in
      findings.text(node, what: "a quantity of \(kind.name)").flatMap {
        findings.take(QuantityText.parseOrZero($0, of: kind), at: node)
      }
    }
    let from = map["from"].flatMap(number)
    let to = map["to"].flatMap(number)
    let group = map["rating_group"].flatMap { findings.text($0, what: "a rating group") }
    let amount = map["amount"].flatMap { findings.signedAmount($0, what: "an amount") }
    let isAnswered = map["answered"].flatMap { findings.flag($0) } ?? true
    guard let start, let quantity else { return nil }
    return PlanExample.Event(
      kind: kind, direction: direction ?? .outbound, from: from ?? .empty, to: to ?? .empty,
      ratingGroup: group ?? .empty, startLocalSeconds: start, quantity: quantity, recordedAmount: amount,
      isAnswered: isAnswered)
  }

  /// `YYYY-MM-DD hh:mm:ss` on the account's clocks.
  private func localTime(_ node: YamlNode) -> Int64? {
    guard let text = findings.text(node, what: "a local time") else { return nil }
    // Read as if in UTC: an offset would make it longer.
    if text.bytes.count == "YYYY-MM-DD hh:mm:ss".utf8.count,
      let millis = Instant.parse(text.description, in: .utc)
    {
      return Instant.seconds(ofMillis: millis)
    }
    findings.error(
      "\(node.quoted) is not a local time", at: node.place,
      hint: "write \"YYYY-MM-DD hh:mm:ss\", without an offset")
    return nil
  }

  /// A number in its normal form: digits, as deck rows and not-billed rules have them. A `+` stays: it says that they are
  /// international.
  private func number(_ node: YamlNode) -> Label? {
    guard let text = findings.text(node, what: "a number") else { return nil }
    let digits = text.bytes.first == UInt8(ascii: "+") ? Array(text.bytes.dropFirst()) : text.bytes
    if (1...15).contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) {
      return text
    }
    findings.error(
      "\(node.quoted) is not a number", at: node.place,
      hint: "write 1 to 15 digits as in E.164, such as 4915112345678")
    return nil
  }
}

extension YamlFindings {
  /// An exact decimal amount that may be negative.
  func signedAmount(_ node: YamlNode, what: String) -> Amount? {
    guard let text = text(node, what: what) else { return nil }
    switch text.bytes.withUnsafeBufferPointer({ DecimalText.parse($0, scale: Amount.scale) }) {
    case .success(let pico): return Amount(pico: pico)
    case .failure(let fault):
      error("\(Quoted.text(text)) is not \(what)", at: node.place, hint: fault.hint)
      return nil
    }
  }
}
