// Prices that one account has for itself, whatever its plan says.

public import Tables

/// One row of `overrides.csv`. Of those that an event meets, the longest prefix wins, then one with a rating group, then
/// one with a charge; it is used instead of the plan's own changes of prices.
public struct AccountPrice: Sendable, Hashable {
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// The charge that it changes; empty for all.
  public var charge: Label
  /// The rating group that it holds for; empty for all.
  public var ratingGroup: Label
  /// Beginning of the other party's normalised number, digits; empty for all.
  public var prefix: Label
  /// The kind that it holds for; nil for all.
  public var kind: UsageKind?
  /// What becomes of the price; connection fees stay.
  public var change: PriceChange.Change
  /// The days, by charging start, between local midnights of the account.
  public var dates: DateSpan
  /// Line in the file.
  public var line: Int

  /// Makes a price.
  public init(
    accountIndex: Int, charge: Label, ratingGroup: Label, prefix: Label, kind: UsageKind?,
    change: PriceChange.Change, dates: DateSpan, line: Int
  ) {
    self.accountIndex = accountIndex
    self.charge = charge
    self.ratingGroup = ratingGroup
    self.prefix = prefix
    self.kind = kind
    self.change = change
    self.dates = dates
    self.line = line
  }
}
