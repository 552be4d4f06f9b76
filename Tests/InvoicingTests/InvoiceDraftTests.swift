// Drafts: which documents there are, what their lines hold, and how they add up.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

@Suite struct InvoiceDraftTests {
  private static let january = "2026-01-01/2026-02-01"

  // One line of text for each draft: account, period, currency, total.
  private func documents(_ book: SampleBook, _ choice: UsagePeriodChoice? = nil) throws -> [String] {
    try book.drafts(choice).map { "\($0.account) \($0.period) \($0.currency) \($0.total)" }
  }

  // `name kind events billed price amount rounding` of each usage line.
  private func usageLines(_ usage: String) throws -> [String] {
    var book = SampleBook(accounts: "acme 1")
    book.addUsage(usage)
    return try book.drafts().flatMap(\.usage).flatMap { section in
      section.lines.map { line in
        let price = line.price.map { "\($0.amount)/\($0.perQuantity)" } ?? "-"
        return "\(line.name) \(section.kind?.name ?? "-") \(line.eventCount) \(line.quantityBilled) \(price) "
          + "\(line.amount.rounded) \(line.amount.rounding)"
      }
    }
  }

  @Test func rowsOfOneGroupAreOneLineAndRoundOnce() throws {
    // account period kind group charge unit_price per events billed amount currency
    let lines = try usageLines(
      """
      acme \(Self.january) voice UK calls 0.012 60 2 120 0.004 EUR
      acme \(Self.january) voice UK calls 0.012 60 1 60 0.004 EUR
      acme \(Self.january) voice UK calls 0.012 60 1 60 0.004 EUR
      """)
    #expect(lines == ["UK voice 4 240000 0.012/60000 0.01 -0.002"])
  }

  @Test(arguments: [
    ("0.005", "0.01 0.005"), ("0.004999999999", "0 -0.004999999999"), ("-0.005", "-0.01 -0.005"),
    ("0.015", "0.02 0.005"), ("0.025", "0.03 0.005"), ("7", "7 0"),
  ]) func aLineRoundsHalfUpAndKeepsTheDifference(amount: String, expected: String) throws {
    let lines = try usageLines("acme \(Self.january) voice UK calls . . 1 60 \(amount) EUR")
    #expect(lines == ["UK voice 1 60000 - \(expected)"])
  }

  @Test func aLineHasAPriceOnlyWhereAllItsRowsShareIt() throws {
    let lines = try usageLines(
      """
      acme \(Self.january) voice one calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice one calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice prices calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice prices calls 0.02 60 1 60 0.02 EUR
      acme \(Self.january) voice pers calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice pers calls 0.01 1 1 60 0.6 EUR
      acme \(Self.january) voice some calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice some calls . . 1 60 0.05 EUR
      """)
    #expect(
      lines == [
        "one voice 2 120000 0.01/60000 0.02 0", "pers voice 2 120000 - 0.61 0",
        "prices voice 2 120000 - 0.03 0",
        "some voice 2 120000 - 0.06 0",
      ])
  }

  @Test func tiersOfALineAreShownWithWhatTheyComeTo() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addUsage(
      """
      acme \(Self.january) voice UK calls 0.01 60 1 1500 0.25 EUR
      acme \(Self.january) voice UK calls 0.03 60 1 60000 30 EUR
      acme \(Self.january) voice UK calls 0.01 60 1 1500 0.25 EUR
      acme \(Self.january) voice DE calls 0.01 60 1 60 0.01 EUR
      """)
    let bound: Int128 = 60_000_000_000_000_000
    for index in 0..<3 { book.usage.rows[index].tierFrom = index == 1 ? 0 : bound }
    book.usage.rows[1].tierUpTo = bound
    let lines = try #require(try book.drafts().first).usage[0].lines
    #expect(lines.map(\.tiers.count) == [0, 2])
    let words = PrintedUsage(kind: .voice)
    #expect(
      lines[1].tiers.map { words.tier($0, digits: 2) } == [
        "0:00:00 to 16:40:00: 16:40:00 at 0.03 / min is 30.00",
        "16:40:00 and more: 0:50:00 at 0.01 / min is 0.50",
      ])
    #expect(lines[1].tiers.reduce(.zero) { $0 + $1.amount } == lines[1].amount.exact)
  }

  @Test func usageIsDividedOverCostCentresToTheCent() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addUsage(
      """
      acme \(Self.january) voice UK calls . . 1 60 0.005 EUR
      acme \(Self.january) voice DE calls . . 1 60 0.005 EUR
      acme \(Self.january) data GB data . . 1 60 0.99 EUR
      """)
    #expect(try book.drafts()[0].costCentres == [])
    book.usage.rows[0].costCentre = "Sales"
    book.usage.rows[2].costCentre = "Office"
    // 0.01 + 0.01 + 0.99: of 1.01, 0.00505 and 0.9999 and 0.00505 fall on them; the last cents go to the largest remainders.
    let centres = try book.drafts()[0].costCentres
    #expect(centres.map { "\($0.name) \($0.amount)" } == [" 0.01", "Office 1", "Sales 0"])
  }

  @Test func linesAreByKindThenByNameAsBytes() throws {
    let lines = try usageLines(
      """
      acme \(Self.january) . . minimum . . 0 0 3.5 EUR
      acme \(Self.january) event portal hosting 1 1 1 1.5 1.5 EUR
      acme \(Self.january) data backup backup 0.02 1000000000 1 7 0.5 EUR
      acme \(Self.january) message . sms 0.07 1 2 3 0.21 EUR
      acme \(Self.january) voice a calls 0.01 60 1 60 0.01 EUR
      acme \(Self.january) voice Z calls 0.01 60 1 60 0.01 EUR
      """)
    #expect(
      lines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
        "Z voice", "a voice",
        // Where there is no group, the charge names the line.
        "sms message", "backup data", "portal event", "minimum -",
      ])
  }

  @Test func theTotalIsTheSumOfRoundedLines() throws {
    var book = SampleBook(accounts: "acme 1")
    book.addContracts(
      """
      acme seats 10 EUR 3 1 2025-01-01 .
      acme line 5 EUR 1 1 2026-01-15 .
      """)
    book.addUsage(
      """
      acme \(Self.january) voice UK calls 0.01 60 1 60 0.004 EUR
      acme \(Self.january) voice DE calls 0.01 60 1 60 0.004 EUR
      acme \(Self.january) data GB data 0.01 1 1 60 0.006 EUR
      """)
    let draft = try #require(try book.drafts().first)
    #expect(draft.recurring.map(\.amount.rounded.description) == ["30", "2.74"])
    #expect(draft.recurringSubtotal.description == "32.74")
    #expect(draft.usage.map(\.subtotal.description) == ["0", "0.01"])
    #expect(draft.total.description == "32.75")
    // Exactly 30 + 85/31 + 0.014 was owed.
    #expect(draft.rounding.description == "-0.005935483871")
    #expect(draft.date.description == "2026-02-01")
  }

  @Test func documentsAreByAccountPeriodAndCurrency() throws {
    var book = SampleBook(accounts: "b 1\na 15\nc 1\nd 1\ne 1")
    book.addUsage(
      """
      b \(Self.january) voice UK calls 0.01 60 1 60 1 USD
      b \(Self.january) voice UK calls 0.01 60 1 60 2 EUR
      b 2025-12-01/2026-01-01 voice UK calls 0.01 60 1 60 3 EUR
      a 2026-01-15/2026-02-15 voice UK calls 0.01 60 1 60 4 EUR
      """)
    book.addContracts(
      """
      b line 10 EUR 1 1 2026-01-01 .
      c line 20 GBP 1 1 2025-12-31 .
      d line 50 EUR 1 1 2026-02-01 .
      """)
    // c has no usage: it gets its own periods that begin in the months of the run. d's contract begins later, e has
    // neither: no document.
    #expect(
      try documents(book) == [
        "a 2026-01-15/2026-02-15 EUR 4", "b 2025-12-01/2026-01-01 EUR 3", "b \(Self.january) EUR 12",
        "b \(Self.january) USD 1", "c 2025-12-01/2026-01-01 GBP 0.65", "c \(Self.january) GBP 20",
      ])
  }

  @Test(arguments: [
    ("2026-01", ["a 2026-01-15/2026-02-15 EUR 4", "b 2026-01-01/2026-02-01 EUR 12"]),
    ("2026-01-01/2026-02-01", ["b 2026-01-01/2026-02-01 EUR 12"]),
    ("2025-12", ["b 2025-12-01/2026-01-01 EUR 3"]),
    // Contracts are owed in a month without usage, too.
    ("2026-03", ["b 2026-03-01/2026-04-01 EUR 10"]),
    ("2025-11", []),
  ]) func aChoiceNamesThePeriods(choice: String, expected: [String]) throws {
    var book = SampleBook(accounts: "b 1\na 15")
    book.addUsage(
      """
      b \(Self.january) voice UK calls 0.01 60 1 60 2 EUR
      b 2025-12-01/2026-01-01 voice UK calls 0.01 60 1 60 3 EUR
      a 2026-01-15/2026-02-15 voice UK calls 0.01 60 1 60 4 EUR
      """)
    book.addContracts("b line 10 EUR 1 1 2026-01-01 .")
    #expect(try documents(book, UsagePeriodChoice.parse(choice)) == expected)
  }

  @Test(arguments: [
    // The month before has a tenth of the busiest month's events, or less: a stub at the edge of an export.
    ("100", ["a 2025-12-01/2026-01-01 EUR 11", "a 2026-01-01/2026-02-01 EUR 11"]),
    ("99", ["a 2025-12-01/2026-01-01 EUR 1", "a 2026-01-01/2026-02-01 EUR 11"]),
  ]) func contractsAreNotChargedForAStubOfLateUsage(stubEvents: String, expected: [String]) throws {
    var book = SampleBook(accounts: "a 1\nb 15\nc 31")
    book.addUsage(
      """
      a 2025-12-01/2026-01-01 voice UK calls 0.01 60 \(stubEvents) 60 1 EUR
      a \(Self.january) voice UK calls 0.01 60 1000 60 1 EUR
      b 2025-12-15/2026-01-15 voice UK calls 0.01 60 1000 60 1 EUR
      b 2026-01-15/2026-02-15 voice UK calls 0.01 60 1000 60 1 EUR
      """)
    // The months of one cycle day do not decide for another: half of b's usage is in the older period. No account of
    // c's cycle day has usage: the months of all decide.
    book.addContracts(
      """
      a line 10 EUR 1 1 2025-01-01 .
      b line 10 EUR 1 1 2025-01-01 .
      c line 10 EUR 1 1 2025-01-01 .
      """)
    #expect(
      try documents(book) == expected + [
        "b 2025-12-15/2026-01-15 EUR 11", "b 2026-01-15/2026-02-15 EUR 11", "c 2025-12-31/2026-01-31 EUR 10",
        "c 2026-01-31/2026-02-28 EUR 10",
      ])
  }

  @Test func anEmptyUsageMakesNoDocuments() throws {
    var book = SampleBook(accounts: "a 1")
    book.addContracts("a line 10 EUR 1 1 2026-01-01 .")
    #expect(try documents(book) == [])
  }

  @Test func accountsThatTheCatalogDoesNotHaveAreAllNamed() throws {
    var book = SampleBook(accounts: "b 1")
    book.addUsage(
      """
      a \(Self.january) voice UK calls 0.01 60 1 60 1 EUR
      b \(Self.january) voice UK calls 0.01 60 1 60 1 EUR
      c \(Self.january) voice UK calls 0.01 60 1 60 1 EUR
      """)
    #expect(
      fault(book)
        == "accounts.csv: no account 'a', 'c', but the usage has charges for it; "
        + "draft with the catalog that the usage was rated with, or add the account")
  }

  @Test func aPeriodOfAnotherCycleDayIsRefused() throws {
    var book = SampleBook(accounts: "a 15")
    book.addUsage("a \(Self.january) voice UK calls 0.01 60 1 60 1 EUR")
    #expect(
      fault(book)
        == "accounts.csv: the usage of account 'a' has the period 2026-01-01/2026-02-01, which cycle day 15 "
        + "does not make; rate again with this catalog")
  }

  private func fault(_ book: SampleBook) -> String {
    do {
      return try documents(book).joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  @Test func onlyKnownDetailsOfAnAccountAreShown() throws {
    var book = SampleBook(accounts: "a 1")
    book.accounts[0].details = ["terms": "Net 15", "address": "1 High St", "margin": "40 %", "email": ""]
    book.addUsage("a \(Self.january) voice UK calls 0.01 60 1 60 1 EUR")
    let draft = try #require(try book.drafts().first)
    #expect(draft.accountDetails.map { "\($0.name) \($0.text)" } == ["address 1 High St", "terms Net 15"])
    #expect(!String(decoding: draft.json(), as: UTF8.self).contains("margin"))
  }

  @Test func kindsOfTheSummaryAreThoseOfTheCatalog() {
    #expect(ServiceKind.allCases.map(\.name) == UsageKind.allCases.map(\.name))
    #expect(ServiceKind.allCases.map(\.unit) == UsageKind.allCases.map(\.unit))
    #expect(ServiceKind.allCases.map(\.quantityDigits) == UsageKind.allCases.map(\.quantityDigits))
  }
}
