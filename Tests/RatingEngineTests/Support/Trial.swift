// One run of the engine over files that a test writes, and what came out of it in a form that can be compared.

import Catalog
import DurableFiles
import Money
import Tables
import TestSupport

@testable import RatingEngine

/// Runs the engine over files in a folder of its own.
struct Trial {
  let folder: TemporaryFolder
  private(set) var inputs: [InputFile] = []

  init() throws { folder = try TemporaryFolder() }

  init(_ files: [(name: String, bytes: [UInt8])]) throws {
    self.init(folder: try TemporaryFolder())
    for file in files { try add(file.name, file.bytes) }
  }

  init(_ name: String, _ text: String) throws { try self.init([(name, Array(text.utf8))]) }

  private init(folder: TemporaryFolder) { self.folder = folder }

  /// Writes a file that runs read after those before it.
  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try folder.write(bytes, to: name)
    inputs.append(InputFile(name: folder.path(of: name)))
  }

  /// Rates the files and takes down everything that a run says.
  func run(_ catalog: Catalog, _ change: (inout RatingOptions) -> Void = { _ in }) throws -> TrialResult {
    try run(try Self.prepare(catalog, change))
  }

  /// Rates the files with a catalog that was compiled before.
  func run(_ run: RatingRun) throws -> TrialResult {
    try TrialResult(try run.run(inputs), folder: folder.path)
  }

  /// Compiles a catalog for runs that tell all about themselves.
  static func prepare(
    _ catalog: Catalog, _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> RatingRun {
    var options = RatingOptions()
    options.groupBy = TrialResult.columns
    options.keepsSuspense = true
    // Small buffers: they are cheap to make, and records meet their seams.
    options.chunkBytes = 4096
    change(&options)
    return try RatingRun(catalog: catalog, options: options)
  }
}

/// What a run said: its report, its table, and its suspense file with addresses.
struct TrialResult {
  /// The columns that a table of the tests has, unless a test asks for others.
  static let columns: [GroupColumn] = [
    .account, .cost_centre, .service, .usage_period, .day, .plan, .charge, .service_kind, .direction,
    .rating_group, .destination, .jurisdiction, .band, .unit_price, .per, .supplier, .currency,
    .cost_currency,
  ]

  let report: RunReport
  /// The table of `--by`, with its header.
  let table: String
  /// The suspense file decoded; the folder of the test is left out of file names.
  let suspense: String

  init(_ result: RatingResult, folder: String) throws {
    report = result.report()
    var suspense: [UInt8] = []
    _ = try SuspenseText(result).write { bytes throws(FileFault) in suspense += bytes }
    self.suspense = String(decoding: suspense, as: UTF8.self).split(
      separator: folder + "/", omittingEmptySubsequences: false
    ).joined()
    var table: [UInt8] = []
    try result.writeGrouped { bytes throws(FileFault) in table += bytes }
    self.table = String(decoding: table, as: UTF8.self)
  }

  /// Rows of the table as column → text.
  var rows: [[String: String]] {
    let lines = table.split(separator: "\n").map { PlainCSV.cells(of: String($0)) }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  /// Counts by door and reason, one line each: `read 3`, `filtered unanswered 1`.
  var doors: [String] {
    ["read \(report.read)", "rated \(report.rated)", "duplicate \(report.duplicate)"]
      + report.filtered.map { "filtered \($0.reason) \($0.count)" }
      + report.suspended.sorted { $0.reason.code < $1.reason.code }.map {
        "suspended \($0.reason.code) \($0.count)"
      }
  }

  /// Counts of each file, in order: read, rated, filtered, duplicate, suspended.
  var fileDoors: [[Int]] {
    report.files.map { [$0.read, $0.rated, $0.filtered, $0.duplicate, $0.suspended] }
  }

  /// Amounts by currency, as text.
  var amounts: [String] { report.amounts.map { "\($0.amount) \($0.currency)" } }

  /// Everything that must not depend on how a run was done, as one text.
  var everything: String {
    (doors + fileDoors.map { "file \($0)" } + amounts).joined(separator: "\n") + "\n" + table + suspense
  }
}

/// CSV taken apart byte by byte, as slowly and plainly as RFC 4180 says it.
enum PlainCSV {
  /// The cells of one record; a quote that is not closed ends with the text.
  static func cells(of record: String) -> [String] {
    var cells: [[UInt8]] = [[]]
    var isQuoted = false
    var bytes = Array(record.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "\"") {
        if isQuoted, bytes.first == byte {
          cells[cells.count - 1].append(byte)
          bytes.removeFirst()
        } else {
          isQuoted.toggle()
        }
      } else if byte == UInt8(ascii: ","), !isQuoted {
        cells.append([])
      } else {
        cells[cells.count - 1].append(byte)
      }
    }
    return cells.map { String(decoding: $0, as: UTF8.self) }
  }
}
