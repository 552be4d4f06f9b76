// Compiling decks: their rows become prefixes with the numbers of a tariff and a price, and prices by jurisdiction.

import BillingCalendar
import Catalog
import Money
import Tables

extension CatalogCompiler {
  mutating func compileDeck(
    _ deck: RateDeck, _ deckIndex: Int, _ builder: inout PrefixTableBuilder
  ) -> [Int32] {
    let groupNumbers = deck.ratingGroups.map { groups.number($0) }
    let destinationNumbers = deck.destinations.map { destinations.number($0) }
    let incrementNumbers = deck.increments.map { increment($0) }
    var kinds = kindsLookedUp(inDeck: deckIndex)
    for row in deck.rows { kinds.insert(row.kind.rawValue) }
    let variantNumbers = deck.variants.map { variant($0, deck, incrementNumbers) }
    func priceKey(_ row: RateDeckRow) -> PriceKey {
      PriceKey(
        pico: row.pricePico, units: row.priceUnits, fee: row.connectionFeePico,
        minimum: Int64(row.minimumSeconds) * 1000, increment: incrementNumbers[Int(row.increment)],
        variant: row.variant == RateDeckRow.noVariant ? 0 : variantNumbers[Int(row.variant)],
        kind: row.kind.rawValue)
    }
    let rowPrices = deck.rows.withUnsafeBufferPointer { rows in
      priceKeys.numbers(of: rows.count) { priceKey(rows[$0]) }
    }
    addNewPrices()
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
            let price = rowPrices[index]
            if deck.jurisdiction != nil, row.variant != RateDeckRow.noVariant {
              addJurisdictions(row, deck, priceKey(row), price)
            }
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
  func kindsLookedUp(inDeck deckIndex: Int) -> Set<UInt8> {
    var kinds: Set<UInt8> = []
    for plan in catalog.plans {
      for (kind, index) in plan.deckIndexByKind.enumerated() where index == deckIndex {
        kinds.insert(UInt8(kind))
      }
    }
    return kinds
  }

  mutating func tariff(group: UInt32, destination: UInt32) -> UInt32 {
    tariffs.number(CompiledCatalog.Tariff(group: group, destination: destination)).number
  }

  mutating func increment(_ wanted: BillingIncrement) -> UInt32 {
    if let number = incrementIndex[wanted] { return number }
    let number = UInt32(increments.count)
    increments.append(wanted)
    incrementIndex[wanted] = number
    return number
  }

  mutating func price(_ key: PriceKey) -> UInt32 {
    let number = priceKeys.number(key).number
    addNewPrices()
    return number
  }

  /// Makes the prices of keys that were numbered since the last time.
  private mutating func addNewPrices() {
    let first = prices.count
    let keys = priceKeys.keys
    guard keys.count > first else { return }
    let ranks = unitPrices.numbers(of: keys.count - first) { index in
      let key = keys[first + index]
      return CompiledCatalog.UnitPriceText(pico: key.pico, units: key.units, kind: key.kind)
    }
    for (index, rank) in ranks.enumerated() {
      let key = keys[first + index]
      fastPrices.append(
        FastPrice(
          price: UnitPrice(pico: key.pico, units: key.units), feePico: key.fee, minimum: key.minimum,
          increment: increments[Int(key.increment)], kind: UsageKind(rawValue: key.kind) ?? .voice,
          unitPriceRank: rank))
      prices.append(
        CompiledPrice(
          pricePico: key.pico, priceUnits: key.units, feePico: key.fee, minimum: key.minimum,
          incrementIndex: key.increment))
    }
  }

  mutating func unitPrice(_ wanted: CompiledCatalog.UnitPriceText) -> UInt32 {
    unitPrices.number(wanted).number
  }

  // MARK: jurisdictions

  /// Numbers the prices that a row has by jurisdiction.
  mutating func addJurisdictions(
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

  func compileJurisdictions() -> JurisdictionTables? {
    guard catalog.decks.contains(where: { $0.jurisdiction != nil }) else { return nil }
    let rules = catalog.plans.flatMap { plan in
      plan.deckIndexByKind.map { $0.flatMap { catalog.decks[$0].jurisdiction } }
    }
    return JurisdictionTables(
      catalog.states, priceCount: prices.count, prices: jurisdictionPrices, deckRules: rules)
  }
}
