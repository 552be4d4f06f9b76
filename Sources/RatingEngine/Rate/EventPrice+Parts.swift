// The price of an event that crosses bands, or of which a part is free: several parts, one exact sum, one rounding.

import Catalog
import Money

extension EventPrice {
  /// A stretch of time in which one price holds, by milliseconds after the first that is charged.
  struct Stay {
    var band: UInt32
    /// Number of the price.
    var price: UInt32
    var unitPrice: UnitPrice
    var increment: BillingIncrement
    var from: Int64
    /// The last one holds for ever.
    var until: Int64
  }

  /// What of an event falls into one row.
  struct Part: Equatable {
    var band: UInt32
    /// Number of the price.
    var price: UInt32
    var raw: Int64
    var billed: Int64
    var amount: Amount
    var stretches: [IncrementSteps.Stretch]
  }

  /// An event as far as its price is concerned.
  struct Usage {
    /// Integer quantity of the kind.
    var quantity: Int64
    var isVoice: Bool
    var isAnswered: Bool
    /// Taken off before anything else.
    var freeQuantity: Int64

    /// Used and not free: in whole seconds where the plan does not keep milliseconds.
    func charged(_ plan: CompiledPlan) -> Int64 {
      let left = max(0, Int64(quantity.magnitude) - freeQuantity)
      return isVoice && !plan.keepsMilliseconds ? (left + 999) / 1000 * 1000 : left
    }

    /// What increments are counted over: the least of a call at least; a call of zero seconds that is charged begins one
    /// increment.
    func wanted(_ plan: CompiledPlan, minimum: Int64) -> Int64 {
      let charged = charged(plan)
      if charged > 0 { return max(charged, minimum) }
      return quantity == 0 && isVoice && isAnswered && plan.chargesAnsweredZero ? 1 : 0
    }

    /// Why it has no price; nil where it may have one.
    var fault: SuspenseReason? {
      if quantity < 0, isVoice { return .negativeQuantity }
      return quantity != .min && quantity.magnitude < UInt64(Int64.max / 4) ? nil : .amountTooLarge
    }
  }

  /// Prices an event over the stays that its charged part falls into.
  ///
  /// The amount up to the end of each stay is the exact sum until there, rounded once, then cut by maximum and minimum: a
  /// part's amount is what it adds. Parts of the same band are one. `startPart` names band and price of the row where
  /// nothing is charged.
  ///
  /// - Precondition: `usage.fault` is nil, and the stays follow each other from 0 on.
  static func inParts(
    _ usage: Usage, stays: [Stay], minimum: Int64, feePico: Int64, startPart: (band: UInt32, price: UInt32),
    plan: CompiledPlan, charge: CompiledCharge
  ) -> Result<Priced, Fault> {
    let isRefund = usage.quantity < 0
    let wanted = usage.wanted(plan, minimum: minimum)
    let segments = Segment.cut(stays, wanted: wanted, startsAnew: plan.crossing == .splitEach)
    let billed = segments.reduce(0) { $0 + $1.billed }
    let fee =
      owesFee(
        plan.connectionFee, used: Int64(usage.quantity.magnitude), billed: billed, isRefund: isRefund)
      ? feePico : 0
    var parts: [Part] = []
    var stretches: [IncrementSteps.Stretch] = []
    var exact = (numerator: Int128(fee), denominator: Int128(1))
    var before = Amount.zero
    for segment in segments {
      stretches += segment.stretches
      guard let sum = sum(segment.stretches, onto: exact) else {
        return .failure(Fault(reason: .amountTooLarge))
      }
      exact = sum
      let after = limited(plan.rounding, exact.numerator, exact.denominator, charge)
      segment.add(amount: after - before, to: &parts)
      before = after
    }
    let amount = limited(plan.rounding, exact.numerator, exact.denominator, charge)
    guard amount.pico.magnitude < OutcomeRow.amountPicoLimit.magnitude else {
      return .failure(Fault(reason: .amountTooLarge))
    }
    if parts.isEmpty {
      parts = [
        Part(band: startPart.band, price: startPart.price, raw: 0, billed: 0, amount: amount, stretches: [])
      ]
    }
    shareRaw(usage, segments, among: &parts)
    if isRefund { mirror(&parts) }
    return .success(
      Priced(
        billed: isRefund ? -billed : billed, amount: isRefund ? -amount : amount,
        exactNumerator: exact.numerator, exactDenominator: exact.denominator, stretches: stretches,
        feePico: fee, parts: parts))
  }

  /// The exact sum rounded once, at most the maximum, and at least the minimum where it is not 0.
  static func limited(
    _ rounding: RoundingRule, _ numerator: Int128, _ denominator: Int128, _ charge: CompiledCharge
  ) -> Amount {
    var amount = rounding.round(numeratorPico: numerator, over: denominator)
    if let maximum = charge.eventMaximum, amount > maximum { amount = maximum }
    if let minimum = charge.eventMinimum, numerator != 0, amount < minimum { amount = minimum }
    return amount
  }

  /// The recorded quantity goes to the part that it fills; what was free, and what is not charged at all, to the first.
  private static func shareRaw(_ usage: Usage, _ segments: [Segment], among parts: inout [Part]) {
    let magnitude = Int64(usage.quantity.magnitude)
    let recorded = max(0, magnitude - usage.freeQuantity)
    var rest = magnitude
    for segment in segments {
      let filled = max(0, min(recorded, segment.until) - segment.from)
      guard let index = parts.firstIndex(where: { $0.band == segment.band }) else { continue }
      parts[index].raw += filled
      rest -= filled
    }
    parts[0].raw += rest
  }

  private static func mirror(_ parts: inout [Part]) {
    for index in parts.indices {
      parts[index].raw = -parts[index].raw
      parts[index].billed = -parts[index].billed
      parts[index].amount = -parts[index].amount
    }
  }

  /// What one stay charges.
  struct Segment {
    var band: UInt32
    var price: UInt32
    /// What it covers of the time after the first charged millisecond.
    var from: Int64
    var until: Int64
    var stretches: [IncrementSteps.Stretch]
    var billed: Int64 { stretches.reduce(0) { $0 + $1.billed } }

    /// Cuts `wanted` at the ends of the stays. Where increments carry over, each belongs to the stay in which it begins, and
    /// steps count from 0; where they start anew, each stay is a quantity of its own.
    static func cut(_ stays: [Stay], wanted: Int64, startsAnew: Bool) -> [Segment] {
      var segments: [Segment] = []
      var at: Int64 = 0
      for (index, stay) in stays.enumerated() where at < wanted {
        let end = index + 1 < stays.count ? min(stay.until, wanted) : wanted
        guard at < end else { continue }
        let stretches =
          startsAnew
          ? IncrementSteps.stretches(end - at, stay.increment, rowPrice: stay.unitPrice)
          : IncrementSteps.stretches(from: at, end, stay.increment, rowPrice: stay.unitPrice)
        let from = at
        at = startsAnew ? end : at + stretches.reduce(0) { $0 + $1.billed }
        segments.append(
          Segment(band: stay.band, price: stay.price, from: from, until: at, stretches: stretches))
      }
      return segments
    }

    func add(amount: Amount, to parts: inout [Part]) {
      if let index = parts.firstIndex(where: { $0.band == band }) {
        parts[index].billed += billed
        parts[index].amount += amount
        parts[index].stretches += stretches
      } else {
        parts.append(
          Part(band: band, price: price, raw: 0, billed: billed, amount: amount, stretches: stretches))
      }
    }
  }
}
