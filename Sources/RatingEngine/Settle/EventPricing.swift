// The small sums of one event: what its parts have in common, its limits, and its share of a recorded amount.

import Catalog
import Money

/// An event on its way through pricing.
struct EventPricing {
  let event: PackedEvent
  let index: Int32
  let usage: SettleTables.ClassReference
  let member: Int32
  /// Its pieces.
  let range: Range<Int>
  let feePico: Int64
  /// The piece in which the fee stands.
  let feeAt: Int
  let isLine: Bool
  let hasLineMembers: Bool

  var isRefund: Bool { event.quantity < 0 }

  /// How the event is rounded: accounts that round by line keep 10⁻¹² until their running sum is rounded.
  var rounding: ExactRounding { isLine ? .none : usage.terms.rounding }

  /// How the total of its counter is rounded: one rule for all that move it.
  var counterRounding: ExactRounding {
    let isShared = usage.terms.counter.owner == .pool
    return (isShared ? hasLineMembers : isLine) ? .none : usage.terms.rounding
  }

  /// A part with the piece's quantities, without price and amount.
  func part(_ piece: EventPiece) -> SettledPart {
    let sign: Int64 = isRefund ? -1 : 1
    return SettledPart(
      event: index, baseCell: event.baseCell, band: piece.band, lot: piece.lot, raw: sign * piece.raw,
      billed: sign * piece.billed, covered: piece.lot == EventPiece.uncovered ? 0 : sign * piece.billed)
  }

  /// The amount that the record carries; 0 for none.
  func recordedPico(_ amounts: [Int128]) -> Int128 {
    event.recorded == 0 ? 0 : amounts[Int(event.recorded) - 1]
  }
}

extension SettledPart {
  /// Takes the first `billed` off: the recorded quantity fills it first.
  mutating func takeOff(_ billed: Int64) -> SettledPart {
    var first = self
    first.billed = billed
    if billed != self.billed { first.raw = raw.magnitude < billed.magnitude ? raw : billed }
    self.billed -= first.billed
    raw -= first.raw
    return first
  }
}

/// An event's running total: its parts are differences of what the total comes to, limits applied.
struct EventTotal {
  /// Rounded sum so far, before limits.
  var gross: Int128 = 0
  /// The exact sum so far, over any denominator: what is free is not lifted to the minimum, and what rounds to 0 is lifted
  /// to its own side.
  var exact: Int128 = 0
  private var net: Int128 = 0
  private let minimum: Int128?
  private let maximum: Int128?

  init(_ usage: SettleTables.ClassReference) {
    self.init(minimum: usage.terms.eventMinimum, maximum: usage.terms.eventMaximum)
  }

  init(minimum: Int128?, maximum: Int128?) {
    self.minimum = minimum
    self.maximum = maximum
  }

  mutating func add(_ move: TierCounters.Move) {
    gross += move.amountPico
    exact += move.exact
  }

  /// What was added since the last part: maximum, then minimum; negative totals mirror positive ones.
  mutating func nextPart() -> Int128 {
    var size = gross < 0 ? -gross : gross
    if let maximum, size > maximum { size = maximum }
    if let minimum, exact != 0, size < minimum { size = minimum }
    let before = net
    net = gross < 0 || (gross == 0 && exact < 0) ? -size : size
    return net - before
  }
}

/// The recorded amount by pieces: in proportion to what is billed, at 10⁻¹² half-even, by cumulative difference.
struct RecordedShares {
  private let pico: Int128
  private let billed: Int128
  private var billedSoFar: Int128 = 0
  private var given: Int128 = 0

  init(_ pico: Int128, billed: Int128) {
    self.pico = pico
    self.billed = billed
  }

  /// The share of the next piece; without a billed quantity the first has all.
  mutating func next(_ piece: EventPiece) -> Int128 {
    if pico == 0 { return 0 }
    billedSoFar += Int128(piece.billed)
    let total =
      billed == 0 || billedSoFar == billed
      ? pico : RoundingRule.divide(pico * billedSoFar, by: billed, mode: .halfEven)
    defer { given = total }
    return total - given
  }
}

/// What an event of one uncovered piece comes to, in 64 bits: `(price × quantity + fee) ÷ units`, rounded once.
struct PlainAmount: Sendable {
  private let pico: Int64
  /// The fee over the same denominator.
  private let fee: Int64
  /// The denominator times the step to which amounts are rounded; 0 where the numbers are too large, or below 0.
  private let divisor: Int64
  private let step: Int64
  private let mode: RoundingMode

  /// Whether amounts can be asked for.
  var isKnown: Bool { divisor > 0 }

  init(_ price: UnitPrice, feePico: Int64, _ rounding: ExactRounding) {
    pico = price.pico
    step = rounding.stepPico
    mode = rounding.mode
    let (fee, isFeeWide) = feePico.multipliedReportingOverflow(by: price.units)
    let (divisor, isWide) = price.units.multipliedReportingOverflow(by: rounding.stepPico)
    self.fee = fee
    self.divisor =
      isFeeWide || isWide || fee < 0 || price.pico < 0 || divisor <= 0 || divisor >= 1 << 61 ? 0 : divisor
  }

  /// The amount of a quantity above 0 in pico; nil where it takes more than 64 bits.
  @inline(__always) func pico(_ billed: Int64) -> Int64? {
    let (product, isWide) = pico.multipliedReportingOverflow(by: billed)
    let (exact, isSumWide) = product.addingReportingOverflow(fee)
    if isWide || isSumWide { return nil }
    return ExactAmount.divided(exact, by: divisor, mode) &* step
  }
}
