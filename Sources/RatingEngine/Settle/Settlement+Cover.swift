// First pass: the pieces of an event, and which lot covers which.

import Catalog

extension Settlement {
  /// Appends the pieces of an event, covered as far as lots reach: at least one.
  mutating func cover(_ event: PackedEvent, _ rules: SettleRules) -> EventCovering {
    let first = pieces.count
    let usage = tables.classOf(cell: event.baseCell)
    let member = rules.member(event.account)
    let magnitude = Int64(event.quantity.magnitude)
    let free = min(usage.terms.freeQuantity, magnitude)
    var walk = EventWalk(
      event: event, member: member, usage: usage, rest: magnitude - free,
      atMillis: event.startMillis + (usage.own.isVoice ? free : 0), first: first)
    var lots = LotChoice.Entry.none
    if rules.lots.isEmpty {
      stretch(&walk)
    } else {
      lots = choice.entry(member: member, usage, hasGrants: ledger.hasGrants, rules, tables)
      if !lots.coversUsage {
        stretch(&walk)
      } else if lots.isRaw {
        coverRaw(&walk, lots)
      } else {
        stretch(&walk)
        coverBilled(walk, lots)
      }
    }
    if pieces.count == first {
      pieces.append(
        EventPiece(
          band: usage.own.startBand, raw: 0, billed: 0, pricePico: usage.own.price.pico,
          priceUnits: usage.own.price.units))
    }
    // What is free fills no piece; it stands where the event begins.
    if free != 0 { pieces[first].raw += free }
    return EventCovering(
      firstPiece: Int32(first), pieceCount: Int32(pieces.count - first), member: member, lots: lots)
  }

  /// Appends the pieces of all that is left, rounded as a quantity of its own.
  private mutating func stretch(_ walk: inout EventWalk) {
    if walk.event.marks.contains(.gauge) {
      if walk.rest > 0 { appendWhole(walk) }
    } else if walk.rest > 0 {
      stretching.append(
        walk.rest, atMillis: walk.atMillis, of: walk.event, walk.usage, tables, to: &pieces)
    } else if walk.isZeroAnswered {
      stretching.appendFirstIncrement(of: walk.event, walk.usage, tables, to: &pieces)
    }
    walk.rest = 0
  }

  /// A gauge has one quantity, which is not rounded again.
  private mutating func appendWhole(_ walk: EventWalk) {
    pieces.append(
      EventPiece(
        band: walk.usage.own.startBand, raw: walk.rest, billed: walk.rest,
        pricePico: walk.usage.own.price.pico, priceUnits: walk.usage.own.price.units))
  }

  /// Covers billed pieces from the first on, lot after lot.
  private mutating func coverBilled(_ walk: EventWalk, _ lots: LotChoice.Entry) {
    if walk.isRefund { return giveBackBilled(walk, lots) }
    for at in lots.from..<lots.until {
      let index = choice.lots[Int(at)]
      let left = ledger.left(index)
      let lot = ledger.terms[Int(index)]
      guard left > 0, !lot.isMoney, lot.holds(atMillis: walk.event.startMillis) else { continue }
      if lot.isEvents {
        if walk.takesEventsAllowances, coverRest(from: walk.first, with: index) {
          ledger.take(1, from: index, by: walk.member)
        }
      } else {
        let covered = coverPieces(from: walk.first, with: index, upTo: left)
        if covered > 0 { ledger.take(covered, from: index, by: walk.member) }
      }
    }
  }

  /// Gives back to what the account used last, and mirrors the rest.
  private mutating func giveBackBilled(_ walk: EventWalk, _ lots: LotChoice.Entry) {
    while let index = lastUsed(lots, isMoney: false, band: walk.band, by: walk.member) {
      let taken = ledger.taken(index, by: walk.member)
      let given = coverPieces(from: walk.first, with: index, upTo: taken)
      guard given > 0 else { return }
      ledger.take(-given, from: index, by: walk.member)
    }
  }

  /// The lot of money, or of quantities, that the member used last and has not got all back from. A refund has one band: only durations
  /// cross bands, and there are no negative durations.
  func lastUsed(
    _ lots: LotChoice.Entry, isMoney: Bool, band: Int32, by member: Int32
  ) -> Int32? {
    let candidates = choice.lots[Int(lots.from)..<Int(lots.until)].lazy.filter { index in
      let lot = ledger.terms[Int(index)]
      return (isMoney ? lot.isMoney : lot.isQuantity) && ledger.takes(index, band: band)
    }
    return ledger.lastUsed(candidates, by: member)
  }

  /// Covers uncovered pieces of the lot's bands up to a quantity, and cuts the last one; returns what was covered.
  private mutating func coverPieces(
    from first: Int, with index: Int32, upTo quantity: Int128
  ) -> Int128 {
    var left = quantity
    var at = first
    while at < pieces.count, left > 0 {
      let piece = pieces[at]
      if piece.lot == EventPiece.uncovered, piece.billed > 0, ledger.takes(index, band: piece.band) {
        if Int128(piece.billed) > left { cut(at, billed: Int64(left)) }
        pieces[at].lot = index
        left -= Int128(pieces[at].billed)
      }
      at += 1
    }
    return quantity - left
  }

  /// Covers all that is left in the lot's bands; false where nothing is.
  private mutating func coverRest(from first: Int, with index: Int32) -> Bool {
    var isUsed = false
    for at in first..<pieces.count {
      guard pieces[at].lot == EventPiece.uncovered, pieces[at].billed > 0,
        ledger.takes(index, band: pieces[at].band)
      else { continue }
      pieces[at].lot = index
      isUsed = true
    }
    return isUsed
  }

  /// Cuts a piece in two; the recorded quantity fills the first of them first.
  private mutating func cut(_ at: Int, billed: Int64) {
    var rest = pieces[at]
    let raw = min(rest.raw, billed)
    pieces[at].billed = billed
    pieces[at].raw = raw
    rest.billed -= billed
    rest.raw -= raw
    pieces.insert(rest, at: at + 1)
  }

  /// Covers the recorded quantity; what is left is a quantity of its own, rounded from its own beginning.
  private mutating func coverRaw(_ walk: inout EventWalk, _ lots: LotChoice.Entry) {
    if walk.isRefund {
      while walk.rest > 0,
        let index = lastUsed(lots, isMoney: false, band: walk.band, by: walk.member)
      {
        let given = appendRaw(&walk, index, upTo: ledger.taken(index, by: walk.member))
        ledger.take(-given, from: index, by: walk.member)
      }
      return stretch(&walk)
    }
    for at in lots.from..<lots.until where walk.rest > 0 {
      let index = choice.lots[Int(at)]
      let left = ledger.left(index)
      let lot = ledger.terms[Int(index)]
      guard left > 0, !lot.isMoney, lot.holds(atMillis: walk.event.startMillis) else { continue }
      if lot.isQuantity {
        let taken = appendRaw(&walk, index, upTo: left)
        ledger.take(taken, from: index, by: walk.member)
      } else if walk.takesEventsAllowances {
        let rest = pieces.count
        stretch(&walk)
        if coverRest(from: rest, with: index) { ledger.take(1, from: index, by: walk.member) }
        return
      }
    }
    stretch(&walk)
  }

  /// Appends a covered piece of the recorded quantity, in the band of the charging start; returns its quantity.
  private mutating func appendRaw(_ walk: inout EventWalk, _ index: Int32, upTo quantity: Int128) -> Int128 {
    let covered = Int64(min(Int128(walk.rest), quantity))
    pieces.append(
      EventPiece(
        band: walk.usage.own.startBand, lot: index, raw: covered, billed: covered,
        pricePico: walk.usage.own.price.pico, priceUnits: walk.usage.own.price.units))
    walk.rest -= covered
    if walk.usage.own.isVoice { walk.atMillis += covered }
    return Int128(covered)
  }
}

/// An event while its pieces are made.
struct EventWalk {
  let event: PackedEvent
  let member: Int32
  let usage: SettleTables.ClassReference
  /// Recorded quantity that no piece has yet, as a positive number.
  var rest: Int64
  /// Where that begins.
  var atMillis: Int64
  /// Its first piece.
  let first: Int

  var isRefund: Bool { event.quantity < 0 }
  /// Band of the charging start.
  var band: Int32 { usage.own.startBand }
  /// An answered call of zero seconds that its plan charges. Free quantity and minimum are of other calls, and recorded
  /// amounts have no increments.
  var isZeroAnswered: Bool {
    event.quantity == 0 && usage.own.isVoice && usage.terms.chargesAnsweredZero
      && event.marks.contains(.answered) && !usage.terms.isRecorded
  }
  /// Zero-length events take none, and gauges are no events.
  var takesEventsAllowances: Bool { event.quantity != 0 && !event.marks.contains(.gauge) }
}
