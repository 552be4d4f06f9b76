// The tables of these tests: a few lines of words that a billing clerk can read, with what they must come to.
//
//   deck    prefix  per-minute  increment  connect
//   .       44      0.0100      60/60      0
//   event   E1  voice  447700900123  61s
//   charge  E1  0.0200  120s
//
// README.md beside the tests lists the words. What a line does not say: account `a` in UTC on plan `plan`, which looks
// voice up in the deck and charges its prices; unanswered calls are not billed; numbers are international.

import BillingCalendar
import Money
import Testing

/// A table as read: the tariff, the events, and what each of them must become.
struct PriceSheet {
  var tariff = Tariff()
  var events: [Event] = []
  var expectations: [String: Expectation] = [:]
  var zone = Zone.utc
  fileprivate var columns: [Substring] = []
  fileprivate var rowWord = ""

  struct Event {
    var id: String
    /// Text by column of the neutral CSV.
    var cells: [String: String]
    /// Name of the source whose file it stands in.
    var source: String
  }

  enum Expectation {
    /// An amount, a billed quantity as the summary writes it, and other columns of its row.
    case charge(amount: String, billed: String, cells: [String: String])
    /// The same for each row that the event falls into.
    case parts([Part])
    case suspense(String)
    case filtered(String)
  }

  struct Part {
    var amount: String
    var billed: String
    var cells: [String: String]
  }

  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  init(_ text: String) throws {
    tariff.sources = [
      Tariff.Source(name: "switch", pattern: "switch*"), Tariff.Source(name: "other", pattern: "other*"),
    ]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      do {
        try read(String(first), SheetWords(words.dropFirst()))
      } catch {
        throw Fault(description: "'\(line)': \(error)")
      }
    }
    complete()
  }

  /// Adds what a table need not say.
  private mutating func complete() {
    if tariff.plans.isEmpty { tariff.plans.append(Self.plan("plan")) }
    for index in tariff.plans.indices {
      if tariff.plans[index].lookUp.isEmpty, let deck = tariff.decks.first {
        for row in deck.rows { tariff.plans[index].lookUp[row.kind] = deck.name }
      }
      if tariff.plans[index].charges.isEmpty { tariff.plans[index].charges = [Tariff.Charge(name: "usage")] }
    }
    if !tariff.accounts.contains(where: { $0.id == "a" }) {
      tariff.accounts.append(
        Tariff.Account(id: "a", zone: zone, plans: [(tariff.plans[0].name, nil, nil)]))
    }
    for index in tariff.sources.indices where tariff.sources[index].defaultAccount == nil {
      tariff.sources[index].defaultAccount = "a"
    }
    for index in tariff.sources.indices where tariff.sources[index].defaultAccount == "none" {
      tariff.sources[index].defaultAccount = nil
    }
  }

  private mutating func read(_ word: String, _ words: SheetWords) throws {
    if word == "." { return try readRow(words) }
    columns = []
    switch word {
    case "zone": zone = try Zone.load(named: words.at(0))
    case "source": try readSource(words)
    case "account": try readAccount(words)
    case "service": try readService(words)
    case "deck":
      try readDeck(words)
      columns = words.plain
    case "supplier": try readSupplier(words)
    case "times": try readTimes(words)
    case "state": for (digits, state) in words.pairs { tariff.states[digits] = state }
    case "plan": try readPlan(words)
    case "free": try readFree(words)
    case "price": try readPrice(words)
    case "event": try readEvent(words)
    case "charge":
      expectations[try words.at(0)] = .charge(
        amount: try words.at(1), billed: try SheetText.number(words.at(2)), cells: words.pairs)
    case "part": try readPart(words)
    case "band": try readBand(words)
    case "holiday": try readHoliday(words)
    case "change": try readChange(words)
    case "override": try readOverride(words)
    case "suspense": expectations[try words.at(0)] = .suspense(try words.at(1))
    case "filtered": expectations[try words.at(0)] = .filtered(try words.at(1))
    default: throw Fault(description: "no line begins with '\(word)'")
    }
  }
}

// MARK: the lines of a tariff

extension PriceSheet {
  private mutating func readSource(_ words: SheetWords) throws {
    let name = try words.at(0)
    var source = tariff.sources.first { $0.name == name } ?? Tariff.Source(name: name, pattern: name + "*")
    source.defaultAccount = words["default"] ?? source.defaultAccount
    source.namespace = words["namespace"]
    if let code = words["country"] { source.dialling.countryCode = code }
    if let list = words["international"] { source.dialling.internationalPrefixes = SheetText.list(list) }
    if let prefix = words["national"] { source.dialling.nationalPrefix = prefix }
    if let list = words["short"] { source.dialling.shortCodes = SheetText.list(list) }
    source.dialling.isBareNational = words["bare"] == "national"
    if let name = words["zone"] { source.zone = try Zone.load(named: name) }
    source.overlap = words["overlap"] ?? source.overlap
    source.gap = words["gap"] ?? source.gap
    tariff.sources.removeAll { $0.name == name }
    tariff.sources.append(source)
  }

  private mutating func readAccount(_ words: SheetWords) throws {
    let id = try words.at(0)
    let plan = (words["plan"] ?? "plan", try SheetText.day(words["from"]), try SheetText.day(words["until"]))
    if let index = tariff.accounts.firstIndex(where: { $0.id == id }) {
      tariff.accounts[index].plans.append(plan)
    } else {
      tariff.accounts.append(
        Tariff.Account(
          id: id, zone: try words["zone"].map { try Zone.load(named: $0) } ?? zone,
          cycleDay: words["cycle"].flatMap { Int($0) } ?? 1, plans: words["plan"] == "none" ? [] : [plan]))
    }
  }

  private mutating func readService(_ words: SheetWords) throws {
    let key = try words.at(1)
    let ends = words.plain[0] == "range" ? key.split(separator: "-").map(String.init) : [key]
    tariff.services.append(
      Tariff.Service(
        kind: try words.at(0), key: ends[0], lastKey: ends.count > 1 ? ends[1] : "",
        account: words["account"] ?? "a", name: words["name"] ?? key, site: words["site"] ?? "",
        costCentre: words["cost_centre"] ?? "", from: try SheetText.day(words["from"]),
        until: try SheetText.day(words["until"]), source: words["source"]))
  }

  /// `deck name=us jurisdiction=us lrn=yes zone=…` and the columns of the rows below.
  private mutating func readDeck(_ words: SheetWords) throws {
    var deck = Tariff.Deck(name: words["name"] ?? "deck", currency: words["currency"] ?? "EUR")
    if words["jurisdiction"] == "us" {
      deck.jurisdiction = Tariff.ByJurisdiction(usesRoutingNumber: words["lrn"] == "yes")
    }
    if let name = words["zone"] { deck.zone = try Zone.load(named: name) }
    tariff.decks.append(deck)
  }

  /// `times peak from=08:00 until=18:00`: a band of the deck above, where a supplier charges by it.
  private mutating func readTimes(_ words: SheetWords) throws {
    guard !tariff.decks.isEmpty else { throw Fault(description: "times stand under a deck") }
    tariff.decks[tariff.decks.count - 1].bandTimes.append(try Self.band(words))
  }

  /// `supplier carrier deck=wholesale trunks=sip-*,t1 kinds=voice directions=outbound from=… until=…`.
  private mutating func readSupplier(_ words: SheetWords) throws {
    tariff.suppliers.append(
      Tariff.Supplier(
        name: try words.at(0), deck: words["deck"] ?? "wholesale",
        trunks: SheetText.list(words["trunks"] ?? "*"),
        kinds: try SheetText.list(words["kinds"] ?? "").map(SheetText.kind),
        directions: try SheetText.list(words["directions"] ?? "").map(SheetText.direction),
        from: try SheetText.day(words["from"]), until: try SheetText.day(words["until"])))
  }

  /// A row of a deck, by the columns of its head line.
  private mutating func readRow(_ words: SheetWords) throws {
    var cells: [String: String] = words.pairs
    for (name, cell) in zip(columns, words.plain) where cell != "-" { cells[String(name)] = String(cell) }
    guard let prefix = cells["prefix"], !tariff.decks.isEmpty else {
      throw Fault(description: "a row stands under a line 'deck prefix …'")
    }
    let kind = try SheetText.kind(cells["kind"] ?? "voice")
    var row = Tariff.Row(
      prefix: prefix, kind: kind, destination: cells["destination"] ?? "to-\(prefix)",
      group: cells["group"] ?? "group-\(prefix)", price: Tariff.Price(pico: 0, quantity: 60_000))
    if kind != .voice { row.increment = .single }
    if let text = cells["per-minute"] { row.price.pico = try SheetText.pico(text) }
    if let text = cells["price"] {
      row.price = Tariff.Price(
        pico: try SheetText.pico(text), quantity: try SheetText.quantity(cells["per"] ?? "1", kind))
    }
    if let text = cells["increment"] { row.increment = try SheetText.increment(text, kind) }
    if let text = cells["minimum"] { row.minimumSeconds = try SheetText.int(text) }
    if let text = cells["connect"] { row.feePico = try SheetText.pico(text) }
    for (name, text) in cells where name.hasPrefix("in-") {
      // `in-peak=0.05`, `in-peak=0.05;connect:0.10;increment:60/60`: the price for the row's quantity, fee, increment.
      let parts = text.split(separator: ";").map(String.init)
      var price = Tariff.RowBandPrice(pico: try SheetText.pico(parts[0]))
      for part in parts.dropFirst() {
        let pair = part.split(separator: ":", maxSplits: 1).map(String.init)
        if pair[0] == "connect" { price.feePico = try SheetText.pico(pair[1]) }
        if pair[0] == "increment" { price.increment = try SheetText.increment(pair[1], kind) }
      }
      row.bandPrices[String(name.dropFirst(3))] = price
    }
    if cells["inter"] ?? cells["intra"] != nil {
      row.jurisdictionPrices = Tariff.JurisdictionPrices(
        inter: try cells["inter"].map(SheetText.pico), intra: try cells["intra"].map(SheetText.pico),
        indeterminate: try cells["unknown"].map(SheetText.pico))
    }
    row.isBlocked = cells["status"] == "blocked"
    row.from = try SheetText.instant(cells["from"])
    row.until = try SheetText.instant(cells["until"])
    tariff.decks[tariff.decks.count - 1].rows.append(row)
  }

  private mutating func readPlan(_ words: SheetWords) throws {
    var plan = Self.plan(words["name"] ?? "plan")
    plan.currency = words["currency"] ?? plan.currency
    if let text = words["rounding"] {
      let parts = text.split(separator: "/").map(String.init)
      guard parts.count == 2, let mode = RoundingMode(rawValue: parts[1]) else {
        throw Fault(description: "rounding is SCALE/MODE")
      }
      (plan.scale, plan.mode) = (try SheetText.int(parts[0]), mode)
    }
    plan.keepsMilliseconds = words["duration"] == "exact"
    plan.feeRule = words["fee"] ?? plan.feeRule
    plan.crossing = words["crossing"] ?? plan.crossing
    plan.chargesAnsweredZero = words["answered_zero"] == "first-increment"
    for pair in SheetText.list(words["look_up"] ?? "") {
      let parts = pair.split(separator: ":").map(String.init)
      plan.lookUp[try SheetText.kind(parts[0])] = parts[1]
    }
    tariff.plans.append(plan)
  }

  /// A plan on which unanswered calls are not billed.
  private static func plan(_ name: String) -> Tariff.Plan {
    Tariff.Plan(name: name, notBilled: [Tariff.NotBilled(reason: "unanswered", isAnswered: false)])
  }

  private mutating func readFree(_ words: SheetWords) throws {
    if tariff.plans.isEmpty { try readPlan(SheetWords([])) }
    let last = tariff.plans.count - 1
    let reason = try words.at(0)
    if reason == "nothing" { return tariff.plans[last].notBilled = [] }
    tariff.plans[last].notBilled.append(
      Tariff.NotBilled(
        reason: reason, kinds: try SheetText.list(words["kinds"] ?? "").map(SheetText.kind),
        directions: try SheetText.list(words["directions"] ?? "").map(SheetText.direction),
        isAnswered: words["answered"].map { $0 == "yes" }, prefixes: SheetText.list(words["to"] ?? ""),
        codes: SheetText.list(words["codes"] ?? ""), onNet: words["on_net"],
        dispositions: SheetText.list(words["dispositions"] ?? "")))
  }

  private mutating func readPrice(_ words: SheetWords) throws {
    if tariff.plans.isEmpty { try readPlan(SheetWords([])) }
    let kinds = try SheetText.list(words["kinds"] ?? "").map(SheetText.kind)
    var charge = Tariff.Charge(
      name: try words.at(0), kinds: kinds,
      directions: try SheetText.list(words["directions"] ?? "").map(SheetText.direction),
      groups: words["groups"].map { SheetText.list($0) })
    let kind = kinds.first ?? .voice
    if words["price"] == "recorded" {
      charge.recorded = try SheetText.recorded(words)
    } else if let text = words["price"], text != "deck" {
      charge.price = Tariff.Price(
        pico: try SheetText.pico(text),
        quantity: try SheetText.quantity(words["per"] ?? (kind == .voice ? "60" : "1"), kind))
    }
    charge.increment = try words["increment"].map { try SheetText.increment($0, kind) }
    charge.minimumSeconds = try words["minimum"].map(SheetText.int)
    charge.feePico = try words["connect"].map(SheetText.pico)
    charge.freeQuantity = try words["free"].map { try SheetText.quantity($0, kind) } ?? 0
    charge.from = try SheetText.day(words["from"])
    charge.until = try SheetText.day(words["until"])
    for (name, text) in words.pairs where name.hasPrefix("in-") {
      charge.bands[String(name.dropFirst(3))] = try SheetText.chargeBand(text, kind)
    }
    charge.least = try words["least"].map { Amount(pico: Int128(try SheetText.pico($0))) }
    charge.most = try words["most"].map { Amount(pico: Int128(try SheetText.pico($0))) }
    tariff.plans[tariff.plans.count - 1].charges.append(charge)
  }

  /// `band peak days=1,2,3 from=08:00 until=18:00 holidays=de dates=2025-07-01..2025-09-01`.
  private mutating func readBand(_ words: SheetWords) throws {
    if tariff.plans.isEmpty { try readPlan(SheetWords([])) }
    tariff.plans[tariff.plans.count - 1].bands.append(try Self.band(words))
  }

  private static func band(_ words: SheetWords) throws -> Tariff.Band {
    let days = words["dates"].map { $0.split(separator: ".").map(String.init) }
    return Tariff.Band(
      name: try words.at(0), holidays: words["holidays"],
      weekdays: Set(try SheetText.list(words["days"] ?? "").map(SheetText.int)),
      fromSecond: try words["from"].map(SheetText.secondOfDay) ?? 0,
      untilSecond: try words["until"].map(SheetText.secondOfDay) ?? 86_400,
      from: try SheetText.day(days?.first), until: try SheetText.day(days?.last))
  }

  /// `holiday de 2025-12-25`, or `12-25` for every year.
  private mutating func readHoliday(_ words: SheetWords) throws {
    let text = try words.at(1)
    let everyYear = text.split(separator: "-").compactMap { Int32($0) }
    let day: Tariff.Holiday? =
      text.utf8.count == 5
      ? .everyYear(month: everyYear[0], day: everyYear[1]) : try SheetText.day(text).map { .once($0) }
    if let day { tariff.holidays[try words.at(0), default: []].append(day) }
  }

  private mutating func readChange(_ words: SheetWords) throws {
    if tariff.plans.isEmpty { try readPlan(SheetWords([])) }
    let kinds = try SheetText.list(words["kinds"] ?? "").map(SheetText.kind)
    tariff.plans[tariff.plans.count - 1].changes.append(
      Tariff.Change(
        kinds: kinds, directions: try SheetText.list(words["directions"] ?? "").map(SheetText.direction),
        groups: words["groups"].map { SheetText.list($0) }, prefixes: SheetText.list(words["prefixes"] ?? ""),
        charges: SheetText.list(words["charges"] ?? ""), from: try SheetText.day(words["from"]),
        until: try SheetText.day(words["until"]), price: try SheetText.newPrice(words, kinds.first ?? .voice),
        changesFees: words["fee"] == "yes"))
  }

  private mutating func readOverride(_ words: SheetWords) throws {
    let kind = try words["kind"].map(SheetText.kind)
    tariff.overrides.append(
      Tariff.Override(
        account: words["account"] ?? "a", charge: words["charge"] ?? "", group: words["group"] ?? "",
        prefix: words["prefix"] ?? "", kind: kind, from: try SheetText.day(words["from"]),
        until: try SheetText.day(words["until"]), price: try SheetText.newPrice(words, kind ?? .voice)))
  }

  /// `part E1 0.02 60s band=peak`: one of the rows of an event, each with its own amount and quantity.
  private mutating func readPart(_ words: SheetWords) throws {
    let id = try words.at(0)
    let part = Part(
      amount: try words.at(1), billed: try SheetText.number(words.at(2)), cells: words.pairs)
    guard case .parts(let before) = expectations[id] else { return expectations[id] = .parts([part]) }
    expectations[id] = .parts(before + [part])
  }

  /// `event E1 voice 447700900123 61s`, then cells of the neutral CSV as `name=text`; `_` is a blank and `-` nothing.
  private mutating func readEvent(_ words: SheetWords) throws {
    let kind = try words.at(1)
    let number = try words.at(2)
    let quantity = try words.at(3)
    var cells = [
      "id": try words.at(0), "kind": kind, "to": SheetText.cell(number),
      "billable": quantity == "-" ? "" : SheetText.number(quantity), "start": "2025-03-03T10:00:00Z",
      "from": "+4930900100",
    ]
    if kind == "voice", quantity == "-" { cells["disposition"] = "ANSWERED" }
    for (name, text) in words.pairs where name != "source" {
      cells[name] = SheetText.cell(text)
    }
    events.append(Event(id: cells["id"] ?? "", cells: cells, source: words["source"] ?? "switch"))
  }
}
