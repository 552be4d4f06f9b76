// Inputs that are pipes with a name: read as files are, but once only, and given up when nobody wants them any more.

import Catalog
import Dispatch
import Glibc
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct PipeInputTests {
  private static let header = "id,call,start,to,billable\n"
  private static let row = ",x,2025-03-01T00:00:00Z,4477,60\n"

  private func catalog(legs: Bool = false) -> Catalog {
    let tariff = Tariff.plain([Tariff.Source(name: "month", pattern: "month*", defaultAccount: "a")])
    var catalog = tariff.catalog()
    if legs {
      for index in catalog.formats.indices {
        catalog.formats[index].legs = LegRule(call: [.names(["call"])], choice: .sum)
        catalog.formats[index].examples = []
      }
    }
    return catalog
  }

  private func rate(_ catalog: Catalog, _ path: String, _ progress: RunProgress = RunProgress()) throws
    -> Int64
  {
    let run = try Trial.prepare(catalog) { options in
      options.groupBy = [.account]
      options.threadCount = 2
    }
    return Int64(try run.with(progress).run([InputFile(name: path)]).report().rated)
  }

  @Test(arguments: ["csv", "csv.zst", "csv.gz"]) func aPipeIsReadAsAFileIs(suffix: String) throws {
    let folder = try TemporaryFolder()
    var text = Array((Self.header + (1...5000).map { "c\($0)" + Self.row }.joined()).utf8)
    if suffix == "csv.zst" { text = ZstdContent.encode(text) }
    if suffix == "csv.gz" { text = GzipContent.encode(text) }
    let path = folder.path(of: "month.\(suffix)")
    try NamedPipe.make(at: path, writing: text)
    #expect(try rate(catalog(), path) == 5000)
  }

  /// Copies that contradict each other are decided when all was read, in a second reading: in a pipe it would find nothing, and 0 of 0
  /// records would be rated without a word.
  @Test func whatNeedsASecondReadingIsRefused() throws {
    let folder = try TemporaryFolder()
    let text = Self.header + "c1" + Self.row + "c1" + Self.row.replacing("60", with: "61") + "c2" + Self.row
    let path = folder.path(of: "month.csv")
    try NamedPipe.make(at: path, writing: Array(text.utf8))
    let fault = #expect(throws: RunFault.self) { try rate(catalog(), path) }
    #expect(
      "\(try #require(fault))".contains(
        "needs a second reading; save the input as a file and name it"))
  }

  @Test func whatIsReadTwiceInAnyCaseIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "month.csv")
    // Nobody ever writes: nothing may wait for it.
    try NamedPipe.make(at: path, writing: nil)
    let fault = #expect(throws: RunFault.self) { try rate(catalog(legs: true), path) }
    #expect("\(try #require(fault))".contains("chooses among the rows of a call"))
  }

  @Test(arguments: [nil, "", "id,", header, header + "c1" + row])
  func aRunThatWaitsForAPipeCanBeStopped(written: String?) throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "month.csv")
    try NamedPipe.make(at: path, writing: written.map { Array($0.utf8) }, isLeftOpen: true)
    let progress = RunProgress()
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(300)) { progress.cancel() }
    do {
      _ = try rate(catalog(), path, progress)
      Issue.record("the run ended without being asked to")
    } catch RunFault.interrupted {}
  }

  @Test func aLinkThatLeadsNowhereIsNotPassedOver() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.header + "c1" + Self.row, to: "in/month-1.csv")
    try #require(symlink("../elsewhere.csv", folder.path(of: "in/month-2.csv")) == 0)
    let fault = #expect(throws: RunFault.self) {
      try InputFile.expand([folder.path(of: "in")], controlSuffixes: [])
    }
    #expect("\(try #require(fault))".contains("month-2.csv"))
    try folder.write(Self.header + "c2" + Self.row, to: "elsewhere.csv")
    #expect(try InputFile.expand([folder.path(of: "in")], controlSuffixes: []).count == 2)
  }

  /// Under its own name it cannot be named, and under another it is not there: it is not passed over.
  @Test(arguments: [["in"], ["in/*.csv"]])
  func aNameThatIsNotUTF8IsRefused(names: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.header + "c1" + Self.row, to: "in/month-1.csv")
    try folder.write(Self.header + "c2" + Self.row, to: "in/month-2.csv")
    let inputs = names.map { folder.path(of: $0) }
    #expect(try InputFile.expand(inputs, controlSuffixes: []).count == 2)
    let plain = Array(folder.path(of: "in/month-2.csv").utf8CString)
    let latin =
      Array(folder.path(of: "in/M").utf8CString.dropLast()) + [CChar(bitPattern: 0xfc)]
      + Array(".csv".utf8CString)
    try #require(rename(plain, latin) == 0)
    defer { rename(latin, plain) }
    let fault = #expect(throws: RunFault.self) { try InputFile.expand(inputs, controlSuffixes: []) }
    #expect("\(try #require(fault))".contains("is not UTF-8; rename it"))
  }

  @Test(
    arguments: [
      ([0xff, 0xfe, 0x69, 0x00], "is UTF-16 text"), ([0xfe, 0xff, 0x00, 0x69], "is UTF-16 text"),
      ([0x50, 0x4b, 0x03, 0x04], "is a ZIP archive or a spreadsheet"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "is compressed with xz"),
      ([0x42, 0x5a, 0x68, 0x39, 0x31, 0x41], "is compressed with bzip2"),
      ([0x69, 0x64, 0x00, 0x2c], "is no text: there is a byte 0 in its first line"),
      ([0x0a], "the header line is blank"), ([0x0d, 0x0a], "the header line is blank"),
    ] as [([UInt8], String)])
  func whatIsNoTextIsSaid(beginning: [UInt8], message: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(beginning + Array((Self.header + "c1" + Self.row).utf8), to: "month.csv")
    let fault = #expect(throws: RunFault.self) { try rate(catalog(), folder.path(of: "month.csv")) }
    #expect("\(try #require(fault))".contains(message))
  }

  /// Lines that end with something else make the whole file its own header line: no record would be missed.
  @Test(
    arguments: [
      ("\r", "CR alone"), ("\u{b}", "VT"), ("\u{c}", "FF"), ("\u{1e}", "RS"), ("\u{85}", "NEL (U+0085)"),
      ("\u{2028}", "U+2028"),
    ])
  func linesThatEndOtherwiseAreNoHeader(end: String, name: String) throws {
    let folder = try TemporaryFolder()
    // The last column is none that the format needs.
    let lines = ["id,start,to,billable,call"] + (1...9).map { "c\($0),2025-03-01T00:00:00Z,4477,60,x" }
    try folder.write(lines.map { $0 + end }.joined(), to: "month.csv")
    let fault = #expect(throws: RunFault.self) { try rate(catalog(), folder.path(of: "month.csv")) }
    #expect(
      "\(try #require(fault))".contains("lines end with \(name) here, so that all of the file is one line"))
  }

  @Test(arguments: ["\n", "\r\n", "\r\r\n"]) func usualLineEndsMakeAHeader(end: String) throws {
    let folder = try TemporaryFolder()
    let lines = ["id,start,to,billable,call"] + (1...9).map { "c\($0),2025-03-01T00:00:00Z,4477,60,x" }
    try folder.write(lines.map { $0 + end }.joined(), to: "month.csv")
    #expect(try rate(catalog(), folder.path(of: "month.csv")) == 9)
  }

  /// A pipe in a folder would be left out, and nobody would miss it.
  @Test func aPipeInAFolderIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.header + "c1" + Self.row, to: "in/month-1.csv")
    #expect(try InputFile.expand([folder.path(of: "in")], controlSuffixes: []).count == 1)
    try #require(mkfifo(folder.path(of: "in/month-2.csv"), 0o600) == 0)
    let fault = #expect(throws: RunFault.self) {
      try InputFile.expand([folder.path(of: "in")], controlSuffixes: [])
    }
    guard case .input(let file, let message) = try #require(fault) else {
      Issue.record("it is a fault of another kind")
      return
    }
    #expect(file.hasSuffix("in/month-2.csv"))
    #expect(message.hasPrefix("is a pipe or a device in a folder; name it itself"))
    #expect(try InputFile.expand([folder.path(of: "in/month-2.csv")], controlSuffixes: []).count == 1)
  }
}
