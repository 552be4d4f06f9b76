// Usage periods, cycles, choices and proration.

import BillingCalendar
import Testing

struct UsagePeriodTests {
  private func day(_ text: String) throws -> CivilDate { try #require(CivilDate.parse(text), "\(text)") }

  @Test(arguments: [
    // Cycle day 1: calendar months.
    ("2024-01-01", 1, "2024-01-01/2024-02-01", 31), ("2024-01-31", 1, "2024-01-01/2024-02-01", 31),
    ("2024-12-31", 1, "2024-12-01/2025-01-01", 31),
    // Cycle day 15: the day before, the day itself.
    ("2024-03-14", 15, "2024-02-15/2024-03-15", 29), ("2024-03-15", 15, "2024-03-15/2024-04-15", 31),
    ("2024-01-14", 15, "2023-12-15/2024-01-15", 31),
    // Cycle days that February lacks, in leap years and others.
    ("2024-02-28", 31, "2024-01-31/2024-02-29", 29), ("2024-02-29", 31, "2024-02-29/2024-03-31", 31),
    ("2023-02-27", 31, "2023-01-31/2023-02-28", 28), ("2023-02-28", 31, "2023-02-28/2023-03-31", 31),
    ("2023-02-28", 30, "2023-02-28/2023-03-30", 30), ("2023-02-28", 29, "2023-02-28/2023-03-29", 29),
    ("2023-02-28", 28, "2023-02-28/2023-03-28", 28), ("2024-02-28", 29, "2024-01-29/2024-02-29", 31),
    // Cycle day 31 in months of 30 days.
    ("2024-04-30", 31, "2024-04-30/2024-05-31", 31), ("2024-05-30", 31, "2024-04-30/2024-05-31", 31),
    ("2024-05-31", 31, "2024-05-31/2024-06-30", 30), ("2024-03-30", 31, "2024-02-29/2024-03-31", 31),
  ])
  func daysBelongToPeriods(dayText: String, cycleDay: Int32, expected: String, dayCount: Int32) throws {
    let period = UsagePeriod.containing(try day(dayText), cycleDay: cycleDay)
    #expect(period.description == expected)
    #expect(period.dayCount == dayCount)
    #expect(period.cycleDay == cycleDay)
    #expect(UsagePeriod.parse(expected) == period)
  }

  @Test(arguments: 1...31)
  func periodsFollowEachOtherWithoutHolesForEveryCycleDay(cycleDay: Int32) throws {
    var period = UsagePeriod.containing(try day("2019-12-31"), cycleDay: cycleDay)
    for _ in 0..<120 {
      #expect(period.next.from == period.until)
      #expect(period.next.previous == period)
      #expect(period.cycleDay == cycleDay)
      #expect(period.from.day == min(cycleDay, monthLength(period.from)))
      #expect(period < period.next)
      #expect((28...31).contains(period.dayCount))
      for member in period.days {
        guard UsagePeriod.containing(member, cycleDay: cycleDay) == period, period.contains(member) else {
          Issue.record("\(member) is not found in \(period)")
          return
        }
      }
      #expect(!period.contains(period.until))
      period = period.next
    }
  }

  private func monthLength(_ day: CivilDate) -> Int32 {
    CivilDate.dayCount(year: day.year, month: day.month)
  }

  @Test(arguments: [
    "", "2024-01", "2024-01-01", "2024-01-01/2024-01-31", "2024-01-01/2024-03-01", "2024-02-01/2024-01-01",
    "2024-01-01/2024-01-01", "2024-01-15/2024-02-29", "2024-01-30/2024-03-01", "2024-01-31/2024-02-28",
    "2023-01-31/2023-02-27", "2024-01-31-2024-02-29", "2024-01-31/2024-02-30", "2024-01-31/2024-02-29 ",
    "2024-02-29/2024-03-28",
  ])
  func otherTextsAreNoPeriods(text: String) {
    #expect(UsagePeriod.parse(text) == nil)
  }

  @Test func aMonthNamesThePeriodsThatBeginInIt() throws {
    let choice = try #require(UsagePeriodChoice.parse("2024-01"))
    #expect(choice.contains(try #require(UsagePeriod.parse("2024-01-01/2024-02-01"))))
    #expect(choice.contains(try #require(UsagePeriod.parse("2024-01-31/2024-02-29"))))
    #expect(!choice.contains(try #require(UsagePeriod.parse("2023-12-31/2024-01-31"))))
    #expect(!choice.contains(try #require(UsagePeriod.parse("2024-02-01/2024-03-01"))))
    #expect(!choice.contains(try #require(UsagePeriod.parse("2023-01-01/2023-02-01"))))
    #expect(choice.description == "2024-01")
  }

  @Test func theFullFormNamesOnePeriod() throws {
    let choice = try #require(UsagePeriodChoice.parse("2024-01-31/2024-02-29"))
    #expect(choice.contains(try #require(UsagePeriod.parse("2024-01-31/2024-02-29"))))
    #expect(!choice.contains(try #require(UsagePeriod.parse("2024-01-30/2024-02-29"))))
    #expect(choice.description == "2024-01-31/2024-02-29")
  }

  @Test(arguments: [
    "", "2024", "2024-1", "2024-13", "2024-00", "2024-01-01", "2024/01", "202401", "2024-01-",
  ])
  func otherTextsAreNoChoices(text: String) {
    #expect(UsagePeriodChoice.parse(text) == nil)
  }

  @Test func cycleDaysAre1To31() {
    #expect(UsageCycle(zone: .utc, cycleDay: 0) == nil)
    #expect(UsageCycle(zone: .utc, cycleDay: 1) != nil)
    #expect(UsageCycle(zone: .utc, cycleDay: 31) != nil)
    #expect(UsageCycle(zone: .utc, cycleDay: 32) == nil)
  }

  @Test func periodsEndAtLocalMidnights() throws {
    let cycle = try #require(UsageCycle(zone: try Zone.load(named: "+02:00"), cycleDay: 31))
    let midnight = try #require(Instant.parse("2024-01-31T00:00:00+02:00")) / 1000
    #expect(cycle.span(containingUTC: midnight - 1).period.description == "2023-12-31/2024-01-31")
    let span = cycle.span(containingUTC: midnight)
    #expect(span.period.description == "2024-01-31/2024-02-29")
    #expect(span.fromSeconds == midnight)
    #expect(span.untilSeconds == midnight + 29 * 86_400)
  }

  @Test(arguments: [
    ("2024-03-01", "2024-04-01", "2024-03-01", "2024-04-01", "31/31"),
    ("2024-03-12", "2024-04-01", "2024-03-01", "2024-04-01", "20/31"),
    ("2024-02-20", "2024-03-11", "2024-03-01", "2024-04-01", "10/31"),
    ("2024-03-31", "9999-12-31", "2024-03-01", "2024-04-01", "1/31"),
    ("2024-04-01", "9999-12-31", "2024-03-01", "2024-04-01", "0/31"),
    ("2024-01-01", "2024-03-01", "2024-03-01", "2024-04-01", "0/31"),
    ("2024-03-05", "2024-03-05", "2024-03-01", "2024-04-01", "0/31"),
    // A quarter and a year with a leap day.
    ("2024-05-20", "2024-06-21", "2024-04-01", "2024-07-01", "32/91"),
    ("2023-11-19", "2024-07-19", "2023-07-19", "2024-07-19", "243/366"),
  ])
  func prorationIsAFractionOfDays(
    from: String, until: String, periodFrom: String, periodUntil: String, expected: String
  ) throws {
    let part = Proration(
      of: try day(from)..<day(until), in: try day(periodFrom)..<day(periodUntil))
    #expect(part.description == expected)
    #expect(part.isNothing == expected.hasPrefix("0/"))
    #expect(part.isWhole == (expected == "31/31"))
  }

  @Test func whatHasNoEndCoversTheRestOfThePeriod() throws {
    let period = try #require(UsagePeriod.parse("2024-01-31/2024-02-29"))
    let part = Proration(of: try day("2024-02-10")..<CivilDate.distantFuture, in: period.days)
    #expect((part.days, part.periodDays) == (19, 29))
    #expect(Proration(of: CivilDate.distantPast..<CivilDate.distantFuture, in: period.days).isWhole)
  }
}
