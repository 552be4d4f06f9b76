// Who sends an invoice and who gets it: what of the catalog is shown, and nothing else of it.

import Catalog
import Tables

/// Parts of the catalog that belong on an invoice.
enum InvoiceParty {
  /// Columns of accounts.csv that are shown, in this order; others (notes, margins, passwords …) stay inside.
  static let detailNames: [Label] = [
    "contact", "address", "address_1", "address_2", "address_3", "postcode", "city", "state", "country",
    "email",
    "phone", "tax_id", "vat_id", "purchase_order", "reference", "terms",
  ]

  /// The seller as the catalog describes it, empty texts left out.
  static func seller(of catalog: Catalog) -> [InvoiceDraft.Detail] {
    catalog.defaults.seller.filter { !$0.value.isEmpty }
      .map { InvoiceDraft.Detail(name: $0.key, text: $0.value) }
  }

  /// The account's details that are shown, empty texts left out.
  static func details(of account: Account) -> [InvoiceDraft.Detail] {
    detailNames.compactMap { name in
      guard let text = account.details[name], !text.isEmpty else { return nil }
      return InvoiceDraft.Detail(name: name, text: text)
    }
  }
}
