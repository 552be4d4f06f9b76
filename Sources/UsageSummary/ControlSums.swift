// What the rows of a summary add up to: written into the manifest by the writer, added up again by every reader.

public import Money

/// Control sums of a summary. Currencies and units are never added to each other.
public struct ControlSums: Hashable, Sendable {
  /// Quantities of one kind, in its integer unit.
  public struct Quantities: Hashable, Sendable {
    /// As recorded.
    public var raw: Int128
    /// After minimum and increments.
    public var billed: Int128
    /// Covered by allowances.
    public var covered: Int128

    /// Makes quantities.
    public init(raw: Int128 = 0, billed: Int128 = 0, covered: Int128 = 0) {
      self.raw = raw
      self.billed = billed
      self.covered = covered
    }

    fileprivate mutating func add(_ row: SummaryRow) {
      raw += row.quantityRaw
      billed += row.quantityBilled
      covered += row.quantityCovered
    }
  }

  /// Events; wider than any count, so that adding rows up cannot overflow.
  public var eventCount: Int128 = 0
  /// Amounts by currency.
  public var amounts: [Currency: Amount] = [:]
  /// Costs by currency.
  public var costs: [Currency: Amount] = [:]
  /// Quantities by kind.
  public var quantities: [ServiceKind: Quantities] = [:]

  /// Sums of no rows.
  public init() {}

  /// Adds a row.
  public mutating func add(_ row: SummaryRow) {
    eventCount += Int128(row.eventCount)
    amounts[row.currency, default: .zero] += row.amount
    if let cost = row.cost, let currency = row.costCurrency { costs[currency, default: .zero] += cost }
    guard let kind = row.serviceKind else { return }
    quantities[kind, default: Quantities()].add(row)
  }
}
