// Nearly every event: one piece in one band, covered whole by one lot or by none. Covered and priced in one step.
//
// It decides nothing of its own: what it does is what cover and price do with such an event.

import Catalog
import Money

extension Settlement {
  /// Covers and prices an event of the usual kind. False where it is of another kind, or a lot ends in it: then nothing has
  /// been done.
  @inline(__always) mutating func settlePlain(
    _ index: Int, _ event: PackedEvent, _ rules: SettleRules
  ) -> Bool {
    let usage = tables.classOf(cell: event.baseCell)
    guard usage.own.isPlain, event.quantity > 0, !event.marks.contains(.gauge), !rules.hasLineMembers,
      stretching.staysInOneBand(usage)
    else { return false }
    let member = rules.member(event.account)
    let billed = plainQuantity(event.quantity, usage)
    var lots = LotChoice.Entry.none
    var lot = EventPiece.uncovered
    if !rules.lots.isEmpty {
      lots = choice.entry(member: member, usage, hasGrants: ledger.hasGrants, rules, tables)
      if lots.coversUsage {
        guard let found = plainLot(lots, billed, event, usage) else { return false }
        lot = found
      }
    }
    var part = SettledPart(
      event: Int32(truncatingIfNeeded: index), baseCell: event.baseCell, band: usage.own.startBand,
      eventCount: 1, raw: event.quantity, billed: billed)
    let first = parts.count
    if lot != EventPiece.uncovered {
      part.lot = lot
      part.covered = billed
      ledger.take(Int128(billed), from: lot, by: member)
      parts.append(part)
    } else if case .tiers(let curve) = usage.terms.pricing {
      appendThroughTiers(part, curve, usage, event, member, rules)
    } else {
      guard let amount = usage.own.plain.pico(billed) else { return false }
      (part.pricePico, part.priceUnits) = (usage.own.price.pico, usage.own.price.units)
      part.amountPico = Int128(amount)
      parts.append(part)
    }
    firstParts.append(Int32(truncatingIfNeeded: first))
    if ledger.hasMoney {
      coverings.append(EventCovering(firstPiece: 0, pieceCount: 0, member: member, lots: lots))
    }
    return true
  }

  /// The billed quantity of the one piece.
  @inline(__always) private mutating func plainQuantity(
    _ quantity: Int64, _ usage: SettleTables.ClassReference
  ) -> Int64 {
    var used = quantity
    if usage.own.isVoice, !usage.terms.keepsMilliseconds { used = (used + 999) / 1000 * 1000 }
    return usage.own.steps.billed(max(used, usage.own.minimum))
  }

  /// The lot that covers all of the piece, or `uncovered`; nil where one covers a part of it, or counts events.
  @inline(__always) private mutating func plainLot(
    _ lots: LotChoice.Entry, _ billed: Int64, _ event: PackedEvent, _ usage: SettleTables.ClassReference
  ) -> Int32? {
    if lots.isRaw { return nil }
    for at in lots.from..<lots.until {
      let lot = choice.lots[Int(at)]
      let left = ledger.left(lot)
      let terms = ledger.terms[Int(lot)]
      guard left > 0, !terms.isMoney, terms.holds(atMillis: event.startMillis),
        ledger.takes(lot, band: usage.own.startBand)
      else { continue }
      // A fee may be owed for what is covered.
      return terms.isEvents || left < Int128(billed) || usage.own.feePico != 0 ? nil : lot
    }
    return EventPiece.uncovered
  }

  /// Appends one part for each tier that the piece goes through.
  @inline(__always) private mutating func appendThroughTiers(
    _ part: SettledPart, _ curve: TierCurve, _ usage: SettleTables.ClassReference, _ event: PackedEvent,
    _ member: Int32, _ rules: SettleRules
  ) {
    let counter = counters.tierCounter(usage, curve, member: member, atMillis: event.startMillis)
    var left = part
    while left.billed != 0 {
      let move = counters.tiers.advance(
        counter, by: Int128(left.billed), isPriced: true, curve, usage.terms.rounding)
      var part = left.takeOff(Int64(move.moved))
      let shown = curve.steps[move.tier].shown
      part.tier = Int32(truncatingIfNeeded: move.tier)
      (part.pricePico, part.priceUnits) = (shown.pico, shown.units)
      part.amountPico = move.amountPico
      if move.amountPico < 0 { givesBack = true }
      parts.append(part)
      left.eventCount = 0
    }
  }
}
