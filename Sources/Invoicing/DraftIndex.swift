// What a draft run made, for its index page, its manifest and its report: one small entry for each draft.

public import BillingCalendar
public import Money
public import Tables
import UsageSummary

/// One draft of a run.
public struct DraftEntry: Hashable, Sendable {
  /// Account id.
  public var account: Label
  /// Account name.
  public var accountName: Label
  /// Usage period.
  public var period: UsagePeriod
  /// Currency of the amounts.
  public var currency: Currency
  /// What of the account's charges it holds.
  public var part = DocumentPart.main
  /// Sum of the recurring lines.
  public var recurring: Amount
  /// Sum of the usage lines.
  public var usage: Amount
  /// Sum of one-time charges and of what is missing to commitments, less discounts.
  public var other: Amount = .zero
  /// Sum of the taxes.
  public var tax: Amount = .zero
  /// Name of its files, without suffix.
  public var fileName: String
  /// SHA-256 of the JSON document.
  public var jsonHash: String
  /// SHA-256 of the page.
  public var pageHash: String
  /// SHA-256 of what the document says, whatever usage folder it was made from; empty where no store asks for it.
  public var contentHash = ""
  /// The one-time charges on it that nobody has decided about, by the names that a store gives them.
  public var undecidedCharges: [Label] = []

  /// Its calls, where they lie in a file of their own.
  var calls: AttachedCalls?

  /// What is owed.
  public var total: Amount { recurring + usage + other + tax }
}

/// What a draft run made and what a reviewer should look at.
public struct InvoiceDraftReport: Sendable {
  /// The drafts, by account as bytes, then period, then currency.
  public var drafts: [DraftEntry]
  /// Records in suspense, so not on any draft, by account; the empty account where it was not known. In order.
  public var suspendedCounts: [(account: Label, count: Int64)]
  /// Inputs that were skipped when the usage was rated, so are on no draft.
  public var skippedInputs: [Label]
  /// Whether the usage was rated with another catalog than this one.
  public var isOtherCatalog: Bool

  /// Periods of drafts in which no contract was charged, because they have next to no usage beside others; ascending.
  public var periodsOfLateUsage: [UsagePeriod]

  /// The periods of the drafts, ascending, with how many drafts each has.
  public var periods: [(period: UsagePeriod, draftCount: Int)] {
    Dictionary(grouping: drafts, by: \.period).sorted { $0.key < $1.key }.map { ($0.key, $0.value.count) }
  }

  /// Totals by currency, ascending.
  public var totals: [(currency: Currency, total: Amount)] {
    Dictionary(grouping: drafts, by: \.currency).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.reduce(.zero) { $0 + $1.total }) }
  }

  /// Records in suspense of one account.
  func suspendedCount(of account: Label) -> Int64 {
    suspendedCounts.first { $0.account == account }?.count ?? 0
  }
}
