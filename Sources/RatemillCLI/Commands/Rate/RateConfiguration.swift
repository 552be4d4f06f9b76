// What `ratemill rate` is asked to do, complete and free of contradictions.

internal import OptionTable

/// The validated options of `rate`.
struct RateConfiguration: Equatable, Sendable {
  /// More threads than any machine gains from: a larger number is a slip of the keyboard.
  static let threadCountMax = 1024
  /// Below 16 MiB the buffers alone would not fit.
  static let memoryBytesRange = (16 << 20)...(1 << 40)
  static let memoryBytesDefault = 1 << 30
  /// Buffers are made for a record of the largest size, once for each thread.
  static let recordBytesRange = (1 << 10)...(64 << 20)
  static let recordBytesDefault = 1 << 20

  /// Where the table of `--by` goes.
  enum TableTarget: Equatable, Sendable {
    case standardOutput
    case file(String)
  }

  /// A table of sums.
  struct Table: Equatable, Sendable {
    /// Its columns, in the order asked for; none twice, at least one.
    let keys: [ByKey]
    let target: TableTarget
  }

  /// The folder of the catalog.
  let catalogPath: String
  /// Files, folders and patterns, in the order typed; `-` is standard input, at most once. Never empty.
  let inputs: [String]
  /// The source of standard input and of files that no pattern fits.
  let sourceName: String?
  /// The store to commit to; then there is neither `outPath` nor `table`.
  let storePath: String?
  /// Days of runs with which records are compared; only with `storePath`, nil for all.
  let horizonDays: Int?
  /// The folder to publish; nil for an analysis by `table` alone.
  let outPath: String?
  /// Whether that folder may hold an earlier output.
  let replacesOutput: Bool
  /// Every rated event too; only with `outPath` or `storePath`.
  let writesDetail: Bool
  /// Numbers of others are cut there; only with `writesDetail`.
  let masksDetail: Bool
  /// There is a `storePath`, an `outPath`, a table, or both of the latter.
  let table: Table?
  /// The report goes to standard output; then no table goes there.
  let printsJSON: Bool
  let deduplicates: Bool
  let skipsDamagedFiles: Bool
  /// Over all inputs; nil where nothing is expected.
  let expectedRecordCount: Int?
  /// Over all inputs, decompressed; nil where nothing is expected.
  let expectedByteCount: Int?
  /// Suspended records, of those read, above which the run ends with `findings`.
  let suspenseMax: CountOrPercent
  /// At least 1.
  let threadCount: Int
  let memoryBytesMax: Int
  let recordBytesMax: Int
  /// Standard input is kept for a second reading.
  let spoolsInput: Bool
  /// Telephone numbers in reports in full.
  let showsNumbers: Bool

  init(_ options: RateOptions, inputs: [String], in surroundings: Surroundings) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, the folder with accounts, decks, plans and sources")
    try Requirement.readable(inputs, in: surroundings)
    self.inputs = inputs
    sourceName = options.shared.source
    storePath = options.shared.store
    horizonDays = options.horizonDays
    outPath = options.shared.out
    replacesOutput = options.shared.replacesOutput
    writesDetail = options.writesDetail
    masksDetail = options.masksDetail
    table = try Self.table(options)
    printsJSON = options.shared.printsJSON
    deduplicates = !options.keepsDuplicates
    skipsDamagedFiles = options.skipsDamagedFiles
    expectedRecordCount = options.expectedRecords
    expectedByteCount = options.expectedBytes
    suspenseMax = options.suspenseMax ?? .count(0)
    threadCount = options.threads.flatMap { $0 > 0 ? $0 : nil } ?? surroundings.coreCount
    memoryBytesMax = options.memory ?? Self.memoryBytesDefault
    recordBytesMax = options.recordMax ?? Self.recordBytesDefault
    spoolsInput = options.spoolsInput
    showsNumbers = options.shared.showsNumbers
    try refuseContradictions()
  }

  private static func table(_ options: RateOptions) throws(UsageError) -> Table? {
    guard let keys = options.by else {
      if options.output != nil {
        throw UsageError("-o needs a table to write; add --by KEYS, or use --out DIR")
      }
      return nil
    }
    let path = options.output ?? "-"
    return Table(keys: keys, target: path == "-" ? .standardOutput : .file(path))
  }

  private func refuseContradictions() throws(UsageError) {
    if storePath != nil {
      if outPath != nil { throw UsageError("--store and --out are two places for one run; give one of them") }
      if table != nil { throw UsageError("--store keeps runs, not tables; rate with --by alone for a table") }
      if !deduplicates {
        throw UsageError("a store never bills a record twice; leave --no-dedupe out, or use --out DIR")
      }
    }
    if horizonDays != nil, storePath == nil {
      throw UsageError("--horizon needs --store DIR: it says with which runs of a store records are compared")
    }
    if storePath == nil, outPath == nil, table == nil {
      throw UsageError(
        "nothing to write; add --out DIR for summary, suspense and run report, --store DIR to commit the run to a "
          + "billing store, or --by KEYS for one table")
    }
    if masksDetail, !writesDetail {
      throw UsageError("--mask-detail is about the file of --detail; add --detail")
    }
    if writesDetail, outPath == nil, storePath == nil {
      throw UsageError("--detail needs a folder to write to; add --out DIR")
    }
    if replacesOutput, outPath == nil {
      throw UsageError("--force is about the folder of --out; add --out DIR")
    }
    if printsJSON, table?.target == .standardOutput {
      throw UsageError("--json and the table of --by cannot both go to standard output; add -o FILE")
    }
  }
}
