// Which files may grow while they are read, and what a run without a store says of those that do.

import Catalog
import DurableFiles
import Glibc
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct FileGrowthTests {
  private static let header = "id,start,to,billable\n"

  private static func row(_ number: Int) -> String { "c\(number),2025-03-01T00:00:00Z,4477,\(number * 7)\n" }

  private static func append(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_APPEND)
    defer { close(file) }
    let bytes = Array(text.utf8)
    precondition(file >= 0 && bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
  }

  private static func catalog() -> Catalog {
    let tariff = Tariff.plain([
      Tariff.Source(name: "month", pattern: "month*", defaultAccount: "a"),
      Tariff.Source(name: "controlled", pattern: "controlled*", defaultAccount: "a"),
    ])
    var catalog = tariff.catalog()
    for index in catalog.sources.indices where catalog.sources[index].name == "controlled" {
      catalog.sources[index].control = ".ctl"
    }
    return catalog
  }

  /// One reader, or several that share the file: then it is read again by one. Somebody adds to it all the time.
  @Test(arguments: [(1, nil), (2, nil), (2, 64)], ["", "c99,20"])
  func aTableIsOfWhatTheFileHeldWhenItWasOpened(way: (threads: Int, partBytes: Int?), open: String) throws {
    let catalog = Self.catalog()
    let text = Self.header + (0..<30).map(Self.row).joined()
    let trial = try Trial("month.csv", text + open)
    let path = trial.inputs[0].name
    let rest = String(Self.row(99).dropFirst(open.utf8.count))
    let found = try trial.run(catalog) {
      $0.threadCount = way.threads
      $0.partBytes = way.partBytes
      $0.chunkBytes = 100
      $0.inputOperations = FaultyFileOperations(
        .init(beforeRead: { Self.append($0 == 1 ? rest : Self.row(100 + $0), to: path) }))
    }
    let file = found.report.files[0]
    #expect(file.unreadByteCount > 0)
    #expect(found.report.grownFiles.count == 1)
    // Where it was read again, it had grown by then.
    let bytes = trial.folder.bytes(of: "month.csv") ?? []
    #expect(Int(file.byteCount) >= text.utf8.count && bytes[Int(file.byteCount) - 1] == 10)
    if way.partBytes == nil, way.threads == 0 { #expect(Int(file.byteCount) == text.utf8.count) }
    let quiet = try Trial([("month.csv", Array(bytes[..<Int(file.byteCount)]))])
    let expected = try quiet.run(catalog) { $0.threadCount = 1 }
    #expect(found.everything == expected.everything)
    #expect(expected.report.grownFiles.isEmpty)
  }

  /// What is compressed, or promises to be complete, must not grow.
  @Test(arguments: ["month.csv", "month.csv.zst", "month.csv.gz", "controlled.csv"])
  func whatIsCompletedByItsEndMustNotGrow(name: String) throws {
    let text = Array((Self.header + Self.row(1)).utf8)
    let bytes =
      name.hasSuffix(".zst")
      ? ZstdContent.encode(text) : name.hasSuffix(".gz") ? GzipContent.encode(text) : text
    let trial = try Trial([(name, bytes)])
    let catalog = Self.catalog()
    let file = try FileContext(
      index: 0, input: trial.inputs[0], sourceIndex: name.hasPrefix("controlled") ? 1 : 0, catalog: catalog,
      recordBytesMax: 1 << 20, partBytes: nil, allowsParts: false, hashes: true,
      operations: SystemFileOperations())
    let chunk = Chunk(textBytes: 1000)
    while case .chunk = try file.units[0].fill(chunk, headerLines: 1) {}
    try file.proveRead()
    Self.append(String(decoding: bytes, as: UTF8.self), to: trial.inputs[0].name)
    if name == "month.csv" {
      try file.proveRead()
      #expect(file.unreadByteCount == Int64(bytes.count))
    } else {
      let fault = #expect(throws: DamagedFile.self) { try file.proveRead() }
      #expect(fault?.message.contains("was changed while it was read") == true)
    }
  }
}
