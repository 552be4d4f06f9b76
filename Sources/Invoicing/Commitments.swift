// What lines are short of the least that was agreed.

import BillingCalendar
import Catalog
import Money
import Tables

/// Minimum commitments of one account: counted before discounts, in days of the usage period.
enum Commitments {
  /// A commitment in a period, and what counts for it.
  struct Part {
    /// The row.
    var commitment: Commitment
    /// The days of the period on which it holds.
    var days: Range<CivilDate>
    /// How many of the period these are.
    var share: IntervalShare
    /// What its lines come to, less what an earlier row of the same commitment has had of them.
    var reached: Amount
    /// What is missing; nil where nothing is.
    var missing: LineAmount?
  }

  /// A line for each commitment that the lines of `draft` do not reach, in file order. One line does not count for the
  /// next commitment. `usageBilledLater` is usage of the period that a later invoice has billed.
  static func lines(
    of commitments: [Commitment], for draft: InvoiceDraft, usageBilledLater: Amount = .zero
  ) throws(InvoiceDraftFault) -> [CommitmentLine] {
    let lines = draft.netLines
    let parts = try parts(of: commitments, in: draft.period, draft.currency) { commitment in
      let later = commitment.counts(.empty, isUsage: true) ? usageBilledLater : .zero
      return lines.filter { counts($0, for: commitment) }.reduce(later) { $0 + $1.net }
    }
    return parts.compactMap { part in
      guard let missing = part.missing else { return nil }
      return CommitmentLine(part, amount: missing)
    }
  }

  /// The commitments in that currency that hold in a period, in file order.
  ///
  /// Rows that count the same lines and hold one after the other are one commitment whose amount has changed: in the order of
  /// their days, each takes what it needs of what was reached, and leaves the rest to the next.
  static func parts(
    of commitments: [Commitment], in period: UsagePeriod, _ currency: Currency,
    reached: (Commitment) -> Amount
  ) throws(InvoiceDraftFault) -> [Part] {
    var parts: [(place: Int, part: Part)] = []
    // What the last row of each commitment so far has left.
    var left: [(last: Commitment, amount: Amount)] = []
    let own = commitments.enumerated().filter {
      $0.element.currency == currency && $0.element.days.overlaps(period.days)
    }
    for (place, commitment) in own.sorted(by: { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) })
    {
      let days = commitment.days.clamped(to: period.days)
      let before = left.firstIndex { $0.last.isFollowed(by: commitment) }
      var part = Part(
        commitment: commitment, days: days,
        share: IntervalShare(days: Int64(days.count), ofDays: Int64(period.dayCount)),
        reached: before.map { left[$0].amount } ?? reached(commitment))
      // (committed × days − reached × days of the period) ÷ days of the period, rounded once.
      let whole = try LineAmount(
        product: [commitment.amount.pico, Int128(part.share.days)], over: Int128(part.share.ofDays),
        in: currency, origin: LineOrigin(file: commitment.file, line: commitment.line))
      if whole.exact > part.reached {
        let amount = LineAmount(
          numeratorPico: commitment.amount.pico * Int128(part.share.days)
            - part.reached.pico * Int128(part.share.ofDays), over: Int128(part.share.ofDays), in: currency)
        part.missing = amount.rounded == .zero ? nil : amount
      }
      let rest = (last: commitment, amount: max(.zero, part.reached - whole.rounded))
      if let before { left[before] = rest } else { left.append(rest) }
      parts.append((place, part))
    }
    return parts.sorted { $0.place < $1.place }.map(\.part)
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

  /// Whether `other` is the same commitment from a later day on: the same lines count, and never for both on one day.
  fileprivate func isFollowed(by other: Commitment) -> Bool {
    contract == other.contract && scope == other.scope && days.upperBound <= other.from
  }
}

extension CommitmentLine {
  /// The line of a part of a period.
  init(_ part: Commitments.Part, amount: LineAmount) {
    let commitment = part.commitment
    self.init(
      description: commitment.description, contract: commitment.contract, committed: commitment.amount,
      share: part.share, days: part.days, reached: part.reached,
      origin: LineOrigin(file: commitment.file, line: commitment.line), amount: amount)
  }
}
