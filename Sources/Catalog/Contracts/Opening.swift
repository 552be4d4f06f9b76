// How billing stood on the first day: what was billed elsewhere before, and which numbers were given.

public import BillingCalendar
public import Tables

/// What `opening.csv` says.
public struct Opening: Sendable {
  /// First day that no earlier system has charged, by index in `Catalog.accounts`.
  public var billedUntil: [Int: CivilDate] = [:]
  /// The next number of each series.
  public var nextNumbers: [Label: Int64] = [:]

  /// Nothing before.
  public init() {}
}
