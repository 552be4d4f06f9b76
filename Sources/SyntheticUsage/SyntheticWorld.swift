// A made-up world: accounts, numbers, plans and decks, and the usage that is made in it.
//
// The way in for `generate`, tests and benchmarks. What a world holds follows from its seed and sizes alone.

public import BillingCalendar

/// A believable world of accounts and prices, the same for the same seed and sizes.
public struct SyntheticWorld: Sendable {
  /// What everything in it is drawn from.
  public let seed: UInt64
  /// Days that its usage is spread over, from `firstDay` on.
  public let dayCount: Int
  /// Whether some records have the id of another one and say something else.
  public let hasConflicts: Bool

  /// The first day of every world, a Saturday; clocks change in it on the 9th, the 30th and in April.
  public static let firstDay = CivilDate(dayNumber: CivilDate.dayNumber(year: 2025, month: 3, day: 1))

  let accounts: SyntheticAccounts
  let retail: SyntheticDeck
  let wholesale: SyntheticDeck

  /// Makes a world of `accounts` accounts, a deck of `deckRows` rows and a smaller one in dollars.
  ///
  /// Errors: a zone of its accounts cannot be loaded. Complexity: O(deckRows log deckRows) time, O(deckRows) memory;
  /// accounts take none.
  /// - Precondition: all counts are positive.
  public init(
    seed: UInt64 = 1, accounts: Int = 1_000, deckRows: Int = 10_000, days: Int = 1, hasConflicts: Bool = false
  ) throws(ZoneFault) {
    precondition(accounts > 0 && deckRows > 0 && days > 0, "a world has an account, a price and a day")
    self.seed = seed
    dayCount = days
    self.hasConflicts = hasConflicts
    // Plans change on a local midnight in the middle; one day has the midnights that it has in some zones only.
    let changeDay = Self.firstDay.advanced(by: (days + 1) / 2)
    var zones = ZoneLibrary()
    self.accounts = SyntheticAccounts(
      count: accounts, homes: try SyntheticHome.all(changeDay: changeDay, zones: &zones), changeDay: changeDay
    )
    let changeSeconds = Int64(Self.firstDay.dayNumber) * 86_400 + Int64(days) * 43_200
    retail = SyntheticDeck.make(.retail, rowCount: deckRows, seed: seed, changeSeconds: changeSeconds)
    wholesale = SyntheticDeck.make(
      .wholesale, rowCount: max(1, deckRows / 4), seed: seed, changeSeconds: changeSeconds)
  }

  /// The deck from which an account's calls are chosen.
  func deck(ofAccount account: Int) -> SyntheticDeck {
    accounts.home(account).paysDollars ? wholesale : retail
  }

  /// The deck that prices the calls of a plan.
  func deck(of plan: SyntheticPlan) -> SyntheticDeck { plan == .wholesale ? wholesale : retail }

  func curve(eventCount: Int) -> DayCurve {
    DayCurve(eventCount: eventCount, firstDay: Self.firstDay, dayCount: dayCount)
  }
}

extension SyntheticWorld {
  /// Name of the usage file of a day, without compression suffix: `usage-2025-03-01.csv`.
  ///
  /// - Precondition: `day` counts from 0 and is below `dayCount`.
  public func fileName(ofDay day: Int) -> String { "usage-\(Self.firstDay.advanced(by: day)).csv" }

  /// The text of the usage file of a day, header included, and its totals, with `events` records over all days.
  ///
  /// For small usage in memory; `write(events:to:)` writes the same bytes. Complexity: O(records of that day).
  public func usage(events: Int, day: Int = 0) -> (text: [UInt8], totals: KnownTotals) {
    let curve = curve(eventCount: events)
    let block = UsageBlock(self, curve)
    var text: [UInt8] = []
    var totals = KnownTotals()
    for stretch in UsageStretches(curve, days: day..<day + 1) {
      totals += block.make(stretch)
      text.append(contentsOf: block.bytes)
    }
    return (text, totals)
  }
}
