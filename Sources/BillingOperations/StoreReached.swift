// What earlier invoices hold for the commitments of their periods: read for accounts whose billed periods are corrected.

import BillingCalendar
import BillingStore
import Catalog
import Invoicing
import Money
import Tables
import UsageSummary

/// Reads invoices of accounts with commitments.
enum StoreReached {
  /// Accounts with a row of a contract that has ended by the end of the period, up to a year back: days may be given back.
  static func endedAccounts(_ choice: UsagePeriodChoice, _ catalog: Catalog) -> Set<Label> {
    Set(
      catalog.contracts.compactMap { contract in
        let account = catalog.accounts[contract.accountIndex]
        guard let period = choice.period(cycleDay: Int32(account.cycleDay)),
          contract.days.upperBound <= period.until,
          contract.days.upperBound > EarlierCharges.firstDay(before: period.from)
        else { return nil }
        return account.id
      })
  }

  /// What the invoices of `accounts` hold, as far as these have commitments. Complexity: O(their documents + all invoices).
  static func sums(
    of accounts: Set<Label>, _ catalog: Catalog, in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.ReachedSum] {
    let bound = Set(catalog.billing.commitments.map { catalog.accounts[$0.accountIndex].id })
      .intersection(accounts)
    guard !bound.isEmpty else { return [] }
    let records = try store.invoices().filter {
      $0.kind == .invoice && !$0.isTakenBack && !$0.isProjects && bound.contains($0.account)
    }
    let periods = Dictionary(records.map { (Label($0.number), $0.period) }, uniquingKeysWith: { $1 })
    var sums: [DraftBasis.ReachedSum] = []
    for record in records {
      let bytes = try store.document(of: record)
      let document: InvoiceDocument
      do throws(DraftsFolderFault) {
        document = try InvoiceDocument(bytes, name: store.invoicePath(record.number))
      } catch {
        throw .damaged(path: error.file, message: error.message)
      }
      sums += document.reachedSums(
        periods: periods, taken: Set(try store.creditedLines(of: record.number).keys))
    }
    return DraftBasis.added(sums)
  }
}
