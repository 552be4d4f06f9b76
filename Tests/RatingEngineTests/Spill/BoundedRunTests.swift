// A run that must go to disk with everything says the same as one that has room for all.

import Catalog
import DurableFiles
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct BoundedRunTests {
  /// What a run left behind.
  private struct Outputs: Equatable {
    var doors: [String] = []
    /// Bytes of the folder's files, by name, as stored.
    var files: [String: [UInt8]] = [:]
    var table = ""
    var examples: [String] = []
  }

  /// One way to do a run.
  struct Way: Sendable, CustomTestStringConvertible {
    var memoryBytes = 1 << 30
    var threads = 1
    var chunkBytes = 16 << 10
    var testDescription: String { "\(memoryBytes) bytes, \(threads) threads, chunks of \(chunkBytes)" }
  }

  private let made: ExplainCatalog
  /// Some 19,000 records, and a tenth of them for tests of many runs.
  private let inputs: [InputFile]
  private let fewInputs: [InputFile]

  init() throws {
    let made = try ExplainCatalog()
    self.made = made
    var random = SeededGenerator(forTest: "BoundedRunTests")
    var sets: [[InputFile]] = []
    for (name, size) in [("usage", 10), ("few", 1)] {
      sets.append(
        try Self.usage(size, &random).map { file, text in
          try made.folder.write(text, to: name + "/" + file)
          return InputFile(name: made.folder.path(of: name + "/" + file))
        })
    }
    (inputs, fewInputs) = (sets[0], sets[1])
  }

  @Test func spilledRunsWriteTheSameBytes() throws {
    let roomy = try run(Way())
    #expect(roomy.operations.callCount == 0)
    // A test of nothing would pass too.
    let report = roomy.result.report()
    #expect(report.read > 18_000 && report.rated > 5_000 && report.duplicate > 5_000)
    #expect(report.suspended.contains { $0.reason == .duplicateConflict } && report.suspended.count > 4)
    #expect(report.summaryRowCount > 500)
    for way in [
      Way(memoryBytes: 4 << 20, threads: 2), Way(memoryBytes: 1 << 20, threads: 4),
      Way(memoryBytes: 1, threads: 3, chunkBytes: 1000), Way(threads: 4, chunkBytes: 1000),
    ] {
      let forced = try run(way)
      if way.memoryBytes <= 1 << 20 {
        let ledger = forced.result.ledger
        #expect(forced.operations.callCount > 100, "\(way)")
        #expect(
          ledger.detail?.hasSpilled == true && (ledger.cellSpill != nil || way.memoryBytes > 1), "\(way)")
        #expect(ledger.suspense?.hasSpilled == true, "\(way)")
      }
      #expect(forced.outputs.doors == roomy.outputs.doors, "\(way)")
      #expect(forced.outputs.examples == roomy.outputs.examples, "\(way)")
      #expect(forced.outputs.table == roomy.outputs.table, "\(way)")
      #expect(forced.outputs.files.keys.sorted() == roomy.outputs.files.keys.sorted())
      for (name, bytes) in roomy.outputs.files {
        #expect(forced.outputs.files[name] == bytes, "\(name), \(way)")
      }
    }
  }

  @Test func oneRunMakesTheOutputsOfTwo() throws {
    let both = try run(Way())
    let folderOnly = try run(Way()) { $0.groupBy = nil }
    let tableOnly = try run(Way()) {
      $0.keepsSummary = false
      $0.keepsDetail = false
      $0.keepsSuspense = false
    }
    #expect(both.outputs.files == folderOnly.outputs.files)
    #expect(both.outputs.table == tableOnly.outputs.table)
    #expect(tableOnly.outputs.table.utf8.count > 10_000)
    // The day is in no summary, and the table has fewer rows than the run has keys.
    #expect(both.result.rowCounts.summary ?? 0 < both.result.ledger.cellCount)
    #expect(tableOnly.result.ledger.cellCount < both.result.ledger.cellCount)
  }

  @Test(arguments: [
    [GroupColumn.account], [.day, .account], [.service, .destination], [.rating_group, .unit_price, .per],
    [.per, .service_kind, .cost_centre], [.destination, .rating_group, .band, .day], [.currency, .supplier],
  ]) func everyTableIsMadeFromTheKeysOfTheFolder(columns: [GroupColumn]) throws {
    let alone = try run(Way(), few: true) {
      $0.groupBy = columns
      $0.keepsSummary = false
      $0.keepsDetail = false
      $0.keepsSuspense = false
    }
    for memoryBytes in [1 << 30, 1 << 20] {
      let beside = try run(Way(memoryBytes: memoryBytes), few: true) { $0.groupBy = columns }
      #expect(beside.outputs.table == alone.outputs.table)
    }
  }

  // A disk that is full, or broken, at any call: spread over all of them, because each try is a run.
  @Test func aFailingSpillEndsTheRunWithTheFault() throws {
    let way = Way(memoryBytes: 1 << 20, threads: 2)
    let callCount = try run(way, few: true).operations.callCount
    var failedCount = 0
    for number in stride(from: 1, to: callCount, by: max(1, callCount / 12)) {
      let operations = FaultyFileOperations(.init(failingCall: number, code: ENOSPC, isLasting: true))
      do {
        _ = try run(way, few: true, operations)
      } catch let fault as RunFault {
        guard case .output(let fault) = fault else {
          Issue.record("\(fault) is no fault of an output")
          continue
        }
        #expect(fault.code == ENOSPC)
        failedCount += 1
      } catch let fault as FileFault {
        // While outputs were made.
        #expect(fault.code == ENOSPC)
        failedCount += 1
      }
      #expect(FileContent.names(in: made.folder.path(of: "published")).isEmpty)
    }
    #expect(failedCount > 8)
  }

  // MARK: runs

  private func run(
    _ way: Way, few: Bool = false, _ operations: FaultyFileOperations = FaultyFileOperations(.init()),
    _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> (result: RatingResult, outputs: Outputs, operations: FaultyFileOperations) {
    var options = RatingOptions()
    options.memoryBytes = way.memoryBytes
    options.threadCount = way.threads
    options.chunkBytes = way.chunkBytes
    options.recordBytesMax = 16 << 10
    options.groupBy = [.account, .rating_group, .day]
    options.keepsSummary = true
    options.keepsSuspense = true
    options.keepsDetail = true
    // Several slices and windows, although the rows are few.
    options.sliceRows = 100
    // A file that could not be unlinked is left.
    let folder = try TemporaryFolder()
    options.temporaryFolder = folder.path
    options.fileOperations = operations
    change(&options)
    let result = try RatingRun(catalog: made.catalog, options: options).run(few ? fewInputs : inputs)
    var outputs = Outputs()
    if options.keepsSummary || options.groupBy == nil {
      let path = "published/\(way.memoryBytes)-\(way.threads)"
      try made.folder.write("", to: "published.txt")
      _ = mkdir(made.folder.path(of: "published"), 0o700)
      try result.publish(at: made.folder.path(of: path), semantics: 1) { _ in }
      for name in FileContent.names(in: made.folder.path(of: path)) {
        outputs.files[name] = made.folder.bytes(of: path + "/" + name)
      }
      try removeFolder(path)
    }
    var table: [UInt8] = []
    try result.writeGrouped { bytes throws(FileFault) in table += bytes }
    outputs.table = String(decoding: table, as: UTF8.self)
    let report = result.report()
    outputs.doors =
      ["read \(report.read)", "rated \(report.rated)", "duplicate \(report.duplicate)"]
      + report.filtered.map { "filtered \($0.reason) \($0.count)" }
      + report.suspended.map { "suspended \($0.reason.code) \($0.count)" }
      + report.files.map { "file \($0.read) \($0.rated) \($0.filtered) \($0.duplicate) \($0.suspended)" }
      + report.amounts.map { "amount \($0.amount) \($0.currency)" }
    outputs.examples = report.suspended.map {
      "\($0.reason.code) \($0.example?.file ?? ""):\($0.example?.line ?? 0) "
        + String(decoding: $0.example?.bytes ?? [], as: UTF8.self)
    }
    return (result, outputs, operations)
  }

  private func removeFolder(_ name: String) throws {
    for file in FileContent.names(in: made.folder.path(of: name)) {
      unlink(made.folder.path(of: name + "/" + file))
    }
    rmdir(made.folder.path(of: name))
  }

  // MARK: usage

  /// Calls in three files, each of which holds copies of records of the others, and rows without ids, twins among them.
  private static func usage(_ size: Int, _ random: inout SeededGenerator) -> [(String, String)] {
    let originals = (0..<500 * size).map { call($0, &random) }
    // The first file by name holds copies of what the second has first: then the counted copy must give way.
    let early =
      originals.prefix(300 * size).shuffled(using: &random)
      + (500 * size..<650 * size).map { call($0, &random) }
    var late = originals.suffix(250 * size) + (650 * size..<900 * size).map { call($0, &random) }
    late.append(contentsOf: (0..<2 * size).map { call($0 * 31, &random) })
    let meters = (0..<150 * size).map { number in
      #"{"account":"acme","meter":"m\#(number % 700)","quantity":\#(number % 9),"unit":"GB","time":"2025-03-0\#(1 + number % 3)"}"#
    }
    let again =
      meters.prefix(80 * size).shuffled(using: &random) + meters.prefix(10 * size) + meters.prefix(10 * size)
    return [
      (
        "house-1.csv",
        text(originals.suffix(100 * size) + (900 * size..<1000 * size).map { call($0, &random) })
      ),
      ("meters-1.jsonl", meters.joined(separator: "\n")), ("meters-2.jsonl", again.joined(separator: "\n")),
      ("pbx-0.csv", text(Array(early))), ("pbx-1.csv", text(originals)), ("pbx-2.csv", text(Array(late))),
    ]
  }

  private static func text(_ lines: some Collection<String>) -> String {
    "id,start,from,to,trunk,direction,kind,billable,disposition\n" + lines.joined()
  }

  private static func call(_ number: Int, _ random: inout SeededGenerator) -> String {
    func one(_ texts: String...) -> String { texts.randomElement(using: &random) ?? "" }
    let number = "c\(number)"
    let day = Int.random(in: 10...28, using: &random)
    let fields = [
      number, "2025-03-\(day)T09:\(Int.random(in: 10...59, using: &random)):02Z",
      "0302312\(Int.random(in: 5090...5199, using: &random))",
      one("00442079460123", "+12025550143", "+12645550143", "112", "+33179460123", "0044161555", "004420111"),
      one("", "", "", "sip-9"), one("outbound", "outbound", "outbound", "outbound", "inbound"), "voice",
      one("61", "61.2", "60", "0", "1", "31", "3599.999", "18", "x"), one("ANSWERED", "ANSWERED", "TEST"),
    ]
    return fields.joined(separator: ",") + "\n"
  }
}
