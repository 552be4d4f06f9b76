// The views of the book, as a shell without our program sees them.

import BillingStore
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct BookViewTests {
  @Test func viewsAnswerInPlainNames() throws {
    let desk = try NightDesk()
    try desk.write(
      StoreRatingTests.monday + ["x1 2026-01-05 301 442079460123 9"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let book = desk.storePath + "/book.sqlite"
    #expect(
      try SQLiteShell.run("SELECT * FROM usage_by_account", book) == [
        "acme|2026-01-01/2026-02-01|EUR|1|0.02", "zebra|2026-01-01/2026-02-01|EUR|1|0.01",
      ])
    #expect(
      try SQLiteShell.run("SELECT * FROM usage_by_account_and_group WHERE account = 'acme'", book)
        == [
          "acme|2026-01-01/2026-02-01|voice|United Kingdom|EUR|1|61|120|s|0.02"
        ])
    #expect(try SQLiteShell.run("SELECT * FROM unrated", book) == ["unknown-service||s|1|9"])
    #expect(
      try SQLiteShell.run("SELECT account, amount, cost FROM margin", book) == ["acme|0.02|", "zebra|0.01|"])
    #expect(try SQLiteShell.run("SELECT number, read, rated FROM run_list", book) == ["1|3|2"])
    #expect(try SQLiteShell.run("SELECT run, source, read FROM file_list", book) == ["1|pbx|3"])
    try desk.markBilled("2026-01")
    #expect(try SQLiteShell.run("SELECT * FROM adjustments", book) == [])
    try desk.revoke("1")
    #expect(
      try SQLiteShell.run("SELECT account, event_count, amount FROM adjustments", book) == [
        "acme|-1|-0.02", "zebra|-1|-0.01",
      ])
    #expect(
      try SQLiteShell.run("SELECT action FROM audit ORDER BY sequence", book) == [
        "create", "rate", "mark-billed", "revoke",
      ])
  }

  /// Amounts in two whole numbers are shown as the decimals they are.
  @Test(arguments: [
    (0, 0, "0"), (5, 0, "5"), (0, 500_000_000_000, "0.5"), (-1, 500_000_000_000, "-0.5"),
    (-1, 999_999_999_999, "-0.000000000001"), (-5, 0, "-5"), (-10, 0, "-10"), (100, 1, "100.000000000001"),
    (-3, 250_000_000_000, "-2.75"),
  ])
  func amountsAreExactText(units: Int, pico: Int, text: String) throws {
    let desk = try NightDesk()
    try desk.write(["a1 2026-01-05 101 442079460123 61"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let book = desk.storePath + "/book.sqlite"
    try SQLiteShell.run("UPDATE run_usage SET amount_units = \(units), amount_pico = \(pico)", book)
    #expect(try SQLiteShell.run("SELECT amount FROM usage_by_account", book) == [text])
  }
}
