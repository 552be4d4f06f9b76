// Adds up summary rows into invoice lines: exact sums, rounded once at the end.

import Money
import Tables
import UsageSummary

/// Usage of one account, period and currency, while its rows come in.
struct UsageLines {
  // Rows without event come last.
  private struct Key: Hashable {
    var kind: ServiceKind?
    var name: Label
  }

  private struct Sums {
    var eventCount: Int128 = 0
    var quantityRaw: Int128 = 0
    var quantityBilled: Int128 = 0
    var quantityCovered: Int128 = 0
    var amount = Amount.zero
    var withoutEvent = Amount.zero
    var price: Price
    var tiers: [TierKey: TierSums] = [:]
  }

  private struct TierKey: Hashable {
    var from: Int128
    var upTo: Int128?
    var price: LinePrice?
  }

  private struct TierSums {
    var quantityBilled: Int128 = 0
    var amount = Amount.zero
  }

  private enum Price: Equatable {
    case one(LinePrice)
    case severalOrNone
  }

  private var sums: [Key: Sums] = [:]
  private var costCentres: [Label: Amount] = [:]

  /// Adds a row.
  mutating func add(_ row: SummaryRow) {
    let key = Key(kind: row.serviceKind, name: row.ratingGroup.isEmpty ? row.charge : row.ratingGroup)
    let price = Self.price(of: row)
    costCentres[row.costCentre, default: .zero] += row.amount
    var line = sums[key] ?? Sums(price: price)
    if line.price != price { line.price = .severalOrNone }
    line.eventCount += Int128(row.eventCount)
    line.quantityRaw += row.quantityRaw
    line.quantityBilled += row.quantityBilled
    line.quantityCovered += row.quantityCovered
    line.amount += row.amount
    if row.direction.isEmpty { line.withoutEvent += row.amount }
    if let from = row.tierFrom {
      var linePrice: LinePrice?
      if case .one(let one) = price { linePrice = one }
      let tier = TierKey(from: from, upTo: row.tierUpTo, price: linePrice)
      line.tiers[tier, default: TierSums()].quantityBilled += row.quantityBilled
      line.tiers[tier, default: TierSums()].amount += row.amount
    }
    sums[key] = line
  }

  /// The sections of what was added, each line rounded once to the digits of `currency`.
  func sections(in currency: Currency) -> [UsageSection] {
    let kinds: [ServiceKind?] = ServiceKind.allCases + [nil]
    return kinds.compactMap { kind in
      let lines = sums.filter { $0.key.kind == kind }.sorted { $0.key.name < $1.key.name }
        .map { Self.line($0.key.name, $0.value, currency) }
      return lines.isEmpty ? nil : UsageSection(kind: kind, lines: lines)
    }
  }

  /// The usage by cost centre, in parts that add up to `subtotal`; none where no row names one, or one is a credit.
  func costCentreUse(of subtotal: Amount, in currency: Currency) -> [CostCentreUse] {
    let named = costCentres.sorted { $0.key < $1.key }
    guard named.contains(where: { !$0.key.isEmpty }), named.allSatisfy({ $0.value >= .zero }) else {
      return []
    }
    // To a millionth: what is lost by it is far below a minor unit, and weights times total stay within bounds.
    let weights = named.map { RoundingRule(scale: 6, mode: .halfEven).round($0.value).pico / 1_000_000 }
    let parts = LargestRemainder.parts(of: subtotal, weights: weights, digits: currency.minorDigits)
    return zip(named, parts).map { CostCentreUse(name: $0.key, amount: $1) }
  }

  private static func price(of row: SummaryRow) -> Price {
    guard let unitPrice = row.unitPrice, let per = row.perQuantity else { return .severalOrNone }
    return .one(LinePrice(amount: unitPrice, perQuantity: per))
  }

  private static func line(_ name: Label, _ sums: Sums, _ currency: Currency) -> UsageLine {
    var price: LinePrice?
    if case .one(let shared) = sums.price { price = shared }
    var line = UsageLine(
      name: name, eventCount: sums.eventCount, quantityRaw: sums.quantityRaw,
      quantityBilled: sums.quantityBilled,
      quantityCovered: sums.quantityCovered, price: price,
      amount: LineAmount(numeratorPico: sums.amount.pico, over: 1, in: currency))
    line.withoutEvent = sums.withoutEvent
    line.tiers = sums.tiers.map { tier, sums in
      UsageTier(
        from: tier.from, upTo: tier.upTo, price: tier.price, quantityBilled: sums.quantityBilled,
        amount: sums.amount)
    }.sorted {
      // Of two prices in one tier (a price that changed in the period) the lower one first.
      ($0.from, $0.price?.amount ?? .zero, $0.price?.perQuantity ?? 0)
        < ($1.from, $1.price?.amount ?? .zero, $1.price?.perQuantity ?? 0)
    }
    return line
  }
}
