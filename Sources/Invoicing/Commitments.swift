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
    var missing: [CommitmentLine] = []
    for commitment in commitments where commitment.currency == draft.currency {
      let days = commitment.days.clamped(to: draft.period.days)
      if days.isEmpty { continue }
      let share = IntervalShare(days: Int64(days.count), ofDays: Int64(draft.period.dayCount))
      let reached = lines.filter { counts($0, for: commitment) }.reduce(Amount.zero) { $0 + $1.net }
      let origin = LineOrigin(file: commitment.file, line: commitment.line)
      // (committed × days − reached × days of the period) ÷ days of the period, rounded once.
      let whole = try LineAmount(
        product: [commitment.amount.pico, Int128(share.days)], over: Int128(share.ofDays), in: draft.currency,
        origin: origin)
      if whole.exact <= reached { continue }
      let amount = LineAmount(
        numeratorPico: commitment.amount.pico * Int128(share.days) - reached.pico * Int128(share.ofDays),
        over: Int128(share.ofDays), in: draft.currency)
      if amount.rounded == .zero { continue }
      missing.append(
        CommitmentLine(
          description: commitment.description, contract: commitment.contract, committed: commitment.amount,
          share: share, reached: reached, origin: origin, amount: amount))
    }
    return missing
  }

  private static func counts(_ line: NetLine, for commitment: Commitment) -> Bool {
    guard commitment.contract.isEmpty || commitment.contract == line.contract, !line.isOfEarlierPeriod else {
      return false
    }
    switch (commitment.scope, line.origin) {
    case (.all, .recurring), (.all, .usage), (.usage, .usage), (.recurring, .recurring): return true
    default: return false
    }
  }
}
