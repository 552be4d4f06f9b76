// Events that a run has kept: rated again, they come to what the files came to, byte for byte.

import Catalog
import DurableFiles
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct StoredEventTests {
  /// Publishes a run that keeps its events, and one over these events; says where they differ.
  private static func difference(
    _ catalog: Catalog, _ files: [(name: String, bytes: [UInt8])],
    _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> String? {
    let run = try Trial.prepare(catalog) { options in
      options.groupBy = nil
      options.keepsDetail = true
      options.keepsEvents = true
      change(&options)
    }
    let trial = try Trial(files)
    let folder = try TemporaryFolder()
    let (first, again) = (folder.path(of: "first"), folder.path(of: "again"))
    try withExtendedLifetime(trial) {
      try run.run(trial.inputs).publish(at: first, semantics: 1) { _ throws(FileFault) in }
    }
    let events = try StoredEvents(folder: first)
    try run.run([events]).publish(at: again, semantics: 1) { _ throws(FileFault) in }
    return PublishedRun(folder: again).difference(
      from: PublishedRun(folder: first).without(StoredEvents.fileName))
  }

  @Test(arguments: [1, 7, 64, 1000, 4096, 1 << 18])
  func aMonthOfAllDoorsComesToTheSame(chunkBytes: Int) throws {
    let month = MixedMonth()
    let found = try Self.difference(MixedMonth.catalog(), month.files) { options in
      options.chunkBytes = chunkBytes
      options.threadCount = 3
      options.recordBytesMax = MixedMonth.recordBytesMax
      options.keepsDetail = chunkBytes > 50
    }
    #expect(found == nil)
  }

  @Test(arguments: [false, true])
  func whatIsOnDiskComesToTheSame(hashes: Bool) throws {
    let month = MixedMonth()
    let found = try Self.difference(MixedMonth.catalog(), month.files) { options in
      options.memoryBytes = 1
      options.threadCount = 2
      options.chunkBytes = 333
      options.hashesInputs = hashes
      options.partBytes = 500
      options.recordBytesMax = MixedMonth.recordBytesMax
    }
    #expect(found == nil)
  }

  @Test(arguments: 1...6)
  func usageThatDependsOnOrderComesToTheSame(seed: UInt64) throws {
    let month = SettledMonth(seed: seed)
    let cut = month.lines.count / 3
    let copies = month.lines[10..<40]
    let found = try Self.difference(
      month.catalog(),
      [
        ("pbx-1.csv", month.file(month.lines[..<cut])),
        ("pbx-2.csv", month.file(month.lines[cut...] + copies)),
      ]
    ) { options in
      options.chunkBytes = [64, 1000, 4096][Int(seed) % 3]
    }
    #expect(found == nil)
  }
}
