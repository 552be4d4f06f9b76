// How usage of each kind is named and measured on the page.

import Money
import UsageSummary

/// The words and units for one kind of usage; nil is for rows without event.
struct PrintedUsage {
  /// The kind.
  var kind: ServiceKind?

  /// The heading of its section.
  var title: String {
    switch kind {
    case .voice: "Calls"
    case .message: "Messages"
    case .data: "Data"
    case .event: "Other usage"
    case nil: "Plan charges"
    }
  }

  /// The heading of its event counts.
  var countTitle: String {
    switch kind {
    case .voice: "Calls"
    case .message: "Messages"
    case .data: "Records"
    case .event, nil: "Events"
    }
  }

  /// The heading of its quantities.
  var quantityTitle: String {
    switch kind {
    case .voice: "Duration"
    case .message: "Segments"
    case .data: "Volume"
    case .event, nil: "Quantity"
    }
  }

  /// A quantity; volumes in the unit of the line's price.
  func quantity(_ value: Int128, price: LinePrice?) -> String {
    switch kind {
    case .voice: PrintedNumber.duration(milliseconds: value)
    case .message: PrintedNumber.count(value)
    case .data:
      (price.flatMap { PrintedVolume.pricedBy($0.perQuantity) } ?? PrintedVolume.fitting(value)).text(value)
    case .event: PrintedNumber.decimal(value, scale: ServiceKind.event.quantityDigits)
    case nil: ""
    }
  }

  /// A price: `0.012 / min`, `0.035 each`.
  func price(_ price: LinePrice, digits: Int) -> String {
    PrintedNumber.money(price.amount, digits: digits)
      + (unit(of: price.perQuantity).map { " / " + $0 } ?? " each")
  }

  /// What a line comes to besides price × quantity, where that is a cent or more, so that nobody counts it twice; nil where it is
  /// not, or no price stands on the line.
  static func besidesPrice(_ line: UsageLine, digits: Int) -> String? {
    guard let price = line.price, price.perQuantity > 0 else { return nil }
    let (product, overflow) = price.amount.pico.multipliedReportingOverflow(
      by: line.quantityBilled - line.quantityCovered)
    guard !overflow else { return nil }
    let rest = line.amount.exact.pico - RoundingRule.divide(product, by: price.perQuantity, mode: .halfEven)
    let cent = Int128(PowersOfTen.int64[Amount.scale - digits])
    guard abs(rest) >= cent else { return nil }
    let shown = RoundingRule(scale: digits, mode: .halfUp).round(Amount(pico: rest))
    return "fees, minimums and rounding of single events: \(PrintedNumber.money(shown, digits: digits))"
  }

  /// A tier: `0:00:00 to 16:40:00: 16:40:00 at 0.03 / min is 30.00`.
  ///
  /// Bounds of tiers without a price per unit may be money, and stand as plain numbers.
  func tier(_ tier: UsageTier, digits: Int) -> String {
    let bounds = bound(tier.from, tier) + (tier.upTo.map { " to \(bound($0, tier))" } ?? " and more")
    let price = tier.price.map { " at \(self.price($0, digits: digits))" } ?? ""
    return "\(bounds): \(quantity(tier.quantityBilled, price: tier.price))\(price) is "
      + PrintedNumber.money(tier.amount, digits: digits)
  }

  private func bound(_ value: Int128, _ tier: UsageTier) -> String {
    guard let kind, tier.price != nil else {
      return PrintedNumber.decimal(value, scale: SummaryRow.tierScale)
    }
    let unit = Int128(PowersOfTen.int64[SummaryRow.tierScale - kind.quantityDigits])
    return quantity(RoundingRule.divide(value, by: unit, mode: .halfEven), price: tier.price)
  }

  // Nil for a single one of something that is counted.
  private func unit(of quantity: Int128) -> String? {
    switch (kind, quantity) {
    case (.voice, 1000): return "s"
    case (.voice, 60_000): return "min"
    case (.voice, 3_600_000): return "h"
    case (.voice, _): return PrintedNumber.decimal(quantity, scale: 3) + " s"
    case (.message, 1), (.event, 1_000_000): return nil
    case (.message, _): return PrintedNumber.count(quantity) + " segments"
    case (.data, 1): return "byte"
    case (.data, _): return PrintedVolume.pricedBy(quantity)?.name ?? PrintedNumber.count(quantity) + " bytes"
    case (.event, _), (nil, _): return PrintedNumber.decimal(quantity, scale: 6) + " units"
    }
  }
}
