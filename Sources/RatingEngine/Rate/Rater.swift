// Guide, classify, price: from typed events to outcomes.
//
// Pass by pass over a batch, with a prefetch between the passes, so that the reads of one record's tables overlap with
// those of the next. The doors of RULES 1 are the order of the passes.

import BillingCalendar
import CMachine
import Catalog
import Money
import Tables

/// Rates batches of one source. Owned by one worker; it shares only the compiled catalog.
final class Rater {
  let catalog: CompiledCatalog
  private let keyPlan: SummaryKeyPlan
  private let meters: MeterNames
  private let sourceNumber: Int
  private let defaultEntry: UInt32
  /// What the batch's text columns and field plan are, while a batch is rated.
  private var calendars: AccountCalendars

  // Columns of the batch, by record.
  private let seconds = Rater.column(Int64.self)
  let entry = Rater.column(UInt32.self)
  private let keyLow = Rater.column(UInt64.self)
  private let keyHigh = Rater.column(UInt64.self)
  let account = Rater.column(UInt32.self)
  let plan = Rater.column(UInt32.self)
  private let node = Rater.column(UInt32.self)
  private let last8 = Rater.column(UInt32.self)
  /// Deck row + 1, 0 where the event needed none.
  let row = Rater.column(UInt32.self)
  let tariff = Rater.column(UInt32.self)
  let price = Rater.column(UInt32.self)
  let charge = Rater.column(UInt32.self)
  /// Records still on their way, ascending.
  private let live = Rater.column(UInt16.self)
  private var liveCount = 0

  /// - Parameters:
  ///   - sourceIndex: index of the source in the catalog.
  ///   - meters: numbers of meters that the catalog does not name, shared by all workers.
  init(
    catalog: CompiledCatalog, keyPlan: SummaryKeyPlan, sourceIndex: Int, defaultAccountIndex: Int?, meters: MeterNames
  ) {
    self.catalog = catalog
    self.keyPlan = keyPlan
    self.meters = meters
    sourceNumber = sourceIndex + 1
    calendars = AccountCalendars(catalog)
    defaultEntry = defaultAccountIndex.map { Self.entry(ofAccount: $0, catalog) } ?? ServiceIndex.none
  }

  private static func entry(ofAccount index: Int, _ catalog: CompiledCatalog) -> UInt32 {
    let id = catalog.source.accounts[index].id.bytes
    let padded = id + [UInt8](repeating: 0, count: ByteText.slack)
    return padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return ServiceIndex.none }
      return catalog.services.find(
        ServiceIndex.Key(text: base, length: id.count), tag: ServiceIndex.accountTag, text: base, length: id.count)
    }
  }

  private static func column<T: BitwiseCopyable>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    let bytes = (FieldColumns.batchCapacity + 1) * MemoryLayout<T>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return memory.bindMemory(to: T.self, capacity: FieldColumns.batchCapacity + 1)
  }

  deinit {
    seconds.deallocate()
    for pointer in [entry, account, plan, node, last8, row, tariff, price, charge] { pointer.deallocate() }
    for pointer in [keyLow, keyHigh] { pointer.deallocate() }
    live.deallocate()
  }

  /// Rates the open records of `batch` and appends one row for each record past door 2 to `rows`; returns how many.
  ///
  /// Records that left before are not touched. `rows` needs room for the batch.
  func rate(
    _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, into rows: UnsafeMutablePointer<OutcomeRow>
  ) -> Int {
    liveCount = 0
    for record in 0..<batch.count where batch.door[record] == Door.open {
      live[liveCount] = UInt16(truncatingIfNeeded: record)
      liveCount &+= 1
      seconds[record] = Instant.seconds(ofMillis: batch.chargingStart(record))
      row[record] = 0
    }
    guide(batch, columns, fields)
    assignPlans(batch)
    applyRules(batch, columns, fields)
    match(batch, columns, fields)
    choosePrices(batch)
    return emit(batch, into: rows)
  }

  // MARK: door 4, whose

  private func guide(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    for at in 0..<liveCount { entry[Int(live[at])] = ServiceIndex.none }
    let depth = fields.guide.reduce(0) { max($0, $1.count) }
    for position in 0..<depth {
      // Two passes: keys and prefetches, then probes.
      for at in 0..<liveCount {
        let record = Int(live[at])
        if entry[record] != ServiceIndex.none { continue }
        let list = fields.guide[Int(batch.direction[record])]
        guard position < list.count else { continue }
        let key = guideKey(list[position], record, batch, columns)
        keyLow[record] = key.low
        keyHigh[record] = key.high
        catalog.services.prefetch(key, tag: list[position].tag)
      }
      for at in 0..<liveCount {
        let record = Int(live[at])
        if entry[record] != ServiceIndex.none { continue }
        let list = fields.guide[Int(batch.direction[record])]
        guard position < list.count else { continue }
        probe(list[position], record, batch, columns)
      }
    }
  }

  @inline(__always) private func guideKey(
    _ field: FieldPlan.GuideField, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns
  ) -> ServiceIndex.Key {
    switch field.value {
    case .text(let slot):
      ServiceIndex.Key(text: columns.texts(slot)[record], length: max(0, Int(columns.lengths(slot)[record])))
    case .from: ServiceIndex.Key(number: batch.fromDigits[record], count: batch.fromCount[record])
    case .to: ServiceIndex.Key(number: batch.toDigits[record], count: batch.toCount[record])
    }
  }

  @inline(__always) private func probe(
    _ field: FieldPlan.GuideField, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns
  ) {
    let key = ServiceIndex.Key(low: keyLow[record], high: keyHigh[record])
    var text: TextPointer?
    var length = 0
    if case .text(let slot) = field.value {
      length = Int(columns.lengths(slot)[record])
      guard length > 0 else { return }
      text = columns.texts(slot)[record]
    } else if key.high == 0 {
      return
    }
    let services = catalog.services
    if services.hasSourceKeys {
      let own = services.find(
        key, tag: ServiceIndexBuilder.tag(field.tag, sourceNumber), text: text, length: length)
      entry[record] = services.inForce(own, atSeconds: seconds[record])
      if entry[record] != ServiceIndex.none { return }
    }
    let first = services.find(key, tag: field.tag, text: text, length: length)
    entry[record] = services.inForce(first, atSeconds: seconds[record])
    if entry[record] == ServiceIndex.none, field.tag == ServiceIndex.numberTag {
      let range = services.findRange(
        digits: key.low, count: UInt8(truncatingIfNeeded: key.high), source: sourceNumber)
      entry[record] = services.inForce(range, atSeconds: seconds[record])
    }
  }

  private func assignPlans(_ batch: UsageBatch) {
    let accounts = catalog.accounts
    let assignments = catalog.assignments
    keepLive { record in
      var found = entry[record]
      if found == ServiceIndex.none {
        guard defaultEntry != ServiceIndex.none else { return suspend(record, batch, .unknownService) }
        found = defaultEntry
        entry[record] = found
      }
      let accountIndex = catalog.services.entries[Int(found)].account
      account[record] = accountIndex
      var assignment = accounts[Int(accountIndex)].assignment
      while assignment != CompiledCatalog.none {
        let candidate = assignments.base + Int(assignment)
        if seconds[record] >= candidate.pointee.fromSeconds, seconds[record] < candidate.pointee.untilSeconds {
          plan[record] = candidate.pointee.plan
          return true
        }
        assignment = candidate.pointee.next
      }
      return suspend(record, batch, .noPlan)
    }
  }

  // MARK: door 5, not billed

  private func applyRules(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    catalog.plans.withUnsafeBufferPointer { plans in
      keepLive { record in
        let combination =
          CompiledPlan.combination(batch.kind[record], batch.direction[record]) &* 2 &+ Int(batch.isAnswered[record])
        let rule = plans[Int(plan[record])].ruleByCombination[combination]
        if rule == 0 { return true }
        if rule != CompiledPlan.slowRules {
          return filter(record, batch, plans[Int(plan[record])].rules[Int(rule) - 1].reason)
        }
        for rule in plans[Int(plan[record])].rules where holds(rule, record, batch, columns, fields) {
          return filter(record, batch, rule.reason)
        }
        return true
      }
    }
  }

  private func holds(
    _ rule: CompiledRule, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> Bool {
    guard let kind = UsageKind(rawValue: batch.kind[record]),
      let direction = UsageDirection(rawValue: batch.direction[record]),
      rule.fits(kind: kind, direction: direction, isAnswered: batch.isAnswered[record] != 0)
    else { return false }
    let isInbound = direction == .inbound
    let digits = isInbound ? batch.fromDigits[record] : batch.toDigits[record]
    let count = isInbound ? batch.fromCount[record] : batch.toCount[record]
    if !rule.prefixes.isEmpty {
      let digitCount = Int(count & ~PhoneNumber.shortCodeFlag)
      let fits = rule.prefixes.contains { prefix in
        digitCount >= prefix.count && digits / DigitText.powersOfTen[digitCount - prefix.count] == prefix.digits
      }
      guard fits else { return false }
    }
    if let onNet = rule.rule.onNet {
      let services = catalog.services
      var other = services.inForce(
        services.find(
          ServiceIndex.Key(number: digits, count: count), tag: ServiceIndex.numberTag, text: nil, length: 0),
        atSeconds: seconds[record])
      if other == ServiceIndex.none {
        other = services.inForce(
          services.findRange(digits: digits, count: count, source: sourceNumber), atSeconds: seconds[record])
      }
      guard count > 0, other != ServiceIndex.none else { return false }
      if onNet == .account, services.entries[Int(other)].account != account[record] { return false }
    }
    if !rule.rule.dispositions.isEmpty {
      guard let slot = fields.disposition else { return false }
      let text = UnsafeBufferPointer(
        start: columns.texts(slot)[record], count: max(0, Int(columns.lengths(slot)[record])))
      guard rule.rule.dispositions.contains(where: { $0.bytes.elementsEqual(text) }) else { return false }
    }
    return true
  }

  // MARK: door 6, price

  private func match(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    let prefixes = catalog.prefixes
    catalog.plans.withUnsafeBufferPointer { plans in
      keepLive { record in
        let base = plans[Int(plan[record])].deckBase[Int(batch.kind[record])]
        if base < 0 {
          tariff[record] = meterTariff(record, columns, fields)
          node[record] = 0
          return tariff[record] != MeterNames.none || suspend(record, batch, .noCharge)
        }
        let count = batch.toCount[record]
        if count == 0 { return suspend(record, batch, .badNumber) }
        tariff[record] = MeterNames.none
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
        var value = prefixes.level1[Int(base) &+ parts.first4]
        if value & PrefixTable.childFlag != 0 {
          let index = Int(value & ~PrefixTable.childFlag) &* 1000 &+ parts.next3
          cm_prefetch_read(prefixes.level2.base + index)
          value = PrefixTable.childFlag | UInt32(truncatingIfNeeded: index)
        } else if value == 0 {
          return suspend(record, batch, .noPrice)
        }
        node[record] = value
        last8[record] = parts.last8
        return true
      }
    }
    // Level 2, and the first step of level 3.
    for at in 0..<liveCount {
      let record = Int(live[at])
      let value = node[record]
      guard value & PrefixTable.childFlag != 0 else { continue }
      let next = prefixes.level2[Int(value & ~PrefixTable.childFlag)]
      node[record] = next
      if next & PrefixTable.childFlag != 0 {
        cm_prefetch_read(
          prefixes.level3.base + (Int(next & ~PrefixTable.childFlag) &* 100 &+ Int(last8[record] / 1_000_000)))
      } else if next != 0 {
        cm_prefetch_read(prefixes.rows.base + Int(next &- 1))
      }
    }
    for at in 0..<liveCount {
      let record = Int(live[at])
      guard node[record] & PrefixTable.childFlag != 0 else { continue }
      let leaf = prefixes.descend(node[record], last8[record])
      node[record] = leaf
      if leaf != 0 { cm_prefetch_read(prefixes.rows.base + Int(leaf &- 1)) }
    }
    resolveRows(batch)
  }

  /// The row in force for each leaf, and its price's cache line on the way.
  private func resolveRows(_ batch: UsageBatch) {
    let prefixes = catalog.prefixes
    let prices = catalog.prices
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
      cm_prefetch_read(prices.base + Int(found.pointee.price))
      return true
    }
  }

  private func meterTariff(_ record: Int, _ columns: FieldColumns, _ fields: FieldPlan) -> UInt32 {
    guard let slot = fields.meter, columns.lengths(slot)[record] > 0 else { return meters.unnamed }
    return meters.number(columns.texts(slot)[record], Int(columns.lengths(slot)[record]))
  }

  private func choosePrices(_ batch: UsageBatch) {
    let tariffs = catalog.tariffs
    catalog.plans.withUnsafeBufferPointer { plans in
      keepLive { record in
        let combination = CompiledPlan.combination(batch.kind[record], batch.direction[record])
        let candidates = plans[Int(plan[record])].chargesByCombination[combination]
        for candidate in candidates {
          let group =
            Int(tariff[record]) < tariffs.count ? tariffs[Int(tariff[record])].group : meters.group(tariff[record])
          guard plans[Int(plan[record])].charges[Int(candidate)].takes(group: group) else { continue }
          let hasRow = row[record] != 0
          if hasRow {
            if let table = plans[Int(plan[record])].charges[Int(candidate)].priceByRowPrice {
              price[record] = table[Int(price[record])]
            }
          } else {
            price[record] = plans[Int(plan[record])].charges[Int(candidate)].priceWithoutRow
            // A charge that takes its price from the deck needs a row.
            if price[record] == CompiledCharge.none { continue }
          }
          charge[record] = UInt32(candidate)
          return true
        }
        return suspend(record, batch, .noCharge)
      }
    }
  }

  // MARK: amounts and keys

  private func emit(_ batch: UsageBatch, into rows: UnsafeMutablePointer<OutcomeRow>) -> Int {
    var count = 0
    catalog.plans.withUnsafeBufferPointer { plans in
      for record in 0..<batch.count {
        let door = batch.door[record]
        if door == Door.unparsable || door == Door.noEvent { continue }
        let out = rows + count
        count &+= 1
        out.pointee = OutcomeRow(
          keyLow: 0, keyHigh: 0, identityLow: batch.identityLow[record], identityHigh: batch.identityHigh[record],
          content: batch.content[record], quantityRaw: batch.quantity[record], quantityBilled: 0, amountPico: 0,
          offset: batch.offset[record], payload: OutcomeRow.noPayload, reason: batch.reason[record], door: door,
          kind: batch.kind[record])
        if door != Door.open { continue }
        if let reason = charge(record, batch, plans, out) {
          _ = suspend(record, batch, reason)
          out.pointee.door = Door.suspended
          out.pointee.reason = UInt16(reason.rawValue)
        } else {
          batch.door[record] = Door.rated
          out.pointee.door = Door.rated
          packKey(record, batch, plans, out)
        }
      }
    }
    return count
  }

  /// Prices one event; nil where it went well, otherwise why it did not.
  @inline(__always) private func charge(
    _ record: Int, _ batch: UsageBatch, _ plans: UnsafeBufferPointer<CompiledPlan>,
    _ out: UnsafeMutablePointer<OutcomeRow>
  ) -> SuspenseReason? {
    let quantity = batch.quantity[record]
    if quantity == UsageBatch.absentQuantity { return .missingQuantity }
    let price = catalog.prices.base + Int(self.price[record])
    let planIndex = Int(plan[record])
    // The common event: a plan of six digits half-up, first/next, whole seconds, no fee, no limits.
    if quantity >= 0, quantity < Int64(UInt32.max) * 1000, price.pointee.isFast, plans[planIndex].isMicroHalfUp,
      !plans[planIndex].keepsMilliseconds, !plans[planIndex].chargesAnsweredZero,
      !plans[planIndex].charges[Int(charge[record])].hasLimits
    {
      let unit = price.pointee.fastUnit
      let whole = unit == 1 ? quantity : (quantity &+ 999) / 1000 &* 1000
      let billed = price.pointee.billed(whole)
      let units = UInt64(bitPattern: unit == 1 ? billed : billed / 1000)
      if units < 1 << 32, unit == 1 || units &* 1000 == UInt64(bitPattern: billed) {
        out.pointee.quantityBilled = billed
        out.pointee.amountPico = Int128(price.pointee.fastAmountMicro(units)) &* 1_000_000
        return nil
      }
    }
    let result = EventPrice.exact(
      quantity: quantity, isVoice: batch.kind[record] == UsageKind.voice.rawValue,
      isAnswered: batch.isAnswered[record] != 0, price: price.pointee,
      increment: catalog.increments[Int(price.pointee.incrementIndex)], plan: plans[planIndex],
      charge: plans[planIndex].charges[Int(charge[record])])
    switch result {
    case .success(let priced):
      out.pointee.quantityBilled = priced.billed
      out.pointee.amountPico = priced.amount.pico
      return nil
    case .failure(let fault): return fault.reason
    }
  }

  @inline(__always) private func packKey(
    _ record: Int, _ batch: UsageBatch, _ plans: UnsafeBufferPointer<CompiledPlan>,
    _ out: UnsafeMutablePointer<OutcomeRow>
  ) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var day: Int32 = 0
    if keyPlan.needsDay || keyPlan.needsPeriod { day = calendars.day(account: account[record], seconds: seconds[record]) }
    for field in keyPlan.fields {
      var value: UInt64
      switch field.part {
      case .account: value = UInt64(account[record])
      case .identity, .costCentre, .service:
        value = UInt64(catalog.services.entries[Int(entry[record])].identity)
      case .period: value = calendars.period(account: account[record], day: day)
      case .day: value = UInt64(UInt16(clamping: day))
      case .plan: value = UInt64(plan[record])
      case .charge: value = UInt64(plans[Int(plan[record])].charges[Int(charge[record])].name)
      case .kind: value = UInt64(batch.kind[record])
      case .direction: value = UInt64(batch.direction[record])
      case .tariff, .group, .destination: value = UInt64(tariff[record])
      case .unitPrice, .price, .per: value = UInt64(catalog.prices[Int(price[record])].unitPriceRank)
      case .currency: value = UInt64(plans[Int(plan[record])].currency)
      }
      if let lookup = field.lookup, Int(value) < lookup.count { value = UInt64(lookup[Int(value)]) }
      SummaryKeyPlan.put(value, shift: field.shift, &low, &high)
    }
    out.pointee.keyLow = low
    out.pointee.keyHigh = high
  }

  // MARK: leaving

  /// Keeps the live records for which `stays` says so.
  @inline(__always) private func keepLive(_ stays: (Int) -> Bool) {
    var kept = 0
    for at in 0..<liveCount {
      let record = live[at]
      if stays(Int(record)) {
        live[kept] = record
        kept &+= 1
      }
    }
    liveCount = kept
  }

  @inline(never) private func suspend(_ record: Int, _ batch: UsageBatch, _ reason: SuspenseReason) -> Bool {
    batch.door[record] = Door.suspended
    batch.reason[record] = UInt16(reason.rawValue)
    batch.faultField[record] = reason == .badNumber ? FieldRoleName.to : FieldRoleName.none
    return false
  }

  private func filter(_ record: Int, _ batch: UsageBatch, _ reason: UInt16) -> Bool {
    batch.door[record] = Door.filtered
    batch.reason[record] = reason
    return false
  }
}
