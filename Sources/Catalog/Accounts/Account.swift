// Accounts: who pays, in which zone and cycle, on which plan when.

public import BillingCalendar
public import Tables

/// One account of `accounts.csv`: all rows of the same id together.
public struct Account: Sendable {
  /// The id, unique.
  public var id: Label
  /// Name for people; the id where the file gives none.
  public var name: Label
  /// Zone of its days, periods and dates.
  public var zone: Zone
  /// Day of the month on which its usage periods begin, 1...31.
  public var cycleDay: Int
  /// Pool it shares allowances with; empty for none.
  public var pool: Label
  /// How its money is rounded.
  public var rounding: AccountRounding
  /// Plans by date, ascending, not overlapping.
  public var plans: [PlanAssignment]
  /// Where it is taxed by date, ascending; empty where nobody has said.
  public var taxPlaces: [TaxPlace] = []
  /// Whether charges of projects come on an invoice of their own.
  public var projectInvoices = ProjectInvoices.together
  /// Columns that rating does not know (address, e-mail, terms …), by column name, from the account's last row.
  public var details: [Label: Label]
  /// Line of its first row.
  public var line: Int

  /// Makes an account.
  public init(
    id: Label, name: Label, zone: Zone, cycleDay: Int, pool: Label, rounding: AccountRounding,
    plans: [PlanAssignment], details: [Label: Label], line: Int
  ) {
    self.id = id
    self.name = name
    self.zone = zone
    self.cycleDay = cycleDay
    self.pool = pool
    self.rounding = rounding
    self.plans = plans
    self.details = details
    self.line = line
  }
}

extension Account {
  /// Where it is taxed on a day, such as `DE` or `US-DC`: the last place that began; before the first one, the first one. Empty
  /// where nobody has said.
  public func taxPlace(on day: CivilDate) -> Label {
    let begun = taxPlaces.last { ($0.from ?? .distantPast) <= day }
    return (begun ?? taxPlaces.first)?.place ?? .empty
  }
}

/// Where an account is taxed from a day on.
public struct TaxPlace: Sendable, Hashable {
  /// The place.
  public var place: Label
  /// The first day of the row that names it; nil for "always".
  public var from: CivilDate?

  /// Makes one.
  public init(place: Label, from: CivilDate?) {
    self.place = place
    self.from = from
  }
}

/// On which invoice charges of projects stand.
public enum ProjectInvoices: String, CaseIterable, Sendable, CustomStringConvertible {
  /// With everything else; the default.
  case together
  /// On one of their own.
  case separate

  /// The word in files.
  public var description: String { rawValue }
}

/// Where the money of an account is rounded.
public enum AccountRounding: String, Sendable {
  /// Each event by its plan's rule; the default.
  case event
  /// Event amounts are differences of the running sum in the currency's digits, so that an itemised column adds up.
  case line
}

/// A plan in force for an account from one local midnight until another.
public struct PlanAssignment: Sendable {
  /// Index in `Catalog.plans`.
  public var planIndex: Int
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?

  /// Makes an assignment.
  public init(planIndex: Int, from: CivilDate?, until: CivilDate?) {
    self.planIndex = planIndex
    self.from = from
    self.until = until
  }
}
