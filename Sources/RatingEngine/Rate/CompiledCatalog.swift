// The catalog as the hot loop reads it: names are numbers, conditions are tables.

import BillingCalendar
import Catalog
import Money
import Tables

/// Everything that rating reads per event. Immutable after `compile`; shared by all workers.
struct CompiledCatalog: Sendable {
  /// One account.
  struct AccountEntry: BitwiseCopyable {
    /// First plan assignment in `assignments`; `none` for an account without plan.
    var assignment: UInt32
    /// Index in `zones`.
    var zone: UInt16
    var cycleDay: UInt8
    var roundsLines: UInt8
  }
  /// A plan in force from one instant until another.
  struct Assignment: BitwiseCopyable {
    var fromSeconds: Int64
    var untilSeconds: Int64
    var plan: UInt32
    var next: UInt32
  }
  /// (rating group, destination) of a deck row or of a meter.
  struct Tariff: Hashable, BitwiseCopyable {
    var group: UInt32
    var destination: UInt32
  }
  /// A unit price as it stands in a summary row.
  struct UnitPriceText: Hashable, BitwiseCopyable {
    var pico: Int64
    var units: Int64
    var kind: UInt8
  }

  static let none = UInt32.max

  var source: Catalog
  var services: ServiceIndex
  var identities: [ServiceIndexBuilder.Identity]
  var serviceTags: [Label: UInt32]
  var accounts: FlatTable<AccountEntry>
  var assignments: FlatTable<Assignment>
  var zones: [Zone]
  var plans: [CompiledPlan]
  var prefixes: PrefixTable
  var prices: FlatTable<CompiledPrice>
  var increments: [BillingIncrement]
  /// Names by number. Number 0 of groups and destinations is the empty name.
  var groups: [Label]
  var destinations: [Label]
  var tariffs: FlatTable<Tariff>
  var unitPrices: [UnitPriceText]
  var chargeNames: [Label]
  var currencies: [Currency]
  /// Reasons of filters and not-billed rules.
  var filterReasons: [Label]
  /// Number of a rating group's tariff without destination, by group: what generic usage (a meter) is classified as.
  var tariffByGroup: [Label: UInt32]
}
