// What billed periods have handed on: frozen with the billing, so that usage that comes late does not change what later periods
// began with.

import Money
import Tables
public import UsageSummary
import BillingCalendar

extension BillingStore {
  /// What billed periods have handed on.
  ///
  /// An account's own allowances are frozen up to the last period that it was billed for; what a pool shares, up to the last one that a
  /// member was billed for that shared it.
  public func frozenRollover() throws(StoreFault) -> FrozenRollover {
    var frozen = FrozenRollover()
    // What a period has handed on stays, also where its invoices were taken back: later ones have begun with it.
    for pair in try pairs("SELECT account, usage_period FROM billed_accounts") {
      frozen.accounts[pair.account] = max(frozen.accounts[pair.account] ?? pair.period, pair.period)
    }
    for pair in try pairs("SELECT pool, usage_period FROM billed_pools") {
      frozen.pools[pair.account] = max(frozen.pools[pair.account] ?? pair.period, pair.period)
    }
    try book.query(
      "SELECT owner_kind, owner, usage_period, plan, allowance, unit, periods, quantity FROM billed_rollover"
    ) { row throws(StoreFault) in
      guard let period = UsagePeriod.parse(row.text(2)),
        let lot = RolloverLot(
          kind: row.label(0), holder: row.label(1), usagePeriod: period, plan: row.label(3),
          allowance: row.label(4), unit: row.label(5), periodCount: Int(row.integer(6)),
          quantity: row.label(7))
      else { throw .damaged(path: path, message: "a row of billed_rollover in the book is none") }
      frozen.lots.append(lot)
    }
    return frozen
  }

  /// Freezes what the periods that a billing closes hand on, and those before them; inside its transaction, before the book knows
  /// that it closes them. Returns what the audit trail seals of it.
  ///
  /// What was frozen before stays: the first billing of a period counts.
  func freezeRollover(_ closing: Set<AccountPeriod>, billing: String) throws(StoreFault) -> String? {
    let before = try frozenRollover()
    let settlements = try self.settlements()
    var accounts: [Label: UsagePeriod] = [:]
    for pair in closing { accounts[pair.account] = max(accounts[pair.account] ?? pair.period, pair.period) }
    var pools: [Label: UsagePeriod] = [:]
    for settlement in settlements {
      try readRollover(of: settlement.usage) { row in
        guard case .member(let account, let pool, let period) = row,
          settlement.holds(isPool: true, pool, period),
          closing.contains(AccountPeriod(account: account, period: period))
        else { return }
        pools[pool] = max(pools[pool] ?? period, period)
      }
    }
    var lots: [RolloverLot] = []
    for settlement in settlements {
      try readRollover(of: settlement.usage) { row in
        guard case .lot(let lot) = row,
          settlement.holds(isPool: lot.isPool, lot.holder, lot.usagePeriod),
          let until = (lot.isPool ? pools : accounts)[lot.holder], lot.usagePeriod <= until
        else { return }
        if let known = (lot.isPool ? before.pools : before.accounts)[lot.holder], lot.usagePeriod <= known {
          return
        }
        lots.append(lot)
      }
    }
    let pool = try book.prepare("INSERT INTO billed_pools (billing_id, pool, usage_period) VALUES (?, ?, ?)")
    for (name, period) in pools.sorted(by: { $0.key < $1.key }) {
      if let known = before.pools[name], period <= known { continue }
      try pool.run([.text(billing), .label(name), .text(period.description)])
    }
    let statement = try book.prepare(
      """
      INSERT INTO billed_rollover
      (billing_id, owner_kind, owner, usage_period, plan, allowance, unit, periods, quantity)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    for lot in lots {
      try statement.run([
        .text(billing), .label(lot.ownerKind), .label(lot.holder), .text(lot.usagePeriod.description),
        .label(lot.plan), .label(lot.allowance), .label(lot.unit), .count(lot.periodCount),
        .label(lot.quantityText),
      ])
    }
    return try rolloverSeal(ofBilling: billing)
  }

  /// The SHA-256 of what a billing has frozen of rollover; nil where that is nothing.
  func rolloverSeal(ofBilling id: String) throws(StoreFault) -> String? {
    var text: [UInt8] = []
    try book.query(
      "SELECT pool, usage_period FROM billed_pools WHERE billing_id = ? ORDER BY 1, 2", [.text(id)]
    ) { row in CSVText.appendRow([row.label(0), row.label(1)], to: &text) }
    try book.query(
      """
      SELECT owner_kind, owner, usage_period, plan, allowance, unit, CAST(periods AS TEXT), quantity
      FROM billed_rollover WHERE billing_id = ? ORDER BY 1, 2, 3, 4, 5, 6, periods
      """, [.text(id)]
    ) { row in
      var cells: [Label] = []
      for column in 0..<8 { cells.append(row.label(column)) }
      CSVText.appendRow(cells, to: &text)
    }
    return text.isEmpty ? nil : SHA256.hex(of: text)
  }

  /// Gives the rows of what the periods of a settlement hand on; refuses bytes that were not committed.
  private func readRollover(
    of usage: UsageFolder, _ body: (RolloverTable.Row) -> Void
  ) throws(StoreFault) {
    let path = usage.path + "/" + RolloverTable.fileName
    let hash = try StoreFault.ofUsage { () throws(UsageFolderFault) in try RolloverTable.read(path, body) }
    let id = String(usage.path.split(separator: "/").last ?? "")
    guard
      try book.text("SELECT rollover_sha256 FROM settlements WHERE settlement_id = ?", [.text(id)]) == hash
    else { throw .damaged(path: path, message: "it is not the file that was committed") }
  }

  /// What periods hand on as they count now.
  public func handedOn() throws(StoreFault) -> [RolloverLot] {
    var lots: [RolloverLot] = []
    for settlement in try settlements() {
      try readRollover(of: settlement.usage) { row in
        guard case .lot(let lot) = row,
          settlement.holds(isPool: lot.isPool, lot.holder, lot.usagePeriod)
        else { return }
        lots.append(lot)
      }
    }
    return lots
  }

  // MARK: verifying

  /// What settlements say of allowances that does not add up, or is not what billed periods have handed on.
  func rolloverFindings() throws(StoreFault) -> [String] {
    let frozen = try frozenRollover()
    var expected: [RolloverHolding: Int128] = [:]
    for lot in frozen.lots { expected[RolloverHolding(lot), default: 0] += lot.quantity }
    var findings: [String] = []
    for settlement in try settlements() {
      try readRollover(of: settlement.usage) { _ in }
      let rows = try StoreFault.ofUsage { () throws(UsageFolderFault) in try settlement.usage.allowances() }
        .filter {
          $0.member.isEmpty && settlement.holds(isPool: $0.isPool, $0.owner, $0.usagePeriod)
        }
      for row in rows {
        let until = (row.isPool ? frozen.pools : frozen.accounts)[row.owner]
        let isFrozen = !row.plan.isEmpty && until.map { row.usagePeriod <= $0 } ?? false
        let billed = expected[RolloverHolding(row)] ?? 0
        let place = "allowance '\(row.allowance)' of '\(row.owner)' in \(row.usagePeriod)"
        if row.granted + row.rolledIn != row.used + row.left || row.left != row.expired + row.rolledOut {
          findings.append("\(place) does not add up")
        } else if isFrozen, row.rolledOut != billed {
          findings.append("\(place) hands on other quantities than when it was billed")
        }
      }
    }
    return findings
  }
}

/// An allowance of a holder in a period.
private struct RolloverHolding: Hashable {
  var isPool: Bool
  var holder: Label
  var usagePeriod: UsagePeriod
  var plan: Label
  var allowance: Label
  var unit: String

  init(_ lot: RolloverLot) {
    (isPool, holder, usagePeriod) = (lot.isPool, lot.holder, lot.usagePeriod)
    (plan, allowance, unit) = (lot.plan, lot.allowance, lot.unit.description)
  }

  init(_ row: AllowanceRow) {
    (isPool, holder, usagePeriod) = (row.isPool, row.owner, row.usagePeriod)
    (plan, allowance) = (row.plan, row.allowance)
    unit = row.unit.word
  }
}
