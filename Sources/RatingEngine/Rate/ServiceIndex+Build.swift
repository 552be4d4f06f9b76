// Building the service index from accounts and services.

import BillingCalendar
import Catalog
import Tables

/// Collects keys, then lays them out.
struct ServiceIndexBuilder {
  /// Number of each kind of text key; grows as formats and services name them.
  private(set) var tagByKind: [Label: UInt32] = [:]
  private var sourceNumber: [Label: Int] = [:]
  private var pending: [(key: PendingKey, entry: PendingEntry)] = []
  private var ranges: [PendingRange] = []
  private var identities: [Identity] = []

  private struct PendingKey: Hashable {
    var tag: UInt32
    var text: Label
    var digits: UInt64
    var count: UInt8
  }
  private struct PendingEntry {
    var entry: ServiceIndex.Entry
    var identity: Int
  }
  private struct PendingRange {
    var first: UInt64
    var last: UInt64
    var source: Int
    var pending: PendingEntry
  }
  /// What a summary row says about whose usage it is; the index is built first, ranked afterwards.
  struct Identity: Hashable {
    var account: Int
    var costCentre: Label
    var service: Label
    var site: Label
  }

  init(sources: [UsageSource]) {
    for (index, source) in sources.enumerated() { sourceNumber[source.name] = index + 1 }
  }

  /// The tag of a kind of text key, the same for formats and services.
  mutating func tag(_ kind: Label) -> UInt32 {
    if let tag = tagByKind[kind] { return tag }
    let tag = ServiceIndex.firstTextTag + UInt32(tagByKind.count)
    tagByKind[kind] = tag
    return tag
  }

  mutating func add(_ catalog: Catalog) {
    let count = catalog.accounts.count + catalog.services.count
    pending.reserveCapacity(pending.count + count)
    identities.reserveCapacity(identities.count + count)
    for (index, account) in catalog.accounts.enumerated() {
      let entry = pendingEntry(
        Identity(account: index, costCentre: .empty, service: .empty, site: .empty), from: Int64.min,
        until: Int64.max)
      pending.append(
        (PendingKey(tag: ServiceIndex.accountTag, text: account.id, digits: 0, count: 0), entry))
    }
    for service in catalog.services {
      let zone = catalog.accounts[service.accountIndex].zone
      let entry = pendingEntry(
        Identity(
          account: service.accountIndex, costCentre: service.costCentre, service: service.service,
          site: service.site),
        from: service.from.map { zone.midnight(of: $0) } ?? Int64.min,
        until: service.until.map { zone.midnight(of: $0) } ?? Int64.max)
      let source = service.source.isEmpty ? 0 : sourceNumber[service.source] ?? 0
      switch service.kind {
      case .number:
        let number = Self.number(service.key)
        let tag = Self.tag(ServiceIndex.numberTag, source)
        pending.append((PendingKey(tag: tag, text: .empty, digits: number.0, count: number.1), entry))
      case .range:
        let (first, last) = (Self.number(service.key), Self.number(service.lastKey))
        ranges.append(
          PendingRange(
            first: ServiceIndex.rangeKey(first.0, first.1), last: ServiceIndex.rangeKey(last.0, last.1),
            source: source,
            pending: entry))
      case .text(let kind):
        let tag = Self.tag(tag(kind), source)
        pending.append((PendingKey(tag: tag, text: service.key, digits: 0, count: 0), entry))
      }
    }
  }

  private mutating func pendingEntry(_ identity: Identity, from: Int64, until: Int64) -> PendingEntry {
    identities.append(identity)
    return PendingEntry(
      entry: ServiceIndex.Entry(
        fromSeconds: from, untilSeconds: until, account: UInt32(identity.account), identity: 0,
        next: ServiceIndex.none),
      identity: identities.count - 1)
  }

  /// A key that holds for one source carries the source's number in the upper half of its tag.
  static func tag(_ tag: UInt32, _ source: Int) -> UInt32 { tag | UInt32(source) << 16 }

  private static func number(_ label: Label) -> (UInt64, UInt8) {
    (label.bytes.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 48) }, UInt8(label.bytes.count))
  }

  /// Lays the table out; returns it with the identities in the order of their bytes (the rank is the index).
  func build(sourceCount: Int, accounts: [Account]) -> (ServiceIndex, [Identity]) {
    let (ranked, rankOf) = rank()
    var entries: [ServiceIndex.Entry] = []
    entries.reserveCapacity(pending.count)
    var longKeys: [Int: [UInt8]] = [:]
    var capacity = 16
    while capacity < pending.count * 2 { capacity *= 2 }
    let slots = FlatTable<ServiceIndex.Slot>(zeroedCount: capacity)
    for index in 0..<capacity { slots.base[index].tag = ServiceIndex.none }
    // Nearly every key has one entry: the others of a key are kept apart until all are known.
    var firstBySlot = [Int32](repeating: -1, count: capacity)
    var others: [Int: [PendingEntry]] = [:]
    for (number, item) in pending.enumerated() {
      let at = place(item.key, slots, &longKeys)
      if firstBySlot[at] < 0 {
        firstBySlot[at] = Int32(number)
      } else {
        others[at, default: []].append(item.entry)
      }
    }
    for at in 0..<capacity where firstBySlot[at] >= 0 {
      let first = pending[Int(firstBySlot[at])].entry
      if !others.isEmpty, let more = others[at] {
        slots.base[at].entry = Self.chain([first] + more, rankOf, then: ServiceIndex.none, &entries)
        continue
      }
      slots.base[at].entry = Self.link(first, rankOf, then: ServiceIndex.none, &entries)
      guard let direct = direct(first.entry, accounts) else { continue }
      slots.base[at].account = direct.account
      slots.base[at].plan = direct.plan
    }
    var intervals: [[ServiceIndex.Interval]] = []
    for source in 0...sourceCount { intervals.append(self.intervals(source: source, rankOf, &entries)) }
    let index = ServiceIndex(
      slots: slots, entries: FlatTable(entries), intervalsBySource: intervals, longKeys: longKeys,
      hasSourceKeys: pending.contains { $0.key.tag >> 16 != 0 })
    return (index, ranked)
  }

  /// Identities sorted by (account, cost centre, service, site) and the rank of each one collected.
  ///
  /// Accounts are sorted by id already, so their index orders them.
  private func rank() -> ([Identity], [UInt32]) {
    func precedes(_ a: Identity, _ b: Identity) -> Bool {
      if a.account != b.account { return a.account < b.account }
      if a.costCentre != b.costCentre { return a.costCentre < b.costCentre }
      if a.service != b.service { return a.service < b.service }
      return a.site < b.site
    }
    // Accounts come in order, their services often do.
    let isOrdered = zip(identities, identities.dropFirst()).allSatisfy { !precedes($1, $0) }
    let order =
      isOrdered
      ? Array(identities.indices) : identities.indices.sorted { precedes(identities[$0], identities[$1]) }
    var ranked: [Identity] = []
    var rankOf = [UInt32](repeating: 0, count: identities.count)
    for index in order {
      if ranked.last != identities[index] { ranked.append(identities[index]) }
      rankOf[index] = UInt32(ranked.count - 1)
    }
    return (ranked, rankOf)
  }

  private static func chain(
    _ list: [PendingEntry], _ rankOf: [UInt32], then next: UInt32, _ entries: inout [ServiceIndex.Entry]
  ) -> UInt32 {
    var first = next
    // The latest first: most events are recent.
    for pending in list.sorted(by: { $0.entry.fromSeconds < $1.entry.fromSeconds }) {
      first = link(pending, rankOf, then: first, &entries)
    }
    return first
  }

  private static func link(
    _ pending: PendingEntry, _ rankOf: [UInt32], then next: UInt32, _ entries: inout [ServiceIndex.Entry]
  ) -> UInt32 {
    var entry = pending.entry
    entry.identity = rankOf[pending.identity]
    entry.next = next
    entries.append(entry)
    return UInt32(entries.count - 1)
  }

  /// Account and plan of a key's only entry, where it and one plan hold at all times; nil where dates decide.
  private func direct(
    _ only: ServiceIndex.Entry, _ accounts: [Account]
  ) -> (account: UInt32, plan: UInt16)? {
    guard only.fromSeconds == Int64.min, only.untilSeconds == Int64.max else { return nil }
    let account = Int(only.account)
    guard accounts[account].plans.count == 1 else { return nil }
    let plan = accounts[account].plans[0]
    guard plan.from == nil, plan.until == nil, plan.planIndex < Int(ServiceIndex.Slot.noPlan) else {
      return nil
    }
    return (only.account, UInt16(plan.planIndex))
  }

  /// The key of a text. It is read in words of eight bytes, for which short texts are too short.
  private static func key(_ text: [UInt8]) -> ServiceIndex.Key {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 16) { padded in
      padded.initialize(repeating: 0)
      _ = padded.update(fromContentsOf: text)
      return padded.baseAddress.map { ServiceIndex.Key(text: UnsafePointer($0), length: text.count) }
        ?? ServiceIndex.Key(number: 0, count: 0)
    }
  }

  /// The slot of a key, filled with it where it is new.
  private func place(
    _ key: PendingKey, _ slots: FlatTable<ServiceIndex.Slot>, _ longKeys: inout [Int: [UInt8]]
  ) -> Int {
    var slot = ServiceIndex.Slot(
      key: ServiceIndex.Key(number: key.digits, count: key.count), tag: key.tag, entry: ServiceIndex.none,
      account: ServiceIndex.none, plan: ServiceIndex.Slot.noPlan, textLength: 0)
    let text = key.text.bytes
    if key.count == 0 {
      slot.key = Self.key(text)
      slot.textLength = UInt16(clamping: text.count)
    }
    let mask = slots.count - 1
    var at = Int(truncatingIfNeeded: slot.key.hash(key.tag) &>> 32) & mask
    while slots.base[at].tag != ServiceIndex.none {
      let other = slots.base[at]
      if other.tag == slot.tag, other.key == slot.key, other.textLength == slot.textLength,
        text.count <= 16 || longKeys[at] == text
      {
        return at
      }
      at = (at + 1) & mask
    }
    slots.base[at] = slot
    if text.count > 16 { longKeys[at] = text }
    return at
  }

  /// Disjoint stretches for one source: narrow ranges before the wide ones around them, own rows before those for any.
  private func intervals(
    source: Int, _ rankOf: [UInt32], _ entries: inout [ServiceIndex.Entry]
  ) -> [ServiceIndex.Interval] {
    let usable = ranges.filter { $0.source == 0 || $0.source == source }
    guard !usable.isEmpty else { return [] }
    // Wide first, so that narrower ones are laid over them; among equal stretches those for any source first.
    let ordered = usable.sorted { a, b in
      let (x, y) = (a.last - a.first, b.last - b.first)
      if x != y { return x > y }
      if a.first != b.first { return a.first < b.first }
      if a.source != b.source { return a.source < b.source }
      return a.pending.entry.fromSeconds < b.pending.entry.fromSeconds
    }
    var result: [ServiceIndex.Interval] = []
    for range in ordered {
      var next: [ServiceIndex.Interval] = []
      var covered = range.first
      func lay(until last: UInt64, over entry: UInt32) {
        guard covered <= last else { return }
        let first = Self.chain([range.pending], rankOf, then: entry, &entries)
        next.append(ServiceIndex.Interval(firstKey: covered, lastKey: last, entry: first))
        covered = last + 1
      }
      for old in result {
        if old.lastKey < range.first || old.firstKey > range.last {
          if old.firstKey > range.last { lay(until: range.last, over: ServiceIndex.none) }
          next.append(old)
          continue
        }
        if old.firstKey < range.first {
          next.append(
            ServiceIndex.Interval(firstKey: old.firstKey, lastKey: range.first - 1, entry: old.entry))
        } else if old.firstKey > covered {
          lay(until: old.firstKey - 1, over: ServiceIndex.none)
        }
        lay(until: min(old.lastKey, range.last), over: old.entry)
        if old.lastKey > range.last {
          next.append(ServiceIndex.Interval(firstKey: range.last + 1, lastKey: old.lastKey, entry: old.entry))
        }
      }
      lay(until: range.last, over: ServiceIndex.none)
      result = next
    }
    return result
  }
}
