// Charges that are owed once: hardware, project fees, onboarding, tickets. Billed on the day of delivery.

public import BillingCalendar
public import Money
public import Tables

/// What a reviewer has decided about a charge.
public struct ChargeDecision: Sendable, Hashable {
  /// What was decided.
  public enum Verdict: String, CaseIterable, Sendable {
    /// It is billed.
    case approve
    /// It waits: on no invoice, and named at every review.
    case hold
    /// It is never billed.
    case reject
  }

  /// What was decided.
  public var verdict: Verdict
  /// Who decided; empty where nobody is named.
  public var by: Label
  /// When; nil where no day is given.
  public var on: CivilDate?

  /// Makes a decision.
  public init(verdict: Verdict, by: Label, on: CivilDate?) {
    self.verdict = verdict
    self.by = by
    self.on = on
  }
}

/// How much one of a one-time charge costs.
public enum OneTimePrice: Sendable, Hashable {
  /// A price of its own.
  case own(Amount)
  /// That of the price book on the day of delivery.
  case book
  /// A supplier's price and what is added to it, in 10⁻¹⁰ of it: cost × (1 + markup).
  case cost(Amount, markup: Int64)
}

/// One row of `charges.csv`.
public struct OneTimeCharge: Sendable {
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// Its id, unique in the file; empty for none.
  public var id: Label = .empty
  /// Text on the invoice.
  public var description: Label
  /// Day of delivery, on whose usage period's invoice it stands; nil where it is not delivered yet.
  public var delivered: CivilDate?
  /// How many, in millionths.
  public var quantityMicro: Int64
  /// Price of one.
  public var price: OneTimePrice
  /// Currency of the price.
  public var currency: Currency
  /// Name in the price book; empty for none.
  public var item: Label = .empty
  /// The contract that it belongs to, for discounts and commitments; empty for none.
  public var contract: Label = .empty
  /// Project; empty for none.
  public var project: Label = .empty
  /// Milestone of the project; empty for none.
  public var milestone: Label = .empty
  /// Ticket that it bills; empty for none.
  public var ticket: Label = .empty
  /// Class by which taxes know it; empty for that of the item, or `one-time`.
  public var taxClass: Label = .empty
  /// The client's order; empty for none.
  public var purchaseOrder: Label = .empty
  /// What was decided about it; nil where nobody has looked yet.
  public var decision: ChargeDecision?
  /// File inside the catalog.
  public var file = "charges.csv"
  /// Line in the file.
  public var line: Int
}

/// A ticket of the service desk: a row of `tickets.csv`.
public struct Ticket: Sendable {
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// Its number, unique.
  public var id: Label
  /// What it was about.
  public var summary: Label
  /// Day on which it was closed; nil while it is open.
  public var closed: CivilDate?
  /// Whether it is to be billed at all; nil where nobody has said.
  public var isBillable: Bool?
  /// Hours of work, in millionths; 0 where none are given.
  public var hoursMicro: Int64
  /// What it costs; nil where the ticket says neither price nor item.
  public var charge: OneTimeCharge?
  /// File inside the catalog.
  public var file = "tickets.csv"
  /// Line in the file.
  public var line: Int
}
