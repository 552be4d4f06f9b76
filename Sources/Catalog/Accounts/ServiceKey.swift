// Services: which number, range, trunk, extension or code belongs to whom, and when.

public import BillingCalendar
public import Tables

/// One row of `services.csv`.
public struct ServiceKey: Sendable {
  /// What the key is.
  public enum Kind: Hashable, Sendable {
    /// One telephone number: digits, E.164 without `+`.
    case number
    /// All numbers from `key` to `lastKey`, equally long, both included.
    case range
    /// A text compared byte for byte: `trunk`, `extension`, `account_code`, `tenant` or a word of the format's own.
    case text(Label)
  }

  /// What the key is.
  public var kind: Kind
  /// The key; for numbers and ranges digits only.
  public var key: Label
  /// Last number of a range; empty otherwise.
  public var lastKey: Label
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// Name of the service in summaries; the key as written where the file gives none.
  public var service: Label
  /// Site, for grouping; may be empty.
  public var site: Label
  /// Cost centre, for grouping; may be empty.
  public var costCentre: Label
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// Name of the only source it holds for; empty for any.
  public var source: Label
  /// Line in the file.
  public var line: Int

  /// Makes a service key.
  public init(
    kind: Kind, key: Label, lastKey: Label, accountIndex: Int, service: Label, site: Label, costCentre: Label,
    from: CivilDate?, until: CivilDate?, source: Label, line: Int
  ) {
    self.kind = kind
    self.key = key
    self.lastKey = lastKey
    self.accountIndex = accountIndex
    self.service = service
    self.site = site
    self.costCentre = costCentre
    self.from = from
    self.until = until
    self.source = source
    self.line = line
  }
}
