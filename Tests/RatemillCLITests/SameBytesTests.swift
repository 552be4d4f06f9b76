// The same command in another place of the world: zone, language, threads and pipes change no byte of the outputs.

import Glibc
import TestSupport
import Testing

@Suite struct SameBytesTests {
  private static let samples =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/samples"
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    #expect(symlink(Self.samples, folder.path(of: "samples")) == 0)
  }

  /// Decoded bytes of every output but the run report, which holds the clock.
  private func outputs(
    _ arguments: [String], input: ProgramInput = .empty, environment: [String: String] = [:]
  ) throws -> [String: [UInt8]] {
    let words = ["rate", "--catalog", "samples/catalog", "--out", "out", "--force", "--max-suspense", "100%"]
    let result = try BuiltProgram.ratemill.run(
      words + arguments, in: folder, input: input, environment: environment)
    #expect(result.status == 0, "\(result.errorText)")
    var outputs: [String: [UInt8]] = [:]
    for name in FileContent.names(in: folder.path(of: "out")) where name != "run.json" {
      guard let bytes = folder.bytes(of: "out/" + name) else { continue }
      outputs[name] = name.hasSuffix(".zst") ? ZstdContent.decode(bytes) : bytes
    }
    return outputs
  }

  @Test func zoneLanguageAndThreadsChangeNoByte() throws {
    let expected = try outputs(["samples/usage", "--detail"])
    #expect(expected.keys.contains("summary.csv.zst") && expected.count == 7)
    let places = [
      ["TZ": "America/New_York", "LC_ALL": "C.UTF-8"], ["TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"],
      ["TZ": ":/nowhere", "LC_ALL": "POSIX", "LANG": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"],
    ]
    for (index, place) in places.enumerated() {
      let found = try outputs(
        ["samples/usage", "--detail", "--threads", "\(index + 1)"], environment: place)
      for (name, bytes) in expected { #expect(found[name] == bytes, "\(name) in \(place)") }
    }
  }

  @Test func aPipeIsReadLikeAFile() throws {
    let stored = try #require(FileContent.bytes(of: Self.samples + "/usage/trunks-us-2026-06.jsonl.zst"))
    let text = try #require(ZstdContent.decode(stored))
    // No key comes with two contents in the first lines: a pipe cannot be read a second time.
    let lines = text.split(separator: 10).prefix(60).flatMap { $0 + [10] }
    let half = lines.count / 2
    let forms: [(name: String, bytes: [UInt8])] = [
      ("plain", lines), ("zstd", ZstdContent.encode(lines)), ("gzip", GzipContent.encode(lines)),
      ("frames", ZstdContent.encode(Array(lines[..<half])) + ZstdContent.encode(Array(lines[half...]))),
      ("members", GzipContent.encode(Array(lines[..<half])) + GzipContent.encode(Array(lines[half...]))),
    ]
    try folder.write(lines, to: "trunks-us-1.jsonl")
    let file = try outputs(["trunks-us-1.jsonl"])
    var manifest: [UInt8]?
    for form in forms {
      try folder.write(form.bytes, to: form.name)
      let found = try outputs(
        ["--source", "trunks-us", "-"], input: .file(folder.path(of: form.name)))
      #expect(found["summary.csv.zst"] == file["summary.csv.zst"], "\(form.name)")
      #expect(found["suspense-digest.csv"] == file["suspense-digest.csv"], "\(form.name)")
      // The input is called `-` here; however it is stored, it is the same one.
      #expect(found["manifest.json"] == manifest ?? found["manifest.json"], "\(form.name)")
      manifest = found["manifest.json"]
    }
    #expect(file["summary.csv.zst"]?.isEmpty == false)
  }
}
