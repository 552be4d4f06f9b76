// Events of plans with more than prices by prefix: bands, changes of prices, free quantities, recorded amounts.
//
// The common event of such a plan lies in one band: it gets the number of the price that holds there and goes on as every
// other. What crosses bands, has something free or is charged by its recorded amount is priced exactly.

import BillingCalendar
import Catalog
import Money

/// A part of an event that falls into a row of its own.
struct RatedPart {
  var record: UInt32
  var band: UInt32
  /// Number of the price in the worker's `PriceBook`.
  var price: UInt32
  var raw: Int64
  var billed: Int64
  var amount: Amount
}

/// A further row of a rated record: it counts no event, and what becomes of it is what becomes of the record.
struct PartRow: BitwiseCopyable {
  /// Number of the record's row in its chunk.
  var row: UInt32
  var keyLow: UInt64
  var keyHigh: UInt64
  var quantityRaw: Int64
  var quantityBilled: Int64
  var amountPico: Int128
  /// Whether `amountPico` is what the record's supplier charges, and nothing else of it is there.
  var isCost = false

  /// The cost of a rated record: under the key of its first row, on the side of costs.
  init(costPico: Int128, row: UInt32, of first: OutcomeRow) {
    self.init(
      row: row, keyLow: first.keyLow | SummaryKeyPlan.costSide, keyHigh: first.keyHigh, quantityRaw: 0,
      quantityBilled: 0, amountPico: costPico, isCost: true)
  }

  init(
    row: UInt32, keyLow: UInt64, keyHigh: UInt64, quantityRaw: Int64, quantityBilled: Int64,
    amountPico: Int128, isCost: Bool = false
  ) {
    self.row = row
    self.keyLow = keyLow
    self.keyHigh = keyHigh
    self.quantityRaw = quantityRaw
    self.quantityBilled = quantityBilled
    self.amountPico = amountPico
    self.isCost = isCost
  }
}

extension Rater {
  /// Replaces the price of a record by the one that holds for its account, band and day; true where it goes on.
  func adjust(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ plan: CompiledPlan,
    _ charge: CompiledCharge, group: UInt32
  ) -> Bool {
    change[record] = CompiledCatalog.none
    basePrice[record] = price[record]
    var span = BandClock.Span(fromSeconds: .min, untilSeconds: .max, band: 0)
    if plan.bandSet >= 0 {
      span = bandClocks.clock(bandSet: plan.bandSet, account: account[record]).span(
        atSeconds: seconds[record])
      band[record] = span.band
    }
    if charge.asksForAmount {
      chargeMarks[record] |= CompiledCatalog.ChargeEntry.hasLimits
      return takesAmount(record, batch, columns, fields)
    }
    change[record] = priceChange(record, batch, plan, group: group)
    guard let price = price(record, batch, plan, band: span.band) else {
      return suspend(record, batch, .amountTooLarge)
    }
    self.price[record] = price
    if charge.freeQuantity > 0 || leaves(span, record, batch, plan) {
      chargeMarks[record] |= CompiledCatalog.ChargeEntry.hasLimits
    }
    return true
  }

  /// The number of the price that a record has in a band; nil where it is no price.
  private func price(_ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan, band: UInt32) -> UInt32? {
    let question = PriceBook.Question(
      base: basePrice[record], charge: plan.firstCharge + charge[record], change: change[record], band: band)
    let kind = UsageKind(rawValue: batch.kind[record]) ?? .voice
    let price = book.price(question, plan.charges[Int(charge[record])], kind: kind)
    return price == PriceBook.none ? nil : price
  }

  /// Whether a call goes on after the band of its beginning, or may: what is charged of it decides.
  private func leaves(
    _ span: BandClock.Span, _ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan
  ) -> Bool {
    guard plan.bandSet >= 0, plan.crossing != .start, batch.kind[record] == UsageKind.voice.rawValue else {
      return false
    }
    let quantity = batch.quantity[record]
    guard quantity >= 0, quantity < Int64(UInt32.max) * 1000 else { return true }
    let length = max((quantity + 999) / 1000 * 1000, book.prices[Int(price[record])].minimum)
    return batch.chargingStart(record) + length > span.untilSeconds * 1000
  }

  // MARK: recorded amounts

  /// Whether a record has an amount in the currency of its plan.
  private func takesAmount(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> Bool {
    guard fields.amount != nil, batch.hasAmount(record) else {
      return suspend(record, batch, .missingAmount)
    }
    guard let slot = fields.amountCurrency, columns.lengths(slot)[record] > 0 else { return true }
    let text = UnsafeBufferPointer(
      start: columns.texts(slot)[record], count: Int(columns.lengths(slot)[record]))
    let currency = catalog.currencies[Int(catalog.planEntries[Int(plan[record])].currency)]
    return text.elementsEqual(currency.code.utf8) || suspend(record, batch, .otherCurrency)
  }

  private func priceRecorded(
    _ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan, _ charge: CompiledCharge,
    _ recorded: RecordedPrice
  ) -> Bool {
    let quantity = batch.quantity[record]
    let usage = usage(record, batch, charge)
    if let fault = usage.fault { return suspend(record, batch, fault) }
    guard
      let priced = RecordedCharge.amount(
        batch.recordedAmount(record), quantity: quantity, recorded, plan: plan, charge: charge)
    else { return suspend(record, batch, .amountTooLarge) }
    billed[record] = RecordedCharge.billed(quantity, isVoice: usage.isVoice, plan: plan)
    amount[record] = priced.amount.pico
    return true
  }

  // MARK: parts

  /// Prices an event of an adjusted plan in full generality.
  func priceInParts(_ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan) -> Bool {
    if batch.quantity[record] == UsageBatch.absentQuantity { return suspend(record, batch, .missingQuantity) }
    let charge = plan.charges[Int(self.charge[record])]
    if let recorded = charge.recorded { return priceRecorded(record, batch, plan, charge, recorded) }
    switch derive(record, batch, plan) {
    case .success(let priced):
      billed[record] = priced.billed
      amount[record] = priced.amount.pico
      band[record] = priced.parts[0].band
      price[record] = priced.parts[0].price
      guard priced.parts.count > 1 else { return true }
      parts += priced.parts.map {
        RatedPart(
          record: UInt32(record), band: $0.band, price: $0.price, raw: $0.raw, billed: $0.billed,
          amount: $0.amount)
      }
      return true
    case .failure(let fault): return suspend(record, batch, fault.reason)
    }
  }

  private func usage(_ record: Int, _ batch: UsageBatch, _ charge: CompiledCharge) -> EventPrice.Usage {
    EventPrice.Usage(
      quantity: batch.quantity[record], isVoice: batch.kind[record] == UsageKind.voice.rawValue,
      isAnswered: batch.isAnswered[record] != 0, freeQuantity: charge.freeQuantity)
  }

  /// The price of an event of an adjusted plan, part by part. Asks for account, charge, change and price before it only.
  func derive(
    _ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan
  ) -> Result<EventPrice.Priced, EventPrice.Fault> {
    let charge = plan.charges[Int(self.charge[record])]
    let usage = usage(record, batch, charge)
    if let fault = usage.fault { return .failure(EventPrice.Fault(reason: fault)) }
    let clock =
      plan.bandSet < 0 ? nil : bandClocks.clock(bandSet: plan.bandSet, account: account[record])
    let startBand = clock?.span(atSeconds: seconds[record]).band ?? 0
    guard let startPrice = price(record, batch, plan, band: startBand) else {
      return .failure(EventPrice.Fault(reason: .amountTooLarge))
    }
    // The fee is that of the band of the charging start; the minimum is the same in every band.
    let start = book.prices[Int(startPrice)]
    var bands = [BandClock.Stay(band: startBand, from: 0, until: .max)]
    if let clock, usage.isVoice, plan.crossing != .start {
      let wanted = usage.wanted(plan, minimum: start.minimum)
      // Something free was used before the first second that is charged.
      let origin = batch.chargingStart(record) + (usage.charged(plan) > 0 ? charge.freeQuantity : 0)
      guard let found = clock.stays(fromMillis: origin, length: wanted) else {
        return .failure(EventPrice.Fault(reason: .amountTooLarge))
      }
      bands = found
    }
    var stays: [EventPrice.Stay] = []
    for stay in bands {
      guard let number = price(record, batch, plan, band: stay.band) else {
        return .failure(EventPrice.Fault(reason: .amountTooLarge))
      }
      let price = book.prices[Int(number)]
      stays.append(
        EventPrice.Stay(
          band: stay.band, price: number,
          unitPrice: UnitPrice(pico: price.pricePico, units: price.priceUnits),
          increment: book.increments[Int(price.incrementIndex)], from: stay.from, until: stay.until))
    }
    return EventPrice.inParts(
      usage, stays: stays, minimum: start.minimum, feePico: start.feePico,
      startPart: (startBand, startPrice), plan: plan, charge: charge)
  }

  // MARK: rows

  /// Shares the rows of records with several parts among these: the record's own row keeps the first.
  func emitParts(_ batch: UsageBatch, _ rows: UnsafeMutablePointer<OutcomeRow>) -> [PartRow] {
    var found: [PartRow] = []
    var row = 0
    var next = 0
    for record in 0..<batch.count where next < parts.count {
      let door = batch.door[record]
      if door == Door.unparsable || door == Door.noEvent { continue }
      var isFirst = true
      while next < parts.count, Int(parts[next].record) == record {
        let part = parts[next]
        next += 1
        guard door == Door.rated else { continue }
        if isFirst {
          rows[row].setSums(raw: part.raw, billed: part.billed, amountPico: part.amount.pico)
        } else {
          found.append(partRow(part, row: row, like: rows[row]))
        }
        isFirst = false
      }
      row += 1
    }
    return found
  }

  private func partRow(_ part: RatedPart, row: Int, like first: OutcomeRow) -> PartRow {
    var (low, high) = (first.keyLow, first.keyHigh)
    for field in keyPlan.fields {
      var number: UInt64
      switch field.part {
      case .band: number = UInt64(part.band)
      case .unitPrice, .price, .per: number = UInt64(book.fastPrices[Int(part.price)].unitPriceRank)
      default: continue
      }
      if let lookup = field.lookup, number < UInt64(lookup.count) { number = UInt64(lookup[Int(number)]) }
      SummaryKeyPlan.replace(field, by: number, &low, &high)
    }
    return PartRow(
      row: UInt32(row), keyLow: low, keyHigh: high, quantityRaw: part.raw, quantityBilled: part.billed,
      amountPico: part.amount.pico)
  }
}
