// What a reviewer should look at before drafts become invoices.

public import Money
public import Tables

/// One thing to look at.
public struct ReviewFlag: Sendable, Hashable {
  /// What kind of thing it is.
  public enum Kind: String, CaseIterable, Sendable {
    /// Usage in suspense, on no draft.
    case unratedUsage = "unrated-usage"
    /// More or fewer are counted than the contract charges.
    case countAgainstContract = "count-against-contract"
    /// Something is counted that no contract charges.
    case countWithoutContract = "count-without-contract"
    /// A count changed by a fifth or more within the period.
    case countJumped = "count-jumped"
    /// The last count is older than the period.
    case countStale = "count-stale"
    /// A ticket was closed in the period and nothing is charged for it.
    case ticketWithoutCharge = "ticket-without-charge"
    /// A charge that nobody has approved stands on a draft.
    case chargeNotApproved = "charge-not-approved"
    /// A delivered charge is on hold.
    case chargeOnHold = "charge-on-hold"
    /// A contract line ended and nothing follows.
    case contractEnded = "contract-ended"
    /// A contract line ends within sixty days.
    case contractEndsSoon = "contract-ends-soon"
    /// A contract is to be renewed or ended within sixty days.
    case contractRenewsSoon = "contract-renews-soon"
    /// A result was promised and nothing measured.
    case resultMissing = "result-missing"
    /// The price of an item differs from that of other clients.
    case priceDiffers = "price-differs"
    /// The price book has not changed for eight months or more.
    case priceBookStale = "price-book-stale"
    /// The catalog has taxes, and nobody has said where the account is taxed.
    case taxPlaceMissing = "tax-place-missing"
    /// The account's terms name no last day to pay.
    case termsUnknown = "terms-unknown"
    /// A line has no tax, though its account's place has taxes.
    case lineWithoutTax = "line-without-tax"
    /// Invoices charged otherwise than the contract says now, and no invoice corrects it.
    case chargedOtherwise = "charged-otherwise"
    /// A period has contracts or usage, and no invoice.
    case periodWithoutInvoice = "period-without-invoice"
    /// The total is below zero, or nothing.
    case totalNotPositive = "total-not-positive"
    /// The total is a third or more away from that of earlier drafts.
    case totalJumped = "total-jumped"

    /// Whether its money is owed once, and not in every usage period.
    var isOnce: Bool { self == .chargedOtherwise || self == .periodWithoutInvoice }
  }

  /// What kind of thing it is.
  public var kind: Kind
  /// Account id; empty where no account is meant.
  public var account: Label
  /// What it is, for people; names and numbers of the catalog included.
  public var message: String
  /// The money it costs in a usage period (of invoices that were sent, and of periods without one: once), above zero where the
  /// client pays too little; nil where nobody can say.
  public var money: Amount?
  /// Currency of the money; nil with it.
  public var currency: Currency?
  /// Where in the catalog to look; nil for nowhere.
  public var origin: LineOrigin?

  /// Makes a flag.
  public init(
    _ kind: Kind, account: Label, _ message: String, money: Amount? = nil, currency: Currency? = nil,
    origin: LineOrigin? = nil
  ) {
    self.kind = kind
    self.account = account
    self.message = message
    self.money = money
    self.currency = currency
    self.origin = origin
  }
}

/// Everything to look at, and what it costs.
public struct ReviewReport: Sendable {
  /// How many drafts were reviewed.
  public var draftCount = 0
  /// The flags: by kind in the order of `ReviewFlag.Kind`, then by account as bytes, then as they were found.
  public var flags: [ReviewFlag] = []

  /// What flagged leaks come to in a usage period, by currency, ascending; only what the client pays too little.
  public var leaks: [(currency: Currency, money: Amount)] {
    var sums: [Currency: Amount] = [:]
    for flag in flags {
      guard let currency = flag.currency, let money = flag.money, money > .zero, !flag.kind.isOnce else {
        continue
      }
      sums[currency, default: .zero] += money
    }
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
