// Decimal numbers as text: the whole text or nothing, and back to the shortest text.

import Money
import TestSupport
import Testing

@Suite struct DecimalTextTests {
  @Test(arguments: [
    ("0", 0, 0), ("-0", 0, 0), ("+0", 0, 0), ("1", 0, 1), ("-1", 0, -1), ("+12", 0, 12), ("007", 0, 7),
    ("0.10", 2, 10), ("0.1", 2, 10), (".5", 2, 50), ("5.", 2, 500), ("-.05", 2, -5), ("1.230000", 2, 123),
    ("1.23", 6, 1_230_000), ("12.345678901234", 12, 12_345_678_901_234), ("0.000000000001", 12, 1),
  ])
  func aPlainNumberIsReadExactly(text: String, scale: Int, value: Int) {
    #expect(DecimalText.parse(text, scale: scale) == .success(Int128(value)))
  }

  @Test(arguments: [
    ("", DecimalFault.empty), ("-", .empty), (".", .empty), ("+.", .empty),
    (" 1", .unexpected(byte: 32, offset: 0)), ("1 ", .unexpected(byte: 32, offset: 1)),
    ("1,5", .unexpected(byte: 44, offset: 1)), ("1.2.3", .unexpected(byte: 46, offset: 3)),
    ("--1", .unexpected(byte: 45, offset: 1)), ("1-", .unexpected(byte: 45, offset: 1)),
    ("1e3", .scientific), ("1E3", .scientific), ("1.5e-7", .scientific),
    ("e3", .unexpected(byte: 101, offset: 0)), ("0x10", .unexpected(byte: 120, offset: 1)),
    ("nan", .unexpected(byte: 110, offset: 0)), ("1\u{0}", .unexpected(byte: 0, offset: 1)),
    ("1.234", .tooPrecise(digits: 3)), ("0.001", .tooPrecise(digits: 3)),
    ("1٣", .unexpected(byte: 0xd9, offset: 1)), ("−1", .unexpected(byte: 0xe2, offset: 0)),
  ])
  func anythingElseIsRefusedWithItsPlace(text: String, fault: DecimalFault) {
    #expect(DecimalText.parse(text, scale: 2) == .failure(fault))
  }

  @Test func theDecimalMarkIsTheOneThatWasDeclared() {
    #expect(DecimalText.parse("12,5", scale: 1, mark: UInt8(ascii: ",")) == .success(125))
    #expect(
      DecimalText.parse("12.5", scale: 1, mark: UInt8(ascii: ","))
        == .failure(.unexpected(byte: UInt8(ascii: "."), offset: 2)))
  }

  @Test func theLimitsOfTheIntegerAreExact() {
    let top = "170141183460469231731687303715884105727"
    #expect(DecimalText.parse(top, scale: 0) == .success(Int128.max))
    #expect(DecimalText.parse("-" + top, scale: 0) == .success(-Int128.max))
    #expect(DecimalText.parse("170141183460469231731687303715884105728", scale: 0) == .failure(.tooLarge))
    #expect(DecimalText.parse("999999999999999999999999999999999999999", scale: 0) == .failure(.tooLarge))
    #expect(DecimalText.parse(String(repeating: "9", count: 80), scale: 0) == .failure(.tooLarge))
    #expect(DecimalText.parse("170141183460469231731687303.715884105727", scale: 12) == .success(Int128.max))
    #expect(DecimalText.parse("170141183460469231731687303.715884105728", scale: 12) == .failure(.tooLarge))
    #expect(DecimalText.parse("170141183460469231731687304", scale: 12) == .failure(.tooLarge))
    // Zeros after the last digit that counts may be many.
    #expect(DecimalText.parse("1." + String(repeating: "0", count: 60), scale: 2) == .success(100))
    #expect(DecimalText.parse(String(repeating: "0", count: 60) + "1", scale: 2) == .success(100))
  }

  @Test(arguments: [
    (0, 12, 0, "0"), (0, 0, 0, "0"), (5, 0, 0, "5"), (-5, 0, 0, "-5"), (5, 1, 0, "0.5"),
    (-5, 12, 0, "-0.000000000005"),
    (100, 2, 0, "1"), (110, 2, 0, "1.1"), (110, 2, 2, "1.10"), (100, 2, 2, "1.00"), (0, 2, 2, "0.00"),
    (123_456, 3, 0, "123.456"), (123_000, 3, 0, "123"), (120_000, 3, 1, "120.0"), (-1, 2, 0, "-0.01"),
  ])
  func theTextIsTheShortestThatIsExact(value: Int, scale: Int, minimumDigits: Int, text: String) {
    #expect(DecimalText.format(Int128(value), scale: scale, minimumDigits: minimumDigits) == text)
  }

  @Test func whatIsWrittenIsReadBack() {
    var random = SeededGenerator(forTest: #function)
    for _ in 0..<20_000 {
      let scale = Int.random(in: 0...12, using: &random)
      // Of every size: 64 random bits moved up, then down again.
      let moved =
        Int128(Int64.random(in: .min ... .max, using: &random)) << Int.random(in: 0...62, using: &random)
      let value = moved >> Int.random(in: 0...120, using: &random)
      let digits = Int.random(in: 0...scale, using: &random)
      let text = DecimalText.format(value, scale: scale, minimumDigits: digits)
      #expect(DecimalText.parse(text, scale: scale) == .success(value), "\(text) at \(scale)")
      let shortest = DecimalText.format(value, scale: scale)
      #expect(text.utf8.count >= shortest.utf8.count && text.hasPrefix(shortest))
      #expect(!shortest.contains(".") || !shortest.hasSuffix("0"))
    }
  }
}

@Suite struct AmountTests {
  @Test func minorUnitsAreWholeStepsOfTheCurrency() {
    #expect(Amount(minorUnits: 123, digits: 2).description == "1.23")
    #expect(Amount(minorUnits: -5, digits: 0).description == "-5")
    #expect(Amount(minorUnits: 1, digits: 12).pico == 1)
    #expect(Amount(minorUnits: 1, digits: 3).text(minimumDigits: 3) == "0.001")
  }

  @Test func sumsAndOrderAreThoseOfTheInteger() {
    let (a, b) = (Amount(pico: 3), Amount(pico: -5))
    #expect(a + b == Amount(pico: -2) && a - b == Amount(pico: 8) && -a == Amount(pico: -3) && b < a)
    var sum = Amount.zero
    sum += a
    sum -= b
    #expect(sum == Amount(pico: 8))
  }
}

@Suite struct CurrencyTests {
  @Test(arguments: [
    ("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3), ("CLF", 4), ("XPT", 2),
  ])
  func minorDigitsAreThoseOfISO4217(code: String, digits: Int) {
    #expect(Currency(code: code)?.minorDigits == digits)
  }

  @Test(arguments: ["", "EU", "EURO", "eur", "Eur", "EU1", "E R", "ÄÖÜ"])
  func onlyThreeCapitalLettersAreACode(code: String) { #expect(Currency(code: code) == nil) }
}
