// Second pass: what the uncovered pieces of an event come to, part by part, always by time.

import Catalog
import Money

extension Settlement {
  /// Appends the parts of an event.
  mutating func price(_ index: Int, _ event: PackedEvent, _ covering: EventCovering, _ rules: SettleRules) {
    let first = parts.count
    firstParts.append(Int32(first))
    let usage = tables.classOf(cell: event.baseCell)
    let range = covering.pieces
    let pricing = EventPricing(
      event: event, index: Int32(index), usage: usage, member: covering.member, range: range,
      feePico: fee(event, usage, range), feeAt: feePiece(range),
      isLine: rules.hasLineMembers && rules.members[Int(covering.member)].roundsByLine,
      hasLineMembers: rules.hasLineMembers)
    switch usage.terms.pricing {
    case .unit: priceByUnit(pricing)
    case .tiers(let curve): priceByTiers(pricing, curve)
    case .recorded:
      if case .recorded(let price) = tables.charge(of: usage).pricing { priceRecorded(pricing, price) }
    }
    if !event.marks.contains(.gauge) { parts[first].eventCount = 1 }
    if pricing.isLine || usage.terms.hasPeriodLimits { applyPeriodLimits(from: first, pricing) }
    for at in first..<parts.count where parts[at].amountPico < 0 { givesBack = true }
  }

  // These read only, and change nothing: a method that may change is lent the workspace, another one gets a copy of it.

  /// The connection fee that an event owes, in pico.
  @inline(__always) private mutating func fee(
    _ event: PackedEvent, _ usage: SettleTables.ClassReference, _ range: Range<Int>
  ) -> Int64 {
    let fee = usage.own.feePico
    guard fee != 0, event.quantity >= 0, !event.marks.contains(.gauge) else { return 0 }
    switch usage.terms.connectionFee {
    case .chargeable: return hasUncovered(range) ? fee : 0
    case .answered: return event.quantity > 0 ? fee : 0
    case .always: return fee
    }
  }

  private mutating func hasUncovered(_ range: Range<Int>) -> Bool {
    for at in range where pieces[at].lot == EventPiece.uncovered && pieces[at].billed > 0 { return true }
    return false
  }

  /// Where the fee stands: in the first uncovered piece, where all is covered in the first.
  @inline(__always) private mutating func feePiece(_ range: Range<Int>) -> Int {
    for at in range where pieces[at].lot == EventPiece.uncovered { return at }
    return range.lowerBound
  }

  /// Pieces and fee are one exact sum; parts are differences of what it comes to after each piece.
  private mutating func priceByUnit(_ pricing: EventPricing) {
    var exact = ExactAmount.zero
    var total = EventTotal(pricing.usage)
    for at in pricing.range {
      let piece = pieces[at]
      var part = pricing.part(piece)
      if at == pricing.feeAt, pricing.feePico != 0 { exact.add(pico: Int128(pricing.feePico)) }
      if piece.lot == EventPiece.uncovered {
        exact.add(pico: piece.pricePico, quantity: piece.billed, units: piece.priceUnits)
        (part.pricePico, part.priceUnits) = (piece.pricePico, piece.priceUnits)
      }
      total.gross = exact.rounded(pricing.rounding)
      total.exact = exact.numerator
      let amount = total.nextPart()
      part.amountPico = pricing.isRefund ? -amount : amount
      parts.append(part)
    }
  }

  /// Parts are differences of the counter's rounded total, cut at the ends of tiers.
  private mutating func priceByTiers(_ pricing: EventPricing, _ curve: TierCurve) {
    let counter = counters.tierCounter(
      pricing.usage, curve, member: pricing.member, atMillis: pricing.event.startMillis)
    var shares = RecordedShares(pricing.recordedPico(recordedAmounts), billed: billedTotal(pricing.range))
    var total = EventTotal(pricing.usage)
    for at in pricing.range {
      let piece = pieces[at]
      var part = pricing.part(piece)
      if at == pricing.feeAt, pricing.feePico != 0 {
        total.gross += counters.tiers.add(
          pico: Int128(pricing.feePico), to: counter, curve, pricing.counterRounding)
        total.exact += Int128(pricing.feePico) * curve.denominator
      }
      let quantity = curve.isOverSpend ? shares.next(piece) : Int128(part.billed)
      if piece.lot == EventPiece.uncovered, quantity != 0 {
        priceThroughTiers(part, quantity, counter, curve, pricing, &total)
        continue
      }
      if piece.lot != EventPiece.uncovered, curve.countsCovered {
        var rest = quantity
        while rest != 0 {
          let move = counters.tiers.advance(
            counter, by: rest, isPriced: false, curve, pricing.counterRounding)
          rest -= move.moved
          total.add(move)
        }
      }
      part.amountPico = total.nextPart()
      parts.append(part)
    }
  }

  /// Appends one part for each tier that an uncovered piece goes through.
  private mutating func priceThroughTiers(
    _ piece: SettledPart, _ quantity: Int128, _ counter: Int, _ curve: TierCurve, _ pricing: EventPricing,
    _ total: inout EventTotal
  ) {
    var left = piece
    var rest = quantity
    while rest != 0 {
      let move = counters.tiers.advance(counter, by: rest, isPriced: true, curve, pricing.counterRounding)
      rest -= move.moved
      total.add(move)
      // Over amounts a quantity has no place of its own in a tier: it stands in the first.
      var part = left.takeOff(rest == 0 || curve.isOverSpend ? left.billed : Int64(move.moved))
      let shown = curve.steps[move.tier].shown
      part.tier = Int32(move.tier)
      (part.pricePico, part.priceUnits) = (shown.pico, shown.units)
      part.amountPico = total.nextPart()
      parts.append(part)
    }
  }

  /// Prices what is uncovered of the amount that the record carries.
  private mutating func priceRecorded(_ pricing: EventPricing, _ price: RecordedPrice) {
    let recorded = pricing.recordedPico(recordedAmounts)
    var shares = RecordedShares(recorded, billed: billedTotal(pricing.range))
    var exact = ExactAmount.zero
    var total = EventTotal(pricing.usage)
    let uncovered = pricing.range.reduce(Int128(0)) { sum, at in
      let share = shares.next(pieces[at])
      return pieces[at].lot == EventPiece.uncovered ? sum + share : sum
    }
    shares = RecordedShares(recorded, billed: billedTotal(pricing.range))
    for at in pricing.range {
      let piece = pieces[at]
      var part = pricing.part(piece)
      let share = shares.next(piece)
      if piece.lot == EventPiece.uncovered {
        switch price {
        case .asItIs: exact.add(pico: share)
        case .scaled(let scale):
          exact.add(share * Int128(scale.ratio.numerator), over: Int128(scale.ratio.denominator))
        case .percentage(let percentage) where at == pricing.feeAt:
          // One event, one fee and one place in the free zone, whatever its pieces.
          (total.gross, total.exact) = percent(uncovered, percentage, pricing)
        case .percentage: break
        }
      }
      if case .percentage = price {
      } else {
        total.gross = exact.rounded(pricing.rounding)
        total.exact = exact.numerator
      }
      part.amountPico = total.nextPart()
      parts.append(part)
    }
  }

  /// The amount of a percentage, with its own limits, and its exact amount over some denominator.
  private mutating func percent(
    _ amountPico: Int128, _ price: PercentagePrice, _ pricing: EventPricing
  ) -> (pico: Int128, exact: Int128) {
    let number = counters.freeZone(
      pricing.usage, member: pricing.member, atMillis: pricing.event.startMillis)
    let charged = counters.freeZones[number].take(amountPico, price)
    guard let charged else { return (0, 0) }
    var exact = ExactAmount(
      numerator: charged * Int128(price.share.numerator), denominator: Int128(price.share.denominator))
    if amountPico >= 0, !pricing.isRefund { exact.add(pico: price.fixed.pico) }
    var total = EventTotal(minimum: price.minimum?.pico, maximum: price.maximum?.pico)
    total.gross = exact.rounded(pricing.rounding)
    total.exact = exact.numerator
    return (total.nextPart(), total.exact)
  }

  private mutating func billedTotal(_ range: Range<Int>) -> Int128 {
    range.reduce(0) { $0 + Int128(pieces[$1].billed) }
  }

  private mutating func applyPeriodLimits(from first: Int, _ pricing: EventPricing) {
    let charge = tables.charge(of: pricing.usage)
    let holder = CounterBook.holder(charge.counter, member: pricing.member)
    for at in first..<parts.count {
      var amount = parts[at].amountPico
      if charge.hasPeriodLimits { amount = sums.limit(amount, charge, counter: holder) }
      if pricing.isLine {
        amount = sums.line(amount, charge, member: pricing.member, digits: pricing.usage.terms.minorDigits)
      }
      parts[at].amountPico = amount
    }
  }
}
