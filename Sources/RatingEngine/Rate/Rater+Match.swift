// Door 6, first half: deck row and charge.

import CMachine
import Catalog

extension Rater {
  func match(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    let prefixes = catalog.prefixes
    let bases = catalog.deckBases
    let hasJurisdictions = jurisdictions != nil
    if hasJurisdictions {
      for at in 0..<liveCount { jurisdiction[Int(live[at])] = Jurisdiction.none.rawValue }
    }
    do {
      keepLive { record in
        let base = bases[Int(plan[record]) &* CompiledPlan.kindCount &+ Int(batch.kind[record])]
        if base < 0 {
          tariff[record] = meterTariff(record, columns, fields)
          node[record] = 0
          return tariff[record] != MeterNames.none || suspend(record, batch, .noCharge)
        }
        let count = batch.toCount[record]
        if count == 0 { return suspend(record, batch, .badNumber) }
        tariff[record] = MeterNames.none
        if hasJurisdictions, let rule = jurisdictionRule(record, batch) {
          return matchNorthAmerican(record, batch, columns, fields, base: Int(base), rule)
        }
        if count & PhoneNumber.shortCodeFlag != 0 {
          // Rare: the careful way at once.
          let found = prefixes.match(
            base: Int(base), number: batch.toDigits[record], count: count,
            atSeconds: UInt32(clamping: seconds[record]))
          row[record] = found
          node[record] = 0
          return found != 0 || suspend(record, batch, .noPrice)
        }
        let parts = PrefixTable.Digits(batch.toDigits[record], count: Int(count))
        return beginSearch(record, prefixes, base: Int(base), parts) || suspend(record, batch, .noPrice)
      }
    }
    findLeaves(UnsafeBufferPointer(start: live, count: liveCount))
    resolveRows(batch)
  }

  /// Notes the entry of level 2 that a number has, or its leaf, for `findLeaves`; false where no prefix begins like it.
  @inline(__always) func beginSearch(
    _ record: Int, _ prefixes: PrefixTable, base: Int, _ digits: PrefixTable.Digits
  ) -> Bool {
    var value = prefixes.level1[base &+ digits.first4]
    if value & PrefixTable.childFlag != 0 {
      let place = PrefixTable.place(value, digits.next3)
      prefixes.prefetch(place)
      value = PrefixTable.childFlag | UInt32(truncatingIfNeeded: place)
    }
    node[record] = value
    last8[record] = digits.last8
    return value != 0
  }

  /// Takes records from their entry of level 2 to their leaf: one level for all of them before the next, because every read
  /// waits for the one before it.
  func findLeaves(_ records: UnsafeBufferPointer<UInt16>) {
    let prefixes = catalog.prefixes
    let deeper = self.deeper
    var count = 0
    for number in records where node[Int(number)] & PrefixTable.childFlag != 0 {
      deeper[count] = number
      count &+= 1
    }
    while count > 0 {
      prefixes.findEntries(deeper, count, node)
      var left = 0
      for at in 0..<count {
        let record = Int(deeper[at])
        let entry = node[record]
        if entry & PrefixTable.childFlag != 0 {
          let place = PrefixTable.place(entry, firstOf: last8[record])
          prefixes.prefetch(place)
          node[record] = PrefixTable.childFlag | UInt32(truncatingIfNeeded: place)
          // The next two digits come to the front.
          last8[record] = last8[record] % 1_000_000 &* 100
          deeper[left] = deeper[at]
          left &+= 1
        } else if entry != 0 {
          cm_prefetch_read(prefixes.rows.base + Int(entry &- 1))
        }
      }
      count = left
    }
  }

  /// The row in force for each leaf.
  func resolveRows(_ batch: UsageBatch) {
    let prefixes = catalog.prefixes
    let hasJurisdictions = jurisdictions != nil
    keepLive { record in
      if tariff[record] != MeterNames.none { return true }
      if row[record] == 0 {
        row[record] = prefixes.inForce(
          node[record], atSeconds: UInt32(clamping: seconds[record]), digitCount: batch.toCount[record])
      }
      guard row[record] != 0 else { return suspend(record, batch, .noPrice) }
      let found = prefixes.rows.base + Int(row[record] &- 1)
      if found.pointee.isBlocked != 0 { return suspend(record, batch, .destinationClosed) }
      tariff[record] = found.pointee.tariff
      price[record] = found.pointee.price
      return !hasJurisdictions || chooseJurisdiction(record, batch)
    }
  }

  func meterTariff(_ record: Int, _ columns: FieldColumns, _ fields: FieldPlan) -> UInt32 {
    guard let slot = fields.meter, columns.lengths(slot)[record] > 0 else { return meters.unnamed }
    return meters.number(columns.texts(slot)[record], Int(columns.lengths(slot)[record]))
  }

  func choosePrices(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    if catalog.hasOpenPrices {
      for at in 0..<liveCount { band[Int(live[at])] = 0 }
      if !parts.isEmpty { parts.removeAll(keepingCapacity: true) }
    }
    let entries = catalog.chargeEntries
    let combinations = CompiledPlan.kindCount * CompiledPlan.directionCount
    repricedCount = 0
    keepLive { record in
      let combination = CompiledPlan.combination(batch.kind[record], batch.direction[record])
      let known = entries[Int(plan[record]) &* combinations &+ combination]
      guard row[record] != 0, known.charge != CompiledCatalog.none else {
        return chooseCharge(record, batch, columns, fields, combination)
      }
      charge[record] = known.charge
      chargeName[record] = known.name
      chargeMarks[record] = known.marks
      if known.marks & CompiledCatalog.ChargeEntry.asksGroup != 0 { askGroup(record) }
      return true
    }
    // One after the other, so that the reads of these tables overlap.
    for at in 0..<repricedCount {
      let record = Int(repriced[at])
      price[record] = priceTables[at][Int(price[record])]
    }
    if catalog.settled.hasAccounts { markAccounts() }
  }

  /// Chooses the charge of a record by its rating group.
  func chooseCharge(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ combination: Int
  ) -> Bool {
    let group = groupNumber(record)
    guard row[record] != 0,
      let key = ChargeChoices.key(plan: plan[record], combination: combination, group: group)
    else { return askCharges(record, batch, columns, fields, combination, group, key: nil) }
    guard let known = choices.entry(key) else {
      return askCharges(record, batch, columns, fields, combination, group, key: key)
    }
    if let table = known.priceByRowPrice {
      repriced[repricedCount] = UInt16(truncatingIfNeeded: record)
      priceTables[repricedCount] = table.base
      repricedCount &+= 1
    }
    charge[record] = known.charge
    chargeName[record] = known.name
    chargeMarks[record] = known.marks
    return true
  }

  /// Asks the charges of the plan in order, and remembers the answer under `key` where it holds for all events of the group
  /// that have a row.
  @inline(never) private func askCharges(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ combination: Int,
    _ group: UInt32, key: UInt64?
  ) -> Bool {
    let plan = catalog.plans[Int(plan[record])]
    for candidate in plan.chargesByCombination[combination] {
      let charge = plan.charges[Int(candidate)]
      guard charge.takes(group: group),
        catalog.holds(dates: charge.dates, account: account[record], seconds: seconds[record])
      else { continue }
      if row[record] != 0 {
        if let table = charge.priceByRowPrice { price[record] = table[Int(price[record])] }
      } else {
        // A charge that takes its price from the deck needs a row.
        if charge.priceWithoutRow == CompiledCharge.none { continue }
        price[record] = charge.priceWithoutRow
      }
      self.charge[record] = UInt32(candidate)
      chargeName[record] = charge.name
      chargeMarks[record] = charge.marks(combination: combination)
      if chargeMarks[record] & CompiledCatalog.ChargeEntry.asksGroup != 0 { askGroup(record) }
      if plan.isAdjusted { return adjust(record, batch, columns, fields, plan, charge, group: group) }
      if let key {
        choices.note(
          ChargeChoices.Entry(
            key: key, charge: UInt32(candidate), name: charge.name, marks: chargeMarks[record],
            priceByRowPrice: charge.priceByRowPrice))
      }
      return true
    }
    return suspend(record, batch, .noCharge)
  }
}
