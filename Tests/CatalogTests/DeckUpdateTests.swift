// What later files of a deck do to earlier ones.

import BillingCalendar
import Tables
import Testing

@testable import Catalog

/// A deck of a first file and one update of the given declaration, in force from 2025-03-16.
private func update(
  _ declaration: DeckLayout.Declaration, first: String, second: String, third: String? = nil
) -> (deck: RateDeck?, findings: [String]) {
  let head = "prefix,price,from,status\n"
  return readDeck([first, second, third].compactMap { $0.map { head + $0 } }) { layout in
    layout.files[1].declaration = declaration
    layout.files[1].fromSeconds = 1_742_083_200  // 2025-03-16
    if third != nil {
      layout.files[2].declaration = .full
      layout.files[2].fromSeconds = 1_743_465_600  // 2025-04-01
    }
  }
}

@Suite struct DeckUpdateTests {
  @Test func aFullUpdateEndsWhatItDoesNotHave() {
    let (deck, findings) = update(.full, first: "44,1,,\n45,2,,\n", second: "44,3,,\n46,4,,\n")
    #expect(findings == [])
    #expect(
      lines(of: deck) == ["44 1", "44 3 from 2025-03-16", "45 2 until 2025-03-16", "46 4 from 2025-03-16"])
  }

  @Test func aFullUpdateWithdrawsRowsAnnouncedForLater() {
    let first = "44,1,,\n44,2,2025-03-16,\n44,3,2025-05-01,\n45,1,2025-03-15,\n45,2,2025-05-01,\n"
    #expect(
      lines(of: update(.full, first: first, second: "44,9,2025-04-01,\n").deck) == [
        "44 1", "44 9 from 2025-04-01", "45 1 from 2025-03-15 until 2025-03-16",
      ])
  }

  @Test func aPartialUpdateLeavesWhatItDoesNotHave() {
    let first = "44,1,,\n44,3,2025-05-01,\n45,2,,\n45,3,2025-05-01,\n"
    #expect(
      lines(of: update(.partial, first: first, second: "44,9,,\n").deck) == [
        "44 1", "44 9 from 2025-03-16", "44 3 from 2025-05-01", "45 2", "45 3 from 2025-05-01",
      ])
  }

  @Test func aCountryUpdateEndsWhatItDoesNotHaveInItsCountries() {
    let first = "44,1,,\n447,2,,\n447,3,2025-05-01,\n45,1,,\n1212,1,,\n1416,1,,\n1876,1,,\n1658,1,,\n"
    #expect(
      lines(of: update(.country, first: first, second: "4471,9,,\n1876,9,,\n").deck) == [
        "1212 1", "1416 1", "1658 1 until 2025-03-16", "1876 1", "1876 9 from 2025-03-16",
        "44 1 until 2025-03-16", "447 2 until 2025-03-16", "4471 9 from 2025-03-16", "45 1",
      ])
  }

  @Test func anEarlierEndStays() {
    let first = "prefix,price,until\n44,1,2025-02-01\n45,1,2025-04-01\n"
    let (deck, _) = readDeck([first, "prefix,price\n46,1\n"]) { layout in
      layout.files[1].declaration = .full
      layout.files[1].fromSeconds = 1_742_083_200
    }
    #expect(
      lines(of: deck) == ["44 1 until 2025-02-01", "45 1 until 2025-03-16", "46 1 from 2025-03-16"])
  }

  @Test func updatesAreAppliedInTheirOrder() {
    let (deck, findings) = update(
      .full, first: "44,1,,\n45,1,,\n", second: "44,2,,\n46,2,,\n", third: "45,3,,\n")
    #expect(findings == [])
    #expect(
      lines(of: deck) == [
        "44 1 until 2025-04-01", "44 2 from 2025-03-16 until 2025-04-01", "45 1 until 2025-03-16",
        "45 3 from 2025-04-01", "46 2 from 2025-03-16 until 2025-04-01",
      ])
  }

  @Test func theSamePrefixAndDateAcrossFilesIsAnError() {
    let fault = "prefix '44' is already priced on line 2 of decks/d.csv for the same dates; keep one"
    let (deck, findings) = update(.full, first: "44,1,2025-03-16,\n", second: "45,1,,\n44,1,,\n")
    #expect(findings == ["decks/d1.csv:3:1: " + fault])
    #expect(deck == nil)
  }

  @Test(arguments: [
    // rows of one file, what is left
    ("44,1,,\n44,,2025-02-01,deleted\n", ["44 1 until 2025-02-01"]),
    (
      "44,1,,\n44,,2025-02-01,deleted\n44,2,2025-05-01,\n", ["44 1 until 2025-02-01", "44 2 from 2025-05-01"]
    ),
    ("44,,,deleted\n45,1,,\n", ["45 1"]),
    ("44,1,,\n440,,2025-02-01,deleted\n", ["44 1"]),
  ])
  func aDeletedRowEndsItsPrefix(rows: String, expected: [String]) {
    #expect(lines(of: readDeck(["prefix,price,from,status\n" + rows]).deck) == expected)
  }

  @Test func aDeletedRowInAnUpdateEndsThePrefixOfTheFirstFile() {
    let (deck, _) = update(.partial, first: "44,1,,\n44,2,2025-05-01,\n45,1,,\n", second: "44,,,deleted\n")
    #expect(lines(of: deck) == ["44 1 until 2025-03-16", "44 2 from 2025-05-01", "45 1"])
  }
}

@Suite struct CountryScopeTests {
  @Test(
    arguments: [
      (44, 4479, true), (44, 45, false), (353, 3531, true), (353, 354, false), (1212, 1415, true),
      (1212, 1416, false),
      (1416, 1604, true), (1787, 1939, true), (1242, 1246, false), (1800, 1888, true), (1800, 1212, false),
      (7, 7495, true),
      (7495, 77, false), (76, 77, true), (1, 1212, true), (35, 353, false), (20, 211, false),
    ] as [(UInt64, UInt64, Bool)])
  func prefixesOfOneCountryShareACode(a: UInt64, b: UInt64, expected: Bool) {
    func code(_ digits: UInt64) -> UInt64 {
      CountryScope.code(of: DeckPrefix(digits: digits, count: UInt8(String(digits).count)))
    }
    #expect((code(a) == code(b)) == expected)
  }
}

@Suite struct DeckRowOrderTests {
  @Test func sortCodesOrderPrefixesAsText() {
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
    var state = seed
    func next(_ limit: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % limit
    }
    for _ in 0..<2000 {
      // Short texts of few different digits, so that many begin alike.
      let texts = (0..<2).map { _ in
        String((0...next(15)).map { $0 == 0 ? Character("\(1 + next(9))") : Character("\(next(2) * 9)") })
      }
      let codes = texts.map { DeckPrefix(digits: UInt64($0) ?? 0, count: UInt8($0.count)).sortCode }
      #expect((codes[0] < codes[1]) == (texts[0] < texts[1]), "\(texts), seed \(seed)")
      #expect((codes[0] == codes[1]) == (texts[0] == texts[1]), "\(texts), seed \(seed)")
    }
  }

  @Test(arguments: [1, 2, 4096, 4097, 5000])
  func manyDatesOfOnePrefixAreInOrder(dateCount: Int) {
    // 4,096 different dates are packed beside the prefix, more are compared.
    var text = "prefix,price,from\n"
    for index in 0..<dateCount {
      let day = CivilDate(dayNumber: Int32((index * 1999) % 5003))
      text += "44,1,\(day)\n"
    }
    let (deck, findings) = readDeck([text])
    #expect(findings == [])
    let days = deck?.rows.map(\.fromSeconds) ?? []
    #expect(days.count == dateCount)
    #expect(days == days.sorted())
    let twice = readDeck([text + "44,2,\(CivilDate(dayNumber: 0))\n"]).findings
    #expect(
      twice == ["\(dateCount + 2):1: prefix '44' is already priced on line 2 for the same dates; keep one"])
  }

  @Test func shuffledRowsComeOutAsSortedOnes() {
    let text = String(decoding: DeckSpeedTests.deck(rowCount: 5000, isShuffled: true), as: UTF8.self)
    let rows = readDeck([text]).deck?.rows ?? []
    #expect(rows.count == 5000)
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.prefix < $1.prefix })
  }
}
