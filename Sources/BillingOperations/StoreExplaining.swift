// Every cent of an invoice line: its rounding, discounts and taxes, the rows of usage it is the sum of, the runs that rated
// them, and, where runs keep detail, the calls.

public import BillingStore
public import Invoicing
public import Money
public import Tables
public import UsageSummary
import BillingCalendar
import Catalog
import DurableFiles

/// Where a line of an invoice comes from.
public struct InvoiceLineExplanation: Sendable {
  /// What a run has rated of a row.
  public struct Part: Sendable {
    /// The run.
    public var run: RunRecord
    /// Its events.
    public var eventCount: Int64
    /// Its amount.
    public var amount: Amount
  }

  /// A row of usage.
  public struct Row: Sendable {
    /// The row, over all runs.
    public var row: SummaryRow
    /// What of it came from which run, in the order of commits.
    public var parts: [Part]
  }

  /// The invoice.
  public var record: InvoiceRecord
  /// The invoice as it was sent.
  public var document: InvoiceDocument
  /// The line.
  public var line: DocumentLine
  /// The line as it stands in the document: price, share, count, origin …
  public var node: JSONNode
  /// Its rows; empty for lines that are not usage.
  public var rows: [Row] = []
  /// Its calls, in the order of services and starts; of a correction as far as runs keep detail.
  public var calls: [DetailRow] = []
  /// Runs of its rows whose calls cannot be had.
  public var runsWithoutDetail: [RunRecord] = []
  /// Why the calls of a line of usage cannot be shown; empty where they can, or where it has none.
  public var callsMissing = ""
  /// The credit note that has taken it back.
  public var creditedWith: String?

  /// What its rows add up to, to the last digit.
  public var rowSum: Amount { rows.reduce(.zero) { $0 + $1.row.amount } }
}

/// Explains invoice lines.
public enum StoreExplaining {
  /// Explains a line; its rows must add up to it exactly.
  ///
  /// Rows of usage are those that were pinned when it was drafted; its calls are those behind the draft, or are made again from the
  /// stored events. Complexity: O(rows of the period and of its runs), and the account's events.
  public static func explain(
    line number: Int, of invoice: String, semantics: Int64, in store: BillingStore
  ) throws(OperationFault) -> InvoiceLineExplanation {
    let record = try OperationFault.ofStore { () throws(StoreFault) in
      let record = try store.invoice(invoice)
      guard record.kind == .invoice else {
        throw .refused(
          "\(invoice) is a credit note; its lines are those of \(record.corrects ?? "its invoice"), taken back"
        )
      }
      return record
    }
    let document = try StoreDocuments.read(record, in: store)
    guard let line = document.lines.first(where: { $0.number == number }),
      let node = document.lineNodes[number]
    else {
      throw .store(.refused("\(invoice) has \(document.lines.count) lines; there is no line \(number)"))
    }
    var found = InvoiceLineExplanation(record: record, document: document, line: line, node: node)
    guard let draftID = record.draftID else { return found }
    let drafts = try StoreDrafts.open(
      OperationFault.ofStore { () throws(StoreFault) in try store.drafts(named: draftID) }, in: store)
    do throws(StoreFault) {
      found.creditedWith = try store.creditedLines(of: invoice)[number]
      do throws(UsageFolderFault) {
        if line.section == "usage" {
          try addRows(&found, drafts)
        } else if line.section == "adjustment" {
          try addAdjustments(&found, drafts)
        }
      } catch { throw .usage(error) }
      try addParts(&found, drafts, semantics, store)
      let exact = try exact(node)
      guard found.rows.isEmpty || found.rowSum == exact else {
        throw .damaged(
          path: drafts.usage.path, message: "its rows do not add up to line \(number) of \(invoice)")
      }
    } catch {
      throw .store(error)
    }
    return found
  }

  private static func exact(_ node: JSONNode) throws(StoreFault) -> Amount? {
    guard let text = try? node.member("exact").text().description,
      case .success(let pico) = DecimalText.parse(text, scale: Amount.scale)
    else { return nil }
    return Amount(pico: pico)
  }

  /// Whether a row belongs to a line of usage, as invoices group them.
  private static func isOf(_ line: DocumentLine, _ row: SummaryRow) -> Bool {
    let name = row.ratingGroup.isEmpty ? row.charge : row.ratingGroup
    return name == line.description && (row.serviceKind?.name ?? "") == kindName(line)
  }

  // Rows without event over several kinds have no kind, and a unit of none.
  private static func kindName(_ line: DocumentLine) -> String {
    line.unit.isEmpty ? "" : line.taxClass.description
  }

  private static func addRows(
    _ found: inout InvoiceLineExplanation, _ drafts: StoreDrafts
  ) throws(UsageFolderFault) {
    let reader = try drafts.usage.summaryReader()
    while let row = try reader.next() {
      guard row.account == found.record.account, row.usagePeriod == found.record.period,
        row.currency == found.record.currency, isOf(found.line, row)
      else { continue }
      found.rows.append(InvoiceLineExplanation.Row(row: row, parts: []))
    }
  }

  private static func addAdjustments(
    _ found: inout InvoiceLineExplanation, _ drafts: StoreDrafts
  ) throws(UsageFolderFault) {
    let reader = try SummaryReader(path: drafts.pinned.folder + "/" + DraftBasis.adjustmentsName)
    while let row = try reader.next() {
      guard row.account == found.record.account, row.usagePeriod.from == found.line.from,
        row.usagePeriod.until == found.line.until, row.currency == found.record.currency,
        isOf(found.line, row)
      else { continue }
      found.rows.append(InvoiceLineExplanation.Row(row: row, parts: []))
    }
  }

  /// What each run has rated of each row; of a line of usage the runs that were pinned, of a correction all that there are.
  private static func addParts(
    _ found: inout InvoiceLineExplanation, _ drafts: StoreDrafts, _ semantics: Int64, _ store: BillingStore
  ) throws(StoreFault) {
    guard !found.rows.isEmpty else { return }
    var places: [[Label]: Int] = [:]
    for (place, row) in found.rows.enumerated() { places[SummaryText.keyCells(of: row.row)] = place }
    let pinned = Set(drafts.usage.manifest.inputs.map(\.name.description))
    for run in try store.runs() {
      let isMeant =
        found.line.section == "usage" ? pinned.contains("runs/" + run.id) : run.state == .current
      guard isMeant else { continue }
      let usage = try store.openUsage(of: run)
      var isInIt = false
      var parts: [(place: Int, part: InvoiceLineExplanation.Part)] = []
      try store.forEachRow(of: run) { row throws(StoreFault) in
        guard row.account == found.record.account, let place = places[SummaryText.keyCells(of: row)] else {
          return
        }
        isInIt = true
        parts.append(
          (place, InvoiceLineExplanation.Part(run: run, eventCount: row.eventCount, amount: row.amount)))
      }
      for (place, part) in parts { found.rows[place].parts.append(part) }
      do throws(UsageFolderFault) {
        guard isInIt, found.line.section != "usage" else { continue }
        if try !addCalls(&found, usage, drafts) { found.runsWithoutDetail.append(run) }
      } catch {
        throw .usage(error)
      }
    }
    if found.line.section == "usage", found.rows.contains(where: { !$0.row.direction.isEmpty }) {
      addCallsOfUsage(&found, drafts, pinned, semantics, store)
    }
  }

  /// The calls that were pinned with the drafts, or else those that the runs' events come to once more. They must add up to the
  /// line, with what was charged without an event.
  private static func addCallsOfUsage(
    _ found: inout InvoiceLineExplanation, _ drafts: StoreDrafts, _ pinned: Set<String>, _ semantics: Int64,
    _ store: BillingStore
  ) {
    do throws(OperationFault) {
      var usages = try drafts.calls()?.usages
      var scratch: ScratchFolder?
      defer { scratch?.remove() }
      if usages == nil {
        let folder = try OperationFault.ofFiles { () throws(FileFault) in try ScratchFolder(in: nil) }
        scratch = folder
        let ids = pinned.filter { $0.hasPrefix("runs/") }.map { String($0.dropFirst("runs/".count)) }
        usages = try StoreCalls(store: store).write(
          StoreCalls.Question(
            choice: .one(found.record.period), account: found.record.account, runs: Set(ids)),
          to: folder.path, semantics: semantics)
      }
      do throws(UsageFolderFault) {
        for usage in usages ?? [] { _ = try addCalls(&found, usage, drafts) }
      } catch { throw .store(.usage(error)) }
    } catch {
      found.callsMissing = "they cannot be made from the store's events: \(error.shortText)"
    }
    let withoutEvent = found.rows.filter { $0.row.direction.isEmpty }.reduce(Amount.zero) {
      $0 + $1.row.amount
    }
    let sum = found.calls.reduce(withoutEvent) { $0 + $1.amount }
    guard found.callsMissing.isEmpty, sum != found.rowSum else { return }
    found.calls = []
    found.callsMissing = "the events of its runs come to \(sum) now; they were rated again since"
  }

  /// Adds the line's calls of a folder; false where it has no detail.
  private static func addCalls(
    _ found: inout InvoiceLineExplanation, _ usage: UsageFolder, _ drafts: StoreDrafts
  ) throws(UsageFolderFault) -> Bool {
    guard let reader = try usage.detailReader() else { return false }
    guard let account = drafts.catalog.accounts.first(where: { $0.id == found.record.account }) else {
      return true
    }
    while let row = try reader.next() {
      let name = row.ratingGroup.isEmpty ? row.charge : row.ratingGroup
      guard row.account == account.id, name == found.line.description, row.kind.name == kindName(found.line),
        row.currency == found.record.currency
      else { continue }
      let day = account.zone.localDay(atSeconds: Instant.seconds(ofMillis: row.startMillis))
      guard found.line.from <= day, day < found.line.until else { continue }
      found.calls.append(row)
    }
    return true
  }
}
