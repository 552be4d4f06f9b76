// The other side of every rated event: which supplier carried it, and what it charges. In the same pass over the batch.

import Catalog
import Money

extension Rater {
  /// What the supplier of a rated record charges; of the batch that was rated last. Nothing where there are no suppliers.
  func cost(_ record: Int) -> EventCost { costs?.cost(record) ?? EventCost() }

  /// Costs all records that are still on their way, also those that are settled later: supplier, row of its deck, price.
  func costEvents(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ costs: SupplierCosts) {
    costEvents(UnsafeBufferPointer(start: live, count: liveCount), batch, columns, fields, costs)
    costEvents(UnsafeBufferPointer(start: settled, count: settledCount), batch, columns, fields, costs)
  }

  private func costEvents(
    _ records: UnsafeBufferPointer<UInt16>, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan,
    _ costs: SupplierCosts
  ) {
    chooseSuppliers(records, batch, columns, fields, costs)
    let prefixes = catalog.prefixes
    // Nodes are free again: the deck of the plan was looked up.
    findLeaves(records)
    for record in records {
      let record = Int(record)
      if node[record] != 0 {
        costs.row[record] = prefixes.inForce(
          node[record], atSeconds: UInt32(clamping: seconds[record]), digitCount: batch.toCount[record])
      }
      costRecord(record, batch, columns, fields, costs)
    }
  }

  /// The supplier of each record, and where its number is looked up; its row at once where that is rare.
  private func chooseSuppliers(
    _ records: UnsafeBufferPointer<UInt16>, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan,
    _ costs: SupplierCosts
  ) {
    let prefixes = catalog.prefixes
    let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    for record in records {
      let record = Int(record)
      node[record] = 0
      costs.row[record] = 0
      costs.currency[record] = 0
      costs.amount[record] = 0
      let trunk = fields.trunks.first { columns.lengths($0)[record] > 0 }.map { slot in
        UnsafeBufferPointer(start: columns.texts(slot)[record], count: Int(columns.lengths(slot)[record]))
      }
      let number = costs.rule(
        trunk: trunk ?? empty,
        combination: CompiledPlan.combination(batch.kind[record], batch.direction[record]),
        atSeconds: seconds[record])
      costs.rule[record] = number
      guard number >= 0 else {
        costs.supplier[record] = 0
        continue
      }
      costs.supplier[record] = costs.tables.rules[Int(number)].supplier
      let base = costs.tables.rules[Int(number)].bases[Int(batch.kind[record])]
      let count = batch.toCount[record]
      if base < 0 || count == 0 { continue }
      if let rule = costs.tables.rules[Int(number)].jurisdiction {
        costs.row[record] = northAmericanCall(record, batch, columns, fields, base: Int(base), rule).row
      } else if count & PhoneNumber.shortCodeFlag != 0 {
        costs.row[record] = prefixes.match(
          base: Int(base), number: batch.toDigits[record], count: count,
          atSeconds: UInt32(clamping: seconds[record]))
      } else {
        let parts = PrefixTable.Digits(batch.toDigits[record], count: Int(count))
        // Without a prefix its node is 0, as it was.
        _ = beginSearch(record, prefixes, base: Int(base), parts)
      }
    }
  }

  /// What the row of a record's supplier charges; nothing where there is no row, or a blocked one.
  private func costRecord(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ costs: SupplierCosts
  ) {
    guard costs.row[record] != 0 else { return }
    let row = catalog.prefixes.rows.base + Int(costs.row[record] &- 1)
    if row.pointee.isBlocked != 0 { return }
    let index = Int(costs.rule[record])
    let quantity = batch.quantity[record]
    guard let price = costPrice(record, batch, columns, fields, costs) else { return }
    let isVoice = batch.kind[record] == UsageKind.voice.rawValue
    let fast = row.pointee.fast
    // As for the plan's price: the common event takes one multiplication.
    if fast.isFast, price == row.pointee.price, quantity >= 0, quantity < Int64(UInt32.max) * 1000,
      costs.tables.rules[index].bands.isEmpty
    {
      let charged = fast.billed(UInt64(bitPattern: isVoice ? (quantity &+ 999) / 1000 : quantity))
      if charged < 1 << 32 {
        let micro = fast.amountMicro(charged)
        if micro < OutcomeRow.amountMicroLimit {
          costs.amount[record] = Int128(micro) &* 1_000_000
          costs.currency[record] = costs.tables.rules[index].currency
          return
        }
      }
    }
    let event = SupplierCosts.Event(
      quantity: quantity, isVoice: isVoice, isAnswered: batch.isAnswered[record] != 0,
      startMillis: batch.chargingStart(record))
    guard let priced = costs.exact(event, ofRule: index, price: price, catalog) else { return }
    costs.amount[record] = priced.amount.pico
    costs.currency[record] = costs.tables.rules[index].currency
  }

  /// The price of the supplier's row, that of the call's jurisdiction where it has one; nil where it has none.
  func costPrice(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, _ costs: SupplierCosts
  ) -> UInt32? {
    let price = catalog.prefixes.rows[Int(costs.row[record] &- 1)].price
    let supplier = costs.tables.rules[Int(costs.rule[record])]
    guard let rule = supplier.jurisdiction, let jurisdictions,
      let prices = jurisdictions.prices(ofPrice: price)
    else { return price }
    let call = northAmericanCall(
      record, batch, columns, fields, base: Int(supplier.bases[Int(batch.kind[record])]), rule)
    let found = jurisdictions.jurisdiction(from: call.caller, to: call.called)
    // What the plan's deck did not ask, the supplier's may.
    if jurisdiction[record] == Jurisdiction.none.rawValue { jurisdiction[record] = found.rawValue }
    let own = prices.price(found)
    return own == CompiledCatalog.none ? nil : own
  }

  /// Adds a row for every cost that is not 0, behind the rows of its record: the same key on the side of costs.
  func emitCosts(_ batch: UsageBatch, _ rows: UnsafeMutablePointer<OutcomeRow>, _ costs: SupplierCosts) {
    var joined: [PartRow] = []
    joined.reserveCapacity(partRows.count + liveCount)
    var next = 0
    var nextSettled = 0
    var row: UInt32 = 0
    for record in 0..<batch.count {
      let door = batch.door[record]
      if door == Door.unparsable || door == Door.noEvent { continue }
      while next < partRows.count, partRows[next].row == row {
        joined.append(partRows[next])
        next += 1
      }
      if nextSettled < settledCount, Int(settled[nextSettled]) == record {
        // It is settled with the event.
        nextSettled += 1
      } else if door == Door.rated, costs.amount[record] != 0 {
        joined.append(PartRow(costPico: costs.amount[record], row: row, of: rows[Int(row)]))
      }
      row += 1
    }
    partRows = joined
  }
}
