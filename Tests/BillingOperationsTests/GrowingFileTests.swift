// A file that grows every night is read on from where the last run had ended; what comes of it is what one run over all of it makes.

import BillingStore
import DurableFiles
import Glibc
import RatingEngine
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

/// A desk with one file that is added to in place, as a telephone exchange does.
final class GrowingFile {
  let desk: NightDesk
  let name: String

  init(_ desk: NightDesk, _ name: String = "usage/pbx-1.csv") throws {
    self.desk = desk
    self.name = name
    try desk.folder.write("", to: name)
  }

  /// Writes all of it into the same file on the disk.
  func become(_ stored: [UInt8]) throws {
    let file = open(desk.folder.path(of: name), O_WRONLY | O_TRUNC)
    try #require(file >= 0)
    defer { close(file) }
    try #require(stored.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == stored.count)
  }

  func become(_ text: String) throws { try become(Array(text.utf8)) }

  /// Rates it: `read rated filtered duplicate suspended` and the bytes that were known.
  @discardableResult func rate(
    catalog: String = "catalog", store: String = "store", tools: StoreTools? = nil, horizonDays: Int? = nil,
    _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> String {
    let done = try desk.rate(
      [name], catalog: catalog, store: store, tools: tools, horizonDays: horizonDays, change)
    guard case .committed(_, let report, _) = done else { return done.doors }
    return "\(done.doors), \(report.knownByteCount)"
  }
}

@Suite struct GrowingFileTests {
  static let header = "id,start,from,to,billable\n"

  /// A call of 61 seconds: 0.02 for acme.
  static func row(_ id: String, day: Int = 5, seconds: Int = 61) -> String {
    "\(id),2026-01-\(day < 10 ? "0" : "")\(day)T09:14:02Z,03023125101,00442079460123,\(seconds)\n"
  }

  private static func rows(_ range: Range<Int>) -> String {
    range.map { row("r\($0)", day: 1 + $0 % 28, seconds: 30 + $0) }.joined()
  }

  /// Documents of a period but the manifest, which names the runs' inputs.
  private func documents(_ desk: NightDesk, store: String, _ period: String = "2026-01") throws -> [String:
    [UInt8]]
  {
    try desk.usage(period, store: store).filter { $0.key != "manifest.json" }
  }

  // MARK: what is read

  @Test func whatWasReadIsNotReadAgain() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    var text = Self.header
    for night in 0..<5 {
      let known = night == 0 ? 0 : text.utf8.count
      text += Self.rows(night * 3..<night * 3 + 3)
      try file.become(text)
      #expect(try file.rate() == "3 3 0 0 0, \(known)")
      #expect(try file.rate() == "nothing new")
    }
    // Touched, and not grown: read, and found to be known.
    try file.become(text)
    #expect(try file.rate() == "nothing new")
    #expect(try file.rate(store: "whole") == "15 15 0 0 0, 0")
    #expect(try documents(desk, store: "store") == documents(desk, store: "whole"))
    try desk.expectWhole()
  }

  /// However small the pieces in which it is read, lines and offsets are those of the file.
  @Test(arguments: [nil, 1, 7, 64, 200]) func placesAreThoseOfTheFile(chunkBytes: Int?) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let first = Self.header + Self.rows(0..<5) + "bad\n" + Self.rows(5..<9)
    let text = first + Self.rows(9..<11) + "worse\n" + Self.rows(11..<12) + "worst"
    try file.become(first)
    try file.rate { $0.chunkBytes = chunkBytes }
    try file.become(text)
    #expect(try file.rate { $0.chunkBytes = chunkBytes } == "5 3 0 0 2, \(first.utf8.count)")
    try file.rate(store: "whole")
    func places(_ store: String) throws -> [String] {
      var places: [String] = []
      let opened = try BillingStore.open(desk.folder.path(of: store), for: .reading, tools: desk.tools())
      try opened.forEachSuspended(SuspenseFilter()) {
        places.append("\($0.row.line) \($0.row.byteOffset) \($0.row.byteLength) \($0.row.original)")
      }
      return places
    }
    #expect(try places("store") == places("whole"))
    #expect(try places("store").map { $0.split(separator: " ")[0] } == ["7", "14", "16"])
    #expect(try documents(desk, store: "store") == documents(desk, store: "whole"))
    // What waits can be read again without the file: its header is known.
    try desk.correct("2-1", String(Self.row("corrected").dropLast()))
    #expect(try desk.recycle().doors == "1 1 0 0 0, 2")
    try desk.expectWhole()
  }

  @Test(arguments: ["gzip", "zstd", "plain"]) func howItIsStoredDoesNotMatter(form: String) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(
      desk, ["gzip": "usage/pbx.csv.gz", "zstd": "usage/pbx.csv.zst"][form] ?? "usage/pbx.csv")
    func stored(_ text: String) -> [UInt8] {
      let bytes = Array(text.utf8)
      return form == "gzip" ? GzipContent.encode(bytes) : form == "zstd" ? ZstdContent.encode(bytes) : bytes
    }
    let first = Self.header + Self.rows(0..<500)
    try file.become(stored(first))
    try file.rate()
    try file.become(stored(first + Self.rows(500..<503)))
    #expect(try file.rate { $0.chunkBytes = 1000 } == "3 3 0 0 0, \(first.utf8.count)")
    // Shorter than before: another file, which is read whole, and what it holds is known.
    try file.become(stored(Self.header + Self.rows(0..<7) + Self.row("new")))
    #expect(try file.rate { $0.chunkBytes = 1000 } == "8 1 0 7 0, 0")
    // And grows in its turn.
    let third = Self.header + Self.rows(0..<7) + Self.row("new")
    try file.become(stored(third + Self.row("newer")))
    #expect(try file.rate() == "1 1 0 0 0, \(third.utf8.count)")
    // Not that of before.
    try file.become(stored(third.replacing("new,", with: "old,") + Self.row("newer") + Self.row("newest")))
    #expect(throws: OperationFault.self) { try file.rate() }
    try desk.expectWhole()
  }

  /// Twins, ids, plans that settle: nights over a growing file make what one run makes.
  @Test(arguments: [11, 12]) func nightsOverAGrowingFileAreOneRun(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 7)
    let desk = try nights.desk()
    try desk.rate(["usage"], catalog: "settling", store: "apart")
    let file = try GrowingFile(desk, "master/pbx.csv")
    var text = SettledNights.header
    for night in nights.nights {
      text += night.dropFirst(SettledNights.header.count)
      try file.become(text)
      try file.rate(catalog: "settling")
    }
    try file.rate(catalog: "settling", store: "whole")
    for period in ["2026-01", "2026-02", "2026-03"] {
      let one = try documents(desk, store: "whole", period)
      #expect(one["allowances.csv"].map { $0.count > 100 } == true)
      #expect(try documents(desk, store: "store", period) == one)
      #expect(try documents(desk, store: "apart", period) == one)
    }
    let store = try desk.store()
    #expect(try store.currentRuns().reduce(0) { $0 + $1.doors.read } == 300)
    // Rated again with another catalog, it is still read on.
    try SettledNights.writeDearCatalog("dear", to: desk)
    try desk.rerate("dear")
    try file.become(text + "late,2026-02-03T10:00:00Z,emil,outbound,voice,442079460123,,61,ANSWERED\n")
    #expect(try file.rate(catalog: "dear") == "1 1 0 0 0, \(text.utf8.count)")
    try desk.expectWhole()
  }

  @Test func anIDThatComesAgainIsADuplicateHoweverOldItIs() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    func tools(day: Int64) -> StoreTools {
      var tools = desk.tools()
      tools.clock = { 1_767_225_600 + day * 86_400 + 3600 }
      return tools
    }
    let first = Self.header + Self.row("a", day: 1)
    try file.become(first)
    try file.rate(tools: tools(day: 1))
    let second = first + Self.row("b", day: 10)
    try file.become(second)
    try file.rate(tools: tools(day: 10), horizonDays: 3)
    // The first night is far beyond the horizon; the row of the second looks new, and is old.
    try file.become(second + Self.row("a", day: 1) + Self.row("c", day: 2) + Self.row("d", day: 28))
    #expect(try file.rate(tools: tools(day: 29), horizonDays: 3) == "3 1 0 1 1, \(second.utf8.count)")
    #expect(try desk.waiting() == ["3-1 outside-duplicate-window"])
    try desk.expectWhole()
  }

  // MARK: the last record, without its line end

  /// What stands behind the last line end, what is added to it, and what the second night says.
  @Test(arguments: [
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61", "\n", "0 0 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61", "\r\n", "0 0 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61\r", "\n", "0 0 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61", "\n" + row("y"), "1 1 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61", "\n" + row("y").dropLast(), "1 1 0 0 0"),
    // It goes on: what was read of it is taken back, whatever became of it.
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,6", "1\n", "1 1 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,6", "1", "1 1 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,6", "1\n" + row("y"), "2 2 0 0 0"),
    ("x,2026-01-05T09:14:02Z,03023125101,00442079460123,61", "\r,\n", "1 0 0 0 1"),
    ("x,2026-01-05T09:14:02Z,03023125101,0033", "142685300,61\n", "1 0 0 0 1"),
    ("x,2026-01-05T09:14:02Z,03023125101,0033142685300,6", "1\n", "1 0 0 0 1"),
    ("x,2026-01-05T09:14", ":02Z,03023125101,00442079460123,61\n", "1 1 0 0 0"),
    ("x,2026-01-05T09:14", "\n" + row("y"), "1 1 0 0 0"),
    ("", row("x"), "1 1 0 0 0"),
  ]) func theLastRecordMayLackItsEnd(open: String, more: String, doors: String) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let complete = Self.header + Self.row("a")
    try file.become(complete + open)
    try file.rate()
    try file.become(complete + open + more)
    let known = doors == "0 0 0 0 0" ? "nothing new" : doors
    let found = try file.rate()
    #expect(found.hasPrefix(doors) || (known == "nothing new" && found == known), "\(found)")
    #expect(try file.rate() == "nothing new")
    try file.rate(store: "whole")
    func suspended(_ store: String) throws -> [String] {
      let opened = try BillingStore.open(desk.folder.path(of: store), for: .reading, tools: desk.tools())
      var found: [String] = []
      try opened.forEachSuspended(SuspenseFilter()) {
        found.append("\($0.reason) \($0.row.line) \($0.row.byteOffset) \($0.row.original)")
      }
      return found
    }
    #expect(try suspended("store") == suspended("whole"))
    #expect(try desk.bill() == desk.bill(store: "whole"))
    try desk.expectWhole()
  }

  /// Cut at every byte: the second night makes what one run makes.
  @Test(arguments: [false, true]) func itMayBeCutAnywhere(isRowKeyed: Bool) throws {
    let texts = [
      Self.header.dropFirst(isRowKeyed ? 3 : 0) + "",
      (isRowKeyed ? "" : "a,") + "2026-01-05T09:14:02Z,03023125101,\"00442079460123\",61\r\n",
      (isRowKeyed ? "" : "b,") + "2026-01-05T09:14:02Z,03023125101,00442079460123,7\n",
      (isRowKeyed ? "" : "c,") + "2026-01-05T09:14:02Z,03023125101,00442079460123,7",
    ]
    let text = texts.joined()
    let desk = isRowKeyed ? try EarlierRecordTests.rowDesk() : try NightDesk()
    let file = try GrowingFile(desk)
    // From inside the first record to the end of all.
    for cut in texts[0].utf8.count + 30...text.utf8.count {
      let store = "store-\(cut)"
      try file.become(Array(text.utf8.prefix(cut)))
      try file.rate(store: store)
      try file.become(text)
      try file.rate(store: store)
      #expect(try desk.bill(store: store) == ["acme 3 0.04"], "cut at \(cut)")
      let opened = try BillingStore.open(desk.folder.path(of: store), for: .reading, tools: desk.tools())
      #expect(try opened.currentRuns().allSatisfy { $0.doors.suspended == 0 }, "cut at \(cut)")
      #expect(try opened.verify(deep: true, catalogHash: desk.catalogHash).findings == [], "cut at \(cut)")
    }
  }

  /// A format whose records may have line ends in quotes.
  static let formatOfLines = """
    format: lines
    kind: voice
    type: csv
    header: names
    multiline: yes
    fields:
      id: id
      start: {column: start, time: iso}
      from: from
      to: to
      billable: billable
    key: [id]
    """

  @Test func aQuotedLineEndIsNoEnd() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,lines,DE,,\n")
    try desk.folder.write(Self.formatOfLines, to: "catalog/formats/lines.yaml")
    let text =
      "id,start,from,to,billable,note\n"
      + ["a", "b", "c"].map {
        "\($0),2026-01-05T09:14:02Z,03023125101,00442079460123,61,\"two\nlines\"\n"
      }.joined()
    let file = try GrowingFile(desk)
    for cut in text.utf8.count - 70...text.utf8.count {
      let store = "store-\(cut)"
      try file.become(Array(text.utf8.prefix(cut)))
      try file.rate(store: store)
      try file.become(text)
      try file.rate(store: store)
      #expect(try desk.bill(store: store) == ["acme 3 0.06"], "cut at \(cut)")
    }
  }

  /// Every night the file ends in the middle of a line; what comes of it has the bytes of one run, settled periods too.
  @Test(arguments: [21, 22]) func nightsThatEndInTheMiddleOfALineAreOneRun(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 6, callCount: 120)
    var random = SeededGenerator(seed: seed)
    let desk = try nights.desk()
    let file = try GrowingFile(desk, "master/pbx.csv")
    var text = SettledNights.header
    for night in nights.nights {
      text += night.dropFirst(SettledNights.header.count)
      let cut = night == nights.nights.last ? 0 : Int.random(in: 0...70, using: &random)
      try file.become(Array(text.utf8.dropLast(cut)))
      try file.rate(catalog: "settling")
    }
    try file.rate(catalog: "settling", store: "whole")
    for period in ["2026-01", "2026-02", "2026-03"] {
      #expect(try documents(desk, store: "store", period) == documents(desk, store: "whole", period))
    }
    #expect(try desk.store().currentRuns().reduce(0) { $0 + $1.doors.read } == 120)
    try desk.expectWhole()
  }

  /// What was billed of the half line is corrected; what somebody has written off of it is gone with it.
  @Test func whatWasDecidedAboutHalfALineGoesWithIt() throws {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    let file = try GrowingFile(desk)
    let france = "f,2026-01-05T09:14:02Z,03023125101,0033142685300,9\n"
    let first = Self.header + Self.row("a") + france
    try file.become(first + "x,2026-01-05T09:14:02Z,03023125101,00442079460123,6")
    try file.rate()
    try desk.markBilled("2026-01")
    let second = first + "x,2026-01-05T09:14:02Z,03023125101,00442079460123,61\n"
    try file.become(second + "y,2026-01-05T09:14:02Z,03023125101,0033142685300,6")
    #expect(try file.rate() == "2 1 0 0 1, \(first.utf8.count)")
    // One minute was billed, two are right.
    #expect(try desk.adjustments() == ["2026-01-01 acme 0 0.01"])
    try desk.writeOff(["3-1"])
    #expect(try desk.suspense(ofRun: "3") == "1 0 1 0")
    // Rated again since, what was written off of other lines stays so.
    try desk.writeOff(["2-1"])
    try desk.rerate("mended")
    try file.become(second + "y,2026-01-05T09:14:02Z,03023125101,0033142685300,61\n")
    try file.rate(catalog: "mended")
    try desk.rate(["usage"], catalog: "mended", store: "whole")
    #expect(try desk.bill() == ["acme 1 0.1", "acme 2 0.04"])
    let states = try desk.store().currentRuns().map {
      try "\($0.kind) \(desk.suspense(ofRun: "\($0.number)"))"
    }
    #expect(states == ["rerate 1 0 1 0", "rerate 0 0 0 0", "rate 0 0 0 0"])
    try desk.expectWhole()
    // What was recycled of half a line is not taken back behind anybody's back.
    try file.become(
      second
        + "y,2026-01-05T09:14:02Z,03023125101,0033142685300,61\nz,2026-01-05T09:14:02Z,03023125101,0039068,6")
    try file.rate(catalog: "mended")
    try desk.folder.write(
      "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n33,France,0.0500,60/60\n39,Italy,0.1,60/60\n",
      to: "italy/decks/retail.csv")
    for name in ["catalog.yaml", "accounts.csv", "services.csv", "sources.csv", "plans/retail.yaml"] {
      try desk.folder.write(
        FileContent.bytes(of: desk.folder.path(of: "mended/" + name)) ?? [], to: "italy/" + name)
    }
    try desk.recycle(catalog: "italy")
    try file.become(
      second
        + "y,2026-01-05T09:14:02Z,03023125101,0033142685300,61\nz,2026-01-05T09:14:02Z,03023125101,0039068,61\n"
    )
    let fault = #expect(throws: OperationFault.self) { try file.rate(catalog: "italy") }
    #expect(fault.map { "\($0)" }?.contains("has recycled suspended records of") == true)
    let last = try #require(try desk.store().currentRuns().last)
    try desk.revoke("\(last.number)")
    try file.rate(catalog: "italy")
    #expect(try desk.waiting() == [])
    try desk.expectWhole()
  }

  // MARK: what is read whole

  /// Rows without an id: how often a row stands in all of the file decides.
  @Test func twinsOfTheBeginningAreCounted() throws {
    let desk = try EarlierRecordTests.rowDesk()
    let file = try GrowingFile(desk)
    let header = "start,from,to,billable\n"
    func row(_ hour: Int) -> String { "2026-01-05T1\(hour):00:00Z,03023125101,00442079460123,61\n" }
    let first = header + row(0) + row(0) + row(1)
    try file.become(first)
    #expect(try file.rate() == "3 3 0 0 0, 0")
    let second = first + row(2)
    try file.become(second)
    #expect(try file.rate() == "1 1 0 0 0, \(first.utf8.count)")
    // A third one of the first: the file is read whole, and one is new.
    let third = second + row(0) + row(3)
    try file.become(third)
    #expect(try file.rate() == "6 2 0 4 0, 0")
    // Another file has a row already that this one comes to.
    try desk.folder.write(header + row(4) + row(4), to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage/pbx-2.csv"]).doors == "2 2 0 0 0")
    let fourth = third + row(4)
    try file.become(fourth)
    #expect(try file.rate() == "7 0 0 7 0, 0")
    try file.become(fourth + row(4) + row(4))
    #expect(try file.rate() == "9 1 0 8 0, 0")
    try desk.rate(["usage"], store: "whole")
    #expect(try desk.bill() == desk.bill(store: "whole"))
    #expect(try desk.bill() == ["acme 9 0.18"])
    try desk.expectWhole()
  }

  @Test(arguments: ["trailer", "source", "records"]) func someFilesAreReadWhole(why: String) throws {
    let desk = try NightDesk()
    if why == "trailer" {
      try desk.writeCatalog("catalog", sources: "pbx,pbx*,ends,DE,,\n")
      try desk.folder.write(
        """
        format: ends
        kind: voice
        type: csv
        header: names
        fields:
          id: id
          start: {column: start, time: iso}
          from: from
          to: to
          billable: billable
        key: [id]
        trailer: {when: {column: id, is: TRL}, count: start}
        """, to: "catalog/formats/ends.yaml")
    }
    let file = try GrowingFile(desk)
    let end = why == "trailer" ? "TRL,1,,,\n" : ""
    let first = Self.header + Self.row("a") + end
    try file.become(first)
    #expect(try file.rate() == "1 1 0 0 0, 0")
    if why == "source" { try desk.writeCatalog("catalog", sources: "other,pbx*,ratemill-csv,DE,,\n") }
    try file.become(first + Self.row("b") + end)
    // Another source has keys of its own.
    let doors = why == "source" ? "2 2 0 0 0, 0" : "2 1 0 1 0, 0"
    #expect(try file.rate { if why == "records" { $0.expectedRecords = 2 } } == doors)
    try desk.expectWhole()
  }

  /// The control file of each night counts all records: the file is read whole, and what comes of it is what one run makes.
  @Test func aFileWithAControlFileGrows() throws {
    let desk = try NightDesk()
    try desk.folder.write(
      "source,pattern,format,country,control\npbx,pbx*,ratemill-csv,DE,.ctl\n", to: "catalog/sources.csv")
    let file = try GrowingFile(desk)
    var text = Self.header
    for night in 1...3 {
      text += Self.rows(night * 4..<night * 4 + 4)
      try file.become(text)
      // That of the night before says less than the file has: nothing of it counts.
      if night > 1 {
        #expect(throws: OperationFault.self) { try file.rate() }
        #expect(try desk.store().currentRuns().count == night - 1)
      }
      try desk.folder.write("records=\(night * 4)\n", to: file.name + ".ctl")
      #expect(try file.rate() == "\(night * 4) 4 0 \(night * 4 - 4) 0, 0")
      #expect(try file.rate() == "nothing new")
    }
    #expect(try file.rate(store: "whole") == "12 12 0 0 0, 0")
    #expect(try documents(desk, store: "store") == documents(desk, store: "whole"))
    try desk.expectWhole()
    // A night that ends in the middle of a line has one record more; when it is whole, that is taken back.
    let cut = text + Self.rows(16..<17).dropLast(2)
    try file.become(cut)
    try desk.folder.write("records=13\n", to: file.name + ".ctl")
    #expect(try file.rate() == "13 1 0 12 0, 0")
    try file.become(text + Self.rows(16..<18))
    try desk.folder.write("records=14\n", to: file.name + ".ctl")
    #expect(try file.rate() == "14 2 0 12 0, 0")
    try file.rate(store: "again")
    #expect(try documents(desk, store: "store") == documents(desk, store: "again"))
    try desk.expectWhole()
  }

  /// Several rows of one call: the choice is among all of the file. Nights that end between calls make what one run makes; of a call
  /// whose rows come in two nights both choices wait, and no usage is counted twice.
  @Test(arguments: ["first", "last", "longest", "sum"]) func aFileWithSeveralRowsOfACallGrows(choice: String)
    throws
  {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,legs,DE,,\n")
    try desk.folder.write(
      """
      format: legs
      kind: voice
      type: csv
      header: names
      fields:
        id: call
        start: {column: start, time: iso}
        from: from
        to: to
        billable: billable
      key: [id]
      legs: {call: call, choose: \(choice)}
      """, to: "catalog/formats/legs.yaml")
    let file = try GrowingFile(desk)
    func row(_ call: Int, _ seconds: Int, day: Int = 5) -> String {
      "c\(call),2026-01-0\(day)T09:14:02Z,03023125101,00442079460123,\(seconds)\n"
    }
    var text = "call,start,from,to,billable\n"
    for night in 0..<3 {
      for call in night * 3..<night * 3 + 3 { text += row(call, 10 * call + 30) + row(call, 20 * call) }
      try file.become(text)
      try file.rate()
      #expect(try file.rate() == "nothing new")
    }
    try file.rate(store: "whole")
    #expect(try documents(desk, store: "store") == documents(desk, store: "whole"))
    try desk.expectWhole()
    let billed = try desk.bill()
    // A call with its second row in the next night.
    try file.become(text + row(9, 100))
    try file.rate()
    let first = try desk.bill()
    #expect(first != billed)
    try file.become(text + row(9, 100) + row(9, 300) + row(10, 60))
    try file.rate()
    let waiting = try desk.waiting().map { $0.split(separator: " ").last ?? "" }
    // Both choices wait: the call of the night before counts no more.
    #expect(waiting == (choice == "first" ? [] : ["duplicate-conflict", "duplicate-conflict"]))
    let rated = try desk.store().currentRuns().reduce(0) { $0 + $1.doors.rated }
    #expect(rated == (choice == "first" ? 11 : 10))
    try desk.expectWhole()
  }

  // MARK: what was taken back

  @Test func withoutItsBeginningAFileIsReadWhole() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    var texts = [Self.header]
    for night in 0..<4 { texts.append(texts[night] + Self.rows(night * 2..<night * 2 + 2)) }
    for night in 1...3 {
      try file.become(texts[night])
      try file.rate()
    }
    let bill = try desk.bill()
    // The last one: read on from the second again.
    try desk.revoke("3")
    #expect(try file.rate() == "2 2 0 0 0, \(texts[2].utf8.count)")
    // The middle one: what was read behind it stays, what it has read is new.
    let done = try revocation(desk, "2")
    #expect(done.withoutBeginning.map { "\($0.run.number) \($0.byteCount)" } == ["4 \(texts[2].utf8.count)"])
    func toRateAgain() throws -> [String] {
      try desk.store().periods().flatMap { period in
        period.filesToRateAgain.map { "\($0.runNumber) \($0.beginningBytes ?? 0) \($0.recordsMax ?? 0)" }
      }
    }
    #expect(try toRateAgain() == ["4 \(texts[2].utf8.count) 0"])
    #expect(try file.rate() == "6 2 0 4 0, 0")
    #expect(try toRateAgain() == [])
    #expect(try file.rate() == "nothing new")
    #expect(try desk.bill() == bill)
    // The first one: again all is read, once.
    #expect(try revocation(desk, "1").withoutBeginning.isEmpty)
    try desk.expectWhole()
    try file.become(texts[4])
    try file.rate()
    #expect(try file.rate() == "nothing new")
    try file.rate(store: "whole")
    #expect(try documents(desk, store: "store") == documents(desk, store: "whole"))
    try desk.expectWhole()
  }

  private func revocation(_ desk: NightDesk, _ name: String, store: String = "store") throws -> Revocation {
    let store = try BillingStore.open(
      desk.folder.path(of: store), for: .changing(creates: false), tools: desk.tools())
    return try StoreRevoking.revoke(store.run(named: name), reason: "test", in: store)
  }

  /// Every order of taking back and rating again ends with every record billed once.
  @Test(arguments: [3, 4, 5, 6]) func everyRecordCountsOnceWhateverIsTakenBack(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let isRowKeyed = seed % 2 == 0
    let desk = isRowKeyed ? try EarlierRecordTests.rowDesk() : try NightDesk()
    let file = try GrowingFile(desk)
    var text = isRowKeyed ? "start,from,to,billable\n" : Self.header
    var records: [String] = []
    for night in 0..<8 {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Now and then a row that was there before.
        if let again = records.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0 {
          text += again
        } else {
          let row = Self.row("r\(night)-\(records.count)", seconds: 60 * (records.count + 1))
          records.append(isRowKeyed ? String(row.drop { $0 != "," }.dropFirst()) : row)
          text += records[records.count - 1]
        }
      }
      try file.become(text)
      try file.rate()
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let runs = try desk.store().currentRuns()
        if let run = runs.randomElement(using: &random) { try desk.revoke("\(run.number)") }
      }
      try file.rate()
      try file.rate(store: "whole-\(night)")
      #expect(try desk.bill() == desk.bill(store: "whole-\(night)"), "night \(night)")
      try desk.expectWhole()
    }
  }

  /// Whoever names a file means all of it: the last reading goes first, and nothing else goes with it.
  @Test(arguments: [false, true]) func allReadingsOfAFileAreTakenBack(isRatedAgain: Bool) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    var text = Self.header
    for (night, id) in ["a", "b", "c"].enumerated() {
      text += Self.row(id)
      try file.become(text)
      // The second night it is the only file of its run.
      if night != 1 {
        try desk.folder.write(
          Self.header + Self.row("other-\(night)"), to: "usage/pbx-\(night + 7).csv")
      }
      try desk.rate(["usage"])
    }
    #expect(try desk.bill() == ["acme 5 0.1"])
    if isRatedAgain {
      try desk.writeCatalog("dear", price: "0.1000")
      try desk.rerate("dear")
    }
    #expect(
      try desk.revokeReadings(ofFile: "pbx-1.csv").map(\.run)
        == (isRatedAgain ? [6, 5, 4] : [3, 2, 1]))
    #expect(try desk.bill() == [isRatedAgain ? "acme 2 0.4" : "acme 2 0.04"])
    #expect(try desk.store().periods().allSatisfy(\.isComplete))
    try desk.expectWhole()
    // All of it can be rated again.
    #expect(try file.rate(catalog: isRatedAgain ? "dear" : "catalog") == "3 3 0 0 0, 0")
    #expect(try desk.bill() == [isRatedAgain ? "acme 5 1" : "acme 5 0.1"])
    try desk.expectWhole()
  }

  @Test func oneReadingOfAFileMayBeNamed() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    try file.become(Self.header + Self.row("a"))
    try file.rate()
    try file.become(Self.header + Self.row("a") + Self.row("b"))
    try file.rate()
    #expect(try desk.revokeReadings(ofFile: "2/pbx-1.csv").map(\.run) == [2])
    #expect(try desk.bill() == ["acme 1 0.02"])
    #expect(try file.rate() == "1 1 0 0 0, \((Self.header + Self.row("a")).utf8.count)")
    try desk.expectWhole()
  }

  @Test func aFileOfSeveralMayBeTakenBack() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let first = Self.header + Self.row("a")
    try file.become(first)
    try desk.folder.write(Self.header + Self.row("other"), to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "2 2 0 0 0")
    try file.become(first + Self.row("b"))
    #expect(try desk.rate(["usage"]).doors == "1 1 0 0 0")
    // The other one: the beginning stays, in the run that stands for the first.
    let done = try desk.revoke(file: "pbx-2.csv")
    #expect(done.withoutBeginning.isEmpty)
    try file.become(first + Self.row("b") + Self.row("c"))
    #expect(try file.rate() == "1 1 0 0 0, \((first + Self.row("b")).utf8.count)")
    // Now the beginning.
    let store = try desk.store()
    let run = try #require(
      try store.currentRuns().first { run in
        try store.files(of: run).contains { $0.decodedBytes == first.utf8.count }
      })
    try desk.revoke("\(run.number)")
    #expect(try file.rate() == "3 1 0 2 0, 0")
    #expect(try desk.bill() == ["acme 3 0.06"])
    try desk.expectWhole()
  }
}
