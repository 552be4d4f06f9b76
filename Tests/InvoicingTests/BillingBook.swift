// A whole catalog as text, drafted for one month: what people would write, and what stands on the invoice.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

/// Tables of a catalog, and the drafts made from them.
struct BillingBook {
  private var files: [String: String] = [
    "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan,tax_place\nacme,p,DE\n",
    "plans/p.yaml": "plan: p\ncharges: [{charge: calls, kind: voice, price: 0.01}]\n",
  ]
  private var usage = SampleBook(accounts: "acme 1")

  /// Takes tables by file name; each has its header in the first line.
  init(_ tables: [String: String] = [:]) { files.merge(tables) { $1 } }

  /// Adds a line for `acme` in contracts.csv, whose columns are those of `header`.
  static func contracts(_ header: String, _ rows: String...) -> BillingBook {
    let lines = rows.map { "acme," + $0 }
    return BillingBook(["contracts.csv": "account," + header + "\n" + lines.joined(separator: "\n") + "\n"])
  }

  /// Replaces or adds a table.
  mutating func set(_ file: String, _ text: String) { files[file] = text }

  /// Records in suspense.
  mutating func addSuspense(_ row: SuspenseDigestRow) { usage.usage.digest.append(row) }

  /// Usage, as `SampleBook.addUsage` takes it.
  mutating func addUsage(_ text: String) { usage.addUsage(text) }

  /// The catalog.
  func catalog() throws -> Catalog {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    return try CatalogFolder.load(folder.path)
  }

  /// The drafts of the periods that begin in `month`.
  func drafts(_ month: String) throws -> [InvoiceDraft] {
    let folder = try TemporaryFolder()
    try usage.usage.write(to: folder)
    var drafts: [InvoiceDraft] = []
    let run = InvoiceDraftRun(
      usage: try UsageFolder.open(folder.path), catalog: try catalog(),
      choice: UsagePeriodChoice.parse(month))
    try run.forEachDraft { drafts.append($0) }
    return drafts
  }

  /// What a review finds in the drafts of a month: `kind account money message`, without origins. Earlier drafts are those
  /// of `earlier` with the same tables.
  func review(_ month: String, earlier: [String] = []) throws -> [String] {
    let folder = try TemporaryFolder()
    try usage.usage.write(to: folder)
    let (usage, catalog) = (try UsageFolder.open(folder.path), try catalog())
    func drafts(_ month: String) throws -> DraftsFolder {
      let path = folder.path(of: "drafts-" + month)
      let run = InvoiceDraftRun(usage: usage, catalog: catalog, choice: UsagePeriodChoice.parse(month))
      _ = try run.publish(to: path)
      return try DraftsFolder.open(path)
    }
    let review = InvoiceReview(
      usage: usage, catalog: catalog, drafts: try drafts(month), earlier: try earlier.map { try drafts($0) })
    return try review.report().flags.map { flag in
      "\(flag.kind.rawValue) \(flag.account) \(flag.money?.description ?? "-") \(flag.message)"
    }
  }

  /// Drafts of a month, exported to `out` in `folder`.
  func export(_ month: String, to folder: TemporaryFolder) throws -> InvoiceExport.Report {
    let sources = try TemporaryFolder()
    try usage.usage.write(to: sources)
    let (usage, catalog) = (try UsageFolder.open(sources.path), try catalog())
    let path = sources.path(of: "drafts")
    _ = try InvoiceDraftRun(usage: usage, catalog: catalog, choice: UsagePeriodChoice.parse(month))
      .publish(to: path)
    return try InvoiceExport(usage: usage, catalog: catalog, drafts: try DraftsFolder.open(path))
      .publish(to: folder.path(of: "out"))
  }

  /// The lines of the drafts of a month, each as text: see `lines(of:)`.
  func lines(_ month: String) throws -> [String] { try drafts(month).flatMap(Self.lines) }

  /// `Seat 12 × 10 20/31 = 77.42`, in the order of the document.
  static func lines(of draft: InvoiceDraft) -> [String] {
    func count(_ micro: Int64) -> String { DecimalText.format(Int128(micro), scale: 6) }
    var lines = draft.recurring.map { line in
      let sign = line.kind == .interval ? "" : "\(line.kind.rawValue) "
      return
        "\(sign)\(line.description) \(line.days.lowerBound) \(count(line.quantityMicro)) × \(line.price) "
        + "\(line.share) = \(line.amount.rounded)"
    }
    lines += draft.usage.flatMap(\.lines).map { "usage \($0.name) = \($0.amount.rounded)" }
    lines += draft.oneTime.map {
      "once \($0.description) \($0.delivered) \(count($0.quantityMicro)) × \($0.price) = \($0.amount.rounded)"
    }
    lines += draft.values.map {
      "result \($0.description) \(count($0.measuredMicro)) of \($0.base) = \($0.amount.rounded)"
    }
    lines += draft.commitments.map {
      "minimum \($0.committed) \($0.share) reached \($0.reached) = \($0.amount.rounded)"
    }
    lines += draft.discounts.map { "discount \($0.description) of \($0.base) = \($0.amount.rounded)" }
    lines += draft.taxes.map { tax in
      let exemption = tax.exemption.map { " \($0.reason.rawValue)" } ?? ""
      return
        "tax \(tax.tax) on \(PrintedCharge.lines(tax.lines)) of \(tax.base)\(exemption) = \(tax.amount.rounded)"
    }
    return lines
  }
}
