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
        ServiceReader.read($0, file: "f.csv", accounts: ["A": 0, "B": 1], textKinds: ["trunk"], sources: [])
      }
      // The table has one row without fault; all that is cut off is missing or named.
      #expect(services.count <= 1 && (services.isEmpty || findings.hasErrors), "cut after \(count) bytes")
    }
  }
}
