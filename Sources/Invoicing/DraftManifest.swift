// `drafts.json`: what a draft run made and from what; also the mark by which a later run knows that it may replace the folder.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// The manifest of a folder of drafts.
enum DraftManifest {
  /// The name of the file. It is not `manifest.json`, so that drafts are never taken for usage, nor written over it.
  static let fileName = "drafts.json"

  /// Version of the file.
  static let version = 2

  /// Its bytes: pretty JSON, sealed.
  static func text(
    of report: InvoiceDraftReport, usage: UsageFolder, catalog: Catalog, choice: UsagePeriodChoice?,
    earlier: [DraftsFolder], indexHash: String
  ) -> [UInt8] {
    SealedJSON.text(of: [
      "document": "invoice-drafts", "version": .integer(version),
      "usage_manifest_sha256": .text(usage.manifestHash),
      "rating_hash": .string(usage.manifest.ratingHash), "billing_hash": .text(catalog.billingHash),
      "period": choice.map { .text($0.description) } ?? .null,
      "earlier_sha256": .array(earlier.map { .string($0.seal) }),
      "totals": .object(
        report.totals.map { currency, total in
          JSONMember(name: Label(currency.code), value: money(total, currency))
        }),
      "drafts": .array(report.drafts.map(json)),
      "index": ["name": "index.html", "sha256": .text(indexHash)],
    ])
  }

  private static func json(_ draft: DraftEntry) -> JSONValue {
    [
      "account": .string(draft.account), "period": .text(draft.period.description),
      "currency": .text(draft.currency.code), "part": .text(draft.part == .main ? "main" : "projects"),
      "recurring": money(draft.recurring, draft.currency), "usage": money(draft.usage, draft.currency),
      "other": money(draft.other, draft.currency), "tax": money(draft.tax, draft.currency),
      "total": money(draft.total, draft.currency),
      "json": ["name": .text(draft.fileName + ".json"), "sha256": .text(draft.jsonHash)],
      "page": ["name": .text(draft.fileName + ".html"), "sha256": .text(draft.pageHash)],
    ]
  }

  private static func money(_ amount: Amount, _ currency: Currency) -> JSONValue {
    .text(amount.text(minimumDigits: currency.minorDigits))
  }
}
