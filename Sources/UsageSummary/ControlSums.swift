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

    fileprivate mutating func add(_ row: SummaryMeasures) {
      raw += row.quantityRaw
      billed += row.quantityBilled
      covered += row.quantityCovered
    }

    fileprivate mutating func add(_ other: Quantities) {
      raw += other.raw
      billed += other.billed
      covered += other.covered
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

  /// Adds the sums of other rows.
  public static func += (sums: inout ControlSums, others: ControlSums) {
    sums.eventCount += others.eventCount
    sums.amounts.merge(others.amounts, uniquingKeysWith: +)
    sums.costs.merge(others.costs, uniquingKeysWith: +)
    for (kind, quantities) in others.quantities {
      sums.quantities[kind, default: Quantities()].add(quantities)
    }
  }

  /// Adds a row.
  public mutating func add(_ row: SummaryRow) {
    eventCount += Int128(row.eventCount)
    amounts[row.currency, default: .zero] += row.amount
    if let cost = row.cost, let currency = row.costCurrency { costs[currency, default: .zero] += cost }
    guard let kind = row.serviceKind else { return }
    quantities[kind, default: Quantities()].add(row.measures)
  }
}

/// Adds rows up, one after the other: those that follow each other with the same currencies and kind are added together first.
struct ControlAdder {
  private var done = ControlSums()
  // The last row, and what the rows like it add up to so far.
  private var like: (currency: Currency, costCurrency: Currency?, kind: ServiceKind?)?
  private var eventCount: Int128 = 0
  private var amount = Amount.zero
  private var cost = Amount.zero
  private var quantities = ControlSums.Quantities()

  /// Rows of other currencies, or of another kind, come from now on.
  mutating func begin(_ currency: Currency, _ costCurrency: Currency?, _ kind: ServiceKind?) {
    done = sums
    (eventCount, amount, cost, quantities) = (0, .zero, .zero, ControlSums.Quantities())
    like = (currency, costCurrency, kind)
  }

  /// Adds a row.
  mutating func add(_ row: SummaryMeasures) {
    eventCount += Int128(row.eventCount)
    amount += row.amount
    if let itsCost = row.cost { cost += itsCost }
    quantities.add(row)
  }

  /// The sums of all rows so far.
  var sums: ControlSums {
    guard let like else { return done }
    var sums = done
    sums.eventCount += eventCount
    sums.amounts[like.currency, default: .zero] += amount
    if let currency = like.costCurrency { sums.costs[currency, default: .zero] += cost }
    if let kind = like.kind { sums.quantities[kind, default: ControlSums.Quantities()].add(quantities) }
    return sums
  }
}
