// Which counter an event moves: of its account or pool, its rating group, its day or hour.
//
// Owns the counters of tiers and of percentages with something free. What a move costs is `TierCurve`'s.

import BillingCalendar
import Catalog
import Money

/// The counters of one owner and period.
struct CounterBook {
  /// What is free of a percentage: events and an amount, which end together.
  struct FreeZone {
    var eventCount: Int64 = 0
    var amountPico: Int128 = 0
    var hasEnded = false

    /// What an amount pays for: nil where the event is free, else its excess over what was free.
    ///
    /// A refund before the end gives the free amount back and pays for the rest.
    mutating func take(_ pico: Int128, _ price: PercentagePrice) -> Int128? {
      if hasEnded || (price.freeEventCount == nil && price.freeAmount == nil) { return pico }
      if pico < 0 {
        let given = min(-pico, amountPico)
        amountPico -= given
        return pico + given == 0 ? nil : pico + given
      }
      if let count = price.freeEventCount, eventCount >= count {
        hasEnded = true
        return pico
      }
      if let free = price.freeAmount, amountPico + pico > free.pico {
        hasEnded = true
        return amountPico + pico - free.pico
      }
      eventCount += 1
      amountPico += pico
      return nil
    }
  }

  /// The counter of a charge whose quantity is the pool's, or the owner's where there is no pool.
  static let everyone: Int32 = -1

  private var tierSlots = SlotTable()
  /// Charge number and holder of each tier counter.
  private var tierKeys: [UInt64] = []
  var tiers = TierCounters()
  private var zoneSlots = SlotTable()
  var freeZones: [FreeZone] = []
  private var zone = Zone.utc
  private var span: ZoneSpan = Zone.utc.span(containingUTC: 0)

  /// Begins with an owner.
  mutating func begin(_ rules: SettleRules) {
    tierSlots.removeAll()
    tierKeys.removeAll(keepingCapacity: true)
    tiers.removeAll()
    zoneSlots.removeAll()
    freeZones.removeAll(keepingCapacity: true)
    if zone != rules.zone {
      zone = rules.zone
      span = zone.span(containingUTC: rules.fromMillis / 1000)
    }
  }

  /// Who holds the counters of a charge: `everyone` or the member.
  @inline(__always) static func holder(_ counter: ChargeCounter, member: Int32) -> Int32 {
    counter.owner == .account ? member : everyone
  }

  @inline(__always) private static func key(_ chargeNumber: UInt32, _ holder: Int32) -> UInt64 {
    UInt64(chargeNumber) << 32 | UInt64(UInt32(bitPattern: holder))
  }

  /// The tier counter of an event, made where there is none yet.
  mutating func tierCounter(
    _ usage: SettleTables.ClassReference, _ curve: TierCurve, member: Int32, atMillis: Int64
  ) -> Int {
    let key = Self.key(usage.own.chargeNumber, Self.holder(usage.terms.counter, member: member))
    let (slot, isNew) = tierSlots.slot(key, split(usage, atMillis))
    if isNew {
      tiers.append(curve)
      tierKeys.append(key)
    }
    return slot
  }

  /// The free zone of a percentage.
  mutating func freeZone(_ usage: SettleTables.ClassReference, member: Int32, atMillis: Int64) -> Int {
    let key = Self.key(usage.own.chargeNumber, Self.holder(usage.terms.counter, member: member))
    let (slot, isNew) = zoneSlots.slot(key, split(usage, atMillis))
    if isNew { freeZones.append(FreeZone()) }
    return slot
  }

  /// Whether every counter of a charge and holder stands at 0; so do those that no event has made.
  func areAtZero(_ charge: ChargeRule, holder: Int32) -> Bool {
    let key = Self.key(UInt32(charge.number), holder)
    return tierKeys.indices.allSatisfy { tierKeys[$0] != key || tiers.isAtZero($0) }
  }

  /// Rating group and window in one number. An hour is known by the UTC second in which it begins, so that an hour that
  /// comes twice is two; a day by its number.
  @inline(__always) private mutating func split(_ usage: SettleTables.ClassReference, _ millis: Int64)
    -> UInt64
  {
    let counter = usage.terms.counter
    let group = counter.isByRatingGroup ? usage.own.group + 1 : 0
    if counter.window == .period { return group << 36 }
    return window(counter.window, millis) | group << 36
  }

  private mutating func window(_ window: ChargeCounter.Window, _ millis: Int64) -> UInt64 {
    let seconds = Instant.seconds(ofMillis: millis)
    if window == .day {
      return UInt64(UInt32(bitPattern: zone.localDay(atSeconds: seconds).dayNumber))
    }
    if seconds < span.fromSeconds || seconds >= span.untilSeconds { span = zone.span(containingUTC: seconds) }
    let local = seconds + Int64(span.offsetSeconds)
    let begin = seconds - (local % 3600 + 3600) % 3600
    return UInt64(truncatingIfNeeded: begin) & 0xF_FFFF_FFFF
  }
}
