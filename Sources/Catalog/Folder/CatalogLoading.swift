// The order in which the files of a folder are read, and what each must know of the others.
//
// Reading never stops at a fault: what refers to something faulty is checked against its name.

import BillingCalendar
import Money
import Tables

/// Things that have a unique name, in the order of their indices, with the names of faulty ones beside them.
struct NamedParts<Part> {
  /// The parts that were read.
  var parts: [Part] = []
  /// Index of each name; that of a faulty one means nothing, as there will be no catalog.
  var indexByName = NameIndex()

  /// Sorts parts by name; `faultyNames` are the names of those that were not read.
  init(_ parts: [Part], faultyNames: [Label] = [], name: (Part) -> Label) {
    // Names are compared alone: parts are large, and tables are often in order already.
    var names = parts.map(name)
    self.parts = parts
    if !zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) {
      let order = names.indices.sorted { names[$0] < names[$1] }
      self.parts = order.map { parts[$0] }
      names = order.map { names[$0] }
    }
    for name in faultyNames { indexByName.set(name, to: 0) }
    for (index, name) in names.enumerated() { indexByName.set(name, to: index) }
  }
}

/// A folder that is being read.
struct CatalogLoading {
  /// The files of the folder, in the order in which findings are given.
  enum Section: Int, CaseIterable {
    case folder, defaults, accounts, services, sources, holidays, decks, plans, formats, grants, overrides
    case suppliers, exchangeRates, jurisdiction, contracts, priceBook, counts, charges, tickets, feeds
    case discounts, commitments, taxes, exemptions, opening
  }

  let files: CatalogFiles
  var zones: ZoneLibrary
  /// Where decks lie inside the folder; empty for a deck file that lies in no catalog.
  var deckFolder = "decks"
  /// What was read, for the hashes.
  private var readFiles: [(innerPath: String, storedCount: Int, digest: PendingDigest)] = []
  private var knownFormats: [FormatDescriptor] = []
  private var findingsBySection: [[CatalogFinding]] = Section.allCases.map { _ in [] }

  init(files: CatalogFiles, zones: ZoneLibrary) {
    self.files = files
    self.zones = zones
  }

  /// Reads everything.
  mutating func catalog() throws(CatalogFault) -> Catalog {
    guard let names = names(in: "", .folder), !names.isEmpty else {
      if !hasErrors {
        add(
          .folder, files.folder, "there is no catalog folder here",
          hint: "name the folder that holds accounts.csv")
      }
      throw fault()
    }
    reportStrangers(names)
    let defaults = readDefaults(names)
    let formats = readFormats()
    knownFormats = formats.parts
    let holidays = readHolidays(names)
    let decks = readDecks(DeckDefaults(zone: defaults.zone, currency: defaults.currency), holidays)
    let plans = readPlans(defaults, decks, holidays)
    let accounts = readAccounts(plans, defaults)
    let sources = readSources(names, formats, accounts, defaults)
    let services = readServices(names, formats, accounts, sources)
    let billing = readBilling(names, accounts, plans.parts, defaults)
    var catalog = Catalog(
      defaults: defaults, sources: sources, formats: formats.parts, accounts: accounts.parts,
      services: services, decks: decks.parts, plans: plans.parts, contracts: billing.contracts,
      ratingHash: "",
      billingHash: "", warnings: [])
    catalog.billing = billing.tables
    catalog.holidays = holidays
    catalog.grants = readGrants(names, accounts)
    catalog.accountPrices = readAccountPrices(names, accounts, plans)
    catalog.suppliers = readSuppliers(names, decks)
    catalog.exchangeRates = readExchangeRates(names)
    catalog.states = readStates(names)
    if !hasErrors { check(catalog) }
    guard !hasErrors else { throw fault() }
    let entries = readFiles.map {
      CatalogHash.Entry(innerPath: $0.innerPath, storedCount: $0.storedCount, digest: $0.digest.bytes)
    }
    catalog.ratingHash = CatalogHash.rating(entries, zones: zones.loaded)
    catalog.billingHash = CatalogHash.billing(entries)
    catalog.warnings = allFindings()
    return catalog
  }

  /// Checks parts that are each without fault against each other.
  private mutating func check(_ catalog: Catalog) {
    let checks = CatalogChecks(catalog: catalog)
    add(.accounts, checks.poolFindings(accountsFile: files.path("accounts.csv")))
    add(.accounts, checks.termsFindings(accountsFile: files.path("accounts.csv")))
    add(.plans, checks.planFindings())
    add(.sources, checks.sourceFindings(sourcesFile: files.path("sources.csv")))
    add(.grants, checks.grantFindings(grantsFile: files.path("grants.csv")))
    add(.overrides, checks.accountPriceFindings(overridesFile: files.path("overrides.csv")))
    add(.suppliers, checks.supplierFindings(suppliersFile: files.path("suppliers.csv")))
    for (section, findings) in checks.billingFindings(path: files.path) { add(section, findings) }
  }

  /// Whether anything is an error so far.
  var hasErrors: Bool { findingsBySection.contains { $0.contains { $0.severity == .error } } }

  /// Adds findings to a section.
  mutating func add(_ section: Section, _ findings: [CatalogFinding]) {
    findingsBySection[section.rawValue] += findings
  }

  /// Adds an error about a whole file.
  mutating func add(_ section: Section, _ path: String, _ message: String, hint: String = "") {
    add(
      section,
      [CatalogFinding(severity: .error, file: path, line: 0, column: 0, message: message, hint: hint)])
  }

  /// Reads a file and notes it for the hashes; nil, with a finding, where it cannot be read.
  mutating func read(_ innerPath: String, _ section: Section) -> CatalogFile? {
    do throws(CatalogFinding) {
      let file = try files.read(innerPath)
      readFiles.append((innerPath, file.storedCount, file.digest))
      return file
    } catch {
      add(section, [error])
      return nil
    }
  }

  /// The names in a folder inside; nil where it does not exist or cannot be read.
  mutating func names(in innerFolder: String, _ section: Section) -> [String]? {
    do throws(CatalogFinding) {
      return try files.names(in: innerFolder)
    } catch {
      add(section, [error])
      return nil
    }
  }

  private func allFindings() -> [CatalogFinding] { findingsBySection.flatMap { $0 } }

  func fault() -> CatalogFault {
    let all = allFindings()
    guard all.count > CatalogFolder.findingCountMax else {
      return CatalogFault(findings: all, formats: knownFormats)
    }
    // Errors are what must be mended: warnings give way to them.
    let errors = all.filter { $0.severity == .error }
    let kept = Array(
      (errors.count < CatalogFolder.findingCountMax ? all : errors).prefix(CatalogFolder.findingCountMax))
    let rest = CatalogFinding(
      severity: .error, file: files.folder, line: 0, column: 0, message: "and \(all.count - kept.count) more")
    return CatalogFault(findings: kept + [rest], formats: knownFormats)
  }

  /// A file that nobody reads but that is named almost like one that is.
  private mutating func reportStrangers(_ names: [String]) {
    let known = CatalogFolder.entryNames
    // A name that is nearest to a file which is there is a copy of it, or a note beside it.
    for name in names where !known.contains(name) {
      guard let near = NearestName.find(Label(name), in: known.map { Label($0) }),
        !names.contains(near.description)
      else { continue }
      add(
        .folder,
        [
          CatalogFinding(
            severity: .warning, file: files.path(name), line: 0, column: 0, message: "is not read",
            hint: "did you mean \(Quoted.text(near))?")
        ])
    }
  }
}
