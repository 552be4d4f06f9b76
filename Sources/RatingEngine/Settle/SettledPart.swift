// What settling gives: parts of events, rows without event, balances.

import Catalog
import Money

/// A part of one event: one band, tier, allowance and price. Quantities and amounts of a refund are negative.
struct SettledPart: BitwiseCopyable, Equatable {
  static let none: Int32 = -1

  /// Index among the events that were settled.
  var event: Int32
  var baseCell: UInt32
  /// Band, as in `UsageClass.startBand`.
  var band: Int32
  /// Index in the charge's tiers, or `none`.
  var tier: Int32 = none
  /// Index in `SettleRules.lots` of what covered it, or gives it back; or `none`.
  var lot: Int32 = none
  /// 1 in the first part of an event, 0 in others and for gauges.
  var eventCount: Int32 = 0
  /// The unit price that was charged; units 0 for none, as for all that is covered.
  var pricePico: Int64 = 0
  var priceUnits: Int64 = 0
  var raw: Int64 = 0
  var billed: Int64 = 0
  var covered: Int64 = 0
  var amountPico: Int128 = 0
}

/// A row without event.
struct PeriodRow: Equatable, Sendable {
  enum Reason: Equatable, Sendable {
    /// What the charge's period minimum asks above what it came to.
    case periodMinimum
    /// The flat amount of the first tier, owed without usage.
    case flatOnZero
  }

  var reason: Reason
  /// Index in `Catalog.accounts` of the account that it stands with.
  var account: Int
  /// Index in `Catalog.plans`, and in its `charges`.
  var plan: Int
  var charge: Int
  var amountPico: Int128
}
