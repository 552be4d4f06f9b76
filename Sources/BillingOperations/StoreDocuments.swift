// Invoices of a store, read again.

public import BillingStore
public import Invoicing

/// Reads finished invoices.
public enum StoreDocuments {
  /// The invoice with all its lines; its bytes must be those that were finalised.
  public static func read(
    _ record: InvoiceRecord, in store: BillingStore
  ) throws(OperationFault) -> InvoiceDocument {
    let bytes = try OperationFault.ofStore { () throws(StoreFault) in try store.document(of: record) }
    return try OperationFault.ofDocuments { () throws(DraftsFolderFault) in
      try InvoiceDocument(
        bytes, name: store.invoicePath(record.number) + "/" + BillingStore.invoiceName)
    }
  }
}
