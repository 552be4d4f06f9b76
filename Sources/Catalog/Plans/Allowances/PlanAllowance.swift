// Allowances as authored: included quantities, and for which usage.

public import BillingCalendar
public import Money
public import Tables

/// How much is included.
public enum AllowanceSize: Sendable, Hashable {
  /// A quantity of one kind, in its integer quantity.
  case quantity(Int64, of: UsageKind)
  /// So many events, whatever their length.
  case events(Int64)
  /// Money.
  case amount(Amount)
}

/// Which usage may draw on an allowance; every condition that is given must hold.
public struct AllowanceScope: Sendable, Hashable {
  /// Kinds; empty for all. A quantity has its one kind here.
  public var kinds: [UsageKind]
  /// Directions; empty for all.
  public var directions: [UsageDirection]
  /// Rating groups; nil for all.
  public var ratingGroups: [Label]?
  /// Bands; empty for all. Never given with raw consumption.
  public var bands: [Label]
  /// Names of charges; empty for all.
  public var charges: [Label]

  /// Makes a scope.
  public init(
    kinds: [UsageKind], directions: [UsageDirection], ratingGroups: [Label]?, bands: [Label], charges: [Label]
  ) {
    self.kinds = kinds
    self.directions = directions
    self.ratingGroups = ratingGroups
    self.bands = bands
    self.charges = charges
  }
}

/// What an allowance covers of an event.
public enum AllowanceConsumption: String, Sendable, CaseIterable {
  /// The quantity after minimum and increments; what is left is not rounded again. The default.
  case billed
  /// The recorded quantity; what is left is rounded as its own quantity.
  case raw
}

/// Which events get an allowance first.
public enum AllowanceOrder: String, Sendable, CaseIterable {
  /// Canonical order of events; the default.
  case time
  /// The highest unit price at the charging start first.
  case dearestFirst = "dearest-first"
  /// The lowest first.
  case cheapestFirst = "cheapest-first"
}

/// What becomes of what a period leaves.
public struct AllowanceRollover: Sendable, Hashable {
  /// Further periods in which it may be used, 1 or more.
  public var periodCount: Int
  /// Most that leaves a period, in the measure of the allowance (integer quantity, events, pico); nil for all.
  public var cap: Int128?

  /// Makes a rollover.
  public init(periodCount: Int, cap: Int128?) {
    self.periodCount = periodCount
    self.cap = cap
  }
}

/// One entry of a plan's `allowances`.
public struct PlanAllowance: Sendable, Hashable {
  /// Order of use where the plan says nothing.
  public static let usualPriority = 100

  /// Who draws on it.
  public enum Owner: Sendable, Hashable {
    /// Each account has its own.
    case account
    /// The members of a pool that have the plan share one; an account without a pool has its own.
    case pool
    /// The same, as many times as there are such members.
    case poolPerMember
  }

  /// The id, unique in its plan.
  public var name: Label
  /// How much is included in a period.
  public var size: AllowanceSize
  /// Which usage may draw on it.
  public var scope: AllowanceScope
  /// Order of use: smaller first.
  public var priority: Int
  /// What it covers of an event.
  public var consumption: AllowanceConsumption
  /// Who draws on it.
  public var owner: Owner
  /// Whether a part of a period gets a part of it.
  public var isProrated: Bool
  /// First local day on which nothing of it can be used; nil for never.
  public var expires: CivilDate?
  /// What becomes of what is left; nil where it ends with its period.
  public var rollover: AllowanceRollover?
  /// Line in the file.
  public var line: Int
  /// The file, for messages.
  public var file: String

  /// Makes an allowance.
  public init(
    name: Label, size: AllowanceSize, scope: AllowanceScope, priority: Int, consumption: AllowanceConsumption,
    owner: Owner, isProrated: Bool, expires: CivilDate?, rollover: AllowanceRollover?, line: Int, file: String
  ) {
    self.name = name
    self.size = size
    self.scope = scope
    self.priority = priority
    self.consumption = consumption
    self.owner = owner
    self.isProrated = isProrated
    self.expires = expires
    self.rollover = rollover
    self.line = line
    self.file = file
  }
}
