// A tariff of a test as the catalog that the engine takes.

import BillingCalendar
import Catalog
import Money
import Tables

// Inside `Tariff` the names of the catalog's types mean the tariff's own.
private typealias CatalogAccount = Account
private typealias CatalogJurisdictionPrices = JurisdictionPrices

extension Tariff {
  /// The catalog with the built-in formats and those given.
  func catalog(formats own: [FormatDescriptor] = []) -> Catalog {
    let formats = (Self.builtInFormats + own).sorted { $0.name < $1.name }
    let accounts = self.accounts.sorted { Label($0.id) < Label($1.id) }
    let decks = self.decks.sorted { Label($0.name) < Label($1.name) }
    let plans = self.plans.sorted { Label($0.name) < Label($1.name) }
    let accountIds = accounts.map(\.id)
    let lists = holidays.keys.sorted()
    var catalog = Catalog(
      defaults: CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: []),
      sources: sources.map { $0.usageSource(formats: formats, accountIds: accountIds) }, formats: formats,
      accounts: accounts.map { $0.catalogAccount(planNames: plans.map(\.name)) },
      services: services.map { $0.serviceKey(accountIds: accountIds) },
      decks: decks.map { $0.rateDeck(lists: lists) },
      plans: plans.map { $0.ratePlan(deckNames: decks.map(\.name), lists: lists) },
      contracts: [], ratingHash: String(repeating: "0", count: 64),
      billingHash: String(repeating: "0", count: 64), warnings: [])
    catalog.holidays = lists.map { name in
      HolidayList(
        name: Label(name),
        days: (holidays[name] ?? []).map { HolidayList.Day(date: $0.date, name: .empty, line: 1) })
    }
    catalog.accountPrices = overrides.map { $0.accountPrice(accountIds: accountIds) }
    catalog.suppliers = suppliers.map { $0.rule(deckNames: decks.map(\.name)) }
    catalog.states = StateTable(
      rows: states.map { digits, state in
        StateTable.Row(
          digits: UInt32(digits) ?? 0, digitCount: UInt8(digits.utf8.count), state: Label(state),
          country: "US",
          line: 1)
      })
    return catalog
  }

  private static let builtInFormats = BuiltInFormats.all()

  fileprivate static func index(_ names: [String], _ name: String) -> Int {
    guard let index = names.firstIndex(of: name) else { preconditionFailure("a test names '\(name)'") }
    return index
  }
}

extension Tariff.Source {
  fileprivate func usageSource(formats: [FormatDescriptor], accountIds: [String]) -> UsageSource {
    UsageSource(
      name: Label(name), pattern: Label(pattern),
      formatIndex: Tariff.index(formats.map(\.name.description), format), zone: zone, country: .empty,
      dialling: dialling.plan, defaultAccountIndex: defaultAccount.map { Tariff.index(accountIds, $0) },
      namespace: Label(namespace ?? name), sequence: .empty, expected: .empty, control: .empty,
      overlap: UsageSource.LocalTimeChoice(rawValue: overlap) ?? .first,
      gap: UsageSource.LocalTimeChoice(rawValue: gap) ?? .forward, line: 1)
  }
}

extension Tariff.Dialling {
  var plan: DiallingPlan {
    DiallingPlan(
      countryCode: Label(countryCode), internationalPrefixes: internationalPrefixes.map { Label($0) },
      nationalPrefix: Label(nationalPrefix), bareIsNational: isBareNational,
      shortCodes: shortCodes.map { Label($0) })
  }
}

extension Tariff.Account {
  fileprivate func catalogAccount(planNames: [String]) -> CatalogAccount {
    CatalogAccount(
      id: Label(id), name: Label(id), zone: zone, cycleDay: cycleDay, pool: .empty, rounding: .event,
      plans: plans.map {
        PlanAssignment(planIndex: Tariff.index(planNames, $0.plan), from: $0.from, until: $0.until)
      }, details: [:], line: 1)
  }
}

extension Tariff.Service {
  fileprivate func serviceKey(accountIds: [String]) -> ServiceKey {
    ServiceKey(
      kind: kind == "number" ? .number : kind == "range" ? .range : .text(Label(kind)), key: Label(key),
      lastKey: Label(lastKey), accountIndex: Tariff.index(accountIds, account), service: Label(name),
      site: Label(site), costCentre: Label(costCentre), from: from, until: until,
      source: Label(source ?? ""), line: 1)
  }
}

extension Tariff.Kind {
  var usageKind: UsageKind {
    guard let kind = UsageKind(name: rawValue) else { preconditionFailure("\(rawValue) is a kind") }
    return kind
  }
}

extension Tariff.Direction {
  var usageDirection: UsageDirection {
    switch self {
    case .outbound: .outbound
    case .inbound: .inbound
    case .internal: .internal
    }
  }
}

extension Tariff.Price {
  fileprivate var unitPrice: UnitPrice { UnitPrice(pico: pico, units: quantity) }
}

extension Tariff.Increment {
  fileprivate var billingIncrement: BillingIncrement {
    BillingIncrement(
      steps: steps.map { BillingIncrement.Step(from: $0.from, size: $0.size, price: $0.price?.unitPrice) })
  }
}

extension Tariff.Deck {
  /// The deck with its rows in the order that a loaded deck has.
  func rateDeck(lists: [String] = []) -> RateDeck {
    let destinations = Set(rows.map { Label($0.destination) }).sorted()
    let groups = Set(rows.map { Label($0.group) }).sorted()
    var increments: [BillingIncrement] = []
    let bands = Set(rows.flatMap(\.bandPrices.keys)).sorted()
    var variants: [DeckPriceVariant] = []
    let made = rows.enumerated().map { index, row -> RateDeckRow in
      let increment = row.increment.billingIncrement
      if !increments.contains(increment) { increments.append(increment) }
      var made = RateDeckRow(
        prefix: UInt64(row.prefix) ?? 0, prefixDigits: UInt8(row.prefix.utf8.count), kind: row.kind.usageKind,
        isBlocked: row.isBlocked, file: 0, line: UInt32(index + 2),
        destination: UInt32(destinations.firstIndex(of: Label(row.destination)) ?? 0),
        ratingGroup: UInt32(groups.firstIndex(of: Label(row.group)) ?? 0),
        increment: UInt32(increments.firstIndex(of: increment) ?? 0),
        minimumSeconds: UInt32(row.minimumSeconds), fromSeconds: row.from ?? .min,
        untilSeconds: row.until ?? .max, pricePico: row.price.pico, priceUnits: row.price.quantity,
        connectionFeePico: row.feePico)
      if let prices = row.jurisdictionPrices {
        made.variant = UInt32(variants.count)
        variants.append(
          DeckPriceVariant(
            jurisdiction: CatalogJurisdictionPrices(
              interPico: prices.inter, intraPico: prices.intra, indeterminatePico: prices.indeterminate)))
      }
      guard !row.bandPrices.isEmpty else { return made }
      let prices = bands.enumerated().compactMap { number, band in
        row.bandPrices[band].map { price in
          let own = price.increment?.billingIncrement
          if let own, !increments.contains(own) { increments.append(own) }
          return DeckBandPrice(
            band: UInt32(number), pricePico: price.pico, connectionFeePico: price.feePico,
            increment: own.flatMap { increments.firstIndex(of: $0) }.map { UInt32($0) })
        }
      }
      made.variant = UInt32(variants.count)
      variants.append(DeckPriceVariant(bands: prices))
      return made
    }
    var deck = RateDeck(
      name: Label(name), currency: Tariff.currency(currency), rows: made.sorted(by: Self.precedes),
      destinations: destinations, ratingGroups: groups, increments: increments, files: [name + ".csv"])
    deck.bands = bands.map { Label($0) }
    deck.variants = variants
    deck.zone = zone
    deck.bandTimes = bandTimes.map { $0.bandRule(lists: lists) }
    deck.jurisdiction = jurisdiction.map { DeckJurisdiction(usesRoutingNumber: $0.usesRoutingNumber) }
    return deck
  }

  private static func precedes(_ a: RateDeckRow, _ b: RateDeckRow) -> Bool {
    let (x, y) = (aligned(a), aligned(b))
    if x != y { return x < y }
    if a.prefixDigits != b.prefixDigits { return a.prefixDigits < b.prefixDigits }
    if a.fromSeconds != b.fromSeconds { return a.fromSeconds < b.fromSeconds }
    return a.kind.rawValue < b.kind.rawValue
  }

  /// The prefix with zeros behind it, 15 digits in all.
  private static func aligned(_ row: RateDeckRow) -> UInt64 {
    (row.prefixDigits..<15).reduce(row.prefix) { value, _ in value * 10 }
  }
}

extension Tariff {
  static func currency(_ code: String) -> Currency {
    guard let currency = Currency(code: code) else { preconditionFailure("\(code) is no currency") }
    return currency
  }
}

extension Tariff.Plan {
  fileprivate func ratePlan(deckNames: [String], lists: [String]) -> RatePlan {
    var plan = RatePlan(
      name: Label(name), currency: Tariff.currency(currency),
      rounding: RoundingRule(scale: scale, mode: mode), keepsMilliseconds: keepsMilliseconds,
      deckIndexByKind: UsageKind.allCases.map { kind in
        lookUp.first { $0.key.usageKind == kind }.map { Tariff.index(deckNames, $0.value) }
      }, connectionFee: ConnectionFeeRule(rawValue: feeRule) ?? .chargeable,
      chargesAnsweredZero: chargesAnsweredZero,
      notBilled: notBilled.map { rule in
        var made = NotBilledRule(
          reason: Label(rule.reason), kinds: rule.kinds.map(\.usageKind),
          directions: rule.directions.map(\.usageDirection), isAnswered: rule.isAnswered,
          numberPrefixes: rule.prefixes.map { Label($0) },
          onNet: rule.onNet.flatMap { NotBilledRule.OnNet(rawValue: $0) },
          dispositions: rule.dispositions.map { Label($0) })
        made.codes = rule.codes.map { Label($0) }
        return made
      }, charges: charges.map { $0.planCharge() }, file: name + ".yaml", line: 1)
    plan.bands = bands.map { $0.bandRule(lists: lists) }
    plan.crossing = BandCrossing(rawValue: crossing) ?? .splitCarry
    plan.priceChanges = changes.map(\.priceChange)
    return plan
  }
}

extension Tariff.Band {
  fileprivate func bandRule(lists: [String]) -> BandRule {
    BandRule(
      band: Label(name), holidayList: holidays.map { Tariff.index(lists, $0) },
      days: weekdays.isEmpty ? .all : weekdays.reduce(into: DaysOfWeek()) { $0.insert(.day(Int32($1))) },
      fromSecond: Int32(fromSecond), untilSecond: Int32(untilSecond),
      dates: DateSpan(from: from, until: until), line: 1)
  }
}

extension Tariff.Holiday {
  fileprivate var date: HolidayList.Day.Date {
    switch self {
    case .once(let day): .once(day)
    case .everyYear(let month, let day): .everyYear(month: month, day: day)
    }
  }
}

extension Tariff.Ratio {
  fileprivate var priceRatio: PriceRatio { PriceRatio(numerator: numerator, denominator: denominator) }
}

extension Tariff.NewPrice {
  fileprivate var change: PriceChange.Change {
    switch self {
    case .ratio(let ratio): .ratio(ratio.priceRatio)
    case .price(let pico, let quantity): .price(pico: pico, units: quantity)
    }
  }
}

extension Tariff.Change {
  fileprivate var priceChange: PriceChange {
    PriceChange(
      kinds: kinds.map(\.usageKind), directions: directions.map(\.usageDirection),
      ratingGroups: groups?.map { Label($0) }, prefixes: prefixes.map { Label($0) },
      charges: charges.map { Label($0) }, dates: DateSpan(from: from, until: until), change: price.change,
      changesFees: changesFees, line: 1, file: "plan.yaml")
  }
}

extension Tariff.Supplier {
  fileprivate func rule(deckNames: [String]) -> SupplierRule {
    SupplierRule(
      supplier: Label(name), deckIndex: Tariff.index(deckNames, deck), trunks: trunks.map { Label($0) },
      kinds: kinds.map(\.usageKind), directions: directions.map(\.usageDirection),
      dates: DateSpan(from: from, until: until), line: 1)
  }
}

extension Tariff.Override {
  fileprivate func accountPrice(accountIds: [String]) -> AccountPrice {
    AccountPrice(
      accountIndex: Tariff.index(accountIds, account), charge: Label(charge), ratingGroup: Label(group),
      prefix: Label(prefix), kind: kind?.usageKind, change: price.change,
      dates: DateSpan(from: from, until: until), line: 1)
  }
}

extension Tariff.Recorded {
  fileprivate var recordedPrice: RecordedPrice {
    switch self {
    case .scaled(let ratio):
      ratio.numerator == ratio.denominator
        ? .asItIs : .scaled(RecordedScale(word: .multiplier, ratio: ratio.priceRatio))
    case .percentage(let share, let fixed, let minimum, let maximum):
      .percentage(
        PercentagePrice(
          share: share.priceRatio, fixed: fixed, minimum: minimum, maximum: maximum, freeEventCount: nil,
          freeAmount: nil))
    }
  }
}

extension Tariff.ChargeBand {
  fileprivate func bandPrice(_ band: String) -> ChargeBandPrice {
    var change: ChargeBandPrice.Change?
    switch price {
    case .ratio(let ratio): change = .ratio(ratio.priceRatio)
    case .price(let pico, let quantity): change = .price(UnitPrice(pico: pico, units: quantity ?? 1))
    case nil: break
    }
    return ChargeBandPrice(
      band: Label(band), change: change, connectionFeePico: feePico, increment: increment?.billingIncrement)
  }
}

extension Tariff.Charge {
  fileprivate func planCharge() -> PlanCharge {
    var charge = PlanCharge(
      name: Label(name), kinds: kinds.map(\.usageKind), directions: directions.map(\.usageDirection),
      ratingGroups: groups?.map { Label($0) },
      price: recorded.map { .recorded($0.recordedPrice) } ?? price.map { .unit($0.unitPrice) } ?? .deck,
      increment: increment?.billingIncrement, minimumSeconds: minimumSeconds.map { UInt32($0) },
      connectionFeePico: feePico, eventMinimum: least, eventMaximum: most, line: 1)
    charge.freeQuantity = freeQuantity
    charge.dates = DateSpan(from: from, until: until)
    charge.bandPrices = bands.sorted { $0.key < $1.key }.map { $0.value.bandPrice($0.key) }
    return charge
  }
}
