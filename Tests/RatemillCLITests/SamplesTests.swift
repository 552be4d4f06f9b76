// The samples as a newcomer runs them: rated, drafted, and the README's tour line by line.

import Glibc
import TestSupport
import Testing

@Suite struct SamplesTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  /// A folder in which `samples/catalog` and `samples/usage` are those of the source tree, and `samples/out` is new.
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["samples", "samples/out"] { mkdir(folder.path(of: name), 0o755) }
    for name in ["samples/catalog", "samples/usage"] {
      #expect(symlink("\(Self.root)/\(name)", folder.path(of: name)) == 0)
    }
  }

  private func run(_ line: String) throws -> ProgramResult {
    try BuiltProgram.ratemill.run(line.split(separator: " ").map(String.init), in: folder)
  }

  private static let rate =
    "rate --catalog samples/catalog --out samples/out/usage --force --max-suspense 1% samples/usage"
  private static let draft =
    "invoice draft --catalog samples/catalog --usage samples/out/usage --out samples/out/invoices --force"

  @Test func everyRecordOfTheMonthGoesThroughTheDoorItWasMadeFor() throws {
    let result = try run(Self.rate + " --json")
    #expect(result.status == 0)
    let report = result.outputText
    // Amounts and counts by another way: a few dozen lines of Python over the exports, with fractions.
    for line in [
      #""read": 4516"#, #""rated": 2304"#, #""duplicate": 19"#, #""EUR": "1583.3897""#, #""USD": "70.7118""#,
    ] {
      #expect(report.contains(line), "\(line)")
    }
    let planted = [
      ("unknown-service", 8), ("duplicate-conflict", 2), ("destination-closed", 2), ("no-price", 2),
      ("bad-record", 2), ("bad-quotes", 1), ("bad-time", 1), ("bad-number", 1), ("bad-quantity", 1),
      ("no-charge", 1),
    ]
    for (reason, count) in planted { #expect(report.contains("\"\(reason)\": \(count)"), "\(reason)") }
    #expect(report.contains("\"suspended\": \(planted.reduce(0) { $0 + $1.1 })"))
  }

  @Test func aSecondTourLeavesTheSameDrafts() throws {
    var drafts: [[UInt8]?] = []
    for _ in 0..<2 {
      #expect(try run(Self.rate).status == 0)
      #expect(try run(Self.draft).status == 0)
      drafts.append(folder.bytes(of: "samples/out/invoices/drafts.json"))
    }
    #expect(drafts[0] != nil)
    #expect(drafts[0] == drafts[1])
  }

  /// Damage in what is compressed without checksums would not be seen, and the report says so.
  @Test func framesWithoutChecksumsAreNamed() throws {
    let lines = try #require(FileContent.bytes(of: Self.root + "/samples/usage/pbx-berlin-2026-06b.csv"))
    try folder.write(ZstdContent.encode(lines, isChecked: false), to: "pbx-berlin-2026-06b.csv.zst")
    let command = "rate --catalog samples/catalog --out out --force --max-suspense 100% "
    let found = try run(command + "pbx-berlin-2026-06b.csv.zst")
    #expect(found.status == 0)
    #expect(found.errorText.contains("unchecked  pbx-berlin-2026-06b.csv.zst: compressed without checksums"))
    #expect(try !run(command + "samples/usage").errorText.contains("unchecked"))
  }

  @Test func theReadmeShowsWhatTheProgramPrints() throws {
    let readme = String(decoding: FileContent.bytes(of: Self.root + "/README.md") ?? [], as: UTF8.self)
    let sessions = readme.split(separator: "```\n").filter { $0.hasPrefix("$ ratemill ") }
    #expect(sessions.count == 4)
    for session in sessions {
      for command in session.split(separator: "$ ratemill ") { try check(command) }
    }
  }

  /// Runs a command of the README and compares its lines; an ellipsis on a line of its own leaves some out.
  private func check(_ shown: Substring) throws {
    let lines = shown.split(separator: "\n").map(Self.withoutTime)
    let command = try #require(lines.first)
    let result = try run(String(command))
    // A review of the samples finds what they were made for.
    #expect(result.status == (command.hasPrefix("invoice review") ? 1 : 0), "\(command)")
    let printed = (result.errorText + result.outputText).split(separator: "\n").map(Self.withoutTime)
    if lines.contains("…") {
      for line in lines.dropFirst() where line != "…" { #expect(printed.contains(line), "\(line)") }
    } else {
      #expect(Array(lines.dropFirst()) == printed, "\(command)")
    }
  }

  /// A line up to the figure that differs from machine to machine: `… in 0.05 s, 90.3 k/s`.
  private static func withoutTime(_ line: Substring) -> Substring {
    guard line.hasPrefix("rated "), let range = line.firstRange(of: " in ") else { return line }
    return line[..<range.lowerBound]
  }
}
