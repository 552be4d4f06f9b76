// The rules of deck files: text in, rows or findings out.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

/// A deck in EUR from the texts of its files, with the layout that `change` makes of the defaults.
func readDeck(
  _ texts: [String], zone: Zone = .utc, currency: Currency? = Currency(code: "EUR"),
  _ change: (inout DeckLayout) -> Void = { _ in }
) -> (deck: RateDeck?, findings: [String]) {
  var layout = DeckLayout(fileName: "d.csv", zone: zone, currency: currency)
  for index in texts.indices.dropFirst() {
    layout.files.append(
      DeckLayout.File(name: "d\(index).csv", declaration: .partial, fromSeconds: 0, line: 0))
  }
  change(&layout)
  let files = zip(layout.files, texts).map { DeckFileText(path: "decks/\($0.name)", bytes: Array($1.utf8)) }
  let (deck, findings) = DeckReader.read("d", layout, files)
  // Of one file, the name is left out of the expectations.
  let shown = findings.flatMap { $0.sorted() }.map(\.description)
  guard texts.count == 1 else { return (deck, shown) }
  return (deck, shown.map { String($0.dropFirst("decks/d.csv:".count).drop { $0 == " " }) })
}

/// Rows as `prefix price/units from..until`, with `first/next`, fee, minimum, `blocked` and kind where they are not the default.
func lines(of deck: RateDeck?) -> [String] {
  guard let deck else { return ["no deck"] }
  return deck.rows.map { row in
    var parts = ["\(row.prefix)", Amount(pico: Int128(row.pricePico)).description]
    if row.kind != .voice { parts.append(row.kind.name) }
    if row.priceUnits != 60_000 { parts.append("per \(row.priceUnits)") }
    let steps = deck.increments[Int(row.increment)].steps.map { "\($0.size)" }.joined(separator: "/")
    if steps != "1000" { parts.append(steps) }
    if row.minimumSeconds > 0 { parts.append("min \(row.minimumSeconds)") }
    if row.connectionFeePico > 0 {
      parts.append("fee \(Amount(pico: Int128(row.connectionFeePico)))")
    }
    if row.isBlocked { parts.append("blocked") }
    if row.fromSeconds > .min {
      parts.append("from \(Instant.shortText(millis: row.fromSeconds * 1000, in: .utc))")
    }
    if row.untilSeconds < .max {
      parts.append("until \(Instant.shortText(millis: row.untilSeconds * 1000, in: .utc))")
    }
    return parts.joined(separator: " ")
  }
}

@Suite struct DeckReaderTests {
  @Test func plainRowsAreReadAndSortedByPrefixThenLengthThenDate() {
    let (deck, findings) = readDeck([
      """
      prefix,destination,rating group,price,increment,from
      449,UK mobile,UK-MOB,0.02,60/6,
      44,UK,UK-FIX,0.01,1/1,2025-03-01
      44,UK,UK-FIX,0.011,1/1,2025-01-01
      4,Zone 4,,0.5,30,
      4490,UK mobile,UK-MOB,0.000000000001,60/6,
      448,UK special,,1,60/6,
      """
    ])
    #expect(findings == [])
    #expect(
      lines(of: deck) == [
        "4 0.5 30000", "44 0.011 from 2025-01-01", "44 0.01 from 2025-03-01", "448 1 60000/6000",
        "449 0.02 60000/6000", "4490 0.000000000001 60000/6000",
      ])
    #expect(deck?.destinations == ["UK", "UK mobile", "UK special", "Zone 4"])
    // A row without a rating group has its destination's name.
    #expect(deck?.ratingGroups == ["UK special", "UK-FIX", "UK-MOB", "Zone 4"])
    let names = deck.map { deck in deck.rows.map { deck.ratingGroups[Int($0.ratingGroup)].description } }
    #expect(names == ["Zone 4", "UK-FIX", "UK-FIX", "UK special", "UK-MOB", "UK-MOB"])
    #expect(deck?.rows.map(\.line) == [5, 4, 3, 7, 2, 6])
  }

  @Test(arguments: [
    // header, row, expected row or finding
    ("Dial Codes,Description,Rate Per Min", "44,UK,0.01", "44 0.01"),
    ("code,name,sell", "44,UK,0.01", "44 0.01"),
    ("prefix,country,destination,price", "44,GB,UK,0.01", "44 0.01"),
    (
      "prefix,price,Valid From,Valid To", "44,0.01,2025-01-01,2025-02-01",
      "44 0.01 from 2025-01-01 until 2025-02-01"
    ),
    ("prefix,price,setup", "44,0.01,0.05", "44 0.01 fee 0.05"),
    ("prefix,price,minimum", "44,0.01,30", "44 0.01 min 30"),
    ("prefix,price,increment_first,increment_next", "44,0.01,60,6", "44 0.01 60000/6000"),
    ("prefix,price,kind", "44,0.01,message", "44 0.01 message per 1 1"),
    ("prefix,price,kind", "44,0.01,data", "44 0.01 data per 1 1"),
    ("prefix,price,kind", "44,0.01,event", "44 0.01 event per 1000000 1"),
    ("prefix,price,increment,kind", "44,0.01,1/1,event", "44 0.01 event per 1000000 1000000"),
    ("prefix,price,", "44,0.01,x", "44 0.01"),
  ])
  func headersAreFoundByTheNamesOfTheTrade(header: String, row: String, expected: String) {
    let (deck, findings) = readDeck([header + "\n" + row + "\n"])
    #expect(findings == [])
    #expect(lines(of: deck) == [expected])
  }

  @Test(arguments: [
    (
      "prefix,destination\n44,x\n",
      "1: no column 'price'; name it so, or say where it is under 'columns' in the deck's YAML"
    ),
    ("prefix,price,currrency\n44,1,EUR\n", "1:14: unknown column 'currrency'; did you mean 'currency'?"),
    (
      "prefix,price,notes\n44,1,x\n",
      "1:14: unknown column 'notes'; remove it, or list the columns to read under 'columns' in the deck's YAML"
    ),
    (
      "prefix,price,sell\n44,1,2\n",
      "1:14: several columns could be the price: 'price', 'sell'; say which under 'columns' in the deck's YAML"
    ),
    (
      "prefix,price,price\n44,1,2\n",
      "1:14: several columns could be the price: 'price', 'price'; say which under 'columns' in the deck's YAML"
    ),
    ("", "the deck is empty; its first line names the columns: prefix,price"),
    ("prefix,price\n", "the deck has no rows"),
    (
      "prefix,price\n44,1,2\n",
      "2: the row has 3 cells, the header names 2; write empty cells too, and put cells with the delimiter in quotes"
    ),
    (
      "prefix,price\n44\n",
      "2: the row has 1 cells, the header names 2; write empty cells too, and put cells with the delimiter in quotes"
    ),
    ("prefix,price\n44,\"1\n", "2:4: a quote is opened here and never closed; close it, or remove it"),
  ])
  func faultyHeadersAndRowsAreNamed(text: String, expected: String) {
    let (deck, findings) = readDeck([text])
    #expect(findings == [expected])
    #expect(deck == nil)
  }

  @Test func emptyCellsPastTheHeaderAreNoFault() {
    #expect(lines(of: readDeck(["prefix,price\n44,1,,\n"]).deck) == ["44 1"])
  }

  @Test func aRowThatEndsBeforeItBeginsIsAFault() {
    let text = "prefix,price,from,until\n44,1,2025-01-02,"
    #expect(lines(of: readDeck([text + "2025-01-03\n"]).deck) == ["44 1 from 2025-01-02 until 2025-01-03"])
    let fault = "2:17: the row ends before it begins; 'until' is the first day on which it no longer holds"
    #expect(readDeck([text + "2025-01-02\n"]).findings == [fault])
  }

  @Test func samePrefixAndDateIsAnErrorThatNamesBothLines() {
    let head = "prefix,price,from,kind\n"
    let fault = "prefix '44' is already priced on line 2 for the same dates; keep one"
    #expect(readDeck([head + "44,1,,\n45,1,,\n44,2,,\n"]).findings == ["4:1: " + fault])
    #expect(readDeck([head + "44,1,,\n45;44,2,,\n44,1,,\n"]).findings == ["3:1: " + fault, "4:1: " + fault])
    #expect(readDeck([head + "44;44,1,,\n"]).findings == ["2:1: " + fault])
    // Another date, another kind and another length are no duplicates.
    let (deck, findings) = readDeck([head + "44,1,,\n44,2,2025-01-01,\n44,3,,message\n440,1,,\n"])
    #expect(findings == [])
    #expect(deck?.rows.count == 4)
  }

  @Test func columnsWithoutHeaderArePlacedByPosition() {
    let text = "9370;Afghanistan - Mobile ;X;10;0;2137;2778\n93;Afghanistan;X;0;0;1;20\n"
    let (deck, findings) = readDeck([text]) { layout in
      layout.delimiter = UInt8(ascii: ";")
      layout.header = .none
      layout.columns = [
        .prefix: .index(0), .destination: .index(1), .connectionFee: .index(3), .price: .index(6),
      ]
      layout.priceUnit = DeckLayout.PriceUnit(numerator: 1, denominator: 10_000)
    }
    #expect(findings == [])
    #expect(lines(of: deck) == ["93 0.002", "9370 0.2778 fee 0.001"])
    #expect(deck?.destinations == ["Afghanistan", "Afghanistan - Mobile"])
  }

  @Test func rowsTooShortForTheLayoutAreNamed() {
    let (_, findings) = readDeck(["44,x,1\n45,x\n"]) { layout in
      layout.header = .none
      layout.columns = [.prefix: .index(0), .price: .index(2)]
    }
    let fault =
      "the row has 2 cells, the layout needs 3; write empty cells too, and put cells with the delimiter in quotes"
    #expect(findings == ["2: " + fault])
  }

  @Test func aLayoutThatNamesColumnsLeavesTheOthersOut() {
    let text = "Prefix,Notes,Sell Rate,statsu\n44,x,1,\n"
    let (deck, findings) = readDeck([text]) { $0.columns = [.price: .name("sell_rate")] }
    #expect(lines(of: deck) == ["44 1"])
    #expect(findings == ["1:24: warning: column 'statsu' is not read; did you mean 'status'?"])
    let absent = readDeck([text]) { $0.columns = [.price: .name("sale_rate")] }
    #expect(
      absent.findings == [
        "1: no column 'sale_rate', which the layout has for the price; did you mean 'sell_rate'?",
        "1:24: warning: column 'statsu' is not read; did you mean 'status'?",
      ])
  }

  @Test func linesBeforeTheHeaderAndAHeaderThatIsNotReadAreSkipped() {
    let (deck, findings) = readDeck(["Notice, \"of change\n\nCode,Rate\n44,1\n"]) { layout in
      layout.skipLines = 2
      layout.header = .skip
      layout.columns = [.prefix: .index(0), .price: .index(1)]
    }
    #expect(findings == [])
    #expect(deck?.rows.map(\.line) == [4])
  }

  @Test func aDeckHasOneCurrency() {
    let text = "prefix,price,currency\n44,1,EUR\n45,1,"
    #expect(readDeck([text + "\n"], currency: nil).deck?.currency == Currency(code: "EUR"))
    #expect(readDeck([text + "EUR\n"], currency: nil).findings == [])
    let fault = "the row is in USD, the deck in EUR; a deck has one currency: make another deck"
    #expect(readDeck([text + "USD\n"], currency: nil).findings == ["3:6: " + fault])
    #expect(
      readDeck([text + "usd\n"]).findings == [
        "3:6: bad currency 'usd'; expected three capital letters such as EUR"
      ])
    let none = readDeck(["prefix,price\n44,1\n"], currency: nil).findings
    #expect(none == ["the deck has no currency; write 'currency: EUR' in its YAML or in catalog.yaml"])
  }

  @Test func bareNumbersOfTheLayoutNeedOneKind() {
    let text = "prefix,price,kind\n44,1,voice\n45,1,message\n"
    #expect(readDeck([text]) { $0.pricePer = .units(1) }.findings == [])
    let per = readDeck([text]) { $0.pricePer = .units(60) }.findings
    #expect(
      per == [
        "'price_per: 60' has no one unit in a deck of message and voice; write its unit, such as '60 s'"
      ])
    let increment = readDeck([text]) { $0.increment = "60/60" }.findings
    #expect(
      increment == [
        "'increment: 60/60' has no one unit in a deck of message and voice; give each row its increment"
      ])
    let seconds = readDeck([text]) { $0.pricePer = .quantity(1000, of: .voice) }
    #expect(lines(of: seconds.deck) == ["44 1 per 1000", "45 1 message per 1 1"])
    let single = readDeck(["prefix,price\n44,1\n"]) {
      $0.pricePer = .units(1)
      $0.increment = "60/6"
    }
    #expect(lines(of: single.deck) == ["44 1 per 1000 60000/6000"])
  }

  @Test func faultsPastTheFiftiethAreCounted() {
    let rows = String(repeating: "x,1\n", count: 60)
    let findings = readDeck(["prefix,price\n" + rows]).findings
    #expect(findings.count == 51)
    #expect(findings.last == "and 10 more in this file")
  }
}
