// Which accounts were charged otherwise for recurring charges than they would be now, and what their invoices hold.
//
// Starts and counts become known late. Nearly all accounts are as they were: the book tells that without a document, and the
// invoices of the others are read line by line.

import BillingCalendar
import BillingStore
import Catalog
import Invoicing
import Money
import Tables

/// What drafts need to know of the recurring charges of a year.
struct StoreEarlierCharges {
  /// Accounts that may have been charged otherwise.
  private(set) var accounts: Set<Label> = []
  /// The recurring lines, refunds and corrections of their invoices, by account, invoice and line.
  private(set) var lines: [DraftBasis.ChargedLine] = []
  /// What was charged otherwise and nobody corrects, by account.
  private(set) var uncorrected: [DraftBasis.Uncorrected] = []
  /// Accounts whose rows were given other texts since they were charged.
  private(set) var renamed: [Label: RenamedContracts] = [:]

  /// Holds what invoices charged against what the catalog charges now. `invoices` are those of periods before the chosen one.
  init(
    _ choice: UsagePeriodChoice, _ catalog: Catalog, _ invoices: [DraftBasis.EarlierInvoice],
    firstPeriods: [Label: UsagePeriod], in store: BillingStore
  ) throws(StoreFault) {
    let first = EarlierCharges.firstDay(before: Self.firstDay(of: choice))
    let recent = Dictionary(grouping: invoices.filter { $0.period.from >= first }, by: \.account)
    guard !recent.isEmpty else { return }
    let charges = EarlierCharges(catalog, firstPeriods: firstPeriods)
    // Intervals may have begun a year before the period on whose invoice they stand.
    let back = EarlierCharges.firstDay(before: first)
    let credited = try store.creditedLines()
    var charged: Set<Label> = []
    var renamed: [Label: RenamedContracts] = [:]
    var uncorrected: [Label: [DraftBasis.Uncorrected]] = [:]
    var differing: Set<Label> = []
    try store.forEachAccountCharged(beyond: back) { account, lines throws(StoreFault) in
      guard let own = recent[account] else { return }
      charged.insert(account)
      let written = lines.compactMap { known in
        var line = StoreDrafting.charged(known)
        line?.isCredited = credited[known.number]?.contains(known.line.number) == true
        return line
      }
      let names = charges.renamed(account, written)
      if !names.isEmpty { renamed[account] = names }
      let known = names.renamed(written)
      if charges.mayDiffer(account, known, own, before: choice) {
        differing.insert(account)
      } else {
        uncorrected[account] = charges.uncorrected(account, known, own, before: choice)
      }
    }
    self.renamed = renamed
    for (account, own) in recent where !charged.contains(account) {
      if charges.mayDiffer(account, [], own, before: choice) { differing.insert(account) }
    }
    accounts = differing
    try read(differing, credited, in: store, beyond: back)
    // What corrects and what was counted is told by the documents alone.
    let differingLines = Dictionary(grouping: lines, by: \.account)
    for account in charged.intersection(differing) {
      uncorrected[account] = charges.uncorrected(
        account, differingLines[account] ?? [], recent[account] ?? [], before: choice)
    }
    self.uncorrected = uncorrected.sorted { $0.key < $1.key }.flatMap(\.value)
  }

  /// What invoices of the year have of one-time charges otherwise than their tables say now, and what they lack. `catalog` has the
  /// decisions of the store.
  static func oneTime(
    _ choice: UsagePeriodChoice, _ catalog: Catalog, _ invoices: [DraftBasis.EarlierInvoice],
    in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.Uncorrected] {
    if catalog.billing.charges.isEmpty && catalog.billing.tickets.isEmpty { return [] }
    let first = EarlierCharges.firstDay(before: firstDay(of: choice))
    let recent = Dictionary(grouping: invoices.filter { $0.period.from >= first }, by: \.account)
    if recent.isEmpty { return [] }
    let credited = try store.creditedLines()
    var billed: [Label: [(line: DraftBasis.ChargedLine, charge: Label)]] = [:]
    try store.forEachAccountWithOneTimeLines(from: first) { account, lines throws(StoreFault) in
      billed[account] = lines.compactMap { known in
        guard var line = StoreDrafting.charged(known) else { return nil }
        line.isCredited = credited[known.number]?.contains(known.line.number) == true
        return (line, known.line.texts[12])
      }
    }
    let charges = EarlierCharges(catalog, firstPeriods: [:])
    return recent.keys.sorted().flatMap { account in
      charges.oneTime(account, billed[account] ?? [], recent[account] ?? [], before: choice)
    }
  }

  private static func firstDay(of choice: UsagePeriodChoice) -> CivilDate {
    switch choice {
    case .one(let period): period.from
    case .beginning(let year, let month): CivilDate(clampingDay: 1, year: year, month: month)
    }
  }

  private mutating func read(
    _ accounts: Set<Label>, _ credited: [String: Set<Int>], in store: BillingStore, beyond first: CivilDate
  ) throws(StoreFault) {
    guard !accounts.isEmpty else { return }
    let records = try store.invoices().filter { record in
      record.kind == .invoice && accounts.contains(record.account) && !record.isProjects
        && !record.isTakenBack && record.period.until > first
    }
    for record in records.enumerated().sorted(by: {
      ($0.element.account, $0.offset) < ($1.element.account, $1.offset)
    }).map(\.element) {
      let bytes = try store.document(of: record)
      let document: InvoiceDocument
      do throws(DraftsFolderFault) {
        document = try InvoiceDocument(bytes, name: store.invoicePath(record.number))
      } catch {
        throw .damaged(path: error.file, message: error.message)
      }
      let own = document.chargedLines(credited: credited[record.number] ?? [])
      lines += renamed[record.account]?.renamed(own) ?? own
    }
  }
}
