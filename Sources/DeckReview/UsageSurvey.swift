// One pass over a usage summary: which destinations, rating groups and charges were used, and how much.

import Catalog
import Money
public import Tables
public import UsageSummary

/// What a usage folder has used of a catalog, added up over accounts, services and periods.
public struct UsageSurvey: Sendable {
  /// What is priced alike by one deck row or several.
  struct Key: Hashable {
    var kind: UsageKind
    var destination: Label
    var ratingGroup: Label
    var band: Label
    var jurisdiction: Label
    var unitPrice: UnitPriceKey?
    var currency: Currency
  }

  /// A unit price as the summary has it.
  struct UnitPriceKey: Hashable {
    var amount: Amount
    var units: Int128
  }

  /// Usage of one key.
  struct Sums {
    var eventCount: Int128 = 0
    var quantityRaw: Int128 = 0
    var quantityBilled: Int128 = 0
    var quantityCovered: Int128 = 0
    var amount = Amount.zero
    /// Quantities of events that have a row to themselves, uncovered, with how many there are: of these all is known.
    var singles: [Int128: Int128] = [:]
    /// What they were billed as.
    var singlesBilled: Int128 = 0

    mutating func add(_ row: SummaryRow) {
      if row.eventCount == 1, row.quantityCovered == 0, row.quantityRaw > 0 {
        singles[row.quantityRaw, default: 0] += 1
        singlesBilled += row.quantityBilled
      }
      eventCount += Int128(row.eventCount)
      quantityRaw += row.quantityRaw
      quantityBilled += row.quantityBilled
      quantityCovered += row.quantityCovered
      amount += row.amount
    }
  }

  /// A charge of a plan.
  public struct ChargeName: Hashable, Sendable {
    /// The plan.
    public var plan: Label
    /// The charge.
    public var charge: Label
  }

  /// What the deck rows priced, or only named; nothing without a kind.
  let sums: [Key: Sums]
  /// Charges that took at least one event.
  public let charges: Set<ChargeName>
  /// The folder as the user named it.
  public let path: String

  /// Reads the summary of an opened folder and proves what was read.
  ///
  /// - Throws: `UsageFolderFault` where the summary is not what the manifest says any more.
  /// - Complexity: O(rows); memory by different destinations and prices.
  public init(_ usage: UsageFolder) throws(UsageFolderFault) {
    var sums: [Key: Sums] = [:]
    var charges: Set<ChargeName> = []
    let reader = try usage.summaryReader()
    while let row = try reader.next() {
      if row.eventCount > 0 { charges.insert(ChargeName(plan: row.plan, charge: row.charge)) }
      guard let kind = row.serviceKind.flatMap({ UsageKind(name: $0.name) }) else { continue }
      var price: UnitPriceKey?
      if let amount = row.unitPrice, let units = row.perQuantity {
        price = UnitPriceKey(amount: amount, units: units)
      }
      let key = Key(
        kind: kind, destination: row.destination, ratingGroup: row.ratingGroup, band: row.band,
        jurisdiction: row.jurisdiction, unitPrice: price, currency: row.currency)
      sums[key, default: Sums()].add(row)
    }
    try usage.check(reader)
    self.sums = sums
    self.charges = charges
    path = usage.path
  }
}
