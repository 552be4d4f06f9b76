// Looks for accounts that were charged otherwise than they would be now: a store asks before it reads their invoices.

public import BillingCalendar
public import Catalog
import Money
public import Tables
import UsageSummary

/// Looks for accounts with something to correct, before their invoices are read line by line.
public struct EarlierCharges {
  private let catalog: Catalog
  private let billing: [AccountBilling]
  private let indexByName: [Label: Int]
  private let firstPeriods: [Label: UsagePeriod]

  /// Takes the catalog apart. `firstPeriods` are as in `DraftBasis`. Complexity: O(rows).
  public init(_ catalog: Catalog, firstPeriods: [Label: UsagePeriod]) {
    self.firstPeriods = firstPeriods
    self.catalog = catalog
    billing = AccountBilling.all(of: catalog)
    indexByName = Dictionary(
      catalog.accounts.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The first day that invoices are looked at for drafts of periods that begin on `day` or after it.
  public static func firstDay(before day: CivilDate) -> CivilDate {
    day.advanced(by: -ContractCorrections.dayCount)
  }

  /// Which rows of an account its invoices have charged under other texts. `lines` are all of its recurring lines, in the order of
  /// the invoices. Complexity: O(lines × rows).
  public func renamed(_ account: Label, _ lines: [DraftBasis.ChargedLine]) -> RenamedContracts {
    RenamedContracts(indexByName[account].map { billing[$0].contracts } ?? [], lines)
  }

  /// Whether an account may have been charged otherwise than it would be now: `lines` and `invoices` are its own, of the year
  /// before the period that `choice` names. Complexity: O(periods × rows).
  public func mayDiffer(
    _ account: Label, _ lines: [DraftBasis.ChargedLine], _ invoices: [DraftBasis.EarlierInvoice],
    before choice: UsagePeriodChoice
  ) -> Bool {
    guard let (index, period) = place(of: account, choice) else { return false }
    let corrections = ContractCorrections(
      contracts: billing[index].contracts, recurring: recurring(index), charged: lines, invoices: invoices,
      before: period)
    // What cannot be counted is named when it is drafted.
    return (try? corrections.mayDiffer()) ?? true
  }

  /// What invoices of an account charged otherwise than its contracts say now, and no invoice corrects. `all` are its recurring lines,
  /// refunds and corrections, whatever was credited since. Complexity: O(lines × rows).
  public func uncorrected(
    _ account: Label, _ all: [DraftBasis.ChargedLine], _ invoices: [DraftBasis.EarlierInvoice],
    before choice: UsagePeriodChoice
  ) -> [DraftBasis.Uncorrected] {
    guard let (index, period) = place(of: account, choice) else {
      return indexByName[account] == nil ? ofGoneAccount(all, invoices, before: choice) : []
    }
    let first = Self.firstDay(before: period.from)
    let recent = invoices.filter { $0.period < period && $0.period.from >= first }
    let looked = Set(recent.map(\.number))
    let lines = all.filter { !$0.isCredited }
    let corrections = ContractCorrections(
      contracts: billing[index].contracts, recurring: recurring(index), charged: lines, invoices: invoices,
      before: period)
    return UncorrectedCharges(
      contracts: billing[index].contracts, recurring: recurring(index), all: all, charged: lines,
      invoices: looked,
      corrections: corrections, period: period
    ).findings() + GoneCharges(corrections: corrections, looked: looked, period: period).findings()
  }

  /// What invoices have charged ahead of an account that the catalog does not have any more.
  private func ofGoneAccount(
    _ all: [DraftBasis.ChargedLine], _ invoices: [DraftBasis.EarlierInvoice], before choice: UsagePeriodChoice
  ) -> [DraftBasis.Uncorrected] {
    guard let cycleDay = invoices.last?.period.cycleDay, let period = choice.period(cycleDay: cycleDay) else {
      return []
    }
    let corrections = ContractCorrections(
      contracts: [], recurring: RecurringCharges(billing: catalog.billing, cycleDay: cycleDay),
      charged: all.filter { !$0.isCredited }, invoices: invoices, before: period)
    return GoneCharges(corrections: corrections, looked: Set(invoices.map(\.number)), period: period)
      .findings().map { finding in
        var finding = finding
        finding.reason = .account
        return finding
      }
  }

  /// What invoices of an account have of its one-time charges otherwise than their tables say now. `billed` are all of its one-time
  /// lines of the year, each with the store's name of its charge. Complexity: O(charges × lines).
  public func oneTime(
    _ account: Label, _ billed: [(line: DraftBasis.ChargedLine, charge: Label)],
    _ invoices: [DraftBasis.EarlierInvoice], before choice: UsagePeriodChoice
  ) -> [DraftBasis.Uncorrected] {
    guard let (index, period) = place(of: account, choice) else { return [] }
    let first = Self.firstDay(before: period.from)
    let recent = invoices.filter { $0.period < period && $0.period.from >= first }
    if recent.isEmpty { return [] }
    return EarlierOneTimeCharges(
      cycleDay: period.cycleDay, charges: OneTimeCharges(billing: catalog.billing),
      billed: billed.map { EarlierOneTimeCharges.Billed(line: $0.line, charge: $0.charge) },
      invoices: recent
    ).findings(billing[index].charges, billing[index].tickets)
  }

  private func place(
    of account: Label, _ choice: UsagePeriodChoice
  ) -> (index: Int, period: UsagePeriod)? {
    guard let index = indexByName[account],
      let period = choice.period(cycleDay: Int32(catalog.accounts[index].cycleDay))
    else { return nil }
    return (index, period)
  }

  private func recurring(_ index: Int) -> RecurringCharges {
    RecurringCharges(
      billing: catalog.billing, cycleDay: Int32(catalog.accounts[index].cycleDay),
      opening: AccountOpening(
        index, catalog.billing, firstPeriod: firstPeriods[catalog.accounts[index].id]))
  }
}
