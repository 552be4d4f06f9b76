// Grants: packs that were bought and balances that were brought along, for one account or pool.

public import BillingCalendar
public import Tables

/// One row of `grants.csv`: a quantity that may be used once, between two days.
public struct AllowanceGrant: Sendable, Hashable {
  /// Whose it is.
  public enum Owner: Sendable, Hashable {
    /// Index in `Catalog.accounts`.
    case account(Int)
    /// The name of a pool.
    case pool(Label)
  }

  /// Whose it is.
  public var owner: Owner
  /// The id of the allowance in reports and on invoices.
  public var name: Label
  /// How much it is, in all.
  public var size: AllowanceSize
  /// Which usage may draw on it; never limited to bands.
  public var scope: AllowanceScope
  /// Order of use: smaller first.
  public var priority: Int
  /// What it covers of an event.
  public var consumption: AllowanceConsumption
  /// First local day of its owner on which it may be used.
  public var from: CivilDate
  /// First local day on which what is left has expired; nil for never.
  public var until: CivilDate?
  /// Line in the file.
  public var line: Int

  /// Makes a grant.
  public init(
    owner: Owner, name: Label, size: AllowanceSize, scope: AllowanceScope, priority: Int,
    consumption: AllowanceConsumption, from: CivilDate, until: CivilDate?, line: Int
  ) {
    self.owner = owner
    self.name = name
    self.size = size
    self.scope = scope
    self.priority = priority
    self.consumption = consumption
    self.from = from
    self.until = until
    self.line = line
  }
}
