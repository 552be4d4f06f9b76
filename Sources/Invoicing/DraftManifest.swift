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
  static let version = 3

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
    var members: [JSONMember] = [
      JSONMember(name: "account", value: .string(draft.account)),
      JSONMember(name: "period", value: .text(draft.period.description)),
      JSONMember(name: "currency", value: .text(draft.currency.code)),
      JSONMember(name: "part", value: .text(draft.part == .main ? "main" : "projects")),
      JSONMember(name: "recurring", value: money(draft.recurring, draft.currency)),
      JSONMember(name: "usage", value: money(draft.usage, draft.currency)),
      JSONMember(name: "other", value: money(draft.other, draft.currency)),
      JSONMember(name: "tax", value: money(draft.tax, draft.currency)),
      JSONMember(name: "total", value: money(draft.total, draft.currency)),
      JSONMember(name: "content_sha256", value: .text(draft.contentHash)),
      JSONMember(name: "undecided_charges", value: .array(draft.undecidedCharges.map { .string($0) })),
      file("json", draft.fileName + ".json", draft.jsonHash),
      file("page", draft.fileName + ".html", draft.pageHash),
    ]
    if let calls = draft.calls { members.append(file("calls", calls.name, calls.hash)) }
    return .object(members)
  }

  private static func file(_ member: Label, _ name: String, _ hash: String) -> JSONMember {
    JSONMember(name: member, value: ["name": .text(name), "sha256": .text(hash)])
  }

  private static func money(_ amount: Amount, _ currency: Currency) -> JSONValue {
    .text(amount.text(minimumDigits: currency.minorDigits))
  }
}
