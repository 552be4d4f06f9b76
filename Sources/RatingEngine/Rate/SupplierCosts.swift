// What suppliers charge for the events of one batch: the columns, the choice of the supplier, the exact price.
//
// Owned by one worker. It knows no plan and no allowance: a supplier charges the whole event.

import BillingCalendar
import Catalog
import Money

/// What the supplier of an event charges. Numbers are those of `CostTables`.
struct EventCost: Equatable, BitwiseCopyable {
  /// Number of the supplier; 0 where none carries the event.
  var supplier: UInt32 = 0
  /// Number of the currency; 0 where the supplier's deck has no row for the event: its cost is missing, and is not 0.
  var currency: UInt32 = 0
  var pico: Int128 = 0
}

/// Costs of the batch that is rated, by record.
final class SupplierCosts {
  let tables: CostTables
  private let holidays: [HolidayList]
  /// By rule.
  private var clocks: [BandClock?]
  // Rules by the text of a trunk: there are few trunks, and the last is mostly the next.
  private var candidates: [[UInt8]: [Int]] = [:]
  private var lastTrunk: [UInt8]?
  private var lastCandidates: [Int] = []

  /// Index of the rule that takes the record; −1 for none.
  let rule = SupplierCosts.column(Int32.self)
  /// Deck row + 1, 0 for none.
  let row = SupplierCosts.column(UInt32.self)
  let supplier = SupplierCosts.column(UInt32.self)
  let currency = SupplierCosts.column(UInt32.self)
  let amount = SupplierCosts.column(Int128.self)

  /// Names of trunks that are remembered: usage may name one for every call.
  private static let trunksMax = 4096

  init(_ tables: CostTables, holidays: [HolidayList]) {
    self.tables = tables
    self.holidays = holidays
    clocks = Array(repeating: nil, count: tables.rules.count)
  }

  deinit {
    rule.deallocate()
    amount.deallocate()
    for pointer in [row, supplier, currency] { pointer.deallocate() }
  }

  private static func column<T: BitwiseCopyable>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    let pointer = UnsafeMutablePointer<T>.allocate(capacity: FieldColumns.batchCapacity + 1)
    UnsafeMutableRawPointer(pointer).initializeMemory(
      as: UInt8.self, repeating: 0, count: (FieldColumns.batchCapacity + 1) * MemoryLayout<T>.stride)
    return pointer
  }

  /// What the supplier of a record charges.
  func cost(_ record: Int) -> EventCost {
    EventCost(supplier: supplier[record], currency: currency[record], pico: amount[record])
  }

  // MARK: the supplier

  /// Index of the first rule that an event on this trunk meets; −1 for none.
  func rule(trunk: UnsafeBufferPointer<UInt8>, combination: Int, atSeconds seconds: Int64) -> Int32 {
    if lastTrunk.map({ !trunk.elementsEqual($0) }) ?? true { look(trunk) }
    for index in lastCandidates {
      let carries = tables.rules[index].combinations &>> UInt16(combination) & 1 != 0
      if carries, seconds >= tables.rules[index].fromSeconds, seconds < tables.rules[index].untilSeconds {
        return Int32(index)
      }
    }
    return -1
  }

  /// Finds the rules whose trunks fit a text.
  private func look(_ trunk: UnsafeBufferPointer<UInt8>) {
    let text = Array(trunk)
    if let known = candidates[text] {
      lastCandidates = known
    } else {
      if candidates.count == Self.trunksMax { candidates.removeAll() }
      lastCandidates = tables.rules.indices.filter { index in
        tables.rules[index].trunks.contains { $0.fits(trunk) }
      }
      candidates[text] = lastCandidates
    }
    lastTrunk = text
  }

  /// The clock of a deck's bands; nil where the deck has none.
  func clock(ofRule index: Int) -> BandClock? {
    guard !tables.rules[index].bands.isEmpty else { return nil }
    if let clock = clocks[index] { return clock }
    let clock = BandClock(
      tables.rules[index].bands, holidays: holidays, zone: tables.rules[index].zone)
    clocks[index] = clock
    return clock
  }

  // MARK: the price

  /// An event as far as its cost is concerned.
  struct Event {
    var quantity: Int64
    var isVoice: Bool
    var isAnswered: Bool
    var startMillis: Int64
  }

  /// The exact cost by a price of a deck, in its bands; nil where it is beyond any amount, or no quantity to charge.
  func exact(
    _ event: Event, ofRule index: Int, price number: UInt32, _ catalog: CompiledCatalog
  ) -> EventPrice.Priced? {
    let usage = EventPrice.Usage(
      quantity: event.quantity, isVoice: event.isVoice, isAnswered: event.isAnswered, freeQuantity: 0)
    guard event.quantity != UsageBatch.absentQuantity, usage.fault == nil else { return nil }
    let (terms, charge) = (CostTables.terms, CostTables.charge)
    let price = catalog.prices[Int(number)]
    guard let clock = clock(ofRule: index) else {
      return try? EventPrice.exact(
        quantity: event.quantity, isVoice: event.isVoice, isAnswered: event.isAnswered, price: price,
        increment: catalog.increments[Int(price.incrementIndex)], plan: terms, charge: charge
      ).get()
    }
    let startBand = clock.span(atSeconds: Instant.seconds(ofMillis: event.startMillis)).band
    var bands = [BandClock.Stay(band: startBand, from: 0, until: .max)]
    if event.isVoice {
      let length = usage.wanted(terms, minimum: price.minimum)
      guard let found = clock.stays(fromMillis: event.startMillis, length: length) else { return nil }
      bands = found
    }
    let stays = bands.map { stay in
      let own = catalog.variant(ofPrice: number, band: stay.band)
      return EventPrice.Stay(
        band: stay.band, price: number,
        unitPrice: UnitPrice(pico: own?.pricePico ?? price.pricePico, units: price.priceUnits),
        increment: catalog.increments[Int(own?.increment ?? price.incrementIndex)], from: stay.from,
        until: stay.until)
    }
    let fee = catalog.variant(ofPrice: number, band: startBand)?.connectionFeePico ?? price.feePico
    return try? EventPrice.inParts(
      usage, stays: stays, minimum: price.minimum, feePico: fee, startPart: (startBand, number), plan: terms,
      charge: charge
    ).get()
  }
}
