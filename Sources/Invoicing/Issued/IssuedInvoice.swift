// Final documents made of drafts.

public import BillingCalendar
public import Tables

extension InvoiceDraft {
  /// The invoice that this draft becomes: only status, number and date are others.
  public func issued(as number: Label, on date: CivilDate) -> InvoiceDraft {
    var invoice = self
    invoice.issue = InvoiceIssue(number: number, date: date)
    return invoice
  }

  /// The bytes of its page: one self-contained HTML file. Equal drafts give equal bytes.
  public func page() -> [UInt8] { InvoicePage.html(of: self) }
}
