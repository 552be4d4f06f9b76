// Prices of deck rows by band and by jurisdiction.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct DeckBandTests {
  /// Rows as `prefix price [band=price fee increment …]`.
  private func bands(_ deck: RateDeck?) -> [String] {
    guard let deck else { return ["no deck"] }
    return deck.rows.map { row in
      var parts = ["\(row.prefix)", Amount(pico: Int128(row.pricePico)).description]
      guard row.variant != RateDeckRow.noVariant else { return parts.joined(separator: " ") }
      for band in deck.variants[Int(row.variant)].bands {
        var text = "\(deck.bands[Int(band.band)])=\(Amount(pico: Int128(band.pricePico)))"
        if let fee = band.connectionFeePico { text += " fee \(Amount(pico: Int128(fee)))" }
        if let increment = band.increment {
          text += " " + deck.increments[Int(increment)].steps.map { "\($0.size)" }.joined(separator: "/")
        }
        parts.append(text)
      }
      return parts.joined(separator: " ")
    }
  }

  @Test func aColumnGivesThePriceOfABand() {
    let (deck, findings) = readDeck([
      "prefix,price,Peak Rate,night\n44,0.01,0.02,0.005\n49,0.02,,\n45,0.01,0.02,0.005\n"
    ]) {
      $0.bandColumns = [
        DeckLayout.BandColumn(band: "peak", place: .name("peak_rate")),
        DeckLayout.BandColumn(band: "off", place: .index(3)),
      ]
    }
    #expect(findings == [])
    #expect(bands(deck) == ["44 0.01 peak=0.02 off=0.005", "45 0.01 peak=0.02 off=0.005", "49 0.02"])
    // Equal sets are kept once.
    #expect(deck?.variants.count == 1)
  }

  @Test func aRowWithABandGivesThatBandsPrice() {
    let (deck, findings) = readDeck([
      """
      prefix,price,band,from,connection fee,increment
      44,0.02,peak,,,
      44,0.01,,,0.1,60/6
      44,0.005,night,,0,60/60
      44,0.03,peak,2026-01-01,,
      44,0.015,,2026-01-01,,
      "45,46",0.01,,,,
      "45,46",0.02,peak,,,
      """
    ])
    #expect(findings == [])
    #expect(
      bands(deck) == [
        "44 0.01 peak=0.02 night=0.005 fee 0 60000", "44 0.015 peak=0.03", "45 0.01 peak=0.02",
        "46 0.01 peak=0.02",
      ])
    #expect(deck?.bands == ["peak", "night"])
  }

  @Test(arguments: [
    (
      "44,0.02,peak,,\n45,1,,,",
      "2: prefix '44' has a price for band 'peak' and none without a band from that date; add its row without a band"
    ),
    (
      "44,0.02,peak,2026-01-01,\n44,1,,,",
      "2: prefix '44' has a price for band 'peak' and none without a band from that date; add its row without a band"
    ),
    (
      "44,1,,,\n44,2,peak,,\n44,3,peak,,",
      "4: prefix '44' is already priced for band 'peak' and the same dates; keep one"
    ),
    (
      "44,1,,,\n44,2,peak,,blocked",
      "3:6: a row with a band cannot be blocked or deleted; leave the band or the status out"
    ),
    (
      "44,,,,blocked\n44,2,peak,,",
      "3: prefix '44' has a price for band 'peak' and none without a band from that date; add its row without a band"
    ),
    (
      "44,1,,,\n44,x,peak,,",
      "3:4: bad price 'x'; expected a number such as 12.50: digits and one point, no grouping, no symbol"
    ),
    ("44,1,,,\n44,,peak,,", "3:4: no price; fill the cell with a number such as 12.50"),
  ])
  func faultsOfBandRowsAreNamed(_ rows: String, _ finding: String) {
    let (deck, findings) = readDeck(["prefix,price,band,from,status\n\(rows)\n"])
    #expect(deck == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    (
      "44,0.01,x",
      "2:9: bad price of band 'peak' 'x'; expected a number such as 12.50: digits and one point, no grouping, no symbol"
    ),
    ("44,0.01,-1", "2:9: the price of band 'peak', '-1', is negative; a price is 0 or more"),
  ])
  func faultsOfBandColumnsAreNamed(_ row: String, _ finding: String) {
    let (deck, findings) = readDeck(["prefix,price,p\n\(row)\n"]) {
      $0.bandColumns = [DeckLayout.BandColumn(band: "peak", place: .name("p"))]
    }
    #expect(deck == nil)
    #expect(findings == [finding])
  }

  @Test func aColumnThatIsNotThereIsNamed() {
    let (_, findings) = readDeck(["prefix,price,peek\n44,1,2\n"]) {
      $0.columns = [.prefix: .name("prefix"), .price: .name("price")]
      $0.bandColumns = [DeckLayout.BandColumn(band: "peak", place: .name("peak"))]
    }
    #expect(findings == ["1: no column 'peak', which the layout has for band 'peak'; did you mean 'peek'?"])
  }

  @Test func aLayoutThatListsColumnsLeavesABandColumnOut() {
    // Such decks were read before bands were known.
    let (deck, findings) = readDeck(["prefix,price,band\n44,1,peak\n"]) {
      $0.columns = [.prefix: .index(0), .price: .index(1)]
    }
    #expect(findings == [])
    #expect(bands(deck) == ["44 1"])
  }

  @Test func updatesEndThePricesOfBandsWithTheirRows() {
    let (deck, findings) = readDeck([
      "prefix,price,band\n44,0.01,\n44,0.02,peak\n", "prefix,price,from\n44,0.015,2026-01-01\n",
    ])
    #expect(findings == [])
    #expect(bands(deck) == ["44 0.01 peak=0.02", "44 0.015"])
  }
}

@Suite struct DeckJurisdictionTests {
  private func prices(_ deck: RateDeck?) -> [String] {
    guard let deck else { return ["no deck"] }
    func text(_ pico: Int64?) -> String { pico.map { Amount(pico: Int128($0)).description } ?? "-" }
    return deck.rows.map { row in
      guard row.variant != RateDeckRow.noVariant, let three = deck.variants[Int(row.variant)].jurisdiction
      else {
        return "\(row.prefix) \(text(row.pricePico))\(row.isBlocked ? " blocked" : "")"
      }
      return
        "\(row.prefix) \(text(three.interPico)) \(text(three.intraPico)) \(text(three.indeterminatePico))"
    }
  }

  private func read(_ text: String) -> (deck: RateDeck?, findings: [String]) {
    readDeck([text]) { $0.jurisdiction = DeckJurisdiction(usesRoutingNumber: true) }
  }

  @Test func aRowHasThreePrices() {
    let (deck, findings) = read(
      "NPANXX Code,Interstate,Intra Rate,ij_rate,price,status\n".replacing("NPANXX Code", with: "code")
        + "1212555,0.001,0.002,0.003,,\n1213,0.001,,,,\n1800,,,,0,\n1900,,,,,blocked\n")
    #expect(findings == [])
    #expect(prices(deck) == ["1212555 0.001 0.002 0.003", "1213 0.001 - -", "1800 0", "1900 0 blocked"])
    #expect(deck?.jurisdiction == DeckJurisdiction(usesRoutingNumber: true))
  }

  @Test(arguments: [
    (
      "prefix,inter\n1212,1\n",
      "1: no column 'intra'; name it so, or say where it is under 'columns' in the deck's YAML"
    ),
    ("prefix,inter,intra\n1212,,\n", "2:6: the row has no price; fill inter and intra, or price"),
    (
      "prefix,inter,intra,price\n1212,1,,1\n",
      "2:9: the row has a price and prices by jurisdiction; keep either"
    ),
    (
      "prefix,inter,intra\n1212,x,1\n",
      "2:6: bad inter 'x'; expected a number such as 12.50: digits and one point, no grouping, no symbol"
    ),
    (
      "prefix,inter,intra,band\n1212,1,1,peak\n",
      "2:10: a deck by jurisdiction has no bands; leave the cell empty"
    ),
  ])
  func faultsAreNamed(_ text: String, _ finding: String) {
    let (deck, findings) = read(text)
    #expect(deck == nil)
    #expect(findings == [finding])
  }

  @Test func aDeckSaysThatItIsByJurisdiction() {
    let text = "prefix,price,inter,intra\n1212,1,2,3\n"
    #expect(
      readDeck([text]).findings == [
        "1:14: column 'inter' has prices by jurisdiction; write 'jurisdiction: us' in the deck's YAML",
        "1:20: column 'intra' has prices by jurisdiction; write 'jurisdiction: us' in the deck's YAML",
      ])
    // A layout that lists its columns and leaves them out does not read them.
    #expect(readDeck([text]) { $0.columns = [.prefix: .index(0), .price: .index(1)] }.findings == [])
  }
}
