// Reads the lines of an agreement: recurring charges, and charges for a result.

import BillingCalendar
import Money
import Tables

/// Reads one line.
struct AgreementLineReader {
  /// What a line is.
  enum Line {
    case contract(Contract)
    case value(ValueCharge)
  }

  private static let keys = [
    "description", "item", "price", "quantity", "count", "included", "interval", "timing", "anchor",
    "proration", "from", "until", "tax_class", "purchase_order", "allowance", "value", "tiers",
  ]
  private static let valueKeys = ["metric", "target", "of", "steps"]

  let findings: YamlFindings
  let references: ContractReferences
  let frame: AgreementFrame

  /// The line; nil where it has faults.
  func read(_ node: YamlNode) -> Line? {
    guard let map = YamlMap(node, what: "a line", keys: Self.keys, findings: findings) else { return nil }
    if let value = map["value"] { return self.value(value, map).map { .value($0) } }
    return contract(map).map { .contract($0) }
  }

  // MARK: recurring charges

  private func contract(_ map: YamlMap) -> Contract? {
    let count = findings.errorCount
    let itemName = text(map, "item")
    let item = references.priceBook[itemName]
    let price = price(map, itemName, item)
    let tiers = map["tiers"].flatMap { findings.tiers($0) }
    let description = map["description"].flatMap { findings.text($0, what: "a text") } ?? item?.description
    if description == nil, findings.errorCount == count { _ = map.required("description") }
    let quantity = map["quantity"].flatMap { findings.millionths($0, what: "a quantity") }
    let interval = word(map, "interval", ContractInterval.init, ContractInterval.expectedForm)
    let span = findings.span(of: map)
    guard let description, let span, findings.errorCount == count else { return nil }
    var line = Contract(
      accountIndex: frame.accountIndex, description: description, price: price, currency: frame.currency,
      quantityMicro: quantity ?? 1_000_000, interval: interval ?? .months(1),
      from: max(frame.from, span.from ?? frame.from), until: earlier(frame.until, span.until),
      line: map.place.line)
    line.tiers = tiers
    line.name = frame.name
    line.item = itemName
    line.count = word(map, "count", CountMode.init, CountMode.expectedForm) ?? .fixed
    line.includedMicro = map["included"].flatMap { findings.millionths($0, what: "a quantity") } ?? 0
    line.timing = choice(map, "timing") ?? .current
    line.anchor = map["anchor"].flatMap { findings.date($0, what: "a day") }.map { .day($0) } ?? .account
    line.proration = choice(map, "proration") ?? .days
    line.taxClass =
      map["tax_class"].flatMap { findings.text($0, what: "a class") } ?? item?.taxClass ?? .empty
    line.purchaseOrder = map["purchase_order"] == nil ? frame.purchaseOrder : text(map, "purchase_order")
    line.allowance = text(map, "allowance")
    line.file = frame.file
    guard findings.errorCount == count else { return nil }
    if let (column, fault) = ContractRules.fault(of: line, hasQuantity: quantity != nil, references) {
      findings.error(fault.message, at: map[column.name]?.place ?? map.place, hint: fault.hint)
      return nil
    }
    return line
  }

  private func price(_ map: YamlMap, _ itemName: Label, _ item: PriceBookItem?) -> Amount? {
    if let node = map["price"] {
      if let tiers = map.entry("tiers") {
        findings.error("the line has a price and tiers", at: tiers.place, hint: "keep one")
      }
      return findings.signedAmount(node, what: "a price")
    }
    guard item == nil, map["tiers"] == nil else { return nil }
    if itemName.isEmpty {
      _ = map.required("price", hint: "write one, or name an item of price-book.csv")
    } else if let node = map["item"] {
      findings.error(
        "price-book.csv has no item \(Quoted.text(itemName))", at: node.place,
        hint: Quoted.suggestion(
          for: itemName, in: references.priceBook.items.map(\.name), otherwise: "add it, or write 'price'"))
    }
    return nil
  }

  private func text(_ map: YamlMap, _ key: String) -> Label {
    map[key].flatMap { findings.text($0, what: "a text") } ?? .empty
  }

  private func choice<Word: RawRepresentable<String> & CaseIterable>(_ map: YamlMap, _ key: String) -> Word? {
    map[key].flatMap { findings.choice($0, what: key, of: Word.allCases.map { ($0.rawValue, $0) }) }
  }

  private func word<Value>(
    _ map: YamlMap, _ key: String, _ make: (String) -> Value?, _ expected: String
  ) -> Value? {
    guard let node = map[key], let text = findings.text(node, what: key) else { return nil }
    if let value = make(text.description) { return value }
    findings.error("unknown \(key) \(Quoted.text(text))", at: node.place, hint: "expected \(expected)")
    return nil
  }

  private func earlier(_ a: CivilDate?, _ b: CivilDate?) -> CivilDate? {
    switch (a, b) {
    case (let a?, let b?): min(a, b)
    default: a ?? b
    }
  }

  // MARK: charges for a result

  private func value(_ node: YamlNode, _ line: YamlMap) -> ValueCharge? {
    let count = findings.errorCount
    for entry in line.entries where !["description", "tax_class", "value"].contains(entry.key.description) {
      findings.error(
        "'\(entry.key)' does not belong to a line with 'value'", at: entry.place, hint: "leave it out")
    }
    guard let map = YamlMap(node, what: "the value", keys: Self.valueKeys, findings: findings) else {
      return nil
    }
    let description = line.required("description").flatMap { findings.text($0, what: "a text") }
    let metric = map.required("metric").flatMap { findings.text($0, what: "a metric") }
    let target = map.required("target").flatMap { findings.millionths($0, what: "a target") }
    let base = map.required("of", hint: "the amount that steps are a share of")
      .flatMap { findings.amount($0, what: "an amount") }
    let steps = map.required("steps").flatMap { findings.elements($0, what: "steps") }?.compactMap(step)
    guard let description, let metric, let target, let base, let steps, findings.errorCount == count else {
      return nil
    }
    return ValueCharge(
      description: description, metric: metric, targetMicro: target, base: base, currency: frame.currency,
      steps: steps, taxClass: text(line, "tax_class"), line: line.place.line)
  }

  private func step(_ node: YamlNode) -> ValueCharge.Step? {
    guard
      let map = YamlMap(node, what: "a step", keys: ["below", "at_least", "percent"], findings: findings),
      let share = map.required("percent").flatMap({ findings.share($0, in: -100...1000) })
    else { return nil }
    return ValueCharge.Step(
      below: map["below"].flatMap { findings.millionths($0, what: "a bound") },
      atLeast: map["at_least"].flatMap { findings.millionths($0, what: "a bound") }, share: share)
  }
}
