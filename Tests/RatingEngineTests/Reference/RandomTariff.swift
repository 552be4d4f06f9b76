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
  static let meters = ["backup", "seat", "red"]
  static let dispositions = ["ANSWERED", "BUSY", "NO ANSWER"]
  private static let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "+05:30"]
    .compactMap {
      try? Zone.load(named: $0)
    }

  init(_ random: SeededGenerator) { self.random = random }

  mutating func draw() -> Tariff {
    tariff = Tariff()
    for index in 0..<int(1...2) { tariff.decks.append(deck("deck\(index)")) }
    for index in 0..<int(1...3) { tariff.plans.append(plan("plan\(index)")) }
    for index in 0..<int(1...3) {
      tariff.accounts.append(account("acme\(index == 1 ? ", Ltd." : "\(index)")"))
    }
    for index in 0..<int(1...3) { tariff.sources.append(source("source\(index)")) }
    if tariff.sources.count > 1, chance(30) { shareNamespace() }
    services()
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
    }
    return deck
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
    for index in 0..<int(0...3) { plan.charges.append(charge("charge\(index)", isNarrow: true)) }
    plan.charges.append(charge("rest", isNarrow: false))
    return plan
  }

  private mutating func notBilled(_ reason: String) -> Tariff.NotBilled {
    var rule = Tariff.NotBilled(reason: reason)
    // At least one condition: a rule without any is refused at load.
    switch int(0...5) {
    case 0: rule.kinds = [one(Tariff.Kind.allCases)]
    case 1: rule.directions = [one(Tariff.Direction.allCases)]
    case 2: rule.prefixes = [one(prefixes), one(prefixes)]
    case 3: rule.onNet = one(["account", "any"])
    case 4: rule.dispositions = [one(Self.dispositions)]
    default: rule.isAnswered = false
    }
    if chance(50) { rule.directions = some(Tariff.Direction.allCases, percent: 50) }
    if chance(30) { rule.kinds = some(Tariff.Kind.allCases, percent: 50) }
    if chance(20) { rule.isAnswered = chance(50) }
    return rule
  }

  private mutating func charge(_ name: String, isNarrow: Bool) -> Tariff.Charge {
    var charge = Tariff.Charge(name: name)
    if chance(isNarrow ? 40 : 10) {
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
    if chance(20) { charge.feePico = Int64(int(0...300)) * 1_000_000_000 }
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
