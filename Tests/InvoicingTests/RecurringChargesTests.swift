// Contracts: which interval is charged when, and how much of it.

import BillingCalendar
import Catalog
import Money
import Testing

@testable import Invoicing

@Suite struct RecurringChargesTests {
  // `price currency quantity interval from until` of a contract, first day of the period, cycle day → `days/of amount`.
  private func charge(_ contract: String, _ period: String, cycleDay: Int32 = 1) throws -> String {
    var book = SampleBook(accounts: "acme \(cycleDay)")
    book.addContracts("acme seat " + contract)
    let usagePeriod = UsagePeriod.containing(CivilDate.parse(period)!, cycleDay: cycleDay)
    #expect(usagePeriod.from.description == period, "the row names the first day of a period")
    let charges = RecurringCharges(billing: book.billing, cycleDay: cycleDay)
    let lines = try charges.lines(of: book.contracts[0], in: usagePeriod)
    guard let line = lines.first else { return "none" }
    #expect(lines.count == 1 && line.share.days == Int64(line.days.count))
    return "\(line.days.lowerBound)/\(line.days.upperBound) \(line.share) \(line.amount.rounded)"
  }

  @Test(arguments: [
    // Days are half-open: the first day counts, the day of the end does not.
    ("31 EUR 1 1 2026-01-01 .", "2026-01-01", "2026-01-01/2026-02-01 31/31 31"),
    ("31 EUR 1 1 2026-01-02 .", "2026-01-01", "2026-01-02/2026-02-01 30/31 30"),
    ("31 EUR 1 1 2026-01-31 .", "2026-01-01", "2026-01-31/2026-02-01 1/31 1"),
    ("31 EUR 1 1 2026-02-01 .", "2026-01-01", "none"),
    ("31 EUR 1 1 2025-01-01 2026-01-01", "2026-01-01", "none"),
    ("31 EUR 1 1 2025-01-01 2026-01-02", "2026-01-01", "2026-01-01/2026-01-02 1/31 1"),
    ("31 EUR 1 1 2025-01-01 2026-01-31", "2026-01-01", "2026-01-01/2026-01-31 30/31 30"),
    ("31 EUR 1 1 2025-01-01 2026-02-01", "2026-01-01", "2026-01-01/2026-02-01 31/31 31"),
    ("31 EUR 1 1 2025-01-01 2026-02-02", "2026-01-01", "2026-01-01/2026-02-01 31/31 31"),
    ("31 EUR 1 1 2026-01-10 2026-01-20", "2026-01-01", "2026-01-10/2026-01-20 10/31 10"),
    // Nothing is owed for a contract that ends before it begins, or on its first day.
    ("31 EUR 1 1 2026-01-10 2026-01-10", "2026-01-01", "none"),
    ("31 EUR 1 1 2026-01-10 2026-01-05", "2026-01-01", "none"),
    // February, and a leap year.
    ("28 EUR 1 1 2026-02-15 .", "2026-02-01", "2026-02-15/2026-03-01 14/28 14"),
    ("29 EUR 1 1 2024-02-15 .", "2024-02-01", "2024-02-15/2024-03-01 15/29 15"),
  ]) func aPartIsCountedInDays(contract: String, period: String, expected: String) throws {
    #expect(try charge(contract, period) == expected)
  }

  @Test(
    arguments: [
      // Kill Bill's published case: 23 May to 15 June of a month that begins on the 23rd.
      ("100 EUR 1 1 2023-05-23 2023-06-15", "2023-05-23", 23, "2023-05-23/2023-06-15 23/31 74.19"),
      // Periods that begin on the last day of a month do not drift.
      ("30 EUR 1 1 2026-01-01 .", "2026-01-31", 31, "2026-01-31/2026-02-28 28/28 30"),
      ("30 EUR 1 1 2026-01-01 .", "2026-02-28", 31, "2026-02-28/2026-03-31 31/31 30"),
      ("31 EUR 1 1 2026-03-01 .", "2026-02-28", 31, "2026-03-01/2026-03-31 30/31 30"),
      ("31 EUR 1 1 2026-03-31 .", "2026-02-28", 31, "none"),
    ] as [(String, String, Int32, String)]) func periodsFollowTheCycleDay(
      contract: String, period: String, cycleDay: Int32, expected: String
    ) throws
  {
    #expect(try charge(contract, period, cycleDay: cycleDay) == expected)
  }

  @Test(arguments: [
    // In advance: the whole interval stands on the invoice of the period in which it begins, and on no other.
    ("90 EUR 1 3 2026-01-01 .", "2026-01-01", "2026-01-01/2026-04-01 90/90 90"),
    ("90 EUR 1 3 2026-01-01 .", "2026-02-01", "none"),
    ("90 EUR 1 3 2026-01-01 .", "2026-03-01", "none"),
    ("90 EUR 1 3 2026-01-01 .", "2026-04-01", "2026-04-01/2026-07-01 91/91 90"),
    // The first interval begins with the period that holds the first day.
    ("90 EUR 1 3 2026-01-31 .", "2026-01-01", "2026-01-31/2026-04-01 60/90 60"),
    ("365 EUR 1 12 2025-03-15 .", "2025-03-01", "2025-03-15/2026-03-01 351/365 351"),
    ("365 EUR 1 12 2025-03-15 .", "2026-02-01", "none"),
    ("365 EUR 1 12 2025-03-15 .", "2026-03-01", "2026-03-01/2027-03-01 365/365 365"),
    ("365 EUR 1 12 2025-03-15 2026-03-11", "2026-03-01", "2026-03-01/2026-03-11 10/365 10"),
    // No interval begins before the contract does.
    ("90 EUR 1 3 2026-04-01 .", "2026-01-01", "none"),
  ]) func longIntervalsAreChargedInAdvance(contract: String, period: String, expected: String) throws {
    #expect(try charge(contract, period) == expected)
  }

  @Test(arguments: [
    // Price × quantity × days / days of the interval, rounded once, half-up, away from zero.
    ("100 EUR 1 1 2026-01-15 .", "17/31 54.84"), ("0.155 EUR 2 1 2026-01-01 .", "31/31 0.31"),
    ("0.005 EUR 1 1 2026-01-01 .", "31/31 0.01"), ("0.004999 EUR 1 1 2026-01-01 .", "31/31 0"),
    ("-0.005 EUR 1 1 2026-01-01 .", "31/31 -0.01"), ("-0.004999 EUR 1 1 2026-01-01 .", "31/31 0"),
    // Rounding the price of one day first would give 0.16 × 17 = 2.72.
    ("5 EUR 1 1 2026-01-15 .", "17/31 2.74"), ("0.01 EUR 1000 1 2026-01-01 .", "31/31 10"),
    ("10 EUR 2.5 1 2026-01-01 .", "31/31 25"), ("10 EUR 0.000001 1 2026-01-01 .", "31/31 0"),
    // The currency's digits, not two.
    ("1000 JPY 1 1 2026-01-17 .", "15/31 484"), ("1 KWD 1 1 2026-01-17 .", "15/31 0.484"),
  ]) func anAmountIsRoundedOnce(contract: String, expected: String) throws {
    let charge = try charge(contract, "2026-01-01")
    #expect(charge.split(separator: " ").dropFirst().joined(separator: " ") == expected)
  }

  @Test func whatRoundingChangedIsKept() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addContracts("acme seat 100 EUR 1 1 2026-01-15 .")
    let period = UsagePeriod.parse("2026-01-01/2026-02-01")!
    let line = try #require(
      try RecurringCharges(billing: book.billing, cycleDay: 1).lines(of: book.contracts[0], in: period).first)
    #expect(line.amount.exact.description == "54.838709677419")
    #expect(line.amount.rounding.description == "0.001290322581")
  }

  @Test func aPriceTooLargeForItsQuantityIsRefused() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addContracts("acme seat 1 EUR 1 1 2026-01-01 .")
    book.contracts[0].price = Amount(pico: Int128.max / 30)
    let period = UsagePeriod.parse("2026-01-01/2026-02-01")!
    do throws(InvoiceDraftFault) {
      _ = try RecurringCharges(billing: book.billing, cycleDay: 1).lines(of: book.contracts[0], in: period)
      Issue.record("the amount was accepted")
    } catch {
      #expect(error.description == "contracts.csv:2: price times quantity is too large; check both")
    }
  }
}
