// The rules of decks/NAME.yaml: text in, a layout or findings out.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct DeckLayoutReaderTests {
  private func read(_ text: String) -> (layout: DeckLayout, findings: [String]) {
    var zones = ZoneLibrary()
    var findings: [CatalogFinding] = []
    let defaults = DeckDefaults(zone: .utc, currency: Currency(code: "EUR"))
    let layout = DeckLayoutReader.read(
      Array(text.utf8), file: "d.yaml", fileName: "d.csv", defaults: defaults, holidays: ["de"],
      zones: &zones, findings: &findings)
    return (layout, findings.map { String($0.description.dropFirst("d.yaml:".count)) })
  }

  @Test func anEmptyLayoutIsTheDefault() {
    let (layout, findings) = read("")
    #expect(findings == [])
    #expect(layout.currency == Currency(code: "EUR"))
    #expect(layout.zone == .utc)
    #expect(layout.delimiter == UInt8(ascii: ","))
    #expect(layout.header == .names)
    #expect(layout.columns == [:])
    #expect(layout.priceUnit == DeckLayout.PriceUnit(numerator: 1, denominator: 1))
    #expect(layout.pricePer == nil)
    #expect(layout.prefixStyle == .list)
    #expect(layout.increment == nil)
    #expect(layout.files == [DeckLayout.File(name: "d.csv", declaration: .full, fromSeconds: .min, line: 0)])
  }

  @Test func aLayoutSaysEverything() {
    let (layout, findings) = read(
      """
      currency: USD
      zone: "+01:00"
      delimiter: ";"
      header: none
      skip_lines: 3
      columns: {prefix: 1, destination: 2, connection_fee: 4, price: 7}
      price_unit: 1/10000
      price_per: 1 min
      decimal: ","
      dates: DD/MM/YYYY
      prefixes: ranges
      increment: 60/6
      files:
        - {file: d.csv, declares: full}
        - {file: d-2.csv, declares: partial, from: 2025-03-16}
        - {file: d-3.csv, declares: country, from: "2025-03-16T00:00:00Z"}
      """)
    #expect(findings == [])
    #expect(layout.currency == Currency(code: "USD"))
    #expect(layout.zone.name == "+01:00")
    #expect(layout.delimiter == UInt8(ascii: ";"))
    #expect(layout.header == .none)
    #expect(layout.skipLines == 3)
    #expect(
      layout.columns == [
        .prefix: .index(0), .destination: .index(1), .connectionFee: .index(3), .price: .index(6),
      ])
    #expect(layout.priceUnit == DeckLayout.PriceUnit(numerator: 1, denominator: 10_000))
    #expect(layout.pricePer == .quantity(60_000, of: .voice))
    #expect(layout.decimalMark == UInt8(ascii: ","))
    #expect(layout.datePattern?.text == "DD/MM/YYYY")
    #expect(layout.prefixStyle == .ranges)
    #expect(layout.increment == "60/6")
    // A date is a midnight of the deck's zone.
    #expect(layout.files.map(\.fromSeconds) == [.min, 1_742_079_600, 1_742_083_200])
    #expect(layout.files.map(\.declaration) == [.full, .partial, .country])
    #expect(layout.files.map(\.name) == ["d.csv", "d-2.csv", "d-3.csv"])
  }

  @Test(
    arguments: [
      ("price_per: 60", .units(60)), ("price_per: 1", .units(1)),
      ("price_per: 1 GB", .quantity(1_000_000_000, of: .data)),
      ("price_per: 1 GiB", .quantity(1 << 30, of: .data)), ("price_per: 30 s", .quantity(30_000, of: .voice)),
      ("price_per: 100 messages", .quantity(100, of: .message)),
      ("price_per: 1 seat", .quantity(1_000_000, of: .event)),
    ] as [(String, DeckLayout.PricePer)])
  func aPriceIsPerUnitsOrPerAQuantity(text: String, expected: DeckLayout.PricePer) {
    let (layout, findings) = read(text)
    #expect(findings == [])
    #expect(layout.pricePer == expected)
  }

  @Test(
    arguments: [
      ("1/10000", 1, 10_000), ("0.0001", 1, 10_000), ("0.01", 1, 100), ("1", 1, 1), ("5/100", 5, 100),
      ("0.05", 1, 20),
    ] as [(String, Int64, Int64)])
  func aPriceUnitIsAFractionOrADecimal(text: String, numerator: Int64, denominator: Int64) {
    let (layout, findings) = read("price_unit: \(text)")
    #expect(findings == [])
    #expect(layout.priceUnit == DeckLayout.PriceUnit(numerator: numerator, denominator: denominator))
  }

  @Test(
    arguments: [
      ("delimiter: \"\\t\"", 9), ("delimiter: \\t", 9), ("delimiter: \"|\"", 124),
    ] as [(String, UInt8)])
  func aDelimiterIsOneCharacter(text: String, expected: UInt8) {
    #expect(read(text).layout.delimiter == expected)
    #expect(read(text).findings == [])
  }

  @Test func columnsMayBeNamed() {
    let layout = read("columns: {price: Sell Rate, increment_first: min_sec, prefix: 2}").layout
    #expect(
      layout.columns == [.price: .name("sell_rate"), .incrementFirst: .name("min_sec"), .prefix: .index(1)])
  }

  @Test(arguments: [
    ("currrency: EUR", ["1:1: unknown key 'currrency' in the layout; did you mean 'currency'?"]),
    ("zone: Europe/Berlni", ["1:7: unknown time zone 'Europe/Berlni'; did you mean 'Europe/Berlin'?"]),
    ("delimiter: \"||\"", ["1:12: '||' is not a delimiter; write one character such as \";\" or \"\\t\""]),
    ("header: name", ["1:9: 'name' is not a kind of header; did you mean 'names'?"]),
    (
      "header: none",
      [
        "1:1: without a header, columns needs a position for 'prefix' and 'price'; such as columns: {prefix: 1, price: 3}"
      ]
    ),
    (
      "header: none\ncolumns: {prefix: 1}",
      ["2:10: without a header, columns needs a position for 'price'; such as columns: {prefix: 1, price: 3}"]
    ),
    (
      "header: skip\ncolumns: {prefix: 1, price: Rate}",
      [
        "2:29: 'Rate' is a name, but the file has no header; write a position",
        "2:10: without a header, columns needs a position for 'price'; such as columns: {prefix: 1, price: 3}",
      ]
    ),
    ("columns: {prefix: 0}", ["1:19: '0' is not a position; the first column is 1"]),
    (
      "price_unit: 1/0",
      ["1:13: '1/0' is not a price unit; write what a price of 1 is, such as 1/10000 or 0.01"]
    ),
    (
      "price_unit: 1e-4",
      ["1:13: '1e-4' is not a price unit; write what a price of 1 is, such as 1/10000 or 0.01"]
    ),
    ("price_per: 0", ["1:12: '0' is not a quantity; write a number above zero, such as 60"]),
    ("decimal: \";\"", ["1:10: ';' is not a decimal mark; known: ., ,"]),
    (
      "dates: MM/YYYY",
      ["1:8: 'MM/YYYY' is not a pattern of dates; it has one year, one month and one day, such as DD/MM/YYYY"]
    ),
    ("prefixes: range", ["1:11: 'range' is not a way to write prefixes; did you mean 'ranges'?"]),
    ("increment: 60/6/1", ["1:12: '60/6/1' is not an increment; expected first/next such as 60/6"]),
    ("files:\n  - {declares: full}", ["2:5: a file has no 'file'"]),
    ("files:\n  - {file: ../d.csv}", ["2:12: '../d.csv' is not a file of decks/; write its name only"]),
    (
      "files:\n  - {file: d.csv}\n  - {file: e.csv, declares: full}",
      ["3:5: a file has no 'from'; the date at which the file begins to hold"]
    ),
    (
      "files:\n  - {file: d.csv}\n  - {file: e.csv, from: 2025-01-01}",
      ["3:5: a file has no 'declares'; full, country or partial"]
    ),
    (
      "files:\n  - {file: d.csv}\n  - {file: e.csv, declares: fully, from: 2025-01-01}",
      ["3:29: 'fully' is not a declaration; did you mean 'full'?"]
    ),
    (
      "files:\n  - {file: d.csv}\n  - {file: e.csv, declares: full, from: 1/1/2025}",
      ["3:41: '1/1/2025' is not a date; write YYYY-MM-DD, such as 2025-03-16"]
    ),
    (
      "files:\n  - {file: d.csv}\n  - {file: d.csv, declares: full, from: 2025-01-01}",
      ["3:5: file 'd.csv' is listed twice, first on line 2; keep one"]
    ),
    (
      "files:\n  - {file: d.csv, from: 2025-02-01}\n  - {file: e.csv, declares: full, from: 2025-01-31}",
      ["3:5: file 'e.csv' begins before the one above it; list files by date"]
    ),
  ])
  func faultyLayoutsAreNamed(text: String, expected: [String]) {
    #expect(Set(read(text).findings) == Set(expected))
  }

  @Test func bandsHaveColumnsAndTimes() {
    let (layout, findings) = read(
      """
      bands: {peak: Peak Rate, off: 4}
      band_times:
      - {band: holiday, holidays: de}
      - {band: peak, days: [mon-fri], from: "08:00", until: "18:00"}
      """)
    #expect(findings == [])
    #expect(
      layout.bandColumns == [
        DeckLayout.BandColumn(band: "peak", place: .name("peak_rate")),
        DeckLayout.BandColumn(band: "off", place: .index(3)),
      ])
    #expect(layout.bandTimes.map(\.band) == ["holiday", "peak"])
    #expect(layout.bandTimes.map(\.holidayList) == [0, nil])
    #expect(layout.jurisdiction == nil)
  }

  @Test(
    arguments: [
      ("jurisdiction: us", DeckJurisdiction(usesRoutingNumber: false), []),
      ("jurisdiction: us\nlrn: yes", DeckJurisdiction(usesRoutingNumber: true), []),
      ("jurisdiction: ca", nil, ["1:15: 'ca' is not a jurisdiction; known: us"]),
      ("lrn: yes", nil, ["1:1: 'lrn' belongs to 'jurisdiction'; add `jurisdiction: us`"]),
      (
        "jurisdiction: us\nbands: {peak: p}", DeckJurisdiction(usesRoutingNumber: false),
        ["2:8: a deck by jurisdiction has no bands; leave one of the two out"]
      ),
      (
        "columns: {prefix: 1, price: 2, inter: 3}", nil,
        ["1:32: column 'inter' has prices by jurisdiction; add `jurisdiction: us`"]
      ),
      (
        "jurisdiction: us\nheader: none\ncolumns: {prefix: 1, price: 2}",
        DeckJurisdiction(usesRoutingNumber: false),
        [
          "3:10: without a header, columns needs a position for 'inter' and 'intra'; such as columns: {prefix: 1, price: 3}"
        ]
      ),
      ("bands: {peak: 0}", nil, ["1:15: '0' is not a position; the first column is 1"]),
    ] as [(String, DeckJurisdiction?, [String])])
  func jurisdictionIsSaid(_ text: String, _ jurisdiction: DeckJurisdiction?, _ expected: [String]) {
    let (layout, findings) = read(text)
    #expect(layout.jurisdiction == jurisdiction)
    #expect(findings == expected)
  }
}
