// The texts of summary columns, made once per value and copied into rows.

import BillingCalendar
import Catalog
import Money
import Tables

/// Texts of values; pure functions over the compiled catalog.
enum SummaryTexts {
  /// The quantity that a unit price pays for, in the unit: `60` for a minute; empty for a recorded amount.
  static func per(_ price: CompiledCatalog.UnitPriceText) -> Label {
    if price.units == 0 { return .empty }
    let kind = UsageKind(rawValue: price.kind) ?? .event
    return Label(DecimalText.format(Int128(price.units), scale: kind.quantityDigits))
  }

  /// A unit price; empty for a recorded amount.
  static func price(_ price: CompiledCatalog.UnitPriceText) -> Label {
    price.units == 0 ? .empty : Label(DecimalText.format(Int128(price.pico), scale: Amount.scale))
  }

  /// The cells of the value of a part, one for each column that it has.
  static func cells(
    _ part: SummaryKeyPlan.Part, value: UInt64, _ catalog: CompiledCatalog, _ meters: MeterNames,
    _ prices: UnitPriceNumbers
  ) -> [Label] {
    let number = Int(value)
    switch part {
    case .identity:
      let identity = catalog.identities[number]
      return [catalog.source.accounts[identity.account].id, identity.costCentre, identity.service]
    case .account: return [catalog.source.accounts[number].id]
    case .costCentre: return [catalog.identities[number].costCentre]
    case .service: return [catalog.identities[number].service]
    case .period:
      let from = CivilDate(dayNumber: Int32(number >> 6))
      return [Label("\(from)/\(CivilDate(dayNumber: from.dayNumber + Int32(number & 63)))")]
    // No usage is as old as day 0: it is that of rows without event.
    case .day where number == 0: return [.empty]
    case .day: return [Label(CivilDate(dayNumber: Int32(number)).description)]
    case .plan: return [catalog.source.plans[number].name]
    case .charge: return [catalog.chargeNames[number]]
    case .kind: return [Label(UsageKind(rawValue: UInt8(number))?.name ?? "")]
    case .direction: return [Label(UsageDirection(rawValue: UInt8(number))?.name ?? "")]
    case .tariff:
      let (group, destination) = tariff(number, catalog, meters)
      return [group, destination]
    case .group: return [tariff(number, catalog, meters).group]
    case .destination: return [tariff(number, catalog, meters).destination]
    case .unitPrice: return [price(prices.text(number)), per(prices.text(number))]
    case .price: return [price(prices.text(number))]
    case .per: return [per(prices.text(number))]
    case .band: return [catalog.bandNames[number]]
    case .jurisdiction: return [Label(Jurisdiction(rawValue: UInt8(number))?.word ?? "")]
    case .supplier: return [catalog.costs?.suppliers[number] ?? .empty]
    case .costCurrency:
      return [number == 0 ? .empty : catalog.costs.map { Label($0.currencies[number].code) } ?? .empty]
    case .side: return []
    case .tier: return [catalog.settled.tiers[number].from, catalog.settled.tiers[number].upTo]
    case .tierFrom: return [catalog.settled.tiers[number].from]
    case .tierUpTo: return [catalog.settled.tiers[number].upTo]
    case .allowance: return [catalog.settled.allowances[number]]
    case .isCovered: return []
    case .currency: return [Label(catalog.currencies[number].code)]
    }
  }

  /// Rating group and destination of a tariff number.
  static func tariff(
    _ number: Int, _ catalog: CompiledCatalog, _ meters: MeterNames
  ) -> (group: Label, destination: Label) {
    guard number < catalog.tariffs.count else { return (meters.name(UInt32(number)), .empty) }
    let tariff = catalog.tariffs[number]
    return (catalog.groups[Int(tariff.group)], catalog.destinations[Int(tariff.destination)])
  }
}
