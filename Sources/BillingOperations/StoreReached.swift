// What earlier invoices hold for the commitments of their periods: read for accounts whose billed periods are corrected.

import BillingStore
import Catalog
import Invoicing
import Money
import Tables
import UsageSummary

/// Reads invoices of accounts with commitments.
enum StoreReached {
  /// What the invoices of `accounts` hold, as far as these have commitments. Complexity: O(their documents + all invoices).
  static func sums(
    of accounts: Set<Label>, _ catalog: Catalog, in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.ReachedSum] {
    let bound = Set(catalog.billing.commitments.map { catalog.accounts[$0.accountIndex].id })
      .intersection(accounts)
    guard !bound.isEmpty else { return [] }
    let records = try store.invoices().filter {
      $0.kind == .invoice && !$0.isProjects && bound.contains($0.account)
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
