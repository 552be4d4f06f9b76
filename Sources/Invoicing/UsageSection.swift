// Usage on an invoice: sections by kind, and the lines in them.

public import Money
public import Tables
public import UsageSummary

/// Usage of one kind.
public struct UsageSection: Hashable, Sendable {
  /// What is metered; nil for rows without event over several kinds, such as period minimums.
  public var kind: ServiceKind?
  /// The lines, by name as bytes.
  public var lines: [UsageLine]

  /// Makes a section.
  public init(kind: ServiceKind?, lines: [UsageLine]) {
    self.kind = kind
    self.lines = lines
  }

  /// Sum of the lines.
  public var subtotal: Amount { lines.reduce(.zero) { $0 + $1.amount.rounded } }
}

/// Usage that is charged alike.
public struct UsageLine: Hashable, Sendable {
  /// The rating group; the charge where there is no group.
  public var name: Label
  /// Events.
  public var eventCount: Int128
  /// Quantity as recorded, in the integer unit of the kind.
  public var quantityRaw: Int128
  /// Quantity after minimum and increments.
  public var quantityBilled: Int128
  /// Billed quantity that allowances covered.
  public var quantityCovered: Int128
  /// The one price of the line; nil where its rows have several or none.
  public var price: LinePrice?
  /// Its tiers, ascending; empty where its rows have none.
  public var tiers: [UsageTier] = []
  /// Sum of its rows.
  public var amount: LineAmount
  /// What of that no event was charged for: fees, minimums, gauges. Exact; no part of the document.
  var withoutEvent = Amount.zero

  /// Makes a line.
  public init(
    name: Label, eventCount: Int128, quantityRaw: Int128, quantityBilled: Int128, quantityCovered: Int128,
    price: LinePrice?, amount: LineAmount
  ) {
    self.name = name
    self.eventCount = eventCount
    self.quantityRaw = quantityRaw
    self.quantityBilled = quantityBilled
    self.quantityCovered = quantityCovered
    self.price = price
    self.amount = amount
  }
}

/// What of a line was charged in one tier.
public struct UsageTier: Hashable, Sendable {
  /// Where the tier begins, exclusive, at 10⁻¹² of its counter's unit.
  public var from: Int128
  /// Where it ends, inclusive; nil for the open one.
  public var upTo: Int128?
  /// Its price; nil where it has none per unit.
  public var price: LinePrice?
  /// Billed quantity in it, in the integer unit of the kind.
  public var quantityBilled: Int128
  /// What it comes to, exact: tiers of a line are not rounded, the line is.
  public var amount: Amount
}

/// A price for a quantity.
public struct LinePrice: Hashable, Sendable {
  /// The price of `perQuantity`.
  public var amount: Amount
  /// The quantity it pays for, in the integer unit of the kind.
  public var perQuantity: Int128

  /// Makes a price.
  public init(amount: Amount, perQuantity: Int128) {
    self.amount = amount
    self.perQuantity = perQuantity
  }
}
