// Holes in the numbers of files: what a switch has sent and nobody has read.

import Tables

/// Numbers that are missing between two files of a source.
public struct SourceGap: Hashable, Sendable, CustomStringConvertible {
  /// The source.
  public var source: String
  /// The first missing number.
  public var first: Int64
  /// The last missing number.
  public var last: Int64
  /// The run that has read the file after them.
  var runID: String

  /// `pbx 1042` or `pbx 1042-1047`.
  public var description: String { first == last ? "\(source) \(first)" : "\(source) \(first)-\(last)" }
}

/// The pattern of numbered file names: text, `{n}`, text. The number may begin with zeros.
struct SequencePattern {
  private let before: [UInt8]
  private let after: [UInt8]

  /// Reads a pattern; nil where it has no `{n}`.
  init?(_ pattern: Label) {
    let mark = Array("{n}".utf8)
    let bytes = pattern.bytes
    guard
      let at = bytes.indices.first(where: { bytes[$0...].starts(with: mark) })
    else { return nil }
    before = Array(bytes[..<at])
    after = Array(bytes[(at + mark.count)...])
  }

  /// The number in the file's name, whatever folder it is in; nil where the name does not fit.
  ///
  /// What the pattern leaves open at its ends, such as `.zst`, may follow.
  func number(in name: Label) -> Int64? {
    let file = name.bytes.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    guard file.starts(with: before) else { return nil }
    let rest = file[before.count...]
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty, rest.dropFirst(digits.count).starts(with: after) else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}

extension BillingStore {
  /// The holes in the numbers of all sources that number their files, over all runs that count.
  func sequenceGaps() throws(StoreFault) -> [SourceGap] {
    var patterns: [(source: Label, pattern: SequencePattern)] = []
    try book.query("SELECT source, sequence FROM sources WHERE sequence <> '' ORDER BY source") { row in
      if let pattern = SequencePattern(row.label(1)) { patterns.append((row.label(0), pattern)) }
    }
    var gaps: [SourceGap] = []
    for (source, pattern) in patterns {
      var numbers: [(number: Int64, runID: String)] = []
      try book.query(
        "SELECT name, run_id FROM run_files JOIN runs USING (run_id) WHERE state = 'current' AND source = ?",
        [.label(source)]
      ) { row in
        if let number = pattern.number(in: row.label(0)) { numbers.append((number, row.text(1))) }
      }
      numbers.sort { $0.number < $1.number }
      for (one, next) in zip(numbers, numbers.dropFirst()) where next.number > one.number + 1 {
        gaps.append(
          SourceGap(
            source: source.description, first: one.number + 1, last: next.number - 1, runID: next.runID))
      }
    }
    return gaps
  }
}
