// Puts the parts of an account's documents together, in the order in which they depend on each other.

import BillingCalendar
import Catalog
import Money
import Tables

/// The charges of one account, and what follows from them: commitments, discounts, taxes.
struct InvoiceAssembly {
  /// What stands on one document besides usage.
  struct Charges {
    var recurring: [RecurringLine] = []
    var oneTime: [OneTimeLine] = []
    var values: [ValueLine] = []
  }

  private let catalog: Catalog
  private let accountIndex: Int
  private let account: Account
  private let billing: AccountBilling
  private let charged: [DraftBasis.ChargedLine]
  /// What earlier invoices of the account charged, where that is not what it would be now, and these invoices.
  var earlier: (lines: [DraftBasis.ChargedLine], invoices: [DraftBasis.EarlierInvoice])?
  /// Its earlier invoices, and what these hold for the commitments of periods that are corrected.
  var reached: (sums: [DraftBasis.ReachedSum], invoices: [DraftBasis.EarlierInvoice]) = ([], [])
  /// Whether a store knows the account's invoices, and the first period that it has one for; nil for none so far.
  var isOfStore = false
  var firstPeriod: UsagePeriod?
  /// Usage of the period that a later invoice has billed, by currency: it counts for commitments.
  var usageBilledLater: [Currency: Amount] = [:]
  /// What an account has once in a period, however many documents it gets, by what they had of it so far.
  private struct HadOnce {
    var discounts: [LineOrigin: Amount] = [:]
    var flatTaxes: Set<Int> = []
  }
  private var hadOnce: [UsagePeriod: HadOnce] = [:]
  /// What of one-time charges earlier invoices tell; nil without a store.
  var late: LateCharges?

  /// `charged` is what earlier invoices of the account have charged beyond the beginning of the period.
  init(
    catalog: Catalog, accountIndex: Int, billing: AccountBilling, charged: [DraftBasis.ChargedLine] = []
  ) {
    self.billing = billing
    self.charged = charged
    self.catalog = catalog
    self.accountIndex = accountIndex
    account = catalog.accounts[accountIndex]
  }

  /// Recurring and one-time lines on the invoices of `period`, by part and currency.
  func charges(
    in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> [DocumentPart: [Currency: Charges]] {
    var charges: [DocumentPart: [Currency: Charges]] = [:]
    let recurring = RecurringCharges(
      billing: catalog.billing, cycleDay: Int32(account.cycleDay),
      opening: AccountOpening(
        accountIndex, catalog.billing, firstPeriod: isOfStore ? firstPeriod ?? period : nil))
    var own: [ContractCorrections.Correction] = []
    for contract in billing.contracts {
      let lines = try recurring.lines(of: contract, in: period)
      if lines.isEmpty { continue }
      own += lines.map { ($0, contract.currency) }
      charges[.main, default: [:]][contract.currency, default: Charges()].recurring += lines
    }
    let refunds = ContractRefunds(
      contracts: billing.contracts, cycleDay: Int32(account.cycleDay), charged: charged)
    let given = try refunds.lines(in: period)
    let corrections = ContractCorrections(
      contracts: billing.contracts, recurring: recurring, charged: earlier?.lines ?? [],
      invoices: earlier?.invoices ?? [], before: period)
    for (line, currency) in try given + corrections.lines(besides: given, own) {
      charges[.main, default: [:]][currency, default: Charges()].recurring.append(line)
    }
    let oneTime = OneTimeCharges(billing: catalog.billing, late: late)
    for (line, currency) in try oneTime.lines(billing.charges, billing.tickets, in: period) {
      let isApart = account.projectInvoices == .separate && !line.project.isEmpty
      charges[isApart ? .projects : .main, default: [:]][currency, default: Charges()].oneTime.append(line)
    }
    for (line, currency) in try ResultCharges(counts: catalog.billing.counts).lines(
      of: billing.agreements, in: period)
    {
      charges[.main, default: [:]][currency, default: Charges()].values.append(line)
    }
    // A commitment is owed without any line, too.
    for commitment in billing.commitments where commitment.days.overlaps(period.days) {
      charges[.main, default: [:]][commitment.currency, default: Charges()].recurring += []
    }
    return charges
  }

  /// Adds what follows from the lines of `draft`. Late usage alone owes no commitment: its period was charged before.
  ///
  /// Documents of one period are finished in their order: an amount off and a flat tax stand on the first that has room for it.
  mutating func finish(_ draft: inout InvoiceDraft, isChargedPeriod: Bool) throws(InvoiceDraftFault) {
    if isChargedPeriod, draft.part == .main {
      draft.commitments = try Commitments.lines(
        of: billing.commitments, for: draft, usageBilledLater: usageBilledLater[draft.currency] ?? .zero)
      draft.countChanges = countChanges(draft)
    }
    if draft.part == .main {
      draft.commitments += try CommitmentCorrections(
        commitments: billing.commitments, reached: reached.sums, invoices: reached.invoices
      ).lines(for: draft)
    }
    let lastDay = draft.period.until.advanced(by: -1)
    draft.contracts = billing.agreements.filter { $0.days.contains(lastDay) }.map {
      ContractReference(
        name: $0.name, master: $0.master, statementOfWork: $0.statementOfWork, renews: $0.renews)
    }
    var had = hadOnce[draft.period] ?? HadOnce()
    defer { hadOnce[draft.period] = had }
    var chain = DiscountChain(lines: draft.netLines, currency: draft.currency, taken: had.discounts)
    try chain.take(billing.discounts)
    draft.discounts = chain.discounts
    had.discounts = chain.taken
    guard !catalog.billing.taxes.isEmpty else { return }
    guard !account.taxPlaces.isEmpty else {
      draft.taxation = .placeUnknown
      return
    }
    draft.taxation = .place(account.taxPlace(on: lastDay))
    var count = TaxCount(
      rules: catalog.billing.taxes,
      exemptions: billing.exemptions, currency: draft.currency, rounding: catalog.defaults.taxRounding,
      flatTaxes: had.flatTaxes)
    draft.taxes = try count.taxes(on: chain.lines) { account.taxPlace(on: $0.taxDay) }
    had.flatTaxes = count.flatTaxes
    draft.linesTaxedElsewhere = count.linesTaxedElsewhere
  }

  /// What is counted for the recurring lines that follow counts, on the last day of this period and of the one before.
  private func countChanges(_ draft: InvoiceDraft) -> [CountChange] {
    var changes: [CountChange] = []
    for line in draft.recurring where line.kind == .interval && line.countedMicro != nil {
      let key = CountBook.Key(accountIndex: accountIndex, item: line.item)
      let isNew = !changes.contains { $0.item == line.item }
      guard isNew, let now = catalog.billing.counts.snapshot(key, on: draft.period.until.advanced(by: -1)),
        let before = catalog.billing.counts.snapshot(key, on: draft.period.from.advanced(by: -1))
      else { continue }
      changes.append(
        CountChange(
          item: line.item, description: line.description, beforeMicro: before.quantityMicro,
          nowMicro: now.quantityMicro))
    }
    return changes
  }
}
