// Charges and credits for results: a measured value held against the steps that were agreed.

import BillingCalendar
import Catalog
import Money
import Tables

/// Lines for results of one account.
struct ResultCharges {
  /// Where measured values stand.
  let counts: CountBook

  /// A line for each result that was measured in `period`, with its currency, in the order of the agreements.
  ///
  /// The last value of the period counts. A value on which no step falls makes a line of nothing, so that the client sees
  /// that it was measured. Without a value there is no line; a review names it.
  func lines(
    of agreements: [Agreement], in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> [(line: ValueLine, currency: Currency)] {
    let lastDay = period.until.advanced(by: -1)
    var lines: [(line: ValueLine, currency: Currency)] = []
    for agreement in agreements where agreement.days.contains(lastDay) {
      for charge in agreement.valueLines {
        guard let value = value(of: charge, agreement.accountIndex, in: period) else { continue }
        lines.append((try line(charge, agreement, value), charge.currency))
      }
    }
    return lines
  }

  /// The last value measured in a period; nil for none.
  func value(of charge: ValueCharge, _ accountIndex: Int, in period: UsagePeriod) -> CountSnapshot? {
    counts.series(CountBook.Key(accountIndex: accountIndex, item: charge.metric))
      .last { period.contains($0.day) }
  }

  private func line(
    _ charge: ValueCharge, _ agreement: Agreement, _ value: CountSnapshot
  ) throws(InvoiceDraftFault) -> ValueLine {
    let share = charge.step(for: value.quantityMicro)?.share ?? 0
    let origin = LineOrigin(file: agreement.file, line: charge.line)
    let (product, isTooLarge) = charge.base.pico.multipliedReportingOverflow(by: Int128(share))
    guard !isTooLarge else { throw .amountTooLarge(origin) }
    return ValueLine(
      description: charge.description, contract: agreement.name, metric: charge.metric,
      targetMicro: charge.targetMicro, measuredMicro: value.quantityMicro, measured: value.day,
      base: charge.base, share: share, taxClass: charge.taxClass.isEmpty ? "service" : charge.taxClass,
      origin: origin,
      amount: LineAmount(numeratorPico: product, over: Share.whole, in: charge.currency))
  }
}
