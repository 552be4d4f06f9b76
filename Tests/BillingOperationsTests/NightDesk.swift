// A small provider for tests: a catalog, files of calls, a store, and the commands of a night.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Synchronization
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

/// Every look at it is a second later, so that no two commits have one time.
private final class SteppingClock: Sendable {
  private let seconds = Mutex<Int64>(1_767_225_600)

  func next() -> Int64 {
    seconds.withLock { second in
      second += 1
      return second
    }
  }
}

/// One provider with its store in a folder that goes away with it.
final class NightDesk {
  let folder: TemporaryFolder
  private let clock = SteppingClock()
  /// Corrections beside a summary wherever they can be: stores of tests are small.
  var correctionPercentMax: Int64 = 1_000_000

  // Loading is most of what a small run costs.
  private var catalogs: [String: Catalog] = [:]

  init() throws {
    folder = try TemporaryFolder()
    try writeCatalog("catalog")
  }

  var storePath: String { folder.path(of: "store") }

  /// Writes a catalog; calls to 44… cost `price` a minute.
  func writeCatalog(
    _ name: String, price: String = "0.0100", blocked: Bool = false,
    sources: String = "pbx,pbx*,ratemill-csv,DE,,\n"
  ) throws {
    let files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\nacme,retail\nzebra,retail\n",
      "services.csv":
        "kind,key,account,service\nrange,493023125100-493023125199,acme,main\nrange,493023125200-493023125299,zebra,\n",
      "sources.csv": "source,pattern,format,country,sequence,expected\n" + sources,
      "decks/retail.csv":
        "prefix,destination,price,increment,status\n44,United Kingdom,\(price),60/60,\(blocked ? "blocked" : "")\n1,United States,0.0200,1/1,\n",
      "plans/retail.yaml":
        "plan: retail\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n",
    ]
    catalogs[folder.path(of: name)] = nil
    for (file, text) in files { try folder.write(text, to: name + "/" + file) }
  }

  /// Writes a file of calls, a line each: `id day end-of-caller to seconds`; callers 1xx are acme, 2xx zebra.
  func write(_ calls: [String], to name: String) throws {
    try folder.write(Self.text(calls), to: name)
  }

  /// The text of such a file.
  static func text(_ calls: [String]) -> [UInt8] {
    let rows = calls.map { call -> String in
      let cells = call.split(separator: " ")
      return "\(cells[0]),\(cells[1])T09:14:02Z,03023125\(cells[2]),00\(cells[3]),\(cells[4])\n"
    }
    return Array(("id,start,from,to,billable\n" + rows.joined()).utf8)
  }

  func tools(waitMilliseconds: Int = 0, operations: any FileOperations = SystemFileOperations()) -> StoreTools
  {
    var tools = StoreTools(
      program: "ratemill test", fileOperations: operations,
      clock: { [clock] in clock.next() }, waitMilliseconds: waitMilliseconds)
    tools.correctionPercentMax = correctionPercentMax
    return tools
  }

  /// Opens the store for looking.
  func store(_ name: String = "store") throws -> BillingStore {
    try BillingStore.open(folder.path(of: name), for: .reading, tools: tools())
  }

  /// Rates files, folders or patterns below the folder into the store.
  @discardableResult func rate(
    _ names: [String], catalog: String = "catalog", store: String = "store", tools: StoreTools? = nil,
    horizonDays: Int? = nil, _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> StoreRating.Outcome {
    let store = try BillingStore.open(
      folder.path(of: store), for: .changing(creates: true), tools: tools ?? self.tools())
    let path = folder.path(of: catalog)
    var options = RatingOptions()
    options.threadCount = 2
    options.memoryBytes = 16 << 20
    change(&options)
    let rating = StoreRating(
      into: store, catalog: try loaded(path), catalogPath: path, options: options,
      progress: RunProgress(), semantics: 1, horizonDays: horizonDays)
    let inputs = try InputFile.expand(names.map { folder.path(of: $0) }, controlSuffixes: [])
    return try rating.run(inputs) { _, _ throws(FileFault) in }
  }

  func loaded(_ path: String) throws -> Catalog {
    if let catalog = catalogs[path] { return catalog }
    let catalog = try CatalogFolder.load(path)
    catalogs[path] = catalog
    return catalog
  }

  /// The rating hash of a kept catalog, which nobody changes in these tests.
  func catalogHash(_ path: String) -> String? { try? loaded(path).ratingHash }

  /// Takes a run back.
  func revoke(_ name: String, reason: String = "test", tools: StoreTools? = nil) throws {
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    _ = try StoreRevoking.revoke(store.run(named: name), reason: reason, in: store)
  }

  /// Takes a file back that one run has read, or that run if it has read it alone.
  @discardableResult func revoke(file name: String, tools: StoreTools? = nil) throws -> Revocation {
    let done = try revokeReadings(ofFile: name, tools: tools)
    try #require(done.count == 1)
    return done[0].revocation
  }

  /// Takes all readings of a file back: the runs that had read it, in the order in which they were taken back.
  @discardableResult func revokeReadings(
    ofFile name: String, tools: StoreTools? = nil
  ) throws -> [(run: Int, revocation: Revocation)] {
    let store = try BillingStore.open(
      storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    var done: [(run: Int, revocation: Revocation)] = []
    try StoreRevoking.revoke(store.readings(ofFile: name), reason: "test", in: store) {
      done.append(($1.number, $0))
    }
    return done
  }

  /// Rates what the store holds again with another catalog.
  @discardableResult func rerate(
    _ catalog: String, _ box: EventBox = EventBox(), isPreview: Bool = false, by keys: [GroupColumn]? = nil,
    tools: StoreTools? = nil, _ look: (RerateDelta) throws -> Void = { _ in }
  ) throws -> StoreRerating.Outcome {
    let store = try BillingStore.open(
      storePath, for: isPreview ? .reading : .changing(creates: false), tools: tools ?? self.tools())
    let path = folder.path(of: catalog)
    var options = RatingOptions()
    options.threadCount = 2
    options.memoryBytes = 16 << 20
    options.groupBy = keys
    let rerating = StoreRerating(
      in: store, catalog: try loaded(path), catalogPath: path, options: options, progress: RunProgress(),
      semantics: 1)
    var outcome = StoreRerating.Outcome()
    var fault: (any Error)?
    try rerating.run(box, isPreview: isPreview) { done throws(FileFault) in
      outcome = done
      do { try look(done.delta) } catch { fault = error }
    }
    if let fault { throw fault }
    return outcome
  }

  /// Freezes a period as billed.
  ///
  /// The clock of the desk stands at the beginning of 2026: its periods have not ended.
  @discardableResult func markBilled(
    _ period: String, accounts: [String]? = nil, isBeforeItsEnd: Bool = true,
    tools: StoreTools? = nil
  ) throws -> BillingRecord {
    let choice = try #require(UsagePeriodChoice.parse(period))
    let store = try BillingStore.open(
      storePath, for: .changing(creates: false), tools: tools ?? self.tools())
    return try store.markBilled(
      choice, accounts: accounts.map { Set($0.map { Label($0) }) }, isBeforeItsEnd: isBeforeItsEnd,
      reason: "test")
  }

  /// The adjustments, as `bill` gives rows, each after its period's first day.
  func adjustments() throws -> [String] {
    var rows: [String] = []
    try store().adjustments { row in
      rows.append("\(row.usagePeriod.from) \(row.account) \(row.eventCount) \(row.amount)")
    }
    return rows
  }

  /// Decoded bytes of the documents of a period, by name.
  func usage(_ period: String = "2026-01", store: String = "store") throws -> [String: [UInt8]] {
    let choice = try #require(UsagePeriodChoice.parse(period))
    let out = folder.path(of: "usage-of-\(store)")
    let opened = try BillingStore.open(folder.path(of: store), for: .reading, tools: tools())
    _ = try opened.writeUsage(of: choice, to: out)
    // What nobody could invoice is no usage folder.
    _ = try UsageFolder.open(out)
    var files: [String: [UInt8]] = [:]
    for name in FileContent.names(in: out) {
      guard let stored = FileContent.bytes(of: out + "/" + name) else { continue }
      files[name] = name.hasSuffix(".zst") ? ZstdContent.decode(stored) : stored
    }
    return files
  }

  /// The summary of a period as text, without its header; only account, event count and amount of each row.
  func bill(_ period: String = "2026-01", store: String = "store") throws -> [String] {
    let text = String(decoding: try usage(period, store: store)["summary.csv.zst"] ?? [], as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { row in
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      return "\(cells[0]) \(cells[20]) \(cells[25])"
    }
  }

  /// Fails where a deep verification finds anything.
  func expectWhole(store: String = "store", sourceLocation: SourceLocation = #_sourceLocation) throws {
    let found = try self.store(store).verify(deep: true, catalogHash: StoreCatalog.hash)
    #expect(found.findings == [], sourceLocation: sourceLocation)
  }
}

extension StoreRating.Outcome {
  /// `read rated filtered duplicate suspended` of the run, or `nothing new`.
  var doors: String {
    switch self {
    case .committed(let commit, _, _):
      let doors = commit.run.doors
      return "\(doors.read) \(doors.rated) \(doors.filtered) \(doors.duplicate) \(doors.suspended)"
    case .nothingNew: return "nothing new"
    }
  }

  /// Names of the files that were left out, without their folders.
  var known: [String] {
    let files =
      switch self {
      case .committed(_, _, let known): known
      case .nothingNew(let known): known
      }
    return files.map { String($0.name.split(separator: "/").last ?? "") }
  }
}
