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
  private let chargeName = Rater.column(UInt32.self)
  private let chargeHasLimits = Rater.column(UInt8.self)
  private let day = Rater.column(Int32.self)
  let billed = Rater.column(Int64.self)
  let amount = Rater.column(Int128.self)
  /// Records still on their way, ascending.
  private let live = Rater.column(UInt16.self)
  private var liveCount = 0

  /// - Parameters:
  ///   - sourceIndex: index of the source in the catalog.
  ///   - meters: numbers of meters that the catalog does not name, shared by all workers.
  init(
    catalog: CompiledCatalog, keyPlan: SummaryKeyPlan, sourceIndex: Int, defaultAccountIndex: Int?,
    meters: MeterNames
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
        ServiceIndex.Key(text: base, length: id.count), tag: ServiceIndex.accountTag, text: base,
        length: id.count)
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
    chargeName.deallocate()
    chargeHasLimits.deallocate()
    day.deallocate()
    billed.deallocate()
    amount.deallocate()
    live.deallocate()
  }

  /// Rates the open records of `batch` and appends one row for each record past door 2 to `rows`; returns how many.
  ///
  /// Records that left before are not touched. `rows` needs room for the batch.
  func rate(
    _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan,
    into rows: UnsafeMutablePointer<OutcomeRow>
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
    priceEvents(batch)
    packKeys(batch)
    return emit(batch, into: rows)
  }

  // MARK: door 4, whose

  private func guide(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    for at in 0..<liveCount { entry[Int(live[at])] = ServiceIndex.none }
    let lists = fields.guide
    let depth = lists.reduce(0) { max($0, $1.count) }
    for position in 0..<depth {
      for direction in 0..<lists.count where position < lists[direction].count {
        // Directions that are guided alike are looked up together.
        let isSame = (0..<lists.count).filter { lists[$0] == lists[direction] }
        if isSame[0] < direction { continue }
        let mask = isSame.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
        guide(by: lists[direction][position], directions: mask, batch, columns)
      }
    }
  }

  /// Looks one field up for the records of some directions that have no service yet.
  private func guide(
    by field: FieldPlan.GuideField, directions: UInt8, _ batch: UsageBatch, _ columns: FieldColumns
  ) {
    let services = catalog.services
    let entry = self.entry
    let keyLow = self.keyLow
    let keyHigh = self.keyHigh
    var texts: UnsafeMutablePointer<TextPointer>?
    var lengths: UnsafeMutablePointer<Int32>?
    if case .text(let slot) = field.value {
      texts = columns.texts(slot)
      lengths = columns.lengths(slot)
    }
    let isFrom = field.value == .from
    let digits = isFrom ? batch.fromDigits : batch.toDigits
    let counts = isFrom ? batch.fromCount : batch.toCount
    // Two passes: keys and prefetches, then probes.
    for at in 0..<liveCount {
      let record = Int(live[at])
      guard entry[record] == ServiceIndex.none, directions &>> batch.direction[record] & 1 != 0 else {
        continue
      }
      let key: ServiceIndex.Key
      if let texts, let lengths {
        key = ServiceIndex.Key(text: texts[record], length: max(0, Int(lengths[record])))
      } else {
        key = ServiceIndex.Key(number: digits[record], count: counts[record])
      }
      keyLow[record] = key.low
      keyHigh[record] = key.high
      services.prefetch(key, tag: field.tag)
    }
    for at in 0..<liveCount {
      let record = Int(live[at])
      guard entry[record] == ServiceIndex.none, directions &>> batch.direction[record] & 1 != 0 else {
        continue
      }
      let length = lengths.map { Int($0[record]) } ?? 0
      if texts != nil ? length <= 0 : counts[record] == 0 { continue }
      let key = ServiceIndex.Key(low: keyLow[record], high: keyHigh[record])
      entry[record] = probe(key, field.tag, texts?[record], length, atSeconds: seconds[record], services)
    }
  }

  @inline(__always) private func probe(
    _ key: ServiceIndex.Key, _ tag: UInt32, _ text: TextPointer?, _ length: Int, atSeconds seconds: Int64,
    _ services: ServiceIndex
  ) -> UInt32 {
    if services.hasSourceKeys {
      let own = services.inForce(
        services.find(key, tag: ServiceIndexBuilder.tag(tag, sourceNumber), text: text, length: length),
        atSeconds: seconds)
      if own != ServiceIndex.none { return own }
    }
    let found = services.inForce(services.find(key, tag: tag, text: text, length: length), atSeconds: seconds)
    guard found == ServiceIndex.none, tag == ServiceIndex.numberTag else { return found }
    let range = services.findRange(
      digits: key.low, count: UInt8(truncatingIfNeeded: key.high), source: sourceNumber)
    return services.inForce(range, atSeconds: seconds)
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
        if seconds[record] >= candidate.pointee.fromSeconds, seconds[record] < candidate.pointee.untilSeconds
        {
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
    let table = catalog.ruleTable
    let combinations = CompiledPlan.kindCount * CompiledPlan.directionCount * 2
    keepLive { record in
      let combination =
        CompiledPlan.combination(batch.kind[record], batch.direction[record]) &* 2
        &+ Int(batch.isAnswered[record])
      let rule = table[Int(plan[record]) &* combinations &+ combination]
      return rule == 0 || applyRule(rule, record, batch, columns, fields)
    }
  }

  /// Applies a rule that is known to hold, or asks the rules in order; true where none holds.
  private func applyRule(
    _ rule: UInt8, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> Bool {
    let rules = catalog.plans[Int(plan[record])].rules
    if rule != CompiledPlan.slowRules { return filter(record, batch, rules[Int(rule) - 1].reason) }
    for rule in rules where holds(rule, record, batch, columns, fields) {
      return filter(record, batch, rule.reason)
    }
    return true
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
        digitCount >= prefix.count
          && digits / DigitText.powersOfTen[digitCount - prefix.count] == prefix.digits
      }
      guard fits else { return false }
    }
    if let onNet = rule.rule.onNet {
      let services = catalog.services
      let other = probe(
        ServiceIndex.Key(number: digits, count: count), ServiceIndex.numberTag, nil, 0,
        atSeconds: seconds[record], services)
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
    let bases = catalog.deckBases
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
          prefixes.level3.base + (Int(next & ~PrefixTable.childFlag) &* 100 &+ Int(last8[record] / 1_000_000))
        )
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
    let entries = catalog.chargeEntries
    let combinations = CompiledPlan.kindCount * CompiledPlan.directionCount
    keepLive { record in
      let combination = CompiledPlan.combination(batch.kind[record], batch.direction[record])
      let known = entries[Int(plan[record]) &* combinations &+ combination]
      guard row[record] != 0, known.charge != CompiledCatalog.none else {
        return chooseCharge(record, batch, combination)
      }
      charge[record] = known.charge
      chargeName[record] = known.name
      chargeHasLimits[record] = known.hasLimits
      return true
    }
  }

  /// Asks the charges of the plan in order.
  private func chooseCharge(_ record: Int, _ batch: UsageBatch, _ combination: Int) -> Bool {
    let plan = catalog.plans[Int(plan[record])]
    let tariff = tariff[record]
    let group =
      Int(tariff) < catalog.tariffs.count ? catalog.tariffs[Int(tariff)].group : meters.group(tariff)
    for candidate in plan.chargesByCombination[combination] {
      let charge = plan.charges[Int(candidate)]
      guard charge.takes(group: group) else { continue }
      if row[record] != 0 {
        if let table = charge.priceByRowPrice { price[record] = table[Int(price[record])] }
      } else {
        // A charge that takes its price from the deck needs a row.
        if charge.priceWithoutRow == CompiledCharge.none { continue }
        price[record] = charge.priceWithoutRow
      }
      self.charge[record] = UInt32(candidate)
      chargeName[record] = charge.name
      chargeHasLimits[record] = charge.hasLimits ? 1 : 0
      return true
    }
    return suspend(record, batch, .noCharge)
  }

  // MARK: amounts and keys

  private func priceEvents(_ batch: UsageBatch) {
    let prices = catalog.prices
    let plans = catalog.planEntries
    keepLive { record in
      let quantity = batch.quantity[record]
      let price = prices.base + Int(self.price[record])
      // The common event: a plain plan, first/next, whole seconds, no fee, no limits.
      if quantity >= 0, quantity < Int64(UInt32.max) * 1000, price.pointee.isFast,
        plans[Int(plan[record])].isPlain != 0, chargeHasLimits[record] == 0
      {
        let isVoice = price.pointee.fastUnit != 1
        let whole = isVoice ? (quantity &+ 999) / 1000 &* 1000 : quantity
        let charged = price.pointee.billed(whole)
        let units = UInt64(bitPattern: isVoice ? charged / 1000 : charged)
        if units < 1 << 32, !isVoice || units &* 1000 == UInt64(bitPattern: charged) {
          billed[record] = charged
          amount[record] = Int128(price.pointee.fastAmountMicro(units)) &* 1_000_000
          return true
        }
      }
      return priceExactly(record, batch)
    }
  }

  /// Prices an event in full generality.
  private func priceExactly(_ record: Int, _ batch: UsageBatch) -> Bool {
    let quantity = batch.quantity[record]
    if quantity == UsageBatch.absentQuantity { return suspend(record, batch, .missingQuantity) }
    let price = catalog.prices[Int(self.price[record])]
    let plan = catalog.plans[Int(plan[record])]
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
  private func packKeys(_ batch: UsageBatch) {
    let count = liveCount
    let live = self.live
    for at in 0..<count {
      let record = Int(live[at])
      keyLow[record] = 0
      keyHigh[record] = 0
    }
    if keyPlan.needsDay || keyPlan.needsPeriod {
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
        put(field) { calendars.period(account: account[$0], day: day[$0]) }
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
      case .unitPrice, .price, .per:
        let prices = catalog.prices
        put(field) { UInt64(prices[Int(price[$0])].unitPriceRank) }
      case .currency:
        let plans = catalog.planEntries
        put(field) { UInt64(plans[Int(plan[$0])].currency) }
      }
    }
  }

  @inline(__always) private func put(_ field: SummaryKeyPlan.Field, _ value: (Int) -> UInt64) {
    let keyLow = self.keyLow
    let keyHigh = self.keyHigh
    let lookup = field.lookup?.base
    let lookupCount = field.lookup?.count ?? 0
    for at in 0..<liveCount {
      let record = Int(live[at])
      var number = value(record)
      if let lookup, Int(number) < lookupCount { number = UInt64(lookup[Int(number)]) }
      SummaryKeyPlan.put(number, shift: field.shift, &keyLow[record], &keyHigh[record])
    }
  }

  /// Writes a row for every record past door 2.
  private func emit(_ batch: UsageBatch, into rows: UnsafeMutablePointer<OutcomeRow>) -> Int {
    for at in 0..<liveCount { batch.door[Int(live[at])] = Door.rated }
    var out = rows
    for record in 0..<batch.count {
      let door = batch.door[record]
      if door == Door.unparsable || door == Door.noEvent { continue }
      let isRated = door == Door.rated
      out.initialize(
        to: OutcomeRow(
          keyLow: keyLow[record], keyHigh: keyHigh[record], identityLow: batch.identityLow[record],
          identityHigh: batch.identityHigh[record], content: batch.content[record],
          quantityRaw: batch.quantity[record], quantityBilled: isRated ? billed[record] : 0,
          amountPico: isRated ? amount[record] : 0, offset: batch.offset[record],
          payload: OutcomeRow.noPayload,
          reason: batch.reason[record], door: door, kind: batch.kind[record],
          isRowKeyed: batch.isRowKeyed[record]))
      out += 1
    }
    return out - rows
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
