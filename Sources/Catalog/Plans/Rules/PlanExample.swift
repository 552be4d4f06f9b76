// Example events of a plan with what they must cost; rated by the engine, not here.

public import Money
public import Tables

/// One entry of a plan's `tests`.
public struct PlanExample: Sendable, Hashable {
  /// The event: one of an account that has used nothing else in the period.
  public struct Event: Sendable, Hashable {
    /// Its kind.
    public var kind: UsageKind
    /// Its direction.
    public var direction: UsageDirection
    /// The originating number, digits; empty for none.
    public var from: Label
    /// The destination number, digits; empty for none.
    public var to: Label
    /// The rating group that the record names (its meter); empty for none.
    public var ratingGroup: Label
    /// Its charging start on the account's clocks: seconds since 1970-01-01 00:00:00 there.
    public var startLocalSeconds: Int64
    /// Its quantity, in the integer quantity of its kind.
    public var quantity: Int64
    /// The amount that the record carries; nil for none.
    public var recordedAmount: Amount?
    /// Whether somebody answered.
    public var isAnswered: Bool

    /// Makes an event.
    public init(
      kind: UsageKind, direction: UsageDirection, from: Label, to: Label, ratingGroup: Label,
      startLocalSeconds: Int64, quantity: Int64, recordedAmount: Amount?, isAnswered: Bool = true
    ) {
      self.kind = kind
      self.direction = direction
      self.from = from
      self.to = to
      self.ratingGroup = ratingGroup
      self.startLocalSeconds = startLocalSeconds
      self.quantity = quantity
      self.recordedAmount = recordedAmount
      self.isAnswered = isAnswered
    }
  }

  /// What must come of it.
  public enum Outcome: Sendable, Hashable {
    /// It is rated at this amount; nil for a charge or a band lets any pass.
    case rated(Amount, charge: Label?, band: Label?)
    /// It is filtered for this reason.
    case filtered(Label)
    /// It goes to suspense for this reason.
    case suspended(Label)
  }

  /// The event.
  public var event: Event
  /// What must come of it.
  public var outcome: Outcome
  /// Line in the plan's file.
  public var line: Int
  /// Column of its first key, from 1, in bytes; 0 where it is not known.
  public var column: Int

  /// Makes an example.
  public init(event: Event, outcome: Outcome, line: Int, column: Int = 0) {
    self.event = event
    self.outcome = outcome
    self.line = line
    self.column = column
  }
}
