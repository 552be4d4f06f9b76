// Both sides of a run: what suppliers charge, what has no cost, margins, and where they are negative.
//
// Sums of different currencies are never added; a cost is set beside revenue in another currency by a dated rate only.

public import Catalog
public import Money
public import Tables

/// What a run has to say about costs. Only events whose supplier and price were found have one.
public struct CostReport: Sendable {
  /// Events of one supplier: those that it charges for in one currency, or those that its deck has no row for.
  public struct Supplier: Sendable {
    /// Its name; empty where no row of suppliers.csv takes the events.
    public var name: Label
    /// What it charges; nil where that is not known.
    public var cost: Amount?
    /// Currency of the cost; nil with it.
    public var currency: Currency?
    /// Events.
    public var eventCount: Int
    /// Recorded quantities of the kinds that occur, in integer quantity.
    public var quantities: [(kind: UsageKind, raw: Int128)]
  }
  /// Revenue and cost of the events that have a cost, in one currency of revenue.
  public struct Margin: Sendable {
    /// Currency of revenue.
    public var currency: Currency
    /// What customers pay for them.
    public var amount: Amount
    /// What suppliers charge for them, in that currency.
    public var cost: Amount
    /// Revenue less cost.
    public var margin: Amount { amount - cost }
  }
  /// A group and destination whose events cost more than they bring in.
  public struct Loss: Sendable {
    /// Rating group.
    public var ratingGroup: Label
    /// Destination; empty where no deck was looked up.
    public var destination: Label
    /// Supplier.
    public var supplier: Label
    /// Revenue and cost.
    public var margin: Margin
    /// Events.
    public var eventCount: Int
  }
  /// Revenue that no rate sets beside its cost.
  public struct Unconverted: Sendable {
    /// Currency of the cost.
    public var from: Currency
    /// Currency of revenue.
    public var to: Currency
    /// Events.
    public var eventCount: Int
  }

  /// Losses that are listed; the others are counted.
  public static let lossCountMax = 20

  /// By name, then currency of cost; with events whose amounts are settled later.
  public var suppliers: [Supplier]
  /// Events without a cost, by supplier: counted, and never taken for 0.
  public var missing: [Supplier]
  /// Of `suppliers`, events that are in no margin or loss, because a store settles their amounts later.
  public var unsettled: [Supplier]
  /// Whether margins and losses have what a commit has changed of usage that is settled with its period (`settle`).
  public var hasSettled: Bool
  /// By currency of revenue.
  public var margins: [Margin]
  /// Rates that were used, in the order of their currencies and dates.
  public var rates: [ExchangeRate]
  /// Pairs of currencies without a rate on the first day of a usage period.
  public var unconverted: [Unconverted]
  /// Whether destinations are told apart; not where the columns of a table leave no room for them.
  public var tellsLosses: Bool
  /// The largest losses, largest first.
  public var losses: [Loss]
  /// All of them.
  public var lossCount: Int
  /// What margins and losses are made of.
  var sums: MarginSums
  /// The rates by which costs are set beside revenue.
  let exchangeRates: [ExchangeRate]

  /// Costs by currency.
  public var costs: [(currency: Currency, cost: Amount)] {
    var sums: [(currency: Currency, cost: Amount)] = []
    for supplier in suppliers {
      guard let currency = supplier.currency, let cost = supplier.cost else { continue }
      if let index = sums.firstIndex(where: { $0.currency == currency }) {
        sums[index].cost += cost
      } else {
        sums.append((currency, cost))
      }
    }
    return sums.sorted { $0.currency < $1.currency }
  }
  /// Events without a cost.
  public var missingCount: Int { missing.reduce(0) { $0 + $1.eventCount } }
}
