// Numbers, days and volumes as they are printed.

import BillingCalendar
import Money
import Testing
import UsageSummary

@testable import Invoicing

@Suite struct PrintedNumberTests {
  @Test(arguments: [
    ("0", 2, "0.00"), ("999.99", 2, "999.99"), ("1000", 2, "1,000.00"),
    ("-1234567.891", 2, "\u{2212}1,234,567.891"),
    ("100", 0, "100"), ("0.0000125", 2, "0.0000125"),
  ]) func moneyHasGroupsOfThree(amount: String, digits: Int, text: String) {
    #expect(PrintedNumber.money(SampleBook.amount(amount), digits: digits) == text)
  }

  @Test(arguments: [
    ("0.002", "+0.002"), ("-0.002", "\u{2212}0.002"), ("0", "0"), ("0.001935483871", "+0.001935"),
    ("-0.0000005", "\u{2212}0.000001"), ("0.000000499999", "+0.000000"),
  ])
  func aRoundingHasItsSign(amount: String, text: String) {
    #expect(PrintedNumber.signed(SampleBook.amount(amount)) == text)
  }

  @Test(
    arguments: [
      (0, "0:00:00"), (999, "0:00:00.999"), (1000, "0:00:01"), (59_999, "0:00:59.999"), (60_000, "0:01:00"),
      (3_599_000, "0:59:59"), (3_600_000, "1:00:00"), (3_600_000_000, "1,000:00:00"),
      (-61_500, "\u{2212}0:01:01.5"),
    ] as [(Int128, String)]) func durationsAreHoursMinutesSeconds(milliseconds: Int128, text: String)
  {
    #expect(PrintedNumber.duration(milliseconds: milliseconds) == text)
  }

  @Test(arguments: [
    ("2026-01-01", "2026-01-02", "1 January 2026"),
    ("2026-01-01", "2026-02-01", "1 \u{2013} 31 January 2026"),
    ("2026-01-31", "2026-02-28", "31 January \u{2013} 27 February 2026"),
    ("2025-12-15", "2026-01-15", "15 December 2025 \u{2013} 14 January 2026"),
    ("2025-12-01", "2026-01-01", "1 \u{2013} 31 December 2025"),
  ]) func daysEndWithTheLastOne(from: String, until: String, text: String) {
    let days = CivilDate.parse(from)!..<CivilDate.parse(until)!
    #expect(PrintedNumber.days(days) == text)
    let short = text.split(separator: " ").map {
      $0.allSatisfy(\.isLetter) ? String($0.prefix(3)) : String($0)
    }
    #expect(PrintedNumber.days(days, isShort: true) == short.joined(separator: " "))
  }

  @Test(
    arguments: [
      (nil, 999, "999 bytes"), (nil, 1000, "1 kB"), (nil, 1_234_567, "1.235 MB"),
      (nil, 999_999_999, "1,000 MB"),
      (nil, 1_000_000_000, "1 GB"), (nil, -2_500_000_000_000, "\u{2212}2.5 TB"),
      (1, 5_000_000, "5 MB"),
      (1_000_000_000, 500_000, "0.001 GB"), (1_000_000_000, 499_999, "0 GB"), (1 << 30, 1 << 31, "2 GiB"),
      // A price for an odd volume gives no unit.
      (12345, 12345, "12.345 kB"),
    ] as [(Int128?, Int128, String)]) func volumesTakeTheUnitOfTheirPrice(
      per: Int128?, bytes: Int128, text: String
    )
  {
    let price = per.map { LinePrice(amount: .zero, perQuantity: $0) }
    #expect(PrintedUsage(kind: .data).quantity(bytes, price: price) == text)
  }

  @Test(
    arguments: [
      (.voice, 60_000, "0.50 / min"), (.voice, 1000, "0.50 / s"), (.voice, 3_600_000, "0.50 / h"),
      (.voice, 30_000, "0.50 / 30 s"), (.message, 1, "0.50 each"),
      (.message, 100, "0.50 / 100 segments"),
      (.data, 1, "0.50 / byte"), (.data, 1_000_000_000, "0.50 / GB"), (.data, 1_048_576, "0.50 / MiB"),
      (.data, 5000, "0.50 / 5,000 bytes"), (.event, 1_000_000, "0.50 each"),
      (.event, 500_000, "0.50 / 0.5 units"),
    ] as [(ServiceKind, Int128, String)]) func pricesNameTheirUnit(
      kind: ServiceKind, per: Int128, text: String
    )
  {
    let price = LinePrice(amount: SampleBook.amount("0.5"), perQuantity: per)
    #expect(PrintedUsage(kind: kind).price(price, digits: 2) == text)
  }
}
