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

/// When a connection fee is owed.
public enum ConnectionFeeRule: String, Sendable {
  /// When something is left to charge; the default.
  case chargeable
  /// When there is any quantity, covered or not.
  case answered
  /// For every rated event.
  case always
}

/// Usage that is on purpose not billed: it is filtered, with this reason.
///
/// Every condition that is given must hold; a rule without conditions is a load error.
public struct NotBilledRule: Sendable {
  /// The reason in reports: lower-case words with hyphens.
  public var reason: Label
  /// Kinds it holds for; empty for all.
  public var kinds: [UsageKind]
  /// Directions it holds for; empty for all.
  public var directions: [UsageDirection]
  /// Whether the event was answered; nil for both.
  public var isAnswered: Bool?
  /// Prefixes of the other party's normalised number (digits), any of them; empty for all.
  public var numberPrefixes: [Label]
  /// Both ends belong to services of the same account (`account`), of any account (`any`); nil for all.
  public var onNet: OnNet?
  /// Dispositions as the record has them, any of them; empty for all.
  public var dispositions: [Label]

  /// Which on-net calls are meant.
  public enum OnNet: String, Sendable {
    /// Both ends are services of the same account.
    case account
    /// The other end is a service of any account.
    case any
  }

  /// Makes a rule.
  public init(
    reason: Label, kinds: [UsageKind], directions: [UsageDirection], isAnswered: Bool?,
    numberPrefixes: [Label],
    onNet: OnNet?, dispositions: [Label]
  ) {
    self.reason = reason
    self.kinds = kinds
    self.directions = directions
    self.isAnswered = isAnswered
    self.numberPrefixes = numberPrefixes
    self.onNet = onNet
    self.dispositions = dispositions
  }
}

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
  /// Line in the plan's file.
  public var line: Int

  /// Where the price comes from.
  public enum Price: Sendable {
    /// The deck row that the event matched.
    case deck
    /// The same price for all that the charge takes.
    case unit(UnitPrice)
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
