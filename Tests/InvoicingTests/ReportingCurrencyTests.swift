// Totals for reports: converted by the rate of the document's day, rounded once, and never on a document.

import BillingCalendar
import Catalog
import Money
import Testing

@testable import Invoicing

@Suite struct ReportingCurrencyTests {
  private let euro = Currency(code: "EUR")!
  private let dollar = Currency(code: "USD")!

  private func reporting(_ rows: String) -> ReportingCurrency {
    let rates = rows.split(separator: "\n").enumerated().map { line, row in
      let cells = row.split(separator: " ")
      guard case .success(let pico) = DecimalText.parse(String(cells[3]), scale: 12) else {
        preconditionFailure("a rate")
      }
      return ExchangeRate(
        from: Currency(code: String(cells[0]))!, to: Currency(code: String(cells[1]))!,
        date: CivilDate.parse(String(cells[2]))!, ratePico: Int64(pico), line: line + 2)
    }
    return ReportingCurrency(euro, rates: rates)
  }

  private let rows = """
    USD EUR 2026-06-01 0.9
    USD EUR 2026-07-01 0.925
    EUR USD 2026-01-01 1.1
    """

  @Test(
    arguments: [
      // day, what, what it is
      ("2026-05-31", "100", nil), ("2026-06-01", "100", "90"), ("2026-06-30", "100", "90"),
      ("2026-07-01", "100", "92.5"), ("2026-07-01", "0.01", "0.01"), ("2026-07-01", "159.76", "147.78"),
      ("2026-07-01", "-159.76", "-147.78"),
    ] as [(String, String, String?)])
  func theRateOfTheDayHolds(day: String, amount: String, expected: String?) throws {
    guard case .success(let pico) = DecimalText.parse(amount, scale: 12) else { return }
    let total = reporting(rows).total(
      Amount(pico: pico), in: dollar, on: try #require(CivilDate.parse(day)))
    #expect(total?.amount.description == expected)
  }

  @Test func theRateAndItsDayStandBeside() throws {
    let day = try #require(CivilDate.parse("2026-07-15"))
    let total = try #require(reporting(rows).total(Amount(pico: 1_000_000_000_000), in: dollar, on: day))
    #expect(total.rate?.rateText == "0.925")
    #expect(total.rate?.date.description == "2026-07-01")
    // Its own currency has none, and a rate in the other direction is no rate.
    #expect(
      reporting(rows).total(Amount(pico: 5), in: euro, on: day) == .init(amount: Amount(pico: 5), rate: nil))
    #expect(reporting("EUR USD 2026-01-01 1.1").total(Amount(pico: 5), in: dollar, on: day) == nil)
  }
}
