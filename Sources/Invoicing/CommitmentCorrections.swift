// What minimum commitments of billed periods come to more or less, now that other usage or recurring charges count for them.

import BillingCalendar
import Catalog
import Money
import Tables

/// Corrections of what one account was charged for commitments on earlier invoices.
///
/// A period is looked at where the invoice at hand corrects its usage or its recurring charges. What is missing to a commitment
/// is counted twice, with what counted for it before and with what counts for it now, and the difference is a line. So what
/// has changed in commitments.csv since then plays no part, and parts that come one after the other add up to what would have
/// been owed at once. Never more is given back than was charged and not taken back by a credit note. Periods that no invoice
/// tells of are left alone.
struct CommitmentCorrections {
  /// The commitments of the account, in file order.
  let commitments: [Commitment]
  /// What its invoices hold that counts for commitments, or charges them.
  let reached: [DraftBasis.ReachedSum]
  /// Its invoices.
  let invoices: [DraftBasis.EarlierInvoice]

  /// Something that counts for commitments of a billed period.
  private struct Part {
    var period: UsagePeriod
    var contract: Label
    var isUsage: Bool
    var amount: Amount
  }

  /// The lines on `draft`, by period, then in file order.
  func lines(for draft: InvoiceDraft) throws(InvoiceDraftFault) -> [CommitmentLine] {
    guard !commitments.isEmpty else { return [] }
    let now = parts(of: draft)
    var lines: [CommitmentLine] = []
    for period in Set(now.map(\.period)).sorted() {
      guard let number = number(of: period, draft.currency) else { continue }
      var charged: [Label: [Label: Amount]] = [:]
      for sum in sums(of: period, draft.currency) where sum.part == .commitment {
        charged[sum.contract, default: [:]][sum.description, default: .zero] += sum.amount
      }
      for commitment in commitments where commitment.currency == draft.currency {
        let left = charged[commitment.contract]?[commitment.description] ?? .zero
        guard var line = try line(of: commitment, period, now, atMost: max(.zero, left), draft.currency)
        else {
          continue
        }
        charged[commitment.contract, default: [:]][commitment.description] = left + line.amount.rounded
        line.corrects = number
        lines.append(line)
      }
    }
    return lines
  }

  private func line(
    of commitment: Commitment, _ period: UsagePeriod, _ now: [Part], atMost charged: Amount,
    _ currency: Currency
  ) throws(InvoiceDraftFault) -> CommitmentLine? {
    guard commitment.days.overlaps(period.days) else { return nil }
    let before = sums(of: period, currency).filter {
      $0.part != .commitment && commitment.counts($0.contract, isUsage: $0.part == .usage)
    }.reduce(Amount.zero) { $0 + $1.amount }
    let more = now.filter {
      $0.period == period && commitment.counts($0.contract, isUsage: $0.isUsage)
    }.reduce(Amount.zero) { $0 + $1.amount }
    let (then, after) = (
      try Commitments.missing(to: commitment, in: period, reached: before, currency),
      try Commitments.missing(to: commitment, in: period, reached: before + more, currency)
    )
    let owed = max((after?.rounded ?? .zero) - (then?.rounded ?? .zero), .zero - charged)
    if owed == .zero { return nil }
    var line = CommitmentLine(
      description: commitment.description, contract: commitment.contract, committed: commitment.amount,
      share: Commitments.share(of: commitment, in: period), reached: before + more,
      origin: LineOrigin(file: commitment.file, line: commitment.line),
      amount: LineAmount(exact: owed, rounded: owed))
    line.period = period
    return line
  }

  private func sums(of period: UsagePeriod, _ currency: Currency) -> [DraftBasis.ReachedSum] {
    reached.filter { $0.period == period && $0.currency == currency }
  }

  /// What the invoice at hand corrects, by the period that it belongs to.
  private func parts(of draft: InvoiceDraft) -> [Part] {
    let usage = draft.adjustments.map {
      Part(period: $0.period, contract: .empty, isUsage: true, amount: $0.amount.rounded)
    }
    let periods = Dictionary(invoices.map { ($0.number, $0.period) }, uniquingKeysWith: { $1 })
    let recurring = draft.recurring.compactMap { line in
      periods[line.corrects].map {
        Part(period: $0, contract: line.contract, isUsage: false, amount: line.amount.rounded)
      }
    }
    return usage + recurring
  }

  /// The invoice of a period in that currency; nil where there is none.
  private func number(of period: UsagePeriod, _ currency: Currency) -> Label? {
    invoices.first { $0.period == period && $0.currency == currency && !$0.isProjects }?.number
  }
}
