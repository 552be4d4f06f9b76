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
    /// Whether all its usage is settled: it rounds by line, or has grants.
    var isSettled: UInt8
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

  /// What the common event asks of its plan, without the lists behind it.
  struct PlanEntry: BitwiseCopyable {
    var currency: UInt32
    /// Six digits half-up, whole seconds, zero is zero: the plan of `FastPrice`.
    var isPlain: UInt8
    /// Whether its events ask for more than the first charge and its price.
    var isAdjusted: UInt8
    /// Number of its first charge among those of all plans.
    var firstCharge: UInt32
  }
  /// The first charge that takes a kind and direction, where nothing more has to be asked.
  struct ChargeEntry: BitwiseCopyable {
    /// Index in the plan's charges; `none` where the candidates must be asked one by one.
    var charge: UInt32
    /// Index of its name.
    var name: UInt32
    /// `hasLimits`, `isSettled`, `asksGroup`: all but the common event have a bit here.
    var marks: UInt8

    /// The event is priced in full generality.
    static let hasLimits: UInt8 = 1
    /// The event is settled when all was read.
    static let isSettled: UInt8 = 2
    /// The event is settled if its rating group is one of the charge's settled ones.
    static let asksGroup: UInt8 = 4
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
  /// By plan.
  var planEntries: FlatTable<PlanEntry>
  /// By plan × 24 + combination × 2 + answered: `CompiledPlan.ruleByCombination`.
  var ruleTable: FlatTable<UInt8>
  /// By plan × 4 + kind: base of the first level of the prefix table, −1 for none.
  var deckBases: FlatTable<Int32>
  /// By plan × 12 + combination.
  var chargeEntries: FlatTable<ChargeEntry>
  var prefixes: PrefixTable
  var prices: FlatTable<CompiledPrice>
  /// By price.
  var fastPrices: FlatTable<FastPrice>
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
  /// Names of bands; number 0 is the empty one, and the only one of a catalog without bands.
  var bandNames: [Label]
  /// The different lists of bands of plans.
  var bandSets: [[CompiledBandRule]]
  /// Changes of prices: those of plans in their order, then those of accounts.
  var priceChanges: [CompiledPriceChange]
  /// By account: its own changes, in the order in which they are asked; empty where no account has any.
  var accountChanges: [Range<Int>]
  /// By days × zones + zone.
  var dateBounds: [DateBounds]
  /// By price: further prices of the deck row, + 1; 0 for none.
  var priceVariants: FlatTable<UInt32>
  var variants: [[DeckBandPrice]]
  /// Whether events may meet prices that are not in `prices`: see `PriceBook`.
  var hasOpenPrices: Bool
  /// How decks price by jurisdiction; nil where none does.
  var jurisdictions: JurisdictionTables?
  /// What suppliers charge; nil where there are none.
  var costs: CostTables?

  /// What of the usage depends on order.
  var settled: SettledUsage

  /// Whether plans have bands.
  var hasBands: Bool { bandNames.count > 1 }

  /// The price that a deck row has in a band, its band and increment numbers those of the compiled catalog.
  func variant(ofPrice price: UInt32, band: UInt32) -> DeckBandPrice? {
    let variant = priceVariants[Int(price)]
    return variant == 0 ? nil : variants[Int(variant) - 1].first { $0.band == band }
  }
}
