// Charges worked out by hand.

import Testing

@testable import SyntheticUsage

@Suite struct PlanArithmeticTests {
  /// A deck row by its price in millionths for a minute, its increment, minimum and fee.
  private func row(
    _ price: Int32, _ first: UInt8, _ next: UInt8, minimum: UInt8 = 0, fee: Int32 = 0, country: UInt8 = 1
  ) -> SyntheticDeckRow {
    SyntheticDeckRow(
      prefix: 44, digitCount: 2, country: country, network: 0, isClosed: false, firstSeconds: first,
      nextSeconds: next, minimumSeconds: minimum, minutePriceMicro: price, connectionFeeMicro: fee,
      fromSeconds: .min, untilSeconds: .max)
  }

  //   price    increment  millis   billed s  amount
  @Test(
    arguments: [
      (30_000, 60, 60, 0, 0, 0),
      (30_000, 60, 60, 1, 60, 30_000),
      (30_000, 60, 60, 60_000, 60, 30_000),
      (30_000, 60, 60, 60_001, 120, 60_000),
      (30_000, 30, 6, 30_000, 30, 15_000),
      (30_000, 30, 6, 30_001, 36, 18_000),
      (30_000, 60, 1, 61_000, 61, 30_500),
      // 0.00001 × 31 ÷ 60 = 0.0000051666…, and 30 ÷ 60 is a half, which goes up.
      (10, 1, 1, 31_000, 31, 5),
      (1, 1, 1, 30_000, 30, 1),
      (1, 1, 1, 29_000, 29, 0),
    ] as [(Int32, UInt8, UInt8, Int64, Int64, Int64)])
  func aCallIsRoundedUpAndPricedByTheMinute(
    price: Int32, first: UInt8, next: UInt8, millis: Int64, billedSeconds: Int64, amountMicro: Int64
  ) {
    let charge = SyntheticPlan.standard.voice(millis: millis, row: row(price, first, next))
    #expect(charge == SyntheticCharge(billed: billedSeconds * 1000, amountMicro: amountMicro))
  }

  @Test func theMinimumComesBeforeTheIncrementAndTheFeeOnce() {
    let special = row(60_000, 1, 1, minimum: 30, fee: 50_000)
    #expect(
      SyntheticPlan.standard.voice(millis: 10_000, row: special)
        == SyntheticCharge(billed: 30_000, amountMicro: 80_000))
    #expect(
      SyntheticPlan.standard.voice(millis: 31_000, row: special)
        == SyntheticCharge(billed: 31_000, amountMicro: 81_000))
    #expect(
      SyntheticPlan.standard.voice(millis: 0, row: special) == SyntheticCharge(billed: 0, amountMicro: 0))
  }

  @Test func theBusinessPlanHasOnePriceForDomesticCalls() {
    // 0.009 × 61 ÷ 60 = 0.00915, by the second; the deck's 60/60 is replaced.
    let germany = row(30_000, 60, 60, country: 0)
    #expect(
      SyntheticPlan.business.voice(millis: 61_000, row: germany)
        == SyntheticCharge(billed: 61_000, amountMicro: 9_150))
    #expect(
      SyntheticPlan.standard.voice(millis: 61_000, row: germany)
        == SyntheticCharge(billed: 120_000, amountMicro: 60_000))
  }

  @Test func dataIsRoundedUpToItsIncrement() {
    // 4.50 a gigabyte: 2 MB are 0.009.
    #expect(
      SyntheticPlan.standard.data(bytes: 1_000_001) == SyntheticCharge(billed: 2_000_000, amountMicro: 9_000))
    #expect(
      SyntheticPlan.standard.data(bytes: 1_000_000) == SyntheticCharge(billed: 1_000_000, amountMicro: 4_500))
    // 1.85 × 10,000 ÷ 10⁹ = 0.0000185: half-up to six digits.
    #expect(
      SyntheticPlan.wholesale.data(bytes: 1) == SyntheticCharge(billed: 10_000, amountMicro: 19))
    #expect(SyntheticPlan.business.messages(3) == SyntheticCharge(billed: 3, amountMicro: 157_500))
  }
}
