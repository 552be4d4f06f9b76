// What lines are short of the least that was agreed.

import BillingCalendar
import Catalog
import Money
import Tables

/// Minimum commitments of one account: counted before discounts, in days of the usage period.
enum Commitments {
  /// A line for each commitment that the lines of `draft` do not reach, in file order. One line does not count for the
  /// next commitment.
  static func lines(
    of commitments: [Commitment], for draft: InvoiceDraft
  ) throws(InvoiceDraftFault) -> [CommitmentLine] {
    let lines = draft.netLines
    var short: [CommitmentLine] = []
    for commitment in commitments where commitment.currency == draft.currency {
      if !commitment.days.overlaps(draft.period.days) { continue }
      let reached = lines.filter { counts($0, for: commitment) }.reduce(Amount.zero) { $0 + $1.net }
      guard let amount = try missing(to: commitment, in: draft.period, reached: reached, draft.currency)
      else { continue }
      short.append(
        CommitmentLine(
          description: commitment.description, contract: commitment.contract, committed: commitment.amount,
          share: share(of: commitment, in: draft.period), reached: reached,
          origin: LineOrigin(file: commitment.file, line: commitment.line), amount: amount))
    }
    return short
  }

  /// For how many days of a period a commitment holds.
  static func share(of commitment: Commitment, in period: UsagePeriod) -> IntervalShare {
    IntervalShare(
      days: Int64(commitment.days.clamped(to: period.days).count), ofDays: Int64(period.dayCount))
  }

  /// What is missing to a commitment in a period in which its lines come to `reached`; nil where nothing is.
  static func missing(
    to commitment: Commitment, in period: UsagePeriod, reached: Amount, _ currency: Currency
  ) throws(InvoiceDraftFault) -> LineAmount? {
    let share = share(of: commitment, in: period)
    let origin = LineOrigin(file: commitment.file, line: commitment.line)
    // (committed × days − reached × days of the period) ÷ days of the period, rounded once.
    let whole = try LineAmount(
      product: [commitment.amount.pico, Int128(share.days)], over: Int128(share.ofDays), in: currency,
      origin: origin)
    if whole.exact <= reached { return nil }
    let amount = LineAmount(
      numeratorPico: commitment.amount.pico * Int128(share.days) - reached.pico * Int128(share.ofDays),
      over: Int128(share.ofDays), in: currency)
    return amount.rounded == .zero ? nil : amount
  }

  private static func counts(_ line: NetLine, for commitment: Commitment) -> Bool {
    guard !line.isOfEarlierPeriod else { return false }
    switch line.origin {
    case .recurring: return commitment.counts(line.contract, isUsage: false)
    case .usage: return commitment.counts(line.contract, isUsage: true)
    case .oneTime, .value, .commitment, .adjustment: return false
    }
  }
}

extension Commitment {
  /// Whether usage, or a recurring charge of that contract, counts for it.
  func counts(_ contract: Label, isUsage: Bool) -> Bool {
    guard self.contract.isEmpty || self.contract == contract else { return false }
    switch scope {
    case .all: return true
    case .usage: return isUsage
    case .recurring: return !isUsage
    }
  }
}
