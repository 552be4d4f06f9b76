// What settling reads of a run: the classes of its base cells, and how each becomes a summary row.

import Catalog
import Money
import Tables

/// The base cells of a run with what follows from them. Immutable, shared by all workers.
struct SettledClasses: Sendable {
  /// What the usual event asks of its cell, without the lists behind it.
  struct Terms: BitwiseCopyable {
    var minimum: Int64
    /// The one size of its increments; 0 where there are several steps, or a step has a price.
    var size: Int64
    var pricePico: Int64
    var priceUnits: Int64
    var startBand: Int32
    /// Whether a quantity may cross into another band.
    var mayCross: Bool
    var isVoice: Bool
  }
  /// A summary key, or a part of one: its bits.
  struct Key: BitwiseCopyable, Hashable {
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  let catalog: CompiledCatalog
  let cells: [BaseCell]
  let tables: SettleTables
  let terms: FlatTable<Terms>
  /// The fields of a row's key that the cell decides, by cell.
  let keys: FlatTable<Key>
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
    var numbers: [UsageClass: UInt32] = [:]
    let usages = cells.map { Self.usageClass($0, setup, book, bandNumbers) }
    let classByCell = usages.map { usage in
      if let number = numbers[usage] { return number }
      let number = UInt32(classes.count)
      classes.append(usage)
      numbers[usage] = number
      return number
    }
    tables = SettleTables(catalog.source, classes: classes, classByCell: classByCell)
    terms = FlatTable(zip(cells, usages).map { Self.terms($0, $1, catalog) })
    keys = FlatTable(cells.map { Self.key($0, setup) })
    tierNumbers = FlatTable(catalog.settled.tierNumbers.flatMap { $0 })
    var firstTier: UInt32 = 0
    firstTiers = FlatTable(
      catalog.settled.tierNumbers.map { numbers in
        defer { firstTier += UInt32(numbers.count) }
        return firstTier
      })
  }

  func deallocate() {
    terms.deallocate()
    keys.deallocate()
    tierNumbers.deallocate()
    firstTiers.deallocate()
  }

  private static func usageClass(
    _ cell: BaseCell, _ setup: RunSetup, _ book: PriceBook, _ bandNumbers: [[UInt32]]
  ) -> UsageClass {
    let catalog = setup.catalog
    let (planIndex, chargeIndex) = catalog.settled.charges[Int(cell.charge)]
    let charge = catalog.plans[planIndex].charges[chargeIndex]
    let kind = UsageKind(rawValue: cell.kind) ?? .event
    var number = cell.basePrice
    if catalog.plans[planIndex].isAdjusted, !charge.asksForAmount {
      let question = PriceBook.Question(
        base: cell.basePrice, charge: cell.charge, change: cell.change, band: cell.band)
      // The rater asked the same, and would have suspended an event without a price.
      let found = book.price(question, charge, kind: kind)
      if found != PriceBook.none { number = found }
    }
    let price = book.prices[Int(number)]
    return UsageClass(
      plan: planIndex, charge: chargeIndex, kind: kind,
      direction: UsageDirection(rawValue: cell.direction) ?? .outbound,
      ratingGroup: SummaryTexts.tariff(Int(cell.tariff), catalog, setup.meters).group,
      startBand: bandNumbers[planIndex].firstIndex(of: cell.band) ?? 0,
      price: UnitPrice(pico: price.pricePico, units: price.priceUnits), feePico: price.feePico,
      minimum: price.minimum, increment: book.increments[Int(price.incrementIndex)])
  }

  private static func terms(_ cell: BaseCell, _ usage: UsageClass, _ catalog: CompiledCatalog) -> Terms {
    let plan = catalog.plans[usage.plan]
    let steps = usage.increment.steps
    let isSimple = steps.count == 1 && steps[0].price == nil
    return Terms(
      minimum: usage.minimum, size: isSimple ? steps[0].size : 0, pricePico: usage.price.pico,
      priceUnits: usage.price.units, startBand: Int32(usage.startBand),
      // Amounts take the band of the charging start.
      mayCross: plan.bandSet >= 0 && plan.crossing != .start && usage.kind == .voice
        && !plan.charges[usage.charge].asksForAmount,
      isVoice: usage.kind == .voice)
  }

  private static func key(_ cell: BaseCell, _ setup: RunSetup) -> Key {
    let plan = setup.catalog.settled.charges[Int(cell.charge)].plan
    let charge = setup.catalog.plans[plan].charges[setup.catalog.settled.charges[Int(cell.charge)].index]
    var key = Key()
    for field in setup.keyPlan.fields {
      switch field.part {
      case .plan: key.put(UInt64(plan), field)
      case .charge: key.put(UInt64(charge.name), field)
      case .kind: key.put(UInt64(cell.kind), field)
      case .direction: key.put(UInt64(cell.direction), field)
      case .tariff, .group: key.put(UInt64(cell.tariff), field)
      case .destination:
        let isNamed = Int(cell.tariff) < setup.catalog.tariffs.count
        key.put(UInt64(isNamed ? cell.tariff : setup.meters.unnamed), field)
      case .currency: key.put(UInt64(setup.catalog.plans[plan].currency), field)
      case .jurisdiction: key.put(UInt64(cell.jurisdiction), field)
      case .supplier: key.put(UInt64(cell.supplier), field)
      case .costCurrency: key.put(UInt64(cell.costCurrency), field)
      case .identity, .account, .costCentre, .service, .period, .day, .unitPrice, .price, .per, .band, .tier,
        .tierFrom, .tierUpTo, .allowance, .isCovered, .side:
        break
      }
    }
    return key
  }
}

extension SettledClasses.Key {
  /// Puts the value that the rater would have for a field.
  @inline(__always) mutating func put(_ value: UInt64, _ field: SummaryKeyPlan.Field) {
    var number = value
    if let lookup = field.lookup, number < UInt64(lookup.count) {
      number = UInt64(lookup[Int(truncatingIfNeeded: number)])
    }
    SummaryKeyPlan.put(number, shift: field.shift, &low, &high)
  }

  @inline(__always) static func | (a: Self, b: Self) -> Self {
    Self(low: a.low | b.low, high: a.high | b.high)
  }
}
