// Prices that a deck row, a charge, a band and a change of prices make together: worked out when an event first needs them.
//
// All combinations of a large deck with bands and changes would be more than any run meets, so they are not compiled. The
// catalog's own prices keep their numbers; those that are worked out come behind them, numbered by each worker for itself.

import Catalog
import Money
import Synchronization

/// The prices of one worker by number. A catalog without bands and changes of prices is read where it lies.
final class PriceBook {
  private let catalog: CompiledCatalog
  private let numbers: UnitPriceNumbers
  /// By price.
  private(set) var fastPrices: FlatTable<FastPrice>
  private(set) var prices: FlatTable<CompiledPrice>
  private(set) var increments: [BillingIncrement]
  private var count: Int
  private var isOwn = false
  private var known: [Question: UInt32] = [:]
  private var incrementNumbers: [BillingIncrement: UInt32] = [:]
  // The answers of late, by the hash of their question: most events need no dictionary.
  private var recent: [(question: Question, price: UInt32)]

  /// What a price is made from.
  struct Question: Hashable {
    /// Price of the row under the charge, or of the charge.
    var base: UInt32
    /// Number of the charge among those of all plans.
    var charge: UInt32
    /// Number of the change; `CompiledCatalog.none` for none.
    var change: UInt32
    var band: UInt32
  }

  /// No price: it is larger than a price can be, or there are more than a run can tell apart.
  static let none = UInt32.max
  private static let recentCount = 1024

  init(_ catalog: CompiledCatalog, _ numbers: UnitPriceNumbers) {
    self.catalog = catalog
    self.numbers = numbers
    fastPrices = catalog.fastPrices
    prices = catalog.prices
    increments = catalog.increments
    count = catalog.prices.count
    let nothing = Question(base: .max, charge: .max, change: .max, band: .max)
    recent = Array(repeating: (nothing, Self.none), count: catalog.hasOpenPrices ? Self.recentCount : 0)
  }

  deinit {
    guard isOwn else { return }
    fastPrices.deallocate()
    prices.deallocate()
  }

  /// The number of a price; `none` where there is no such price.
  func price(_ question: Question, _ charge: CompiledCharge, kind: UsageKind) -> UInt32 {
    let mixed =
      question.base &* 0x9e37_79b9 ^ question.charge &* 0x85eb_ca6b ^ question.change &* 0xc2b2_ae35
      ^ question.band &* 0x27d4_eb2f
    let at = Int((mixed ^ mixed &>> 15) & UInt32(Self.recentCount - 1))
    if recent[at].question == question { return recent[at].price }
    let price = known[question] ?? workOut(question, charge, kind)
    known[question] = price
    recent[at] = (question, price)
    return price
  }

  // MARK: working out

  private func workOut(_ question: Question, _ charge: CompiledCharge, _ kind: UsageKind) -> UInt32 {
    let base = prices[Int(question.base)]
    var price = UnitPrice(pico: base.pricePico, units: base.priceUnits)
    var feePico = base.feePico
    var increment = increments[Int(base.incrementIndex)]
    if let deck = catalog.variant(ofPrice: question.base, band: question.band) {
      price.pico = deck.pricePico
      if let fee = deck.connectionFeePico, !charge.ownsFee { feePico = fee }
      if let own = deck.increment, !charge.ownsIncrement { increment = catalog.increments[Int(own)] }
    }
    if let own = charge.bandPrices.first(where: { $0.band == question.band })?.price {
      switch own.change {
      case .price(let other): price = other
      case .ratio(let ratio):
        guard let changed = Self.applied(ratio, price), let steps = Self.applied(ratio, increment) else {
          return Self.none
        }
        (price, increment) = (changed, steps)
      case nil: break
      }
      if let fee = own.connectionFeePico { feePico = fee }
      if let steps = own.increment { increment = steps }
    }
    if question.change != CompiledCatalog.none {
      let change = catalog.priceChanges[Int(question.change)]
      switch change.change {
      case .price(let pico, let units): price = UnitPrice(pico: pico, units: units ?? price.units)
      case .ratio(let ratio):
        guard let changed = Self.applied(ratio, price), let steps = Self.applied(ratio, increment) else {
          return Self.none
        }
        (price, increment) = (changed, steps)
        if change.changesFees {
          guard let fee = ratio.applied(toPico: feePico) else { return Self.none }
          feePico = fee
        }
      }
    }
    return add(price, feePico: feePico, minimum: base.minimum, increment, kind)
  }

  private static func applied(_ ratio: PriceRatio, _ price: UnitPrice) -> UnitPrice? {
    ratio.applied(toPico: price.pico).map { UnitPrice(pico: $0, units: price.units) }
  }

  /// The increment with its step prices changed.
  private static func applied(_ ratio: PriceRatio, _ increment: BillingIncrement) -> BillingIncrement? {
    var changed = increment
    for index in changed.steps.indices {
      guard let price = changed.steps[index].price else { continue }
      guard let own = applied(ratio, price) else { return nil }
      changed.steps[index].price = own
    }
    return changed
  }

  private func add(
    _ price: UnitPrice, feePico: Int64, minimum: Int64, _ increment: BillingIncrement, _ kind: UsageKind
  ) -> UInt32 {
    let text = CompiledCatalog.UnitPriceText(pico: price.pico, units: price.units, kind: kind.rawValue)
    guard let rank = numbers.number(text) else { return Self.none }
    makeRoom()
    fastPrices[count] = FastPrice(
      price: price, feePico: feePico, minimum: minimum, increment: increment, kind: kind, unitPriceRank: rank)
    prices[count] = CompiledPrice(
      pricePico: price.pico, priceUnits: price.units, feePico: feePico, minimum: minimum,
      incrementIndex: number(increment))
    count += 1
    return UInt32(count - 1)
  }

  private func number(_ increment: BillingIncrement) -> UInt32 {
    if incrementNumbers.isEmpty {
      for (index, known) in increments.enumerated() { incrementNumbers[known] = UInt32(index) }
    }
    if let number = incrementNumbers[increment] { return number }
    increments.append(increment)
    incrementNumbers[increment] = UInt32(increments.count - 1)
    return UInt32(increments.count - 1)
  }

  private func makeRoom() {
    guard !isOwn || count == prices.count else { return }
    let fast = FlatTable<FastPrice>(zeroedCount: max(64, count * 2))
    let full = FlatTable<CompiledPrice>(zeroedCount: max(64, count * 2))
    fast.base.update(from: fastPrices.base, count: count)
    full.base.update(from: prices.base, count: count)
    if isOwn {
      fastPrices.deallocate()
      prices.deallocate()
    }
    (fastPrices, prices, isOwn) = (fast, full, true)
  }
}

/// Numbers of unit prices for the summary's key: the catalog's, and those that were worked out. Shared by all workers.
///
/// The numbers depend on who asks first and never show: texts are ranked before anything is written.
final class UnitPriceNumbers: Sendable {
  private typealias Text = CompiledCatalog.UnitPriceText

  private let catalog: CompiledCatalog
  // Guards the numbers given out; the catalog's are among them from the first question on.
  private let found = Mutex<(texts: [Text], numbers: [Text: UInt32])>(([], [:]))

  init(_ catalog: CompiledCatalog) { self.catalog = catalog }

  /// The number of a unit price; nil where more appear than a run can tell apart.
  func number(_ text: CompiledCatalog.UnitPriceText) -> UInt32? {
    found.withLock { found in
      if found.texts.isEmpty {
        found.texts = catalog.unitPrices
        for (index, known) in catalog.unitPrices.enumerated() { found.numbers[known] = UInt32(index) }
      }
      if let number = found.numbers[text] { return number }
      guard found.texts.count < catalog.unitPrices.count + SummaryKeyPlan.openPricesMax else { return nil }
      found.texts.append(text)
      found.numbers[text] = UInt32(found.texts.count - 1)
      return UInt32(found.texts.count - 1)
    }
  }

  /// The unit price of a number.
  func text(_ number: Int) -> CompiledCatalog.UnitPriceText {
    number < catalog.unitPrices.count ? catalog.unitPrices[number] : found.withLock { $0.texts[number] }
  }
}
