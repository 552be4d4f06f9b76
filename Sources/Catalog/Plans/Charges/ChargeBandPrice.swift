// What a charge does differently in one band.

public import Tables

/// One entry of a charge's `bands`. What it does not give is as in every other band.
public struct ChargeBandPrice: Sendable, Hashable {
  /// What becomes of the price.
  public enum Change: Sendable, Hashable {
    /// It is replaced, the deck's price of that band included.
    case price(UnitPrice)
    /// The price that holds in that band is multiplied, exactly at 10⁻¹² (half-even), as are step prices.
    case ratio(PriceRatio)
  }

  /// The band, one of the plan's.
  public var band: Label
  /// What becomes of the price; nil where it stays.
  public var change: Change?
  /// Its own connection fee, in pico; nil where it stays.
  public var connectionFeePico: Int64?
  /// Its own increment; nil where it stays.
  public var increment: BillingIncrement?

  /// Makes an entry.
  public init(band: Label, change: Change?, connectionFeePico: Int64?, increment: BillingIncrement?) {
    self.band = band
    self.change = change
    self.connectionFeePico = connectionFeePico
    self.increment = increment
  }
}
