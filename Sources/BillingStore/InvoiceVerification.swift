// The proof that invoices and drafts are what was committed: numbers without a gap, documents by their hashes, lines that
// add up.

import DurableFiles
import Money
import Tables
import UsageSummary

extension BillingStore {
  /// What is wrong with invoices, credit notes and drafts; nothing where all meets. Reads every document.
  func invoiceFindings(_ trail: AuditTrail) throws(StoreFault) -> [String] {
    var findings: [String] = []
    var sealed: [String: String] = [:]
    var attached: [(invoice: String, name: String, hash: String)] = []
    try trail.forEach { entry in
      guard ["finalise", "credit"].contains(entry.action),
        let details = try? JSONReader.read(entry.details.bytes),
        case .string(let json) = details["json_sha256"], case .string(let page) = details["page_sha256"]
      else { return }
      sealed[entry.subject] = "\(json) \(page)"
      if let file = details["attachment"], case .string(let name) = file["name"],
        case .string(let hash) = file["sha256"]
      {
        attached.append((entry.subject, name.description, hash.description))
      }
    }
    for record in try invoices() {
      if sealed[record.number] != "\(record.jsonHash) \(record.pageHash)" {
        findings.append("invoice \(record.number): the audit trail names other documents than the book")
      }
      for (name, hash) in [(Self.invoiceName, record.jsonHash), (Self.invoicePageName, record.pageHash)] {
        let file = invoicePath(record.number) + "/" + name
        guard let bytes = try? TableFile.read(file) else {
          findings.append("invoice \(record.number): \(file) cannot be read")
          continue
        }
        if SHA256.hex(of: bytes) != hash {
          findings.append("invoice \(record.number): \(file) is not the document that was finalised")
        }
      }
    }
    for (invoice, name, hash) in attached {
      let file = invoicePath(invoice) + "/" + name
      guard let bytes = try? TableFile.read(file), SHA256.hex(of: bytes) == hash else {
        findings.append("invoice \(invoice): \(file) is not the file that was finalised")
        continue
      }
    }
    return try findings + gapFindings() + lineFindings() + takenBackFindings(trail) + draftFindings()
  }

  /// Invoices that count as taken back and of which no credit note has some line, or the audit trail does not say so.
  private func takenBackFindings(_ trail: AuditTrail) throws(StoreFault) -> [String] {
    var findings: [String] = []
    var sealed: Set<TakenBackBilling> = []
    try trail.forEach { entry in
      guard entry.action == "take-back", let details = try? JSONReader.read(entry.details.bytes),
        case .string(let account) = details["account"]
      else { return }
      sealed.insert(TakenBackBilling(billingID: entry.subject, account: account))
    }
    try book.query("SELECT billing_id, account FROM taken_back") { row in
      let billing = TakenBackBilling(billingID: row.text(0), account: row.label(1))
      if sealed.remove(billing) == nil {
        findings.append(
          "billing \(billing.billingID): the audit trail does not take back '\(billing.account)'")
      }
    }
    findings += sealed.map { "billing \($0.billingID): the book does not take back '\($0.account)'" }.sorted()
    let credited = try creditedLines()
    for record in try invoices() where record.isTakenBack {
      let standing = Set(try lines(of: record).map(\.number)).subtracting(credited[record.number] ?? [])
      guard let line = standing.min() else { continue }
      findings.append(
        "invoice \(record.number): the book counts it as taken back, and line \(line) was not credited")
    }
    return findings
  }

  private func gapFindings() throws(StoreFault) -> [String] {
    var findings: [String] = []
    try book.query(
      """
      SELECT series, entity, COUNT(*), MIN(sequence), MAX(sequence) FROM invoice_documents
      GROUP BY entity, series HAVING COUNT(*) <> MAX(sequence) - MIN(sequence) + 1
      """
    ) { row in
      findings.append(
        "series '\(row.text(0))' of '\(row.text(1))' has gaps: \(row.integer(2)) documents from number "
          + "\(row.integer(3)) to \(row.integer(4))")
    }
    return findings
  }

  private func lineFindings() throws(StoreFault) -> [String] {
    var sums: [String: (net: Amount, tax: Amount)] = [:]
    try book.query("SELECT number, net_units, net_pico, tax_units, tax_pico FROM invoice_document_lines") {
      row in
      let sum = sums[row.text(0)] ?? (.zero, .zero)
      sums[row.text(0)] = (
        sum.net + UsageTotals.amount(row.integer(1), row.integer(2)),
        sum.tax + UsageTotals.amount(row.integer(3), row.integer(4))
      )
    }
    return try invoices().compactMap { record in
      let sum = sums[record.number] ?? (.zero, .zero)
      guard sum.net != record.net || sum.tax != record.tax else { return nil }
      return "invoice \(record.number): its lines do not add up to its total"
    }
  }

  private func draftFindings() throws(StoreFault) -> [String] {
    var findings: [String] = []
    let known = try knownNames(of: .drafts)
    for drafts in try drafts(where: "1", []) where known.contains(drafts.id) {
      for (name, hash) in [("basis.json", drafts.basisHash), ("documents/drafts.json", drafts.manifestHash)] {
        let file = draftsPath(drafts.id) + "/" + name
        guard let bytes = try? TableFile.read(file), SHA256.hex(of: bytes) == hash else {
          findings.append("drafts \(drafts.number) (\(drafts.id)): \(file) is not what was committed")
          continue
        }
      }
    }
    return findings
  }
}
