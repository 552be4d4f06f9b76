// One month of usage rated in many ways: the same bytes every time.

import Catalog
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct DeterminismTests {
  private static let month = MixedMonth()
  private static let prepared = Result<RatingRun, RunFault> { () throws(RunFault) in
    var options = RatingOptions()
    options.keepsSuspense = true
    options.recordBytesMax = MixedMonth.recordBytesMax
    return try RatingRun(catalog: MixedMonth.catalog(), options: options)
  }

  /// A way to do a run.
  private struct Way: CustomStringConvertible {
    var threads = 1
    var chunkBytes = 4096
    var partBytes: Int?
    var hashes = false
    /// Tiny chunks are many, and every row of the detail asks where it stood.
    var keepsDetail: Bool { chunkBytes > 100 }
    var description: String {
      "\(threads) threads, chunks of \(chunkBytes), parts of \(partBytes ?? 0), \(hashes ? "hashed" : "not hashed")"
    }
  }

  private static func run(_ way: Way) throws -> RatingRun {
    try prepared.get().with { options in
      options.threadCount = way.threads
      options.chunkBytes = way.chunkBytes
      options.partBytes = way.partBytes
      options.hashesInputs = way.hashes
      options.keepsDetail = way.keepsDetail
    }
  }

  private static func trial() throws -> Trial { try Trial(month.files) }

  @Test func theMonthHoldsEveryDoor() throws {
    let result = try Self.trial().run(Self.run(Way()))
    #expect(result.report.read > 280)
    #expect(result.report.rated > 100)
    #expect(result.report.duplicate > 10)
    #expect(result.report.filtered.contains { $0.reason == "unanswered" && $0.count > 5 })
    let reasons = Set(result.report.suspended.map(\.reason))
    let planted: [SuspenseReason] = [
      .badRecord, .badQuotes, .badTime, .badQuantity, .badWord, .duplicateConflict,
      .unknownService, .noPrice, .destinationClosed, .negativeQuantity,
    ]
    for reason in planted { #expect(reasons.contains(reason), "\(reason)") }
  }

  @Test func threadsChunksAndPartsChangeNoByte() throws {
    // Inputs that are hashed are read from front to back: there parts change nothing.
    let parts = [nil, 37, 3000, 500]
    var ways = [Way(threads: 2, chunkBytes: 1), Way(threads: 3, chunkBytes: 64, hashes: true)]
    for (row, threads) in (1...4).enumerated() {
      for (column, chunkBytes) in [7, 64, 1000, 4096].enumerated()
      where (row + column) % 2 == 0 || threads > 2 {
        ways.append(Way(threads: threads, chunkBytes: chunkBytes, partBytes: parts[(row + column) % 4]))
      }
      ways.append(Way(threads: threads, chunkBytes: 333, hashes: true))
    }
    let trial = try Self.trial()
    var expected: [String: PublishedRun] = [:]
    for way in [Way(), Way(hashes: true), Way(chunkBytes: 99), Way(chunkBytes: 99, hashes: true)] {
      expected["\(way.hashes) \(way.keepsDetail)"] = try PublishedRun(Self.run(way), trial.inputs)
    }
    #expect(Set(expected.values.map(\.files.count)) == [5, 7])
    for way in ways {
      let found = try PublishedRun(Self.run(way), trial.inputs)
      let reference = try #require(expected["\(way.hashes) \(way.keepsDetail)"])
      #expect(found.difference(from: reference) == nil, "\(way)")
    }
  }

  @Test func theOrderOfTheArgumentsChangesNoByte() throws {
    let trial = try Self.trial()
    let run = try Self.run(Way(threads: 2, hashes: true))
    let expected = try PublishedRun(run, trial.inputs)
    let names = trial.inputs.map(\.name)
    for order in [[2, 1, 0], [1, 2, 0], [0, 2, 1, 0]] {
      let inputs = try InputFile.expand(order.map { names[$0] }, controlSuffixes: [])
      #expect(try PublishedRun(run, inputs).difference(from: expected) == nil)
    }
    let folder = try InputFile.expand([trial.folder.path], controlSuffixes: [])
    #expect(try PublishedRun(run, folder).difference(from: expected) == nil)
  }

  /// Ways to store the bytes of a file.
  enum Stored: CaseIterable {
    case zstd, zstdFrames, zstdSkippable, zstdUnchecked, gzip, gzipMembers

    func encode(_ bytes: [UInt8]) -> [UInt8] {
      func pieces(_ size: Int, _ encode: ([UInt8]) -> [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: size).flatMap {
          encode(Array(bytes[$0..<min($0 + size, bytes.count)]))
        }
      }
      switch self {
      case .zstd: return ZstdContent.encode(bytes)
      case .zstdFrames: return pieces(1000) { ZstdContent.encode($0) }
      case .zstdSkippable:
        return ZstdContent.skippableFrame([1, 2, 3])
          + pieces(5000) { ZstdContent.encode($0) + ZstdContent.skippableFrame() }
      case .zstdUnchecked: return pieces(777) { ZstdContent.encode($0, isChecked: false, level: 1) }
      case .gzip: return GzipContent.encode(bytes)
      case .gzipMembers: return pieces(999, GzipContent.encode)
      }
    }
  }

  @Test(arguments: Stored.allCases) func compressionChangesNoByte(stored: Stored) throws {
    // The form is known by the bytes, so the names can stay, and with them the manifest.
    let plain = try Self.trial()
    for way in [
      Way(threads: 3, chunkBytes: 64, hashes: true), Way(threads: 2, chunkBytes: 99, partBytes: 300),
    ] {
      let run = try Self.run(way)
      let expected = try PublishedRun(run, plain.inputs)
      for file in Self.month.files { try plain.folder.write(stored.encode(file.bytes), to: file.name) }
      let found = try PublishedRun(run, plain.inputs)
      for file in Self.month.files { try plain.folder.write(file.bytes, to: file.name) }
      #expect(found.difference(from: expected) == nil, "\(way)")
    }
  }

  @Test func detailIsAnAdditionOnly() throws {
    let trial = try Self.trial()
    let names = [
      SummarySchema.fileName, "suspense.csv.zst", SuspenseDigest.fileName, "allowances.csv",
    ]
    let with = try PublishedRun(Self.run(Way()), trial.inputs)
    let without = try PublishedRun(Self.run(Way()).with { $0.keepsDetail = false }, trial.inputs)
    #expect(without.only(names).difference(from: with.only(names)) == nil)
    #expect(without.files["detail.csv.zst"] == nil)
    let rows = with.text("detail.csv.zst").split(separator: "\n").count - 1
    #expect(rows == (try trial.run(Self.run(Way())).report.rated))
  }

  @Test func littleMemoryChangesNoByte() throws {
    let trial = try Self.trial()
    let expected = try PublishedRun(Self.run(Way()), trial.inputs)
    let small = try Self.run(Way()).with { $0.memoryBytes = 1 }
    #expect(try PublishedRun(small, trial.inputs).difference(from: expected) == nil)
  }

  @Test func recordsOverTheLimitAreTheSameRecordsEverywhere() throws {
    let trial = try Trial(MixedMonth(oversizeBytes: 12_000).files)
    let expected = try PublishedRun(Self.run(Way(chunkBytes: 99)), trial.inputs)
    #expect(expected.text("suspense-digest.csv").contains("record-too-long,,,,2,"))
    for way in [
      Way(chunkBytes: 7), Way(chunkBytes: 64, partBytes: 300),
      Way(threads: 2, chunkBytes: 50, partBytes: 3000),
    ] { #expect(try PublishedRun(Self.run(way), trial.inputs).difference(from: expected) == nil, "\(way)") }
    let detailed = try PublishedRun(Self.run(Way()), trial.inputs)
    for way in [Way(chunkBytes: 20_000), Way(chunkBytes: 1 << 18), Way(threads: 2, partBytes: 37)] {
      #expect(try PublishedRun(Self.run(way), trial.inputs).difference(from: detailed) == nil, "\(way)")
    }
  }
}
