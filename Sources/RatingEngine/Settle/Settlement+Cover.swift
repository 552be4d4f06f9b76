// First pass: the pieces of an event, and which lot covers which.

import Catalog

extension Settlement {
  /// Appends the pieces of an event, covered as far as lots reach, and returns where they are: at least one.
  func cover(_ event: PackedEvent, _ rules: SettleRules) -> Range<Int> {
    let first = pieces.count
    let classIndex = tables.classByCell[Int(event.baseCell)]
    let entry = tables.classes[Int(classIndex)]
    let member = rules.member(event.account)
    let magnitude = Int64(event.quantity.magnitude)
    let free = min(entry.charge.freeQuantity, magnitude)
    var walk = EventWalk(
      event: event, member: member, entry: entry, rest: magnitude - free,
      atMillis: event.startMillis + (entry.usage.kind == .voice ? free : 0), first: first)
    if rules.lots.isEmpty {
      stretch(&walk)
    } else {
      let lots = choice.entry(member: member, classIndex: classIndex, rules, tables)
      if !lots.coversUsage {
        stretch(&walk)
      } else if lots.isRaw {
        coverRaw(&walk, lots, rules)
      } else {
        stretch(&walk)
        coverBilled(walk, lots, rules)
      }
    }
    if pieces.count == first {
      pieces.append(
        EventPiece(
          band: Int32(entry.usage.startBand), raw: 0, billed: 0, pricePico: entry.usage.price.pico,
          priceUnits: entry.usage.price.units))
    }
    // What is free fills no piece; it stands where the event begins.
    pieces[first].raw += free
    return first..<pieces.count
  }

  /// Appends the pieces of all that is left, rounded as a quantity of its own.
  private func stretch(_ walk: inout EventWalk) {
    if walk.event.marks.contains(.gauge) {
      if walk.rest > 0 { appendWhole(walk) }
    } else if walk.rest > 0 {
      stretching.append(
        walk.rest, atMillis: walk.atMillis, of: walk.event, walk.usage,
        keepsMilliseconds: walk.plan.keepsMilliseconds, to: &pieces)
    } else if walk.isZeroAnswered {
      stretching.appendFirstIncrement(of: walk.event, walk.usage, to: &pieces)
    }
    walk.rest = 0
  }

  /// A gauge has one quantity, which is not rounded again.
  private func appendWhole(_ walk: EventWalk) {
    pieces.append(
      EventPiece(
        band: Int32(walk.usage.startBand), raw: walk.rest, billed: walk.rest,
        pricePico: walk.usage.price.pico, priceUnits: walk.usage.price.units))
  }

  /// Covers billed pieces from the first on, lot after lot.
  private func coverBilled(_ walk: EventWalk, _ lots: LotChoice.Entry, _ rules: SettleRules) {
    if walk.isRefund { return giveBackBilled(walk, lots, rules) }
    for at in lots.from..<lots.until {
      let index = choice.lots[Int(at)]
      let left = ledger.left(index)
      let lot = rules.lots[Int(index)]
      guard left > 0, lot.measure != .money, walk.isInside(lot) else { continue }
      if lot.measure == .events {
        if walk.takesEventsAllowances, coverRest(from: walk.first, with: index, lot) {
          ledger.take(1, from: index, by: walk.member)
        }
      } else {
        let covered = coverPieces(from: walk.first, with: index, lot, upTo: left)
        if covered > 0 { ledger.take(covered, from: index, by: walk.member) }
      }
    }
  }

  /// Gives back to what the account used last, and mirrors the rest.
  private func giveBackBilled(_ walk: EventWalk, _ lots: LotChoice.Entry, _ rules: SettleRules) {
    while let index = lastUsed(lots, .quantity, band: walk.band, by: walk.member, rules) {
      let taken = ledger.taken(index, by: walk.member)
      let given = coverPieces(
        from: walk.first, with: index, rules.lots[Int(index)], upTo: taken)
      guard given > 0 else { return }
      ledger.take(-given, from: index, by: walk.member)
    }
  }

  /// The lot of a measure that the member used last and has not got all back from. A refund has one band: only durations
  /// cross bands, and there are no negative durations.
  func lastUsed(
    _ lots: LotChoice.Entry, _ measure: AllowanceLot.Measure, band: Int32, by member: Int32,
    _ rules: SettleRules
  ) -> Int32? {
    let candidates = choice.lots[Int(lots.from)..<Int(lots.until)].lazy.filter { index in
      rules.lots[Int(index)].measure == measure && rules.lots[Int(index)].takes(band: band)
    }
    return ledger.lastUsed(candidates, by: member)
  }

  /// Covers uncovered pieces of the lot's bands up to a quantity, and cuts the last one; returns what was covered.
  private func coverPieces(
    from first: Int, with index: Int32, _ lot: AllowanceLot, upTo quantity: Int128
  ) -> Int128 {
    var left = quantity
    var at = first
    while at < pieces.count, left > 0 {
      let piece = pieces[at]
      if piece.lot == EventPiece.uncovered, piece.billed > 0, lot.takes(band: piece.band) {
        if Int128(piece.billed) > left { cut(at, billed: Int64(left)) }
        pieces[at].lot = index
        left -= Int128(pieces[at].billed)
      }
      at += 1
    }
    return quantity - left
  }

  /// Covers all that is left in the lot's bands; false where nothing is.
  private func coverRest(from first: Int, with index: Int32, _ lot: AllowanceLot) -> Bool {
    var isUsed = false
    for at in first..<pieces.count {
      guard pieces[at].lot == EventPiece.uncovered, pieces[at].billed > 0, lot.takes(band: pieces[at].band)
      else { continue }
      pieces[at].lot = index
      isUsed = true
    }
    return isUsed
  }

  /// Cuts a piece in two; the recorded quantity fills the first of them first.
  private func cut(_ at: Int, billed: Int64) {
    var rest = pieces[at]
    let raw = min(rest.raw, billed)
    pieces[at].billed = billed
    pieces[at].raw = raw
    rest.billed -= billed
    rest.raw -= raw
    pieces.insert(rest, at: at + 1)
  }

  /// Covers the recorded quantity; what is left is a quantity of its own, rounded from its own beginning.
  private func coverRaw(_ walk: inout EventWalk, _ lots: LotChoice.Entry, _ rules: SettleRules) {
    if walk.isRefund {
      while walk.rest > 0,
        let index = lastUsed(lots, .quantity, band: walk.band, by: walk.member, rules)
      {
        let given = appendRaw(&walk, index, upTo: ledger.taken(index, by: walk.member))
        ledger.take(-given, from: index, by: walk.member)
      }
      return stretch(&walk)
    }
    for at in lots.from..<lots.until where walk.rest > 0 {
      let index = choice.lots[Int(at)]
      let left = ledger.left(index)
      let lot = rules.lots[Int(index)]
      guard left > 0, lot.measure != .money, walk.isInside(lot) else { continue }
      if lot.measure == .quantity {
        let taken = appendRaw(&walk, index, upTo: left)
        ledger.take(taken, from: index, by: walk.member)
      } else if walk.takesEventsAllowances {
        let rest = pieces.count
        stretch(&walk)
        if coverRest(from: rest, with: index, lot) { ledger.take(1, from: index, by: walk.member) }
        return
      }
    }
    stretch(&walk)
  }

  /// Appends a covered piece of the recorded quantity, in the band of the charging start; returns its quantity.
  private func appendRaw(_ walk: inout EventWalk, _ index: Int32, upTo quantity: Int128) -> Int128 {
    let covered = Int64(min(Int128(walk.rest), quantity))
    pieces.append(
      EventPiece(
        band: Int32(walk.usage.startBand), lot: index, raw: covered, billed: covered,
        pricePico: walk.usage.price.pico, priceUnits: walk.usage.price.units))
    walk.rest -= covered
    if walk.usage.kind == .voice { walk.atMillis += covered }
    return Int128(covered)
  }
}

/// An event while its pieces are made.
struct EventWalk {
  let event: PackedEvent
  let member: Int32
  let entry: SettleTables.Class
  /// Recorded quantity that no piece has yet, as a positive number.
  var rest: Int64
  /// Where that begins.
  var atMillis: Int64
  /// Its first piece.
  let first: Int

  var usage: UsageClass { entry.usage }
  var plan: PlanRule { entry.plan }
  var isRefund: Bool { event.quantity < 0 }
  /// Band of the charging start.
  var band: Int32 { Int32(usage.startBand) }
  /// An answered call of zero seconds that its plan charges. Free quantity and minimum are of other calls, and recorded
  /// amounts have no increments.
  var isZeroAnswered: Bool {
    event.quantity == 0 && usage.kind == .voice && plan.chargesAnsweredZero
      && event.marks.contains(.answered) && !entry.charge.isRecorded
  }
  /// Zero-length events take none, and gauges are no events.
  var takesEventsAllowances: Bool { event.quantity != 0 && !event.marks.contains(.gauge) }

  /// Whether the charging start lies between the lot's ends.
  func isInside(_ lot: AllowanceLot) -> Bool {
    lot.fromMillis <= event.startMillis && event.startMillis < lot.untilMillis
  }
}
