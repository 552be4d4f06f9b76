// Tables cut at every byte: a file that was copied only in part is read or refused, and never stops the program.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct TableCutTests {
  @Test func aDeckIsCutAtEveryByte() {
    let text = Array(
      """
      \u{FEFF}# notice
      Prefix;Destination;Price;Increment;From;Until;Rating Group;Status;Kind;Currency;Connection Fee;Minimum
      "+49172-49174, 0044";"Müller ""x""
      y";0,02;60/6;16/03/2025;17/03/2025;G;new;voice;EUR;0,1;30
      45;;;;;;;deleted;message;;;\r
      46;é;1e3;6/0;x;y;;gone;fax;usd;-1;z
      "47;a
      """.utf8)
    for count in 0...text.count {
      let (deck, findings) = readDeck([String(decoding: text[..<count], as: UTF8.self)]) { layout in
        layout.delimiter = UInt8(ascii: ";")
        layout.decimalMark = UInt8(ascii: ",")
        layout.prefixStyle = .ranges
        layout.datePattern = DeckDatePattern("DD/MM/YYYY")
      }
      #expect((deck == nil) == !findings.isEmpty, "cut after \(count) bytes")
    }
  }

  @Test func aTableIsCutAtEveryByte() {
    let text = Array(
      """
      kind,key,account,service,site,cost_centre,from,until,source
      number,"+49 (0)30",A,,,,2025-01-01,2025-01-01,
      range,49301-49309,A,"x
      y",,,,,
      range,49305-493099,B,,,,,,
      "trunk",t,"B
      """.utf8)
    for count in 0...text.count {
      let (services, findings) = text[..<count].withUnsafeBufferPointer {
        ServiceReader.read(
          $0, file: "f.csv", accounts: ["A": 0, "B": 1], zones: [.utc, .utc], textKinds: ["trunk"],
          sources: [])
      }
      // The table has one row without fault; all that is cut off is missing or named.
      #expect(services.count <= 1 && (services.isEmpty || findings.hasErrors), "cut after \(count) bytes")
    }
  }

  /// Whether a table cut after each byte is read or refused: what is left of it is either rows or a finding.
  private func cut<Rows: Collection>(
    _ text: String, _ read: (UnsafeBufferPointer<UInt8>) -> (rows: Rows, findings: FindingList)
  ) {
    let bytes = Array(text.utf8)
    for count in 0...bytes.count {
      let (rows, findings) = bytes[..<count].withUnsafeBufferPointer(read)
      #expect(rows.count <= 2 || !findings.hasErrors, "cut after \(count) bytes")
    }
  }

  @Test func everySmallTableIsCutAtEveryByte() {
    cut("list,date,name\nde,02-29,\"x\ny\"\nde,2026-01-01,é\n") { HolidayReader.read($0, file: "f.csv") }
    cut("owner,allowance,quantity,kinds,charges,from,until\nA,p,1.5 min,voice,a; b,2026-01-01,2027-01-01\n") {
      GrantReader.read($0, file: "f.csv", accounts: ["A": 0], pools: ["P"])
    }
    cut("account,prefix,price,percent,per,kind\nA,+4930,0.01,,1 min,voice\nA,49,,-12.5%,,\n") {
      AccountPriceReader.read($0, file: "f.csv", accounts: ["A": 0]) { _ in nil }
    }
    cut("supplier,deck,trunks,from\nS,d,a b* *,2026-01-01\n") {
      SupplierReader.read($0, file: "f.csv", decks: ["d": 0])
    }
    cut("from,to,date,rate\nUSD,EUR,2026-01-01,0.925\n") { ExchangeRateReader.read($0, file: "f.csv") }
    cut("npanxx,state,country\n1-212-555,NY,US\n212555x,N,CA\n") { StateReader.read($0, file: "f.csv") }
  }

  @Test func aDeckWithFurtherPricesIsCutAtEveryByte() {
    let text = Array(
      "prefix,price,p,band,from,inter\n44,1,2,,,\n44,3,,peak,2026-01-01,\n\"45,46\",1,-1,off,,\n".utf8)
    for count in 0...text.count {
      for isByJurisdiction in [false, true] {
        let (deck, findings) = readDeck([String(decoding: text[..<count], as: UTF8.self)]) { layout in
          layout.bandColumns = [DeckLayout.BandColumn(band: "peak", place: .index(2))]
          if isByJurisdiction { layout.jurisdiction = DeckJurisdiction(usesRoutingNumber: false) }
        }
        #expect((deck == nil) == !findings.isEmpty, "cut after \(count) bytes")
      }
    }
  }

  @Test func aPlanIsCutAtEveryByte() {
    let text = Array(
      """
      plan: p
      currency: EUR
      look_up: {voice: retail}
      bands: [{band: peak, days: [mon-fri, sun], from: "08:00", until: "18:00", holidays: de, dates: {from: 2026-01-01}}]
      crossing: start
      charges:
      - {charge: a, kind: voice, price: deck, bands: {peak: {percent: -10%}}, free_quantity: 5, until: 2026-01-01}
      - {charge: b, kind: message, tiers: {kind: volume, steps: [{up_to: 15, price: 0.1}, {price: 0.09, cap: 5}]}}
      - {charge: c, kind: event, price: recorded, margin: 12.5%}
      - {charge: d, kind: data, price: 1, per: 1 GB, gauge: {measure: count, at: 31}}
      prices: [{prefixes: [49], percent: 5, fee: yes}, {charges: [a], price: 1, kind: voice, per: 1 h}]
      allowances: [{allowance: m, quantity: 1 min, kind: voice, consume: raw, rollover: {periods: 1, cap: 30}}]
      order: time
      tests: [{event: {start: "2026-05-04 10:00:00", quantity: 1, to: 49}, amount: -0.1, band: peak}]
      """.utf8)
    for count in 0...text.count {
      let (plan, findings) = readPlan(String(decoding: text[..<count], as: UTF8.self))
      // A plan whose charges were begun may be whole before its end; one with an error never is.
      #expect(plan == nil || findings.allSatisfy { $0.contains("warning") }, "cut after \(count) bytes")
    }
    #expect(readPlan(String(decoding: text, as: UTF8.self)).plan != nil)
  }
}
