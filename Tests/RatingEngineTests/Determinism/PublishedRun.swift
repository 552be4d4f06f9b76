// The outputs of a run as they lie on disk, decoded.

import DurableFiles
import TestSupport
import UsageSummary

@testable import RatingEngine

/// What a run published: decoded bytes by file name.
struct PublishedRun: Equatable {
  private(set) var files: [String: [UInt8]] = [:]

  /// Runs and publishes into a folder of its own.
  init(_ run: RatingRun, _ inputs: [InputFile]) throws {
    let folder = try TemporaryFolder()
    try run.run(inputs).publish(at: folder.path(of: "out"), semantics: 1) { _ throws(FileFault) in }
    self.init(folder: folder.path(of: "out"))
  }

  /// Reads what was published at `folder`.
  init(folder: String) {
    for name in FileContent.names(in: folder) {
      guard let stored = FileContent.bytes(of: folder + "/" + name) else { continue }
      files[name] = name.hasSuffix(".zst") ? ZstdContent.decode(stored) : stored
    }
  }

  /// All files but one.
  func without(_ name: String) -> PublishedRun {
    var some = self
    some.files[name] = nil
    return some
  }

  /// Only these files.
  func only(_ names: [String]) -> PublishedRun {
    var some = self
    some.files = files.filter { names.contains($0.key) }
    return some
  }

  /// What depends on the records alone, not on what their files are called.
  var summary: PublishedRun { only([SummarySchema.fileName, "allowances.csv"]) }

  /// A file as text.
  func text(_ name: String) -> String { String(decoding: files[name] ?? [], as: UTF8.self) }

  /// The first line that differs from another run, for the message of a failed test; nil where none does.
  func difference(from other: PublishedRun) -> String? {
    for name in Set(files.keys).union(other.files.keys).sorted() where files[name] != other.files[name] {
      let lines = (
        text(name).split(separator: "\n", omittingEmptySubsequences: false),
        other.text(name).split(separator: "\n", omittingEmptySubsequences: false)
      )
      let pair = zip(lines.0, lines.1).enumerated().first { $1.0 != $1.1 }
      guard let pair else { return "\(name): \(lines.0.count) lines, \(lines.1.count) expected" }
      return
        "\(name):\(pair.offset + 1): \(pair.element.0.prefix(300))\nexpected \(pair.element.1.prefix(300))"
    }
    return nil
  }
}
