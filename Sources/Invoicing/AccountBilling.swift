// The billing tables taken apart by account, once, so that a run over many accounts stays linear.

import Catalog

/// What the billing tables have for one account; every list in file order.
struct AccountBilling {
  var contracts: [Contract] = []
  var charges: [OneTimeCharge] = []
  var tickets: [Ticket] = []
  var commitments: [Commitment] = []
  var exemptions: [TaxExemption] = []
  var agreements: [Agreement] = []
  /// Its own discounts and those of every account, by their place in the file.
  var discounts: [Discount] = []

  /// The tables of every account that has any, by index. Complexity: O(rows + accounts × discounts of every account).
  static func all(of catalog: Catalog) -> [AccountBilling] {
    var all = Array(repeating: AccountBilling(), count: catalog.accounts.count)
    for contract in catalog.contracts { all[contract.accountIndex].contracts.append(contract) }
    for charge in catalog.billing.charges { all[charge.accountIndex].charges.append(charge) }
    for ticket in catalog.billing.tickets { all[ticket.accountIndex].tickets.append(ticket) }
    for commitment in catalog.billing.commitments {
      all[commitment.accountIndex].commitments.append(commitment)
    }
    for exemption in catalog.billing.exemptions { all[exemption.accountIndex].exemptions.append(exemption) }
    for agreement in catalog.billing.agreements { all[agreement.accountIndex].agreements.append(agreement) }
    for discount in catalog.billing.discounts {
      if let index = discount.accountIndex {
        all[index].discounts.append(discount)
      } else {
        for index in all.indices { all[index].discounts.append(discount) }
      }
    }
    return all
  }
}
