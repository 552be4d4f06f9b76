// Door 6, second half: the amount, the summary key, and the row that leaves.

import Catalog
import Money

extension Rater {
  func priceEvents(_ batch: UsageBatch) {
    let prices = book.fastPrices
    let rows = catalog.prefixes.rows
    let plans = catalog.planEntries
    if catalog.settled.isAny { prefetchBaseCells(batch) }
    keepLive { record in
      let quantity = batch.quantity[record]
      // The common event: a plain plan, first/next, whole seconds, no fee, no limits.
      if quantity >= 0, quantity < Int64(UInt32.max) * 1000, plans[Int(plan[record])].isPlain != 0,
        chargeMarks[record] == 0
      {
        let price = Int(self.price[record])
        let row = Int(self.row[record])
        // The row has its price with it, unless the charge changed it: one table less to read.
        let fast = row != 0 && Int(rows[row &- 1].price) == price ? rows[row &- 1].fast : prices[price]
        unitPriceRank[record] = fast.unitPriceRank
        let isVoice = batch.kind[record] == UsageKind.voice.rawValue
        let units = UInt64(bitPattern: isVoice ? (quantity &+ 999) / 1000 : quantity)
        let charged = fast.billed(units)
        if fast.isFast, charged < 1 << 32 {
          let micro = fast.amountMicro(charged)
          if micro < OutcomeRow.amountMicroLimit {
            billed[record] = Int64(bitPattern: isVoice ? charged &* 1000 : charged)
            amount[record] = Int128(micro) &* 1_000_000
            return true
          }
        }
      }
      guard priceExactly(record, batch) else { return false }
      // It may have another price now, and one that was not there before.
      unitPriceRank[record] = book.fastPrices[Int(price[record])].unitPriceRank
      return true
    }
  }

  /// Prices an event in full generality, or puts it aside for settling.
  func priceExactly(_ record: Int, _ batch: UsageBatch) -> Bool {
    if chargeMarks[record] & CompiledCatalog.ChargeEntry.isSettled != 0 { return admit(record, batch) }
    let quantity = batch.quantity[record]
    if quantity == UsageBatch.absentQuantity { return suspend(record, batch, .missingQuantity) }
    let plan = catalog.plans[Int(plan[record])]
    if plan.isAdjusted { return priceInParts(record, batch, plan) }
    let price = catalog.prices[Int(self.price[record])]
    let result = EventPrice.exact(
      quantity: quantity, isVoice: batch.kind[record] == UsageKind.voice.rawValue,
      isAnswered: batch.isAnswered[record] != 0, price: price,
      increment: catalog.increments[Int(price.incrementIndex)], plan: plan,
      charge: plan.charges[Int(charge[record])])
    switch result {
    case .success(let priced):
      billed[record] = priced.billed
      amount[record] = priced.amount.pico
      return true
    case .failure(let fault): return suspend(record, batch, fault.reason)
    }
  }

  /// Packs the keys of all rated records, part by part.
  func packKeys(_ batch: UsageBatch) {
    let count = liveCount
    let live = self.live
    for at in 0..<count {
      let record = Int(live[at])
      keyLow[record] = 0
      keyHigh[record] = 0
    }
    if keyPlan.needsDay {
      var calendars = self.calendars
      for at in 0..<count {
        let record = Int(live[at])
        day[record] = calendars.day(account: account[record], seconds: seconds[record])
      }
      self.calendars = calendars
    }
    for field in keyPlan.fields {
      switch field.part {
      case .account: put(field) { UInt64(account[$0]) }
      case .identity, .costCentre, .service:
        let entries = catalog.services.entries
        put(field) { UInt64(entries[Int(entry[$0])].identity) }
      case .period:
        var calendars = self.calendars
        put(field) { calendars.period(account: account[$0], seconds: seconds[$0]) }
        self.calendars = calendars
      case .day: put(field) { UInt64(UInt16(clamping: day[$0])) }
      case .plan: put(field) { UInt64(plan[$0]) }
      case .charge: put(field) { UInt64(chargeName[$0]) }
      case .kind: put(field) { UInt64(batch.kind[$0]) }
      case .direction: put(field) { UInt64(batch.direction[$0]) }
      case .tariff, .group: put(field) { UInt64(tariff[$0]) }
      case .destination:
        // Meters that came with usage have no destination, all alike.
        let knownCount = UInt32(catalog.tariffs.count)
        let unnamed = meters.unnamed
        put(field) { UInt64(tariff[$0] < knownCount ? tariff[$0] : unnamed) }
      case .unitPrice, .price, .per: put(field) { UInt64(unitPriceRank[$0]) }
      case .band: put(field) { UInt64(band[$0]) }
      case .jurisdiction: put(field) { UInt64(jurisdiction[$0]) }
      case .supplier: if let costs { put(field) { UInt64(costs.supplier[$0]) } }
      case .costCurrency: if let costs { put(field) { UInt64(costs.currency[$0]) } }
      case .side: continue
      // What is priced here has none of these.
      case .tier, .tierFrom, .tierUpTo, .allowance, .isCovered: break
      case .currency:
        let plans = catalog.planEntries
        put(field) { UInt64(plans[Int(plan[$0])].currency) }
      }
    }
  }

  @inline(__always) func put(_ field: SummaryKeyPlan.Field, _ value: (Int) -> UInt64) {
    let keyLow = self.keyLow
    let keyHigh = self.keyHigh
    let live = self.live
    let count = liveCount
    let lookup = field.lookup?.base
    let lookupCount = UInt64(field.lookup?.count ?? 0)
    let shift = UInt64(field.shift)
    if keyPlan.bits <= 64 {
      for at in 0..<count {
        let record = Int(live[at])
        var number = value(record)
        if let lookup, number < lookupCount { number = UInt64(lookup[Int(truncatingIfNeeded: number)]) }
        keyLow[record] |= number &<< shift
      }
      return
    }
    for at in 0..<count {
      let record = Int(live[at])
      var number = value(record)
      if let lookup, number < lookupCount { number = UInt64(lookup[Int(truncatingIfNeeded: number)]) }
      SummaryKeyPlan.put(number, shift: field.shift, &keyLow[record], &keyHigh[record])
    }
  }

  /// Writes a row for every record past door 2.
  func emit(_ batch: UsageBatch, into rows: UnsafeMutablePointer<OutcomeRow>) -> Int {
    for at in 0..<liveCount { batch.door[Int(live[at])] = Door.rated }
    var out = rows
    for record in 0..<batch.count {
      let door = batch.door[record]
      if door == Door.unparsable || door == Door.noEvent { continue }
      let isRated = door == Door.rated
      out.initialize(
        to: OutcomeRow(
          keyLow: keyLow[record], keyHigh: keyHigh[record], identity: batch.identityLow[record],
          identityHigh: UInt32(truncatingIfNeeded: batch.identityHigh[record]),
          content: UInt32(truncatingIfNeeded: batch.content[record] &>> 32),
          quantityRaw: batch.quantity[record], quantityBilled: isRated ? billed[record] : 0,
          amountPico: isRated ? amount[record] : 0, payload: OutcomeRow.noPayload,
          reason: isRated ? 0 : batch.reason[record], door: door, kind: batch.kind[record],
          isRowKeyed: batch.isRowKeyed[record]))
      out += 1
    }
    return out - rows
  }
}
