// What a plan does not bill, as authored.

public import Tables

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
  /// The other party's whole normalised number (digits), any of them, such as 911 or 411; empty for all. Unlike a
  /// prefix it does not take the numbers that begin so: those of Delhi begin with 911.
  public var codes: [Label] = []
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
