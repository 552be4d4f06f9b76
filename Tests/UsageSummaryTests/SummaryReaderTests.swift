// Rows are read as written; every cell that the writer would not have written is named by file, line and column.

import BillingCalendar
import Money
import Tables
import Testing
import TestSupport
import UsageFolderSupport

@testable import UsageSummary

@Suite struct SummaryReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // Line 1 is the header; the columns are those of schema 1.
  private static let call =
    "acme,sales,442071838750,2026-01-01/2026-02-01,retail,calls,voice,outbound,UK mobile,United Kingdom Mobile"
    + ",,,0.012,60,,,,carrier-a,EUR,USD,412,51230.5,55260,0,s,11.052,7.3\n"

  private func read(_ body: String) throws -> Result<[SummaryRow], UsageFolderFault> {
    try folder.write(SummarySchema.header + Array(body.utf8), to: "summary.csv")
    return Result { () throws(UsageFolderFault) in
      let reader = try SummaryReader(path: folder.path + "/summary.csv", name: "summary.csv")
      var rows: [SummaryRow] = []
      while let row = try reader.next() { rows.append(row) }
      #expect(reader.rowCount == Int64(rows.count))
      return rows
    }
  }

  private func fault(_ body: String) throws -> String {
    switch try read(body) {
    case .success(let rows): return "\(rows.count) rows"
    case .failure(let fault):
      return fault.message == "" ? "" : "\(fault.file):\(fault.line):\(fault.column): \(fault.message)"
    }
  }

  @Test func aRowHasTheValuesOfItsCells() throws {
    let row = try #require(try read(Self.call).get().first)
    #expect(row.account == "acme")
    #expect(row.usagePeriod.description == "2026-01-01/2026-02-01")
    #expect(row.serviceKind == .voice)
    #expect(row.unitPrice == Amount(pico: 12_000_000_000))
    #expect(row.perQuantity == 60_000)
    #expect(row.tierFrom == nil)
    #expect(row.eventCount == 412)
    #expect(row.quantityRaw == 51_230_500)
    #expect(row.quantityBilled == 55_260_000)
    #expect(row.amount == Amount(pico: 11_052_000_000_000))
    #expect(row.cost == Amount(pico: 7_300_000_000_000))
    #expect(row.costCurrency?.code == "USD")
  }

  @Test(arguments: [
    call,
    // All that may be empty, a row without event.
    "acme,,,2026-01-31/2026-02-28,retail,minimum,,,,,,,,,,,,,EUR,,0,0,0,0,,3.5,\n",
    // Quoted names, quotes and line ends inside them, bytes of all kinds.
    "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",2026-01-01/2026-02-01,é,e\u{301},data,inbound,g,d,inter,peak,"
      + "0.02,1000000000,0,1000,free,,XPT,,1,5,5,5,byte,-0.000000000001,\n",
    "acme,,,2026-01-01/2026-02-01,p,c,event,internal,,,intra,,1,0.000001,0.5,,,,JPY,,-2,-0.5,-1,0,event,-1,\n",
  ]) func theTextOfARowReadsBackToTheSameBytes(line: String) throws {
    let rows = try read(line).get()
    var bytes: [UInt8] = []
    for row in rows { SummaryText.append(row, to: &bytes) }
    #expect(Label(bytes: bytes) == Label(line))
  }

  @Test(
    arguments: [
      ("account", "", "account '' must not be empty"),
      ("plan", "", "plan '' must not be empty"),
      (
        "usage_period", "2026-01",
        "usage_period '2026-01' is no usage period; expected YYYY-MM-DD/YYYY-MM-DD, one month"
      ),
      (
        "usage_period", "2026-01-01/2026-02-02",
        "usage_period '2026-01-01/2026-02-02' is no usage period; expected YYYY-MM-DD/YYYY-MM-DD, one month"
      ),
      ("service_kind", "Voice", "service_kind 'Voice' is none of voice, message, data, event"),
      ("service_kind", "data", "quantity_raw '51230.5' has more than 0 digits after the point"),
      ("service_kind", "event", "unit 's' is not the unit of service_kind; expected 'event'"),
      ("service_kind", "", "quantity_raw '51230.5' has more than 0 digits after the point"),
      ("direction", "out", "direction 'out' is none of outbound, inbound, internal"),
      ("jurisdiction", "usa", "jurisdiction 'usa' is none of inter, intra, indeterminate"),
      ("unit_price", "0.0120", "unit_price '0.0120' is not in its shortest form '0.012'"),
      ("unit_price", ".012", "unit_price '.012' is not in its shortest form '0.012'"),
      ("unit_price", "+1", "unit_price '+1' is not in its shortest form '1'"),
      ("unit_price", "1e-2", "unit_price '1e-2' is in scientific notation"),
      ("unit_price", "0,012", nil),
      (
        "unit_price", "0.0120000000001",
        "unit_price '0.0120000000001' has more than 12 digits after the point"
      ),
      ("unit_price", "", "per '60' and unit_price are both given or both empty"),
      ("per", "", "per '' and unit_price are both given or both empty"),
      ("per", "0", "per '0' is not above 0"),
      ("per", "-60", "per '-60' is not above 0"),
      ("tier_up_to", "5", "tier_from '' is empty, but tier_up_to is given"),
      ("currency", "eur", "currency 'eur' is no currency; expected three capital letters"),
      ("currency", "", "currency '' is no currency; expected three capital letters"),
      ("cost_currency", "", "cost_currency '' and cost are both given or both empty"),
      ("event_count", "", "event_count '' must not be empty"),
      ("event_count", "4.5", "event_count '4.5' has more than 0 digits after the point"),
      ("event_count", "x", "event_count 'x' is no whole number"),
      ("event_count", "007", "event_count '007' is not in its shortest form '7'"),
      ("event_count", "-0", "event_count '-0' is not in its shortest form '0'"),
      ("event_count", "9223372036854775808", "event_count '9223372036854775808' is too large"),
      ("quantity_billed", "", "quantity_billed '' must not be empty"),
      ("quantity_billed", "1 000", "quantity_billed '1 000' is no decimal number"),
      (
        "quantity_billed", "55260.0001", "quantity_billed '55260.0001' has more than 3 digits after the point"
      ),
      ("quantity_covered", "0.000", "quantity_covered '0.000' is not in its shortest form '0'"),
      ("unit", "min", "unit 'min' is not the unit of service_kind; expected 's'"),
      ("unit", "", "unit '' is not the unit of service_kind; expected 's'"),
      ("amount", "", "amount '' must not be empty"),
      ("amount", "11.", "amount '11.' is not in its shortest form '11'"),
      ("amount", "1000000000000000000.1", "amount '1000000000000000000.1' is too large"),
      ("amount", "NaN", "amount 'NaN' is no decimal number"),
      ("cost", "", "cost_currency 'USD' and cost are both given or both empty"),
    ] as [(String, String, String?)]) func aMalformedCellIsRefusedAtItsColumn(
      column: String, text: String, message: String?
    ) throws
  {
    var cells = Self.call.dropLast().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let index = try #require(SummarySchema.columns.firstIndex { $0.name == Label(column) })
    cells[index] = text
    let found = try fault(cells.joined(separator: ",") + "\n")
    guard let message else {
      // A decimal comma makes one cell more.
      #expect(found == "summary.csv:2:0: 28 cells; expected 27")
      return
    }
    #expect(found.hasSuffix(": " + message), "\(found)")
    let named = try #require(
      SummarySchema.columns.firstIndex { message.hasPrefix($0.name.description + " ") })
    let place = cells[..<named].reduce(1) { $0 + $1.utf8.count + 1 }
    #expect(found.hasPrefix("summary.csv:2:\(place): "), "\(found)")
  }

  @Test func aTierEndsAboveItsBeginning() throws {
    let line = "a,,,2026-01-01/2026-02-01,p,c,voice,,,,,,1,60,FROM,UPTO,,,EUR,,1,1,1,0,s,1,\n"
    func tier(_ from: String, _ upTo: String) throws -> String {
      try fault(replace(replace(line, "FROM", from), "UPTO", upTo))
    }
    #expect(try tier("10", "10.5") == "1 rows")
    #expect(try tier("10", "") == "1 rows")
    #expect(try tier("10", "10") == "summary.csv:2:50: tier_up_to '10' is not above tier_from")
  }

  private func replace(_ text: String, _ part: String, _ other: String) -> String {
    guard let range = text.firstRange(of: part) else { return text }
    return text.replacingCharacters(range, other)
  }

  @Test(arguments: [
    ("a", "b", true), ("a", "a", false), ("b", "a", false), ("a", "a b", true),
    // As bytes: capital letters first, and the end of a cell before everything.
    ("B", "a", true), ("a", "B", false), ("ab", "b", true), ("\"a,b\"", "ab", true), ("é", "z", false),
  ]) func keysAscendAsBytes(first: String, second: String, isAccepted: Bool) throws {
    let rest = Self.call.dropFirst(4)
    let found = try fault(first + rest + second + rest)
    #expect(
      found
        == (isAccepted
          ? "2 rows"
          : "summary.csv:3:0: this key does not come after the key of the row before; keys ascend, each comes once")
    )
  }

  @Test func theMeasuresAreNoPartOfTheOrder() throws {
    let other = Self.call.replacingCharacters(Self.call.firstRange(of: "412")!, "413")
    #expect(try fault(Self.call + other).hasPrefix("summary.csv:3:0: this key does not come after"))
  }

  @Test(arguments: [
    ("acme\n", "summary.csv:2:0: 1 cells; expected 27"),
    ("\n", "summary.csv:2:0: 1 cells; expected 27"),
    ("acme,x", "summary.csv:2:7: the file ends inside a line"),
    ("\"acme", "summary.csv:2:6: the file ends inside a line"),
    ("\"acme\n\nx,", "summary.csv:4:3: the file ends inside a line"),
    ("a\"b\",\n", "summary.csv:2:2: a quote, comma or line end is not where it belongs"),
    ("\"a\"b,\n", "summary.csv:2:4: a quote, comma or line end is not where it belongs"),
    ("\"a\"\"\n\",b\"\"\n", "summary.csv:3:4: a quote, comma or line end is not where it belongs"),
    ("acme\r\n", "summary.csv:2:5: a quote, comma or line end is not where it belongs"),
    ("\"acme\"\r\n", "summary.csv:2:7: a quote, comma or line end is not where it belongs"),
  ]) func brokenLinesAreRefusedAtTheirPlace(body: String, message: String) throws {
    #expect(try fault(body) == message)
  }

  @Test func everyCutOfAFileIsRefusedOrShorter() throws {
    let text = Array(Self.call.utf8)
    for count in 1..<text.count {
      #expect(
        try fault(String(decoding: text[..<count], as: UTF8.self)).contains("ends inside a line"), "\(count)")
    }
    #expect(try fault("") == "0 rows")
  }

  @Test func aCellAfterQuotedLinesHasItsOwnLine() throws {
    // The third cell has two line ends and doubled quotes; what follows stands in line 4 of the file.
    let line = Self.call.replacingCharacters(
      Self.call.firstRange(of: "442071838750")!, "\"a\"\"\"\"\n\"\"\nb\"")
    #expect(try fault(line) == "1 rows")
    let broken = line.replacingCharacters(line.firstRange(of: "2026-01-01/2026-02-01")!, "x")
    #expect(try fault(broken).hasPrefix("summary.csv:4:4: usage_period 'x' is no usage period"))
    let quoted = line.replacingCharacters(line.firstRange(of: "2026-01-01/2026-02-01")!, "\"x\"")
    #expect(try fault(quoted).hasPrefix("summary.csv:4:4: usage_period 'x' is no usage period"))
  }

  @Test(arguments: [1, 255, 256, 257, 700, 1023]) func recordsOfAnyLengthAreRead(kibibytes: Int) throws {
    // The buffer holds 256 KiB at first.
    let name = String(repeating: "n", count: kibibytes << 10)
    let line = name + Self.call.dropFirst(4)
    #expect(try fault("a" + Self.call.dropFirst(4) + line + "o" + Self.call.dropFirst(4)) == "3 rows")
  }

  @Test func aRecordOverTheLimitIsRefused() throws {
    let endless = "\"" + String(repeating: "x\n", count: 1 << 20)
    #expect(try fault(endless) == "summary.csv:2:0: the record is over 1 MiB")
  }

  @Test(arguments: [
    ("", "summary.csv:1:0: the file is empty; expected a header line"),
    ("account\n", "summary.csv:1:0: column 'cost_centre' is missing"),
    ("account,service\n", "summary.csv:1:9: column 'service' stands where 'cost_centre' belongs"),
  ]) func anotherHeaderIsRefused(header: String, message: String) throws {
    try folder.write(Array(header.utf8), to: "summary.csv")
    do throws(UsageFolderFault) {
      _ = try SummaryReader(path: folder.path + "/summary.csv", name: "summary.csv")
      Issue.record("the header was accepted")
    } catch {
      #expect("\(error.file):\(error.line):\(error.column): \(error.message)" == message)
    }
  }
}

extension String {
  // Foundation's replacing functions compare by Unicode rules; these are plain.
  fileprivate func replacingCharacters(_ range: Range<Index>, _ other: String) -> String {
    String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}
