// Random numbers that are a pure function of (seed, purpose, index).
//
// A record can so be made anywhere, in any order and on any core, and again for its copies. No generator state is ever
// carried from one record to the next.

/// What a stream of random numbers is for; streams of one seed are independent of each other.
enum DrawPurpose: UInt64 {
  case event = 1
  case copy
  case account
  case favourite
  case prefix
  case price
}

/// The random numbers of one thing, such as the record with an index.
///
/// SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SeededDraws {
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64

  init(seed: UInt64, _ purpose: DrawPurpose, _ index: UInt64) {
    state = Self.mix(Self.mix(seed &+ purpose.rawValue &* Self.step) ^ index &* 0xD134_2543_DE82_EF95)
  }

  /// A bijection of 64 bits that spreads every input bit over all output bits.
  @inline(__always) static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// The next 64 bits.
  @inline(__always) mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// A number from 0 up to `count` − 1.
  ///
  /// By the high half of a product: the bias of less than `count` ÷ 2⁶⁴ does not matter here.
  @inline(__always) mutating func below(_ count: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
  }
}

/// Items of which the first are likely: each doubling of the place is as likely as the one before.
///
/// It is Zipf's law with exponent 1: the item at place n has about 1/n the share of the first.
struct SkewedItems: Sendable {
  let count: Int
  private let logarithm: UInt64

  /// - Precondition: `count` is positive.
  init(count: Int) {
    self.count = count
    logarithm = BinaryPower.logarithm(of: count + 1)
  }

  /// An item, from 0 up to `count` − 1.
  @inline(__always) func draw(_ draws: inout SeededDraws) -> Int {
    let exponent = draws.next().multipliedFullWidth(by: logarithm).high
    return min(Int(truncatingIfNeeded: BinaryPower.value(exponent: exponent)), count) &- 1
  }
}

extension SeededDraws {

  /// A number whose logarithm is about normal, such as the duration of a call.
  ///
  /// `median` and `spread` are logarithms to base 2 as `BinaryPower` has them; `spread` is that of 37,837, the standard
  /// deviation of a sum of four 16-bit numbers, so the tails end at 3.46 standard deviations.
  @inline(__always) mutating func logNormal(median: UInt64, spread: Int64) -> Int64 {
    let bits = next()
    let sum = (bits & 0xFFFF) &+ (bits >> 16 & 0xFFFF) &+ (bits >> 32 & 0xFFFF) &+ bits >> 48
    let deviation = Int64(truncatingIfNeeded: sum) &- 131_070
    let exponent = Int64(truncatingIfNeeded: median) &+ deviation &* spread / 37_837
    return Int64(
      truncatingIfNeeded: BinaryPower.value(exponent: UInt64(truncatingIfNeeded: max(0, exponent))))
  }
}
