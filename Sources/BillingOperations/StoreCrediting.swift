// Credit notes: a document with a number of its own takes back all lines of an invoice, or some.

public import BillingCalendar
public import BillingStore
import Catalog
import Invoicing
import Money
import Tables

/// Makes credit notes.
public enum StoreCrediting {
  /// What became of it.
  public struct Outcome: Sendable {
    /// The credit note.
    public var note: InvoiceRecord
    /// Whether it was there already; then nothing was changed.
    public var wasThere: Bool
    /// The seal of the audit trail; empty where nothing was done.
    public var auditHead: String
    /// Periods of the account that this opens again: all their invoices were taken back.
    public var openedPeriods: [UsagePeriod] = []
    /// Invoices that correct one that was taken back, and so keep its period closed.
    public var correctedBy: [String] = []
  }

  /// Takes back the lines of those numbers, nil for all that no credit note has taken back yet.
  ///
  /// The same lines for the same reason once more are the note that is there. A line is taken back once. The usage stays
  /// billed: what was wrong with it is corrected by rating, as an adjustment. Where all lines of all invoices of the account and
  /// its billing were taken back, they bill nothing any more, and their period is open again (`StoreTakingBack`). Numbers are those of the
  /// series that the catalog of the latest drafts names, where its seller is that of the invoice, and else that of the invoice:
  /// another series can be begun at any time. A date far ahead is refused unless it is forced.
  public static func credit(
    _ number: String, lines: Set<Int>?, reason: String, date: CivilDate, isDateForced: Bool = false,
    in store: BillingStore
  ) throws(OperationFault) -> Outcome {
    let (invoice, draftID) = try OperationFault.ofStore { () throws(StoreFault) in
      let record = try store.invoice(number)
      guard record.kind == .invoice, let draftID = record.draftID else {
        throw .refused("\(number) is a credit note; credit notes correct invoices only")
      }
      guard date >= record.date else {
        throw .refused("\(number) bears the date \(record.date); what corrects it cannot bear \(date)")
      }
      if !isDateForced { try InvoiceDateLimit.check(date, for: record.period, in: store) }
      return (record, draftID)
    }
    let document = try StoreDocuments.read(invoice, in: store)
    let drafts = try StoreDrafts.open(
      OperationFault.ofStore { () throws(StoreFault) in try store.drafts(named: draftID) }, in: store)
    let latest = try latestDrafts(or: drafts, in: store)
    return try OperationFault.ofStore { () throws(StoreFault) in
      let taken = try store.creditedLines(of: number)
      let wanted = lines ?? Set(document.lines.map(\.number)).subtracting(taken.keys)
      if let note = try known(wanted, taken, reason, of: number, in: store) {
        return Outcome(note: note, wasThere: true, auditHead: "")
      }
      try check(wanted, taken, document)
      let takingBack = try StoreTakingBack(invoice, wanted, in: store)
      let (notes, head) = try store.issue(
        in: latest.series(latest.catalog.defaults.creditNoteSeries), billing: nil,
        takingBack: takingBack.billings
      ) { issuing throws(StoreFault) in
        let note = CreditNote(
          number: Label(issuing.nextNumber), date: date, reason: Label(reason), invoice: document,
          lines: wanted)
        try issuing.add(issued(note))
      }
      return Outcome(
        note: notes[0], wasThere: false, auditHead: head, openedPeriods: takingBack.openedPeriods,
        correctedBy: takingBack.correctedBy)
    }
  }

  /// The latest drafts of the seller of `drafts`.
  private static func latestDrafts(
    or drafts: StoreDrafts, in store: BillingStore
  ) throws(OperationFault) -> StoreDrafts {
    let current = try OperationFault.ofStore { () throws(StoreFault) in try store.currentDrafts() }
    guard let record = current.max(by: { $0.number < $1.number }), record.id != drafts.record.id else {
      return drafts
    }
    let latest = try StoreDrafts.open(record, in: store)
    return latest.entity == drafts.entity ? latest : drafts
  }

  /// The note that has taken back these lines for this reason; of no lines the last one that has done so.
  private static func known(
    _ wanted: Set<Int>, _ taken: [Int: String], _ reason: String, of number: String, in store: BillingStore
  ) throws(StoreFault) -> InvoiceRecord? {
    try store.creditNotes(of: number).last { note in
      note.reason == reason
        && (wanted.isEmpty || Set(taken.filter { $0.value == note.number }.keys) == wanted)
    }
  }

  private static func check(
    _ wanted: Set<Int>, _ taken: [Int: String], _ document: InvoiceDocument
  ) throws(StoreFault) {
    let known = Set(document.lines.map(\.number))
    if let missing = wanted.subtracting(known).min() {
      throw .refused("\(document.number) has no line \(missing); it has \(known.count) lines")
    }
    if let again = wanted.filter({ taken[$0] != nil }).min() {
      throw .refused("line \(again) of \(document.number) was taken back with \(taken[again] ?? "")")
    }
    guard !wanted.isEmpty else {
      throw .refused("all lines of \(document.number) were taken back")
    }
  }

  private static func issued(_ note: CreditNote) -> IssuedDocument {
    func sum(_ section: Label) -> Amount {
      note.lines.filter { $0.section == section }.reduce(.zero) { $0 + $1.amount }
    }
    let invoice = note.invoice
    var record = InvoiceRecord(
      kind: .creditNote, account: invoice.account, accountName: invoice.accountName, period: invoice.period,
      isProjects: invoice.isProjects, currency: invoice.currency, date: note.date, dueDate: nil,
      recurring: sum("recurring"), usage: sum("usage"), net: note.net, tax: note.tax)
    record.corrects = invoice.number.description
    record.reason = note.reason.description
    return IssuedDocument(
      record: record, lines: note.lines.map { InvoiceLineRecord($0) }, json: note.json(), page: note.page())
  }
}
