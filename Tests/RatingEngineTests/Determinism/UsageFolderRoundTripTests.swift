// What a run publishes opens for the next stage and says the same; whatever is changed in it afterwards does not open.

import Catalog
import DurableFiles
import Glibc
import Money
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct UsageFolderRoundTripTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Rates the files into `out` and returns the report.
  private func publish(_ files: [(name: String, bytes: [UInt8])]) throws -> RunReport {
    let trial = try Trial(files)
    var options = RatingOptions()
    (options.keepsSuspense, options.keepsDetail, options.hashesInputs) = (true, true, true)
    let result = try RatingRun(catalog: MixedMonth.catalog(), options: options).run(trial.inputs)
    try result.publish(at: folder.path(of: "out"), semantics: 1) { _ throws(FileFault) in }
    return result.report()
  }

  private func open() -> Result<UsageFolder, UsageFolderFault> {
    Result { () throws(UsageFolderFault) in try UsageFolder.open(folder.path(of: "out")) }
  }

  @Test func theNextStageReadsWhatTheRunReports() throws {
    let report = try publish(MixedMonth().files)
    let usage = try open().get()
    let reader = try usage.summaryReader()
    var rows: [SummaryRow] = []
    while let row = try reader.next() { rows.append(row) }
    try usage.check(reader)
    // The rows written again are the file, byte for byte.
    let stored = try #require(folder.bytes(of: "out/summary.csv.zst"))
    #expect(ZstdContent.decode(stored) == SummaryText.file(of: rows))
    #expect(rows.reduce(0) { $0 + Int($1.eventCount) } == report.rated)
    #expect(usage.usagePeriods.reduce(0) { $0 + $1.eventCount } == Int128(report.rated))
    for (currency, amount) in report.amounts {
      #expect(rows.filter { $0.currency == currency }.reduce(.zero) { $0 + $1.amount } == amount)
    }
    let costs = try #require(report.costs)
    #expect(!costs.costs.isEmpty && costs.missingCount > 5)
    for (currency, cost) in costs.costs {
      #expect(cost > .zero)
      #expect(rows.filter { $0.costCurrency == currency }.reduce(.zero) { $0 + ($1.cost ?? .zero) } == cost)
    }
    #expect(
      rows.filter { $0.cost == nil }.reduce(0) { $0 + Int($1.eventCount) } == costs.missingCount)
    for quantity in report.quantities {
      let some = rows.filter { $0.serviceKind?.rawValue == quantity.kind.rawValue }
      #expect(some.reduce(0) { $0 + Int128($1.quantityRaw) } == quantity.raw)
      #expect(some.reduce(0) { $0 + Int128($1.quantityBilled) } == quantity.billed)
    }
    let doors = usage.manifest.doors
    #expect(
      [doors.read, doors.rated, doors.filtered, doors.duplicate, doors.suspended]
        == [report.read, report.rated, report.filteredCount, report.duplicate, report.suspendedCount].map {
          Int64($0)
        })
    for suspended in report.suspended {
      let digested = usage.suspenseDigest.filter { $0.reason == Label(suspended.reason.code) }
      #expect(digested.reduce(0) { $0 + Int($1.eventCount) } == suspended.count)
    }
    #expect(usage.manifest.inputs.map(\.hash.description) == report.files.map(\.hash))
  }

  /// A folder of a few rows with every file that a run writes.
  private func publishFew() throws -> [(name: String, bytes: [UInt8])] {
    let lines = [
      "id,from,to,start,billable,kind",
      "c1,+493020000,+4477,2025-03-01T00:00:00Z,61,voice",
      "c2,+493020001,+4477,2025-03-02T00:00:00Z,5,message",
      "c3,+493020001,+4477,soon,5,voice",
    ]
    _ = try publish([("switch-1.csv", Array((lines.joined(separator: "\n") + "\n").utf8))])
    let names = FileContent.names(in: folder.path(of: "out"))
    #expect(names.count == 7)
    return try names.map { ($0, try #require(folder.bytes(of: "out/" + $0))) }
  }

  @Test func everyChangedByteIsRefused() throws {
    let files = try publishFew()
    #expect(throws: Never.self) { try open().get() }
    for file in files {
      // The manifest is changed at every byte in its own room; here the others are of interest.
      let step = file.name == SummaryManifest.fileName ? 11 : 1
      for offset in stride(from: 0, to: file.bytes.count, by: step) {
        var changed = file.bytes
        changed[offset] ^= [0x01, 0x80, 0x10][offset % 3]
        // Some bits of a frame's header mean nothing: what is decoded is then the same.
        if file.name.hasSuffix(".zst"), ZstdContent.decode(changed) == ZstdContent.decode(file.bytes) {
          continue
        }
        try folder.write(changed, to: "out/" + file.name)
        let opened = open()
        #expect(throws: UsageFolderFault.self, "\(file.name), byte \(offset)") { try opened.get() }
      }
      try folder.write(file.bytes, to: "out/" + file.name)
    }
    #expect(throws: Never.self) { try open().get() }
  }

  @Test func aFileThatIsMissingCutOrLongerIsRefused() throws {
    for file in try publishFew() {
      for length in [0, 1, file.bytes.count / 2, file.bytes.count - 1] {
        try folder.write(Array(file.bytes[..<length]), to: "out/" + file.name)
        let opened = open()
        #expect(throws: UsageFolderFault.self, "\(file.name) cut to \(length)") { try opened.get() }
      }
      for extra in [[10], Array("x".utf8), file.bytes] {
        try folder.write(file.bytes + extra, to: "out/" + file.name)
        let opened = open()
        #expect(throws: UsageFolderFault.self, "\(file.name) and \(extra.count) bytes") { try opened.get() }
      }
      unlink(folder.path(of: "out/" + file.name))
      let opened = open()
      #expect(throws: UsageFolderFault.self, "without \(file.name)") { try opened.get() }
      try folder.write(file.bytes, to: "out/" + file.name)
    }
    #expect(throws: Never.self) { try open().get() }
  }
}
