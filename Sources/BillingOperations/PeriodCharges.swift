// Charges that look at a whole period: one run of many does not see it, so that its rows could not simply be added up.

import Catalog

/// Finds what cannot be rated run by run.
enum PeriodCharges {
  /// Why a catalog cannot be rated into a store; nil where every event is priced for itself.
  static func refusal(_ catalog: Catalog) -> String? {
    if let grant = catalog.grants.first { return refusal("grants.csv", grant.line, "a grant") }
    if let account = catalog.accounts.first(where: { $0.rounding == .line }) {
      return refusal("accounts.csv", account.line, "'round: line'")
    }
    for plan in catalog.plans {
      if let allowance = plan.allowances.first {
        return refusal(allowance.file.isEmpty ? plan.file : allowance.file, allowance.line, "an allowance")
      }
      for charge in plan.charges {
        guard let what = part(of: charge) else { continue }
        return refusal(charge.file.isEmpty ? plan.file : charge.file, charge.line, what)
      }
    }
    return nil
  }

  private static func refusal(_ file: String, _ line: Int, _ what: String) -> String {
    "\(file):\(line): \(what) depends on the usage of the whole period, which is settled over all runs and "
      + "not rated again in parts; revoke the runs of the period and rate their files again"
  }

  private static func part(of charge: PlanCharge) -> String? {
    switch charge.price {
    case .tiers: return "a charge with tiers"
    case .recorded(.percentage(let percentage)):
      if percentage.freeEventCount != nil || percentage.freeAmount != nil { return "what is free" }
    case .deck, .unit, .recorded: break
    }
    if charge.periodMinimum != nil || charge.periodMaximum != nil { return "a limit of a period" }
    return charge.gauge == nil ? nil : "a gauge"
  }
}
