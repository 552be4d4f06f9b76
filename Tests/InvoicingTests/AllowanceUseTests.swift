// Allowances of a usage folder, as the invoice of an account shows them.

import BillingCalendar
import Catalog
import Tables
import Testing
import UsageSummary

@testable import Invoicing

@Suite struct AllowanceUseTests {
  private static let january = UsagePeriod.parse("2026-01-01/2026-02-01")!

  private func row(
    _ owner: Label, isPool: Bool = false, member: Label = .empty, used: Int128, period: UsagePeriod = january
  ) -> AllowanceRow {
    AllowanceRow(
      isPool: isPool, owner: owner, usagePeriod: period, plan: "p", allowance: "minutes", unit: .kind(.voice),
      member: member, granted: member.isEmpty ? 100 : 0, rolledIn: 0, used: used,
      left: member.isEmpty ? 100 - used : 0, expired: 0, rolledOut: 0)
  }

  private func account(_ id: Label, pool: Label) -> Account {
    Account(
      id: id, name: id, zone: .utc, cycleDay: 1, pool: pool, rounding: .event, plans: [], details: [:],
      line: 2)
  }

  @Test func anAccountSeesItsOwnAndItsPartOfThePool() {
    let book = AllowanceBook([
      row("a", used: 10), row("b", used: 20), row("a", used: 30, period: Self.january.next),
      row("group", isPool: true, used: 70), row("group", isPool: true, member: "a", used: 50),
      row("group", isPool: true, member: "b", used: 20), row("other", isPool: true, used: 1),
    ])
    func uses(_ id: Label, _ pool: Label) -> [String] {
      book.uses(of: account(id, pool: pool), in: Self.january).map {
        "\($0.pool) \($0.used) \($0.usedHere) \($0.left)"
      }
    }
    #expect(uses("a", "group") == [" 10 10 90", "group 70 50 30"])
    #expect(uses("b", "") == [" 20 20 80"])
    // A member that used nothing has no row.
    #expect(uses("c", "group") == ["group 70 0 30"])
    #expect(uses("group", "") == [])
  }
}
