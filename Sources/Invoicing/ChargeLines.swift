// One-time charges, commitments, discounts and taxes on an invoice.

public import BillingCalendar
public import Catalog
public import Money
public import Tables

/// A charge that is owed once.
public struct OneTimeLine: Hashable, Sendable {
  /// Text of the charge.
  public var description: Label
  /// Day of delivery.
  public var delivered: CivilDate
  /// How many, in millionths.
  public var quantityMicro: Int64
  /// Price of one; of a charge by cost, cost and markup together, to 12 digits.
  public var price: Amount
  /// Cost of one and the share that is added to it, in 10⁻¹⁰; nil for a price.
  public var cost: CostBasis?
  /// Name of the item; empty for none.
  public var item: Label
  /// Contract that it belongs to; empty for none.
  public var contract: Label
  /// Project; empty for none.
  public var project: Label
  /// Milestone of the project; empty for none.
  public var milestone: Label
  /// Ticket; empty for none.
  public var ticket: Label
  /// Class by which taxes know it.
  public var taxClass: Label
  /// The client's order; empty for none.
  public var purchaseOrder: Label
  /// What was decided about it; nil where nobody has looked.
  public var decision: ChargeDecision?
  /// Where it is written.
  public var origin: LineOrigin
  /// price × quantity.
  public var amount: LineAmount

  /// Id of the row that it comes from; empty where it has none.
  var id: Label = .empty
  /// How a store names the charge; its place in the catalog where it has no name of its own.
  var name: Label { storeName ?? Label(origin.description) }
  /// The same; nil where it has no name of its own.
  var storeName: Label? {
    if origin.file != "charges.csv" { return DraftBasis.name(ofTicket: ticket) }
    return id.isEmpty ? nil : DraftBasis.name(ofCharge: id)
  }
}

/// What something cost, and what is added.
public struct CostBasis: Hashable, Sendable {
  /// Cost of one.
  public var cost: Amount
  /// The share that is added, in 10⁻¹⁰.
  public var markup: Int64
}

/// A charge or credit for a result.
public struct ValueLine: Hashable, Sendable {
  /// Text of the charge.
  public var description: Label
  /// Contract that it belongs to.
  public var contract: Label
  /// What was measured.
  public var metric: Label
  /// What was promised, in millionths.
  public var targetMicro: Int64
  /// What was measured in the usage period, in millionths.
  public var measuredMicro: Int64
  /// Day of the measured value.
  public var measured: CivilDate
  /// What the share is of.
  public var base: Amount
  /// The share of the step, in 10⁻¹⁰; below zero for a credit, zero where no step holds.
  public var share: Int64
  /// Class by which taxes know it.
  public var taxClass: Label
  /// Where it is written.
  public var origin: LineOrigin
  /// base × share.
  public var amount: LineAmount
}

/// A contract that an invoice refers to.
public struct ContractReference: Hashable, Sendable {
  /// Its name.
  public var name: Label
  /// The master agreement; empty for none.
  public var master: Label
  /// The statement of work; empty for none.
  public var statementOfWork: Label
  /// The day by which it is to be renewed; nil for none.
  public var renews: CivilDate?
}

/// What lines are short of a commitment.
public struct CommitmentLine: Hashable, Sendable {
  /// Text of the commitment.
  public var description: Label
  /// Contract whose lines count; empty for all.
  public var contract: Label
  /// The commitment for a whole usage period.
  public var committed: Amount
  /// How many days of the usage period it holds.
  public var share: IntervalShare
  /// These days; discounts are chosen by the first of them.
  public var days: Range<CivilDate>
  /// What its lines come to.
  public var reached: Amount
  /// Where it is written.
  public var origin: LineOrigin
  /// committed × share − reached; of a correction, how much more that is than was charged.
  public var amount: LineAmount
  /// The billed period whose charge it corrects; nil for that of the invoice it stands on.
  public var period: UsagePeriod?
  /// The invoice that it corrects; empty for none.
  public var corrects: Label = .empty
}

/// A part of something that falls on a line.
public struct LineShare: Hashable, Sendable {
  /// Number of the line.
  public var number: Int
  /// Its part.
  public var amount: Amount
}

/// A discount.
public struct DiscountLine: Hashable, Sendable {
  /// Text of the discount.
  public var description: Label
  /// Whether it is taken off lines, a contract or everything.
  public var level: Discount.Level
  /// How much it takes off.
  public var value: Discount.Value
  /// What it is taken off: its lines, less earlier discounts.
  public var base: Amount
  /// What it took off, zero or less.
  public var amount: LineAmount
  /// What of it falls on which line, zero or less, in whole minor units; they add up to it.
  public var shares: [LineShare]
  /// Where it is written.
  public var origin: LineOrigin
}

/// Whether and where an invoice is taxed.
public enum Taxation: Hashable, Sendable {
  /// The catalog has no taxes.
  case none
  /// It has, but does not say where the account is.
  case placeUnknown
  /// The account's place.
  case place(Label)
}

/// One tax at one rate.
public struct TaxLine: Hashable, Sendable {
  /// Name of the tax.
  public var tax: Label
  /// The place whose tax it is.
  public var place: Label
  /// How it is counted.
  public var method: TaxRule.Method
  /// What it is a share of: its lines less discounts, and the taxes it is on.
  public var base: Amount
  /// What is counted, in millionths: lines for a tax per line, minutes for one per minute; nil for the others.
  public var quantityMicro: Int128?
  /// Why nothing is owed; nil where it is.
  public var exemption: TaxExemption?
  /// The lines it is on, ascending, and what of it falls on each, in whole minor units; they add up to it.
  public var shares: [LineShare]
  /// Numbers of the lines it is on.
  public var lines: [Int] { shares.map(\.number) }
  /// Where it is written.
  public var origin: LineOrigin
  /// What is owed.
  public var amount: LineAmount
}
