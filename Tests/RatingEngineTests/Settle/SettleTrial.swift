// The lines of a settling sheet as events and rules, and their results as lines again.

import BillingCalendar
import Catalog
import Money
import Tables

@testable import RatingEngine

/// What a sheet prepares.
struct SettleTrial {
  let catalog: Catalog
  var period = UsagePeriod.containing(CivilDate(year: 2026, month: 1, day: 1)!, cycleDay: 1)
  var isFirstPeriod = false
  var rolled: [RolledLot] = []
  var frozen: FrozenLots.Period?
  var classes: [UsageClass] = []
  var events: [PackedEvent] = []
  var names: [String] = []
  var recorded: [Amount] = []
  /// Account names, so that a pool without events can be settled: the first account says whose period it is.
  private var owner = 0

  init(_ catalog: Catalog) { self.catalog = catalog }

  mutating func prepare(_ words: [String]) throws {
    switch words[0] {
    case "period":
      guard let day = CivilDate.parse(words[1]) else { throw SheetFault("no day: \(words[1])") }
      period = UsagePeriod.containing(day, cycleDay: Int32(catalog.accounts[0].cycleDay))
      isFirstPeriod = words.contains("first")
    case "owner": owner = try account(words[1])
    case "rolled": rolled.append(try lot(words))
    case "frozen":
      let only = try SheetOptions(words)["account"].map(account)
      var known = frozen ?? FrozenLots.Period()
      if only == nil { known.isPoolFrozen = true }
      known.accounts.formUnion(only.map { [$0] } ?? Set(catalog.accounts.indices))
      if words.count > 1 { known.lots.append(try lot(words)) }
      frozen = known
    case "event": try addEvent(words)
    default: break
    }
  }

  func account(_ name: String) throws -> Int {
    guard let index = catalog.accounts.firstIndex(where: { $0.id == Label(name) }) else {
      throw SheetFault("no account '\(name)'")
    }
    return index
  }

  private func lot(_ words: [String]) throws -> RolledLot {
    let options = SheetOptions(words)
    let source = try AllowanceSource.named(words[1], catalog)
    // An account without a pool holds what it has itself.
    let only = catalog.accounts.indices.first { words[0] == "frozen" && catalog.accounts[$0].pool.isEmpty }
    return RolledLot(
      source: source, account: try options["account"].map(account) ?? only,
      quantity: try decimal(words[2].filter { $0 != "s" }, source.scale(catalog)),
      periodCount: Int(words[3]) ?? 0)
  }

  private mutating func addEvent(_ words: [String]) throws {
    let options = SheetOptions(words)
    let account = try account(words[2])
    guard let kind = UsageKind(name: words[3]) else { throw SheetFault("no kind '\(words[3])'") }
    let defaultStart = Instant.parse("2026-01-10T12:00:00Z")! + Int64(events.count) * 60_000
    let zone = catalog.accounts[account].zone
    let start = options["at"].flatMap { Instant.parse($0, in: zone) } ?? defaultStart
    let usage = try usageClass(kind, account, zone.localDay(atSeconds: start / 1000), options)
    if !classes.contains(usage) { classes.append(usage) }
    if let amount = options["amount"] { recorded.append(Amount(pico: try decimal(amount, 12))) }
    var event = PackedEvent(
      keyHigh: 0, keyLow: 0, startMillis: start,
      quantity: Int64(try decimal(words[4].filter { $0 != "s" }, kind.quantityDigits)),
      place: Int64(events.count), owner: 0, account: UInt32(account),
      baseCell: UInt32(classes.firstIndex(of: usage)!),
      recorded: options["amount"] == nil ? 0 : UInt32(recorded.count), period: 0, keyByteCount: 0, marks: [])
    if words.contains("answered") { event.marks.insert(.answered) }
    if words.contains("gauge") { event.marks.insert(.gauge) }
    Array(words[1].utf8).withUnsafeBufferPointer { event.setKey($0) }
    events.append(event)
    names.append(words[1])
  }

  /// The class of an event: its charge is named, or the first that takes kind, group and day.
  private func usageClass(
    _ kind: UsageKind, _ account: Int, _ day: CivilDate, _ options: SheetOptions
  ) throws -> UsageClass {
    let stay = catalog.accounts[account].plans.first {
      DateSpan(from: $0.from, until: $0.until).contains(day)
    }
    guard let plan = stay?.planIndex else { throw SheetFault("no plan on \(day)") }
    let group = Label(options["group"] ?? "")
    let direction = UsageDirection.allCases.first { $0.name == options["direction"] } ?? .outbound
    let index = catalog.plans[plan].charges.firstIndex { charge in
      options["charge"].map { charge.name == Label($0) }
        ?? ((charge.kinds.isEmpty || charge.kinds.contains(kind))
          && (charge.ratingGroups?.contains(group) ?? true)
          && (charge.directions.isEmpty || charge.directions.contains(direction)))
    }
    guard let index else { throw SheetFault("no charge takes it") }
    let charge = catalog.plans[plan].charges[index]
    var usage = UsageClass(plan: plan, charge: index, kind: kind, direction: direction, ratingGroup: group)
    if case .unit(let price) = charge.price { usage.price = price }
    if let price = options["price"] {
      let units = try decimal(options["per"] ?? (kind == .voice ? "60" : "1"), kind.quantityDigits)
      usage.price = UnitPrice(pico: Int64(try decimal(price, 12)), units: Int64(units))
    }
    usage.feePico = charge.connectionFeePico ?? 0
    usage.minimum = Int64(charge.minimumSeconds ?? 0) * 1000
    usage.increment =
      charge.increment ?? BillingIncrement(first: kind == .voice ? 1000 : 1, next: kind == .voice ? 1000 : 1)
    if let band = options["band"] {
      usage.startBand = 1 + (catalog.plans[plan].bandNames.firstIndex(of: Label(band)) ?? -1)
    }
    return usage
  }

  func rules(_ tables: SettleTables) -> SettleRules {
    let account = events.first.map { Int($0.account) } ?? owner
    let pool = catalog.accounts[account].pool
    let members = catalog.accounts.indices.filter { catalog.accounts[$0].pool == pool }
    return SettleRules(
      tables, pool.isEmpty ? .account(account) : .pool(pool, accounts: members), period, rolledIn: rolled,
      isFirstPeriod: isFirstPeriod, frozen: frozen)
  }

  func settle() -> SettledSheet {
    if classes.isEmpty {
      let usage = UsageClass(plan: 0, charge: 0, kind: .voice, direction: .outbound, ratingGroup: .empty)
      var copy = self
      copy.classes = [usage]
      return copy.settle()
    }
    let tables = SettleTables(
      catalog, classes: classes, classByCell: classes.indices.map { UInt32($0) })
    let rules = rules(tables)
    // Gauges stand behind all events, whatever time they have.
    let order = events.indices.sorted { a, b in
      let (x, y) = (events[a].marks.contains(.gauge), events[b].marks.contains(.gauge))
      return x != y ? y : PackedEvent.precedes(events[a], events[b])
    }
    var settlement = Settlement(tables, SheetStretching(catalog: catalog))
    settlement.recordedAmounts = recorded.map(\.pico)
    order.map { events[$0] }.withUnsafeBufferPointer { settlement.settle($0, rules) }
    return SettledSheet(
      catalog: catalog, rules: rules, names: order.map { names[$0] },
      kinds: order.map { classes[Int(events[$0].baseCell)].kind },
      parts: Array(settlement.parts), rows: settlement.rows, balances: settlement.balances)
  }
}

/// `key=value` words of a line.
struct SheetOptions {
  private var values: [String: String] = [:]

  init(_ words: [String]) {
    for word in words {
      guard let at = word.firstIndex(of: "=") else { continue }
      values[String(word[..<at])] = String(word[word.index(after: at)...])
    }
  }

  subscript(key: String) -> String? { values[key] }
}

/// Stretches of the sheet's events: a band named with a `+` is left for the next one after 60 s.
struct SheetStretching: EventStretching {
  let catalog: Catalog
  private var one = OneBandStretching()

  init(catalog: Catalog) { self.catalog = catalog }

  func staysInOneBand(_ usage: SettleTables.ClassReference) -> Bool { usage.own.startBand == 0 }

  mutating func append(
    _ quantity: Int64, atMillis: Int64, of event: PackedEvent, _ usage: SettleTables.ClassReference,
    _ tables: SettleTables, to pieces: inout [EventPiece]
  ) {
    let first = pieces.count
    one.append(quantity, atMillis: atMillis, of: event, usage, tables, to: &pieces)
    // The whole first minute of a plan with bands is in the starting one, the rest in no band at half the price.
    guard usage.own.startBand != 0, usage.own.isVoice, pieces.count == first + 1,
      pieces[first].billed > 60_000
    else { return }
    var rest = pieces[first]
    rest.band = 0
    rest.billed -= 60_000
    rest.raw = max(0, rest.raw - 60_000)
    rest.priceUnits *= 2
    pieces[first].billed = 60_000
    pieces[first].raw = min(60_000, pieces[first].raw)
    pieces.append(rest)
  }

  mutating func appendFirstIncrement(
    of event: PackedEvent, _ usage: SettleTables.ClassReference, _ tables: SettleTables,
    to pieces: inout [EventPiece]
  ) { one.appendFirstIncrement(of: event, usage, tables, to: &pieces) }
}

extension AllowanceSource {
  static func named(_ name: String, _ catalog: Catalog) throws -> AllowanceSource {
    for (plan, entry) in catalog.plans.enumerated() {
      if let at = entry.allowances.firstIndex(where: { $0.name == Label(name) }) {
        return .plan(plan, allowance: at)
      }
    }
    if let at = catalog.grants.firstIndex(where: { $0.name == Label(name) }) { return .grant(at) }
    throw SheetFault("no allowance '\(name)'")
  }

  /// Digits after the point of its measure.
  func scale(_ catalog: Catalog) -> Int {
    let size =
      switch self {
      case .plan(let plan, let allowance): catalog.plans[plan].allowances[allowance].size
      case .grant(let grant): catalog.grants[grant].size
      }
    switch size {
    case .quantity(_, let kind): return kind.quantityDigits
    case .events: return 0
    case .amount: return 12
    }
  }
}
