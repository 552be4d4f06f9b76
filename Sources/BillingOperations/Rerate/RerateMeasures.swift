// What a comparison adds up.

public import Money

/// What is added up in the rows of a comparison.
public struct RerateMeasures: Hashable, Sendable {
  /// Events.
  public var eventCount: Int128 = 0
  /// Billed quantity in its unit, at 10⁻¹².
  public var quantityPico: Int128 = 0
  /// Amount, at 10⁻¹².
  public var amountPico: Int128 = 0
  /// What suppliers charge, at 10⁻¹²; 0 where that is not known or not asked for.
  public var costPico: Int128 = 0

  /// Nothing.
  public static let zero = RerateMeasures()

  /// The amount.
  public var amount: Amount { Amount(pico: amountPico) }
  /// What suppliers charge.
  public var cost: Amount { Amount(pico: costPico) }

  /// Without what suppliers charge.
  var ofCharges: RerateMeasures {
    var own = self
    own.costPico = 0
    return own
  }
  /// What suppliers charge, and for how many events.
  var ofCosts: RerateMeasures { RerateMeasures(eventCount: eventCount, costPico: costPico) }

  static func += (a: inout RerateMeasures, b: RerateMeasures) {
    a.eventCount += b.eventCount
    a.quantityPico += b.quantityPico
    a.amountPico += b.amountPico
    a.costPico += b.costPico
  }

  static func - (a: RerateMeasures, b: RerateMeasures) -> RerateMeasures {
    RerateMeasures(
      eventCount: a.eventCount - b.eventCount, quantityPico: a.quantityPico - b.quantityPico,
      amountPico: a.amountPico - b.amountPico, costPico: a.costPico - b.costPico)
  }
}
