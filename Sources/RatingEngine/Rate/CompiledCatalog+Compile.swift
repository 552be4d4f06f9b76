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

struct CatalogCompiler {
  let catalog: Catalog
  var groups = NameTable()
  var destinations = NameTable()
  var chargeNames = NameTable()
  var reasons = NameTable()
  var currencies: [Currency] = []
  var tariffs = NumberedKeys<CompiledCatalog.Tariff>()
  var unitPrices = NumberedKeys<CompiledCatalog.UnitPriceText>()
  var prices: [CompiledPrice] = []
  var fastPrices: [FastPrice] = []
  /// What each price was made from, so that a charge can change parts of it.
  var priceKeys: NumberedKeys<PriceKey>
  var increments: [BillingIncrement] = []
  var incrementIndex: [BillingIncrement: UInt32] = [:]
  var bandNames = NameTable()
  var bandSets: [[CompiledBandRule]] = []
  var priceChanges: [CompiledPriceChange] = []
  var dates: [DateSpan] = []
  var variants: [[DeckBandPrice]] = []
  /// By the number of a row's own price.
  var jurisdictionPrices: [UInt32: JurisdictionTables.Prices] = [:]
  var chargeCount: UInt32 = 0

  struct PriceKey: NumberedKey {
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

  typealias Identity = ServiceIndexBuilder.Identity

  static func compileServices(
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

  func compileAccounts(
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
}

/// Names and their numbers, in order of first use.
struct NameTable {
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
