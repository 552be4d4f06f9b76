// What senders and users say about how much there must be: control files, trailer rows, --expect-records, --expect-bytes.

import Catalog
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ControlTotalTests {
  private static let header = "id,start,to,billable\n"
  /// Three events, one of them a copy, and a row that cannot be read: five records.
  private static let body =
    (1...3).map { "c\($0),2025-03-01T00:00:00Z,4477,60\n" }.joined()
    + "c1,2025-03-01T00:00:00Z,4477,60\n\n" + "c5,soon,4477,60\n"
  private static let records = 5
  private static var bytes: Int { (header + body).utf8.count }

  private static let prepared = Result<RatingRun, any Error> {
    var tariff = Tariff()
    tariff.sources = [
      Tariff.Source(name: "plain", pattern: "plain*", defaultAccount: "a"),
      Tariff.Source(name: "controlled", pattern: "controlled*", defaultAccount: "a"),
      Tariff.Source(name: "trailed", pattern: "trailed*", format: "trailed", defaultAccount: "a"),
    ]
    tariff.accounts = [Tariff.Account(id: "a", plans: [("plan", nil, nil)])]
    tariff.plans = [
      Tariff.Plan(
        name: "plan",
        charges: [Tariff.Charge(name: "usage", price: Tariff.Price(pico: 1_000_000_000, quantity: 1000))])
    ]
    var format = try #require(BuiltInFormats.descriptor(named: "ratemill-csv"))
    format.name = "trailed"
    format.examples = []
    format.trailer = TrailerRule(
      conditions: [Condition(column: .index(0), test: .isOneOf(["TRAILER"]))], count: .index(1), sum: nil)
    var catalog = tariff.catalog(formats: [format])
    for index in catalog.sources.indices where catalog.sources[index].name == "controlled" {
      catalog.sources[index].control = ".ctl"
    }
    return try Trial.prepare(catalog) { $0.groupBy = [.account, .day] }
  }

  private static let ways: [@Sendable (inout RatingOptions) -> Void] = [
    { $0.threadCount = 1 }, { ($0.threadCount, $0.partBytes, $0.chunkBytes) = (3, 40, 16) },
  ]

  /// Rates one file in several ways; says `whole`, or why it was refused.
  private func verdicts(_ name: String, _ bytes: [UInt8], control: String? = nil) throws -> Set<String> {
    let trial = try Trial([(name, bytes)])
    if let control { try trial.folder.write(control, to: name + ".ctl") }
    var verdicts: Set<String> = []
    for way in Self.ways {
      do {
        let result = try trial.run(Self.prepared.get().with(way))
        #expect(result.fileDoors == [[5, 3, 0, 1, 1]])
        verdicts.insert("whole")
      } catch RunFault.damaged(let files) {
        #expect(files.map(\.name) == trial.inputs.map(\.name))
        verdicts.insert(String(files[0].message.split(separator: ";")[0]))
      }
    }
    return verdicts
  }

  private static let controls: [(control: String, verdict: String)] = [
    ("records=5\n", "whole"), ("bytes=\(bytes)", "whole"),
    ("# both\n records = 5\r\n\tbytes=\(bytes)\r\n", "whole"),
    ("records=4\n", "holds 5 records, its control file says 4"),
    ("records=6\n", "holds 5 records, its control file says 6"),
    ("records=0\n", "holds 5 records, its control file says 0"),
    ("bytes=\(bytes - 1)\n", "holds \(bytes) bytes, its control file says \(bytes - 1)"),
    ("bytes=\(bytes + 1)\nrecords=5\n", "holds \(bytes) bytes, its control file says \(bytes + 1)"),
    ("bytes=\(bytes)\nrecords=6\n", "holds 5 records, its control file says 6"),
  ]

  @Test(arguments: controls) func aFileMeetsItsControlFile(control: String, verdict: String) throws {
    let text = Array((Self.header + Self.body).utf8)
    for stored in [text, ZstdContent.encode(text), GzipContent.encode(text)] {
      #expect(try verdicts("controlled.csv", stored, control: control) == [verdict])
    }
  }

  @Test(arguments: ["", "# nothing\n", "rows=5\n", "records=five\n", "records=-1\n", "records=5=5\n", "5\n"])
  func aControlFileThatCannotBeReadControlsNothing(control: String) throws {
    let text = Array((Self.header + Self.body).utf8)
    let said = try verdicts("controlled.csv", text, control: control)
    #expect(said.count == 1 && said.allSatisfy { $0.contains("has a control file") }, "\(said)")
  }

  @Test func aMissingControlFileIsMissedOnlyWhereOneIsExpected() throws {
    let text = Array((Self.header + Self.body).utf8)
    #expect(try verdicts("controlled.csv", text).allSatisfy { $0.contains("no readable control file") })
    #expect(try verdicts("plain.csv", text) == ["whole"])
    #expect(try verdicts("plain.csv", text, control: "records=1\n") == ["whole"])
  }

  private static let trailers: [(trailer: String, verdict: String)] = [
    ("TRAILER,5,,\n", "whole"), ("TRAILER,5,,", "whole"), ("TRAILER,005,,\r\n", "whole"),
    ("TRAILER,5\n", "whole"), ("TRAILER,5,,,,,\n\n", "whole"), ("\"TRAILER\",\"5\",,\n", "whole"),
    ("TRAILER,4,,\n", "holds 5 records, its trailer says 4"),
    ("TRAILER,6,,\n", "holds 5 records, its trailer says 6"),
    ("TRAILER,0,,\n", "holds 5 records, its trailer says 0"),
    // Files that were joined have a trailer each.
    ("TRAILER,3,,\nTRAILER,2,,\n", "whole"),
    ("TRAILER,3,,\nTRAILER,3,,\n", "holds 5 records, its trailer says 6"),
  ]

  @Test(arguments: trailers) func aFileMeetsItsTrailer(trailer: String, verdict: String) throws {
    let text = Array((Self.header + Self.body + trailer).utf8)
    for stored in [text, ZstdContent.encode(text), GzipContent.encode(text)] {
      #expect(try verdicts("trailed.csv", stored) == [verdict])
    }
  }

  @Test func whatTheUserExpectsIsMetByAllFilesTogether() throws {
    let text = Array((Self.header + Self.body).utf8)
    let trial = try Trial([
      ("plain-1.csv", text), ("plain-2.csv.zst", ZstdContent.encode(text)),
    ])
    let run = try Self.prepared.get()
    for way in Self.ways {
      for off in [-1, 0, 1] {
        for isBytes in [false, true] {
          let expecting = run.with(way).with { options in
            if isBytes { options.expectedBytes = Int64(2 * Self.bytes + off) }
            if !isBytes { options.expectedRecords = 2 * Self.records + off }
          }
          do {
            _ = try trial.run(expecting)
            #expect(off == 0)
          } catch RunFault.input(let file, let message) {
            #expect(off != 0)
            #expect(file == trial.inputs.map(\.name).joined(separator: ", "))
            let said =
              isBytes ? "--expect-bytes says \(2 * Self.bytes + off)" : "--expect-records says \(10 + off)"
            #expect(message.contains(said))
          }
        }
      }
    }
  }

  /// Rates a line of 3.5 MB that lies over the seams of parts, which are that long, with one worker and with two.
  private func checkLongLine(partBytes: [Int], sourceLocation: SourceLocation = #_sourceLocation) throws {
    func line(_ id: Int) -> String { "c\(id),2025-03-01T00:00:00Z,4477,60\n" }
    var text = Array((Self.header + (1...3).map(line).joined() + "big,").utf8)
    text += [UInt8](repeating: UInt8(ascii: "x"), count: 3_500_000) + [10]
    text += Array((4...9).map(line).joined().utf8)
    var seen: Set<String> = []
    for partBytes in partBytes {
      let frames = stride(from: 0, to: text.count, by: partBytes).flatMap {
        ZstdContent.encode(Array(text[$0..<min($0 + partBytes, text.count)]), level: 1)
      }
      for (stored, step) in [(text, partBytes), (frames, 1)] {
        let trial = try Trial([("plain-1.csv", stored)])
        for threads in [1, 2] {
          let run = try Self.prepared.get().with { options in
            (options.threadCount, options.partBytes, options.chunkBytes) = (threads, step, nil)
          }
          let result = try trial.run(run)
          #expect(result.fileDoors == [[10, 9, 0, 0, 1]], sourceLocation: sourceLocation)
          #expect(result.report.suspended.map(\.reason) == [.recordTooLong], sourceLocation: sourceLocation)
          seen.insert(result.everything)
        }
      }
    }
    #expect(seen.count == 1, sourceLocation: sourceLocation)
    #expect(seen.first?.contains("plain-1.csv,5,") == true, sourceLocation: sourceLocation)
  }

  @Test func aRecordOverTheLimitMayCrossTheSeamsOfParts() throws {
    try checkLongLine(partBytes: [(1 << 20) + 1, 3_499_999])
  }

  @Test func aRecordOverTheLimitMayCrossTheSeamsOfShorterParts() throws {
    try checkLongLine(partBytes: [1 << 20, (1 << 20) - 1, 700_000])
  }
}
