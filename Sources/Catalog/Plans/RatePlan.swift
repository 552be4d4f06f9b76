// Rate plans: which charges an account owes for its usage.

public import Money
public import Tables

/// One file of `plans/`.
public struct RatePlan: Sendable {
  /// The name.
  public var name: Label
  /// Currency of every amount it makes.
  public var currency: Currency
  /// How an event's exact amount is rounded.
  public var rounding: RoundingRule
  /// Whether a sub-second part of a duration is kept; otherwise it rounds up to a whole second first.
  public var keepsMilliseconds: Bool
  /// Deck that classifies and prices each kind of usage: index in `Catalog.decks` by kind; nil where no number is needed.
  public var deckIndexByKind: [Int?]
  /// When the connection fee is owed.
  public var connectionFee: ConnectionFeeRule
  /// Whether an answered call of zero seconds is charged its first increment.
  public var chargesAnsweredZero: Bool
  /// What is not billed, in order; the first rule that fits gives the reason.
  public var notBilled: [NotBilledRule]
  /// Charges in order; the first that fits takes the event.
  public var charges: [PlanCharge]
  /// File and line, for messages.
  public var file: String
  /// Line of its first key.
  public var line: Int

  /// The plan that its file extends; nil for none. What is inherited stands in the other properties already.
  public var parent: Label?
  /// Bands in order; the first entry that holds at a local time names its band. Nothing holds: the empty band.
  public var bands: [BandRule] = []
  /// What becomes of an event that crosses from one band into another.
  public var crossing = BandCrossing.splitCarry
  /// Changes of prices, in order; the first that fits an event wins.
  public var priceChanges: [PriceChange] = []
  /// Included quantities, in file order.
  public var allowances: [PlanAllowance] = []
  /// Which events get the allowances first.
  public var order = AllowanceOrder.time
  /// Example events with what they must cost.
  public var examples: [PlanExample] = []

  /// Makes a plan.
  public init(
    name: Label, currency: Currency, rounding: RoundingRule, keepsMilliseconds: Bool, deckIndexByKind: [Int?],
    connectionFee: ConnectionFeeRule, chargesAnsweredZero: Bool, notBilled: [NotBilledRule],
    charges: [PlanCharge],
    file: String, line: Int
  ) {
    self.name = name
    self.currency = currency
    self.rounding = rounding
    self.keepsMilliseconds = keepsMilliseconds
    self.deckIndexByKind = deckIndexByKind
    self.connectionFee = connectionFee
    self.chargesAnsweredZero = chargesAnsweredZero
    self.notBilled = notBilled
    self.charges = charges
    self.file = file
    self.line = line
  }
}

extension RatePlan {
  /// The names of its bands, each once, in the order of their first entries; the empty band is not among them.
  public var bandNames: [Label] {
    var seen: Set<Label> = []
    return bands.map(\.band).filter { seen.insert($0).inserted }
  }
}

/// When a connection fee is owed.
public enum ConnectionFeeRule: String, Sendable {
  /// When something is left to charge; the default.
  case chargeable
  /// When there is any quantity, covered or not.
  case answered
  /// For every rated event.
  case always
}
