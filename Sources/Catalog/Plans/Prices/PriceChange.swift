// Changes of prices that a plan makes for some events, without touching decks and charges.

public import Tables

/// One entry of a plan's `prices`: the first whose conditions an event meets changes its prices.
public struct PriceChange: Sendable, Hashable {
  /// What becomes of the price.
  public enum Change: Sendable, Hashable {
    /// It is multiplied, as are band and step prices, exactly at 10⁻¹² (half-even).
    case ratio(PriceRatio)
    /// It is replaced; nil for `units` keeps what the price was per.
    case price(pico: Int64, units: Int64?)
  }

  /// Kinds it holds for; empty for all.
  public var kinds: [UsageKind]
  /// Directions it holds for; empty for all.
  public var directions: [UsageDirection]
  /// Rating groups it holds for; nil for all.
  public var ratingGroups: [Label]?
  /// Beginnings of the other party's normalised number (digits), any of them; empty for all.
  public var prefixes: [Label]
  /// Names of charges of the plan; empty for all.
  public var charges: [Label]
  /// The days, by charging start, between local midnights of the account.
  public var dates: DateSpan
  /// What becomes of the price.
  public var change: Change
  /// Whether a ratio changes connection fees too.
  public var changesFees: Bool
  /// Line in the file.
  public var line: Int
  /// The file, for messages.
  public var file: String

  /// Makes a change.
  public init(
    kinds: [UsageKind], directions: [UsageDirection], ratingGroups: [Label]?, prefixes: [Label],
    charges: [Label], dates: DateSpan, change: Change, changesFees: Bool, line: Int, file: String
  ) {
    self.kinds = kinds
    self.directions = directions
    self.ratingGroups = ratingGroups
    self.prefixes = prefixes
    self.charges = charges
    self.dates = dates
    self.change = change
    self.changesFees = changesFees
    self.line = line
    self.file = file
  }
}

extension PlanCharge {
  /// Whether changes of prices reach it. What a gauge comes to is priced when the period is over, whatever held when its
  /// samples were taken; tiers and recorded amounts have no one price.
  var hasChangeablePrice: Bool {
    switch price {
    case .deck, .unit: gauge == nil
    case .recorded, .tiers: false
    }
  }
}
