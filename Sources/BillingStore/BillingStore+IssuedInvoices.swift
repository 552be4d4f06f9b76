// Looking at invoices, credit notes and drafts: rows of the book, and documents by their hashes.

public import BillingCalendar
public import Money
public import Tables
import UsageSummary

extension BillingStore {
  /// All invoices and credit notes, by entity, series and number.
  public func invoices() throws(StoreFault) -> [InvoiceRecord] { try invoices(where: "1", []) }

  /// The document of that number.
  public func invoice(_ number: String) throws(StoreFault) -> InvoiceRecord {
    guard let record = try invoices(where: "number = ?", [.text(number)]).first else {
      throw .refused(
        "\(path): there is no invoice '\(number)'; 'ratemill invoice list --store \(path)' lists them")
    }
    return record
  }

  /// The credit notes of an invoice, in the order of their numbers.
  public func creditNotes(of number: String) throws(StoreFault) -> [InvoiceRecord] {
    try invoices(where: "corrects = ?", [.text(number)])
  }

  /// The lines of an invoice that credit notes have taken back, with the note's number.
  public func creditedLines(of number: String) throws(StoreFault) -> [Int: String] {
    var lines: [Int: String] = [:]
    try book.query(
      """
      SELECT line, number FROM invoice_document_lines
      WHERE number IN (SELECT number FROM invoice_documents WHERE corrects = ?)
      """, [.text(number)]
    ) { row in lines[Int(row.integer(0))] = row.text(1) }
    return lines
  }

  /// The lines of all invoices that credit notes have taken back, by invoice.
  public func creditedLines() throws(StoreFault) -> [String: Set<Int>] {
    var lines: [String: Set<Int>] = [:]
    try book.query(
      """
      SELECT corrects, line FROM invoice_document_lines JOIN invoice_documents USING (number)
      WHERE corrects IS NOT NULL
      """
    ) { row in lines[row.text(0), default: []].insert(Int(row.integer(1))) }
    return lines
  }

  /// The bytes of `invoice.json`, which must be those that were committed.
  public func document(of record: InvoiceRecord) throws(StoreFault) -> [UInt8] {
    let name = invoicePath(record.number) + "/" + Self.invoiceName
    let bytes: [UInt8]
    do throws(TableFileFault) { bytes = try TableFile.read(name) } catch {
      throw .damaged(path: name, message: "\(error)")
    }
    guard SHA256.hex(of: bytes) == record.jsonHash else {
      throw .damaged(path: name, message: "it is not the document that was finalised")
    }
    return bytes
  }

  func invoices(where condition: String, _ values: [BookValue]) throws(StoreFault) -> [InvoiceRecord] {
    var records: [InvoiceRecord] = []
    try book.query(
      """
      SELECT number, kind, sequence, account, account_name, usage_period, part, currency, date, due_date, corrects,
        reason, draft_id, draft_name, finalised_at, json_sha256, page_sha256, recurring_units, recurring_pico,
        usage_units, usage_pico, net_units, net_pico, tax_units, tax_pico, billing_id,
        (billing_id, account) IN (SELECT billing_id, account FROM taken_back)
      FROM invoice_documents WHERE \(condition) ORDER BY entity, series, sequence
      """, values
    ) { row throws(StoreFault) in
      guard let kind = InvoiceRecord.Kind(rawValue: row.text(1)), let period = UsagePeriod.parse(row.text(5)),
        let currency = Currency(code: row.text(7)), let date = CivilDate.parse(row.text(8))
      else { throw .damaged(path: path, message: "invoice \(row.text(0)) of the book cannot be read") }
      var record = InvoiceRecord(
        kind: kind, account: row.label(3), accountName: row.label(4), period: period,
        isProjects: row.text(6) == "projects", currency: currency, date: date,
        dueDate: row.optionalText(9).flatMap { CivilDate.parse($0) }, recurring: row.amount(17),
        usage: row.amount(19), net: row.amount(21), tax: row.amount(23))
      (record.number, record.sequence) = (row.text(0), row.integer(2))
      (record.corrects, record.reason) = (row.optionalText(10), row.text(11))
      (record.draftID, record.draftName) = (row.optionalText(12), row.label(13))
      record.finalisedAt = row.text(14)
      record.billingID = row.optionalText(25)
      record.isTakenBack = record.billingID != nil && row.integer(26) != 0
      (record.jsonHash, record.pageHash) = (row.text(15), row.text(16))
      records.append(record)
    }
    return records
  }
}

extension BookRow {
  /// An amount in two columns.
  func amount(_ column: Int) -> Amount {
    UsageTotals.amount(integer(column), integer(column + 1))
  }
}

/// A draft that is no invoice yet, with what was decided about it.
public struct OpenDraft: Sendable {
  /// Name of its files, without suffix.
  public var name: Label
  /// Account id.
  public var account: Label
  /// Its usage period.
  public var period: UsagePeriod
  /// Currency of the total.
  public var currency: Currency
  /// What is owed.
  public var total: Amount
  /// The last decision; nil where nobody has decided.
  public var decision: DecisionRecord?
}

extension BillingStore {
  /// The drafts that are current and no invoices yet, by when they were drafted, then by name.
  public func openDrafts() throws(StoreFault) -> [OpenDraft] {
    let decisions = try decisions(.draft)
    var drafts: [OpenDraft] = []
    try book.query(
      """
      SELECT name, account, usage_period, currency, total_units, total_pico, content_sha256
      FROM draft_documents JOIN drafts USING (draft_id)
      WHERE state = 'current' AND NOT EXISTS (SELECT 1 FROM invoice_documents AS sent
        WHERE sent.draft_id = draft_documents.draft_id AND sent.draft_name = name)
      ORDER BY drafts.number, name
      """
    ) { row throws(StoreFault) in
      guard let period = UsagePeriod.parse(row.text(2)), let currency = Currency(code: row.text(3)) else {
        throw .damaged(path: path, message: "a draft of the book cannot be read")
      }
      drafts.append(
        OpenDraft(
          name: row.label(0), account: row.label(1), period: period, currency: currency,
          total: row.amount(4), decision: decisions[row.label(6)]))
    }
    return drafts
  }

  /// The lines of a document, by number.
  public func lines(of record: InvoiceRecord) throws(StoreFault) -> [InvoiceLineRecord] {
    var lines: [InvoiceLineRecord] = []
    try book.query(
      """
      SELECT line, section, description, contract, item, project, ticket, service_from, service_until, quantity,
        unit, unit_price, tax_class, charge, amount_units, amount_pico, discount_units, discount_pico, tax_units,
        tax_pico
      FROM invoice_document_lines WHERE number = ? ORDER BY line
      """, [.text(record.number)]
    ) { row in
      var texts: [Label] = []
      for column in 1...13 { texts.append(row.label(column)) }
      lines.append(
        InvoiceLineRecord(
          number: Int(row.integer(0)), texts: texts, amount: row.amount(14), discount: row.amount(16),
          tax: row.amount(18)))
    }
    return lines
  }
}

/// A recurring line, or a refund, that an invoice has charged.
public struct ChargedInvoiceLine: Sendable {
  /// The invoice.
  public var number: String
  /// Account id.
  public var account: Label
  /// Currency of its amounts.
  public var currency: Currency
  /// The line.
  public var line: InvoiceLineRecord
}

extension BillingStore {
  /// The one-time charges that invoices bill, each with the first of these; of what was credited only what stands no more
  /// because all of its invoice was taken back counts as not billed.
  public func billedCharges() throws(StoreFault) -> [Label: (account: Label, invoice: String)] {
    var billed: [Label: (account: Label, invoice: String)] = [:]
    try book.query(
      """
      SELECT charge, account, number FROM invoice_document_lines JOIN invoice_documents USING (number)
      WHERE kind = 'invoice' AND charge <> ''
        AND (billing_id, account) NOT IN (SELECT billing_id, account FROM taken_back)
      ORDER BY sequence DESC
      """
    ) { row in billed[row.label(0)] = (row.label(1), row.text(2)) }
    return billed
  }

  /// Recurring lines, refunds and corrections of invoices whose days reach beyond `first` and that no credit note took back, by invoice and
  /// line.
  public func chargedLines(beyond first: CivilDate) throws(StoreFault) -> [ChargedInvoiceLine] {
    var numbers: [String: Set<Int>] = [:]
    try book.query(
      """
      SELECT number, line FROM invoice_document_lines JOIN invoice_documents USING (number)
      WHERE kind = 'invoice' AND section IN ('recurring', 'refund', 'correction')
        AND service_until > ? AND (number, line) NOT IN (SELECT corrects, line
          FROM invoice_document_lines JOIN invoice_documents USING (number) WHERE corrects IS NOT NULL)
      """, [.text(first.description)]
    ) { row in numbers[row.text(0), default: []].insert(Int(row.integer(1))) }
    var found: [ChargedInvoiceLine] = []
    for record in try invoices() {
      guard let own = numbers[record.number] else { continue }
      for line in try lines(of: record) where own.contains(line.number) {
        found.append(
          ChargedInvoiceLine(
            number: record.number, account: record.account, currency: record.currency, line: line))
      }
    }
    return found
  }

  /// Calls `body` with the recurring lines, refunds and corrections of invoices, an account at a time, by account as bytes,
  /// then by number and line: those whose days reach beyond `first`, whatever was credited since, but for invoices that were
  /// taken back as a whole. Memory: the lines of one account.
  public func forEachAccountCharged(
    beyond first: CivilDate, _ body: (Label, [ChargedInvoiceLine]) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    try forEachAccountCharged(
      "section IN ('recurring', 'refund', 'correction') AND service_until > ?", [.text(first.description)],
      body)
  }

  /// The same of one-time charges that were delivered on `first` or later.
  public func forEachAccountWithOneTimeLines(
    from first: CivilDate, _ body: (Label, [ChargedInvoiceLine]) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    try forEachAccountCharged("section = 'one-time' AND service_from >= ?", [.text(first.description)], body)
  }

  private func forEachAccountCharged(
    _ condition: String, _ values: [BookValue],
    _ body: (Label, [ChargedInvoiceLine]) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    var own: [ChargedInvoiceLine] = []
    try book.query(
      """
      SELECT account, currency, number, line, section, lines.description, contract, item, project, ticket,
        service_from, service_until, quantity, unit, unit_price, tax_class, charge, amount_units, amount_pico,
        discount_units, discount_pico, lines.tax_units, lines.tax_pico
      FROM invoice_document_lines AS lines JOIN invoice_documents USING (number)
      WHERE kind = 'invoice' AND \(condition)
        AND (billing_id, account) NOT IN (SELECT billing_id, account FROM taken_back)
      ORDER BY account, entity, series, sequence, line
      """, values
    ) { row throws(StoreFault) in
      let account = row.label(0)
      if let last = own.last, last.account != account {
        try body(last.account, own)
        own.removeAll(keepingCapacity: true)
      }
      guard let currency = Currency(code: row.text(1)) else {
        throw .damaged(path: path, message: "invoice \(row.text(2)) of the book cannot be read")
      }
      var texts: [Label] = []
      for column in 4...16 { texts.append(row.label(column)) }
      own.append(
        ChargedInvoiceLine(
          number: row.text(2), account: account, currency: currency,
          line: InvoiceLineRecord(
            number: Int(row.integer(3)), texts: texts, amount: row.amount(17), discount: row.amount(19),
            tax: row.amount(21))))
    }
    if let last = own.last { try body(last.account, own) }
  }

  /// The invoices that hold refunds of recurring charges, or corrections of them, with their accounts.
  public func correctingInvoices() throws(StoreFault) -> [Label: Label] {
    var found: [Label: Label] = [:]
    try book.query(
      """
      SELECT DISTINCT number, account FROM invoice_document_lines JOIN invoice_documents USING (number)
      WHERE kind = 'invoice' AND section IN ('refund', 'correction')
      """
    ) { row in found[row.label(0)] = row.label(1) }
    return found
  }
}
