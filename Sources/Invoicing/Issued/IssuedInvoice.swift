// Final documents made of drafts.

public import BillingCalendar
public import Tables

extension InvoiceDraft {
  /// The invoice that this draft becomes: only status, number and date are others.
  public func issued(as number: Label, on date: CivilDate) -> InvoiceDraft {
    var invoice = self
    invoice.issue = InvoiceIssue(number: number, date: date)
    invoice.appendix.file?.name = AttachedCalls.name(for: number)
    return invoice
  }

  /// The file of calls that belongs to it, and what it is; nil where its page has them, or nothing is itemised.
  public var attachedCalls: (name: String, sha256: String)? { appendix.file.map { ($0.name, $0.hash) } }

  /// The bytes of its page: one self-contained HTML file. Equal drafts give equal bytes.
  public func page() -> [UInt8] { InvoicePage.html(of: self) }
}
