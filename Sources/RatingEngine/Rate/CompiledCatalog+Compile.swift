// Compiling the catalog: the one place where names and rules become numbers and tables.

import BillingCalendar
import Catalog
import Dispatch
import Money
import Tables

extension CompiledCatalog {
  /// Compiles a catalog after looking for what would make every run with it wrong.
  ///
  /// - Throws: `RunFault.catalog` with the first of `CatalogReadiness.findings`.
  static func checked(_ catalog: Catalog) throws(RunFault) -> CompiledCatalog {
    if let finding = CatalogReadiness.findings(catalog).first { throw .catalog(finding.description) }
    return compile(catalog)
  }

  /// Compiles a checked catalog. Complexity: linear in its rows.
  static func compile(_ catalog: Catalog) -> CompiledCatalog {
    var compiler = CatalogCompiler(catalog)
    return compiler.compile()
  }
}

private struct CatalogCompiler {
  private let catalog: Catalog
  private var groups = NameTable()
  private var destinations = NameTable()
  private var chargeNames = NameTable()
  private var reasons = NameTable()
  private var currencies: [Currency] = []
  private var tariffs = NumberedKeys<CompiledCatalog.Tariff>()
  private var unitPrices = NumberedKeys<CompiledCatalog.UnitPriceText>()
  private var prices: [CompiledPrice] = []
  private var fastPrices: [FastPrice] = []
  /// What each price was made from, so that a charge can change parts of it.
  private var priceKeys: NumberedKeys<PriceKey>
  private var increments: [BillingIncrement] = []
  private var incrementIndex: [BillingIncrement: UInt32] = [:]
  private var bandNames = NameTable()
  private var bandSets: [[CompiledBandRule]] = []
  private var priceChanges: [CompiledPriceChange] = []
  private var dates: [DateSpan] = []
  private var variants: [[DeckBandPrice]] = []
  /// By the number of a row's own price.
  private var jurisdictionPrices: [UInt32: JurisdictionTables.Prices] = [:]
  private var chargeCount: UInt32 = 0

  private struct PriceKey: NumberedKey {
    var pico: Int64
    var units: Int64
    var fee: Int64
    var minimum: Int64
    var increment: UInt32
    /// Further prices of the deck row, + 1; 0 for none.
    var variant: UInt32 = 0
    var kind: UInt8

    var mixed: UInt64 {
      let numbers = pico &* 0x1_0000_01b3 &+ units &* 8191 &+ fee &* 524287 &+ minimum &* 131
      return UInt64(bitPattern: numbers) ^ UInt64(increment) << 20 ^ UInt64(variant) << 32 ^ UInt64(kind)
    }
  }

  init(_ catalog: Catalog) {
    self.catalog = catalog
    priceKeys = NumberedKeys(expectedCount: catalog.decks.reduce(0) { $0 + $1.rows.count / 2 })
    _ = groups.number(.empty)
    _ = destinations.number(.empty)
    _ = bandNames.number(.empty)
  }

  mutating func compile() -> CompiledCatalog {
    // Whose usage it is and what it costs share nothing: each on a core of its own.
    let catalog = self.catalog
    nonisolated(unsafe) var whose: (services: ServiceIndexBuilder, index: ServiceIndex, [Identity])?
    nonisolated(unsafe) var priced = self
    nonisolated(unsafe) var prefixes: PrefixTable?
    nonisolated(unsafe) var deckBases: [[Int32]] = []
    DispatchQueue.concurrentPerform(iterations: 2) { part in
      if part == 0 {
        whose = Self.compileServices(catalog)
      } else {
        var builder = PrefixTableBuilder(decks: catalog.decks)
        for (deckIndex, deck) in catalog.decks.enumerated() {
          deckBases.append(priced.compileDeck(deck, deckIndex, &builder))
        }
        prefixes = builder.build()
      }
    }
    self = priced
    guard let (services, index, identities) = whose, let prefixes else {
      preconditionFailure("both halves of the catalog are compiled")
    }
    var zones: [Zone] = []
    let (accounts, assignments) = compileAccounts(&zones)
    let rowPriceCount = prices.count
    let adjusted = plansOfAccountPrices
    let plans = catalog.plans.enumerated().map { index, plan in
      compilePlan(plan, deckBases, rowPriceCount: rowPriceCount, isAdjusted: adjusted.contains(index))
    }
    let accountChanges = compileAccountPrices()
    let settled = SettledUsage(catalog)
    if settled.isAny {
      for price in SettledUsage.unitPrices(catalog, increments) { _ = unitPrice(price) }
    }
    var tariffByGroup: [Label: UInt32] = [:]
    for (number, name) in groups.names.enumerated() {
      tariffByGroup[name] = tariff(group: UInt32(number), destination: 0)
    }
    let jurisdictions = compileJurisdictions()
    let costs = CostTables(catalog, bases: deckBases) { bandSet($0.bandTimes) }
    return CompiledCatalog(
      source: catalog, services: index, identities: identities, serviceTags: services.tagByKind,
      accounts: accounts,
      assignments: assignments, zones: zones, plans: plans,
      planEntries: FlatTable(
        plans.map { plan in
          let isPlain = plan.isMicroHalfUp && !plan.keepsMilliseconds && !plan.chargesAnsweredZero
          return CompiledCatalog.PlanEntry(
            currency: plan.currency, isPlain: isPlain ? 1 : 0, isAdjusted: plan.isAdjusted ? 1 : 0,
            firstCharge: plan.firstCharge)
        }),
      ruleTable: FlatTable(plans.flatMap(\.ruleByCombination)),
      deckBases: FlatTable(plans.flatMap(\.deckBase)),
      chargeEntries: FlatTable(plans.flatMap(Self.chargeEntries)), prefixes: prefixes,
      prices: FlatTable(prices), fastPrices: FlatTable(fastPrices), increments: increments,
      groups: groups.names,
      destinations: destinations.names,
      tariffs: FlatTable(tariffs.keys), unitPrices: unitPrices.keys, chargeNames: chargeNames.names,
      currencies: currencies,
      filterReasons: reasons.names, tariffByGroup: tariffByGroup, bandNames: bandNames.names,
      bandSets: bandSets, priceChanges: priceChanges, accountChanges: accountChanges,
      dateBounds: dates.flatMap { span in zones.map { Self.bounds(span, $0) } },
      priceVariants: FlatTable(priceKeys.keys.map(\.variant)), variants: variants,
      hasOpenPrices: plans.contains(where: \.isAdjusted), jurisdictions: jurisdictions, costs: costs,
      settled: settled)
  }

  private typealias Identity = ServiceIndexBuilder.Identity

  private static func compileServices(
    _ catalog: Catalog
  ) -> (services: ServiceIndexBuilder, index: ServiceIndex, [Identity]) {
    var services = ServiceIndexBuilder(sources: catalog.sources)
    // Kinds of keys that formats look up have a tag also where no service has one.
    for format in catalog.formats {
      for role in format.guide.values.joined() {
        if case .service(let word) = role { _ = services.tag(word) }
      }
    }
    services.add(catalog)
    let (index, identities) = services.build(sourceCount: catalog.sources.count, accounts: catalog.accounts)
    return (services, index, identities)
  }

  private func compileAccounts(
    _ zones: inout [Zone]
  ) -> (FlatTable<CompiledCatalog.AccountEntry>, FlatTable<CompiledCatalog.Assignment>) {
    var assignments: [CompiledCatalog.Assignment] = []
    var zoneNumbers: [String: UInt16] = [:]
    var grantedAccounts: Set<Label> = []
    var grantedPools: Set<Label> = []
    for grant in catalog.grants {
      switch grant.owner {
      case .account(let index): grantedAccounts.insert(catalog.accounts[index].id)
      case .pool(let name): grantedPools.insert(name)
      }
    }
    func isGranted(_ account: Account) -> Bool {
      grantedAccounts.contains(account.id) || grantedPools.contains(account.pool)
    }
    let entries = catalog.accounts.map { account -> CompiledCatalog.AccountEntry in
      let zone = zoneNumbers[account.zone.name] ?? UInt16(zones.count)
      if Int(zone) == zones.count {
        zones.append(account.zone)
        zoneNumbers[account.zone.name] = zone
      }
      var first = CompiledCatalog.none
      for assignment in account.plans {
        assignments.append(
          CompiledCatalog.Assignment(
            fromSeconds: assignment.from.map { account.zone.midnight(of: $0) } ?? Int64.min,
            untilSeconds: assignment.until.map { account.zone.midnight(of: $0) } ?? Int64.max,
            plan: UInt32(assignment.planIndex), next: first))
        first = UInt32(assignments.count - 1)
      }
      return CompiledCatalog.AccountEntry(
        assignment: first, zone: zone, cycleDay: UInt8(account.cycleDay),
        isSettled: account.rounding == .line || isGranted(account) ? 1 : 0)
    }
    return (FlatTable(entries), FlatTable(assignments))
  }

  // MARK: decks

  private mutating func compileDeck(
    _ deck: RateDeck, _ deckIndex: Int, _ builder: inout PrefixTableBuilder
  ) -> [Int32] {
    let groupNumbers = deck.ratingGroups.map { groups.number($0) }
    let destinationNumbers = deck.destinations.map { destinations.number($0) }
    let incrementNumbers = deck.increments.map { increment($0) }
    var kinds = kindsLookedUp(inDeck: deckIndex)
    for row in deck.rows { kinds.insert(row.kind.rawValue) }
    let variantNumbers = deck.variants.map { variant($0, deck, incrementNumbers) }
    var bases = [Int32](repeating: -1, count: CompiledPlan.kindCount)
    // Neighbouring rows mostly share their destination.
    var lastTariff = CompiledCatalog.Tariff(group: .max, destination: .max)
    var lastTariffNumber: UInt32 = 0
    deck.rows.withUnsafeBufferPointer { rows in
      for kind in UsageKind.allCases where kinds.contains(kind.rawValue) {
        bases[Int(kind.rawValue)] = Int32(
          builder.add(rows, kind: kind) { row, index in
            let wanted = CompiledCatalog.Tariff(
              group: groupNumbers[Int(row.ratingGroup)], destination: destinationNumbers[Int(row.destination)]
            )
            if wanted != lastTariff {
              lastTariff = wanted
              lastTariffNumber = tariff(group: wanted.group, destination: wanted.destination)
            }
            let key = PriceKey(
              pico: row.pricePico, units: row.priceUnits, fee: row.connectionFeePico,
              minimum: Int64(row.minimumSeconds) * 1000, increment: incrementNumbers[Int(row.increment)],
              variant: row.variant == RateDeckRow.noVariant ? 0 : variantNumbers[Int(row.variant)],
              kind: row.kind.rawValue)
            let price = price(key)
            if deck.jurisdiction != nil, key.variant != 0 { addJurisdictions(row, deck, key, price) }
            return MatchRow(
              fromSeconds: MatchRowTime.from(row.fromSeconds),
              untilSeconds: MatchRowTime.until(row.untilSeconds), next: 0,
              price: price, tariff: lastTariffNumber, prefixDigits: row.prefixDigits,
              isBlocked: row.isBlocked ? 1 : 0, deck: UInt16(deckIndex), row: UInt32(index),
              fast: fastPrices[Int(price)])
          })
      }
    }
    return bases
  }

  /// Kinds that a plan looks up in the deck: such an event needs a row also where the deck has none of its kind.
  private func kindsLookedUp(inDeck deckIndex: Int) -> Set<UInt8> {
    var kinds: Set<UInt8> = []
    for plan in catalog.plans {
      for (kind, index) in plan.deckIndexByKind.enumerated() where index == deckIndex {
        kinds.insert(UInt8(kind))
      }
    }
    return kinds
  }

  private mutating func tariff(group: UInt32, destination: UInt32) -> UInt32 {
    tariffs.number(CompiledCatalog.Tariff(group: group, destination: destination)).number
  }

  private mutating func increment(_ wanted: BillingIncrement) -> UInt32 {
    if let number = incrementIndex[wanted] { return number }
    let number = UInt32(increments.count)
    increments.append(wanted)
    incrementIndex[wanted] = number
    return number
  }

  private mutating func price(_ key: PriceKey) -> UInt32 {
    let (number, isNew) = priceKeys.number(key)
    guard isNew else { return number }
    let authored = UnitPrice(pico: key.pico, units: key.units)
    let kind = UsageKind(rawValue: key.kind) ?? .voice
    let rank = unitPrice(CompiledCatalog.UnitPriceText(pico: key.pico, units: key.units, kind: key.kind))
    fastPrices.append(
      FastPrice(
        price: authored, feePico: key.fee, minimum: key.minimum, increment: increments[Int(key.increment)],
        kind: kind, unitPriceRank: rank))
    prices.append(
      CompiledPrice(
        pricePico: key.pico, priceUnits: key.units, feePico: key.fee, minimum: key.minimum,
        incrementIndex: key.increment))
    return number
  }

  private mutating func unitPrice(_ wanted: CompiledCatalog.UnitPriceText) -> UInt32 {
    unitPrices.number(wanted).number
  }

  // MARK: plans

  private mutating func compilePlan(
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

  private static func chargeEntries(_ plan: CompiledPlan) -> [CompiledCatalog.ChargeEntry] {
    plan.chargesByCombination.enumerated().map { combination, candidates in
      guard !plan.isAdjusted, let first = candidates.first, plan.charges[Int(first)].groups == nil,
        plan.charges[Int(first)].priceByRowPrice == nil
      else { return CompiledCatalog.ChargeEntry(charge: CompiledCatalog.none, name: 0, marks: 0) }
      let charge = plan.charges[Int(first)]
      return CompiledCatalog.ChargeEntry(
        charge: UInt32(first), name: charge.name, marks: charge.marks(combination: combination))
    }
  }

  private static func ruleTable(_ rules: [CompiledRule]) -> [UInt8] {
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

  private mutating func currency(_ wanted: Currency) -> UInt32 {
    if let number = currencies.firstIndex(of: wanted) { return UInt32(number) }
    currencies.append(wanted)
    return UInt32(currencies.count - 1)
  }

  private mutating func compileCharge(
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

  private mutating func bits(_ wanted: [Label]) -> GroupBits {
    GroupBits(wanted.map { Int(groups.number($0)) })
  }

  /// What each row price becomes under the charge: a charge's own price replaces price and fee, its increment, minimum and
  /// fee replace the row's; what it does not write stays the row's.
  private mutating func priceTable(_ charge: PlanCharge, rowPriceCount: Int) -> FlatTable<UInt32>? {
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
  private var recordedPrice: UInt32 {
    mutating get {
      let single = BillingIncrement(first: 1, next: 1)
      return price(
        PriceKey(
          pico: 0, units: 0, fee: 0, minimum: 0, increment: increment(single), kind: UsageKind.event.rawValue)
      )
    }
  }

  private mutating func priceWithoutRow(_ charge: PlanCharge) -> UInt32 {
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
}

// MARK: jurisdictions

extension CatalogCompiler {
  /// Numbers the prices that a row has by jurisdiction.
  private mutating func addJurisdictions(
    _ row: RateDeckRow, _ deck: RateDeck, _ key: PriceKey, _ price: UInt32
  ) {
    guard jurisdictionPrices[price] == nil,
      let wanted = deck.variants[Int(row.variant)].jurisdiction
    else { return }
    func number(_ pico: Int64?) -> UInt32 {
      guard let pico else { return CompiledCatalog.none }
      var own = key
      own.pico = pico
      own.variant = 0
      return self.price(own)
    }
    jurisdictionPrices[price] = JurisdictionTables.Prices(
      inter: number(wanted.interPico), intra: number(wanted.intraPico),
      indeterminate: number(wanted.indeterminatePico ?? wanted.interPico))
  }

  private func compileJurisdictions() -> JurisdictionTables? {
    guard catalog.decks.contains(where: { $0.jurisdiction != nil }) else { return nil }
    let rules = catalog.plans.flatMap { plan in
      plan.deckIndexByKind.map { $0.flatMap { catalog.decks[$0].jurisdiction } }
    }
    return JurisdictionTables(
      catalog.states, priceCount: prices.count, prices: jurisdictionPrices, deckRules: rules)
  }
}

// MARK: bands and changes of prices

extension CatalogCompiler {
  private mutating func bandSet(_ rules: [BandRule]) -> [CompiledBandRule] {
    rules.map { rule in
      var rule = rule
      rule.line = 0
      return CompiledBandRule(band: bandNames.number(rule.band), rule: rule)
    }
  }

  private mutating func bandSetNumber(_ rules: [BandRule]) -> Int {
    let wanted = bandSet(rules)
    if let number = bandSets.firstIndex(of: wanted) { return number }
    bandSets.append(wanted)
    return bandSets.count - 1
  }

  /// The number of a set of further prices of deck rows, + 1; 0 where it has none by band.
  private mutating func variant(
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

  private mutating func days(_ wanted: DateSpan) -> UInt32 {
    if let number = dates.firstIndex(of: wanted) { return UInt32(number) }
    dates.append(wanted)
    return UInt32(dates.count - 1)
  }

  private static func bounds(_ span: DateSpan, _ zone: Zone) -> CompiledCatalog.DateBounds {
    CompiledCatalog.DateBounds(
      fromSeconds: span.from.map { zone.midnight(of: $0) } ?? .min,
      untilSeconds: span.until.map { zone.midnight(of: $0) } ?? .max)
  }

  private mutating func compileChange(
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
  private var plansOfAccountPrices: Set<Int> {
    Set(catalog.accountPrices.flatMap { catalog.accounts[$0.accountIndex].plans.map(\.planIndex) })
  }

  /// The accounts' own prices as changes, the longest prefix first, then one with a rating group, then one with a charge.
  private mutating func compileAccountPrices() -> [Range<Int>] {
    guard !catalog.accountPrices.isEmpty else { return [] }
    var rows = [[Int]](repeating: [], count: catalog.accounts.count)
    for (index, row) in catalog.accountPrices.enumerated() { rows[row.accountIndex].append(index) }
    return rows.map { rows in
      let first = priceChanges.count
      func rank(_ index: Int) -> (Int, Int, Int, Int) {
        let row = catalog.accountPrices[index]
        return (-row.prefix.bytes.count, row.ratingGroup.isEmpty ? 1 : 0, row.charge.isEmpty ? 1 : 0, index)
      }
      for index in rows.sorted(by: { rank($0) < rank($1) }) {
        let row = catalog.accountPrices[index]
        let change = PriceChange(
          kinds: row.kind.map { [$0] } ?? [], directions: [],
          ratingGroups: row.ratingGroup.isEmpty ? nil : [row.ratingGroup],
          prefixes: row.prefix.isEmpty ? [] : [row.prefix], charges: row.charge.isEmpty ? [] : [row.charge],
          dates: row.dates, change: row.change, changesFees: false, line: row.line, file: "")
        priceChanges.append(compileChange(change, .account(index)))
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

/// Names and their numbers, in order of first use.
private struct NameTable {
  private(set) var names: [Label] = []
  private var numbers: [Label: UInt32] = [:]

  mutating func number(_ name: Label) -> UInt32 {
    if let number = numbers[name] { return number }
    let number = UInt32(names.count)
    names.append(name)
    numbers[name] = number
    return number
  }
}
