// Holes in the numbers of files: what a switch has sent and nobody has read.

import BillingCalendar
import Tables

/// Numbers that are missing between two files of a source.
public struct SourceGap: Hashable, Sendable, CustomStringConvertible {
  /// The source.
  public var source: String
  /// The first missing number.
  public var first: Int64
  /// The last missing number.
  public var last: Int64
  /// Days around them: from the last of the records before to the first of those after, or the other way round; nil where no file tells.
  var days: ClosedRange<CivilDate>?

  /// Whether records of the missing files may be of a period, by the days around them.
  func mayBelong(to period: UsagePeriod) -> Bool {
    days.map { $0.upperBound >= period.from && $0.lowerBound < period.until } ?? false
  }

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
  ///
  /// A file that was recognised as a copy of one that was read counts as read under its own name too.
  /// Complexity: O(n log n) in the files of these sources.
  public func missingFiles() throws(StoreFault) -> [SourceGap] {
    var patterns: [(source: Label, pattern: SequencePattern)] = []
    try book.query("SELECT source, sequence FROM sources WHERE sequence <> '' ORDER BY source") { row in
      if let pattern = SequencePattern(row.label(1)) { patterns.append((row.label(0), pattern)) }
    }
    var gaps: [SourceGap] = []
    for (source, pattern) in patterns {
      var files: [Int64: ClosedRange<CivilDate>?] = [:]
      try book.query(
        """
        SELECT name, first_day, last_day FROM run_files JOIN runs USING (run_id)
        WHERE state = 'current' AND source = ?1
        UNION ALL
        SELECT known_names.name, first_day, last_day
        FROM known_names JOIN run_files USING (content_hash, source) JOIN runs USING (run_id)
        WHERE state = 'current' AND source = ?1
        """, [.label(source)]
      ) { row in
        guard let number = pattern.number(in: row.label(0)) else { return }
        files[number] = .some(Self.union(files[number] ?? nil, row.days(from: 1)))
      }
      gaps += Self.gaps(of: source, files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    return gaps
  }

  /// The holes between numbers in ascending order. Files that do not tell their days are asked past.
  private static func gaps(
    of source: Label, _ files: [(number: Int64, days: ClosedRange<CivilDate>?)]
  ) -> [SourceGap] {
    var following = [CivilDate?](repeating: nil, count: files.count + 1)
    for index in files.indices.reversed() {
      following[index] = files[index].days?.lowerBound ?? following[index + 1]
    }
    var gaps: [SourceGap] = []
    var last: CivilDate?
    for index in files.indices.dropLast() {
      last = files[index].days?.upperBound ?? last
      let (one, next) = (files[index].number, files[index + 1].number)
      guard next > one + 1 else { continue }
      let ends = [last, following[index + 1]].compactMap { $0 }
      gaps.append(
        SourceGap(
          source: source.description, first: one + 1, last: next - 1,
          days: ends.min().flatMap { first in ends.max().map { first...$0 } }))
    }
    return gaps
  }

  private static func union(
    _ a: ClosedRange<CivilDate>?, _ b: ClosedRange<CivilDate>?
  ) -> ClosedRange<CivilDate>? {
    guard let a, let b else { return a ?? b }
    return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }
}
