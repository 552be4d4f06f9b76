// What became of the allowances that an account or its pool has: included, used, left.

import BillingCalendar
import Catalog
public import Tables
public import UsageSummary

/// One allowance in one usage period, as an invoice shows it.
public struct AllowanceUse: Hashable, Sendable {
  /// Its name.
  public var name: Label
  /// The pool that shares it; empty for the account's own.
  public var pool: Label
  /// Unit of the quantities.
  public var unit: AllowanceRow.Unit
  /// Granted for the period.
  public var granted: Int128
  /// Brought from earlier periods.
  public var rolledIn: Int128
  /// Taken, by all members of a pool.
  public var used: Int128
  /// Taken by this account.
  public var usedHere: Int128
  /// Not taken.
  public var left: Int128
  /// Left and lost.
  public var expired: Int128
  /// Left and carried on.
  public var rolledOut: Int128

  /// Everything there was to use.
  public var available: Int128 { granted + rolledIn }
}

/// The allowances of a usage folder, by who holds them.
struct AllowanceBook {
  private struct Owner: Hashable {
    var isPool: Bool
    var name: Label
    var period: UsagePeriod
  }

  private let rows: [Owner: [AllowanceRow]]

  /// Takes the rows of allowances.csv.
  init(_ rows: [AllowanceRow]) {
    self.rows = Dictionary(grouping: rows) {
      Owner(isPool: $0.isPool, name: $0.owner, period: $0.usagePeriod)
    }
  }

  /// The allowances of an account and its pool in a period, in the order of the file; those of the pool last.
  func uses(of account: Account, in period: UsagePeriod) -> [AllowanceUse] {
    uses(Owner(isPool: false, name: account.id, period: period), account)
      + (account.pool.isEmpty ? [] : uses(Owner(isPool: true, name: account.pool, period: period), account))
  }

  private func uses(_ owner: Owner, _ account: Account) -> [AllowanceUse] {
    let rows = rows[owner] ?? []
    return rows.filter(\.member.isEmpty).map { row in
      let own = rows.first {
        $0.member == account.id && $0.allowance == row.allowance && $0.plan == row.plan && $0.unit == row.unit
      }
      return AllowanceUse(
        name: row.allowance, pool: owner.isPool ? owner.name : .empty, unit: row.unit, granted: row.granted,
        rolledIn: row.rolledIn, used: row.used, usedHere: owner.isPool ? own?.used ?? 0 : row.used,
        left: row.left, expired: row.expired, rolledOut: row.rolledOut)
    }
  }
}
