// Door 4: whose an event is, and on which plan.

import CMachine
import Catalog
import Tables

extension Rater {
  func guide(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    for at in 0..<liveCount {
      let record = Int(live[at])
      entry[record] = ServiceIndex.none
      plan[record] = CompiledCatalog.none
    }
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
  func guide(
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
    let asked = self.asked
    let home = self.home
    var askedCount = 0
    for at in 0..<liveCount {
      let record = Int(live[at])
      guard entry[record] == ServiceIndex.none, directions &>> batch.direction[record] & 1 != 0 else {
        continue
      }
      let key: ServiceIndex.Key
      if let texts, let lengths {
        let length = Int(lengths[record])
        if length <= 0 { continue }
        key = ServiceIndex.Key(text: texts[record], length: length)
      } else {
        if counts[record] == 0 { continue }
        key = ServiceIndex.Key(number: digits[record], count: counts[record])
      }
      keyLow[record] = key.low
      keyHigh[record] = key.high
      let slot = services.home(key, tag: field.tag)
      home[record] = UInt32(truncatingIfNeeded: slot)
      services.prefetch(slot)
      asked[askedCount] = UInt16(truncatingIfNeeded: record)
      askedCount &+= 1
    }
    let asksSlotsFirst = !services.hasSourceKeys
    for at in 0..<askedCount {
      let record = Int(asked[at])
      let length = lengths.map { Int($0[record]) } ?? 0
      let key = ServiceIndex.Key(low: keyLow[record], high: keyHigh[record])
      if asksSlotsFirst {
        let slot = services.slot(
          key, tag: field.tag, text: texts?[record], length: length, home: Int(home[record]))
        if slot >= 0, services.slots[slot].plan != ServiceIndex.Slot.noPlan {
          let found = services.slots.base + slot
          entry[record] = found.pointee.entry
          account[record] = found.pointee.account
          plan[record] = UInt32(found.pointee.plan)
          continue
        }
      }
      entry[record] = probe(key, field.tag, texts?[record], length, atSeconds: seconds[record], services)
    }
  }

  @inline(__always) func probe(
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

  func assignPlans(_ batch: UsageBatch) {
    let accounts = catalog.accounts
    let assignments = catalog.assignments
    keepLive { record in
      // The guide knew the plan already: nothing of this customer depends on dates.
      if plan[record] != CompiledCatalog.none { return true }
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
}
