// What lines are short of the least that was agreed.

import BillingCalendar
import Catalog
import Money
import Tables

/// Minimum commitments of one account: counted before discounts, in days of the usage period.
enum Commitments {
  /// A line for each commitment that the lines of `draft` do not reach, in file order. One line does not count for the
  /// next commitment.
  static func lines(of commitments: [Commitment], for draft: InvoiceDraft) -> [CommitmentLine] {
    let lines = draft.netLines
    return commitments.compactMap { commitment in
      guard commitment.currency == draft.currency else { return nil }
      let days = commitment.days.clamped(to: draft.period.days)
      if days.isEmpty { return nil }
      let share = IntervalShare(days: Int64(days.count), ofDays: Int64(draft.period.dayCount))
      let reached = lines.filter { counts($0, for: commitment) }.reduce(Amount.zero) { $0 + $1.net }
      // committed × days ÷ days of the period − reached, rounded once.
      let missing =
        commitment.amount.pico * Int128(share.days) - reached.pico * Int128(share.ofDays)
      let amount = LineAmount(
        numeratorPico: missing, over: Int128(share.ofDays), in: draft.currency)
      guard amount.rounded > .zero else { return nil }
      return CommitmentLine(
        description: commitment.description, contract: commitment.contract, committed: commitment.amount,
        share: share, reached: reached,
        origin: LineOrigin(file: commitment.file, line: commitment.line), amount: amount)
    }
  }

  private static func counts(_ line: NetLine, for commitment: Commitment) -> Bool {
    guard commitment.contract.isEmpty || commitment.contract == line.contract else { return false }
    switch (commitment.scope, line.origin) {
    case (.all, .recurring), (.all, .usage), (.usage, .usage), (.recurring, .recurring): return true
    default: return false
    }
  }
}
