// The rows of `allowances.csv` and `rollover.csv`: sorted in bounded memory, because owners are settled in no order of their names.

import BillingCalendar
import Catalog
import DurableFiles
import Money
import Tables

/// Collects the balances of a run. One owner at a time.
final class AllowanceRows {
  private let sort: ExternalSort
  private let catalog: Catalog

  init(_ catalog: Catalog, memoryBytesMax: Int, place: SpillPlace) {
    self.catalog = catalog
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  /// Rows so far.
  var count: Int { sort.count }

  /// Adds a row.
  func append(_ row: Row) throws(FileFault) { try sort.append(key: row.key, payload: row.text) }

  /// Calls `body` with every row in the order of the file.
  func forEach(_ body: (UnsafeRawBufferPointer) throws(FileFault) -> Void) throws(FileFault) {
    try sort.forEach { entry throws(FileFault) in try body(entry.payload) }
  }

  /// One row, and the bytes by which rows are ordered.
  struct Row {
    var key: [UInt8] = []
    var text: [UInt8] = []

    /// Adds a cell by which rows are ordered. In the key, names end with two zero bytes, which sort before every other.
    fileprivate mutating func add(_ name: Label) {
      if name.bytes.contains(0) {
        for byte in name.bytes { key += byte == 0 ? [0, 1] : [byte] }
      } else {
        key += name.bytes
      }
      key.append(0)
      key.append(0)
      CSVText.append(name.bytes, to: &text)
      text.append(UInt8(ascii: ","))
    }
  }

  /// The rows of one balance: the whole allowance, then each member's share.
  static func rows(
    _ balance: AllowanceBalance, _ rules: SettleRules, _ catalog: Catalog, period: Label
  ) -> [Row] {
    let terms = terms(balance, rules, catalog, period)
    // What all rows of the balance begin with is written once.
    var start = Row()
    for name in terms.names { start.add(name) }
    func row(member: Label, _ values: [Int128?]) -> Row {
      var row = start
      row.add(member)
      for value in values {
        if let value { DecimalText.append(value, scale: terms.digits, to: &row.text) }
        row.text.append(UInt8(ascii: ","))
      }
      row.text[row.text.count - 1] = 10
      return row
    }
    let whole = row(
      member: .empty,
      [
        balance.granted, balance.rolledIn, balance.used, balance.left, balance.expired, balance.rolledOut,
      ])
    return [whole]
      + balance.shares.map {
        row(member: catalog.accounts[$0.account].id, [nil, nil, $0.used, nil, nil, nil])
      }
  }

  /// The rows of `rollover.csv` of one balance: what is handed on, lot by lot, and who shares it. A grant has none: it has dates of its own.
  static func rolloverRows(
    _ balance: AllowanceBalance, _ rules: SettleRules, _ catalog: Catalog, period: Label
  ) -> [Row] {
    guard case .plan = balance.source, !(balance.lotsOut.isEmpty && balance.shares.isEmpty) else { return [] }
    let terms = terms(balance, rules, catalog, period)
    var start = Row()
    for name in terms.names { start.add(name) }
    func row(member: Label, periods: String, _ quantity: Int128?) -> Row {
      var row = start
      row.add(member)
      row.add(Label(periods))
      if let quantity { DecimalText.append(quantity, scale: terms.digits, to: &row.text) }
      row.text.append(10)
      return row
    }
    return balance.lotsOut.map { row(member: .empty, periods: String($0.periodCount), $0.quantity) }
      + balance.shares.map { row(member: catalog.accounts[$0.account].id, periods: "", nil) }
  }

  /// The unit of an allowance as these tables name it, and the digits of its quantities.
  static func unit(of size: AllowanceSize, currency: String) -> (name: String, digits: Int) {
    switch size {
    case .quantity(_, let kind): (kind.unit, kind.quantityDigits)
    case .events: (UsageKind.event.unit, 0)
    case .amount: (currency, Amount.scale)
    }
  }

  /// The cells before `member`, and the digits of its quantities.
  private static func terms(
    _ balance: AllowanceBalance, _ rules: SettleRules, _ catalog: Catalog, _ period: Label
  ) -> (names: [Label], digits: Int) {
    var planName = Label.empty
    let size: AllowanceSize
    var planIndex = rules.members.first { !$0.plans.isEmpty }?.plans[0].plan
    switch balance.source {
    case .plan(let plan, let allowance):
      planName = catalog.plans[plan].name
      planIndex = plan
      size = catalog.plans[plan].allowances[allowance].size
    case .grant(let grant): size = catalog.grants[grant].size
    }
    // Members of a pool share their currency, and an account keeps its own.
    let anyPlan = planIndex ?? catalog.accounts[rules.members[0].account].plans.first?.planIndex
    let (unit, digits) = unit(of: size, currency: anyPlan.map { catalog.plans[$0].currency.code } ?? "")
    var owner = (kind: Label("account"), name: Label.empty)
    if let account = balance.account {
      owner.name = catalog.accounts[account].id
    } else if case .pool(let name, _) = rules.owner {
      owner = ("pool", name)
    }
    return ([owner.kind, owner.name, period, planName, balance.name, Label(unit)], digits)
  }
}
