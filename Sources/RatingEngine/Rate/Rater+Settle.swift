// Events that depend on order: chosen, checked and packed, but not priced.

import CMachine
import Catalog
import Money
import Tables

extension Rater {
  // MARK: which

  /// Marks a record whose charge settles some rating groups only.
  @inline(never) func askGroup(_ record: Int) {
    // Once asked, an event that is not settled is as common as any other.
    chargeMarks[record] &= ~CompiledCatalog.ChargeEntry.asksGroup
    let plan = catalog.plans[Int(plan[record])]
    let group = groupNumber(record)
    guard plan.charges[Int(charge[record])].settledGroups?.contains(group) ?? true else { return }
    chargeMarks[record] |= CompiledCatalog.ChargeEntry.isSettled
  }

  /// Rating group of a record, by number.
  func groupNumber(_ record: Int) -> UInt32 {
    let tariff = tariff[record]
    return Int(tariff) < catalog.tariffs.count ? catalog.tariffs[Int(tariff)].group : meters.group(tariff)
  }

  /// Marks the records of accounts that round by line or have grants.
  func markAccounts() {
    let accounts = catalog.accounts
    for at in 0..<liveCount {
      let record = Int(live[at])
      if accounts[Int(account[record])].isSettled != 0 {
        chargeMarks[record] |= CompiledCatalog.ChargeEntry.isSettled
      }
    }
  }

  /// Takes down when the rated records of the batch began to be charged.
  func noteSpan() {
    for at in 0..<liveCount { span.add(seconds: seconds[Int(live[at])]) }
    for at in 0..<settledCount { span.add(seconds: seconds[Int(settled[at])]) }
  }

  // MARK: whether

  /// Suspends samples without an item whose charge counts items: as one nameless item they would all count one.
  func suspendNamelessSamples(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    keepLive { record in
      guard chargeMarks[record] & CompiledCatalog.ChargeEntry.isSettled != 0 else { return true }
      let number = catalog.planEntries[Int(plan[record])].firstCharge &+ charge[record]
      guard catalog.settled.countsItems[Int(number)] else { return true }
      if let slot = fields.item, columns.lengths(slot)[record] > 0 { return true }
      return suspend(record, batch, .missingItem)
    }
  }

  /// Puts a record aside that can be priced in its period, or suspends it; false, because it is priced here in no case.
  func admit(_ record: Int, _ batch: UsageBatch) -> Bool {
    let quantity = batch.quantity[record]
    if quantity == UsageBatch.absentQuantity { return suspend(record, batch, .missingQuantity) }
    if quantity < 0, batch.kind[record] == UsageKind.voice.rawValue {
      return suspend(record, batch, .negativeQuantity)
    }
    billed[record] = 0
    amount[record] = 0
    let plan = catalog.planEntries[Int(plan[record])]
    let charge = plan.firstCharge &+ charge[record]
    let place = rowPlace(record, batch, plan, charge)
    if place >= 0, quantity.magnitude <= UInt64(baseCells.leastQuantityMax),
      let number = baseCells.byRow.number(place)
    {
      baseCell[record] = number
    } else {
      let cell = entry(record, batch, plan, charge, isCosted: false)
      if quantity.magnitude > UInt64(cell.quantityMax) { return suspend(record, batch, .amountTooLarge) }
      baseCell[record] = cell.number
      if place >= 0 { baseCells.byRow.note(cell.number, place) }
    }
    if catalog.settled.asksForAmount[Int(charge)], !isAmountPriced(record, batch) {
      return suspend(record, batch, .amountTooLarge)
    }
    return putAside(record, batch)
  }

  /// Whether the amount that a record carries is one that an event may come to.
  private func isAmountPriced(_ record: Int, _ batch: UsageBatch) -> Bool {
    let plan = catalog.plans[Int(plan[record])]
    let charge = plan.charges[Int(charge[record])]
    let recorded = batch.recordedAmount(record)
    if let price = charge.recorded {
      return RecordedCharge.amount(
        recorded, quantity: batch.quantity[record], price, plan: plan, charge: charge) != nil
    }
    return recorded.pico.magnitude < OutcomeRow.amountPicoLimit.magnitude
  }

  /// Asks for what is looked up for all live records that are put aside: waiting for memory is most of that work.
  func prefetchBaseCells(_ batch: UsageBatch) {
    let entries = catalog.services.entries
    let owners = catalog.settled.ownerByAccount
    let accounts = catalog.accounts
    for at in 0..<liveCount {
      let record = Int(live[at])
      guard chargeMarks[record] & CompiledCatalog.ChargeEntry.isSettled != 0 else { continue }
      cm_prefetch_read(entries.base + Int(entry[record]))
      cm_prefetch_read(owners.base + Int(account[record]))
      cm_prefetch_read(accounts.base + Int(account[record]))
      let plan = catalog.planEntries[Int(plan[record])]
      let charge = plan.firstCharge &+ charge[record]
      let place = rowPlace(record, batch, plan, charge)
      if place >= 0 {
        baseCells.byRow.prefetch(place)
      } else {
        baseCells.prefetch(cell(record, batch, plan, charge, isCosted: false))
      }
    }
  }

  /// Where the number of the record's base cell stands if its deck row decides it; else −1.
  @inline(__always) private func rowPlace(
    _ record: Int, _ batch: UsageBatch, _ plan: CompiledCatalog.PlanEntry, _ charge: UInt32
  ) -> Int {
    let row = row[record]
    if row == 0 || plan.isAdjusted != 0 || jurisdictions != nil { return -1 }
    if catalog.settled.hasGauges, catalog.settled.isGauge[Int(charge)] { return -1 }
    return baseCells.byRow.place(
      row: row, charge: charge, kind: batch.kind[record], direction: batch.direction[record])
  }

  /// What is known of the base cell of a record.
  ///
  /// - Parameter isCosted: whether the supplier of the record is known by now.
  @inline(__always) private func entry(
    _ record: Int, _ batch: UsageBatch, _ plan: CompiledCatalog.PlanEntry, _ charge: UInt32, isCosted: Bool
  ) -> BaseCellCache.Entry {
    if catalog.settled.hasGauges, catalog.settled.isGauge[Int(charge)] {
      return gaugeEntry(record, batch, charge)
    }
    return baseCells.entry(cell(record, batch, plan, charge, isCosted: isCosted)) {
      let price = book.prices[Int(self.price[record])]
      return UnitPrice(pico: price.pricePico, units: price.priceUnits)
    }
  }

  @inline(__always) private func cell(
    _ record: Int, _ batch: UsageBatch, _ plan: CompiledCatalog.PlanEntry, _ charge: UInt32, isCosted: Bool
  ) -> BaseCell {
    let isAdjusted = plan.isAdjusted != 0
    var cell = BaseCell(
      charge: charge, tariff: tariff[record], basePrice: isAdjusted ? basePrice[record] : price[record],
      change: isAdjusted ? change[record] : CompiledCatalog.none, band: isAdjusted ? band[record] : 0,
      kind: batch.kind[record], direction: batch.direction[record])
    if jurisdictions != nil { cell.jurisdiction = jurisdiction[record] }
    if let costs, isCosted {
      cell.supplier = costs.supplier[record]
      cell.costCurrency = UInt16(truncatingIfNeeded: costs.currency[record])
    }
    return cell
  }

  /// That of the one row that a gauge makes of all samples of a rating group: without direction, destination and band.
  private func gaugeEntry(
    _ record: Int, _ batch: UsageBatch, _ charge: UInt32
  ) -> BaseCellCache.Entry {
    var tariff = tariff[record]
    if Int(tariff) < catalog.tariffs.count {
      tariff = catalog.tariffByGroup[catalog.groups[Int(catalog.tariffs[Int(tariff)].group)]] ?? tariff
    }
    let price = catalog.plans[Int(plan[record])].isAdjusted ? basePrice[record] : self.price[record]
    let cell = BaseCell(
      charge: charge, tariff: tariff, basePrice: price, change: CompiledCatalog.none, band: 0,
      kind: batch.kind[record], direction: UInt8(UsageDirection.allCases.count))
    return baseCells.entry(cell) {
      UnitPrice(pico: book.prices[Int(price)].pricePico, units: book.prices[Int(price)].priceUnits)
    }
  }

  // MARK: packing

  /// Packs what was put aside of the batch, and lets its rows say so.
  ///
  /// - Parameters:
  ///   - text: the chunk's text: records without a key are known by their rows.
  ///   - rows: the batch's rows, as `rate` made them, and the number of the first in its chunk.
  func packSettled(
    _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, text: TextPointer,
    _ rows: UnsafeMutablePointer<OutcomeRow>, firstRow: Int, into chunk: PackedChunk
  ) {
    let entries = catalog.services.entries
    let owners = catalog.settled.ownerByAccount
    let plans = catalog.planEntries
    let asksForAmount = catalog.settled.asksForAmount
    let isGauge = catalog.settled.isGauge
    let asksForItem = catalog.settled.asksForItem
    // A copy: what is the rater's own is checked for exclusive access at every use.
    var calendars = self.calendars
    defer { self.calendars = calendars }
    // Nearly every format has one field for its key.
    let keySlot = keyRank.isEmpty && fields.key.count == 1 ? fields.key[0] : nil
    let keyTexts = keySlot.map { columns.texts($0) }
    let keyLengths = keySlot.map { columns.lengths($0) }
    var row = 0
    var next = 0
    for record in 0..<batch.count where next < settledCount {
      let door = batch.door[record]
      if door == Door.unparsable || door == Door.noEvent { continue }
      defer { row &+= 1 }
      guard Int(settled[next]) == record else { continue }
      next &+= 1
      let account = account[record]
      let owner = owners[Int(account)]
      let period = calendars.period(account: account, seconds: seconds[record])
      var event = PackedEvent(
        keyHigh: 0, keyLow: 0, startMillis: batch.chargingStart(record), quantity: batch.quantity[record],
        place: chunk.tailOffset, owner: owner, account: account,
        identity: entries[Int(entry[record])].identity, baseCell: baseCell[record],
        period: UInt16(truncatingIfNeeded: period &>> 6), keyByteCount: 0,
        marks: batch.isAnswered[record] != 0 ? .answered : [])
      let number = plans[Int(plan[record])].firstCharge &+ charge[record]
      if isGauge[Int(number)] {
        event.marks.insert(.sample)
        event.recorded = asksForItem[Int(number)] ? item(record, columns, fields) : 0
      } else {
        addAmounts(to: &event, record, batch, number, asksForAmount: asksForAmount[Int(number)], chunk)
      }
      if let keyTexts, let keyLengths,
        Self.setKey(of: &event, keyTexts[record], Int(keyLengths[record]))
      {
      } else {
        setLongKey(of: &event, record, batch, columns, fields, text, chunk)
      }
      rows[row].settle(
        as: chunk.events.count, owner: owner, baseCell: event.baseCell,
        costPico: event.marks.contains(.costed) ? costs?.amount[record] ?? 0 : 0)
      chunk.append(event, row: firstRow &+ row)
    }
  }

  /// Keeps the record's amount and what its supplier charges beside the event. Samples have neither.
  @inline(__always) private func addAmounts(
    to event: inout PackedEvent, _ record: Int, _ batch: UsageBatch, _ number: UInt32, asksForAmount: Bool,
    _ chunk: PackedChunk
  ) {
    if asksForAmount {
      event.recorded = chunk.add(amountPico: batch.recordedAmount(record).pico)
      event.marks.insert(.amount)
    }
    guard let costs else { return }
    let plan = catalog.planEntries[Int(plan[record])]
    event.baseCell = entry(record, batch, plan, number, isCosted: true).number
    if costs.amount[record] != 0 {
      let place = chunk.add(amountPico: costs.amount[record])
      if event.recorded == 0 { event.recorded = place }
      event.marks.insert(.costed)
    }
  }

  /// The number of what a sample is of; a record that names nothing is of its account.
  private func item(_ record: Int, _ columns: FieldColumns, _ fields: FieldPlan) -> UInt32 {
    guard let slot = fields.item, columns.lengths(slot)[record] > 0 else {
      return baseCells.items.number(.empty)
    }
    return baseCells.items.number(
      Label(
        UnsafeBufferPointer(start: columns.texts(slot)[record], count: Int(columns.lengths(slot)[record]))))
  }

  /// Takes a key that is a field of at most 16 bytes, or a UUID; false for any other.
  @inline(__always) private static func setKey(
    of event: inout PackedEvent, _ text: TextPointer, _ length: Int
  ) -> Bool {
    if length == UUIDKey.textLength, let words = UUIDKey.pack(text) {
      event.setKey(uuid: words)
      return true
    }
    if UInt(bitPattern: length) > 16 { return false }
    event.setShortKey(text, length)
    return true
  }

  /// Namespace and key as bytes: a single key field as it is, several each ended so that bytes compare as the fields do, and
  /// of a record without any its row.
  @inline(never) private func setLongKey(
    of event: inout PackedEvent, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns,
    _ fields: FieldPlan, _ text: TextPointer, _ chunk: PackedChunk
  ) {
    let isKeyed = fields.key.contains { columns.lengths($0)[record] >= 0 }
    var bytes = keyRank
    if !isKeyed {
      bytes += UnsafeBufferPointer(start: text + Int(batch.offset[record]), count: Int(batch.length[record]))
    } else {
      for (index, slot) in fields.key.enumerated() {
        let field = UnsafeBufferPointer(
          start: columns.texts(slot)[record], count: max(0, Int(columns.lengths(slot)[record])))
        if index == fields.key.count - 1 {
          bytes += field
        } else {
          for byte in field { bytes += byte == 0 ? [0, 1] : [byte] }
          bytes += [0, 0]
        }
      }
    }
    bytes.withUnsafeBufferPointer { event.setKey($0) }
    if bytes.count > 16 { chunk.add(tail: bytes[16...]) }
  }
}
