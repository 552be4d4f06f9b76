// Reads contracts/*.yaml: one agreement a file. A line says what a row of contracts.csv says, by the same words.

import BillingCalendar
import Money
import Tables

/// What one agreement gives to the billing tables.
struct AgreementParts {
  var agreement: Agreement
  var lines: [Contract] = []
  var commitments: [Commitment] = []
  var discounts: [Discount] = []
}

/// Reads one agreement.
struct AgreementReader {
  private static let keys = [
    "contract", "account", "currency", "msa", "sow", "purchase_order", "from", "until", "renews", "lines",
    "minimum", "discounts",
  ]

  let findings: YamlFindings
  let references: ContractReferences
  /// Path inside the catalog.
  let file: String

  /// The agreement in `text`; nil where it has faults, which are in `findings`.
  func read(_ bytes: [UInt8]) -> AgreementParts? {
    guard let root = YamlReader.read(bytes, findings: findings),
      let map = YamlMap(root, what: "the contract", keys: Self.keys, findings: findings)
    else { return nil }
    let name = map.required("contract").flatMap { findings.text($0, what: "a name") }
    let account = map.required("account").flatMap(account)
    let span = span(of: map)
    let ownCurrency = map["currency"].flatMap(findings.currency)
    if span?.from == nil, !findings.hasErrors {
      _ = map.required("from", hint: "write the first day, YYYY-MM-DD")
    }
    guard let name, let account, let from = span?.from else { return nil }
    guard let currency = ownCurrency ?? references.currency(account, from) else {
      findings.error(
        "the contract has no currency", at: map.place, hint: "write 'currency' here or in catalog.yaml")
      return nil
    }
    let frame = AgreementFrame(
      name: name, accountIndex: account, currency: currency, from: from, until: span?.until,
      purchaseOrder: text(map, "purchase_order"), file: file)
    var parts = AgreementParts(
      agreement: Agreement(
        name: name, accountIndex: account, master: text(map, "msa"), statementOfWork: text(map, "sow"),
        from: from, until: span?.until, renews: map["renews"].flatMap { findings.date($0, what: "a day") },
        valueLines: [], file: file))
    readLines(map, frame, into: &parts)
    if let node = map["minimum"] { parts.commitments = minimum(node, frame).map { [$0] } ?? [] }
    for node in map["discounts"].flatMap({ findings.elements($0, what: "discounts") }) ?? [] {
      if let discount = discount(node, frame) { parts.discounts.append(discount) }
    }
    return findings.hasErrors ? nil : parts
  }

  private func readLines(_ map: YamlMap, _ frame: AgreementFrame, into parts: inout AgreementParts) {
    let lines = AgreementLineReader(findings: findings, references: references, frame: frame)
    for node in map.required("lines").flatMap({ findings.elements($0, what: "lines") }) ?? [] {
      switch lines.read(node) {
      case .contract(let line): parts.lines.append(line)
      case .value(let line): parts.agreement.valueLines.append(line)
      case nil: break
      }
    }
  }

  private func account(_ node: YamlNode) -> Int? {
    guard let name = findings.text(node, what: "an account") else { return nil }
    if let index = name.bytes.withUnsafeBufferPointer({ references.accounts[$0] }) { return index }
    findings.error(
      "unknown account \(Quoted.text(name))", at: node.place,
      hint: Quoted.suggestion(for: name, in: references.accounts.names, otherwise: "no account has that name")
    )
    return nil
  }

  private func text(_ map: YamlMap, _ key: String) -> Label {
    map[key].flatMap { findings.text($0, what: "a text") } ?? .empty
  }

  private func span(of map: YamlMap) -> DateSpan? { findings.span(of: map) }

  private func minimum(_ node: YamlNode, _ frame: AgreementFrame) -> Commitment? {
    guard
      let map = YamlMap(
        node, what: "the minimum", keys: ["amount", "counts", "description"], findings: findings),
      let amount = map.required("amount").flatMap({ findings.amount($0, what: "an amount") })
    else { return nil }
    let words = Commitment.Scope.allCases.filter { $0 != .usage }.map { ($0.rawValue, $0) }
    let scope = map["counts"].flatMap { findings.choice($0, what: "what counts", of: words) }
    return Commitment(
      accountIndex: frame.accountIndex, contract: scope == .recurring ? frame.name : .empty,
      description: map["description"].flatMap { findings.text($0, what: "a text") } ?? "Minimum commitment",
      amount: amount, currency: frame.currency, scope: scope ?? .all, from: frame.from, until: frame.until,
      file: frame.file, line: node.place.line)
  }

  private func discount(_ node: YamlNode, _ frame: AgreementFrame) -> Discount? {
    let keys = ["description", "percent", "amount", "item", "from", "until"]
    guard let map = YamlMap(node, what: "a discount", keys: keys, findings: findings) else { return nil }
    let share = map["percent"].flatMap { findings.share($0, in: 0...100) }
    let amount = map["amount"].flatMap { findings.amount($0, what: "an amount") }
    guard let description = map.required("description").flatMap({ findings.text($0, what: "a text") }) else {
      return nil
    }
    guard (share == nil) != (amount == nil) else {
      if !findings.hasErrors {
        findings.error("a discount has one of percent and amount", at: map.place, hint: "write one")
      }
      return nil
    }
    let value = share.map { Discount.Value.share($0) } ?? amount.map { .amount($0, frame.currency) }
    guard let value, let span = findings.span(of: map) else { return nil }
    return Discount(
      accountIndex: frame.accountIndex, contract: frame.name,
      item: map["item"].flatMap { findings.text($0, what: "an item") } ?? .empty, description: description,
      value: value, from: span.from ?? frame.from, until: span.until ?? frame.until, file: frame.file,
      line: node.place.line)
  }
}

/// What all lines of an agreement share.
struct AgreementFrame {
  var name: Label
  var accountIndex: Int
  var currency: Currency
  var from: CivilDate
  var until: CivilDate?
  var purchaseOrder: Label
  var file: String
}

extension YamlFindings {
  /// The stretch of `from` and `until`; nil where one is bad or nothing lies between them.
  func span(of map: YamlMap) -> DateSpan? {
    let count = errorCount
    let from = map["from"].flatMap { date($0, what: "a day") }
    let until = map["until"].flatMap { date($0, what: "a day") }
    guard errorCount == count else { return nil }
    if let from, let until, until <= from {
      error(
        "'\(until)' is not after '\(from)'", at: map["until"]?.place ?? map.place,
        hint: "'until' is the first day on which it no longer holds")
      return nil
    }
    return DateSpan(from: from, until: until)
  }

  /// A percentage, with or without `%`, in 10⁻¹⁰ of a whole.
  func share(_ node: YamlNode, in range: ClosedRange<Int128>) -> Int64? {
    guard let text = text(node, what: "a percentage") else { return nil }
    let digits = text.bytes.last == UInt8(ascii: "%") ? text.bytes.dropLast() : text.bytes[...]
    let unit: Int128 = 100_000_000
    if case .success(let value) = DecimalText.parse(String(decoding: digits, as: UTF8.self), scale: 8),
      range.lowerBound * unit <= value, value <= range.upperBound * unit
    {
      return Int64(value)
    }
    error(
      "\(Quoted.text(text)) is not a percentage", at: node.place,
      hint: "expected per cent from \(range.lowerBound) to \(range.upperBound), such as 12.5")
    return nil
  }

  /// A number in millionths, 0 or more.
  func millionths(_ node: YamlNode, what: String) -> Int64? {
    guard let text = text(node, what: what) else { return nil }
    if case .success(let value) = DecimalText.parse(text.description, scale: 6), value >= 0,
      let number = Int64(exactly: value)
    {
      return number
    }
    error(
      "\(Quoted.text(text)) is not \(what)", at: node.place, hint: "write a number of 0 or more, such as 12.5"
    )
    return nil
  }
}
