// Reads one file of `plans/`: a rate plan, with every fault named by line and column.
//
// Owns the plan's own keys and what they imply for each other; each part of a plan has files of its own, and what a plan
// inherits is put together by `PlanFamily` before anything is read here.
// Decks are known by name and currency only: whether their rows are right is for their reader.

public import Money
public import Tables

/// What a plan must know of a deck.
public struct PlanDeck: Sendable, Hashable {
  /// Index in `Catalog.decks`.
  public var index: Int
  /// Currency of its prices.
  public var currency: Currency

  /// Makes a reference.
  public init(index: Int, currency: Currency) {
    self.index = index
    self.currency = currency
  }
}

/// What plans refer to.
struct PlanReferences {
  /// The currency of `catalog.yaml`.
  var defaultCurrency: Currency?
  /// The decks by name.
  var decks: [Label: PlanDeck]
  /// The names of the lists of holidays, in the order of their indices.
  var holidays: [Label]
}

/// Reads rate plans.
public enum PlanReader {
  /// The plan in `text`, or nil where it has an error; all its faults are appended to `findings`, in file order.
  ///
  /// `file` is the name in messages, `defaultCurrency` that of `catalog.yaml`, `decks` the decks by name, `holidays` the
  /// names of the lists of holidays in the order of their indices. What can never take effect is a warning. A plan that
  /// extends another cannot be read alone: `PlanFamily` reads a folder.
  /// - Complexity: O(n), and O(charges²) for the search of charges that are never reached.
  public static func read(
    _ text: [UInt8], file: String, defaultCurrency: Currency?, decks: [Label: PlanDeck],
    holidays: [Label] = [], findings: inout [CatalogFinding]
  ) -> RatePlan? {
    let references = PlanReferences(defaultCurrency: defaultCurrency, decks: decks, holidays: holidays)
    let read = PlanFamily.read([PlanText(file: file, bytes: text)], references)
    findings += read.flatMap(\.findings)
    return read.first?.plan
  }
}

/// The reading of one plan: what its parts must know of each other.
struct PlanReading {
  static let keys = [
    "plan", "extends", "remove", "currency", "rounding", "duration", "look_up", "connection_fee",
    "answered_zero", "not_billed", "bands", "crossing", "charges", "prices", "allowances", "order", "prorate",
    "tests",
  ]

  let findings: YamlFindings
  let references: PlanReferences
  /// Deck of each kind, by its raw value.
  private(set) var lookUp: [PlanDeck?] = UsageKind.allCases.map { _ in nil }
  /// The bands, known before charges and allowances refer to them.
  private(set) var bands: [BandRule] = []
  /// The currency; nil where it is missing or faulty.
  private(set) var currency: Currency?
  /// How events are rounded.
  private(set) var rounding = RoundingRule.event

  init(findings: YamlFindings, references: PlanReferences) {
    self.findings = findings
    self.references = references
  }

  mutating func plan(_ root: YamlNode, parent: Label?) -> RatePlan? {
    guard let map = YamlMap(root, what: "the plan", keys: Self.keys, findings: findings) else { return nil }
    let name = map.required("plan").flatMap { findings.text($0, what: "the plan's name") }
    currency = currency(map)
    rounding = map["rounding"].flatMap(roundingRule) ?? .event
    if let node = map["look_up"] { readLookUp(node) }
    bands = map["bands"].map(bandRules) ?? []
    let charges = map.required("charges").map(charges) ?? []
    if let currency, let node = map["look_up"] { checkCurrency(currency, of: charges, at: node) }
    warnOfUnreached(charges)
    warnOfTinyPrices(charges)
    // Every part is read before a missing one ends the reading, so that all faults are named.
    let keepsMilliseconds = map["duration"].flatMap(duration)
    let connectionFee = map["connection_fee"].flatMap(connectionFee)
    let chargesAnsweredZero = map["answered_zero"].flatMap(answeredZero)
    let notBilled = map["not_billed"].map(notBilled)
    let prorates = map["prorate"].flatMap(findings.flag) ?? true
    let names = ChargeNames(charges.map(\.charge))
    let priceChanges = map["prices"].map { self.priceChanges($0, charges: names) } ?? []
    let allowances = map["allowances"].map { self.allowances($0, charges: names, prorates: prorates) } ?? []
    let crossing = map["crossing"].flatMap {
      word($0, what: "a rule for calls that cross bands", BandCrossing.self)
    }
    let order = map["order"].flatMap { word($0, what: "an order of allowances", AllowanceOrder.self) }
    let examples = map["tests"].map { self.examples($0, charges: names) } ?? []
    guard let name, let currency else { return nil }
    var plan = RatePlan(
      name: name, currency: currency, rounding: rounding,
      keepsMilliseconds: keepsMilliseconds ?? false, deckIndexByKind: lookUp.map { $0?.index },
      connectionFee: connectionFee ?? .chargeable, chargesAnsweredZero: chargesAnsweredZero ?? false,
      notBilled: notBilled ?? [NotBilledRule.unanswered], charges: charges.map(\.charge),
      file: findings.file, line: map.entries.first?.place.line ?? map.place.line)
    plan.parent = parent
    plan.bands = bands
    plan.crossing = crossing ?? .splitCarry
    plan.priceChanges = priceChanges
    plan.allowances = allowances
    plan.order = order ?? .time
    plan.examples = examples
    return plan
  }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ node: YamlNode, what: String, _ words: Word.Type
  ) -> Word? {
    findings.choice(node, what: what, of: Word.allCases.map { (word: $0.rawValue, value: $0) })
  }

  private func currency(_ map: YamlMap) -> Currency? {
    guard let node = map["currency"] else {
      if references.defaultCurrency == nil {
        findings.error(
          "the plan has no 'currency'", at: map.place,
          hint: "add `currency: EUR` here, or a default in catalog.yaml")
      }
      return references.defaultCurrency
    }
    return findings.currency(node)
  }

  private func roundingRule(_ node: YamlNode) -> RoundingRule? {
    if case .scalar(let text, _) = node.content, text == "none" { return RoundingRule.none }
    guard let map = YamlMap(node, what: "a rounding", keys: ["scale", "mode"], findings: findings) else {
      return nil
    }
    let scale = map["scale"].map { findings.integer($0, what: "a number of digits", in: 0...Amount.scale) }
    let modes = RoundingMode.allCases.map { (word: $0.rawValue, value: $0) }
    let mode = map["mode"].map { findings.choice($0, what: "a rounding mode", of: modes) }
    return RoundingRule(scale: (scale ?? nil) ?? RoundingRule.event.scale, mode: (mode ?? nil) ?? .halfUp)
  }

  private func duration(_ node: YamlNode) -> Bool? {
    findings.choice(node, what: "a rule for durations", of: [("whole-seconds", false), ("exact", true)])
  }

  private func answeredZero(_ node: YamlNode) -> Bool? {
    findings.choice(
      node, what: "a rule for calls of zero seconds", of: [("free", false), ("first-increment", true)])
  }

  private func connectionFee(_ node: YamlNode) -> ConnectionFeeRule? {
    let rules: [ConnectionFeeRule] = [.chargeable, .answered, .always]
    return findings.choice(
      node, what: "a rule for connection fees", of: rules.map { (word: $0.rawValue, value: $0) })
  }

  private mutating func readLookUp(_ node: YamlNode) {
    let kinds = UsageKind.allCases.map(\.name)
    guard let map = YamlMap(node, what: "look_up", keys: kinds, findings: findings) else { return }
    for kind in UsageKind.allCases {
      guard let value = map[kind.name], let name = findings.text(value, what: "a deck's name") else {
        continue
      }
      lookUp[Int(kind.rawValue)] = references.decks[name]
      guard references.decks[name] == nil else { continue }
      findings.error(
        "there is no deck \(Quoted.text(name))", at: value.place,
        hint: YamlSuggestion.hint(for: name, among: references.decks.keys.sorted().map(\.description)))
    }
  }

  /// A charge that takes its price from a deck takes it as it stands, so both are in one currency.
  private func checkCurrency(_ currency: Currency, of charges: [PlacedCharge], at node: YamlNode) {
    guard case .map(let entries) = node.content else { return }
    for kind in UsageKind.allCases {
      guard let deck = lookUp[Int(kind.rawValue)], deck.currency != currency else { continue }
      guard charges.contains(where: { $0.charge.price.isDeck && $0.charge.takes(kind) }) else { continue }
      guard let entry = entries.first(where: { $0.key == Label(kind.name) }) else { continue }
      findings.error(
        "deck \(entry.value.quoted) has its prices in \(deck.currency), the plan charges \(currency)",
        at: entry.value.place, hint: "use a deck in \(currency), or a plan in \(deck.currency)")
    }
  }
}

extension YamlFindings {
  /// An ISO 4217 code.
  package func currency(_ node: YamlNode) -> Currency? {
    guard let text = text(node, what: "a currency") else { return nil }
    if let currency = Currency(code: text.description) { return currency }
    error(
      "\(Quoted.text(text)) is not a currency", at: node.place,
      hint: "write three capital letters, such as EUR")
    return nil
  }
}
