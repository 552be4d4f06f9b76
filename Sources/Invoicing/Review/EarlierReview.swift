// What earlier invoices of a store leave to people: charges that contracts contradict, periods that nobody has invoiced.

import BillingCalendar
import Catalog
import Money
import Tables

/// Looks back a year from the period that was drafted.
struct EarlierReview {
  let catalog: Catalog
  let basis: DraftBasis
  /// What invoices have charged, by the index of the account.
  private let earlier: [Int: [DraftBasis.ChargedLine]]

  init(catalog: Catalog, basis: DraftBasis) {
    self.catalog = catalog
    self.basis = basis
    let lines = Dictionary(grouping: basis.earlier, by: \.account)
    earlier = Dictionary(
      catalog.accounts.enumerated().compactMap { index, account in lines[account.id].map { (index, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The flags of all accounts.
  func flags() -> [ReviewFlag] {
    basis.uncorrected.map(\.flag) + basis.creditedInFull.map(\.flag) + unbilledFlags() + missingInvoiceFlags()
  }

  private func unbilledFlags() -> [ReviewFlag] {
    basis.unbilled.filter { !$0.isBilledHere }.map { usage in
      ReviewFlag(
        .periodWithoutInvoice, account: usage.account,
        "usage of \(usage.period) is on no invoice\(takenBack(usage.account, usage.period)); \(Self.remedy(usage.period))",
        money: usage.amount, currency: usage.currency)
    }
  }

  private static func remedy(_ period: UsagePeriod) -> String {
    "'invoice draft --period \(period)' makes one"
  }

  /// Which invoices of that period were credited in full: who meant them to stand for nothing closes the period.
  private func takenBack(_ account: Label, _ period: UsagePeriod) -> String {
    let numbers = basis.takenBack.filter { $0.account == account && $0.period == period }.map(\.number)
    guard let last = numbers.last else { return "" }
    return ", because \(last) was credited in full ('periods mark-billed' closes it for good)"
  }

  /// Periods since the first invoice of the store, or the day of opening.csv if that is before it, up to a year back, in which an account has contracts and no invoice.
  private func missingInvoiceFlags() -> [ReviewFlag] {
    let first = (basis.invoices + basis.takenBack).map(\.period.from).min()
    let invoiced = Dictionary(grouping: basis.invoices, by: \.account).mapValues { Set($0.map(\.period)) }
    let billing = AccountBilling.all(of: catalog)
    return catalog.accounts.indices.flatMap { index -> [ReviewFlag] in
      let account = catalog.accounts[index]
      guard !billing[index].contracts.isEmpty,
        let period = basis.choice.period(cycleDay: Int32(account.cycleDay))
      else { return [] }
      let recurring = RecurringCharges(
        billing: catalog.billing, cycleDay: Int32(account.cycleDay),
        opening: AccountOpening(index, catalog.billing, firstPeriod: basis.firstPeriods[account.id] ?? period)
      )
      // What an earlier system has not charged belongs to nobody else.
      let opened = catalog.billing.opening.billedUntil[index].map {
        UsagePeriod.containing($0, cycleDay: Int32(account.cycleDay)).from
      }
      let begin = min(first ?? period.from, opened ?? period.from)
      let earliest = max(begin, period.from.advanced(by: -ContractCorrections.dayCount))
      let known = (invoiced[account.id] ?? []).union(basis.closed[account.id] ?? [])
      var flags: [ReviewFlag] = []
      var earlier = period.previous
      while earlier.from >= earliest {
        if !known.contains(earlier) {
          flags += missing(account.id, earlier, billing[index].contracts, recurring)
        }
        earlier = earlier.previous
      }
      return flags.reversed()
    }
  }

  /// What contracts charge in a period without an invoice, by currency.
  private func missing(
    _ account: Label, _ period: UsagePeriod, _ contracts: [Contract], _ recurring: RecurringCharges
  ) -> [ReviewFlag] {
    var sums: [Currency: Amount] = [:]
    for contract in contracts {
      // What cannot be counted is named when it is drafted.
      for line in (try? recurring.lines(of: contract, in: period)) ?? []
      where !isCharged(line, contract, contracts, recurring) {
        sums[contract.currency, default: .zero] += line.amount.rounded
      }
    }
    return sums.filter { $0.value > .zero }.sorted { $0.key < $1.key }.map { currency, sum in
      ReviewFlag(
        .periodWithoutInvoice, account: account,
        "contracts charge \(period), which has no invoice\(takenBack(account, period)); \(Self.remedy(period))",
        money: sum, currency: currency)
    }
  }
}

extension EarlierReview {
  /// Whether the days of an interval stand on an invoice of another period, which is corrected to what they cost now.
  private func isCharged(
    _ line: RecurringLine, _ row: Contract, _ contracts: [Contract], _ recurring: RecurringCharges
  ) -> Bool {
    let rows = contracts.filter { ContractCorrections.Texts($0) == ContractCorrections.Texts(row) }
    guard ChargedDays.comparePrices(rows, recurring.billing.priceBook) else { return false }
    return ContractCorrections.charge(of: line, of: row, in: earlier[row.accountIndex] ?? []) != nil
  }
}

extension DraftBasis {
  /// What earlier invoices leave to people and no draft shows: what they charged otherwise than the catalog says now and nothing
  /// corrects, and invoices that were credited in full and whose period stays closed.
  public var leftToPeople: [ReviewFlag] { uncorrected.map(\.flag) + creditedInFull.map(\.flag) }
}

extension DraftBasis.Uncorrected {
  /// What people read of it.
  var flag: ReviewFlag {
    let others = invoiceCount > 1 ? " and \(invoiceCount - 1) more" : ""
    let invoices = "\(invoice)\(others)"
    let message =
      switch reason {
      case .price: "charged at another price than the contract has now, with \(invoices); \(Self.leftAlone)"
      case .quantity:
        "charged another quantity than the contract has now, with \(invoices); \(Self.leftAlone)"
      case .start: "charged days before the contract begins now, with \(invoices); \(Self.leftAlone)"
      case .rows: "charged otherwise than its rows come to now, with \(invoices); \(Self.leftAlone)"
      case .gone:
        "charged ahead with \(invoices), and its row of contracts.csv is gone; write it again with its last day in "
          + "'until', and the days after that are given back"
      case .account:
        "charged ahead with \(invoices), and the account is no more in accounts.csv; write it and its row of contracts.csv "
          + "again, with the last day in 'until', and the days after that are given back"
      case .adjustment:
        "usage of periods that were billed (the last with \(invoice)) came to something else since, and the account is no more in "
          + "accounts.csv: no invoice has it; write the account again, and its next draft has it"
      case .replaced:
        "charged with \(invoices) by a row that is gone, for days that another row has now; these are neither charged "
          + "again nor given back"
      case .again:
        "charged with \(invoices) by a row that is gone, for days that another row charges again on this draft; "
          + "if both are one, give the row its contract, item and description of then"
      case .discount, .tax, .commitment, .result: "\(reason.what) \(invoices) \(Self.otherTables)"
      case .charge:
        "billed with \(invoices) at another amount than its table has now; \(Self.leftAlone)"
      case .unbilled:
        "delivered in the period of \(invoice), which no invoice has under this text and day; give it an id (column "
          + "'charge' of charges.csv), and the next invoice has it"
      }
    return ReviewFlag(
      .chargedOtherwise, account: account, "\(description): \(message)", money: more, currency: currency,
      origin: origin)
  }

  /// The way out is one for all of them: an invoice that was credited in full is drafted with the tables of today.
  private static let otherTables =
    "otherwise than the catalog says now; nothing corrects it by itself: credit the invoice in full ('invoice credit') and "
    + "draft its period again"
  private static let leftAlone = "nothing corrects it by itself"
}

extension DraftBasis.Uncorrected.Reason {
  /// What invoices did, before their numbers.
  fileprivate var what: String {
    switch self {
    case .discount: "discounted (before tax) with"
    case .tax: "taxed with"
    case .commitment: "committed with"
    case .result: "result billed with"
    default: "charged with"
    }
  }
}

extension DraftBasis.CreditedInvoice {
  /// What people read of it.
  var flag: ReviewFlag {
    let keeping = keptBy.isEmpty ? "" : " because of \(keptBy.map(\.description).joined(separator: ", "))"
    let remedy = keptBy.isEmpty ? "" : "; credit that in full, too, to bill the period anew"
    return ReviewFlag(
      .periodWithoutInvoice, account: account,
      "\(number) was credited in full, and \(period) stays billed\(keeping): what is owed for it is on no document"
        + remedy, money: net, currency: currency)
  }
}
