// Invoices and credit notes: numbers without a gap, given in the transaction that makes the documents part of the store.

public import BillingCalendar
import DurableFiles
import Money
public import Tables
import UsageSummary

/// A document with everything that is kept of it.
public struct IssuedDocument: Sendable {
  /// What the book knows; number, hashes and time are filled in.
  public var record: InvoiceRecord
  /// Its lines.
  public var lines: [InvoiceLineRecord]
  /// The bytes of `invoice.json`.
  public var json: [UInt8]
  /// The bytes of `invoice.html`.
  public var page: [UInt8]
  /// A file that belongs to it; nil for none.
  public var attachment: Attachment?

  /// A file beside a document.
  public struct Attachment: Sendable {
    /// Its name.
    public var name: String
    /// SHA-256 of its bytes.
    public var sha256: String
    /// The file of which it is a copy.
    public var path: String

    /// Makes one.
    public init(name: String, sha256: String, path: String) {
      self.name = name
      self.sha256 = sha256
      self.path = path
    }
  }

  /// Makes one.
  public init(record: InvoiceRecord, lines: [InvoiceLineRecord], json: [UInt8], page: [UInt8]) {
    self.record = record
    self.lines = lines
    self.json = json
    self.page = page
  }
}

/// What is billed with invoices: accounts whose drafts are finalised, and what their usage was.
public struct BilledWithInvoices: Sendable {
  /// The periods that were drafted.
  public var choice: UsagePeriodChoice
  /// The accounts with the period that each is billed for; also those without usage.
  public var periods: [Label: UsagePeriod]
  /// What the usage of accounts was when they were drafted; none for an account without rows.
  public var usageHashes: [Label: String]
  /// Earlier periods that were billed to nobody and are billed with this one.
  public var late: Set<AccountPeriod>

  /// Makes one.
  public init(
    choice: UsagePeriodChoice, periods: [Label: UsagePeriod], usageHashes: [Label: String],
    late: Set<AccountPeriod> = []
  ) {
    self.late = late
    self.choice = choice
    self.periods = periods
    self.usageHashes = usageHashes
  }
}

/// What a billing has billed of an account, taken back with the last of its invoices.
public struct TakenBackBilling: Hashable, Sendable {
  /// The billing.
  public var billingID: String
  /// Account id.
  public var account: Label

  /// Takes both.
  public init(billingID: String, account: Label) {
    self.billingID = billingID
    self.account = account
  }
}

/// Numbers documents one after the other, inside the transaction that makes them part of the store. Used by one thread.
public final class InvoiceIssuing {
  private let store: BillingStore
  private let series: NumberSeries
  private let billingID: String?
  private let moment: String
  private var next: Int64
  /// The document of the series with the latest date: numbers and dates go the same way.
  private var last: (number: String, date: CivilDate)?
  fileprivate let folder: PublishedFolder
  fileprivate private(set) var records: [InvoiceRecord] = []
  fileprivate private(set) var attachments: [String: IssuedDocument.Attachment] = [:]

  fileprivate init(
    _ store: BillingStore, _ series: NumberSeries, next: Int64, billingID: String?
  ) throws(StoreFault) {
    self.store = store
    self.series = series
    self.next = next
    self.billingID = billingID
    last = try store.latest(of: series)
    moment = store.now
    folder = try StoreFault.ofFiles { () throws(FileFault) in
      try PublishedFolder.begin(at: store.path(.invoices, "incoming"), operations: store.operations)
    }
  }

  /// The number of the document that is added next.
  public var nextNumber: String { series.number(next) }

  /// Takes the next document, which bears `nextNumber`.
  public func add(_ document: IssuedDocument) throws(StoreFault) {
    var document = document
    if let last, document.record.date < last.date {
      throw .refused(
        "\(last.number) bears the date \(last.date); a later number of its series cannot bear "
          + "\(document.record.date). Give that date or a later one; or begin another series: write another name "
          + "under 'numbers' in catalog.yaml, draft again and approve")
    }
    document.record.number = nextNumber
    document.record.sequence = next
    document.record.finalisedAt = moment
    document.record.jsonHash = SHA256.hex(of: document.json)
    document.record.pageHash = SHA256.hex(of: document.page)
    try store.write(document, to: folder)
    try store.insert(document, series, billingID: billingID)
    last = (document.record.number, document.record.date)
    records.append(document.record)
    attachments[document.record.number] = document.attachment
    next += 1
  }
}

extension BillingStore {
  /// The name of the document in its folder.
  public static let invoiceName = "invoice.json"
  /// The name of its page.
  public static let invoicePageName = "invoice.html"

  /// The folder of a document.
  public func invoicePath(_ number: String) -> String { path(.invoices, number) }

  /// Numbers documents and makes them part of the store, with the usage that they bill; all of it, or nothing.
  ///
  /// `documents` is called inside the transaction and adds one document after the other. Numbers follow each other without a gap, because who takes no part in the commit takes no number; two
  /// commands at once have the lock and the write lock of the book between them. Throws `refused` where an account has moved
  /// since it was drafted. Returns the documents and the seal of the audit trail.
  /// - Precondition: opened for changing.
  public func issue(
    in series: NumberSeries, billing: BilledWithInvoices?, takingBack: [TakenBackBilling] = [],
    _ documents: (InvoiceIssuing) throws(StoreFault) -> Void
  ) throws(StoreFault) -> (documents: [InvoiceRecord], auditHead: String) {
    var staged: StagedBilling?
    if let billing { staged = try stage(billing) }
    return try book.transaction { () throws(StoreFault) in
      var billingID: String?
      if let staged { billingID = try insertBilling(staged, reason: "invoices").id }
      let issuing = try InvoiceIssuing(self, series, next: nextSequence(of: series), billingID: billingID)
      do throws(StoreFault) {
        try documents(issuing)
        guard !issuing.records.isEmpty else { throw .refused("\(path): there is nothing to number") }
        for billing in takingBack {
          try book.run(
            "INSERT INTO taken_back VALUES (?, ?, ?)",
            [.text(billing.billingID), .label(billing.account), .text(issuing.records[0].number)])
        }
        try place(issuing.records, issuing.folder)
      } catch {
        issuing.folder.discard()
        throw error
      }
      var head = ""
      let trail = AuditTrail(book: book)
      for record in issuing.records {
        head = try trail.append(
          record.kind == .invoice ? "finalise" : "credit", subject: record.number,
          details: Self.auditDetails(record, issuing.attachments[record.number]), at: record.finalisedAt)
      }
      for billing in takingBack {
        head = try trail.append(
          "take-back", subject: billing.billingID,
          details: ["account": .string(billing.account), "number": .text(issuing.records[0].number)],
          at: issuing.records[0].finalisedAt)
      }
      return (issuing.records, head)
    }
  }

  private static func auditDetails(
    _ record: InvoiceRecord, _ attachment: IssuedDocument.Attachment?
  ) -> JSONValue {
    guard case .object(let members) = auditDetails(record), let attachment else {
      return auditDetails(record)
    }
    let file: JSONValue = ["name": .text(attachment.name), "sha256": .text(attachment.sha256)]
    return .object(members + [JSONMember(name: "attachment", value: file)])
  }

  private static func auditDetails(_ record: InvoiceRecord) -> JSONValue {
    [
      "json_sha256": .text(record.jsonHash), "page_sha256": .text(record.pageHash),
      "account": .string(record.account), "currency": .text(record.currency.code),
      "total": .text(record.total.description), "drafts": .textOrNull(record.draftID),
      "corrects": .textOrNull(record.corrects), "reason": .text(record.reason),
    ]
  }

  /// The rows of the accounts, where they wait for the transaction; they must be those that were drafted.
  private func stage(_ billing: BilledWithInvoices) throws(StoreFault) -> StagedBilling {
    let accounts = Set(billing.periods.keys)
    let scope = try billingScope(billing.choice, accounts: accounts, late: billing.late)
    let again = billing.periods.filter {
      let pair = AccountPeriod(account: $0.key, period: $0.value)
      return scope.billed.contains(pair) && !scope.billedLate.contains(pair)
    }
    guard again.isEmpty else {
      throw moved(
        again.keys.sorted(), one: "was billed since it was drafted",
        several: "were billed since they were drafted")
    }
    var digests = AccountDigests()
    var staged = try stageBilling(scope) { row in digests.add(row) }
    let hashes = digests.finish()
    let others = accounts.filter { hashes[$0] != billing.usageHashes[$0] }
    guard others.isEmpty else {
      throw moved(
        others.sorted(), one: "has other usage than when it was drafted",
        several: "have other usage than when they were drafted")
    }
    // Also a period without usage is billed: what comes late is a correction then.
    staged.closing.formUnion(billing.periods.map { AccountPeriod(account: $0.key, period: $0.value) })
    return staged
  }

  private func moved(_ accounts: [Label], one: String, several: String) -> StoreFault {
    let named = accounts.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    let more = accounts.count > 5 ? " and \(accounts.count - 5) more" : ""
    return .refused(
      "\(accounts.count == 1 ? "account" : "accounts") \(named)\(more) \(accounts.count == 1 ? one : several); draft again, look at what has "
        + "changed, and approve it")
  }

  /// The document of a series that bears the latest date, the last of several.
  fileprivate func latest(of series: NumberSeries) throws(StoreFault) -> (number: String, date: CivilDate)? {
    var latest: (number: String, date: CivilDate)?
    try book.query(
      "SELECT number, date FROM invoice_documents WHERE entity = ? AND series = ? "
        + "ORDER BY date DESC, sequence DESC LIMIT 1", [.label(series.entity), .label(series.name)]
    ) { row throws(StoreFault) in
      latest = CivilDate.parse(row.text(1)).map { (row.text(0), $0) }
    }
    return latest
  }

  private func nextSequence(of series: NumberSeries) throws(StoreFault) -> Int64 {
    let last = try book.integer(
      "SELECT MAX(sequence) FROM invoice_documents WHERE entity = ? AND series = ?",
      [.label(series.entity), .label(series.name)])
    if let last { return last + 1 }
    let other = try book.text(
      "SELECT entity FROM invoice_documents WHERE series = ? LIMIT 1", [.label(series.name)])
    if let other {
      throw .refused(
        "the series '\(series.name)' is that of '\(other)'; give '\(series.entity)' series of its own: "
          + "'numbers' in catalog.yaml")
    }
    return series.firstNumber
  }

  fileprivate func write(_ document: IssuedDocument, to folder: PublishedFolder) throws(StoreFault) {
    let number = document.record.number
    try StoreFault.ofFiles { () throws(FileFault) in
      try folder.makeFolder(number)
      for (name, bytes) in [(Self.invoiceName, document.json), (Self.invoicePageName, document.page)] {
        let writer = try folder.writer(number + "/" + name, bufferBytes: 1)
        try writer.write(contentsOf: bytes)
        try writer.finish()
      }
    }
    if let attachment = document.attachment { try write(attachment, of: number, to: folder) }
  }

  private func write(
    _ attachment: IssuedDocument.Attachment, of number: String, to folder: PublishedFolder
  ) throws(StoreFault) {
    guard let bytes = try? TableFile.read(attachment.path), SHA256.hex(of: bytes) == attachment.sha256 else {
      throw .damaged(path: attachment.path, message: "it is not the file that was drafted")
    }
    try StoreFault.ofFiles { () throws(FileFault) in
      let writer = try folder.writer(number + "/" + attachment.name, bufferBytes: 1)
      try writer.write(contentsOf: bytes)
      try writer.finish()
    }
  }

  private func place(_ records: [InvoiceRecord], _ folder: PublishedFolder) throws(StoreFault) {
    try StoreFault.ofFiles { () throws(FileFault) in
      try folder.publish()
      try DurableFolder.move(
        records.map(\.number), from: path(.invoices, "incoming"), to: path + "/" + Room.invoices.rawValue,
        operations: operations)
      try DurableFolder.removeAll(path(.invoices, "incoming"), operations: operations)
    }
  }

  fileprivate func insert(
    _ document: IssuedDocument, _ series: NumberSeries, billingID: String?
  ) throws(StoreFault) {
    let record = document.record
    var values: [BookValue] = [
      .text(record.number), .text(record.kind.rawValue), .label(series.entity), .label(series.name),
      .integer(record.sequence), .label(record.account), .label(record.accountName),
      .text(record.period.description), .text(record.isProjects ? "projects" : "main"),
      .text(record.currency.code), .text(record.date.description), .optional(record.dueDate?.description),
      .optional(record.corrects), .text(record.reason), .optional(record.draftID), .label(record.draftName),
      .optional(billingID), .text(record.finalisedAt), .text(record.jsonHash), .text(record.pageHash),
    ]
    for amount in [record.recurring, record.usage, record.net, record.tax, record.total] {
      values += try UsageTotals.bookValues(amount)
    }
    let marks = values.map { _ in "?" }.joined(separator: ", ")
    try book.run("INSERT INTO invoice_documents VALUES (\(marks))", values)
    let statement = try book.prepare(
      "INSERT INTO invoice_document_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    for line in document.lines {
      var cells: [BookValue] = [.text(record.number), .count(line.number)] + line.texts.map { .label($0) }
      let net = line.amount + line.discount
      for amount in [line.amount, line.discount, net, line.tax, net + line.tax] {
        cells += try UsageTotals.bookValues(amount)
      }
      try statement.run(cells)
    }
  }
}
