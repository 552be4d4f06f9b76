// How the key of a summary row is packed into 128 bits, and read back.
//
// Every part of a key is a number of the compiled catalog; widths come from how many there are. The first column takes the
// highest bits, so that after numbers were replaced by ranks, keys sort as their texts do.

import Catalog
import Tables

/// A column of a summary that events can be grouped by.
public enum GroupColumn: String, Sendable, CaseIterable {
  case account, cost_centre, service, usage_period, plan, charge, service_kind, direction, rating_group,
    destination
  case jurisdiction, band, unit_price, per, tier_from, tier_up_to, allowance, supplier, currency,
    cost_currency
  /// Local date of the charging start in the account's zone.
  case day
}

/// The packing of one set of columns. Immutable; shared by workers.
struct SummaryKeyPlan: Sendable {
  /// What a part of the key is made from.
  enum Part: Sendable, Equatable {
    case identity, account, costCentre, service, period, plan, charge, kind, direction, tariff, group,
      destination
    case unitPrice, price, per, currency, day, band, jurisdiction, supplier, costCurrency
    case tier, tierFrom, tierUpTo, allowance
    /// Whether an allowance stands in the row, where no column names it.
    case isCovered
    /// Whether the amount of the cell is what suppliers charge for the events of the same key: see `costSide`.
    case side
  }
  /// Where a part stands.
  struct Field: Sendable {
    var part: Part
    var shift: Int
    var width: Int
    /// Columns that it writes.
    var columns: [GroupColumn]
    /// The part's value by the number that the rater has (tariff → group …); nil where it is that number.
    var lookup: FlatTable<UInt32>?
  }

  var fields: [Field]
  var bits: Int
  /// Columns as asked for, those that are always empty included.
  var columns: [GroupColumn]
  var needsDay: Bool
  /// The field that tells cells of costs from others; nil where there are none.
  var side: Field? { fields.last.flatMap { $0.part == .side ? $0 : nil } }

  /// Meters that no catalog names may appear in usage: so many more numbers are kept free.
  static let dynamicTariffsMax = 1 << 16
  /// Unit prices that bands and changes of prices make, beside those of decks and charges: so many are kept free.
  static let openPricesMax = 1 << 20

  /// What is set in the lower word of a key whose cell holds costs: the side is the last field.
  static let costSide: UInt64 = 1

  /// Plans the key for `columns`, in their order; nil where they do not fit 128 bits.
  ///
  /// - Parameters:
  ///   - isOfRun: whether events are added up by it: then both sides of an event have keys, where there are suppliers.
  ///   - tellsMargins: whether the keys of a run with suppliers also tell destinations and usage periods, so that losses are
  ///     found and costs are converted by the rates of their day, whatever the columns.
  init?(
    columns: [GroupColumn], _ catalog: CompiledCatalog, isOfRun: Bool = false, tellsMargins: Bool = false
  ) {
    self.columns = columns
    var wanted: [(Part, [GroupColumn])] = []
    var rest = columns[...]
    while let column = rest.popFirst() {
      // Neighbours that one number determines share a field.
      if column == .account, rest.starts(with: [.cost_centre, .service]) {
        rest = rest.dropFirst(2)
        wanted.append((.identity, [.account, .cost_centre, .service]))
      } else if column == .rating_group, rest.first == .destination {
        rest = rest.dropFirst()
        wanted.append((.tariff, [.rating_group, .destination]))
      } else if column == .unit_price, rest.first == .per {
        rest = rest.dropFirst()
        wanted.append((.unitPrice, [.unit_price, .per]))
      } else if column == .tier_from, rest.first == .tier_up_to {
        rest = rest.dropFirst()
        if catalog.settled.tiers.count > 1 { wanted.append((.tier, [.tier_from, .tier_up_to])) }
      } else if Self.isFilled(column, catalog), let part = Self.part(column) {
        wanted.append((part, [column]))
      }
    }
    func isWanted(_ part: Part) -> Bool { wanted.contains { $0.0 == part } }
    if catalog.costs != nil, isOfRun || isWanted(.supplier), !isWanted(.costCurrency) {
      // Costs are never added up over currencies, nor with events whose cost is missing.
      wanted.append((.costCurrency, isOfRun ? [] : [.cost_currency]))
    }
    // Currency and unit are never added up.
    if !isWanted(.currency) { wanted.append((.currency, [.currency])) }
    if !isWanted(.kind) { wanted.append((.kind, [])) }
    // What is covered is told from the rest by the allowance.
    if catalog.settled.allowances.count > 1, !isWanted(.allowance) { wanted.append((.isCovered, [])) }
    if isOfRun, catalog.costs != nil {
      if tellsMargins, !isWanted(.tariff) { wanted.append((.tariff, [])) }
      if tellsMargins, !isWanted(.period) { wanted.append((.period, [])) }
      if !isWanted(.supplier) { wanted.append((.supplier, [])) }
      // The last field: `costSide` is its bit.
      wanted.append((.side, []))
    }
    fields = wanted.map { part, columns in
      Field(
        part: part, shift: 0, width: Self.width(part, catalog), columns: columns,
        lookup: Self.lookup(part, catalog))
    }
    bits = fields.reduce(0) { $0 + $1.width }
    guard bits <= 128 else { return nil }
    var shift = bits
    for index in fields.indices {
      shift -= fields[index].width
      fields[index].shift = shift
    }
    needsDay = fields.contains { $0.part == .day }
  }

  /// Whether a column of this catalog can be anything but empty.
  private static func isFilled(_ column: GroupColumn, _ catalog: CompiledCatalog) -> Bool {
    switch column {
    case .band: catalog.hasBands
    case .tier_from, .tier_up_to: catalog.settled.tiers.count > 1
    case .allowance: catalog.settled.allowances.count > 1
    case .jurisdiction: catalog.jurisdictions != nil
    case .supplier, .cost_currency: catalog.costs != nil
    default: true
    }
  }

  /// The field that tells rows that an allowance covers; nil where there are no allowances.
  var coverField: Field? { fields.first { $0.part == .allowance || $0.part == .isCovered } }

  private static func part(_ column: GroupColumn) -> Part? {
    switch column {
    case .account: .account
    case .cost_centre: .costCentre
    case .service: .service
    case .usage_period: .period
    case .plan: .plan
    case .charge: .charge
    case .service_kind: .kind
    case .direction: .direction
    case .rating_group: .group
    case .destination: .destination
    case .unit_price: .price
    case .per: .per
    case .currency: .currency
    case .day: .day
    case .band: .band
    case .jurisdiction: .jurisdiction
    case .supplier: .supplier
    case .cost_currency: .costCurrency
    case .tier_from: .tierFrom
    case .tier_up_to: .tierUpTo
    case .allowance: .allowance
    }
  }

  private static func bits(_ count: Int) -> Int {
    count <= 1 ? 1 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  private static func width(_ part: Part, _ catalog: CompiledCatalog) -> Int {
    switch part {
    case .identity: bits(catalog.identities.count)
    case .costCentre, .service: bits(catalog.identities.count)
    case .account: bits(catalog.accounts.count)
    // First day (until 2149) and number of days.
    case .period: 16 + 6
    case .day: 16
    case .plan: bits(catalog.plans.count)
    case .charge: bits(catalog.chargeNames.count)
    // A row without event may have no kind, and has no direction.
    case .kind: catalog.settled.hasRowsWithoutEvent ? 3 : 2
    case .direction: 2
    case .tier, .tierFrom, .tierUpTo: bits(catalog.settled.tiers.count)
    case .allowance: bits(catalog.settled.allowances.count)
    case .isCovered: 1
    case .tariff, .group, .destination: bits(catalog.tariffs.count + dynamicTariffsMax)
    case .unitPrice, .price, .per:
      bits(catalog.unitPrices.count + (catalog.hasOpenPrices ? openPricesMax : 0))
    case .band: bits(catalog.bandNames.count)
    case .jurisdiction: 2
    case .supplier: bits(catalog.costs?.suppliers.count ?? 1)
    case .costCurrency: bits(catalog.costs?.currencies.count ?? 1)
    case .side: 1
    case .currency: bits(catalog.currencies.count)
    }
  }

  /// First of the numbers that share a text, by number: what several numbers of the rater are one for the key.
  private static func lookup(_ part: Part, _ catalog: CompiledCatalog) -> FlatTable<UInt32>? {
    switch part {
    case .identity: identitiesWithoutSites(catalog.identities)
    case .costCentre: representatives(catalog.identities.map(\.costCentre))
    case .service: representatives(catalog.identities.map(\.service))
    case .group: representatives((0..<catalog.tariffs.count).map { catalog.tariffs[$0].group })
    case .destination: representatives((0..<catalog.tariffs.count).map { catalog.tariffs[$0].destination })
    // A recorded amount has none, which is not 0.
    case .price: representatives(catalog.unitPrices.map { $0.units == 0 ? Int64.min : $0.pico })
    case .per: representatives(catalog.unitPrices.map { SummaryTexts.per($0) })
    case .tierFrom: representatives(catalog.settled.tiers.map(\.from))
    case .tierUpTo: representatives(catalog.settled.tiers.map(\.upTo))
    default: nil
    }
  }

  /// Services that differ by their site alone share a row: a site is no column. They are neighbours, because identities
  /// are sorted and the site comes last. Nil where no service has one.
  private static func identitiesWithoutSites(_ identities: [ServiceIndexBuilder.Identity]) -> FlatTable<
    UInt32
  >? {
    guard identities.contains(where: { !$0.site.isEmpty }) else { return nil }
    var first: [UInt32] = []
    first.reserveCapacity(identities.count)
    for (index, identity) in identities.enumerated() {
      let last = index > 0 ? identities[index - 1] : nil
      let isSame =
        last?.account == identity.account && last?.costCentre == identity.costCentre
        && last?.service == identity.service
      first.append(isSame ? first[index - 1] : UInt32(index))
    }
    return FlatTable(first)
  }

  private static func representatives<Value: Hashable>(_ values: [Value]) -> FlatTable<UInt32> {
    var first: [Value: UInt32] = [:]
    return FlatTable(
      values.enumerated().map { index, value in
        if let known = first[value] { return known }
        first[value] = UInt32(index)
        return UInt32(index)
      })
  }

  /// A field's value in a packed key.
  @inline(__always) static func value(_ field: Field, low: UInt64, high: UInt64) -> UInt64 {
    let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: field.width)) &- 1
    let shift = UInt64(truncatingIfNeeded: field.shift)
    if field.shift >= 64 { return high &>> (shift &- 64) & mask }
    if field.shift &+ field.width <= 64 { return low &>> shift & mask }
    return (low &>> shift | high &<< (64 &- shift)) & mask
  }

  /// Replaces a field's value in a packed key.
  static func replace(_ field: Field, by value: UInt64, _ low: inout UInt64, _ high: inout UInt64) {
    var (maskLow, maskHigh): (UInt64, UInt64) = (0, 0)
    put((UInt64(1) << UInt64(field.width)) &- 1, shift: field.shift, &maskLow, &maskHigh)
    low &= ~maskLow
    high &= ~maskHigh
    put(value, shift: field.shift, &low, &high)
  }

  /// Puts a value into a packed key.
  @inline(__always) static func put(_ value: UInt64, shift: Int, _ low: inout UInt64, _ high: inout UInt64) {
    if shift >= 64 {
      high |= value &<< UInt64(truncatingIfNeeded: shift &- 64)
    } else {
      low |= value &<< UInt64(truncatingIfNeeded: shift)
      // What does not fit the low word goes on in the high one.
      if shift > 0 { high |= value &>> UInt64(truncatingIfNeeded: 64 &- shift) }
    }
  }
}
