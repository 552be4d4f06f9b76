// What settling reads of a run: the classes of its base cells, and how each becomes a summary row.

import Catalog
import Money
import Tables

/// The base cells of a run with what follows from them. Immutable, shared by all workers.
final class SettledClasses: Sendable {
  /// What a row asks of its cell.
  struct Row: BitwiseCopyable {
    /// The fields of the key that the cell decides.
    var key: Key
    var charge: UInt32
    var plan: UInt32
    var kind: UInt8
  }
  /// A summary key, or a part of one: its bits.
  struct Key: BitwiseCopyable, Hashable {
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  /// What of a field of the key is asked for each part, without the lists of its columns.
  struct KeySlot {
    let part: SummaryKeyPlan.Part
    fileprivate let shift: Int
    fileprivate let lookup: FlatTable<UInt32>?

    init(_ field: SummaryKeyPlan.Field) {
      part = field.part
      shift = field.shift
      lookup = field.lookup
    }
  }

  let catalog: CompiledCatalog
  let cells: [BaseCell]
  let tables: SettleTables
  /// Whether a quantity may cross into another band, by class.
  let mayCross: FlatTable<Bool>
  /// By cell.
  let rows: FlatTable<Row>
  /// Numbers of the tiers of all charges as rows show them, and where those of a charge begin.
  let tierNumbers: FlatTable<UInt32>
  let firstTiers: FlatTable<UInt32>
  /// By plan: the compiled catalog's numbers of the bands of `UsageClass.startBand`, and back.
  let bandNumbers: [[UInt32]]

  init(_ setup: RunSetup) {
    let catalog = setup.catalog
    let cells = setup.baseCells.cells
    let book = PriceBook(catalog, setup.unitPrices)
    self.catalog = catalog
    self.cells = cells
    let bandNumbers = catalog.source.plans.map { plan in
      [0] + plan.bandNames.map { name in UInt32(catalog.bandNames.firstIndex(of: name) ?? 0) }
    }
    self.bandNumbers = bandNumbers
    var classes: [UsageClass] = []
    var numbers: [ClassKey: UInt32] = [:]
    numbers.reserveCapacity(cells.count)
    let classByCell = cells.map { cell in
      let key = Self.classKey(cell, catalog, book)
      if let number = numbers[key] { return number }
      let number = UInt32(classes.count)
      classes.append(Self.usageClass(cell, key.price, catalog, setup.meters, book, bandNumbers))
      numbers[key] = number
      return number
    }
    tables = SettleTables(catalog.source, classes: classes, classByCell: classByCell)
    mayCross = FlatTable(classes.map { Self.mayCross($0, catalog) })
    let keys = Self.keys(cells, catalog, setup.keyPlan, setup.meters)
    let plans = catalog.settled.charges.map { UInt32($0.plan) }
    rows = FlatTable(
      zip(cells, keys).map { cell, key in
        Row(key: key, charge: cell.charge, plan: plans[Int(cell.charge)], kind: cell.kind)
      })
    tierNumbers = FlatTable(catalog.settled.tierNumbers.flatMap { $0 })
    var firstTier: UInt32 = 0
    firstTiers = FlatTable(
      catalog.settled.tierNumbers.map { numbers in
        defer { firstTier += UInt32(numbers.count) }
        return firstTier
      })
  }

  func deallocate() {
    mayCross.deallocate()
    rows.deallocate()
    tierNumbers.deallocate()
    firstTiers.deallocate()
  }

  /// What tells classes apart, in numbers. Cells of one class may have several: they are priced alike all the same.
  private struct ClassKey: Hashable {
    var charge: UInt32
    /// Rating group, or a meter that no catalog names.
    var group: UInt64
    var price: UInt32
    var band: UInt32
    var kind: UInt8
    var direction: UInt8

    /// Numbers of our own, not an attacker's: one round is enough.
    func hash(into hasher: inout Hasher) {
      let way = UInt64(kind) << 8 | UInt64(direction) | UInt64(band) << 16
      hasher.combine(
        (UInt64(charge) << 32 | UInt64(price)) ^ (group &* 0x9e37_79b9_7f4a_7c15)
          ^ (way &* 0xbf58_476d_1ce4_e5b9))
    }
  }

  private static func classKey(_ cell: BaseCell, _ catalog: CompiledCatalog, _ book: PriceBook) -> ClassKey {
    let (planIndex, chargeIndex) = catalog.settled.charges[Int(cell.charge)]
    var price = cell.basePrice
    if catalog.planEntries[planIndex].isAdjusted != 0 {
      let charge = catalog.plans[planIndex].charges[chargeIndex]
      if !charge.asksForAmount {
        let question = PriceBook.Question(
          base: cell.basePrice, charge: cell.charge, change: cell.change, band: cell.band)
        // The rater asked the same, and would have suspended an event without a price.
        let found = book.price(question, charge, kind: UsageKind(rawValue: cell.kind) ?? .event)
        if found != PriceBook.none { price = found }
      }
    }
    let tariff = Int(cell.tariff)
    let group =
      tariff < catalog.tariffs.count ? UInt64(catalog.tariffs[tariff].group) : 1 << 32 | UInt64(cell.tariff)
    return ClassKey(
      charge: cell.charge, group: group, price: price, band: cell.band, kind: cell.kind,
      direction: cell.direction)
  }

  private static func usageClass(
    _ cell: BaseCell, _ priceNumber: UInt32, _ catalog: CompiledCatalog, _ meters: MeterNames,
    _ book: PriceBook, _ bandNumbers: [[UInt32]]
  ) -> UsageClass {
    let (plan, charge) = catalog.settled.charges[Int(cell.charge)]
    let price = book.prices[Int(priceNumber)]
    return UsageClass(
      plan: plan, charge: charge, kind: UsageKind(rawValue: cell.kind) ?? .event,
      direction: UsageDirection(rawValue: cell.direction) ?? .outbound,
      ratingGroup: SummaryTexts.tariff(Int(cell.tariff), catalog, meters).group,
      startBand: bandNumbers[plan].firstIndex(of: cell.band) ?? 0,
      price: UnitPrice(pico: price.pricePico, units: price.priceUnits), feePico: price.feePico,
      minimum: price.minimum, increment: book.increments[Int(price.incrementIndex)])
  }

  private static func mayCross(_ usage: UsageClass, _ catalog: CompiledCatalog) -> Bool {
    let plan = catalog.plans[usage.plan]
    // Amounts take the band of the charging start.
    return plan.bandSet >= 0 && plan.crossing != .start && usage.kind == .voice
      && !plan.charges[usage.charge].asksForAmount
  }

  /// Field by field: a column of the key for all cells at a time.
  private static func keys(
    _ cells: [BaseCell], _ catalog: CompiledCatalog, _ keyPlan: SummaryKeyPlan, _ meters: MeterNames
  ) -> [Key] {
    var keys = [Key](repeating: Key(), count: cells.count)
    func put(_ field: SummaryKeyPlan.Field, _ value: (BaseCell) -> UInt64) {
      let slot = KeySlot(field)
      for index in keys.indices { keys[index].put(value(cells[index]), slot) }
    }
    let charges = catalog.settled.charges.map { plan, index in
      (
        plan: UInt64(plan), name: UInt64(catalog.plans[plan].charges[index].name),
        currency: UInt64(catalog.plans[plan].currency)
      )
    }
    let unnamed = UInt64(meters.unnamed)
    let tariffCount = catalog.tariffs.count
    for field in keyPlan.fields {
      switch field.part {
      case .plan: put(field) { charges[Int($0.charge)].plan }
      case .charge: put(field) { charges[Int($0.charge)].name }
      case .kind: put(field) { UInt64($0.kind) }
      case .direction: put(field) { UInt64($0.direction) }
      case .tariff, .group: put(field) { UInt64($0.tariff) }
      case .destination: put(field) { Int($0.tariff) < tariffCount ? UInt64($0.tariff) : unnamed }
      case .currency: put(field) { charges[Int($0.charge)].currency }
      case .jurisdiction: put(field) { UInt64($0.jurisdiction) }
      case .supplier: put(field) { UInt64($0.supplier) }
      case .costCurrency: put(field) { UInt64($0.costCurrency) }
      case .identity, .account, .costCentre, .service, .period, .day, .unitPrice, .price, .per, .band, .tier,
        .tierFrom, .tierUpTo, .allowance, .isCovered, .side:
        break
      }
    }
    return keys
  }
}

extension SettledClasses.Key {
  /// Puts the value that the rater would have for a field.
  mutating func put(_ value: UInt64, _ field: SummaryKeyPlan.Field) {
    put(value, SettledClasses.KeySlot(field))
  }

  /// Puts the value that the rater would have for a field.
  @inline(__always) mutating func put(_ value: UInt64, _ slot: SettledClasses.KeySlot) {
    var number = value
    if let lookup = slot.lookup, number < UInt64(lookup.count) {
      number = UInt64(lookup[Int(truncatingIfNeeded: number)])
    }
    SummaryKeyPlan.put(number, shift: slot.shift, &low, &high)
  }

  @inline(__always) static func | (a: Self, b: Self) -> Self {
    Self(low: a.low | b.low, high: a.high | b.high)
  }
}
