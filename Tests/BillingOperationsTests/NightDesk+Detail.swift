// The detail of a desk's usage.

import BillingCalendar
import BillingStore
import DurableFiles
import RatingEngine
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

extension NightDesk {
  /// Decoded bytes of the documents of a period with detail, by name.
  func detailedUsage(
    _ period: String = "2026-01", store: String = "store", masksNumbers: Bool = false
  ) throws -> [String: String] {
    let choice = try #require(UsagePeriodChoice.parse(period))
    let out = folder.path(of: "detail-of-\(store)")
    let opened = try BillingStore.open(folder.path(of: store), for: .reading, tools: tools())
    _ = try StoreDetail.writeUsage(of: choice, to: out, masksNumbers: masksNumbers, in: opened, semantics: 1)
    // The manifest has proved every file.
    let folder = try UsageFolder.open(out)
    let reader = try #require(try folder.detailReader())
    while try reader.next() != nil {}
    try folder.check(reader)
    var files: [String: String] = [:]
    for name in FileContent.names(in: out) where name != "manifest.json" {
      let stored = FileContent.bytes(of: out + "/" + name) ?? []
      files[name] = String(
        decoding: name.hasSuffix(".zst") ? ZstdContent.decode(stored) ?? [] : stored, as: UTF8.self)
    }
    return files
  }

  /// By which records the detail of a period names its events, in its order: `key file:line`, without the file's folder.
  func namedRecords(_ period: String = "2026-01", store: String = "store") throws -> [String] {
    let detail = try detailedUsage(period, store: store)["detail.csv.zst"] ?? ""
    return detail.split(separator: "\n").dropFirst().map { row in
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      let file = cells[cells.count - 2].split(separator: "/").last ?? ""
      return "\(cells[3]) \(file):\(cells[cells.count - 1])"
    }
  }

  /// The rows of one run over files, without a store, sorted by their bytes.
  func rowsOfOneRun(_ names: [String], catalog: String = "catalog") throws -> [Substring] {
    var options = RatingOptions()
    options.threadCount = 2
    options.keepsDetail = true
    let inputs = try InputFile.expand(names.map { folder.path(of: $0) }, controlSuffixes: [])
    let result = try RatingRun(catalog: loaded(folder.path(of: catalog)), options: options).run(
      inputs)
    try result.publish(at: folder.path(of: "one-run"), semantics: 1) { _ throws(FileFault) in }
    let stored = try #require(folder.bytes(of: "one-run/detail.csv.zst"))
    return String(decoding: ZstdContent.decode(stored) ?? [], as: UTF8.self).split(separator: "\n")
      .dropFirst()
      .sorted()
  }

  /// The rows of several periods with detail, sorted by their bytes.
  func detailRows(_ periods: [String], store: String = "store") throws -> [Substring] {
    var rows: [Substring] = []
    for period in periods {
      rows += (try detailedUsage(period, store: store)["detail.csv.zst"] ?? "").split(separator: "\n")
        .dropFirst()
    }
    return rows.sorted()
  }
}
