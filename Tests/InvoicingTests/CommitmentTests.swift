// Commitments that begin, end or change inside a usage period: what counts for which row, and which discounts hold.

import Money
import Testing

@testable import Invoicing

@Suite struct CommitmentTests {
  @Test(arguments: [
    // 30 were reached. 100 × 15/31 = 48.39 take all of them; nothing is left for 200 × 16/31 = 103.23.
    (
      ["100,2025-01-01,2026-01-16", "200,2026-01-16,"],
      ["minimum 100 15/31 reached 30 = 18.39", "minimum 200 16/31 reached 0 = 103.23"]
    ),
    // The first part needs 20 × 15/31 = 9.68 of the 30, the second has the other 20.32 of 51.61.
    (["20,2025-01-01,2026-01-16", "100,2026-01-16,"], ["minimum 100 16/31 reached 20.32 = 31.29"]),
    // 9.68 and 20.32 are 30: nothing is missing; a cent more of a commitment is.
    (["20,2025-01-01,2026-01-16", "39.37,2026-01-16,"], []),
    (["20,2025-01-01,2026-01-16", "39.40,2026-01-16,"], ["minimum 39.4 16/31 reached 20.32 = 0.02"]),
    // The order of their days counts, and not that of the file; a gap is no commitment.
    (["100,2026-01-16,", "20,2025-01-01,2026-01-11"], ["minimum 100 16/31 reached 23.55 = 28.06"]),
    // Two on one day are two commitments, and each counts all.
    (["20,2025-01-01,2026-01-17", "100,2026-01-16,"], ["minimum 100 16/31 reached 30 = 21.61"]),
  ]) func whatARowHasReachedIsNotCountedAgainForTheRowThatFollowsIt(rows: [String], expected: [String]) throws
  {
    var book = BillingBook.contracts("description,price,from", "Line,20,2026-01-01")
    book.set(
      "commitments.csv",
      "account,amount,from,until\n" + rows.map { "acme,\($0)\n" }.joined())
    book.addUsage("acme 2026-01-01/2026-02-01 voice UK calls . . 1 60 10 EUR")
    #expect(try book.lines("2026-01").filter { $0.hasPrefix("minimum") } == expected)
  }

  @Test(arguments: [
    // A commitment of January 12 on: discounts that hold on that day are taken off, as they are of a line that begins then.
    ("2026-01-12,", ["minimum 100 20/31 reached 0 = 64.52"], "32.26"),
    (",2026-01-13", ["minimum 100 20/31 reached 0 = 64.52"], "32.26"),
    ("2026-01-13,", ["minimum 100 20/31 reached 0 = 64.52"], "64.52"),
    (",2026-01-12", ["minimum 100 20/31 reached 0 = 64.52"], "64.52"),
  ]) func aCommitmentIsDiscountedFromItsFirstDayOn(days: String, expected: [String], total: String) throws {
    var book = BillingBook()
    book.set("commitments.csv", "account,amount,from\nacme,100,2026-01-12\n")
    book.set("discounts.csv", "account,description,percent,from,until\nacme,Half,50,\(days)\n")
    let drafts = try book.drafts("2026-01")
    #expect(try book.lines("2026-01").filter { $0.hasPrefix("minimum") } == expected)
    #expect(drafts.map { $0.total.description } == [total])
  }
}
