// Prices as the hot loop reads them: increments and one multiplication, with an exact division by a reciprocal.

import Catalog
import Money

/// A price with its increment, minimum and connection fee. Amounts are rounded by the plan's rule, once.
///
/// The fast form holds where the rule is six digits half-up, the price needs at most six digits, the quantity is whole
/// seconds (voice) and there is no fee and no priced step: amount = ⌊(N × quantity + D/2) ÷ D⌋ millionths. Every
/// other price takes `exactAmount`, in 128 bits, with the same result.
struct CompiledPrice: BitwiseCopyable {
  /// N and D of the fast form, D even; N = 0 and D = 0 where there is none.
  var numerator: UInt64 = 0
  var denominator: UInt64 = 0
  /// ⌊2⁶⁴ ÷ D⌋.
  var reciprocal: UInt64 = 0
  /// Increment of one or two steps without own prices, in integer quantity; 0 where `incrementIndex` must be asked.
  var first: Int64 = 0
  var next: Int64 = 0
  var minimum: Int64 = 0
  var pricePico: Int64 = 0
  var priceUnits: Int64 = 1
  var feePico: Int64 = 0
  /// Index of the steps in the compiled catalog, for increments that are more than first/next.
  var incrementIndex: UInt32 = 0
  /// Rank of (unit price, per) in the summary's key.
  var unitPriceRank: UInt32 = 0
  /// Integer quantity of one step of the fast form: 1000 (whole seconds) for voice, 1 elsewhere.
  var fastUnit: Int64 = 1

  /// Whether quantities that are multiples of `fastUnit` can take the fast form.
  var isFast: Bool { denominator != 0 }

  init(
    price: UnitPrice, feePico: Int64, minimum: Int64, increment: BillingIncrement, incrementIndex: UInt32,
    kind: UsageKind
  ) {
    pricePico = price.pico
    priceUnits = price.units
    self.feePico = feePico
    self.minimum = minimum
    self.incrementIndex = incrementIndex
    let steps = increment.steps
    let isPlain = steps.allSatisfy { $0.price == nil }
    if isPlain, steps.count == 1 {
      first = steps[0].size
      next = steps[0].size
    } else if isPlain, steps.count == 2, steps[1].from == steps[0].size {
      first = steps[0].size
      next = steps[1].size
    }
    prepareFastForm(kind)
  }

  private mutating func prepareFastForm(_ kind: UsageKind) {
    let micro: Int64 = 1_000_000
    fastUnit = kind == .voice ? 1000 : 1
    guard first != 0, feePico == 0, pricePico >= 0, pricePico % micro == 0, priceUnits % fastUnit == 0 else {
      return
    }
    var n = UInt64(pricePico / micro)
    var d = UInt64(priceUnits / fastUnit)
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
    guard n < 1 << 31, d < 1 << 40 else { return }
    numerator = n
    denominator = d
    reciprocal = UInt64.max / d
  }

  /// Rounds a quantity up by minimum and increment. Zero is zero.
  ///
  /// - Precondition: `quantity >= 0`, and the increment is first/next (`first != 0`).
  @inline(__always) func billed(_ quantity: Int64) -> Int64 {
    if quantity == 0 { return 0 }
    let used = max(quantity, minimum)
    if used <= first { return first }
    let rest = used &- first
    // Most are a second or a minute: constants divide without a division.
    switch next {
    case 1000: return first &+ (rest &+ 999) / 1000 &* 1000
    case 60_000: return first &+ (rest &+ 59_999) / 60_000 &* 60_000
    case 6000: return first &+ (rest &+ 5999) / 6000 &* 6000
    case 1: return used
    default: return first &+ (rest &+ next &- 1) / next &* next
    }
  }

  /// The amount of a billed quantity in millionths, by the fast form; exact.
  ///
  /// - Precondition: `isFast`, `0 <= units < 2³²` (in `fastUnit`s).
  @inline(__always) func fastAmountMicro(_ units: UInt64) -> UInt64 {
    let value = numerator &* units &+ denominator / 2
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

  /// Walks the steps over `quantity` (> 0, after the minimum).
  ///
  /// Each increment belongs to the step in which it begins, also where it reaches past that step's end.
  static func stretches(_ quantity: Int64, _ increment: BillingIncrement, rowPrice: UnitPrice) -> [Stretch] {
    var result: [Stretch] = []
    var at: Int64 = 0
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
