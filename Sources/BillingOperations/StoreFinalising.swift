// Finalising: approved drafts become invoices with numbers, and their usage is billed, in one transaction.

public import BillingCalendar
public import BillingStore
import Catalog
import Invoicing
import Money
public import Tables

/// Makes invoices of approved drafts.
public enum StoreFinalising {
  /// What became of it.
  public struct Outcome: Sendable {
    /// The invoices that were made, in the order of their numbers.
    public var documents: [InvoiceRecord]
    /// Accounts whose drafts stay drafts, and why.
    public var waiting: [(account: Label, reason: String)]
    /// Drafts that were invoices before.
    public var sentCount: Int
    /// The seal of the audit trail; empty where nothing was done.
    public var auditHead: String
  }

  /// Finalises the latest drafts of a period, nil for the latest of all, as far as they are approved.
  ///
  /// All drafts of an account go out together or not at all, because its period is billed as one. Refused is what has moved
  /// since it was drafted: usage, decisions about charges, what was billed. Where nothing is left to do, nothing is changed.
  /// A date far ahead is refused unless it is forced.
  public static func finalise(
    _ choice: UsagePeriodChoice?, date: CivilDate, isDateForced: Bool = false, in store: BillingStore
  ) throws(OperationFault) -> Outcome {
    let drafts = try StoreDrafts.open(choice, in: store)
    let calls = try drafts.calls()
    return try OperationFault.ofStore { () throws(StoreFault) in
      var outcome = Outcome(documents: [], waiting: [], sentCount: 0, auditHead: "")
      let accounts = try approved(drafts, &outcome, in: store)
      guard !accounts.isEmpty else { return outcome }
      try check(drafts, accounts, date, in: store)
      if !isDateForced, let last = accounts.values.max() {
        try InvoiceDateLimit.check(date, for: last, in: store)
      }
      let billing = BilledWithInvoices(
        choice: drafts.record.choice, periods: accounts,
        usageHashes: try store.usageHashes(of: drafts.record),
        late: StoreLateUsage.billedHere(drafts.pinned.basis.unbilled))
      (outcome.documents, outcome.auditHead) = try store.issue(
        in: drafts.series(drafts.catalog.defaults.invoiceSeries), billing: billing
      ) { issuing throws(StoreFault) in
        try add(
          drafts, calls, accounts, date, to: issuing,
          billed: (charges: store.billedCharges(), correcting: store.correctingInvoices()))
      }
      return outcome
    }
  }

  /// Names of drafts that are invoices.
  static func sentNames(_ record: DraftRecord, in store: BillingStore) throws(StoreFault) -> Set<Label> {
    Set(try store.invoices().filter { $0.draftID == record.id }.map(\.draftName))
  }

  /// Accounts whose drafts are all approved, with their period.
  private static func approved(
    _ drafts: StoreDrafts, _ outcome: inout Outcome, in store: BillingStore
  ) throws(StoreFault) -> [Label: UsagePeriod] {
    let sent = try sentNames(drafts.record, in: store)
    let verdicts = try store.decisions(.draft)
    outcome.sentCount = drafts.drafts.drafts.count { sent.contains($0.name) }
    var accounts: [Label: UsagePeriod] = [:]
    let open = drafts.drafts.drafts.filter { !sent.contains($0.name) }
    for (account, own) in Dictionary(grouping: open, by: \.account).sorted(by: { $0.key < $1.key }) {
      let waiting = own.first { verdicts[$0.contentHash]?.verdict != .approve }
      guard let waiting else {
        accounts[account] = own[0].period
        continue
      }
      outcome.waiting.append((account, reason(of: waiting, verdicts[waiting.contentHash])))
    }
    return accounts
  }

  private static func reason(of draft: DraftsFolder.Draft, _ decision: DecisionRecord?) -> String {
    guard let decision else { return "nobody has approved '\(draft.name)'" }
    let why = decision.reason.isEmpty ? "" : ": \(decision.reason)"
    return "'\(draft.name)' was \(decision.verdict == .hold ? "held" : "rejected") by \(decision.by)\(why)"
  }

  /// Refuses what has moved besides usage, which the store looks at, and a date before the period. That of an earlier number of the
  /// series is looked at where numbers are given.
  private static func check(
    _ drafts: StoreDrafts, _ accounts: [Label: UsagePeriod], _ date: CivilDate, in store: BillingStore
  ) throws(StoreFault) {
    for (account, decision) in try StoreDrafting.decisions(in: store) where accounts[account] != nil {
      guard drafts.pinned.basis.decisions.contains(decision) else {
        throw .refused(
          "'\(decision.charge)' of account '\(account)' was decided after these drafts were made; draft again, and "
            + "approve what has changed")
      }
    }
    for record in try store.invoices() where record.isTakenBack && accounts[record.account] != nil {
      if drafts.pinned.basis.takenBack.contains(where: { $0.number == Label(record.number) }) { continue }
      throw .refused(
        "\(record.number) of account '\(record.account)' was credited in full since these drafts were made; draft again, "
          + "look at what has changed, and approve it")
    }
    if let (account, period) = accounts.filter({ date < $0.value.from }).min(by: { $0.key < $1.key }) {
      throw .refused(
        "account '\(account)' is billed for \(period), which begins after \(date); date the invoice with --date, on its "
          + "first day or later")
    }
  }

  private static func add(
    _ drafts: StoreDrafts, _ calls: PinnedCalls?, _ accounts: [Label: UsagePeriod], _ date: CivilDate,
    to issuing: InvoiceIssuing,
    billed: (charges: [Label: (account: Label, invoice: String)], correcting: [Label: Label])
  ) throws(StoreFault) {
    var fault: StoreFault?
    let known = drafts.pinned.basis.correcting
    let correcting = billed.correcting.filter { !known.contains($0.key) }
    let byAccount = Dictionary(correcting.map { ($0.value, $0.key) }, uniquingKeysWith: min)
    var proven = drafts.proven
    proven.calls = calls
    do throws(ProvenDraftsFault) {
      try proven.forEach { draft, entry throws(ProvenDraftsFault) in
        guard fault == nil, accounts[entry.account] != nil else { return }
        let invoice = draft.issued(as: Label(issuing.nextNumber), on: date)
        do throws(StoreFault) {
          // Two drafts may hold one late charge; the first to go out has it.
          for line in draft.documentLines {
            if ["refund", "correction"].contains(line.section), let other = byAccount[entry.account] {
              throw .refused(
                "charges of account '\(entry.account)' were corrected with \(other) since these drafts were made; "
                  + "draft again, look at what has changed, and approve it")
            }
            guard let earlier = billed.charges[line.charge] else { continue }
            throw .refused(
              "'\(line.charge)' of account '\(entry.account)' was billed with \(earlier.invoice) since these drafts "
                + "were made; draft again, look at what has changed, and approve it")
          }
          try issuing.add(document(invoice, of: entry, drafts))
        } catch { fault = error }
      }
    } catch {
      throw fault ?? .damaged(path: drafts.drafts.path, message: error.description)
    }
    if let fault { throw fault }
  }

  private static func document(
    _ invoice: InvoiceDraft, of entry: DraftsFolder.Draft, _ drafts: StoreDrafts
  ) -> IssuedDocument {
    var record = InvoiceRecord(
      kind: .invoice, account: invoice.account, accountName: invoice.accountName, period: invoice.period,
      isProjects: invoice.part == .projects, currency: invoice.currency, date: invoice.date,
      dueDate: invoice.dueDate, recurring: invoice.recurringSubtotal, usage: invoice.usageSubtotal,
      net: invoice.net, tax: invoice.tax)
    record.draftID = drafts.record.id
    record.draftName = entry.name
    var document = IssuedDocument(
      record: record, lines: invoice.documentLines.map { InvoiceLineRecord($0) }, json: invoice.json(),
      page: invoice.page())
    if let calls = invoice.attachedCalls, let drafted = entry.callsName {
      document.attachment = IssuedDocument.Attachment(
        name: calls.name, sha256: calls.sha256, path: drafts.drafts.path + "/\(drafted)")
    }
    return document
  }
}

extension InvoiceLineRecord {
  /// A line of a document as a row of the book.
  init(_ line: DocumentLine) {
    self.init(
      number: line.number,
      texts: [
        line.section, line.description, line.contract, line.item, line.project, line.ticket,
        Label(line.from.description), Label(line.until.description), Label(line.quantity), Label(line.unit),
        Label(line.unitPrice), line.taxClass, line.charge,
      ], amount: line.amount, discount: line.discount, tax: line.tax)
  }
}
