// What can only be checked when all parts of a catalog are known.

import Money
import Tables

/// Checks between parts that are each without fault.
struct CatalogChecks {
  let catalog: Catalog
  var accounts: [Account] { catalog.accounts }
  var plans: [RatePlan] { catalog.plans }
  var decks: [RateDeck] { catalog.decks }

  /// Members of a pool must share currency, zone, cycle day and the order of allowances.
  ///
  /// Each member is compared with the first of its pool by line, so that one difference is one finding.
  func poolFindings(accountsFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: accountsFile)
    var firstByPool: [Label: Account] = [:]
    // Indices, because few of many accounts are in a pool.
    let members = accounts.indices.filter { !accounts[$0].pool.isEmpty }
    for index in members.sorted(by: { accounts[$0].line < accounts[$1].line }) {
      let account = accounts[index]
      guard let first = firstByPool[account.pool] else {
        firstByPool[account.pool] = account
        if let other = currencies(of: account).dropFirst().first {
          report(account, account, "currencies (\(currencies(of: account)[0]) and \(other))", &findings)
        }
        if let other = orders(of: account).dropFirst().first {
          report(account, account, "orders (\(orders(of: account)[0]) and \(other))", &findings)
        }
        continue
      }
      if let difference = difference(first, account) { report(account, first, difference, &findings) }
    }
    return findings.sorted()
  }

  /// Warnings about terms out of which no last day to pay can be read: invoices would bear none.
  func termsFindings(accountsFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: accountsFile)
    for account in accounts {
      guard let terms = account.details["terms"], !terms.isEmpty, PaymentTerms(terms) == nil else { continue }
      findings.warning(
        at: TablePosition(line: account.line, column: 0),
        "terms \(Quoted.text(terms)) of account \(Quoted.text(account.id)) name no last day to pay",
        hint: "write \(PaymentTerms.expectedForm)")
    }
    return findings.sorted()
  }

  private func report(
    _ account: Account, _ first: Account, _ difference: String, _ findings: inout FindingList
  ) {
    let others =
      account.line == first.line
      ? "plans of different" : "not the same as \(Quoted.text(first.id)) on line \(first.line):"
    findings.error(
      at: TablePosition(line: account.line, column: 0),
      "account \(Quoted.text(account.id)) in pool \(Quoted.text(account.pool)) has \(others) \(difference)",
      hint: "members of a pool share currency, zone, cycle day and order")
  }

  private func difference(_ a: Account, _ b: Account) -> String? {
    if a.zone != b.zone { return "zone (\(a.zone) and \(b.zone))" }
    if a.cycleDay != b.cycleDay { return "cycle day (\(a.cycleDay) and \(b.cycleDay))" }
    let all = currencies(of: a) + currencies(of: b)
    if let other = all.first(where: { $0 != all[0] }) { return "currency (\(all[0]) and \(other))" }
    let orders = orders(of: a) + orders(of: b)
    return orders.first { $0 != orders[0] }.map { "order (\(orders[0]) and \($0))" }
  }

  /// The different orders of allowances of an account's plans, by date.
  private func orders(of account: Account) -> [String] {
    var words: [String] = []
    for plan in account.plans where !words.contains(plans[plan.planIndex].order.rawValue) {
      words.append(plans[plan.planIndex].order.rawValue)
    }
    return words
  }

  /// The different currencies of an account's plans, by date.
  private func currencies(of account: Account) -> [String] {
    var codes: [String] = []
    for plan in account.plans where !codes.contains(plans[plan.planIndex].currency.code) {
      codes.append(plans[plan.planIndex].currency.code)
    }
    return codes
  }
}
