// Compiling plans: charges become tables of prices by the prices of deck rows, with bands and changes of prices by date.

import BillingCalendar
import Catalog
import Money
import Tables

extension CatalogCompiler {
  mutating func compilePlan(
    _ plan: RatePlan, _ deckBases: [[Int32]], rowPriceCount: Int, isAdjusted: Bool
  ) -> CompiledPlan {
    let bases = UsageKind.allCases.map { kind -> Int32 in
      guard let deck = plan.deckIndexByKind[Int(kind.rawValue)] else { return -1 }
      return deckBases[deck][Int(kind.rawValue)]
    }
    let rules = plan.notBilled.map { rule in
      CompiledRule(
        reason: UInt16(reasons.number(rule.reason)), rule: rule,
        prefixes: rule.numberPrefixes.map { NumberBeginning($0.bytes) },
        codes: rule.codes.map { NumberBeginning($0.bytes) })
    }
    var chargesByCombination: [[Int32]] = []
    for kind in UsageKind.allCases {
      for direction in UsageDirection.allCases {
        chargesByCombination.append(
          plan.charges.indices.filter { index in
            let charge = plan.charges[index]
            return (charge.kinds.isEmpty || charge.kinds.contains(kind))
              && (charge.directions.isEmpty || charge.directions.contains(direction))
          }.map(Int32.init))
      }
    }
    let charges = plan.charges.map { compileCharge($0, of: plan, rowPriceCount: rowPriceCount) }
    let firstChange = priceChanges.count
    for (index, change) in plan.priceChanges.enumerated() {
      priceChanges.append(compileChange(change, .plan(index)))
    }
    let firstCharge = chargeCount
    chargeCount += UInt32(charges.count)
    let bandSet = plan.bands.isEmpty ? -1 : bandSetNumber(plan.bands)
    return CompiledPlan(
      currency: currency(plan.currency), rounding: plan.rounding, isMicroHalfUp: plan.rounding == .event,
      keepsMilliseconds: plan.keepsMilliseconds, connectionFee: plan.connectionFee,
      chargesAnsweredZero: plan.chargesAnsweredZero, deckBase: bases,
      ruleByCombination: Self.ruleTable(rules),
      rules: rules, chargesByCombination: chargesByCombination, charges: charges,
      isAdjusted: isAdjusted || bandSet >= 0 || !plan.priceChanges.isEmpty
        || charges.contains(where: \.isAdjusted),
      bandSet: bandSet, crossing: plan.crossing, priceChanges: firstChange..<priceChanges.count,
      firstCharge: firstCharge)
  }

  static func chargeEntries(_ plan: CompiledPlan) -> [CompiledCatalog.ChargeEntry] {
    plan.chargesByCombination.enumerated().map { combination, candidates in
      guard !plan.isAdjusted, let first = candidates.first, plan.charges[Int(first)].groups == nil,
        plan.charges[Int(first)].priceByRowPrice == nil
      else { return CompiledCatalog.ChargeEntry(charge: CompiledCatalog.none, name: 0, marks: 0) }
      let charge = plan.charges[Int(first)]
      return CompiledCatalog.ChargeEntry(
        charge: UInt32(first), name: charge.name, marks: charge.marks(combination: combination))
    }
  }

  static func ruleTable(_ rules: [CompiledRule]) -> [UInt8] {
    var table: [UInt8] = []
    for kind in UsageKind.allCases {
      for direction in UsageDirection.allCases {
        for isAnswered in [false, true] {
          let candidates = rules.indices.filter {
            rules[$0].fits(kind: kind, direction: direction, isAnswered: isAnswered)
          }
          if let first = candidates.first {
            let isPlain = rules[first].asksNothingElse && first < Int(CompiledPlan.slowRules) - 1
            table.append(isPlain ? UInt8(first + 1) : CompiledPlan.slowRules)
          } else {
            table.append(0)
          }
        }
      }
    }
    return table
  }

  mutating func currency(_ wanted: Currency) -> UInt32 {
    if let number = currencies.firstIndex(of: wanted) { return UInt32(number) }
    currencies.append(wanted)
    return UInt32(currencies.count - 1)
  }

  mutating func compileCharge(
    _ charge: PlanCharge, of plan: RatePlan, rowPriceCount: Int
  ) -> CompiledCharge {
    let settled = charge.settledScope(in: plan)
    var recorded: RecordedPrice?
    if case .recorded(let price) = charge.price { recorded = price }
    return CompiledCharge(
      name: chargeNames.number(charge.name), groups: charge.ratingGroups.map { bits($0) },
      priceByRowPrice: priceTable(charge, rowPriceCount: rowPriceCount),
      priceWithoutRow: priceWithoutRow(charge),
      eventMinimum: charge.eventMinimum, eventMaximum: charge.eventMaximum,
      hasLimits: charge.eventMinimum != nil || charge.eventMaximum != nil,
      dates: charge.dates.isAlways ? CompiledCatalog.none : days(charge.dates),
      freeQuantity: charge.freeQuantity, recorded: recorded,
      bandPrices: charge.bandPrices.map { (bandNames.number($0.band), $0) },
      ownsFee: charge.connectionFeePico != nil, ownsIncrement: charge.increment != nil,
      settledCombinations: settled.combinations, settledGroups: settled.groups.map { bits($0) },
      asksForAmount: charge.asksForAmount)
  }

  mutating func bits(_ wanted: [Label]) -> GroupBits {
    GroupBits(wanted.map { Int(groups.number($0)) })
  }

  /// What each row price becomes under the charge: a charge's own price replaces price and fee, its increment, minimum and
  /// fee replace the row's; what it does not write stays the row's.
  mutating func priceTable(_ charge: PlanCharge, rowPriceCount: Int) -> FlatTable<UInt32>? {
    var isUnchanged =
      charge.increment == nil && charge.minimumSeconds == nil && charge.connectionFeePico == nil
    switch charge.price {
    case .unit, .tiers: isUnchanged = false
    case .deck, .recorded: break
    }
    if case .recorded = charge.price {
      let recorded = recordedPrice
      let table = FlatTable<UInt32>(zeroedCount: rowPriceCount)
      for number in 0..<rowPriceCount { table[number] = recorded }
      return table
    }
    guard !isUnchanged else { return nil }
    let table = FlatTable<UInt32>(zeroedCount: rowPriceCount)
    for number in 0..<rowPriceCount {
      var key = priceKeys.keys[number]
      if let price = charge.ownPrice {
        key.pico = price.pico
        key.units = price.units
        key.fee = 0
        key.variant = 0
      }
      if let own = charge.increment { key.increment = increment(own) }
      if let own = charge.minimumSeconds { key.minimum = Int64(own) * 1000 }
      if let own = charge.connectionFeePico { key.fee = own }
      table[number] = price(key)
    }
    return table
  }

  /// The price of a recorded amount: none, and per nothing.
  var recordedPrice: UInt32 {
    mutating get {
      let single = BillingIncrement(first: 1, next: 1)
      return price(
        PriceKey(
          pico: 0, units: 0, fee: 0, minimum: 0, increment: increment(single), kind: UsageKind.event.rawValue)
      )
    }
  }

  mutating func priceWithoutRow(_ charge: PlanCharge) -> UInt32 {
    if case .recorded = charge.price { return recordedPrice }
    guard let unit = charge.ownPrice else { return CompiledCharge.none }
    let kind = charge.kinds.first ?? .event
    let own =
      charge.increment ?? BillingIncrement(first: kind == .voice ? 1000 : 1, next: kind == .voice ? 1000 : 1)
    return price(
      PriceKey(
        pico: unit.pico, units: unit.units, fee: charge.connectionFeePico ?? 0,
        minimum: Int64(charge.minimumSeconds ?? 0) * 1000, increment: increment(own), kind: kind.rawValue))
  }

  // MARK: bands and changes of prices

  mutating func bandSet(_ rules: [BandRule]) -> [CompiledBandRule] {
    rules.map { rule in
      var rule = rule
      rule.line = 0
      return CompiledBandRule(band: bandNames.number(rule.band), rule: rule)
    }
  }

  mutating func bandSetNumber(_ rules: [BandRule]) -> Int {
    let wanted = bandSet(rules)
    if let number = bandSets.firstIndex(of: wanted) { return number }
    bandSets.append(wanted)
    return bandSets.count - 1
  }

  /// The number of a set of further prices of deck rows, + 1; 0 where it has none by band.
  mutating func variant(
    _ wanted: DeckPriceVariant, _ deck: RateDeck, _ incrementNumbers: [UInt32]
  ) -> UInt32 {
    guard !wanted.bands.isEmpty || wanted.jurisdiction != nil else { return 0 }
    variants.append(
      wanted.bands.map { price in
        var price = price
        price.band = bandNames.number(deck.bands[Int(price.band)])
        price.increment = price.increment.map { incrementNumbers[Int($0)] }
        return price
      })
    return UInt32(variants.count)
  }

  mutating func days(_ wanted: DateSpan) -> UInt32 {
    if let number = dates.firstIndex(of: wanted) { return UInt32(number) }
    dates.append(wanted)
    return UInt32(dates.count - 1)
  }

  static func bounds(_ span: DateSpan, _ zone: Zone) -> CompiledCatalog.DateBounds {
    CompiledCatalog.DateBounds(
      fromSeconds: span.from.map { zone.midnight(of: $0) } ?? .min,
      untilSeconds: span.until.map { zone.midnight(of: $0) } ?? .max)
  }

  mutating func compileChange(
    _ change: PriceChange, _ origin: CompiledPriceChange.Origin
  ) -> CompiledPriceChange {
    var combinations: UInt16 = 0
    for kind in UsageKind.allCases where change.kinds.isEmpty || change.kinds.contains(kind) {
      for direction in UsageDirection.allCases
      where change.directions.isEmpty || change.directions.contains(direction) {
        combinations |= 1 << UInt16(CompiledPlan.combination(kind.rawValue, direction.rawValue))
      }
    }
    return CompiledPriceChange(
      combinations: combinations, groups: change.ratingGroups.map { bits($0) },
      prefixes: change.prefixes.map { NumberBeginning($0.bytes) },
      charges: change.charges.map { chargeNames.number($0) },
      dates: change.dates.isAlways ? CompiledCatalog.none : days(change.dates), change: change.change,
      changesFees: change.changesFees, origin: origin)
  }

  /// Indices of the plans of accounts that have prices of their own.
  var plansOfAccountPrices: Set<Int> {
    Set(catalog.accountPrices.flatMap { catalog.accounts[$0.accountIndex].plans.map(\.planIndex) })
  }

  /// The accounts' own prices as changes, in the order in which events ask for them.
  mutating func compileAccountPrices() -> [Range<Int>] {
    guard !catalog.accountPrices.isEmpty else { return [] }
    var rows = [[Int]](repeating: [], count: catalog.accounts.count)
    for (index, row) in catalog.accountPrices.enumerated() { rows[row.accountIndex].append(index) }
    return rows.map { rows in
      let first = priceChanges.count
      for index in rows.sorted(by: { catalog.accountPrices[$0].precedes(catalog.accountPrices[$1]) }) {
        priceChanges.append(
          compileChange(catalog.accountPrices[index].priceChange(file: ""), .account(index)))
      }
      return first..<priceChanges.count
    }
  }
}

extension PlanCharge {
  /// The price that stands in place of a deck row's: of tiers none, and per nothing.
  fileprivate var ownPrice: UnitPrice? {
    switch price {
    case .unit(let price): price
    case .tiers: UnitPrice(pico: 0, units: 0)
    case .deck, .recorded: nil
    }
  }
}

extension CompiledCharge {
  /// Whether the charge makes its plan one whose events ask for more than a charge and its price.
  fileprivate var isAdjusted: Bool {
    dates != CompiledCatalog.none || freeQuantity > 0 || asksForAmount || !bandPrices.isEmpty
  }
}
