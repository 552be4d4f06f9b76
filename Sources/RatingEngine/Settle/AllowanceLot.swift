// Lots: what an owner may use of an allowance in one period, each with its own end.
//
// Owns what a lot is and in which order lots are used. How much is granted is decided in `SettleRules+Lots.swift`.

import BillingCalendar
import Catalog
import Money
import Tables

/// Where an allowance comes from.
enum AllowanceSource: Hashable, Sendable {
  /// An entry of a plan: indices in `Catalog.plans` and its `allowances`.
  case plan(Int, allowance: Int)
  /// Index in `Catalog.grants`.
  case grant(Int)
}

/// What an earlier period left for this one.
struct RolledLot: Hashable, Sendable {
  var source: AllowanceSource
  /// Index in `Catalog.accounts` of the account that holds it; nil for a pool.
  var account: Int?
  /// In the allowance's measure: integer quantity, events, or pico.
  var quantity: Int128
  /// In how many periods it can still be used, this one included; 0 for grants, which have a date of their own.
  var periodCount: Int
}

/// One lot.
struct AllowanceLot: Sendable, Equatable {
  enum Measure: Sendable, Equatable {
    case quantity, events, money
  }

  var source: AllowanceSource
  /// The id of the allowance.
  var name: Label
  /// Index in `SettleRules.members` of the one member who may use it; `everyone` for all.
  var member: Int32
  var measure: Measure
  var consumption: AllowanceConsumption
  var priority: Int
  /// The first day on which nothing of it can be used.
  var expires: CivilDate
  /// Instants of its ends inside the period; half-open.
  var fromMillis: Int64
  var untilMillis: Int64
  /// By band, as in `UsageClass.startBand`; empty for all.
  var bands: [Bool]
  /// One of the two is 0.
  var granted: Int128
  var rolledIn: Int128
  /// In how many periods it can be used, this one included; 0 for grants.
  var periodCount: Int
  /// Whether what is left may go on into the next period.
  var isKept: Bool
  /// What the period has handed on of it when it was billed, which nothing changes any more; nil where that is open. More than there is
  /// where the catalog of now grants less.
  var handedOn: Int128?

  static let everyone: Int32 = -1

  /// Order of use: priority, then earliest expiry, then id; then what cannot matter but must be decided.
  static func precedes(_ a: AllowanceLot, _ b: AllowanceLot) -> Bool {
    if a.priority != b.priority { return a.priority < b.priority }
    if a.expires != b.expires { return a.expires < b.expires }
    if a.name != b.name { return a.name < b.name }
    if a.member != b.member { return a.member < b.member }
    if a.rank.0 != b.rank.0 { return a.rank < b.rank }
    return a.rank.1 != b.rank.1 ? a.rank.1 < b.rank.1 : a.periodCount < b.periodCount
  }

  private var rank: (Int, Int) {
    switch source {
    case .plan(let plan, let allowance): (plan, allowance)
    case .grant(let index): (.max, index)
    }
  }
}

/// What became of an allowance of one owner in one period.
///
/// `granted + rolledIn = used + left` and `left = expired + rolledOut`. In the allowance's measure. Below 0 is what expired where a
/// billed period has handed on more than the catalog of now grants.
struct AllowanceBalance: Sendable, Equatable {
  var source: AllowanceSource
  var name: Label
  /// Index in `Catalog.accounts` of the account that holds it; nil where the pool does.
  var account: Int?
  var granted: Int128 = 0
  var rolledIn: Int128 = 0
  var used: Int128 = 0
  var left: Int128 = 0
  var expired: Int128 = 0
  var rolledOut: Int128 = 0
  /// What goes on into the next period, newest lot first; `periodCount` counts from there.
  var lotsOut: [RolledLot] = []
  /// What each member took of an allowance that a pool shares, in order of members.
  var shares: [Share] = []

  struct Share: Sendable, Equatable {
    /// Index in `Catalog.accounts`.
    var account: Int
    var used: Int128
  }
}
