// The CSV tables of the folder and catalog.yaml.

import BillingCalendar
import Money
import Tables

extension CatalogLoading {
  /// What catalog.yaml says, with UTC and nothing else where it is silent.
  mutating func readDefaults(_ names: [String]) -> CatalogDefaults {
    guard names.contains("catalog.yaml"), let file = read("catalog.yaml", .defaults) else {
      return CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: [])
    }
    var findings: [CatalogFinding] = []
    let defaults = DefaultsReader.read(
      file.text, file: file.path, zone: { name throws(ZoneFault) in try zones.zone(named: name) },
      findings: &findings)
    add(.defaults, findings)
    return defaults
  }

  /// The accounts; without accounts.csv there is no catalog.
  mutating func readAccounts(_ plans: NamedParts<RatePlan>, _ defaults: CatalogDefaults) -> NamedParts<
    Account
  > {
    var accounts: [Account] = []
    if let file = read("accounts.csv", .accounts) {
      var findings = FindingList(file: file.path)
      (accounts, findings) = file.text.withUnsafeBufferPointer {
        AccountReader.read(
          $0, file: file.path, plans: plans.indexByName, zone: defaults.zone, zones: &zones)
      }
      add(.accounts, findings.sorted())
    }
    return NamedParts(accounts, name: \.id)
  }

  /// The sources, in file order.
  mutating func readSources(
    _ names: [String], _ formats: NamedParts<FormatDescriptor>, _ accounts: NamedParts<Account>,
    _ defaults: CatalogDefaults
  ) -> [UsageSource] {
    guard names.contains("sources.csv"), let file = read("sources.csv", .sources) else { return [] }
    let references = SourceReferences(
      formats: formats.indexByName, accounts: accounts.indexByName, zone: defaults.zone,
      country: defaults.country)
    let (sources, findings) = file.text.withUnsafeBufferPointer {
      SourceReader.read($0, file: file.path, references: references, zones: &zones)
    }
    add(.sources, findings.sorted())
    return sources
  }

  /// The service keys, in file order.
  mutating func readServices(
    _ names: [String], _ formats: NamedParts<FormatDescriptor>, _ accounts: NamedParts<Account>,
    _ sources: [UsageSource]
  ) -> [ServiceKey] {
    guard names.contains("services.csv"), let file = read("services.csv", .services) else { return [] }
    // A file may also be read with `--source FORMAT`: then the format's name is the source's.
    let sourceNames = Set(sources.map(\.name)).union(formats.indexByName.names)
    let (services, findings) = file.text.withUnsafeBufferPointer {
      ServiceReader.read(
        $0, file: file.path, accounts: accounts.indexByName, zones: accounts.parts.map(\.zone),
        textKinds: textKinds(formats.parts), sources: sourceNames)
    }
    add(.services, findings.sorted())
    return services
  }

  /// The words that a service's kind may have besides numbers: those of the trade, and what the formats look up.
  private func textKinds(_ formats: [FormatDescriptor]) -> Set<Label> {
    var kinds: Set<Label> = ["trunk", "extension", "account_code", "tenant"]
    for format in formats {
      for case .service(let word) in format.fields.map(\.role) + format.guide.values.joined() {
        kinds.insert(word)
      }
    }
    return kinds
  }

  /// The lists of holidays.
  mutating func readHolidays(_ names: [String]) -> [HolidayList] {
    table("holidays.csv", names, .holidays) { HolidayReader.read($0, file: $1) } ?? []
  }

  /// Packs and opening balances, in file order.
  mutating func readGrants(_ names: [String], _ accounts: NamedParts<Account>) -> [AllowanceGrant] {
    let pools = Set(accounts.parts.map(\.pool)).subtracting([.empty])
    return table("grants.csv", names, .grants) {
      GrantReader.read($0, file: $1, accounts: accounts.indexByName, pools: pools)
    } ?? []
  }

  /// Prices of accounts for themselves, in file order.
  mutating func readAccountPrices(
    _ names: [String], _ accounts: NamedParts<Account>, _ plans: NamedParts<RatePlan>
  ) -> [AccountPrice] {
    // With faults elsewhere the indices of plans mean nothing.
    let knowsPlans = !hasErrors
    return table("overrides.csv", names, .overrides) {
      AccountPriceReader.read($0, file: $1, accounts: accounts.indexByName) { account in
        knowsPlans ? accounts.parts[account].plans.flatMap { plans.parts[$0.planIndex].charges } : nil
      }
    } ?? []
  }

  /// Suppliers, in file order.
  mutating func readSuppliers(_ names: [String], _ decks: NamedParts<RateDeck>) -> [SupplierRule] {
    table("suppliers.csv", names, .suppliers) {
      SupplierReader.read($0, file: $1, decks: decks.indexByName)
    } ?? []
  }

  /// Exchange rates, in file order.
  mutating func readExchangeRates(_ names: [String]) -> [ExchangeRate] {
    table("fx.csv", names, .exchangeRates) { ExchangeRateReader.read($0, file: $1) } ?? []
  }

  /// States of North American numbers.
  mutating func readStates(_ names: [String]) -> StateTable {
    StateTable(rows: table("jurisdiction.csv", names, .jurisdiction) { StateReader.read($0, file: $1) } ?? [])
  }

  /// What the reader of an optional table makes of it; nil where there is none or it cannot be read.
  mutating func table<Rows>(
    _ name: String, _ names: [String], _ section: Section,
    _ read: (UnsafeBufferPointer<UInt8>, String) -> (rows: Rows, findings: FindingList)
  ) -> Rows? {
    guard names.contains(name), let file = self.read(name, section) else { return nil }
    let (rows, findings) = file.text.withUnsafeBufferPointer { read($0, file.path) }
    add(section, findings.sorted())
    return rows
  }
}
