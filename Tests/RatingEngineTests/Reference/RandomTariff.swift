// Random tariffs: small alphabets, so that prefixes nest, dates meet and rules compete.

import BillingCalendar
import Money
import TestSupport

/// Draws tariffs that a catalog folder would accept.
struct RandomTariff {
  var random: SeededGenerator
  private var tariff = Tariff()
  /// Prefixes of all decks, for numbers that meet them.
  private(set) var prefixes: [String] = []
  /// Numbers of services, and some beside them.
  let ownNumbers = ["4930100", "4930101", "4930150", "4930199", "4930200", "4930999", "49301000"]

  static let days = [
    "2025-01-01", "2025-01-15", "2025-01-31", "2025-02-01", "2025-02-28", "2025-03-01", "2025-03-30",
    "2025-04-01",
  ].compactMap { CivilDate.parse($0) }
  static let groups = ["red", "blue", "a,b", "q\"x", "grün"]
  static let bands = ["peak", "off", "a,b"]
  static let meters = ["backup", "seat", "red"]
  static let dispositions = ["ANSWERED", "BUSY", "NO ANSWER"]
  private static let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "+05:30"]
    .compactMap {
      try? Zone.load(named: $0)
    }

  init(_ random: SeededGenerator) { self.random = random }

  mutating func draw() -> Tariff {
    tariff = Tariff()
    tariff.holidays = ["de": Self.days.prefix(3).map { .once($0) }, "xx": [.everyYear(month: 3, day: 30)]]
    for index in 0..<int(1...2) { tariff.decks.append(deck("deck\(index)")) }
    if chance(30) { byJurisdiction() }
    for index in 0..<int(1...3) { tariff.plans.append(plan("plan\(index)")) }
    for index in 0..<int(1...3) {
      tariff.accounts.append(account("acme\(index == 1 ? ", Ltd." : "\(index)")"))
    }
    for index in 0..<int(1...3) { tariff.sources.append(source("source\(index)")) }
    if tariff.sources.count > 1, chance(30) { shareNamespace() }
    services()
    if chance(30) { overrides() }
    if chance(40) { suppliers() }
    return tariff
  }

  // MARK: drawing

  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }
  mutating func one<T>(_ list: [T]) -> T { list[int(0...(list.count - 1))] }
  mutating func some<T>(_ list: [T], percent: Int) -> [T] { list.filter { _ in chance(percent) } }

  /// A stretch of days; open ends are likely.
  private mutating func stretch() -> (from: CivilDate?, until: CivilDate?) {
    let from = chance(50) ? one(Self.days) : nil
    let until = chance(40) ? one(Self.days) : nil
    if let from, let until, until <= from { return (from, nil) }
    return (from, until)
  }

  // MARK: decks

  private mutating func deck(_ name: String) -> Tariff.Deck {
    var deck = Tariff.Deck(name: name)
    for _ in 0..<int(1...14) {
      let prefix = prefix()
      let kind = chance(75) ? Tariff.Kind.voice : one(Tariff.Kind.allCases)
      let from = chance(50) ? instant() : nil
      if deck.rows.contains(where: { $0.prefix == prefix && $0.kind == kind && $0.from == from }) { continue }
      prefixes.append(prefix)
      let until = chance(25) ? instant() : nil
      deck.rows.append(
        Tariff.Row(
          prefix: prefix, kind: kind, isBlocked: chance(8), destination: "to \(prefix)",
          group: one(Self.groups),
          increment: increment(kind), minimumSeconds: kind == .voice && chance(25) ? int(1...100) : 0,
          from: from, until: until.flatMap { $0 > from ?? .min ? $0 : nil }, price: price(kind),
          feePico: chance(30) ? Int64(int(0...500)) * 1_000_000_000 : 0))
      if chance(30) { deck.rows[deck.rows.count - 1].bandPrices = rowBands(kind) }
    }
    return deck
  }

  private mutating func rowBands(_ kind: Tariff.Kind) -> [String: Tariff.RowBandPrice] {
    var prices: [String: Tariff.RowBandPrice] = [:]
    for band in some(Self.bands, percent: 50) {
      prices[band] = Tariff.RowBandPrice(
        pico: price(kind).pico, feePico: chance(20) ? Int64(int(0...500)) * 1_000_000_000 : nil,
        increment: chance(20) ? increment(kind) : nil)
    }
    return prices
  }

  private mutating func prefix() -> String {
    var text = !prefixes.isEmpty && chance(70) ? one(prefixes) : one(["1", "44", "49", "4930", "7"])
    for _ in 0..<int(0...3) where text.count < 15 { text += one(["0", "1", "2"]) }
    return text
  }

  /// A midnight or a second beside it.
  private mutating func instant() -> Int64 {
    Int64(one(Self.days).dayNumber) * 86_400 + Int64(one([0, 0, -1, 1, 43_200]))
  }

  private mutating func price(_ kind: Tariff.Kind) -> Tariff.Price {
    let pico = Int64(one([0, 1, 7, 100, 2500, 123_457])) * one([1_000_000, 1_000_000, 10_000_000_000, 137])
    switch kind {
    case .voice: return Tariff.Price(pico: pico, quantity: one([60_000, 60_000, 1000, 7000, 100]))
    case .message: return Tariff.Price(pico: pico, quantity: one([1, 1, 3]))
    case .data: return Tariff.Price(pico: pico, quantity: one([1, 1000, 1_048_576]))
    case .event: return Tariff.Price(pico: pico, quantity: one([1_000_000, 3_000_000]))
    }
  }

  private mutating func increment(_ kind: Tariff.Kind) -> Tariff.Increment {
    if kind != .voice {
      let size: Int64 =
        kind == .data ? one([1000, 4096]) : kind == .event ? one([1_000_000, 500_000]) : one([1, 5])
      return Tariff.Increment(steps: [Tariff.Increment.Step(from: 0, size: size)])
    }
    if chance(70) {
      return one([.seconds(1, 1), .seconds(60, 60), .seconds(30, 6), .seconds(60, 1), .seconds(6, 60)])
    }
    var steps = [Tariff.Increment.Step(from: 0, size: Int64(int(1...90)) * 500)]
    for _ in 0..<int(0...2) {
      steps.append(
        Tariff.Increment.Step(
          from: (steps.last?.from ?? 0) + Int64(int(1...60)) * 1000, size: Int64(int(1...90)) * 500,
          price: chance(50) ? price(.voice) : nil))
    }
    return Tariff.Increment(steps: steps)
  }

  // MARK: jurisdictions and suppliers

  /// Digits that North American numbers begin with, without the 1.
  static let areas = ["212", "212555", "2125551", "213", "6472", "800", "833"]

  /// Makes the decks drawn so far price by jurisdiction, and gives them North American rows.
  private mutating func byJurisdiction() {
    for digits in some(["212", "212555", "2125550", "2125551", "213", "213555", "647"], percent: 60) {
      tariff.states[digits] = one(["NY", "CA", "ON"])
    }
    for index in tariff.decks.indices where chance(80) {
      tariff.decks[index].jurisdiction = Tariff.ByJurisdiction(usesRoutingNumber: chance(60))
      let own = ["1"] + Self.areas.map { "1" + $0 } + ["411", "611", "1212555121"]
      for prefix in some(own, percent: 50) {
        if tariff.decks[index].rows.contains(where: { $0.prefix == prefix && $0.kind == .voice }) { continue }
        prefixes.append(prefix)
        tariff.decks[index].rows.append(
          Tariff.Row(
            prefix: prefix, destination: "to \(prefix)", group: one(Self.groups), price: price(.voice)))
      }
      for row in tariff.decks[index].rows.indices where chance(60) {
        let kind = tariff.decks[index].rows[row].kind
        tariff.decks[index].rows[row].bandPrices = [:]
        tariff.decks[index].rows[row].jurisdictionPrices = Tariff.JurisdictionPrices(
          inter: chance(90) ? price(kind).pico : nil, intra: chance(90) ? price(kind).pico : nil,
          indeterminate: chance(50) ? price(kind).pico : nil)
      }
    }
  }

  private mutating func suppliers() {
    for index in 0..<int(1...2) {
      var deck = chance(70) ? deck("wholesale\(index)") : tariff.decks[0]
      deck.name = "wholesale\(index)"
      deck.currency = one(["EUR", "EUR", "USD"])
      deck.zone = one(Self.zones)
      if deck.jurisdiction == nil, chance(60) {
        var plan = Tariff.Plan(name: "times")
        bands(&plan)
        deck.bandTimes = plan.bands
      }
      tariff.decks.append(deck)
    }
    for _ in 0..<int(1...4) {
      var supplier = Tariff.Supplier(
        name: one(["carrier", "other, Inc."]),
        deck: one(["wholesale0", tariff.decks[tariff.decks.count - 1].name]),
        trunks: some(["*", "t1", "trunk-*so", "t*1", "x*"], percent: 40))
      if supplier.trunks.isEmpty { supplier.trunks = ["*"] }
      if chance(30) { supplier.kinds = some(Tariff.Kind.allCases, percent: 60) }
      if chance(30) { supplier.directions = some(Tariff.Direction.allCases, percent: 60) }
      if chance(30) { (supplier.from, supplier.until) = stretch() }
      tariff.suppliers.append(supplier)
    }
  }

  // MARK: plans

  private mutating func plan(_ name: String) -> Tariff.Plan {
    var plan = Tariff.Plan(name: name, currency: chance(80) ? "EUR" : "USD")
    if chance(50) { (plan.scale, plan.mode) = (one([0, 2, 4, 6, 12]), one(RoundingMode.allCases)) }
    plan.keepsMilliseconds = chance(20)
    plan.feeRule = one(["chargeable", "answered", "always"])
    plan.chargesAnsweredZero = chance(20)
    for kind in Tariff.Kind.allCases where chance(kind == .voice ? 90 : 40) {
      plan.lookUp[kind] = one(tariff.decks.map(\.name))
    }
    for index in 0..<int(0...3) { plan.notBilled.append(notBilled("free-\(index)")) }
    if chance(60) { plan.notBilled.append(Tariff.NotBilled(reason: "unanswered", isAnswered: false)) }
    if chance(50) { bands(&plan) }
    let names = plan.bands.map(\.name)
    for index in 0..<int(0...3) { plan.charges.append(charge("charge\(index)", isNarrow: true, names)) }
    plan.charges.append(charge("rest", isNarrow: false, names))
    if chance(30) { for _ in 0..<int(1...3) { plan.changes.append(change(plan)) } }
    return plan
  }

  private mutating func bands(_ plan: inout Tariff.Plan) {
    plan.crossing = one(["split-carry", "split-carry", "split-each", "start"])
    for _ in 0..<int(1...5) {
      var band = Tariff.Band(name: one(Self.bands))
      if chance(15) { band.holidays = one(["de", "xx"]) }
      if chance(25) { band.weekdays = Set(some(Array(1...7), percent: 50)) }
      if chance(70) {
        band.fromSecond = one([0, 3600, 7200, 9000, 28_800, 64_800])
        band.untilSecond = one([86_400, band.fromSecond + 1, band.fromSecond + 600, band.fromSecond + 3600])
      }
      if chance(20) { (band.from, band.until) = stretch() }
      plan.bands.append(band)
    }
    // Many short bands, so that calls cross them.
    guard chance(60) else { return }
    for half in some(Array(0..<48), percent: 70) {
      var band = Tariff.Band(name: one(Self.bands))
      band.fromSecond = half * 1800 + one([0, 0, 1, 17])
      band.untilSecond = min(86_400, band.fromSecond + one([60, 900, 1800]))
      plan.bands.insert(band, at: 0)
    }
  }

  private mutating func newPrice(_ kind: Tariff.Kind?) -> Tariff.NewPrice {
    if chance(60) {
      return .ratio(Tariff.Ratio(numerator: one([0, 1, 9, 11, 2000, 3]), denominator: one([1, 10, 3, 7])))
    }
    let price = price(kind ?? .voice)
    return .price(pico: price.pico, quantity: kind != nil && chance(50) ? price.quantity : nil)
  }

  private mutating func change(_ plan: Tariff.Plan) -> Tariff.Change {
    let kinds = chance(40) ? [one(Tariff.Kind.allCases)] : []
    var change = Tariff.Change(kinds: kinds, price: newPrice(kinds.first))
    if chance(30) { change.directions = some(Tariff.Direction.allCases, percent: 60) }
    if chance(30) { change.groups = some(Self.groups + Self.meters, percent: 40) }
    if chance(30) { change.prefixes = [one(prefixes), one(prefixes)] }
    if chance(30) { change.charges = some(plan.charges.map(\.name), percent: 60) }
    if chance(30) { (change.from, change.until) = stretch() }
    change.changesFees = chance(30)
    return change
  }

  private mutating func overrides() {
    for _ in 0..<int(1...4) {
      let kind = chance(40) ? one(Tariff.Kind.allCases) : nil
      var row = Tariff.Override(
        account: one(tariff.accounts.map(\.id)), kind: kind, price: newPrice(kind))
      if chance(40) { row.charge = one(["rest", "charge0"]) }
      if chance(40) { row.group = one(Self.groups + Self.meters) }
      if chance(50) { row.prefix = one(prefixes) }
      if chance(30) { (row.from, row.until) = stretch() }
      // Two rows alike are a load error.
      let isThere = tariff.overrides.contains {
        $0.account == row.account && $0.charge == row.charge && $0.group == row.group
          && $0.prefix == row.prefix
      }
      if !isThere { tariff.overrides.append(row) }
    }
  }

  private mutating func chargeBands(_ names: [String], _ kind: Tariff.Kind?) -> [String: Tariff.ChargeBand] {
    var bands: [String: Tariff.ChargeBand] = [:]
    for name in some(names, percent: 40) {
      var band = Tariff.ChargeBand()
      if let kind, chance(50) {
        let price = price(kind)
        band.price = .price(pico: price.pico, quantity: price.quantity)
      } else {
        band.price = .ratio(Tariff.Ratio(numerator: one([0, 3, 11]), denominator: one([1, 10, 7])))
      }
      if chance(30) { band.feePico = Int64(int(0...300)) * 1_000_000_000 }
      if let kind, chance(30) { band.increment = increment(kind) }
      bands[name] = band
    }
    return bands
  }

  private mutating func recorded() -> Tariff.Recorded {
    if chance(50) {
      return .scaled(Tariff.Ratio(numerator: one([1, 11, 5]), denominator: one([1, 10, 4])))
    }
    return .percentage(
      share: Tariff.Ratio(numerator: 3, denominator: one([100, 200])),
      fixed: Amount(pico: Int128(int(0...2)) * 100_000_000_000),
      minimum: chance(30) ? Amount(pico: 200_000_000_000) : nil,
      maximum: chance(30) ? Amount(pico: 900_000_000_000) : nil)
  }

  private mutating func notBilled(_ reason: String) -> Tariff.NotBilled {
    var rule = Tariff.NotBilled(reason: reason)
    // At least one condition: a rule without any is refused at load.
    switch int(0...5) {
    case 0: rule.kinds = [one(Tariff.Kind.allCases)]
    case 1: rule.directions = [one(Tariff.Direction.allCases)]
    case 2: rule.prefixes = [one(prefixes), one(prefixes)]
    case 3: rule.onNet = one(["account", "any"])
    case 4:
      if chance(50) {
        rule.codes = [one(prefixes), "110"]
      } else {
        rule.dispositions = [one(Self.dispositions)]
      }
    default: rule.isAnswered = false
    }
    if chance(50) { rule.directions = some(Tariff.Direction.allCases, percent: 50) }
    if chance(30) { rule.kinds = some(Tariff.Kind.allCases, percent: 50) }
    if chance(20) { rule.isAnswered = chance(50) }
    return rule
  }

  private mutating func charge(_ name: String, isNarrow: Bool, _ bands: [String]) -> Tariff.Charge {
    var charge = Tariff.Charge(name: name)
    if isNarrow, chance(15) {
      charge.recorded = recorded()
      charge.kinds = some(Tariff.Kind.allCases, percent: 50)
    } else if chance(isNarrow ? 40 : 10) {
      // A price of its own needs one kind.
      let kind = one(Tariff.Kind.allCases)
      charge.kinds = [kind]
      charge.price = price(kind)
      if chance(50) { charge.increment = increment(kind) }
      if kind == .voice, chance(30) { charge.minimumSeconds = int(0...90) }
    } else if isNarrow {
      charge.kinds = some(Tariff.Kind.allCases, percent: 50)
      if chance(20), charge.kinds.allSatisfy({ $0 == .voice }), !charge.kinds.isEmpty {
        charge.increment = increment(.voice)
        charge.minimumSeconds = int(0...90)
      }
    }
    if isNarrow {
      if chance(40) { charge.directions = some(Tariff.Direction.allCases, percent: 60) }
      if chance(40) { charge.groups = some(Self.groups + Self.meters, percent: 40) }
    }
    if isNarrow, chance(20) { (charge.from, charge.until) = stretch() }
    if charge.recorded == nil {
      let kind = charge.kinds.count == 1 ? charge.kinds[0] : nil
      if kind != nil, chance(25) {
        charge.freeQuantity = one([1, 3, 500, 1000, 30_000, 60_000])
      }
      if chance(50) { charge.bands = chargeBands(bands, kind) }
    }
    if charge.recorded == nil, chance(20) { charge.feePico = Int64(int(0...300)) * 1_000_000_000 }
    if chance(20) { charge.least = Amount(pico: Int128(int(0...300)) * 1_000_000_000) }
    if chance(20) { charge.most = Amount(pico: Int128(int(1...3000)) * 1_000_000_000) }
    return charge
  }

  // MARK: accounts, sources, services

  private mutating func account(_ id: String) -> Tariff.Account {
    var account = Tariff.Account(id: id, zone: one(Self.zones), cycleDay: one([1, 1, 15, 31]), plans: [])
    let names = tariff.plans.map(\.name)
    switch int(0...9) {
    case 0: break
    case 1...3:
      // A change of plan, with or without a gap.
      let day = one(Self.days)
      account.plans = [(one(names), nil, day), (one(names), chance(70) ? day : day.advanced(by: 3), nil)]
    default:
      let stretch = chance(20) ? stretch() : (nil, nil)
      account.plans = [(one(names), stretch.0, stretch.1)]
    }
    return account
  }

  private mutating func source(_ name: String) -> Tariff.Source {
    var source = Tariff.Source(name: name, pattern: "\(name)*")
    source.format = chance(80) ? "ratemill-csv" : ReferenceRater.rowKeyedFormat
    source.zone = one(Self.zones)
    source.overlap = one(["first", "first", "second", "suspend"])
    source.gap = one(["forward", "forward", "suspend"])
    if chance(60) {
      source.dialling = Tariff.Dialling(
        countryCode: "49", internationalPrefixes: one([["00"], ["00", "0011"], ["011", "00"]]),
        nationalPrefix: one(["0", "0", ""]), isBareNational: chance(30), shortCodes: ["110", "112"])
    }
    source.defaultAccount = chance(60) ? one(tariff.accounts.map(\.id)) : nil
    return source
  }

  /// Sources that share a namespace share zone, country and default account; and format here, so that keys can meet.
  private mutating func shareNamespace() {
    let first = tariff.sources[0]
    var second = first
    second.name = tariff.sources[1].name
    second.pattern = tariff.sources[1].pattern
    second.namespace = first.name
    tariff.sources[1] = second
  }

  private mutating func services() {
    let accounts = tariff.accounts.map(\.id)
    func service(_ kind: String, _ key: String, _ lastKey: String = "") -> Tariff.Service {
      Tariff.Service(kind: kind, key: key, lastKey: lastKey, account: "", name: "")
    }
    var wanted = ownNumbers.prefix(5).map { service("number", $0) }
    wanted += [
      service("range", "4930100", "4930999"), service("range", "4930100", "4930199"),
      service("range", "4930150", "4930150"), service("range", "49301000", "49301999"),
    ]
    wanted += ["t1", "trunk-with-a-name-of-40-bytes-or-so"].map { service("trunk", $0) }
    wanted += [service("account_code", "77"), service("extension", "101"), service("tenant", "blue")]
    for var service in some(wanted, percent: 60) {
      service.name = chance(70) ? "s-\(service.key)" : "phones"
      service.costCentre = one(["", "sales"])
      service.site = one(["", "north"])
      service.source = chance(25) ? one(tariff.sources.map(\.name)) : nil
      if chance(40) {
        // Two rows one after the other, perhaps of different accounts.
        let day = one(Self.days)
        var (before, after) = (service, service)
        (before.until, before.account) = (day, one(accounts))
        (after.from, after.account) = (chance(70) ? day : day.advanced(by: 2), one(accounts))
        // The dates are midnights of each account's zone: days apart do not overlap.
        if before.account != after.account { after.from = day.advanced(by: 2) }
        tariff.services += [before, after]
      } else {
        service.account = one(accounts)
        tariff.services.append(service)
      }
      if service.source != nil, chance(50) {
        service.source = nil
        (service.from, service.until) = (nil, nil)
        service.account = one(accounts)
        tariff.services.append(service)
      }
    }
  }
}
