// Amounts that records carry: read exactly, passed on, marked up, charged by percentage.

import Testing

@testable import RatingEngine

@Suite struct RecordedAmountRatingTests {
  @Test func itIsPassedOnOrMultiplied() throws {
    for (words, amount) in [
      ("", "12.345678"), ("markup=10", "13.580246"), ("margin=20", "15.432098"),
      ("multiplier=1.25", "15.432098"), ("markup=-100", "0"),
    ] {
      try checkTwice(
        """
        plan
        price   cloud  kinds=event price=recorded \(words)
        event   E1  event  447700900123  1  amount=12.3456781 amount_currency=EUR
        charge  E1  \(amount)  1  unit_price= per=
        """)
    }
    // A margin is of the price, a markup of the cost.
    try checkIsNoticed(
      """
      plan
      price   cloud  kinds=event price=recorded margin=20
      event   E1  event  447700900123  1  amount=100
      charge  E1  120  1
      """)
  }

  @Test func percentagesHaveAFixedFeeAndLimits() throws {
    try checkTwice(
      """
      plan
      price   pay  kinds=event price=recorded percent=2.99 fixed=2 at-least=2.5 at-most=12
      event   E1  event  447700900123  1  amount=10
      charge  E1  2.5  1
      event   E2  event  447700900123  1  amount=80
      charge  E2  4.392  1
      event   E3  event  447700900123  1  amount=10000
      charge  E3  12  1
      event   E4  event  447700900123  1  amount=16.722408
      charge  E4  2.5  1
      event   E5  event  447700900123  1  amount=16.73
      charge  E5  2.500227  1
      event   E6  event  447700900123  1  amount=-80
      charge  E6  -2.5  1
      event   E7  event  447700900123  1  amount=-100
      charge  E7  -2.99  1
      event   E8  event  447700900123  1  amount=0
      charge  E8  2.5  1
      """)
  }

  @Test func nothingStaysNothing() throws {
    try checkTwice(
      """
      plan
      price   pay  kinds=event price=recorded percent=2.99 at-least=2.5 least=3
      event   E1  event  447700900123  1  amount=0
      charge  E1  0  1
      event   E2  event  447700900123  1  amount=1
      charge  E2  3  1
      """)
  }

  @Test func aRecordNeedsAnAmountInTheCurrencyOfItsPlan() throws {
    try checkTwice(
      """
      plan
      price   cloud  kinds=event price=recorded
      price   rest   kinds=message price=0.10
      event   E1  event  447700900123  1
      suspense  E1  missing-amount
      event   E2  event  447700900123  1  amount=1 amount_currency=USD
      suspense  E2  other-currency
      event   E3  event  447700900123  1  amount=1
      charge  E3  1  1
      event   E4  event  447700900123  1  amount=1.2.3
      suspense  E4  bad-amount
      event   E5  message  447700900123  1  amount=1e3
      suspense  E5  bad-amount
      event   E6  message  447700900123  1  amount=7 amount_currency=USD
      charge  E6  0.10  1
      """)
  }

  @Test func ofACallItIsTheWholePrice() throws {
    try checkTwice(
      """
      deck    prefix  per-minute  increment  connect  in-peak
      .       44      0.60        60/60      1        2
      plan
      price   carrier  kinds=voice price=recorded multiplier=1.5
      band    peak  from=08:00 until=18:00
      change  percent=100
      event   E1  voice  447700900123  60.5s  amount=0.5 start=2026-05-04T17:59:30Z
      charge  E1  0.75  61s  band=peak quantity_raw=60.5 unit_price=
      event   E2  voice  447700900123  -1s  amount=0.5 disposition=ANSWERED
      suspense  E2  negative-quantity
      """)
  }
}

@Suite struct AmountReaderTests {
  private static func pico(_ text: String, scientific: Bool = false, comma: Bool = false) -> Int128? {
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: ByteText.slack)
    return bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap {
        AmountReader.pico($0, text.utf8.count, isDecimalComma: comma, isScientific: scientific)
      }
    }
  }

  @Test(
    arguments: [
      ("1", 1_000_000_000_000), ("-0.5", -500_000_000_000), ("+.000000000001", 1), ("7.", 7_000_000_000_000),
      // Half-even behind the twelfth place.
      ("0.0000000000005", 0), ("0.0000000000015", 2), ("0.0000000000025", 2), ("0.00000000000250000001", 3),
      ("-0.0000000000015", -2), ("0.00000000000049999999999999999999999999999999999999999999", 0),
      ("0.00000000000250000000000000000000000000000000000000000001", 3),
      ("499999999999.999999999999", 499_999_999_999_999_999_999_999),
      ("00000000000000000000000000000000000000001", 1_000_000_000_000),
    ] as [(String, Int128)])
  func decimalsAreReadToTheTwelfthPlace(text: String, pico: Int128) {
    #expect(Self.pico(text) == pico)
    #expect(Self.pico(text, scientific: true) == pico)
  }

  @Test(
    arguments: [
      ("1.0E-10", 100), ("4e2", 400_000_000_000_000), ("2.5e-12", 2), ("3.5E-12", 4), ("1e-9999", 0),
      ("0e9999", 0), ("-1.25E+1", -12_500_000_000_000), ("123456789.123456789E-9", 123_456_789_123),
    ] as [(String, Int128)])
  func exponentsAreReadWhereTheColumnHasThem(text: String, pico: Int128) {
    #expect(Self.pico(text, scientific: true) == pico)
    #expect(Self.pico(text) == nil)
  }

  @Test(arguments: [
    "", "-", ".", "1e", "e5", "1e+", "1e5x", "1e12345", "1,5", "0x1", "1 ", "--1", "500000000000", "1e30",
    "NaN",
    "9999999999999999999999999999999999999999999999",
  ])
  func everythingElseIsNoAmount(text: String) {
    #expect(Self.pico(text, scientific: true) == nil)
  }

  @Test func theMarkMayBeAComma() {
    #expect(Self.pico("1,5", comma: true) == 1_500_000_000_000)
    #expect(Self.pico("1.5", comma: true) == nil)
  }
}
