// Which format is this? Every known descriptor reads the front of the file with the engine's own parser; the share of
// records that it can read decides, then how much of the file it uses.

public import Catalog
public import Tables

/// How well the known formats read a sample.
public struct FormatGuess: Sendable {
  /// A format that can read at least one record.
  public struct Candidate: Sendable {
    /// The format.
    public let format: FormatDescriptor
    /// Records that were tried.
    public let recordCount: Int
    /// Those that are events, or rows that the format knows to be none.
    public let readCount: Int
    /// Columns of the file that the format reads.
    public let columnCount: Int
    /// Why most of the others are suspended; nil where all were read.
    public let commonReason: SuspenseReason?
  }

  /// A format that is not this file's, but near.
  public struct Misfit: Sendable, Hashable {
    /// The format's name.
    public let name: Label
    /// What it needs and the file's header lacks; empty where the header is its own and no record could be read.
    public let missing: [Label]
    /// How many of the columns that it needs are there.
    public let foundCount: Int
    /// Why its records are suspended, where the header is its own.
    public let reason: SuspenseReason?
  }

  /// Formats that can read it, best first.
  public let candidates: [Candidate]
  /// Near misses, nearest first; at most three.
  public let misfits: [Misfit]

  /// Records tried at most.
  public static let recordCountMax = 200

  /// Tries all formats on a sample, as usage of `source`.
  public init(_ sample: SampleText, formats: [FormatDescriptor], source: UsageSource? = nil) {
    let reader = TrialReader(textBytesMax: sample.bytes.count)
    var candidates: [Candidate] = []
    var misfits: [Misfit] = []
    for format in formats {
      let trial = Trial(sample, format, source: source ?? .trial(), reader)
      if trial.readCount > 0 {
        candidates.append(
          Candidate(
            format: format, recordCount: trial.recordCount, readCount: trial.readCount,
            columnCount: trial.columnCount, commonReason: trial.commonReason))
      } else if let misfit = Self.misfit(format, sample, trial) {
        misfits.append(misfit)
      }
    }
    self.candidates = candidates.sorted(by: Self.precedes)
    let nearest = misfits.sorted { a, b in
      (a.missing.count, -a.foundCount, a.name) < (b.missing.count, -b.foundCount, b.name)
    }
    self.misfits = Array(nearest.prefix(3))
  }

  /// The larger share first; of equals the one that reads more columns, then a format of the user's own, then by name.
  private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    let (x, y) = (a.readCount * b.recordCount, b.readCount * a.recordCount)
    if x != y { return x > y }
    if a.columnCount != b.columnCount { return a.columnCount > b.columnCount }
    let (isOwnA, isOwnB) = (a.format.isOwn, b.format.isOwn)
    return isOwnA != isOwnB ? isOwnA : a.format.name < b.format.name
  }

  // MARK: near misses

  private static func misfit(_ format: FormatDescriptor, _ sample: SampleText, _ trial: Trial) -> Misfit? {
    if trial.recordCount > 0 {
      // The fields could be told apart, so it is at least shaped like the format.
      guard trial.commonReason != .badRecord, trial.commonReason != .badQuotes else { return nil }
      return Misfit(name: format.name, missing: [], foundCount: trial.columnCount, reason: trial.commonReason)
    }
    guard format.dialect.framing == .csv, format.header.mode == .names, !sample.bytes.isEmpty else {
      return nil
    }
    let names = SampleShape(sample.bytes).fields
    var missing: [Label] = []
    var foundCount = 0
    for alternatives in needed(format) {
      if alternatives.contains(where: { name in names.contains { FieldPlan.matches($0, name) } }) {
        foundCount += 1
      } else if let first = alternatives.first, !missing.contains(first) {
        missing.append(first)
      }
    }
    // Less than half of what it needs is no likeness, unless the header has what tells the format from others.
    let hasFingerprint =
      !format.header.requiredNames.isEmpty
      && format.header.requiredNames.allSatisfy { name in names.contains { FieldPlan.matches($0, name) } }
    guard foundCount > 1, foundCount >= missing.count || hasFingerprint else { return nil }
    return Misfit(name: format.name, missing: missing, foundCount: foundCount, reason: nil)
  }

  /// The columns that a header must have, each with the other names it may have.
  private static func needed(_ format: FormatDescriptor) -> [[Label]] {
    let fields = format.fields.filter { !$0.isOptional }.flatMap { rule -> [[Label]] in
      let lists = rule.source.columns.compactMap { reference -> [Label]? in
        if case .names(let names) = reference { names } else { nil }
      }
      return rule.source.joinedBy == nil ? [lists.flatMap { $0 }] : lists
    }
    return (fields + format.header.requiredNames.map { [$0] }).filter { !$0.isEmpty }
  }
}

/// One format tried on a sample.
private struct Trial {
  var recordCount = 0
  var readCount = 0
  var columnCount = 0
  var commonReason: SuspenseReason?

  init(_ sample: SampleText, _ format: FormatDescriptor, source: UsageSource, _ reader: TrialReader) {
    var reasons: [SuspenseReason: Int] = [:]
    var (records, read, columns) = (0, 0, 0)
    do throws(FormatMismatch) {
      try reader.read(sample.bytes, format, source: source, isWhole: sample.isWhole) { reading in
        columns = reading.view.plan.columns.count { $0 != FieldPlan.missingColumn }
        for index in 0..<reading.count where records < FormatGuess.recordCountMax {
          records += 1
          if case .suspended(let reason, _) = reading.view.outcome(index) {
            reasons[reason, default: 0] += 1
          } else {
            read += 1
          }
        }
        return records < FormatGuess.recordCountMax
      }
    } catch {
      // Not this format: no record was tried.
    }
    (recordCount, readCount, columnCount) = (records, read, columns)
    commonReason = reasons.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
  }
}
