// Corrections of periods that were billed before: what is current minus what was billed, as lines of the next invoice.

public import BillingCalendar
import Money
public import Tables
public import UsageSummary

/// What a billed period comes to more, or less, by usage that is charged alike.
public struct AdjustmentLine: Hashable, Sendable {
  /// The period that it corrects.
  public var period: UsagePeriod
  /// The number of the invoice that it corrects; empty where that was sent elsewhere.
  public var corrects: Label
  /// What is metered; nil for rows without event.
  public var kind: ServiceKind?
  /// The rating group; the charge where there is no group.
  public var name: Label
  /// Events; below zero where some were taken back.
  public var eventCount: Int128
  /// Quantity after minimum and increments, in the integer unit of the kind.
  public var quantityBilled: Int128
  /// Sum of its rows.
  public var amount: LineAmount
}

/// Adjustments of one account, while their rows come in.
struct AdjustmentLines: Sendable {
  private struct Key: Hashable {
    var period: UsagePeriod
    var kind: ServiceKind?
    var name: Label
    var currency: Currency
  }

  private struct Sums {
    var eventCount: Int128 = 0
    var quantityBilled: Int128 = 0
    var amount = Amount.zero
  }

  private var sums: [Key: Sums] = [:]

  /// The currencies of its lines.
  var currencies: Set<Currency> { Set(sums.filter { !Self.isNothing($0.value) }.keys.map(\.currency)) }

  /// Adds a row.
  mutating func add(_ row: SummaryRow) {
    let key = Key(
      period: row.usagePeriod, kind: row.serviceKind,
      name: row.ratingGroup.isEmpty ? row.charge : row.ratingGroup, currency: row.currency)
    sums[key, default: Sums()].eventCount += Int128(row.eventCount)
    sums[key, default: Sums()].quantityBilled += row.quantityBilled
    sums[key, default: Sums()].amount += row.amount
  }

  /// The lines in a currency: by period, then kind in the order of invoices, then name; each rounded once.
  ///
  /// `invoice` gives the number of the invoice that a period was billed with.
  func lines(in currency: Currency, invoice: (UsagePeriod) -> Label) -> [AdjustmentLine] {
    let order: [ServiceKind?] = ServiceKind.allCases + [nil]
    return sums.filter { $0.key.currency == currency && !Self.isNothing($0.value) }.sorted { a, b in
      let (kindA, kindB) = (order.firstIndex(of: a.key.kind) ?? 0, order.firstIndex(of: b.key.kind) ?? 0)
      return (a.key.period, kindA, a.key.name) < (b.key.period, kindB, b.key.name)
    }.map { key, sums in
      AdjustmentLine(
        period: key.period, corrects: invoice(key.period), kind: key.kind, name: key.name,
        eventCount: sums.eventCount, quantityBilled: sums.quantityBilled,
        amount: LineAmount(numeratorPico: sums.amount.pico, over: 1, in: currency))
    }
  }

  // A record that was rated again at the same price has left one row and come to another.
  private static func isNothing(_ sums: Sums) -> Bool {
    sums.eventCount == 0 && sums.quantityBilled == 0 && sums.amount == .zero
  }
}
