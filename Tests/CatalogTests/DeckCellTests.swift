// The rules of single cells in deck files: prefixes, prices, increments, statuses, dates.

import BillingCalendar
import Tables
import Testing

@testable import Catalog

@Suite struct DeckCellTests {
  @Test(arguments: [
    // cell, prefixes in order, with `prefixes: ranges`
    ("44", ["44"]), ("+44", ["44"]), ("0044", ["44"]), ("\"44,45\"", ["44", "45"]),
    ("44;45|46 47", ["44", "45", "46", "47"]),
    ("49172-49174", ["49172", "49173", "49174"]), ("490-499", ["49"]), ("4910-4929", ["491", "492"]),
    ("4998-5001", ["4998", "4999", "5000", "5001"]), ("4990-5009", ["499", "500"]), ("7-7", ["7"]),
    ("1-9", ["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    ("+49172-0049173", ["49172", "49173"]), ("123456789012345", ["123456789012345"]),
  ])
  func prefixCellsAreListsAndRanges(cell: String, expected: [String]) {
    let (deck, findings) = readDeck(["prefix,price\n\(cell),1\n"]) { $0.prefixStyle = .ranges }
    #expect(findings == [])
    #expect(lines(of: deck) == expected.map { $0 + " 1" })
  }

  @Test(arguments: [
    (
      "4.47911E+11",
      "2:1: prefix '4.47911E+11' is in scientific notation: its last digits are lost; export the column as text"
    ),
    (
      "4E10",
      "2:1: prefix '4E10' is in scientific notation: its last digits are lost; export the column as text"
    ),
    (
      "93-70",
      "2:1: prefix '93-70' has a hyphen; write its digits together, or 'prefixes: ranges' in the deck's YAML where it is a range"
    ),
    ("44 4x", "2:4: bad prefix '4x'; expected digits such as 4917"),
    ("7.0", "2:1: bad prefix '7.0'; expected digits such as 4917"),
    ("044", "2:1: prefix '044' begins with 0; begin it with the country code"),
    ("00044", "2:1: prefix '00044' begins with 0; begin it with the country code"),
    ("1234567890123456", "2:1: prefix '1234567890123456' has more than 15 digits; check the number"),
    ("+", "2:1: bad prefix '+'; expected digits such as 4917"),
    ("", "2:1: no prefix; fill the cell"),
    (";", "2:1: no prefix; fill the cell"),
  ])
  func badPrefixesAreNamed(cell: String, expected: String) {
    #expect(readDeck(["prefix,price\n\(cell),1\n"]).findings == [expected])
  }

  @Test(arguments: [
    (
      "49172-4917",
      "2:1: range '49172-4917' has ends of 5 and 4 digits; write both ends with the same number of digits"
    ),
    ("49174-49172", "2:1: range '49174-49172' ends before it begins; swap its ends"),
    ("44;49-", "2:7: bad prefix ''; expected digits such as 4917"),
    ("1-2-3", "2:3: bad prefix '2-3'; expected digits such as 4917"),
  ])
  func badRangesAreNamed(cell: String, expected: String) {
    #expect(readDeck(["prefix,price\n\(cell),1\n"]) { $0.prefixStyle = .ranges }.findings == [expected])
  }

  @Test(
    arguments: [
      // price, unit, mark, amount or finding
      ("0.01", 1, ".", "0.01"), ("1", 1, ".", "1"), (".5", 1, ".", "0.5"), ("5.", 1, ".", "5"),
      ("0", 1, ".", "0"),
      ("+0.5", 1, ".", "0.5"), ("\"0,02\"", 1, ",", "0.02"), ("2137", 10_000, ".", "0.2137"),
      ("2137.5", 10_000, ".", "0.21375"),
      ("1", 3, ".", "price '1' has more than 12 digits after the point; check the number"),
      ("3", 3, ".", "1"), ("7", 8, ".", "0.875"), ("0.123456789012", 1, ".", "0.123456789012"),
      ("0.1234567890120", 1, ".", "0.123456789012"),
      (
        "0.1234567890123", 1, ".",
        "price '0.1234567890123' has more than 12 digits after the point; check the number"
      ),
      (
        "0.000000001", 10_000, ".",
        "price '0.000000001' has more than 12 digits after the point; check the number"
      ),
      ("9223372", 1, ".", "9223372"), ("9223373", 1, ".", "price '9223373' is too large; check the number"),
      ("-0.01", 1, ".", "price '-0.01' is negative; a price is 0 or more"),
      (
        "1e-3", 1, ".",
        "price '1e-3' is in scientific notation; export the column as text or with all its digits"
      ),
      (
        "\"0,02\"", 1, ".",
        "price '0,02'… the decimal mark is a comma here; say so with 'decimal' in the deck's YAML"
      ),
      ("\"1,000.50\"", 1, ".", "price '1,000.50'… write it without separators of thousands"),
      ("\"1,000,000\"", 1, ".", "price '1,000,000'… write it without separators of thousands"),
      ("\"1.000,50\"", 1, ",", "price '1.000,50'… write it without separators of thousands"),
      (
        "0.02", 1, ",",
        "price '0.02'… the decimal mark is a point here; say so with 'decimal' in the deck's YAML"
      ),
      (
        "$0.02", 1, ".",
        "price '$0.02'… expected a number such as 12.50: digits and one point, no grouping, no symbol"
      ),
      ("", 1, ".", "no price; fill the cell with a number such as 12.50"),
    ] as [(String, Int64, String, String)])
  func pricesAreExactOrRefused(price: String, denominator: Int64, mark: String, expected: String) {
    let (deck, findings) = readDeck(["prefix,price\n44,\(price)\n"]) { layout in
      layout.priceUnit = DeckLayout.PriceUnit(numerator: 1, denominator: denominator)
      layout.decimalMark = mark.utf8.first ?? 0
    }
    let column = price.hasPrefix("\"") ? 5 : 4
    if let deck {
      #expect(lines(of: deck) == ["44 " + expected])
    } else {
      let parts = expected.split(separator: "…")
      let message = parts.count == 2 ? "bad \(parts[0]);\(parts[1])" : expected
      #expect(findings == ["2:\(column): " + message])
    }
  }

  @Test(
    arguments: [
      // increment, kind, integer quantities or finding
      ("60/6", "voice", "60000/6000"), ("60-6", "voice", "60000/6000"), ("60", "voice", "60000"),
      ("60/60", "voice", "60000"),
      ("30/6/0", "voice", "30000/6000"), ("0.1/0.1", "voice", "100"), ("1", "voice", nil), ("", "voice", nil),
      ("1000/1000000", "data", "1000/1000000"), ("0.25", "event", "250000"), ("1/1", "event", "1000000"),
      ("", "event", "1"),
      (
        "30/6/1", "voice",
        "! increment '30/6/1' has free units at its end; free units are not known here; write first/next"
      ),
      ("0/6", "voice", "! increment '0/6' has a step of 0; write 1/1 for every unit"),
      ("6/0", "voice", "! increment '6/0' has a step of 0; write 1/1 for every unit"),
      ("60/", "voice", "! bad increment '60/'; expected first/next such as 60/6"),
      ("60/6/0/0", "voice", "! bad increment '60/6/0/0'; expected first/next such as 60/6"),
      ("6E1", "voice", "! increment '6E1' is in scientific notation; expected first/next such as 60/6"),
      ("0.5", "message", "! bad increment '0.5'; expected first/next such as 60/6"),
    ] as [(String, String, String?)])
  func incrementsAreMinimumAndNext(text: String, kind: String, expected: String?) {
    let (deck, findings) = readDeck(["prefix,price,increment,kind\n44,1,\(text),\(kind)\n"])
    guard let deck else {
      #expect(findings == ["2:6: " + (expected ?? "").dropFirst(2)])
      return
    }
    let steps = deck.increments[Int(deck.rows[0].increment)].steps.map { "\($0.size)" }.joined(separator: "/")
    #expect(steps == expected ?? "1000")
  }

  @Test func twoIncrementColumnsNeedBoth() {
    let header = "prefix,price,increment_first,increment_next\n"
    #expect(
      readDeck([header + "44,1,60,\n"]).findings == [
        "2:9: only one of the two increments is given; give both"
      ])
    #expect(
      readDeck([header + "44,1,,6\n"]).findings == ["2:6: only one of the two increments is given; give both"]
    )
    #expect(lines(of: readDeck([header + "44,1,,\n"]).deck) == ["44 1"])
  }

  @Test(arguments: [
    // status, price, row or finding
    ("", "1", "44 1"), ("New", "1", "44 1"), ("no change", "1", "44 1"), ("blocked", "", "44 0 blocked"),
    ("Closed", "1", "44 1 blocked"),
    (
      "blocked", "x",
      "! 2:4: bad price 'x'; expected a number such as 12.50: digits and one point, no grouping, no symbol"
    ),
    (
      "blokced", "1",
      "! 2:6: unknown status 'blokced'; known are blocked, closed, deleted, and for open rows new, increase, decrease, unchanged, active"
    ),
    ("", "", "! 2:4: no price; fill the cell with a number such as 12.50"),
  ])
  func statusBlocksRows(status: String, price: String, expected: String) {
    let (deck, findings) = readDeck(["prefix,price,status\n44,\(price),\(status)\n"])
    if expected.hasPrefix("! ") {
      #expect(findings == [String(expected.dropFirst(2))])
    } else {
      #expect(lines(of: deck) == [expected])
    }
  }

  @Test(
    arguments: [
      // zone, pattern, cell, instant or finding
      ("UTC", nil, "2025-03-16", "2025-03-16"), ("UTC", nil, "2025-03-16T10:00:00Z", "2025-03-16T10:00:00Z"),
      ("+02:00", nil, "2025-03-16", "2025-03-15T22:00:00Z"),
      ("+02:00", nil, "2025-03-16T10:00:00", "2025-03-16T08:00:00Z"),
      ("+02:00", nil, "2025-03-16T10:00:00Z", "2025-03-16T10:00:00Z"),
      ("UTC", "DD/MM/YYYY", "03/04/2025", "2025-04-03"), ("UTC", "MM/DD/YYYY", "03/04/2025", "2025-03-04"),
      ("UTC", "M/D/YYYY", "3/16/2025", "2025-03-16"), ("UTC", "DD-MMM-YY", "16-Mar-25", "2025-03-16"),
      ("UTC", "DD.MM.YYYY hh:mm", "16.03.2025 10:30", "2025-03-16T10:30:00Z"),
      ("+02:00", "YYYYMMDD", "20250316", "2025-03-15T22:00:00Z"),
      ("+02:00", "YYYYMMDDhhmmssZ", "20250316000000Z", "2025-03-16"),
      ("UTC", nil, "2025-02-29", "! 2:6: bad date '2025-02-29'; expected YYYY-MM-DD"),
      ("UTC", nil, "16/03/2025", "! 2:6: bad date '16/03/2025'; expected YYYY-MM-DD"),
      ("UTC", "DD/MM/YYYY", "03/16/2025", "! 2:6: bad date '03/16/2025'; expected DD/MM/YYYY"),
      ("UTC", "DD/MM/YYYY", "3/4/2025", "! 2:6: bad date '3/4/2025'; expected DD/MM/YYYY"),
      ("UTC", "DD/MM/YYYY", "03/04/2025 ", "2025-04-03"),
      ("UTC", "DD/MM/YYYY", "03/04/2025x", "! 2:6: bad date '03/04/2025x'; expected DD/MM/YYYY"),
    ] as [(String, String?, String, String)])
  func datesAreMidnightsOfTheDecksZone(zone: String, pattern: String?, cell: String, expected: String) throws
  {
    let zone = try Zone.load(named: zone)
    let (deck, findings) = readDeck(["prefix,price,from\n44,1,\(cell)\n"], zone: zone) { layout in
      layout.datePattern = pattern.flatMap { DeckDatePattern(Label($0)) }
    }
    if expected.hasPrefix("! ") {
      #expect(findings == [String(expected.dropFirst(2))])
    } else {
      #expect(lines(of: deck) == ["44 1 from " + expected])
    }
  }

  @Test(arguments: ["MM/YYYY", "DD/MM", "DD/MM/YY/YYYY", "DD/MM/MMM/YYYY", ""])
  func aPatternNamesYearMonthAndDayOnce(pattern: String) {
    #expect(DeckDatePattern(Label(pattern)) == nil)
  }
}
