// The proof that a store is what was committed: book, audit trail, folders, sums.

import DurableFiles
import Money
import Tables
import UsageSummary

/// What a verification found.
public struct StoreVerification: Sendable {
  /// What is wrong, one sentence each; nothing where all meets.
  public var findings: [String] = []
  /// Runs that were looked at.
  public var runCount = 0
  /// Runs among them of which only sums are left.
  public var purgedCount = 0
  /// Billings that were looked at.
  public var billingCount = 0
  /// Invoices and credit notes that were looked at.
  public var invoiceCount = 0
  /// Rows of the audit trail.
  public var auditCount: Int64 = 0
  /// The seal of its last row.
  public var auditHead = ""
  /// Whether every byte of every document was read.
  public var isDeep = false
  /// Of the purged runs, those of whose records something is still there, because the purge was interrupted.
  public var purgedWithRecordsCount = 0
  /// Entries of the store that no row names: settlements that others have replaced, and what a killed command has left, also of the
  /// records of purged runs. The next that changes the store removes them.
  public var leftovers: [String] = []
}

extension BillingStore {
  /// Verifies the store.
  ///
  /// Always: the database's own checks, the seals of the audit trail, that every run is in it with the manifest that it was
  /// committed with, that manifests are sealed and say what the book says, and that the sums of the book are theirs. With
  /// `deep` also every document of every run: bytes, hashes, rows, sums, added up again into the rows of the book; and the
  /// catalogs, whose rating hash `catalogHash` computes.
  /// Complexity: O(runs); with `deep` O(bytes of the store).
  public func verify(deep: Bool, catalogHash: (_ folder: String) -> String?) throws(StoreFault)
    -> StoreVerification
  {
    var result = StoreVerification()
    result.isDeep = deep
    try book.query("PRAGMA integrity_check") { row in
      if row.text(0) != "ok" { result.findings.append("\(Self.bookName): \(row.text(0))") }
    }
    try book.query("PRAGMA foreign_key_check") { row in
      result.findings.append("\(Self.bookName): a row of \(row.text(0)) names something that is not there")
    }
    let trail = AuditTrail(book: book)
    result.findings += try trail.findings()
    (result.auditCount, result.auditHead) = try trail.head()
    let manifests = try auditedManifests(trail)
    for run in try runs() {
      result.runCount += 1
      if run.isPurged { result.purgedCount += 1 }
      for finding in try findings(of: run, audited: manifests[run.id], deep: deep) {
        result.findings.append("run \(run.number) (\(run.id)): \(finding)")
      }
    }
    result.findings += try suspenseFindings(trail, deep: deep)
    for hash in try knownNames(of: .catalogs).sorted() {
      if let finding = catalogFinding(hash, deep: deep, catalogHash) { result.findings.append(finding) }
    }
    for finding in try billingFindings(trail, deep: deep, &result.billingCount) {
      result.findings.append(finding)
    }
    result.invoiceCount = try invoices().count
    result.findings += try invoiceFindings(trail)
    result.findings += try settlementFindings(deep: deep)
    for room in Room.allCases {
      var known = try knownNames(of: room)
      // Superseded drafts go with the next command that changes the store; nothing was killed.
      if room == .drafts { known.formUnion(try drafts(where: "1", []).map(\.id)) }
      result.leftovers += entries(of: room).filter { !known.contains($0) }.map { "\(room.rawValue)/\($0)" }
    }
    // A purge that was killed has changed the book already; the sweep of the next change does the rest.
    for run in try purgedRuns().sorted() {
      let names = recordNames(ofRun: run)
      if !names.isEmpty { result.purgedWithRecordsCount += 1 }
      result.leftovers += names.map { "\(Room.runs.rawValue)/\(run)/\($0)" }
    }
    return result
  }

  /// The manifest hashes that the audit trail names, by run.
  private func auditedManifests(_ trail: AuditTrail) throws(StoreFault) -> [String: String] {
    var manifests: [String: String] = [:]
    try trail.forEach { entry in
      guard let details = try? JSONReader.read(entry.details.bytes),
        case .string(let hash) = details["manifest_sha256"]
      else { return }
      manifests[entry.subject] = hash.description
    }
    return manifests
  }

  private func findings(
    of run: RunRecord, audited: String?, deep: Bool
  ) throws(StoreFault) -> [String] {
    var findings: [String] = []
    if audited != run.manifestHash {
      findings.append("the audit trail names another manifest than the book")
    }
    let folder = path(.runs, run.id)
    let name = folder + "/" + SummaryManifest.fileName
    guard let bytes = try? TableFile.read(name) else { return findings + ["\(name) cannot be read"] }
    guard SHA256.hex(of: bytes) == run.manifestHash else {
      return findings + ["\(name) is not the one that was committed"]
    }
    do throws(UsageFolderFault) {
      let manifest = try SummaryManifest.read(bytes, name: name)
      findings += try bookFindings(run, manifest)
      guard deep else { return findings }
      let (usage, totals) = try UsageTotals.proving(folder, onlyFiles: run.isPurged ? Self.keptFiles : nil)
      do throws(StoreFault) {
        let isSame = run.isPurged ? true : try Self.parts(of: usage) == parts(of: run)
        if !isSame {
          findings.append("files of its folder are not those that were committed")
        }
        if try !totals.isSame(as: UsageTotals(book: book, table: "run_rows", owner: run.id)) {
          findings.append("the rows of the book are not the sums of its summary")
        }
      } catch {
        findings.append(error.description)
      }
    } catch {
      findings.append(error.description)
    }
    return findings
  }

  /// What the book says of a run, against its manifest.
  private func bookFindings(_ run: RunRecord, _ manifest: SummaryManifest) throws(UsageFolderFault)
    -> [String]
  {
    var findings: [String] = []
    if manifest.doors != run.doors { findings.append("the book counts other records than its manifest") }
    if manifest.ratingHash != Label(run.ratingHash) { findings.append("the book names another catalog") }
    if RunIdentity(manifest, kind: run.kind, replacing: run.replaces).hash != run.identity {
      findings.append("its identity is not that of its manifest")
    }
    do throws(StoreFault) {
      let inputs = try files(of: run).map {
        SummaryManifest.Input(
          name: Label($0.name), source: $0.source, decodedBytes: $0.decodedBytes, hash: Label($0.contentHash),
          doors: $0.doors)
      }
      if inputs != manifest.inputs { findings.append("the book lists other files than its manifest") }
      let totals = try UsageTotals(book: book, table: "run_rows", owner: run.id)
      if !totals.meet(manifest.sums) {
        findings.append("the rows of the book do not add up to the sums of its manifest")
      }
    } catch {
      findings.append(error.description)
    }
    return findings
  }

  /// Settlements against the book, and with `deep` their rows.
  private func settlementFindings(deep: Bool) throws(StoreFault) -> [String] {
    var findings: [String] = []
    do throws(StoreFault) {
      if deep { findings += try rolloverFindings() }
      for entry in try settlements() where deep {
        let id = String(entry.usage.path.split(separator: "/").last ?? "")
        let totals = try StoreFault.ofUsage { () throws(UsageFolderFault) in
          try UsageTotals.proving(entry.usage.path).totals
        }
        if try !totals.isSame(as: UsageTotals(book: book, table: "settled_usage", owner: id)) {
          findings.append("settlement \(id): the rows of the book are not the sums of its summary")
        }
      }
    } catch {
      findings.append("settled: \(error)")
    }
    return findings
  }

  /// Billings against the audit trail, the book, and with `deep` their rows.
  private func billingFindings(
    _ trail: AuditTrail, deep: Bool, _ count: inout Int
  ) throws(StoreFault) -> [String] {
    var findings: [String] = []
    var sealed: [String: String] = [:]
    var sealedRollover: [String: String] = [:]
    try trail.forEach { entry in
      guard entry.action == "mark-billed", let details = try? JSONReader.read(entry.details.bytes),
        case .string(let hash) = details["summary_sha256"]
      else { return }
      sealed[entry.subject] = hash.description
      if case .string(let hash) = details["rollover_sha256"] {
        sealedRollover[entry.subject] = hash.description
      }
    }
    let sources = try billedSources()
    count = sources.count
    for source in sources {
      let id = String(source.path.split(separator: "/").dropLast().last ?? "")
      if sealed[id] != source.sha256 {
        findings.append("billing \(id): the audit trail names other rows than the book")
      }
      if try sealedRollover[id] != rolloverSeal(ofBilling: id) {
        findings.append("billing \(id): the audit trail names another rollover than the book")
      }
      guard deep else { continue }
      do throws(StoreFault) {
        var added = source
        added.isTakenAway = false
        var merge = try SummaryMerge([added])
        var totals = UsageTotals()
        while let row = try merge.next() { totals.add(row) }
        if try !totals.isSame(as: UsageTotals(book: book, table: "billed_usage", owner: id)) {
          findings.append("billing \(id): the rows of the book are not the sums of its summary")
        }
      } catch {
        findings.append("billing \(id): \(error)")
      }
    }
    return findings
  }

  private func catalogFinding(
    _ hash: String, deep: Bool, _ catalogHash: (String) -> String?
  ) -> String? {
    let folder = path(.catalogs, hash)
    guard operations.kind(of: folder, isFollowingLinks: false) == .folder else {
      return "catalogs/\(hash) is missing"
    }
    guard deep, catalogHash(folder) != hash else { return nil }
    return "catalogs/\(hash) was changed, or a time zone that it uses"
  }
}
