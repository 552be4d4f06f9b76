// Tiers: what a charge comes to over a period, by how much there was.

public import Money

/// Tiers of a charge. Bounds are inclusive and ascend; the last tier is open, so every quantity has one.
public struct ChargeTiers: Sendable, Hashable {
  /// How the tiers price the quantity.
  public enum Kind: String, Sendable, CaseIterable {
    /// Each part of the quantity by the tier in which it lies.
    case graduated
    /// The whole quantity by the tier that the total reached.
    case volume
    /// Graduated, in whole packages: a package that was begun costs its price.
    case package
    /// The flat amount of the tier that the total reached.
    case stairstep
    /// A percentage of the whole recorded amount, by the tier that its total reached.
    case percentage
    /// A percentage of each part of the recorded amount, by the tier in which it lies.
    case graduatedPercentage = "graduated-percentage"
  }

  /// What the bounds are bounds of.
  public enum Measure: String, Sendable, CaseIterable {
    /// The quantity of the charge's one kind.
    case quantity
    /// The recorded amounts.
    case spend
  }

  /// Which quantity moves the counter.
  public enum Counted: String, Sendable, CaseIterable {
    /// What allowances left.
    case uncovered
    /// All of it; what allowances covered moves the counter without a price.
    case all
  }

  /// One tier.
  public struct Step: Sendable, Hashable {
    /// Its inclusive end: integer quantity of the kind, or pico where spend is counted; nil for the last.
    public var upTo: Int128?
    /// Price by quantity; of packages, `units` is the size of one. Nil where the tier has only a flat amount.
    public var price: UnitPrice?
    /// The share of the recorded amount, for the percentage kinds.
    public var share: PriceRatio?
    /// Owed once as soon as the tier is entered.
    public var flat: Amount
    /// Most that the tier comes to, its flat included; nil for none.
    public var cap: Amount?
    /// Line in the file.
    public var line: Int

    /// Makes a tier.
    public init(
      upTo: Int128?, price: UnitPrice?, share: PriceRatio?, flat: Amount, cap: Amount?, line: Int
    ) {
      self.upTo = upTo
      self.price = price
      self.share = share
      self.flat = flat
      self.cap = cap
      self.line = line
    }
  }

  /// How the tiers price the quantity.
  public var kind: Kind
  /// What the bounds are bounds of.
  public var measure: Measure
  /// Which quantity moves the counter.
  public var counted: Counted
  /// Whether the flat amount of the first tier is owed without any usage.
  public var billsFlatOnZero: Bool
  /// The tiers, ascending, at least one; only the last is open.
  public var steps: [Step]

  /// Makes tiers.
  public init(kind: Kind, measure: Measure, counted: Counted, billsFlatOnZero: Bool, steps: [Step]) {
    self.kind = kind
    self.measure = measure
    self.counted = counted
    self.billsFlatOnZero = billsFlatOnZero
    self.steps = steps
  }
}
