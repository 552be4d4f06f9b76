// Days, their numbers and their text.

import BillingCalendar
import Testing

struct CivilDateTests {
  /// A calendar that counts one day at a time: slow, and plain enough to trust.
  private struct DayCounter {
    var year: Int32 = 1970
    var month: Int32 = 1
    var day: Int32 = 1

    private var monthLength: Int32 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month - 1)]
    }
    mutating func goForward() {
      day += 1
      if day > monthLength { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    mutating func goBack() {
      day -= 1
      if day == 0 {
        month -= 1
        if month == 0 { (year, month) = (year - 1, 12) }
        day = monthLength
      }
    }
  }

  private func check(_ dayNumber: Int32, _ counter: DayCounter) {
    let parts = CivilDate(dayNumber: dayNumber).components
    let expected = (counter.year, counter.month, counter.day)
    let back = CivilDate.dayNumber(year: counter.year, month: counter.month, day: counter.day)
    guard parts == expected, back == dayNumber else {
      Issue.record("day \(dayNumber) is \(expected), got \(parts) and back \(back)")
      return
    }
  }

  @Test func daysCountForwardAndBackFor100000DaysEachWay() {
    var counter = DayCounter()
    for number in Int32(0)...100_000 {
      check(number, counter)
      counter.goForward()
    }
    counter = DayCounter()
    for number in stride(from: Int32(0), through: -100_000, by: -1) {
      check(number, counter)
      counter.goBack()
    }
  }

  @Test(arguments: [Int32.min, .min + 1, -12_699_423, -719_469, -1, 0, 1, 2_932_896, .max - 1, .max])
  func everyDayNumberHasAYearMonthAndDay(number: Int32) {
    let (year, month, day) = CivilDate(dayNumber: number).components
    #expect(CivilDate.isValid(year: year, month: month, day: day))
    #expect(CivilDate.dayNumber(year: year, month: month, day: day) == number)
  }

  @Test func randomDayNumbersComeBack() {
    var generator = SeededGenerator(name: "randomDayNumbersComeBack")
    for _ in 0..<200_000 {
      let number = Int32.random(in: .min...(.max), using: &generator)
      let (year, month, day) = CivilDate(dayNumber: number).components
      guard CivilDate.isValid(year: year, month: month, day: day),
        CivilDate.dayNumber(year: year, month: month, day: day) == number
      else {
        Issue.record("day \(number) became \(year)-\(month)-\(day); seed \(generator.seed)")
        return
      }
    }
  }

  @Test(arguments: [
    (1900, 28), (1999, 28), (2000, 29), (2023, 28), (2024, 29), (2100, 28), (2400, 29), (0, 29), (-4, 29),
    (-100, 28), (-400, 29),
  ])
  func februaryHas29DaysInLeapYears(year: Int32, dayCount: Int32) {
    #expect(CivilDate.dayCount(year: year, month: 2) == dayCount)
    #expect(CivilDate.isLeap(year: year) == (dayCount == 29))
  }

  @Test(arguments: [
    ("1970-01-01", 4), ("1969-12-31", 3), ("2024-02-29", 4), ("2026-01-05", 1), ("2026-01-04", 7),
    ("0001-01-01", 1),
  ])
  func weekdayOneIsMonday(text: String, weekday: Int32) throws {
    #expect(try #require(CivilDate.parse(text)).weekday == weekday)
  }

  @Test(arguments: [
    ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11016), ("2024-12-31", 20088),
    ("0000-01-01", -719_528), ("9999-12-31", 2_932_896),
  ])
  func textAndDayNumberAgree(text: String, number: Int32) {
    #expect(CivilDate.parse(text)?.dayNumber == number)
    #expect(CivilDate(dayNumber: number).description == text)
  }

  @Test(arguments: [
    "", "2024", "2024-01", "2024-1-03", "2024-01-3", "2024-01-033", "2024/01/03", "20240103", "2024-01-03 ",
    " 2024-01-03", "24-01-03", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32", "2024-04-31",
    "2023-02-29",
    "2100-02-29", "-024-01-03", "+024-01-03", "2024-01-0a", "202o-01-03", "2024-01:03", "2024.01.03",
    "2024-0\u{e9}3",
    "٢٠٢٤-٠١", "2024-01-0\u{0}", "9999-99-99", "////-//-//", "::::-::-::",
  ])
  func otherTextsAreNoDays(text: String) {
    #expect(CivilDate.parse(text) == nil)
  }

  @Test func aWrongByteAnywhereIsRefused() {
    let good = Array("2024-11-25".utf8)
    for index in good.indices {
      for byte in UInt8.min...UInt8.max where byte != good[index] {
        var bytes = good
        bytes[index] = byte
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let parsed = bytes.withUnsafeBufferPointer { CivilDate.parse($0) }
        if index == 4 || index == 7 || !isDigit {
          #expect(parsed == nil, "byte \(byte) at \(index)")
        } else if let parsed {
          #expect(parsed.description.utf8.elementsEqual(bytes))
        }
      }
    }
  }

  @Test func yearsOutsideFourDigitsAreWrittenWithSign() {
    #expect(CivilDate(year: -1, month: 3, day: 4)?.description == "-0001-03-04")
    #expect(CivilDate(year: 12345, month: 3, day: 4)?.description == "+12345-03-04")
  }

  @Test(arguments: [
    ("2024-01-31", 1, 31, "2024-02-29"), ("2023-01-31", 1, 31, "2023-02-28"),
    ("2024-02-29", 1, 31, "2024-03-31"),
    ("2024-02-29", 1, 30, "2024-03-30"), ("2024-03-31", -1, 31, "2024-02-29"),
    ("2024-01-15", -1, 15, "2023-12-15"),
    ("2024-12-01", 1, 1, "2025-01-01"), ("2024-02-29", 12, 29, "2025-02-28"),
    ("2024-05-31", -27, 31, "2022-02-28"),
    ("2024-05-20", 0, 31, "2024-05-31"),
  ])
  func monthStepsClampWithoutDrift(from: String, months: Int32, anchorDay: Int32, expected: String) throws {
    let day = try #require(CivilDate.parse(from))
    #expect(day.adding(months: months, anchorDay: anchorDay).description == expected)
  }

  @Test func daysCanBeCountedAndWalked() throws {
    let from = try #require(CivilDate.parse("2024-02-27"))
    let until = try #require(CivilDate.parse("2024-03-02"))
    #expect((from..<until).count == 4)
    #expect((from..<until).map(\.description).last == "2024-03-01")
    #expect(CivilDate.distantPast < from && until < CivilDate.distantFuture)
  }
}
