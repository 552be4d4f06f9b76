// Which catalog has settled whose usage.

public import Tables
import UsageSummary

extension BillingStore {
  /// The rating hash of every settlement that counts, with the accounts whose rows it holds.
  public func settlementCatalogs() throws(StoreFault) -> [(ratingHash: String, accounts: Set<Label>)] {
    try countingSettlements()
  }
}
