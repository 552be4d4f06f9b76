// Recurring charges in full: when an interval is charged, and how its quantity follows the counts.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@testable import Invoicing

@Suite struct CountedChargesTests {
  private func check(_ book: BillingBook, _ expected: [String: [String]]) throws {
    for (month, lines) in expected { #expect(try book.lines(month) == lines, "\(month)") }
  }

  @Test func currentIsChargedWithThePeriodInWhichItBegins() throws {
    let book = BillingBook.contracts("description,price,from,interval", "Care,90,2026-01-01,3")
    try check(
      book,
      ["2025-12": [], "2026-01": ["Care 2026-01-01 1 × 90 90/90 = 90"], "2026-02": [], "2026-03": []])
  }

  @Test func advanceIsChargedOnTheInvoiceDatedWhenItBegins() throws {
    let book = BillingBook.contracts("description,price,from,interval,timing", "Care,90,2026-01-01,3,advance")
    try check(
      book,
      [
        "2025-11": [], "2025-12": ["Care 2026-01-01 1 × 90 90/90 = 90"], "2026-01": [],
        "2026-03": ["Care 2026-04-01 1 × 90 91/91 = 90"],
      ])
  }

  @Test func whatBeginsInsideAPeriodIsChargedAheadFromTheNextOne() throws {
    // Nobody knew of it on 1 January: that invoice holds nothing; the next one has both months.
    let book = BillingBook.contracts("description,price,from,timing", "Seat,31,2026-01-12,advance")
    try check(
      book,
      [
        "2025-12": [],
        "2026-01": ["Seat 2026-01-12 1 × 31 20/31 = 20", "Seat 2026-02-01 1 × 31 28/28 = 31"],
        "2026-02": ["Seat 2026-03-01 1 × 31 31/31 = 31"],
      ])
  }

  @Test func arrearsAreChargedWithThePeriodInWhichTheIntervalEnds() throws {
    let book = BillingBook.contracts(
      "description,price,from,until,interval,timing", "Care,90,2026-01-01,2026-05-11,3,arrears")
    try check(
      book,
      [
        "2026-01": [], "2026-03": ["Care 2026-01-01 1 × 90 90/90 = 90"], "2026-04": [],
        "2026-05": ["Care 2026-04-01 1 × 90 40/91 = 39.56"], "2026-06": [],
      ])
  }

  @Test func anAnchorAlignsScatteredContracts() throws {
    // Both close on 1 July, whenever they began; the first interval is the part up to there.
    let book = BillingBook.contracts(
      "description,price,from,interval,anchor", "A,120,2026-02-10,12,2025-07-01",
      "B,120,2026-03-01,12,2026-07-01")
    try check(
      book,
      [
        "2026-02": ["A 2026-02-10 1 × 120 141/365 = 46.36"],
        "2026-03": ["B 2026-03-01 1 × 120 122/365 = 40.11"],
        "2026-07": ["A 2026-07-01 1 × 120 365/365 = 120", "B 2026-07-01 1 × 120 365/365 = 120"],
      ])
  }

  @Test func anchorsAreClampedToTheEndOfAMonthAndComeBack() throws {
    let book = BillingBook.contracts("description,price,from,anchor", "Line,10,2026-01-31,2026-01-31")
    try check(
      book,
      [
        "2026-01": ["Line 2026-01-31 1 × 10 28/28 = 10"], "2026-02": ["Line 2026-02-28 1 × 10 31/31 = 10"],
        "2026-03": ["Line 2026-03-31 1 × 10 30/30 = 10"], "2026-04": ["Line 2026-04-30 1 × 10 31/31 = 10"],
      ])
  }

  @Test func intervalsOfWeeksStandWhereTheyBegin() throws {
    let book = BillingBook.contracts("description,price,from,interval", "Visit,50,2026-01-05,2 weeks")
    try check(
      book,
      [
        "2026-01": ["Visit 2026-01-05 1 × 50 14/14 = 50", "Visit 2026-01-19 1 × 50 14/14 = 50"],
        "2026-02": ["Visit 2026-02-02 1 × 50 14/14 = 50", "Visit 2026-02-16 1 × 50 14/14 = 50"],
        "2026-08": [
          "Visit 2026-08-03 1 × 50 14/14 = 50", "Visit 2026-08-17 1 × 50 14/14 = 50",
          "Visit 2026-08-31 1 × 50 14/14 = 50",
        ],
      ])
  }

  @Test(arguments: [
    ("days", "20/31 = 20"), ("30-day-months", "19/30 = 19.63"), ("whole", "1/1 = 31"),
  ]) func aPartCostsWhatTheBasisSays(basis: String, expected: String) throws {
    let book = BillingBook.contracts("description,price,from,proration", "Seat,31,2026-01-12,\(basis)")
    try check(book, ["2026-01": ["Seat 2026-01-12 1 × 31 \(expected)"]])
  }

  @Test func aNewPriceHoldsForEveryContractFromTheNextIntervalOn() throws {
    var book = BillingBook.contracts(
      "item,description,from,interval,price", "seat,,2025-01-01,1,", "seat,Yearly,2025-01-01,12,",
      "seat,Own price,2025-01-01,1,7")
    book.set("price-book.csv", "item,description,price,from\nseat,Seat,9,2025-01-01\nseat,,10,2026-01-15\n")
    try check(
      book,
      [
        "2026-01": [
          "Seat 2026-01-01 1 × 9 31/31 = 9", "Yearly 2026-01-01 1 × 9 365/365 = 9",
          "Own price 2026-01-01 1 × 7 31/31 = 7",
        ],
        "2026-02": ["Seat 2026-02-01 1 × 10 28/28 = 10", "Own price 2026-02-01 1 × 7 28/28 = 7"],
      ])
  }

  @Test func whatAnEarlierSystemHasBilledIsNotBilledAgain() throws {
    var book = BillingBook.contracts(
      "description,price,from,interval", "Month,10,2025-01-01,1", "Year,365,2025-01-01,12")
    book.set("opening.csv", "account,billed_until\nacme,2026-02-01\n")
    // The year was billed for January elsewhere; the rest of it is owed when it is first known.
    try check(
      book,
      [
        "2026-01": [],
        "2026-02": ["Month 2026-02-01 1 × 10 28/28 = 10", "Year 2026-02-01 1 × 365 334/365 = 334"],
        "2026-03": ["Month 2026-03-01 1 × 10 31/31 = 10"],
      ])
  }

  // MARK: counts

  // 10 on 1 January, 13 from the 12th, 11 from the 22nd, 12 from 1 February.
  private static let counts = """
    account,item,date,quantity
    acme,seat,2026-01-01,10
    acme,seat,2026-01-12,13
    acme,seat,2026-01-22,11
    acme,seat,2026-02-01,12

    """

  private func counted(_ mode: String, _ timing: String = "", included: String = "", interval: String = "")
    -> BillingBook
  {
    var book = BillingBook.contracts(
      "description,item,price,from,count,timing,included,interval",
      "Seat,seat,31,2026-01-01,\(mode),\(timing),\(included),\(interval)")
    book.set("counts.csv", Self.counts)
    return book
  }

  @Test(arguments: [
    // Only the delta is charged, from its day on: +3 for 20 days, −2 for 10.
    (
      "prorate",
      [
        "Seat 2026-01-01 10 × 31 31/31 = 310", "change Seat 2026-01-12 3 × 31 20/31 = 60",
        "change Seat 2026-01-22 -2 × 31 10/31 = -20",
      ]
    ),
    ("full", ["Seat 2026-01-01 11 × 31 31/31 = 341"]), ("next", ["Seat 2026-01-01 10 × 31 31/31 = 310"]),
    ("high-water", ["Seat 2026-01-01 13 × 31 31/31 = 403"]),
    // (11 × 10 + 10 × 13 + 10 × 11) ÷ 31: as much as the segments, on one line.
    ("average", ["Seat 2026-01-01 11.290323 × 31 31/31 = 350"]),
    ("day 15", ["Seat 2026-01-01 13 × 31 31/31 = 403"]), ("day 31", ["Seat 2026-01-01 11 × 31 31/31 = 341"]),
  ]) func aMonthOfChangesIsCountedByItsMode(mode: String, expected: [String]) throws {
    try check(counted(mode), ["2026-01": expected])
    // In arrears nothing differs: a month ends where it begins.
    try check(counted(mode, "arrears"), ["2026-01": expected])
  }

  @Test(arguments: [
    (
      "prorate",
      [
        "change Seat 2026-01-12 3 × 31 20/31 = 60", "change Seat 2026-01-22 -2 × 31 10/31 = -20",
        "Seat 2026-02-01 12 × 31 28/28 = 372",
      ]
    ),
    ("full", ["true-up Seat 2026-01-01 1 × 31 31/31 = 31", "Seat 2026-02-01 12 × 31 28/28 = 372"]),
    ("next", ["Seat 2026-02-01 12 × 31 28/28 = 372"]),
    ("high-water", ["true-up Seat 2026-01-01 3 × 31 31/31 = 93", "Seat 2026-02-01 12 × 31 28/28 = 372"]),
    ("average", ["true-up Seat 2026-01-01 1.290323 × 31 31/31 = 40", "Seat 2026-02-01 12 × 31 28/28 = 372"]),
  ]) func chargedAheadIsPutRightOnTheNextInvoice(mode: String, expected: [String]) throws {
    try check(
      counted(mode, "advance"), ["2025-12": ["Seat 2026-01-01 10 × 31 31/31 = 310"], "2026-01": expected])
  }

  @Test func aChangeInALongIntervalIsChargedWithItsPeriodUntilTheIntervalEnds() throws {
    try check(
      counted("prorate", interval: "quarterly"),
      [
        "2026-01": [
          "Seat 2026-01-01 10 × 31 90/90 = 310", "change Seat 2026-01-12 3 × 31 79/90 = 81.63",
          "change Seat 2026-01-22 -2 × 31 69/90 = -47.53",
        ], "2026-02": ["change Seat 2026-02-01 1 × 31 59/90 = 20.32"], "2026-03": [],
      ])
    try check(
      counted("high-water", interval: "quarterly"),
      [
        "2026-01": ["Seat 2026-01-01 10 × 31 90/90 = 310"], "2026-02": [],
        "2026-03": ["true-up Seat 2026-01-01 3 × 31 90/90 = 93"],
      ])
  }

  @Test func whatIsIncludedCostsNothing() throws {
    try check(
      counted("prorate", included: "11"),
      [
        "2026-01": [
          "Seat 2026-01-01 0 × 31 31/31 = 0", "change Seat 2026-01-12 2 × 31 20/31 = 40",
          "change Seat 2026-01-22 -2 × 31 10/31 = -20",
        ]
      ])
    try check(counted("high-water", included: "12"), ["2026-01": ["Seat 2026-01-01 1 × 31 31/31 = 31"]])
  }

  @Test func theInvoiceSaysHowManyThereAreAndWere() throws {
    let draft = try #require(try counted("prorate").drafts("2026-02").first)
    #expect(
      draft.countChanges.map { "\($0.item) \($0.beforeMicro) \($0.nowMicro)" } == ["seat 11000000 12000000"])
  }

  // MARK: properties

  /// Days and counts from a seed: linear congruential, as in Knuth's MMIX.
  private struct Dice {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test(arguments: 1...40) func segmentsCoverThePeriodExactly(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    let months = [1, 2, 3, 6, 12][dice.below(5)]
    let timing = ["current", "advance", "arrears"][dice.below(3)]
    let from = CivilDate.parse("2026-01-01")!.advanced(by: dice.below(60))
    let until = from.advanced(by: 1 + dice.below(500))
    let anchor =
      dice.below(2) == 0 ? "" : CivilDate.parse("2025-01-01")!.advanced(by: dice.below(700)).description
    let book = BillingBook.contracts(
      "description,price,from,until,interval,timing,anchor",
      "Line,100,\(from),\(until),\(months),\(timing),\(anchor)")
    let contract = try #require(try book.catalog().contracts.first)
    let charges = RecurringCharges(billing: BillingTables(), cycleDay: Int32(1 + dice.below(31)))
    // Every day on which the line holds is charged once, whatever is charged when.
    var charged: [CivilDate: Int] = [:]
    var period = UsagePeriod.containing(CivilDate.parse("2025-06-01")!, cycleDay: charges.cycleDay)
    while period.from < CivilDate.parse("2029-06-01")! {
      for line in try charges.lines(of: contract, in: period) {
        #expect(line.share.days == Int64(line.days.count))
        for day in line.days { charged[day, default: 0] += 1 }
      }
      period = period.next
    }
    #expect(charged.keys.sorted() == Array(from..<until), "seed \(seed)")
    #expect(charged.values.allSatisfy { $0 == 1 }, "seed \(seed)")
  }

  @Test(arguments: 1...40) func changesAddUpToTheCountOfEveryDay(seed: Int) throws {
    var dice = Dice(state: UInt64(seed) &* 977)
    let months = [1, 2, 3][dice.below(3)]
    let timing = ["current", "advance", "arrears"][dice.below(3)]
    var counts = "account,item,date,quantity\n"
    for step in 0..<12 {
      counts +=
        "acme,seat,\(CivilDate.parse("2025-12-20")!.advanced(by: step * 13 + dice.below(13))),\(dice.below(9))\n"
    }
    var book = BillingBook.contracts(
      "description,item,price,from,until,interval,timing,count",
      "Seat,seat,100,2026-01-01,2026-07-01,\(months),\(timing),prorate")
    book.set("counts.csv", counts)
    let catalog = try book.catalog()
    let charges = RecurringCharges(billing: catalog.billing, cycleDay: 1)
    var charged: [CivilDate: Int64] = [:]
    var period = UsagePeriod.containing(CivilDate.parse("2025-11-01")!, cycleDay: 1)
    while period.from < CivilDate.parse("2027-01-01")! {
      for line in try charges.lines(of: catalog.contracts[0], in: period) {
        for day in line.days { charged[day, default: 0] += line.quantityMicro }
      }
      period = period.next
    }
    let key = CountBook.Key(accountIndex: 0, item: "seat")
    for day in CivilDate.parse("2026-01-01")!..<CivilDate.parse("2026-07-01")! {
      let counted = catalog.billing.counts.snapshot(key, on: day)?.quantityMicro
      #expect(charged[day, default: 0] == counted, "seed \(seed), \(day)")
    }
  }
}
