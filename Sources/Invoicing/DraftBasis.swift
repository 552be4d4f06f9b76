// What a store knows that drafts are made from, besides usage and catalog: pinned in a file, so that the same drafts can be
// made again when the store has gone on.

public import BillingCalendar
public import Catalog
public import Money
public import Tables
public import UsageSummary

/// The state of a store that drafts were made from.
public struct DraftBasis: Hashable, Sendable {
  /// An invoice that was sent.
  public struct EarlierInvoice: Hashable, Sendable {
    /// Its number.
    public var number: Label
    /// Account id.
    public var account: Label
    /// Its usage period.
    public var period: UsagePeriod
    /// Currency of the amounts.
    public var currency: Currency
    /// Whether it holds charges of projects that stand apart.
    public var isProjects: Bool
    /// Sum of the recurring lines.
    public var recurring: Amount
    /// Sum of the usage lines.
    public var usage: Amount
    /// Sum of everything else before tax.
    public var other: Amount
    /// What was owed.
    public var total: Amount

    /// Makes one.
    public init(
      number: Label, account: Label, period: UsagePeriod, currency: Currency, isProjects: Bool,
      recurring: Amount, usage: Amount, other: Amount, total: Amount
    ) {
      self.number = number
      self.account = account
      self.period = period
      self.currency = currency
      self.isProjects = isProjects
      self.recurring = recurring
      self.usage = usage
      self.other = other
      self.total = total
    }
  }

  /// A recurring line, or a refund of one, that an invoice has charged for days from the period on and nobody took back.
  public struct ChargedLine: Hashable, Sendable {
    /// The invoice.
    public var invoice: Label
    /// Account id.
    public var account: Label
    /// Whether it is a refund.
    public var isRefund: Bool
    /// Name of the contract; empty for none.
    public var contract: Label
    /// Text of the contract.
    public var description: Label
    /// Name of the item; empty for none.
    public var item: Label
    /// Its first day.
    public var from: CivilDate
    /// The day after its last one.
    public var until: CivilDate
    /// How many, in millionths.
    public var quantityMicro: Int64
    /// Price of one for a whole interval.
    public var price: Amount
    /// Currency of the price.
    public var currency: Currency
    /// What it came to, before discounts.
    public var amount: Amount = .zero
    /// What discounts took off, zero or less.
    public var discount: Amount = .zero
    /// The invoice that a refund or a correction corrects; empty for other lines and where it is not known.
    public var corrects: Label = .empty
    /// Whether its quantity follows a count.
    public var isCounted = false
    /// How many of the count cost nothing, in millionths.
    public var includedMicro: Int64 = 0
    /// Whether a credit note took it back.
    public var isCredited = false

    /// Makes one.
    public init(
      invoice: Label, account: Label, isRefund: Bool, contract: Label, description: Label, item: Label,
      from: CivilDate, until: CivilDate, quantityMicro: Int64, price: Amount, currency: Currency
    ) {
      self.invoice = invoice
      self.account = account
      self.isRefund = isRefund
      self.contract = contract
      self.description = description
      self.item = item
      self.from = from
      self.until = until
      self.quantityMicro = quantityMicro
      self.price = price
      self.currency = currency
    }

    /// Whether both are of rows that contracts.csv cannot tell apart.
    func isOfSameRow(as other: ChargedLine) -> Bool {
      (account, contract, description, item, currency)
        == (other.account, other.contract, other.description, other.item, other.currency)
    }

    /// Whether both charge the same days.
    func isTwin(of other: ChargedLine) -> Bool {
      isOfSameRow(as: other) && isRefund == other.isRefund && from == other.from && until == other.until
    }
  }

  /// What was decided about a one-time charge, in the store and not in its table.
  public struct Decision: Hashable, Sendable {
    /// The charge: `charges.csv:C-311` or `tickets.csv:T-2044`.
    public var charge: Label
    /// What was decided.
    public var decision: ChargeDecision

    /// Makes one.
    public init(charge: Label, decision: ChargeDecision) {
      self.charge = charge
      self.decision = decision
    }
  }

  /// Usage of an earlier period that was billed to others and not to its account.
  public struct UnbilledUsage: Hashable, Sendable {
    /// Account id.
    public var account: Label
    /// The usage period.
    public var period: UsagePeriod
    /// Currency of the amount.
    public var currency: Currency
    /// What it comes to.
    public var amount: Amount
    /// Whether it stands on the account's draft, as a correction of nothing; otherwise it is on no invoice.
    public var isBilledHere: Bool

    /// Makes one.
    public init(
      account: Label, period: UsagePeriod, currency: Currency, amount: Amount, isBilledHere: Bool
    ) {
      self.account = account
      self.period = period
      self.currency = currency
      self.amount = amount
      self.isBilledHere = isBilledHere
    }
  }

  /// An invoice that was credited to its last line, and whose period stays billed.
  public struct CreditedInvoice: Hashable, Sendable {
    /// Its number.
    public var number: Label
    /// Account id.
    public var account: Label
    /// Its usage period.
    public var period: UsagePeriod
    /// Currency of the amount.
    public var currency: Currency
    /// What it had billed, before taxes.
    public var net: Amount
    /// The invoices that keep its period closed: they correct it, or went out with it.
    public var keptBy: [Label]

    /// Makes one.
    public init(
      number: Label, account: Label, period: UsagePeriod, currency: Currency, net: Amount, keptBy: [Label]
    ) {
      self.number = number
      self.account = account
      self.period = period
      self.currency = currency
      self.net = net
      self.keptBy = keptBy
    }
  }

  /// The usage periods that are drafted.
  public var choice: UsagePeriodChoice
  /// Accounts whose period was billed already: they get no draft.
  public var billedAccounts: Set<Label>
  /// Invoices of periods before.
  public var invoices: [EarlierInvoice]
  /// Recurring lines and refunds that reach beyond the beginning of the period, by invoice and line.
  public var charged: [ChargedLine]
  /// Recurring lines of the last year of accounts that were charged otherwise than they would be now, whatever was credited
  /// since, by account, invoice and line.
  public var earlier: [ChargedLine] = []
  /// These accounts, those without a line among them.
  public var differing: Set<Label> = []
  /// What invoices of the last year charged otherwise than contracts say now and no invoice corrects; by account.
  public var uncorrected: [Uncorrected] = []
  /// Invoices with refunds and corrections: one more of them may hold what a draft holds.
  public var correcting: Set<Label> = []
  /// What invoices hold for commitments of billed periods, of accounts whose billed periods are corrected; added up and in
  /// order (`added`).
  public var reached: [ReachedSum] = []
  /// Usage of earlier periods that was billed to others and not to its accounts, by account, period and currency.
  public var unbilled: [UnbilledUsage] = []
  /// Accounts whose usage of the period was billed with a later invoice: their drafts have everything else.
  public var usageBilledLater: Set<Label> = []
  /// Invoices that were credited in full, of whatever period: nothing of them counts, and drafts of their periods replace them.
  public var takenBack: [EarlierInvoice] = []
  /// Invoices that were credited to the last line and whose period stays billed all the same, by their order.
  public var creditedInFull: [CreditedInvoice] = []
  /// Earlier periods that somebody has closed without an invoice, by account.
  public var closed: [Label: Set<UsagePeriod>] = [:]
  /// The first period that accounts of opening.csv have an invoice for, of whatever period that is.
  public var firstPeriods: [Label: UsagePeriod] = [:]
  /// One-time charges that invoices bill, by the store's names for them.
  public var billedCharges: Set<Label> = []
  /// Decisions, by charge.
  public var decisions: [Decision]
  /// How calls stand behind the drafts, and the hash of the manifest of each folder that they are read from; nil for not at all.
  public var calls: (listing: CallListing, manifestHashes: [String])? {
    get { itemised.map { ($0.listing, $0.manifestHashes) } }
    set { itemised = newValue.map { Itemised(listing: $0.listing, manifestHashes: $0.manifestHashes) } }
  }
  private var itemised: Itemised?

  private struct Itemised: Hashable, Sendable {
    var listing: CallListing
    var manifestHashes: [String]
  }
  /// Rows of the adjustments.
  public var adjustmentRowCount: Int64
  /// SHA-256 of their bytes.
  public var adjustmentsHash: String

  /// The name of its file.
  public static let fileName = "basis.json"
  /// The adjustments beside it: rows of a summary, each a difference.
  public static let adjustmentsName = "adjustments.csv"

  /// Makes a basis.
  public init(
    choice: UsagePeriodChoice, billedAccounts: Set<Label>, invoices: [EarlierInvoice],
    charged: [ChargedLine], decisions: [Decision], adjustmentRowCount: Int64, adjustmentsHash: String
  ) {
    self.choice = choice
    self.billedAccounts = billedAccounts
    self.invoices = invoices
    self.charged = charged
    self.decisions = decisions
    self.adjustmentRowCount = adjustmentRowCount
    self.adjustmentsHash = adjustmentsHash
  }

  /// The catalog with the decisions of the store; they replace what its tables say.
  public func applied(to catalog: Catalog) -> Catalog {
    guard !decisions.isEmpty else { return catalog }
    var catalog = catalog
    let known = Dictionary(decisions.map { ($0.charge, $0.decision) }, uniquingKeysWith: { $1 })
    for index in catalog.billing.charges.indices {
      let id = catalog.billing.charges[index].id
      guard !id.isEmpty, let decision = known[Self.name(ofCharge: id)] else { continue }
      catalog.billing.charges[index].decision = decision
    }
    for index in catalog.billing.tickets.indices {
      guard let decision = known[Self.name(ofTicket: catalog.billing.tickets[index].id)] else { continue }
      catalog.billing.tickets[index].charge?.decision = decision
    }
    return catalog
  }

  /// How the store names a row of charges.csv.
  public static func name(ofCharge id: Label) -> Label { Label("charges.csv:\(id)") }
  /// How the store names a row of tickets.csv.
  public static func name(ofTicket id: Label) -> Label { Label("tickets.csv:\(id)") }
}

extension JSONNode {
  /// The usage period that it names.
  func period() throws -> UsagePeriod {
    guard let period = UsagePeriod.parse(try text().description) else { throw fault("no usage period") }
    return period
  }

  /// The member of that name, a decimal, in millionths.
  func millionths(_ name: Label) throws -> Int64 {
    guard case .success(let value) = DecimalText.parse(try member(name).text().description, scale: 6),
      let micro = Int64(exactly: value)
    else { throw fault("\(name) is no quantity") }
    return micro
  }

  /// The member of that name, a decimal, as an amount.
  func amount(_ name: Label) throws(JSONShapeFault) -> Amount {
    let text = try member(name).text().description
    guard case .success(let pico) = DecimalText.parse(text, scale: Amount.scale) else {
      throw fault("\(name) is no amount")
    }
    return Amount(pico: pico)
  }
}

extension DraftBasis {
  /// The adjustments of a folder by account; the bytes must be those that the basis names.
  func adjustments(in folder: String) throws(InvoiceDraftFault) -> [Label: AdjustmentLines] {
    var lines: [Label: AdjustmentLines] = [:]
    let path = folder + "/" + Self.adjustmentsName
    do throws(UsageFolderFault) {
      let reader = try SummaryReader(path: path)
      while let row = try reader.next() { lines[row.account, default: AdjustmentLines()].add(row) }
      guard reader.hexDigest == adjustmentsHash, reader.rowCount == adjustmentRowCount else {
        throw UsageFolderFault(
          .doesNotMeet, file: path, message: "its rows are not those that were pinned", hint: "draft again")
      }
    } catch {
      throw .usage(error)
    }
    return lines
  }
}

/// The calls behind drafts of a store, and where they lie.
public struct PinnedCalls: Sendable {
  /// How they are listed.
  public var listing: CallListing
  /// Usage folders with detail, which together hold every call of the drafts.
  public var usages: [UsageFolder]

  /// Takes both.
  public init(listing: CallListing, usages: [UsageFolder]) {
    self.listing = listing
    self.usages = usages
  }
}

/// A basis and the folder that it lies in, with the adjustments beside it.
public struct PinnedBasis: Sendable {
  /// What the store knew.
  public var basis: DraftBasis
  /// The folder.
  public var folder: String

  /// Takes both.
  public init(basis: DraftBasis, folder: String) {
    self.basis = basis
    self.folder = folder
  }
}

extension UsagePeriodChoice {
  /// The period of a cycle that is meant; nil where the named one is none of that cycle.
  public func period(cycleDay: Int32) -> UsagePeriod? {
    switch self {
    case .one(let period): period.cycleDay == cycleDay ? period : nil
    case .beginning(let year, let month): BeginningMonth(year: year, month: month).period(cycleDay: cycleDay)
    }
  }
}
