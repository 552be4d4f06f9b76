// What settling reads of the catalog and of a run: rules by charge, and the classes that events belong to.
//
// Immutable once made, and shared by all workers. It knows no owner and no period.

import BillingCalendar
import CMachine
import Catalog
import Money
import Tables

/// A charge as settling reads it.
final class ChargeRule: Sendable {
  /// How an event's uncovered part is priced.
  enum Pricing: Sendable {
    /// Its pieces have unit prices.
    case unit
    case tiers(TierCurve)
    case recorded(RecordedPrice)
  }

  /// Number among all charges of all plans.
  let number: Int
  let plan: Int
  /// Index in the plan's `charges`.
  let index: Int
  let pricing: Pricing
  let freeQuantity: Int64
  let eventMinimum: Int128?
  let eventMaximum: Int128?
  let periodMinimum: Int128?
  let periodMaximum: Int128?
  let counter: ChargeCounter
  let dates: DateSpan

  /// Whether it charges the amounts that records carry.
  var isRecorded: Bool { if case .recorded = pricing { true } else { false } }
  /// Whether what it comes to in the period is added up.
  var hasPeriodLimits: Bool { periodMinimum != nil || periodMaximum != nil }
  /// Whether it makes rows without event.
  var hasRowsWithoutEvent: Bool {
    if periodMinimum != nil { return true }
    if case .tiers(let curve) = pricing { return curve.billsFlatOnZero }
    return false
  }

  init(_ charge: PlanCharge, number: Int, plan: Int, index: Int) {
    self.number = number
    self.plan = plan
    self.index = index
    pricing =
      switch charge.price {
      case .deck, .unit: .unit
      case .tiers(let tiers): .tiers(TierCurve(tiers))
      case .recorded(let price): .recorded(price)
      }
    freeQuantity = charge.freeQuantity
    eventMinimum = charge.eventMinimum?.pico
    eventMaximum = charge.eventMaximum?.pico
    periodMinimum = charge.periodMinimum?.pico
    periodMaximum = charge.periodMaximum?.pico
    counter = charge.counter
    dates = charge.dates
  }
}

/// A plan as settling reads it.
final class PlanRule: Sendable {
  let rounding: RoundingRule
  let keepsMilliseconds: Bool
  let chargesAnsweredZero: Bool
  let connectionFee: ConnectionFeeRule
  /// Digits of its currency's minor unit.
  let minorDigits: Int
  let charges: [ChargeRule]
  /// Whether some charge makes rows without event.
  let hasRowsWithoutEvent: Bool

  init(_ plan: RatePlan, index: Int, firstCharge: Int) {
    rounding = plan.rounding
    keepsMilliseconds = plan.keepsMilliseconds
    chargesAnsweredZero = plan.chargesAnsweredZero
    connectionFee = plan.connectionFee
    minorDigits = plan.currency.minorDigits
    let rules = plan.charges.enumerated().map { at, charge in
      ChargeRule(charge, number: firstCharge + at, plan: index, index: at)
    }
    charges = rules
    hasRowsWithoutEvent = rules.contains(where: \.hasRowsWithoutEvent)
  }
}

/// The catalog's rules and the run's classes and cells.
final class SettleTables: Sendable {
  /// What an event asks of its class. It holds no references; there may be many, so it is small.
  struct Class: Sendable {
    /// Indices of its plan and charge.
    let plan: UInt32
    let charge: UInt32
    /// Number of the charge among all charges of all plans.
    let chargeNumber: UInt32
    /// Band of the charging start, as in `UsageClass.startBand`.
    let startBand: Int32
    let price: UnitPrice
    let feePico: Int64
    let minimum: Int64
    let steps: PlainSteps
    /// Number of its rating group, for counters of their own.
    let group: UInt64
    /// Bits of the plan's `allowances` whose scope holds, bands left aside; where there are too many, it is to be asked for
    /// the class.
    let allowanceMask: UInt64
    /// Position of its unit price among all, the lowest first.
    let priceRank: Int32
    let asksForClass: Bool
    let kind: UsageKind
    /// Whether an event above 0 that stays in one band is one piece, without limits and free quantity, and comes to what
    /// `plain` says, or to what its tiers say.
    let isPlain: Bool
    let plain: PlainAmount

    var isVoice: Bool { kind == .voice }

    fileprivate init(
      _ usage: UsageClass, _ terms: Terms, chargeNumber: Int, group: UInt64, priceRank: Int32,
      allowances: [Int]
    ) {
      plan = UInt32(usage.plan)
      charge = UInt32(usage.charge)
      self.chargeNumber = UInt32(chargeNumber)
      startBand = Int32(usage.startBand)
      price = usage.price
      feePico = usage.feePico
      minimum = usage.minimum
      steps = PlainSteps(usage.increment)
      plain = PlainAmount(usage.price, feePico: usage.feePico, terms.rounding)
      isPlain = steps.isPlain && terms.isPlain(hasFee: usage.feePico != 0, plain)
      self.group = group
      asksForClass = allowances.contains { $0 >= 64 }
      allowanceMask = allowances.reduce(0) { $0 | 1 << UInt64($1) }
      self.priceRank = priceRank
      kind = usage.kind
    }
  }

  /// What an event asks of its charge and plan. It holds no references.
  struct Terms: Sendable {
    /// How an event's uncovered part is priced, as in `ChargeRule.Pricing`.
    enum Pricing: Sendable {
      case unit
      case tiers(TierCurve)
      case recorded
    }

    let pricing: Pricing
    let freeQuantity: Int64
    let eventMinimum: Int128?
    let eventMaximum: Int128?
    let hasPeriodLimits: Bool
    let counter: ChargeCounter
    let rounding: ExactRounding
    let connectionFee: ConnectionFeeRule
    let keepsMilliseconds: Bool
    let chargesAnsweredZero: Bool
    let minorDigits: Int

    var isRecorded: Bool { if case .recorded = pricing { true } else { false } }

    /// Whether its usual events need no more than one look: see `Class.isPlain`.
    fileprivate func isPlain(hasFee: Bool, _ plain: PlainAmount) -> Bool {
      guard freeQuantity == 0, eventMinimum == nil, eventMaximum == nil, !hasPeriodLimits else {
        return false
      }
      return switch pricing {
      case .unit: plain.isKnown
      case .tiers(let curve): !hasFee && !curve.isOverSpend && !curve.countsCovered
      case .recorded: false
      }
    }

    fileprivate init(_ charge: ChargeRule, _ plan: PlanRule) {
      pricing =
        switch charge.pricing {
        case .unit: .unit
        case .tiers(let curve): .tiers(curve)
        case .recorded: .recorded
        }
      freeQuantity = charge.freeQuantity
      eventMinimum = charge.eventMinimum
      eventMaximum = charge.eventMaximum
      hasPeriodLimits = charge.hasPeriodLimits
      counter = charge.counter
      rounding = ExactRounding(plan.rounding)
      connectionFee = plan.connectionFee
      keepsMilliseconds = plan.keepsMilliseconds
      chargesAnsweredZero = plan.chargesAnsweredZero
      minorDigits = plan.minorDigits
    }
  }

  /// A class where it lies, with its charge, so that an event does not copy what they have.
  struct ClassReference: Sendable {
    fileprivate let classes: RuleTable<Class>
    fileprivate let charges: RuleTable<Terms>
    let index: UInt32

    /// What is the class's own.
    var own: Class {
      @inline(__always) unsafeAddress { classes.address(Int(index)) }
    }
    /// What is its charge's and plan's.
    var terms: Terms {
      @inline(__always) unsafeAddress { charges.address(Int(own.chargeNumber)) }
    }
  }

  let catalog: Catalog
  let plans: [PlanRule]
  /// Whether some plan makes rows without event.
  let hasRowsWithoutEvent: Bool
  /// The classes as they were given, and what events ask of them.
  let usages: [UsageClass]
  let classes: RuleTable<Class>
  /// By number of the charge.
  let charges: RuleTable<Terms>
  /// By class: indices in the plan's `allowances` whose scope holds, bands left aside.
  let allowances: [[Int]]
  /// Class of each base cell.
  let classByCell: RuleTable<UInt32>
  /// Ranks of prices are below it.
  let priceRankCount: Int
  let grantsByAccount: [Int: [Int]]
  let grantsByPool: [Label: [Int]]

  init(_ catalog: Catalog, classes: [UsageClass], classByCell: [UInt32]) {
    precondition(classByCell.allSatisfy { $0 < classes.count }, "every cell has a class")
    var plans: [PlanRule] = []
    var chargeCount = 0
    for (index, plan) in catalog.plans.enumerated() {
      plans.append(PlanRule(plan, index: index, firstCharge: chargeCount))
      chargeCount += plan.charges.count
    }
    var groups: [Label: UInt64] = [:]
    let chargePrices = catalog.plans.map { $0.charges.map(Self.orderPrice) }
    let ranks = Self.priceRanks(
      classes.map { Self.orderPrice(of: $0, charge: chargePrices[$0.plan][$0.charge]) })
    priceRankCount = Int(ranks.max() ?? 0) + 1
    usages = classes
    // Measured: there may be very many classes, and a plan or a charge that is copied counts all that it holds.
    let names = catalog.plans.map { $0.charges.map(\.name) }
    let scopes = catalog.plans.map { $0.allowances.map(\.scope) }
    let allowances = classes.map { usage in
      let scopes = scopes[usage.plan]
      let name = names[usage.plan][usage.charge]
      return scopes.isEmpty ? [] : scopes.indices.filter { scopes[$0].holds(usage, charge: name) }
    }
    self.allowances = allowances
    let charges = RuleTable(plans.flatMap { plan in plan.charges.map { Terms($0, plan) } })
    self.charges = charges
    self.classes = RuleTable(
      classes.enumerated().map { index, usage in
        let group = groups[usage.ratingGroup] ?? UInt64(groups.count)
        groups[usage.ratingGroup] = group
        let number = plans[usage.plan].charges[usage.charge].number
        return Class(
          usage, charges[number], chargeNumber: number, group: group, priceRank: ranks[index],
          allowances: allowances[index])
      })
    var byAccount: [Int: [Int]] = [:]
    var byPool: [Label: [Int]] = [:]
    for (index, grant) in catalog.grants.enumerated() {
      switch grant.owner {
      case .account(let account): byAccount[account, default: []].append(index)
      case .pool(let pool): byPool[pool, default: []].append(index)
      }
    }
    self.catalog = catalog
    self.plans = plans
    hasRowsWithoutEvent = plans.contains(where: \.hasRowsWithoutEvent)
    self.classByCell = RuleTable(classByCell)
    grantsByAccount = byAccount
    grantsByPool = byPool
  }

  deinit {
    for charge in plans.flatMap(\.charges) {
      if case .tiers(let curve) = charge.pricing { curve.steps.deallocate() }
    }
    classes.deallocate()
    charges.deallocate()
    classByCell.deallocate()
  }

  /// The class of a base cell.
  @inline(__always) func classOf(cell: UInt32) -> ClassReference {
    ClassReference(classes: classes, charges: charges, index: classByCell[Int(cell)])
  }

  /// Asks for the class of a base cell ahead of its turn: first for where it lies, then, some events later, for itself.
  @inline(__always) func prefetchPlace(cell: UInt32) { cm_prefetch_read(classByCell.address(Int(cell))) }
  @inline(__always) func prefetchClass(cell: UInt32) {
    let first = UnsafeRawPointer(classes.address(Int(classByCell[Int(cell)])))
    cm_prefetch_read(first)
    cm_prefetch_read(first + 64)
  }

  /// The class of a base cell as it was given.
  func usage(ofCell cell: UInt32) -> UsageClass { usages[Int(classByCell[Int(cell)])] }

  /// The charge of a class.
  func charge(of usage: ClassReference) -> ChargeRule {
    plans[Int(usage.own.plan)].charges[Int(usage.own.charge)]
  }

  /// The price by which an event gets allowances before or after others: of one second, message, byte or event.
  private static func orderPrice(of usage: UsageClass, charge: UnitPrice?) -> (
    whole: Int128, left: Int128, units: Int128
  ) {
    let price = charge ?? usage.increment.steps.first?.price ?? usage.price
    let units = Int128(price.units)
    let (whole, left) = (Int128(price.pico) * Int128(usage.kind.onePerUnit)).quotientAndRemainder(
      dividingBy: units)
    return (whole, left, units)
  }

  /// That of a charge; nil where the class decides.
  private static func orderPrice(of charge: PlanCharge) -> UnitPrice? {
    switch charge.price {
    case .deck, .unit: nil
    case .tiers(let tiers): tiers.steps.first?.price ?? UnitPrice(pico: 0, units: 1)
    case .recorded: UnitPrice(pico: 0, units: 1)
    }
  }

  private static func priceRanks(_ prices: [(whole: Int128, left: Int128, units: Int128)]) -> [Int32] {
    // Remainders and units fit 63 bits each, so their products fit.
    func precedes(_ a: Int, _ b: Int) -> Bool {
      let (x, y) = (prices[a], prices[b])
      return x.whole != y.whole ? x.whole < y.whole : x.left * y.units < y.left * x.units
    }
    let order = prices.indices.sorted(by: precedes)
    var ranks = [Int32](repeating: 0, count: prices.count)
    for (place, index) in order.enumerated().dropFirst() {
      let before = order[place - 1]
      ranks[index] = ranks[before] + (precedes(before, index) ? 1 : 0)
    }
    return ranks
  }
}

extension AllowanceScope {
  /// Whether usage of this class may draw, bands left aside.
  func holds(_ usage: UsageClass, charge: Label) -> Bool {
    (kinds.isEmpty || kinds.contains(usage.kind))
      && (directions.isEmpty || directions.contains(usage.direction))
      && (ratingGroups.map { $0.contains(usage.ratingGroup) } ?? true)
      && (charges.isEmpty || charges.contains(charge))
  }
}
