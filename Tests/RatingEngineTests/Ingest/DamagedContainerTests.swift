// Files that are cut off, changed or longer than they should be: refused by name and offset, or read as they were.

import Catalog
import Glibc
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct DamagedContainerTests {
  private static let lines = (1...5).map { "c\($0),2025-03-0\($0)T00:00:00Z,4477,\($0 * 61)\n" }
  private static let text = Array(("id,start,to,billable\n" + lines.joined()).utf8)

  /// The stored forms, each with the offsets at which whole frames or members end.
  struct Stored: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    var ends: Set<Int> = []
    /// Whether a checksum stands behind every byte of text.
    var isChecked = true
    var testDescription: String { name }

    init(_ name: String, _ pieces: [[UInt8]], isChecked: Bool = true) {
      self.name = name
      self.isChecked = isChecked
      bytes = pieces.flatMap { $0 }
      for count in 1...pieces.count { ends.insert(pieces[..<count].reduce(0) { $0 + $1.count }) }
    }
  }

  static let forms: [Stored] = {
    let (head, tail) = (Array(text[..<80]), Array(text[80...]))
    return [
      Stored("month.csv.zst", [ZstdContent.encode(text)]),
      Stored(
        "month.csv.zst",
        [
          ZstdContent.encode(head), ZstdContent.skippableFrame([7, 0, 7]), ZstdContent.encode(tail),
        ]),
      Stored("month.csv.zst", [ZstdContent.encode(text, isChecked: false, level: 19)], isChecked: false),
      Stored("month.csv.gz", [GzipContent.encode(text)]),
      Stored("month.csv.gz", [GzipContent.encode(head), GzipContent.encode(tail)]),
    ]
  }()

  private static let prepared = Result<RatingRun, any Error> {
    let tariff = Tariff.plain([
      Tariff.Source(name: "month", pattern: "month*", defaultAccount: "a"),
      Tariff.Source(name: "controlled", pattern: "controlled*", defaultAccount: "a"),
    ])
    var catalog = tariff.catalog()
    for index in catalog.sources.indices where catalog.sources[index].name == "controlled" {
      catalog.sources[index].control = ".ctl"
    }
    return try Trial.prepare(catalog) { $0.groupBy = [.account, .day] }
  }

  /// What a run over one file says: nil where the file is refused as damaged or as no file of its format.
  private func outcome(
    _ trial: Trial, _ run: RatingRun, offsetsBelow size: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> TrialResult? {
    do {
      return try trial.run(run)
    } catch RunFault.damaged(let files) {
      #expect(files.map(\.name) == trial.inputs.map(\.name), sourceLocation: sourceLocation)
      #expect(files[0].offset >= -1 && files[0].offset <= size, sourceLocation: sourceLocation)
      #expect(!files[0].message.isEmpty, sourceLocation: sourceLocation)
    } catch RunFault.input(let file, _) {
      #expect(file.hasPrefix(trial.inputs[0].name), sourceLocation: sourceLocation)
    }
    return nil
  }

  /// Runs in turn with one reader and with a reader for each frame.
  private static func run(_ turn: Int) throws -> RatingRun {
    try prepared.get().with { options in
      options.threadCount = 1 + turn % 2
      options.partBytes = turn % 2 == 0 ? nil : 1
    }
  }

  @Test(arguments: forms) func aFileThatIsCutOffIsRefused(stored: Stored) throws {
    let trial = try Trial([(stored.name, stored.bytes)])
    for length in 0..<stored.bytes.count where !stored.ends.contains(length) {
      try trial.folder.write(Array(stored.bytes[..<length]), to: stored.name)
      let found = try outcome(trial, Self.run(length), offsetsBelow: length)
      #expect(found == nil, "\(length) of \(stored.bytes.count) bytes were read as \(found?.doors ?? [])")
    }
  }

  @Test(arguments: forms) func aChangedByteIsRefusedOrChangesNothing(stored: Stored) throws {
    let trial = try Trial([(stored.name, stored.bytes)])
    let expected = try trial.run(Self.run(0))
    #expect(expected.report.rated == 5)
    #expect(expected.report.files[0].isChecked == stored.isChecked)
    var silent = 0
    for offset in stored.bytes.indices {
      for change: UInt8 in [0x01, 0xff] {
        var bytes = stored.bytes
        bytes[offset] ^= change
        try trial.folder.write(bytes, to: stored.name)
        guard let found = try outcome(trial, Self.run(offset), offsetsBelow: bytes.count) else { continue }
        silent += 1
        // Without a checksum nobody can know; the report says so.
        if !stored.isChecked, !found.report.files[0].isChecked { continue }
        #expect(found.everything == expected.everything, "byte \(offset) ^ \(change)")
      }
    }
    // Most changes must be seen: headers have a few bytes that mean nothing.
    #expect(!stored.isChecked || silent < stored.bytes.count / 4)
  }

  @Test(arguments: forms) func whatFollowsTheEndIsRefused(stored: Stored) throws {
    let trial = try Trial([(stored.name, stored.bytes)])
    let expected = try trial.run(Self.run(0)).everything
    let others: [[UInt8]] = [
      [1], Array("more".utf8), [0x1f], [0x28, 0xb5], [0x50, 0x2a, 0x4d, 0x18], [0, 0, 9],
    ]
    for (turn, garbage) in others.enumerated() {
      try trial.folder.write(stored.bytes + garbage, to: stored.name)
      #expect(
        try outcome(trial, Self.run(turn), offsetsBelow: stored.bytes.count + garbage.count) == nil,
        "\(garbage)")
    }
    // Zeros behind a gzip member are the padding of tapes and blocks.
    try trial.folder.write(stored.bytes + [0, 0, 0], to: stored.name)
    let padded = try outcome(trial, Self.run(0), offsetsBelow: stored.bytes.count + 3)
    #expect(padded?.everything == (stored.name.hasSuffix(".gz") ? expected : nil))
  }

  @Test func aControlFileNoticesWhatNoChecksumCan() throws {
    let plain = ("controlled.csv", Self.text, (0..<Self.text.count).map { $0 })
    let frames = Self.forms.filter { $0.ends.count > 1 }.map {
      ("controlled.csv", $0.bytes, $0.ends.filter { end in end > 0 }.sorted())
    }
    for (name, bytes, lengths) in [plain] + frames {
      let trial = try Trial([(name, bytes)])
      try trial.folder.write("records=5\nbytes=\(Self.text.count)\n", to: name + ".ctl")
      #expect(try trial.run(Self.run(0)).report.rated == 5)
      for length in lengths where length < bytes.count {
        try trial.folder.write(Array(bytes[..<length]), to: name)
        #expect(try outcome(trial, Self.run(length), offsetsBelow: length) == nil, "\(length) bytes")
      }
      try trial.folder.write(bytes + [10], to: name)
      #expect(try outcome(trial, Self.run(0), offsetsBelow: bytes.count + 1) == nil)
    }
  }

  @Test(arguments: forms) func aSkippedFileCountsForNothing(stored: Stored) throws {
    let good = "c8,2025-03-08T00:00:00Z,4477,60\n" + Self.lines[0] + Self.lines[4]
    var trial = try Trial("month-1.csv", "id,start,to,billable\n" + good)
    let expected = try trial.run(Self.run(0))
    // The damaged file comes first, so that its copies would be the ones that are kept.
    let name = "month-0" + stored.name.dropFirst(5)
    trial = try Trial([("month-0", []), ("month-1.csv", Array(("id,start,to,billable\n" + good).utf8))])
    try trial.folder.write(stored.bytes, to: name)
    let inputs = try InputFile.expand(
      [trial.folder.path(of: name), trial.inputs[1].name], controlSuffixes: [])
    for (turn, length) in [0, 3, stored.bytes.count / 3, stored.bytes.count - 1].enumerated() {
      try trial.folder.write(Array(stored.bytes[..<length]), to: name)
      let run = try Self.run(turn).with { $0.skipsDamagedFiles = true }
      let result = try run.run(inputs)
      #expect(result.damaged.map(\.name) == [inputs[0].name])
      #expect(result.damaged.allSatisfy { $0.recordsRead >= 0 && $0.recordsRead < 5 })
      let found = try TrialResult(result, folder: trial.folder.path)
      #expect(found.everything == expected.everything, "\(length) bytes")
    }
    // All of it is there: nothing is left out, and the copies in the second file are duplicates.
    try trial.folder.write(stored.bytes, to: name)
    let whole = try TrialResult(
      try Self.run(0).with { $0.skipsDamagedFiles = true }.run(inputs), folder: trial.folder.path)
    #expect(whole.fileDoors == [[5, 5, 0, 0, 0], [3, 1, 0, 2, 0]])
  }

  @Test(arguments: ["month.csv", "month.csv.zst", "month.csv.gz"])
  func aFileThatShrinksUnderTheReaderIsRefused(name: String) throws {
    // Numbers that do not compress well, so that the stored file has pages to lose.
    var random = SeededGenerator(seed: 7)
    var text = Array("id,start,to,billable\n".utf8)
    for number in 0..<6000 {
      text += Array("\(random.next())-\(number),2025-03-01T00:00:00Z,\(random.next() % 1_000_000),60\n".utf8)
    }
    let bytes =
      name.hasSuffix(".zst")
      ? ZstdContent.encode(text) : name.hasSuffix(".gz") ? GzipContent.encode(text) : text
    #expect(bytes.count > 16 * 4096)
    let trial = try Trial([(name, bytes)])
    let progress = RunProgress()
    let run = try Self.prepared.get().with { $0.chunkBytes = 512 }.with(progress)
    let path = trial.inputs[0].name
    // Another program cuts the file as soon as some of it was read.
    let cutter = PosixThread {
      while progress.recordCount == 0 { usleep(200) }
      truncate(path, 100)
    }
    defer { cutter.join() }
    do {
      let result = try trial.run(run)
      Issue.record("read \(result.report.read) records of a file that lost most of them")
    } catch RunFault.damaged(let files) {
      #expect(files.map(\.name) == [path])
      #expect(files[0].message.contains("became shorter") || files[0].message.contains("was changed"))
    }
  }
}

/// A thread that runs beside the test and is waited for.
private final class PosixThread {
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
  }

  func join() { pthread_join(thread, nil) }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
