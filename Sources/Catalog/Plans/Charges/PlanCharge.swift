// Charges as authored: what each takes, and at what price.

public import Money
public import Tables

/// One priced component of a plan.
public struct PlanCharge: Sendable {
  /// The name, unique in its plan.
  public var name: Label
  /// Kinds it takes; empty for all.
  public var kinds: [UsageKind]
  /// Directions it takes; empty for all.
  public var directions: [UsageDirection]
  /// Rating groups it takes; nil for all.
  public var ratingGroups: [Label]?
  /// What it charges.
  public var price: Price
  /// Replaces the row's increment.
  public var increment: BillingIncrement?
  /// Replaces the row's minimum, in seconds.
  public var minimumSeconds: UInt32?
  /// Replaces the row's connection fee, in pico.
  public var connectionFeePico: Int64?
  /// Least amount of an event that is not free; nil for none.
  public var eventMinimum: Amount?
  /// Greatest amount of an event; nil for none.
  public var eventMaximum: Amount?
  /// Line in the file.
  public var line: Int
  /// The file that gives the charge its name here; that of a parent where it is inherited whole.
  public var file = ""

  /// What differs by band, each band at most once.
  public var bandPrices: [ChargeBandPrice] = []
  /// Free in every event, in the integer quantity of the one kind that it takes.
  public var freeQuantity: Int64 = 0
  /// The days on which it takes events, by charging start, between local midnights of the account.
  public var dates = DateSpan(from: nil, until: nil)
  /// Least that it comes to in a period; nil for none.
  public var periodMinimum: Amount?
  /// Most that it comes to in a period; nil for none.
  public var periodMaximum: Amount?
  /// What its tiers and limits count together.
  public var counter = ChargeCounter()
  /// Makes one quantity of the samples of a period; nil where events are charged.
  public var gauge: ChargeGauge?

  /// Where the price comes from.
  public enum Price: Sendable, Hashable {
    /// The deck row that the event matched.
    case deck
    /// The same price for all that the charge takes.
    case unit(UnitPrice)
    /// The amount that the record carries, as it is or changed.
    case recorded(RecordedPrice)
    /// Priced over the whole period.
    case tiers(ChargeTiers)
  }

  /// Makes a charge.
  public init(
    name: Label, kinds: [UsageKind], directions: [UsageDirection], ratingGroups: [Label]?, price: Price,
    increment: BillingIncrement?, minimumSeconds: UInt32?, connectionFeePico: Int64?, eventMinimum: Amount?,
    eventMaximum: Amount?, line: Int
  ) {
    self.name = name
    self.kinds = kinds
    self.directions = directions
    self.ratingGroups = ratingGroups
    self.price = price
    self.increment = increment
    self.minimumSeconds = minimumSeconds
    self.connectionFeePico = connectionFeePico
    self.eventMinimum = eventMinimum
    self.eventMaximum = eventMaximum
    self.line = line
  }
}
