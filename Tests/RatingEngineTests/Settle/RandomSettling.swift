// Random rules and events for the judge of settling.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport

@testable import RatingEngine

/// Draws one owner with its catalog, periods and events.
struct RandomSettling {
  private var generator: SeededGenerator
  private(set) var catalog: Catalog
  private(set) var pool: Label?
  private(set) var accounts: [Int] = []
  /// The first of them where there are several.
  var period: UsagePeriod { periods[0] }
  private(set) var periods = [UsagePeriod.containing(CivilDate(year: 2026, month: 2, day: 1)!, cycleDay: 1)]
  private(set) var rolled: [RolledLot] = []
  private(set) var isFirstPeriod = false
  var events: [ReferenceSettler.Event] = []
  private var isRaw = false
  private var cycleDay = 1

  /// - Parameter periodCount: one, in which what others left is drawn too; or several, one after the other from the first.
  init(seed: UInt64, periodCount: Int = 1) {
    generator = SeededGenerator(seed: seed)
    catalog = Catalog(
      defaults: CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: []), sources: [],
      formats: [],
      accounts: [], services: [], decks: [], plans: [], contracts: [],
      ratingHash: String(repeating: "0", count: 64), billingHash: String(repeating: "0", count: 64),
      warnings: [])
    if periodCount > 1 { drawPeriods(periodCount) }
    isRaw = chance(3)
    isFirstPeriod = chance(2)
    let order = pick([AllowanceOrder.time, .time, .dearestFirst, .cheapestFirst])
    let planCount = Int(number(1...2))
    for index in 0..<planCount { catalog.plans.append(plan("p\(index)", order)) }
    drawAccounts()
    drawGrants()
    if periodCount == 1 { drawRolled() }
    for index in 0..<number(0...Int64(16 + 8 * periodCount)) { drawEvent(Int(index)) }
    events.sort { a, b in
      a.startMillis != b.startMillis ? a.startMillis < b.startMillis : a.key.lexicographicallyPrecedes(b.key)
    }
  }

  private mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    Int64.random(in: range, using: &generator)
  }
  private mutating func chance(_ of: Int64) -> Bool { number(1...of) == 1 }
  private mutating func pick<T>(_ values: [T]) -> T { values[Int(number(0...Int64(values.count - 1)))] }
  private mutating func amount(_ most: Int64) -> Amount {
    Amount(pico: Int128(number(0...most)) * 5_000_000_000)
  }
  /// Days of all periods together.
  private var dayCount: Int64 { periods.reduce(0) { $0 + Int64($1.dayCount) } }
  /// Mostly a day of a period, now and then its first.
  private mutating func day() -> CivilDate {
    if periods.count > 1, chance(3) { return pick(periods).from }
    return period.from.advanced(by: Int(number(-3...(dayCount + 3))))
  }

  private mutating func drawPeriods(_ count: Int) {
    // Cycle days that months do not have among them, and a year with a day more.
    let day: Int32 = pick([1, 1, 15, 29, 31])
    let first =
      CivilDate(
        year: pick([2023, 2024]), month: pick([1, 10, 12]), day: day) ?? periods[0].from
    periods = [UsagePeriod.containing(first, cycleDay: day)]
    while periods.count < count { periods.append(periods[periods.count - 1].next) }
    cycleDay = Int(day)
  }

  private mutating func drawAccounts() {
    let count = pick([1, 1, 2, 3])
    pool = chance(2) || count > 1 ? "club" : nil
    for index in 0..<count {
      let change: CivilDate? = chance(2) ? day() : nil
      let first = Int(number(0...Int64(catalog.plans.count - 1)))
      var plans = [PlanAssignment(planIndex: first, from: chance(3) ? day() : nil, until: nil)]
      if let change, (plans[0].from ?? .distantPast) < change {
        plans[0].until = change
        // The next plan, or the same again, at once or after a while.
        if chance(2) {
          let from = periods.count > 1 && chance(3) ? change.advanced(by: Int(number(0...40))) : change
          plans.append(
            PlanAssignment(
              planIndex: Int(number(0...Int64(catalog.plans.count - 1))), from: from, until: nil))
        }
      }
      catalog.accounts.append(
        Account(
          id: Label("a\(index)"), name: "", zone: .utc, cycleDay: cycleDay, pool: pool ?? .empty,
          rounding: chance(4) ? .line : .event, plans: plans, details: [:], line: 1))
    }
    accounts = Array(0..<count).shuffled(using: &generator)
  }

  private mutating func plan(_ name: String, _ order: AllowanceOrder) -> RatePlan {
    var plan = RatePlan(
      name: Label(name), currency: Currency(code: "EUR")!,
      rounding: pick([
        .event, .none, RoundingRule(scale: 2, mode: .halfUp), RoundingRule(scale: 3, mode: .up),
        RoundingRule(scale: 1, mode: .down), RoundingRule(scale: 2, mode: .halfEven),
      ]),
      keepsMilliseconds: chance(3), deckIndexByKind: [nil, nil, nil, nil],
      connectionFee: pick([.chargeable, .answered, .always]), chargesAnsweredZero: chance(3), notBilled: [],
      charges: [], file: "", line: 1)
    plan.order = order
    plan.charges = (0..<Int(number(1...3))).map { charge("c\($0)") }
    plan.allowances = (0..<Int(number(0...4))).map { allowance("\(name)-w\($0)", plan.charges) }
    return plan
  }

  private mutating func charge(_ name: String) -> PlanCharge {
    let kind = pick([UsageKind.voice, .message, .message, .event])
    let price: PlanCharge.Price
    switch kind {
    case .event: price = chance(4) ? .tiers(tiers(isSpend: false)) : .recorded(recorded())
    case .message where chance(2): price = .tiers(tiers(isSpend: false))
    default: price = .unit(unitPrice(kind))
    }
    var charge = PlanCharge(
      name: Label(name), kinds: [kind], directions: [], ratingGroups: nil, price: price, increment: nil,
      minimumSeconds: nil, connectionFeePico: nil, eventMinimum: chance(5) ? amount(20) : nil,
      eventMaximum: nil, line: 1)
    if chance(5) { charge.eventMaximum = (charge.eventMinimum ?? .zero) + amount(200) }
    if chance(4) { charge.freeQuantity = kind == .voice ? number(0...60_000) : number(0...4) }
    if kind == .event { charge.freeQuantity = 0 }
    if chance(4) { charge.periodMinimum = amount(2000) }
    if chance(4) { charge.periodMaximum = (charge.periodMinimum ?? .zero) + amount(2000) }
    charge.counter = ChargeCounter(
      owner: pick([.pool, .account]), window: pick([.period, .period, .day, .hour]),
      isByRatingGroup: chance(3))
    if chance(4) { charge.dates = DateSpan(from: chance(2) ? day() : nil, until: nil) }
    return charge
  }

  private mutating func unitPrice(_ kind: UsageKind) -> UnitPrice {
    UnitPrice(
      pico: number(0...50) * pick([1_000_000_000, 10_000_000_000, 333_333_333]),
      units: kind == .voice ? pick([60_000, 1000]) : pick([1, 1, 3, 7]))
  }

  private mutating func tiers(isSpend: Bool) -> ChargeTiers {
    let kind = pick([ChargeTiers.Kind.graduated, .graduated, .volume, .package, .stairstep])
    var bound: Int128 = 0
    let count = Int(number(1...4))
    let steps = (1...count).map { index in
      bound += Int128(number(1...20))
      let flat = chance(2) ? amount(100) : .zero
      let units = kind == .package ? number(1...9) : pick([1, 1, 3])
      return ChargeTiers.Step(
        upTo: index == count ? nil : bound,
        price: kind == .stairstep || chance(8)
          ? nil : UnitPrice(pico: number(0...50) * 3_333_333_333, units: units),
        share: nil, flat: flat, cap: chance(4) ? flat + amount(100) : nil, line: 1)
    }
    return ChargeTiers(
      kind: kind, measure: .quantity, counted: pick([.uncovered, .all]), billsFlatOnZero: chance(2),
      steps: steps)
  }

  private mutating func recorded() -> RecordedPrice {
    let ratio = PriceRatio(numerator: number(0...300), denominator: pick([100, 97, 200]))
    switch number(0...3) {
    case 0: return .asItIs
    case 1: return .scaled(RecordedScale(word: .multiplier, ratio: ratio))
    default:
      let minimum = chance(2) ? amount(40) : nil
      return .percentage(
        PercentagePrice(
          share: ratio, fixed: chance(2) ? amount(20) : .zero, minimum: minimum,
          maximum: chance(2) ? (minimum ?? .zero) + amount(200) : nil,
          freeEventCount: chance(2) ? number(0...4) : nil, freeAmount: chance(2) ? amount(800) : nil))
    }
  }

  private mutating func size(_ charges: [PlanCharge]) -> AllowanceSize {
    switch number(0...4) {
    case 0: return .events(number(1...5))
    case 1: return .amount(amount(400))
    default:
      let kind = charges.randomElement(using: &generator)?.kinds[0] ?? .message
      switch kind {
      case .voice: return .quantity(number(1...400) * 1000, of: kind)
      case .event: return .quantity(number(1...10), of: kind)
      default: return .quantity(number(1...60), of: kind)
      }
    }
  }

  private mutating func scope(_ size: AllowanceSize, _ charges: [PlanCharge]) -> AllowanceScope {
    var kinds: [UsageKind] = []
    if case .quantity(_, let kind) = size { kinds = [kind] }
    return AllowanceScope(
      kinds: kinds, directions: chance(5) ? [.outbound] : [], ratingGroups: chance(4) ? ["x"] : nil,
      bands: [],
      charges: chance(5) ? [charges[0].name] : [])
  }

  /// About as much as an allowance leaves.
  private mutating func cap(_ size: AllowanceSize) -> Int128 {
    if periods.count == 1 { return Int128(number(0...100)) * 1000 }
    return size.quantity * Int128(number(0...20)) / 10
  }

  private func consumption(_ size: AllowanceSize) -> AllowanceConsumption {
    if case .quantity = size { return isRaw ? .raw : .billed }
    return .billed
  }

  private mutating func allowance(_ name: String, _ charges: [PlanCharge]) -> PlanAllowance {
    let size = size(charges)
    let cap: Int128? = chance(2) ? cap(size) : nil
    return PlanAllowance(
      name: Label(name), size: size, scope: scope(size, charges), priority: pick([1, 100, 100]),
      consumption: consumption(size), owner: pick([.account, .pool, .poolPerMember]), isProrated: chance(2),
      expires: chance(4) ? day() : nil,
      rollover: chance(2) ? AllowanceRollover(periodCount: Int(number(1...3)), cap: cap) : nil, line: 1,
      file: "")
  }

  private mutating func drawGrants() {
    for index in 0..<number(0...2) {
      let size = size(catalog.plans[0].charges)
      let from = day().advanced(by: Int(pick([0, -40])))
      let owner: AllowanceGrant.Owner =
        if let pool, chance(2) { .pool(pool) } else { .account(pick(accounts)) }
      catalog.grants.append(
        AllowanceGrant(
          owner: owner, name: Label("g\(index)"), size: size, scope: scope(size, catalog.plans[0].charges),
          priority: pick([1, 100]), consumption: consumption(size), from: from,
          until: chance(2) ? from.advanced(by: Int(number(1...80))) : nil, line: 1))
    }
  }

  private mutating func drawRolled() {
    for (plan, entry) in catalog.plans.enumerated() {
      for (index, allowance) in entry.allowances.enumerated() {
        guard let rollover = allowance.rollover, chance(2) else { continue }
        let isShared = allowance.owner != .account && pool != nil
        // Lots of one allowance differ in age.
        for periods in 1...rollover.periodCount where chance(2) {
          rolled.append(
            RolledLot(
              source: .plan(plan, allowance: index), account: isShared ? nil : pick(accounts),
              quantity: Int128(number(1...50)) * 1000, periodCount: periods))
        }
      }
    }
    for (index, grant) in catalog.grants.enumerated() where grant.from < period.from && chance(2) {
      let account: Int? = if case .account(let account) = grant.owner { account } else { nil }
      rolled.append(
        RolledLot(source: .grant(index), account: account, quantity: Int128(number(1...20)), periodCount: 0))
    }
  }

  private mutating func drawEvent(_ index: Int) {
    let account = pick(accounts)
    let start = number(0...(dayCount * 24 - 1)) * 3_600_000 + pick([0, 0, 1, 1_800_000])
    let day = CivilDate(dayNumber: period.from.dayNumber + Int32(start / 86_400_000))
    guard
      let plan = catalog.accounts[account].plans.first(where: {
        DateSpan(from: $0.from, until: $0.until).contains(day)
      })?.planIndex,
      let charge = catalog.plans[plan].charges.indices.filter({
        catalog.plans[plan].charges[$0].dates.contains(day)
      }).randomElement(using: &generator)
    else { return }
    let rule = catalog.plans[plan].charges[charge]
    let kind = rule.kinds[0]
    var usage = UsageClass(
      plan: plan, charge: charge, kind: kind, direction: pick([.outbound, .outbound, .inbound]),
      ratingGroup: pick(["x", "y"]))
    if case .unit(let price) = rule.price { usage.price = chance(2) ? price : unitPrice(kind) }
    if case .recorded = rule.price {
    } else if chance(3) {
      usage.feePico = number(0...50) * 7_000_000_000
    }
    let unit: Int64 = kind == .voice ? 1000 : 1
    if kind != .event {
      usage.increment = BillingIncrement(first: pick([1, 1, 5, 60]) * unit, next: pick([1, 6, 7]) * unit)
    }
    if kind == .voice, chance(4) { usage.minimum = number(0...90) * 1000 }
    var quantity = kind == .voice ? number(0...240) * 1000 + pick([0, 0, 0, 1, 500]) : number(0...30)
    if kind == .event { quantity = number(0...6) }
    if chance(6) { quantity = 0 }
    if kind != .voice, chance(5) { quantity = -quantity }
    var amount: Int128? = Int128(number(-40...400)) * 10_000_000_001
    if case .recorded = rule.price {} else { amount = nil }
    events.append(
      ReferenceSettler.Event(
        account: account, usage: usage, startMillis: Int64(period.from.dayNumber) * 86_400_000 + start,
        key: Array("k\(index)".utf8), quantity: quantity, recordedPico: amount, isAnswered: chance(2)))
  }
}
