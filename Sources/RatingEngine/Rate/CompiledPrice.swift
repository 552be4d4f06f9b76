// Prices as the hot loop reads them.

import Catalog
import Money

/// A price with its increment, minimum and connection fee, in full.
struct CompiledPrice: BitwiseCopyable {
  var pricePico: Int64
  var priceUnits: Int64
  var feePico: Int64
  /// In integer quantity.
  var minimum: Int64
  /// Index of the steps in the compiled catalog.
  var incrementIndex: UInt32
}

/// The form of a price for the common event: increments and one multiplication, with an exact division by a reciprocal.
///
/// It holds where the rule is six digits half-up, the price needs at most six digits, quantities are whole `units` (seconds
/// of voice, else messages, bytes or events), the increment is first/next and there is no fee and no priced step:
/// amount = ⌊(N × quantity + D/2) ÷ D⌋ millionths. Every other price takes `EventPrice`, in 128 bits, with the same result.
/// 32 bytes: a deck row and its price share a cache line.
struct FastPrice: BitwiseCopyable {
  /// ⌊2⁶⁴ ÷ D⌋.
  var reciprocal: UInt64 = 0
  /// N and D, D even; D = 0 where there is no such form.
  var numerator: UInt32 = 0
  var denominator: UInt32 = 0
  /// In units.
  var first: UInt32 = 0
  var next: UInt32 = 1
  var minimum: UInt32 = 0
  /// Rank of (unit price, per) in the summary's key.
  var unitPriceRank: UInt32 = 0

  /// Whether the price has this form.
  @inline(__always) var isFast: Bool { denominator != 0 }

  init(
    price: UnitPrice, feePico: Int64, minimum: Int64, increment: BillingIncrement, kind: UsageKind,
    unitPriceRank: UInt32
  ) {
    self.unitPriceRank = unitPriceRank
    let unit = Self.unit(of: kind)
    guard let (first, next) = Self.firstNext(increment, unit), feePico == 0, minimum % unit == 0,
      let least = UInt32(exactly: minimum / unit), let fraction = Self.fraction(price, unit)
    else { return }
    self.first = first
    self.next = next
    self.minimum = least
    (numerator, denominator) = fraction
    reciprocal = UInt64.max / UInt64(denominator)
  }

  /// Integer quantity of one unit: 1000 (whole seconds) for voice, 1 elsewhere.
  private static func unit(of kind: UsageKind) -> Int64 { kind == .voice ? 1000 : 1 }

  /// An increment of one or two steps without prices of their own, in units.
  private static func firstNext(_ increment: BillingIncrement, _ unit: Int64) -> (UInt32, UInt32)? {
    let steps = increment.steps
    guard steps.count == 1 || steps.count == 2 && steps[1].from == steps[0].size,
      steps.allSatisfy({ $0.price == nil && $0.size % unit == 0 }),
      let first = UInt32(exactly: steps[0].size / unit),
      let next = UInt32(exactly: steps[steps.count - 1].size / unit)
    else { return nil }
    return (first, next)
  }

  /// Millionths a unit as a fraction in lowest terms with an even denominator.
  private static func fraction(_ price: UnitPrice, _ unit: Int64) -> (UInt32, UInt32)? {
    let micro: Int64 = 1_000_000
    // A recorded amount is per nothing.
    guard price.pico >= 0, price.pico % micro == 0, price.units > 0, price.units % unit == 0 else {
      return nil
    }
    var n = price.pico / micro
    var d = price.units / unit
    var (a, b) = (n, d)
    while b != 0 { (a, b) = (b, a % b) }
    if a > 1 {
      n /= a
      d /= a
    }
    if d % 2 == 1 {
      n *= 2
      d *= 2
    }
    // A quantity below 2³² times N must stay below 2⁶³.
    guard n < 1 << 31, let denominator = UInt32(exactly: d) else { return nil }
    return (UInt32(n), denominator)
  }

  /// Rounds a quantity below 2³² up by minimum and increment, in units. Zero is zero.
  @inline(__always) func billed(_ quantity: UInt64) -> UInt64 {
    if quantity == 0 { return 0 }
    let used = max(quantity, UInt64(minimum))
    let first = UInt64(first)
    if used <= first { return first }
    let rest = used &- first
    // Most are a second or a minute: constants divide without a division.
    switch next {
    case 1: return used
    case 60: return first &+ (rest &+ 59) / 60 &* 60
    case 6: return first &+ (rest &+ 5) / 6 &* 6
    case 30: return first &+ (rest &+ 29) / 30 &* 30
    default:
      let next = UInt64(next)
      return first &+ (rest &+ next &- 1) / next &* next
    }
  }

  /// The amount of a billed quantity in millionths; exact.
  ///
  /// - Precondition: `isFast`, `units < 2³²`.
  @inline(__always) func amountMicro(_ units: UInt64) -> UInt64 {
    let denominator = UInt64(denominator)
    let value = UInt64(numerator) &* units &+ denominator / 2
    var quotient = value.multipliedFullWidth(by: reciprocal).high
    // The reciprocal is rounded down: the quotient is right or one or two short.
    var rest = value &- quotient &* denominator
    while rest >= denominator {
      quotient &+= 1
      rest &-= denominator
    }
    return quotient
  }
}

/// An increment of any number of steps, priced or not, over one quantity.
enum IncrementSteps {
  /// One stretch of the billed quantity and what it costs per unit.
  struct Stretch: Equatable {
    var billed: Int64
    var price: UnitPrice
  }

  /// Walks the steps over `quantity` (> 0, after the minimum), or over what of it lies behind `from`.
  ///
  /// Each increment belongs to the step in which it begins, also where it reaches past that step's end.
  static func stretches(
    from begin: Int64 = 0, _ quantity: Int64, _ increment: BillingIncrement, rowPrice: UnitPrice
  ) -> [Stretch] {
    var result: [Stretch] = []
    var at = begin
    for (index, step) in increment.steps.enumerated() where at < quantity {
      let end = index + 1 < increment.steps.count ? min(increment.steps[index + 1].from, quantity) : quantity
      guard at < end else { continue }
      let count = (end - at + step.size - 1) / step.size
      result.append(Stretch(billed: count * step.size, price: step.price ?? rowPrice))
      at += count * step.size
    }
    return result
  }
}
