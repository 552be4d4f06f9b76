// The rules of comparing decks: longest prefix against longest prefix, at one date.

import BillingCalendar
import Catalog
import Testing

@testable import DeckReview

@Suite struct DeckComparisonTests {
  /// Both decks have destination, price and increment; `old` and `new` are rows `prefix price increment`.
  private static func check(
    _ old: String, _ new: String, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    func text(_ rows: String) -> String {
      "prefix,price,increment,destination,rating_group\n"
        + rows.split(separator: "|").map { row in
          let cells = row.split(separator: " ").map(String.init)
          return "\(cells[0]),\(cells[1]),\(cells.count > 2 ? cells[2] : "60/60"),D,G\n"
        }.joined()
    }
    #expect(try changes(text(old), text(new)) == expected, sourceLocation: sourceLocation)
  }

  @Test func equalDecksHaveNoChanges() throws {
    try Self.check("44 0.01|447 0.02", "447 0.02|44 0.01", [])
  }

  @Test func aPriceIsDearerOrCheaperByItsValueNotByItsText() throws {
    try Self.check(
      "44 0.01|45 0.02|46 0.030", "44 0.011|45 0.0199|46 0.03",
      ["44 kept dearer price", "45 kept cheaper price"])
  }

  @Test func aPriceIsComparedPerTheSameQuantity() throws {
    let old = try deck("prefix,price,destination\n44,0.01,D\n")
    let new = try deck("prefix,price,destination\n44,0.02,D\n", layout: "price_per: 120\n")
    #expect(try DeckComparison(old: DeckInForce(old), new: DeckInForce(new)).changes.isEmpty)
  }

  @Test func aNewLongerPrefixAtThePriceOfWhatCoveredItIsNoChange() throws {
    try Self.check("44 0.01", "44 0.01|447 0.01", [])
    try Self.check("44 0.01", "44 0.01|447 0.02", ["447 new dearer price was 44"])
  }

  @Test func aNewPrefixUnderNothingIsPriced() throws {
    try Self.check("44 0.01", "44 0.01|45 0.01", ["45 new priced"])
  }

  @Test func aRemovedPrefixFallsBackToTheShorterOne() throws {
    try Self.check("44 0.01|447 0.02", "44 0.01", ["447 removed cheaper price now 44"])
    try Self.check("44 0.01|447 0.01", "44 0.01", ["447 removed same now 44"])
    try Self.check("44 0.01|45 0.02", "44 0.01", ["45 removed unpriced"])
  }

  @Test func whatFollowsAChangedShorterPrefixIsToldOnce() throws {
    // 447 has a row of its own on neither side but is priced by 44 on both: 44 says it.
    try Self.check(
      "4 0.01|44 0.02|4478 0.03", "4 0.01|44 0.025|4478 0.03", ["44 kept dearer price"])
  }

  @Test func aCoveringPrefixThatMovesAwayIsSeenByThePrefixThatStays() throws {
    try Self.check("44 0.01", "447 0.01", ["44 removed unpriced"])
  }

  @Test func aPrefixThatNeitherNeighbourCoversIsNotTakenForCovered() throws {
    try Self.check("44 0.01|449 0.01", "44 0.01|45 0.02|449 0.01", ["45 new priced"])
  }

  @Test(arguments: [
    ("60/60", "60/60", ""), ("60/60", "60/1", "cheaper increment"), ("1/1", "60/60", "dearer increment"),
    ("60/6", "30/6", "cheaper increment"), ("60/1", "30/30", "changed increment"),
    ("6/6", "7/7", "changed increment"), ("30/6", "30/12", "dearer increment"),
  ])
  func incrementsAreComparedOverAllQuantities(old: String, new: String, expected: String) throws {
    try Self.check("44 0.01 \(old)", "44 0.01 \(new)", expected.isEmpty ? [] : ["44 kept \(expected)"])
  }

  @Test func aDearerPriceWithAFinerIncrementIsNeither() throws {
    try Self.check("44 0.01 60/60", "44 0.02 1/1", ["44 kept changed price,increment"])
    try Self.check("44 0.01 1/1", "44 0.02 60/60", ["44 kept dearer price,increment"])
  }

  @Test func feesMinimumsAndNamesAreSeen() throws {
    let head = "prefix,destination,price,connection_fee,minimum,rating_group\n"
    #expect(
      try changes(
        head + "44,UK,0.01,0.05,30,A\n45,DK,0.01,,,A\n46,SE,0.01,,,A\n",
        head + "44,UK,0.01,,60,A\n45,Denmark,0.01,,,A\n46,SE,0.01,,,B\n")
        == [
          "44 kept changed minimum,fee", "45 kept changed destination", "46 kept changed rating group",
        ])
  }

  @Test func blockingAndOpeningAreSeen() throws {
    let head = "prefix,destination,price,status\n"
    #expect(
      try changes(
        head + "44,UK,0.01,\n45,DK,,blocked\n46,SE,,blocked\n",
        head + "44,UK,,blocked\n45,DK,0.01,\n46,SE,,blocked\n47,NO,,blocked\n")
        == ["44 kept closed status", "45 kept opened status", "47 new closed"])
  }

  @Test func withoutADateEachDeckIsTakenWhenAllOfItHasCome() throws {
    let head = "prefix,destination,price,from\n"
    let old = head + "44,UK,0.01,2026-01-01\n44,UK,0.02,2026-03-01\n"
    let new = head + "44,UK,0.01,2026-01-01\n44,UK,0.03,2026-06-01\n"
    #expect(try changes(old, new) == ["44 kept dearer price,dates"])
    // 1 February 2026: nothing has changed yet.
    #expect(try changes(old, new, at: 1_769_904_000) == [])
    // 1 December 2025: neither prices anything.
    #expect(try changes(old, new, at: 1_764_547_200) == [])
  }

  @Test func aRowThatHasEndedDoesNotBringBackTheOneBefore() throws {
    let head = "prefix,destination,price,from,until\n"
    let old = head + "4,X,0.05,,\n44,UK,0.01,2026-01-01,\n44,UK,0.02,2026-02-01,2026-03-01\n"
    // 1 April 2026: 44 falls back to 4.
    #expect(
      try changes(old, head + "4,X,0.05,,\n44,UK,0.05,2026-01-01,\n", at: 1_775_001_600) == [])
  }

  @Test func kindsAreApart() throws {
    let head = "prefix,destination,price,kind\n"
    #expect(
      try changes(head + "44,UK,0.01,voice\n", head + "44,UK,0.01,voice\n44,UK,0.05,message\n")
        == ["44 new priced"])
  }

  @Test func aBandPriceAloneMakesADifference() throws {
    let layout = "bands: {peak: peak}\n"
    let old = try deck("prefix,destination,price,peak\n44,UK,0.01,0.02\n", layout: layout)
    let new = try deck("prefix,destination,price,peak\n44,UK,0.01,\n", layout: layout)
    let changes = try DeckComparison(old: DeckInForce(old), new: DeckInForce(new)).changes
    #expect(changes.map(\.verdict) == [.cheaper])
    #expect(changes.map(\.aspects) == [[.bands]])
  }

  @Test func decksOfTwoCurrenciesAreRefused() throws {
    let old = try deck("prefix,destination,price\n44,UK,0.01\n")
    let new = try deck("prefix,destination,price\n44,UK,0.01\n", currency: "USD")
    #expect(throws: DeckComparison.CurrencyFault.self) {
      try DeckComparison(old: DeckInForce(old), new: DeckInForce(new))
    }
  }
}
