// Usage of earlier periods that no invoice has: of accounts that got none when others got theirs.

public import BillingCalendar
public import Money
public import Tables

/// What an account has used in a period that was billed to others and not to it.
public struct UnbilledUsage: Hashable, Sendable {
  /// Account id.
  public var account: Label
  /// The usage period.
  public var period: UsagePeriod
  /// Currency of the amount.
  public var currency: Currency
  /// What it comes to.
  public var amount: Amount
  /// Whether the period has invoices of other accounts, and this one has had none, nor waits a draft to become one: its usage
  /// came later.
  public var isLate: Bool
}

extension BillingStore {
  /// Usage of periods before the chosen ones that was billed to nobody although others were billed for the period, by account,
  /// period and currency.
  public func unbilledUsage(before choice: UsagePeriodChoice) throws(StoreFault) -> [UnbilledUsage] {
    var found: [UnbilledUsage] = []
    try book.query(
      """
      SELECT account, usage_period, currency, SUM(amount_units), SUM(amount_pico),
        usage_period IN (SELECT usage_period FROM invoice_documents WHERE kind = 'invoice')
          AND (account, usage_period) NOT IN (SELECT account, usage_period FROM invoice_documents)
          AND (account, usage_period) NOT IN (
            SELECT account, usage_period FROM draft_documents JOIN drafts USING (draft_id) WHERE state = 'current')
      FROM counted_usage
      WHERE usage_period IN (SELECT usage_period FROM billed_accounts)
        AND (account, usage_period) NOT IN (SELECT account, usage_period FROM billed_periods)
      GROUP BY account, usage_period, currency ORDER BY account, usage_period, currency
      """
    ) { row throws(StoreFault) in
      guard let period = UsagePeriod.parse(row.text(1)), let currency = Currency(code: row.text(2)) else {
        throw .damaged(
          path: path, message: "'\(row.text(1)) \(row.text(2))' in the book is no period and currency")
      }
      guard choice.isAfter(period) else { return }
      found.append(
        UnbilledUsage(
          account: row.label(0), period: period, currency: currency,
          amount: UsageTotals.amount(row.integer(3), row.integer(4)), isLate: row.integer(5) != 0))
    }
    return found
  }
}
