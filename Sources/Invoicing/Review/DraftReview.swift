// What a draft shows by itself, and beside earlier drafts of its account.

import BillingCalendar
import Catalog
import Money
import Tables

/// Looks at one draft.
struct DraftReview {
  let draft: InvoiceDraft
  /// Totals of earlier periods.
  let earlier: [Amount]

  /// Its flags.
  func flags() -> [ReviewFlag] { totalFlags() + countFlags() + chargeFlags() + taxFlags() + termsFlags() }

  private func flag(_ kind: ReviewFlag.Kind, _ message: String, _ origin: LineOrigin? = nil) -> ReviewFlag {
    ReviewFlag(kind, account: draft.account, message, origin: origin)
  }

  private func money(_ amount: Amount) -> String {
    "\(draft.currency) \(PrintedNumber.money(amount, digits: draft.currency.minorDigits))"
  }

  private func totalFlags() -> [ReviewFlag] {
    var flags: [ReviewFlag] = []
    if draft.total <= .zero { flags.append(flag(.totalNotPositive, "the total is \(money(draft.total))")) }
    guard !earlier.isEmpty else { return flags }
    let count = Int128(earlier.count)
    let sum = earlier.reduce(.zero, +)
    let digits = RoundingRule(scale: draft.currency.minorDigits, mode: .halfUp)
    let mean = digits.round(numeratorPico: sum.pico, over: count)
    // |total − mean| × 3 ≥ mean, without dividing.
    let distance = (draft.total.pico * count - sum.pico).magnitude
    if distance > 0, distance * 3 >= sum.pico.magnitude {
      flags.append(
        flag(.totalJumped, "the total is \(money(draft.total)), earlier ones \(money(mean)) on average"))
    }
    return flags
  }

  // A fifth: three of fifteen devices is a change worth a look, one of thirty is none.
  private func countFlags() -> [ReviewFlag] {
    draft.countChanges.compactMap { change in
      let distance = (change.nowMicro - change.beforeMicro).magnitude
      guard distance > 0, distance * 5 >= change.beforeMicro.magnitude else { return nil }
      let (before, now) = (
        PrintedCharge.quantity(change.beforeMicro), PrintedCharge.quantity(change.nowMicro)
      )
      return flag(.countJumped, "\(change.description): \(before) before, \(now) now")
    }
  }

  private func chargeFlags() -> [ReviewFlag] {
    draft.oneTime.filter { $0.decision == nil && !$0.ticket.isEmpty }.map { line in
      flag(
        .chargeNotApproved,
        "ticket \(line.ticket), \(line.description): \(money(line.amount.rounded)) that nobody has approved",
        line.origin)
    }
  }

  private func termsFlags() -> [ReviewFlag] {
    let terms = draft.accountDetails.first { $0.name == "terms" }?.text ?? .empty
    guard !terms.isEmpty, draft.dueDate == nil else { return [] }
    return [
      flag(.termsUnknown, "terms '\(terms)' name no last day to pay; write \(PaymentTerms.expectedForm)")
    ]
  }

  private func taxFlags() -> [ReviewFlag] {
    switch draft.taxation {
    case .none: return []
    case .placeUnknown:
      return [flag(.taxPlaceMissing, "no 'tax_place' in accounts.csv, so no tax on the draft")]
    case .place(let place):
      let taxed = Set(draft.taxes.flatMap(\.lines)).union(draft.linesTaxedElsewhere)
      let untaxed = draft.netLines.filter { !taxed.contains($0.number) && $0.net != .zero }
      guard !untaxed.isEmpty else { return [] }
      let classes = Set(untaxed.map(\.taxClass)).sorted().map(\.description).joined(separator: ", ")
      let numbers = PrintedCharge.lines(untaxed.map(\.number))
      return [flag(.lineWithoutTax, "no tax of \(place) is on line \(numbers) (class \(classes))")]
    }
  }
}
