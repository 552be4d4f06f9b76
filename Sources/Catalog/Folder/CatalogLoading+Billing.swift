// The billing tables of the folder: contracts and what they refer to.

import BillingCalendar
import Money
import Tables

extension CatalogLoading {
  /// The contract lines and all other billing tables.
  mutating func readBilling(
    _ names: [String], _ accounts: NamedParts<Account>, _ plans: [RatePlan], _ defaults: CatalogDefaults
  ) -> (contracts: [Contract], tables: BillingTables) {
    var tables = BillingTables()
    let index = accounts.indexByName
    let currency = defaults.currency
    tables.priceBook =
      table("price-book.csv", names, .priceBook) { PriceBookReader.read($0, file: $1, currency: currency) }
      ?? tables.priceBook
    let feeds = readFeeds(accounts)
    tables.feeds = feeds.map(\.feed)
    var counts =
      table("counts.csv", names, .counts) { CountReader.read($0, file: $1, accounts: index) }
      ?? CountCollection()
    addCounts(of: feeds, to: &counts, index)
    tables.counts = CountBook(counts.snapshots)
    let references = ContractReferences(
      accounts: index, priceBook: tables.priceBook, counts: tables.counts,
      currency: { account, day in
        guard account < accounts.parts.count else { return currency }
        return Self.currency(of: accounts.parts[account], on: day, plans) ?? currency
      })
    let contracts = table("contracts.csv", names, .contracts) {
      let read = ContractReader.read($0, file: $1, references: references)
      return (read.contracts, read.findings)
    }
    readCharges(names, references, into: &tables)
    addTickets(of: feeds, references, to: &tables)
    let agreements = readAgreements(references)
    tables.discounts =
      table("discounts.csv", names, .discounts) {
        DiscountReader.read($0, file: $1, accounts: index, currency: currency)
      } ?? []
    tables.commitments =
      table("commitments.csv", names, .commitments) {
        CommitmentReader.read($0, file: $1, references: references)
      } ?? []
    tables.agreements = agreements.map(\.agreement)
    tables.discounts += agreements.flatMap(\.discounts)
    tables.commitments += agreements.flatMap(\.commitments)
    tables.opening =
      table("opening.csv", names, .opening) {
        OpeningReader.read(
          $0, file: $1, accounts: index, series: [defaults.invoiceSeries, defaults.creditNoteSeries])
      }
      ?? tables.opening
    readTaxes(names, index, currency, into: &tables)
    return ((contracts ?? []) + agreements.flatMap(\.lines), tables)
  }

  /// The agreements of `contracts/`, in the order of their files.
  private mutating func readAgreements(_ references: ContractReferences) -> [AgreementParts] {
    var parts: [AgreementParts] = []
    for file in yamlFiles(of: "contracts", .contracts) {
      let findings = YamlFindings(file: file.path)
      let reader = AgreementReader(findings: findings, references: references, file: file.innerPath)
      if let agreement = reader.read(file.text) { parts.append(agreement) }
      add(.contracts, findings.sorted)
    }
    let files = files
    return dropTwins(
      parts, .contracts, what: "contract", name: \.agreement.name, file: { files.path($0.agreement.file) })
  }

  private mutating func readCharges(
    _ names: [String], _ references: ContractReferences, into tables: inout BillingTables
  ) {
    tables.charges =
      table("charges.csv", names, .charges) {
        OneTimeChargeReader.read($0, file: $1, references: references)
      } ?? []
    tables.tickets =
      table("tickets.csv", names, .tickets) { TicketReader.read($0, file: $1, references: references) } ?? []
  }

  private mutating func readTaxes(
    _ names: [String], _ accounts: NameIndex, _ currency: Currency?, into tables: inout BillingTables
  ) {
    tables.taxes =
      table("taxes.csv", names, .taxes) { TaxReader.read($0, file: $1, currency: currency) } ?? []
    let taxNames = Set(tables.taxes.map(\.tax))
    tables.exemptions =
      table("exemptions.csv", names, .exemptions) {
        TaxExemptionReader.read($0, file: $1, accounts: accounts, taxes: taxNames)
      } ?? []
  }

  /// The currency of the plan in force on that day, or else of the first plan.
  private static func currency(of account: Account, on day: CivilDate, _ plans: [RatePlan]) -> Currency? {
    let inForce = account.plans.first { DateSpan($0).contains(day) }
    guard let index = (inForce ?? account.plans.first)?.planIndex, index < plans.count else { return nil }
    return plans[index].currency
  }
}
