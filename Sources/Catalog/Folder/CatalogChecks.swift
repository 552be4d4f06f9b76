// What can only be checked when all parts of a catalog are known.

import Money
import Tables

/// Checks between accounts, plans and decks that are each without fault.
struct CatalogChecks {
  let accounts: [Account]
  let plans: [RatePlan]
  let decks: [RateDeck]

  /// Members of a pool must share currency, zone and cycle day.
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
        continue
      }
      if let difference = difference(first, account) { report(account, first, difference, &findings) }
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
      hint: "members of a pool share currency, zone and cycle day")
  }

  private func difference(_ a: Account, _ b: Account) -> String? {
    if a.zone != b.zone { return "zone (\(a.zone) and \(b.zone))" }
    if a.cycleDay != b.cycleDay { return "cycle day (\(a.cycleDay) and \(b.cycleDay))" }
    let all = currencies(of: a) + currencies(of: b)
    guard let other = all.first(where: { $0 != all[0] }) else { return nil }
    return "currency (\(all[0]) and \(other))"
  }

  /// The different currencies of an account's plans, by date.
  private func currencies(of account: Account) -> [String] {
    var codes: [String] = []
    for plan in account.plans where !codes.contains(plans[plan.planIndex].currency.code) {
      codes.append(plans[plan.planIndex].currency.code)
    }
    return codes
  }

  /// Rating groups of charges that no row of the decks in question has: such a charge never takes an event.
  func ratingGroupFindings() -> [CatalogFinding] {
    plans.flatMap { plan in
      var findings = FindingList(file: plan.file)
      for charge in plan.charges { checkGroups(of: charge, in: plan, &findings) }
      return findings.sorted()
    }
  }

  private func checkGroups(of charge: PlanCharge, in plan: RatePlan, _ findings: inout FindingList) {
    let kinds = charge.kinds.isEmpty ? UsageKind.allCases : charge.kinds
    let decks = kinds.map { plan.deckIndexByKind[Int($0.rawValue)] }
    // Without a deck the record itself may say any group.
    guard let groups = charge.ratingGroups, !decks.contains(nil) else { return }
    let known = decks.compactMap { $0 }.map { self.decks[$0] }
    for group in groups where !known.contains(where: { Self.has(group, $0.ratingGroups) }) {
      let names = Set(known.map(\.name)).sorted().map { Quoted.text($0) }.joined(separator: ", ")
      findings.warning(
        at: TablePosition(line: charge.line, column: 0),
        "no row of \(names) has the rating group \(Quoted.text(group)) of charge \(Quoted.text(charge.name))",
        hint: Quoted.suggestion(for: group, in: known.flatMap(\.ratingGroups)))
    }
  }

  /// Whether a sorted list has a name.
  private static func has(_ name: Label, _ sorted: [Label]) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == name
  }
}
