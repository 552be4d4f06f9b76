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
      let (then, after) = try (parts(of: period, [], draft.currency), parts(of: period, now, draft.currency))
      for (then, after) in zip(then, after) {
        let (contract, text) = (after.commitment.contract, after.commitment.description)
        let left = charged[contract]?[text] ?? .zero
        let more = (after.missing?.rounded ?? .zero) - (then.missing?.rounded ?? .zero)
        let owed = max(more, .zero - max(.zero, left))
        if owed == .zero { continue }
        charged[contract, default: [:]][text] = left + owed
        var line = CommitmentLine(after, amount: LineAmount(exact: owed, rounded: owed))
        (line.period, line.corrects) = (period, number)
        lines.append(line)
      }
    }
    return lines
  }

  /// The commitments of a billed period with what counted for them, and what counts for them more.
  private func parts(
    of period: UsagePeriod, _ more: [Part], _ currency: Currency
  ) throws(InvoiceDraftFault) -> [Commitments.Part] {
    try Commitments.parts(of: commitments, in: period, currency) { commitment in
      let before = sums(of: period, currency).filter {
        $0.part != .commitment && commitment.counts($0.contract, isUsage: $0.part == .usage)
      }.reduce(Amount.zero) { $0 + $1.amount }
      return more.filter {
        $0.period == period && commitment.counts($0.contract, isUsage: $0.isUsage)
      }.reduce(before) { $0 + $1.amount }
    }
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
