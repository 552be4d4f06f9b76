// An event that nobody recorded, to ask what it would cost.

public import Catalog
public import Money
public import Tables

/// An event of one account.
public struct HypotheticalEvent: Sendable, Hashable {
  /// Its kind.
  public var kind: UsageKind
  /// Its direction.
  public var direction: UsageDirection
  /// The originating number as dialled; empty for none.
  public var from: Label
  /// The destination number as dialled; empty for none.
  public var to: Label
  /// The trunk on which it leaves, by which suppliers are chosen; empty for none.
  public var trunk: Label
  /// Where its destination was ported to; empty for none.
  public var routingNumber: Label
  /// What the record would name as its meter, for usage without a number; empty for none.
  public var ratingGroup: Label
  /// Its charging start, in milliseconds since 1970.
  public var startMillis: Int64
  /// Its quantity, in the integer quantity of the kind.
  public var quantity: Int64
  /// The amount that its record would carry, in the currency of the plan; nil for none.
  public var recordedAmount: Amount?
  /// Whether somebody answered; asked of calls only.
  public var isAnswered: Bool

  /// Makes an event.
  public init(
    kind: UsageKind, direction: UsageDirection, from: Label = .empty, to: Label = .empty,
    trunk: Label = .empty, routingNumber: Label = .empty, ratingGroup: Label = .empty, startMillis: Int64,
    quantity: Int64, recordedAmount: Amount? = nil, isAnswered: Bool = true
  ) {
    self.kind = kind
    self.direction = direction
    self.from = from
    self.to = to
    self.trunk = trunk
    self.routingNumber = routingNumber
    self.ratingGroup = ratingGroup
    self.startMillis = startMillis
    self.quantity = quantity
    self.recordedAmount = recordedAmount
    self.isAnswered = isAnswered
  }
}
