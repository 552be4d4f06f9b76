// The rater's increments and bands, for what is settled.

import Catalog
import Money

/// Cuts quantities by the increments, bands and changes of prices of the compiled catalog. Owned by one worker.
struct BandStretching: EventStretching {
  private let classes: SettledClasses
  private let mayCross: FlatTable<Bool>
  private let book: PriceBook
  private var clocks: BandClocks
  private var one = OneBandStretching()

  init(_ classes: SettledClasses, _ setup: RunSetup) {
    self.classes = classes
    mayCross = classes.mayCross
    book = PriceBook(setup.catalog, setup.unitPrices)
    clocks = BandClocks(setup.catalog)
  }

  @inline(__always) func staysInOneBand(_ usage: SettleTables.ClassReference) -> Bool {
    !mayCross[Int(usage.index)]
  }

  @inline(__always) mutating func append(
    _ quantity: Int64, atMillis: Int64, of event: PackedEvent, _ usage: SettleTables.ClassReference,
    _ tables: SettleTables, to pieces: inout [EventPiece]
  ) {
    var used = quantity
    if usage.own.isVoice, !usage.terms.keepsMilliseconds { used = (used + 999) / 1000 * 1000 }
    used = max(used, usage.own.minimum)
    if usage.own.steps.isPlain, !mayCross[Int(usage.index)] {
      pieces.append(
        EventPiece(
          band: usage.own.startBand, raw: quantity, billed: usage.own.steps.billed(used),
          pricePico: usage.own.price.pico, priceUnits: usage.own.price.units))
      return
    }
    appendSlowly(quantity, used, atMillis: atMillis, of: event, usage, tables, to: &pieces)
  }

  @inline(never) private mutating func appendSlowly(
    _ quantity: Int64, _ used: Int64, atMillis: Int64, of event: PackedEvent,
    _ usage: SettleTables.ClassReference, _ tables: SettleTables, to pieces: inout [EventPiece]
  ) {
    guard mayCross[Int(usage.index)], let stays = stays(of: event, atMillis: atMillis, length: used) else {
      return one.append(quantity, atMillis: atMillis, of: event, usage, tables, to: &pieces)
    }
    append(stays, quantity, used, of: event, to: &pieces)
  }

  mutating func appendFirstIncrement(
    of event: PackedEvent, _ usage: SettleTables.ClassReference, _ tables: SettleTables,
    to pieces: inout [EventPiece]
  ) { one.appendFirstIncrement(of: event, usage, tables, to: &pieces) }

  /// The bands that a quantity goes through, with their prices; nil where it goes through more than anybody's call.
  private mutating func stays(
    of event: PackedEvent, atMillis: Int64, length: Int64
  ) -> [EventPrice.Stay]? {
    let catalog = classes.catalog
    let cell = classes.cells[Int(event.baseCell)]
    let (plan, charge) = catalog.settled.charges[Int(cell.charge)]
    let clock = clocks.clock(bandSet: catalog.plans[plan].bandSet, account: event.account)
    guard let found = clock.stays(fromMillis: atMillis, length: length) else { return nil }
    var stays: [EventPrice.Stay] = []
    for stay in found {
      let question = PriceBook.Question(
        base: cell.basePrice, charge: cell.charge, change: cell.change, band: stay.band)
      let number = book.price(
        question, catalog.plans[plan].charges[charge], kind: UsageKind(rawValue: cell.kind) ?? .voice)
      guard number != PriceBook.none else { return nil }
      let price = book.prices[Int(number)]
      stays.append(
        EventPrice.Stay(
          band: stay.band, price: number,
          unitPrice: UnitPrice(pico: price.pricePico, units: price.priceUnits),
          increment: book.increments[Int(price.incrementIndex)], from: stay.from, until: stay.until))
    }
    return stays
  }

  private func append(
    _ stays: [EventPrice.Stay], _ quantity: Int64, _ used: Int64, of event: PackedEvent,
    to pieces: inout [EventPiece]
  ) {
    let cell = classes.cells[Int(event.baseCell)]
    let plan = classes.catalog.settled.charges[Int(cell.charge)].plan
    let startsAnew = classes.catalog.plans[plan].crossing == .splitEach
    let first = pieces.count
    var rest = quantity
    for segment in EventPrice.Segment.cut(stays, wanted: used, startsAnew: startsAnew) {
      let band = Int32(classes.bandNumbers[plan].firstIndex(of: segment.band) ?? 0)
      var filled = max(0, min(quantity, segment.until) - segment.from)
      rest -= filled
      let own = pieces.count
      for stretch in segment.stretches {
        let last = pieces.count - 1
        if last >= own, pieces[last].pricePico == stretch.price.pico,
          pieces[last].priceUnits == stretch.price.units
        {
          pieces[last].billed += stretch.billed
          continue
        }
        pieces.append(
          EventPiece(
            band: band, raw: 0, billed: stretch.billed, pricePico: stretch.price.pico,
            priceUnits: stretch.price.units))
      }
      for at in own..<pieces.count {
        pieces[at].raw = at == pieces.count - 1 ? filled : min(filled, pieces[at].billed)
        filled -= pieces[at].raw
      }
    }
    // What no stay has, rounding of milliseconds, stands in the first piece.
    if pieces.count > first { pieces[first].raw += rest }
  }
}
