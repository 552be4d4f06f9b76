// The fast form of a price against the exact one, and both against a sum of fractions.

import Catalog
import Money
import Testing

@testable import RatingEngine

@Suite struct PriceJudgeTests {
  private static let plan = CompiledPlan(
    currency: 0, rounding: RoundingRule(scale: 6, mode: .halfUp), isMicroHalfUp: true,
    keepsMilliseconds: false,
    connectionFee: .chargeable, chargesAnsweredZero: false, deckBase: [], ruleByCombination: [], rules: [],
    chargesByCombination: [], charges: [])
  private static let charge = CompiledCharge(
    name: 0, priceWithoutRow: CompiledCharge.none, hasLimits: false)

  private struct Drawn {
    var kind: UsageKind
    var price: UnitPrice
    var increment: BillingIncrement
    var minimum: Int64
  }

  private static func draw(_ random: inout RandomText) -> Drawn {
    let kind = random.one([UsageKind.voice, .voice, .message, .data, .event])
    let second: Int64 = kind == .voice ? 1000 : 1
    let units: Int64 = random.one([1, 2, 3, 6, 7, 60, 100, 1024, 3600, 1_000_000]) * second
    let digits = Int64(random.one([0, 1, 79, 4990, 10_000, 123_456, 999_999, 1_000_000, 2_000_000_000]))
    let pico = (digits + Int64(random.int(0...9))) * (random.chance(85) ? 1_000_000 : 1)
    let first = Int64(random.one([1, 1, 6, 30, 60])) * second
    let next = Int64(random.one([1, 1, 6, 7, 30, 60])) * second
    return Drawn(
      kind: kind, price: UnitPrice(pico: pico, units: units),
      increment: BillingIncrement(first: first, next: next),
      minimum: random.chance(20) ? Int64(random.int(1...90)) * second : 0)
  }

  private static func fast(_ drawn: Drawn, _ price: UnitPrice) -> FastPrice {
    FastPrice(
      price: price, feePico: 0, minimum: drawn.minimum, increment: drawn.increment, kind: drawn.kind,
      unitPriceRank: 0)
  }

  @Test func theFastFormIsExact() {
    var random = RandomText(seed: 6012)
    var fastCount = 0
    for round in 0..<1500 {
      let drawn = Self.draw(&random)
      let fast = Self.fast(drawn, drawn.price)
      guard fast.isFast else { continue }
      fastCount += 1
      let price = CompiledPrice(
        pricePico: drawn.price.pico, priceUnits: drawn.price.units, feePico: 0, minimum: drawn.minimum,
        incrementIndex: 0)
      let unit: Int64 = drawn.kind == .voice ? 1000 : 1
      for _ in 0..<4 {
        let most = random.one([1, 100, 10_000, 1_000_000, 4_000_000_000])
        let quantity = Int64(random.int(0...most)) * unit
        let units = fast.billed(UInt64(quantity / unit))
        guard units < 1 << 32, fast.amountMicro(units) < OutcomeRow.amountMicroLimit else { continue }
        let exact = EventPrice.exact(
          quantity: quantity, isVoice: drawn.kind == .voice, isAnswered: true, price: price,
          increment: drawn.increment, plan: Self.plan, charge: Self.charge)
        let message = "\(random.seed), round \(round): \(quantity) at \(drawn.price) by \(drawn.increment)"
        guard case .success(let priced) = exact else {
          Issue.record("\(message): no exact price")
          return
        }
        #expect(priced.billed == Int64(units) * unit, "\(message)")
        #expect(priced.amount.pico == Int128(fast.amountMicro(units)) * 1_000_000, "\(message)")
      }
    }
    #expect(fastCount > 800)
  }

  @Test func theQuotientIsRightBesideEveryHalf() {
    // Amounts that lie on a half, and one unit beside it: where a reciprocal that is a little short would show.
    var random = RandomText(seed: 6013)
    for round in 0..<1500 {
      let units = Int64(random.int(1...5000)) * 1000
      let pico = Int64(random.int(1...2_000_000)) * 1_000_000
      let price = FastPrice(
        price: UnitPrice(pico: pico, units: units), feePico: 0, minimum: 0,
        increment: BillingIncrement(first: 1000, next: 1000), kind: .voice, unitPriceRank: 0)
      guard price.isFast else { continue }
      let (n, d) = (Int128(price.numerator), Int128(price.denominator))
      for target in [0, 1, 2, random.int(0...1_000_000_000)] {
        // The seconds nearest to (target + 1/2) millionths.
        let near = (Int128(target) * d + d / 2) / n
        for seconds in [near - 1, near, near + 1] where seconds >= 0 && seconds < 1 << 32 {
          let expected = (n * seconds + d / 2) / d
          #expect(
            Int128(price.amountMicro(UInt64(seconds))) == expected,
            "\(random.seed), round \(round): \(seconds) s, \(n)/\(d)")
        }
      }
    }
  }

  @Test func incrementsAreCountedOneByOne() {
    var random = RandomText(seed: 6014)
    for round in 0..<800 {
      let drawn = Self.draw(&random)
      let price = Self.fast(drawn, UnitPrice(pico: 1_000_000, units: drawn.kind == .voice ? 1000 : 1))
      let second: Int64 = drawn.kind == .voice ? 1000 : 1
      let quantity = Int64(random.int(0...400)) * second
      var billed: Int64 = 0
      if quantity > 0 {
        let steps = drawn.increment.steps
        billed = steps[0].size
        while billed < max(quantity, drawn.minimum) { billed += steps[steps.count - 1].size }
      }
      #expect(
        Int64(price.billed(UInt64(quantity / second))) * second == billed,
        "\(random.seed), round \(round): \(quantity) by \(drawn.increment)")
    }
  }
}
