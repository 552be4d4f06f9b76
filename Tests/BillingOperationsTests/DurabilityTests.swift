// What a failure leaves behind: every call that can fail fails once, and once the process dies there.
//
// After each: the store verifies, it is in its old state or in its new one, and the same command again ends in the new one,
// with the same bytes.

import BillingStore
import CSQLite
import DurableFiles
import FaultySQLite
import Glibc
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct DurabilityTests {
  /// A verb and the state in which it begins.
  enum Verb: String, CaseIterable, Sendable {
    case create, rate, markBilled, revoke, recycle, writeOff, correct, revokeRecycled, purge, purgeSettled
    case rerate, rerateSettled, rerateOwner, rateSettled, revokeSettled, markBilledSettled, revokeFile,
      rateHalfALine
    case draft, decide, finalise, credit

    /// Those that are tried: all, or the one that `RATEMILL_VERB` names.
    static var chosen: [Verb] {
      guard let name = getenv("RATEMILL_VERB") else { return allCases }
      return allCases.filter { $0.rawValue == String(cString: name) }
    }

    /// Brings a desk to the state before.
    func prepare(_ desk: NightDesk) throws {
      if [.rateSettled, .revokeSettled, .markBilledSettled, .rerateSettled, .rerateOwner].contains(self) {
        return try prepareSettled(desk)
      }
      if self == .purgeSettled { return try preparePurge(desk) }
      if self == .rateHalfALine { return try prepareHalfALine(desk) }
      switch self {
      case .recycle, .writeOff, .correct, .revokeRecycled, .rerate:
        try desk.write(SuspenseTests.calls, to: "usage/pbx-1.csv")
        try SuspenseTests.writeMendedCatalog(desk)
      default: try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
      }
      if self == .revokeFile {
        try desk.write(StoreRatingTests.monday + StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
        try desk.write(StoreRatingTests.monday + StoreRatingTests.wednesday, to: "more/pbx-3.csv")
      }
      if self != .create { try desk.rate(["usage"]) }
      if self == .revokeFile { try desk.rate(["more"]) }
      if self == .rerate {
        try desk.recycle(catalog: "mended")
        try desk.writeOff(["1-3"])
        try desk.writeCatalog("dear", price: "0.0900")
      }
      if self == .revoke || self == .purge { try desk.markBilled("2026-01") }
      if [.draft, .decide, .finalise, .credit].contains(self) {
        try desk.folder.write(InvoiceDesk.contracts, to: "catalog/contracts.csv")
      }
      if [.decide, .finalise, .credit].contains(self) { try desk.draft("2026-01") }
      if [.finalise, .credit].contains(self) { try desk.approveAll() }
      if self == .credit { try desk.finalise() }
      if self == .revokeRecycled { try desk.recycle(catalog: "mended") }
      try desk.write(StoreRatingTests.monday + StoreRatingTests.tuesday, to: "more/pbx-2.csv")
    }

    /// Two months of plans that are settled, of which the first is billed; a night reaches into the second.
    private func preparePurge(_ desk: NightDesk) throws {
      let months = SettledMonths(seed: 6, callCount: 60)
      try SettledMonths.write("settling", to: desk)
      for night in 0...4 {
        try desk.folder.write(months.nights[night], to: SettledMonths.file(night))
        try desk.rateNight(night)
      }
      try desk.markBilled("2026-01")
    }

    /// Two nights of plans that are settled: both are in the store, or the first one where the other is to be rated.
    private func prepareSettled(_ desk: NightDesk) throws {
      let nights = SettledNights(seed: 5, nightCount: 2, callCount: 40)
      try nights.write(to: desk)
      try desk.rate(["usage/" + SettledNights.name(0)], catalog: "settling")
      if self == .rateSettled {
        // The second night contradicts a call of the first, which goes to suspense with the same commit.
        let call = nights.nights[0].split(separator: "\n").first { $0.hasSuffix(",ANSWERED") } ?? ""
        let contradicting = call.replacing(",ANSWERED", with: "9,ANSWERED")
        try desk.folder.write(nights.nights[1] + contradicting + "\n", to: "usage/" + SettledNights.name(1))
      } else {
        try desk.rate(["usage"], catalog: "settling")
      }
      if [.rerateSettled, .rerateOwner].contains(self) {
        try SettledNights.writeDearCatalog("dear", to: desk)
      }
    }

    /// A file whose last line was rated when half of it was written, and is whole now.
    private func prepareHalfALine(_ desk: NightDesk) throws {
      let file = try GrowingFile(desk)
      let text = GrowingFileTests.header + GrowingFileTests.row("a") + GrowingFileTests.row("b")
      try file.become(Array(text.utf8.dropLast(2)))
      try file.rate()
      try file.become(text + GrowingFileTests.row("c"))
    }

    /// Whether it needs two commits, each of which leaves a store that is whole.
    var isOfTwoCommits: Bool { self == .rateHalfALine }

    /// Does it; the same command again does nothing more.
    func run(_ desk: NightDesk, _ tools: StoreTools) throws {
      switch self {
      case .create: try desk.rate(["usage"], tools: tools)
      case .rate: try desk.rate(["more"], tools: tools)
      case .markBilled, .markBilledSettled: try desk.markBilled("2026-01", tools: tools)
      case .rerate, .rerateSettled: try desk.rerate("dear", tools: tools)
      case .rerateOwner: try desk.rerate("dear", EventBox(accounts: ["anna", "ben"]), tools: tools)
      case .rateHalfALine: try desk.rate(["usage"], tools: tools)
      case .rateSettled: try desk.rate(["usage"], catalog: "settling", tools: tools)
      case .revokeFile: try desk.revoke(file: "pbx-2.csv", tools: tools)
      case .revokeSettled: try desk.revoke("2", tools: tools)
      case .revoke, .revokeRecycled: try desk.revoke("1", tools: tools)
      case .purge: try desk.purge(before: "2026-03-01", tools: tools)
      case .purgeSettled: try desk.purge(before: "2026-02-01", tools: tools)
      case .recycle: try desk.recycle(catalog: "mended", tools: tools)
      case .writeOff: try desk.writeOff(code: "no-price", tools: tools)
      case .correct:
        try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125201,00442079460123,9", tools: tools)
      case .draft: try desk.draft("2026-01", tools: tools)
      case .decide: try desk.approveAll(tools: tools)
      case .finalise: try desk.finalise(tools: tools)
      case .credit: try desk.credit("INV-0001", tools: tools)
      }
    }
  }

  /// What of a store must be the same whatever happened on the way. A run's id is a hash of all that decides its documents,
  /// and a deep verification has read every byte of them.
  private struct State: Equatable {
    var runs: [String]
    var invoices: [String]
    var files: [String]
    /// What counts of two months, without the names of settlements.
    var usage: [String: [UInt8]]
    var billingCount: Int
    var auditCount: Int64

    init(_ desk: NightDesk, sourceLocation: SourceLocation = #_sourceLocation) throws {
      let store = try desk.store()
      runs = try store.runs().map { "\($0.id) \($0.state.rawValue)" }
      // Hashes of the documents: the same numbers, the same bytes.
      invoices = try store.invoices().map { "\($0.number) \($0.sequence) \($0.jsonHash) \($0.pageHash)" }
      let found = try store.verify(deep: true, catalogHash: desk.catalogHash)
      #expect(found.findings == [], sourceLocation: sourceLocation)
      (billingCount, auditCount) = (found.billingCount, found.auditCount)
      // Names of billings follow from their rows; run.json has a clock, and so have names of settlements.
      files = FileContent.files(below: desk.storePath).filter { $0 != "book.sqlite-journal" }.map { file in
        file.hasPrefix("settled/") ? "settled/" + (file.split(separator: "/").last ?? "") : file
      }.sorted()
      usage = [:]
      for period in ["2026-01", "2026-02"] {
        for (name, bytes) in (try? desk.usage(period)) ?? [:] where name != "manifest.json" {
          usage[period + "/" + name] = bytes
        }
      }
    }
  }

  /// Every call is tried with `RATEMILL_EVERY_CALL=1`, which takes long; otherwise one in nineteen, and of verbs with many calls some
  /// ten, spread over all.
  private static func step(callCount: Int) -> Int {
    getenv("RATEMILL_EVERY_CALL") == nil ? max(19, callCount / 10 | 1) : 1
  }

  /// Runs the verb with a failure at each call until one run needs fewer calls.
  private func check(
    _ verb: Verb, _ tools: (NightDesk, _ failingCall: Int) throws -> (StoreTools, callCount: () -> Int)
  ) throws {
    let desk = try NightDesk()
    try verb.prepare(desk)
    let before = FileContent.copy(desk.storePath)
    if !before.isEmpty { try sweep(desk) }
    let old = before.isEmpty ? nil : try State(desk)
    let (counting, callCount) = try tools(desk, Int(Int32.max))
    try verb.run(desk, counting)
    let step = Self.step(callCount: callCount())
    try sweep(desk)
    let new = try State(desk)
    for call in stride(from: 1, to: Int.max, by: step) {
      try FileContent.replace(desk.storePath, with: before)
      let (faulty, callCount) = try tools(desk, call)
      let isDone = (try? verb.run(desk, faulty)) != nil
      let count = callCount()
      try sweep(desk)
      let found = try State(desk)
      let isEmpty = old == nil && found.runs.isEmpty
      let isBetween = verb.isOfTwoCommits && found.auditCount == (old?.auditCount ?? 0) + 2
      #expect(
        isDone ? found == new : found == new || found == old || isEmpty || isBetween, "\(verb), call \(call)")
      if found != new {
        try verb.run(desk, desk.tools())
        try sweep(desk)
        #expect(try State(desk) == new, "\(verb), again after call \(call)")
      }
      if count < call { return }
    }
  }

  /// Opening for changing sweeps what was left.
  private func sweep(_ desk: NightDesk) throws {
    _ = try BillingStore.open(desk.storePath, for: .changing(creates: true), tools: desk.tools())
  }

  @Test(.serialized, arguments: Verb.chosen, [false, true])
  func aFailureOfAFolder(verb: Verb, isLasting: Bool) throws {
    try check(verb) { desk, call in
      let operations = FaultyFileOperations(.init(failingCall: call, isLasting: isLasting))
      return (desk.tools(operations: operations), { operations.callCount })
    }
  }

  @Test(.serialized, arguments: Verb.chosen, [(false, SQLITE_FULL), (true, SQLITE_IOERR)])
  func aFailureOfTheBook(verb: Verb, plan: (isLasting: Bool, code: Int32)) throws {
    let name = "faulty-\(verb)-\(plan.isLasting)-\(plan.code)"
    let faults = UnsafeMutablePointer<FaultyPlan>.allocate(capacity: 1)
    faults.initialize(to: FaultyPlan())
    defer { faults.deallocate() }
    try #require(faulty_vfs_register(name, faults) == 0)
    defer { faulty_vfs_unregister(name) }
    try check(verb) { desk, call in
      faults.pointee = FaultyPlan(
        failing_call: Int32(call), is_lasting: plan.isLasting ? 1 : 0, code: plan.code, call_count: 0)
      var tools = desk.tools()
      tools.vfs = name
      return (tools, { Int(faults.pointee.call_count) })
    }
  }
}

extension FileContent {
  /// Every file below a folder.
  static func copy(_ folder: String) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for file in Self.files(below: folder) { files[file] = bytes(of: folder + "/" + file) }
    return files
  }

  /// Makes a folder hold these files and nothing else.
  static func replace(_ folder: String, with files: [String: [UInt8]]) throws {
    try DurableFolder.removeAll(folder)
    for (file, bytes) in files { try write(bytes, to: folder + "/" + file) }
  }
}
