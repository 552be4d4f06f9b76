// What the book keeps of a summary: its rows added up by fewer columns, exactly.

import BillingCalendar
import Money
import Tables
import UsageSummary

/// Sums of summary rows by the columns of `run_usage` and `billed_usage`.
struct UsageTotals {
  /// The columns that stay.
  struct Key: Hashable {
    var account: Label
    var usagePeriod: String
    var plan: Label
    var charge: Label
    var serviceKind: String
    var direction: Label
    var ratingGroup: Label
    var supplier: Label
    var currency: String
    var costCurrency: String
  }

  /// What is added up.
  struct Sums: Hashable {
    var eventCount: Int128 = 0
    var raw: Int128 = 0
    var billed: Int128 = 0
    var covered: Int128 = 0
    var amount = Amount.zero
    var cost = Amount.zero

    mutating func add(_ row: SummaryRow) {
      eventCount += Int128(row.eventCount)
      raw += row.quantityRaw
      billed += row.quantityBilled
      covered += row.quantityCovered
      amount += row.amount
      if let itsCost = row.cost { cost += itsCost }
    }
  }

  private(set) var sums: [Key: Sums] = [:]

  /// No rows.
  init() {}

  /// Adds up the summary of a folder, which is proved once more while it is read.
  init(of usage: UsageFolder) throws(StoreFault) {
    do throws(UsageFolderFault) {
      let reader = try usage.summaryReader()
      while let row = try reader.next() { add(row) }
      try usage.check(reader)
    } catch {
      throw .usage(error)
    }
  }

  /// Adds a row.
  mutating func add(_ row: SummaryRow) {
    let key = Key(
      account: row.account, usagePeriod: row.usagePeriod.description, plan: row.plan, charge: row.charge,
      serviceKind: row.serviceKind?.name ?? "", direction: row.direction, ratingGroup: row.ratingGroup,
      supplier: row.supplier, currency: row.currency.code, costCurrency: row.costCurrency?.code ?? "")
    sums[key, default: Sums()].add(row)
  }

  /// Writes the sums into a table whose first column names their owner.
  func insert(into book: BookDatabase, table: String, owner: String) throws(StoreFault) {
    let statement = try book.prepare(
      "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    // In the order of the table's key, so that its tree grows at one end. The owner is the same in all.
    let ordered = sums.sorted { Self.precedes($0.key, $1.key) }
    for (key, sums) in ordered { try statement.run([.text(owner)] + Self.values(key, sums)) }
  }

  /// The order of `order`, which is made only for keys of one account: made at every comparison, it took more than a quarter
  /// of a run.
  private static func precedes(_ a: Key, _ b: Key) -> Bool {
    a.account == b.account ? order(a).lexicographicallyPrecedes(order(b)) : a.account < b.account
  }

  private static func order(_ key: Key) -> [Label] {
    [
      key.account, Label(key.usagePeriod), key.plan, key.charge, Label(key.serviceKind), key.direction,
      key.ratingGroup, key.supplier, Label(key.currency), Label(key.costCurrency),
    ]
  }

  private static func values(_ key: Key, _ sums: Sums) throws(StoreFault) -> [BookValue] {
    var values = order(key).map { BookValue.label($0) }
    for (quantity, name) in [
      (sums.eventCount, "a count of events"), (sums.raw, "a quantity"), (sums.billed, "a quantity"),
      (sums.covered, "a quantity"),
    ] {
      values.append(.integer(try narrow(quantity, name)))
    }
    for amount in [sums.amount, sums.cost] {
      let (units, pico) = parts(amount)
      values.append(.integer(try narrow(units, "an amount")))
      values.append(.integer(Int64(pico)))
    }
    return values
  }

  /// Whole units, rounded down, and what is left in pico.
  static func parts(_ amount: Amount) -> (units: Int128, pico: Int128) {
    let whole = Int128(1_000_000_000_000)
    let (quotient, remainder) = amount.pico.quotientAndRemainder(dividingBy: whole)
    return remainder < 0 ? (quotient - 1, remainder + whole) : (quotient, remainder)
  }

  /// The number in 64 bits.
  static func narrow(_ number: Int128, _ name: String) throws(StoreFault) -> Int64 {
    guard let narrow = Int64(exactly: number) else {
      throw .refused("\(name) of \(number) is beyond what the book holds; rate less usage in one run")
    }
    return narrow
  }
}

// Reading back what was written, to prove it.
extension UsageTotals {
  /// The rows of an owner.
  init(book: BookDatabase, table: String, owner: String) throws(StoreFault) {
    let column = ["run_usage": "run_id", "settled_usage": "settlement_id"][table] ?? "billing_id"
    try book.query("SELECT * FROM \(table) WHERE \(column) = ?", [.text(owner)]) { row in
      let key = Key(
        account: row.label(1), usagePeriod: row.text(2), plan: row.label(3), charge: row.label(4),
        serviceKind: row.text(5), direction: row.label(6), ratingGroup: row.label(7), supplier: row.label(8),
        currency: row.text(9), costCurrency: row.text(10))
      sums[key] = Sums(
        eventCount: Int128(row.integer(11)), raw: Int128(row.integer(12)), billed: Int128(row.integer(13)),
        covered: Int128(row.integer(14)), amount: Self.amount(row.integer(15), row.integer(16)),
        cost: Self.amount(row.integer(17), row.integer(18)))
    }
  }

  static func amount(_ units: Int64, _ pico: Int64) -> Amount {
    Amount(pico: Int128(units) * 1_000_000_000_000 + Int128(pico))
  }

  /// Whether these rows add up to the sums of a manifest.
  func meet(_ expected: ControlSums) -> Bool {
    var events: Int128 = 0
    var amounts: [String: Amount] = [:]
    for (key, sums) in sums {
      events += sums.eventCount
      amounts[key.currency, default: .zero] += sums.amount
    }
    let written = Dictionary(uniqueKeysWithValues: expected.amounts.map { ($0.key.code, $0.value) })
    // A currency that comes to nothing may be named in one and not in the other.
    let names = Set(amounts.keys).union(written.keys)
    return events == expected.eventCount
      && names.allSatisfy { (amounts[$0] ?? .zero) == (written[$0] ?? .zero) }
  }
}
