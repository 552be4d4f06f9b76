// The positions of schema 1, so that readers say `.unitPrice` and not 12.

/// A column of the summary by its position in `SummarySchema.columns`; a test compares the two.
public enum SummaryField: Int, CaseIterable, Sendable {
  // Key.
  case account, costCentre, service, usagePeriod, plan, charge, serviceKind, direction, ratingGroup,
    destination
  case jurisdiction, band, unitPrice, per, tierFrom, tierUpTo, allowance, supplier, currency, costCurrency
  // Measures.
  case eventCount, quantityRaw, quantityBilled, quantityCovered, unit, amount, cost

  /// Several columns as one number: the bit of each is set.
  public static func set(_ fields: [SummaryField]) -> UInt32 {
    fields.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
  }
}
