// What the book keeps of a summary: its rows added up by fewer columns, exactly.

import BillingCalendar
import Money
import Tables
import UsageSummary

/// Sums of summary rows by the columns of `run_usage` and `billed_usage`.
///
/// A month of a carrier has millions of rows and hundreds of thousands of sums: texts are numbered once, and sums are found
/// by the numbers.
struct UsageTotals {
  /// The columns that stay, in the order of the table's key.
  private enum Column: Int, CaseIterable {
    case account, usagePeriod, plan, charge, serviceKind, direction, ratingGroup, supplier, currency,
      costCurrency
  }

  /// Numbers of the texts of a key, column by column.
  private struct Key: Hashable {
    var numbers: InlineArray<10, UInt32> = .init(repeating: 0)

    static func == (a: Key, b: Key) -> Bool {
      for index in a.numbers.indices where a.numbers[index] != b.numbers[index] { return false }
      return true
    }

    func hash(into hasher: inout Hasher) {
      for index in stride(from: 0, to: 10, by: 2) {
        hasher.combine(UInt64(numbers[index]) << 32 | UInt64(numbers[index + 1]))
      }
    }
  }

  /// What is added up.
  struct Sums: Hashable {
    var eventCount: Int128 = 0
    var raw: Int128 = 0
    var billed: Int128 = 0
    var covered: Int128 = 0
    var amount = Amount.zero
    var cost = Amount.zero

    mutating func add(_ row: SummaryMeasures) {
      eventCount += Int128(row.eventCount)
      raw += row.quantityRaw
      billed += row.quantityBilled
      covered += row.quantityCovered
      amount += row.amount
      if let itsCost = row.cost { cost += itsCost }
    }

    mutating func add(_ other: Sums) {
      eventCount += other.eventCount
      raw += other.raw
      billed += other.billed
      covered += other.covered
      amount += other.amount
      cost += other.cost
    }
  }

  private var names: [Label] = []
  private var numbers: [Label: UInt32] = [:]
  private var keys: [Key] = []
  private var sums: [Sums] = []
  // Of the keys of the last account while accounts ascend, because none before it comes again; else of all keys.
  private var places: [Key: Int] = [:]
  private var isAscending = true
  // The row before: neighbours share most of their names, and often all.
  private var lastLabels = [Label?](repeating: nil, count: Column.allCases.count)
  private var lastPeriod: UsagePeriod?
  private var lastKind: ServiceKind??
  private var lastCurrency: Currency?
  private var lastCostCurrency: Currency??
  private var lastKey = Key()
  private var lastPlace: Int?

  /// No rows.
  init() {}

  // MARK: adding

  /// Adds the row at which a reader stands. The totals of one reader are added without those of another between them.
  mutating func add(_ rows: SummaryRowReader) {
    if !rows.hasNew(fields), let place = lastPlace {
      sums[place].add(rows.measures)
    } else {
      add(rows.row)
    }
  }

  // Asked for at every row: looked up once.
  private let fields = SummaryField.set([
    .account, .usagePeriod, .plan, .charge, .serviceKind, .direction, .ratingGroup, .supplier, .currency,
    .costCurrency,
  ])

  /// Adds a row.
  mutating func add(_ row: SummaryRow) {
    note(row.account, .account)
    note(row.plan, .plan)
    note(row.charge, .charge)
    note(row.direction, .direction)
    note(row.ratingGroup, .ratingGroup)
    note(row.supplier, .supplier)
    if row.usagePeriod != lastPeriod {
      lastPeriod = row.usagePeriod
      note(Label(row.usagePeriod.description), .usagePeriod)
    }
    if row.serviceKind != lastKind {
      lastKind = row.serviceKind
      note(Label(row.serviceKind?.name ?? ""), .serviceKind)
    }
    if row.currency != lastCurrency {
      lastCurrency = row.currency
      note(Label(row.currency.code), .currency)
    }
    if row.costCurrency != lastCostCurrency {
      lastCostCurrency = row.costCurrency
      note(Label(row.costCurrency?.code ?? ""), .costCurrency)
    }
    let place = lastPlace ?? place(of: lastKey)
    lastPlace = place
    sums[place].add(row.measures)
  }

  /// Sets a column of the key, where it is not as before.
  private mutating func note(_ label: Label, _ column: Column) {
    if lastLabels[column.rawValue] == label { return }
    if column == .account { beginAccount(label) }
    lastLabels[column.rawValue] = label
    lastPlace = nil
    lastKey.numbers[column.rawValue] = number(of: label)
  }

  private mutating func number(of label: Label) -> UInt32 {
    if let number = numbers[label] { return number }
    let number = UInt32(names.count)
    names.append(label)
    numbers[label] = number
    return number
  }

  /// What several threads have added up, as one. Rows are not added to it any more.
  ///
  /// Complexity: O(keys); only accounts that several threads have met are looked up.
  static func joined(_ parts: [UsageTotals]) -> UsageTotals {
    guard var all = parts.first else { return UsageTotals() }
    for part in parts.dropFirst() { all.join(part) }
    all.places = [:]
    return all
  }

  private mutating func join(_ others: UsageTotals) {
    let renumbered = others.names.map { number(of: $0) }
    let account = Column.account.rawValue
    var isMine = [Bool](repeating: false, count: names.count)
    for key in keys { isMine[Int(key.numbers[account])] = true }
    var isShared = [Bool](repeating: false, count: names.count)
    for key in others.keys {
      let number = Int(renumbered[Int(key.numbers[account])])
      isShared[number] = isMine[number]
    }
    places = [:]
    for (place, key) in keys.enumerated() where isShared[Int(key.numbers[account])] { places[key] = place }
    for (key, sum) in zip(others.keys, others.sums) {
      var mine = Key()
      for index in key.numbers.indices { mine.numbers[index] = renumbered[Int(key.numbers[index])] }
      if isShared[Int(mine.numbers[account])] {
        sums[place(of: mine)].add(sum)
      } else {
        keys.append(mine)
        sums.append(sum)
      }
    }
  }

  private mutating func keepAllPlaces() {
    isAscending = false
    places = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
  }

  private mutating func beginAccount(_ label: Label) {
    guard isAscending else { return }
    if let last = lastLabels[Column.account.rawValue], label < last {
      keepAllPlaces()
    } else {
      places.removeAll(keepingCapacity: true)
    }
  }

  private mutating func place(of key: Key) -> Int {
    if let place = places[key] { return place }
    places[key] = keys.count
    keys.append(key)
    sums.append(Sums())
    return keys.count - 1
  }

  // MARK: reading

  /// Accounts of the sums.
  var accounts: Set<Label> { Set(keys.map { label($0, .account) }) }

  /// Whether a key has less than no events: rows were taken away of it that came to another.
  var losesEvents: Bool { sums.contains { $0.eventCount < 0 } }

  /// The same by account, kind and currency, with costs by their currency too. Complexity: O(keys).
  func accountSums(tellingCosts: Bool) -> AccountSums {
    var all = AccountSums(tellsCosts: tellingCosts)
    var last: (account: UInt32, kind: UInt32, currency: UInt32, costCurrency: UInt32)?
    for (key, sums) in zip(keys, sums) {
      let these = (
        account: key.numbers[Column.account.rawValue], kind: key.numbers[Column.serviceKind.rawValue],
        currency: key.numbers[Column.currency.rawValue],
        costCurrency: tellingCosts ? key.numbers[Column.costCurrency.rawValue] : 0
      )
      if last.map({ $0 != these }) ?? true {
        let own = [these.account, these.kind, these.currency, these.costCurrency].prefix(all.keyCount)
        all.begin(own.map { names[Int($0)] })
        last = these
      }
      all.addToLast(eventCount: sums.eventCount, quantity: sums.billed, amount: sums.amount, cost: sums.cost)
    }
    return all
  }

  /// Whether both have the same sums.
  func isSame(as other: UsageTotals) -> Bool {
    guard keys.count == other.keys.count else { return false }
    return zip(order(), other.order()).allSatisfy { mine, its in
      sums[mine] == other.sums[its]
        && Column.allCases.allSatisfy { label(keys[mine], $0) == other.label(other.keys[its], $0) }
    }
  }

  private func label(_ key: Key, _ column: Column) -> Label { names[Int(key.numbers[column.rawValue])] }

  /// Places of the sums in the order of their keys, each text compared as bytes.
  private func order() -> [Int] {
    var ranks = [UInt32](repeating: 0, count: names.count)
    for (rank, number) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
      ranks[number] = UInt32(rank)
    }
    return keys.indices.sorted { a, b in
      for index in keys[a].numbers.indices {
        let (left, right) = (keys[a].numbers[index], keys[b].numbers[index])
        if left != right { return ranks[Int(left)] < ranks[Int(right)] }
      }
      return false
    }
  }

  /// Writes the sums into a table whose first column names their owner.
  func insert(into book: BookDatabase, table: String, owner: String) throws(StoreFault) {
    let statement = try book.prepare(
      "INSERT INTO \(table) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.bind(Label(owner), at: 0)
    // In the order of the table's key, so that its tree grows at one end. Neighbours share most of their texts, and what was
    // bound stays bound.
    var last: Key?
    for place in order() {
      let key = keys[place]
      for index in key.numbers.indices where last.map({ $0.numbers[index] != key.numbers[index] }) ?? true {
        try statement.bind(names[Int(key.numbers[index])], at: 1 + index)
      }
      last = key
      try bind(sums[place], to: statement, at: 1 + Column.allCases.count)
      try statement.runBound()
    }
  }

  private func bind(_ sums: Sums, to statement: BookStatement, at first: Int) throws(StoreFault) {
    try statement.bind(try Self.narrow(sums.eventCount, "a count of events"), at: first)
    try statement.bind(try Self.narrow(sums.raw, "a quantity"), at: first + 1)
    try statement.bind(try Self.narrow(sums.billed, "a quantity"), at: first + 2)
    try statement.bind(try Self.narrow(sums.covered, "a quantity"), at: first + 3)
    let (amount, cost) = (Self.parts(sums.amount), Self.parts(sums.cost))
    try statement.bind(try Self.narrow(amount.units, "an amount"), at: first + 4)
    try statement.bind(Int64(amount.pico), at: first + 5)
    try statement.bind(try Self.narrow(cost.units, "an amount"), at: first + 6)
    try statement.bind(Int64(cost.pico), at: first + 7)
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
    let column = ["run_rows": "run_id", "settled_usage": "settlement_id"][table] ?? "billing_id"
    try book.query(
      "SELECT \(column), \(BookSchema.usageColumns) FROM \(table) WHERE \(column) = ?", [.text(owner)]
    ) { row in
      for column in Column.allCases { note(row.label(1 + column.rawValue), column) }
      let place = lastPlace ?? place(of: lastKey)
      lastPlace = place
      // Rows of a run and of the one whose summary it has kept.
      sums[place].add(
        Sums(
          eventCount: Int128(row.integer(11)), raw: Int128(row.integer(12)), billed: Int128(row.integer(13)),
          covered: Int128(row.integer(14)), amount: Self.amount(row.integer(15), row.integer(16)),
          cost: Self.amount(row.integer(17), row.integer(18))))
    }
  }

  static func amount(_ units: Int64, _ pico: Int64) -> Amount {
    Amount(pico: Int128(units) * 1_000_000_000_000 + Int128(pico))
  }

  /// Whether these rows add up to the sums of a manifest.
  func meet(_ expected: ControlSums) -> Bool {
    var events: Int128 = 0
    var amounts: [Label: Amount] = [:]
    for (key, sums) in zip(keys, sums) {
      events += sums.eventCount
      amounts[label(key, .currency), default: .zero] += sums.amount
    }
    let written = Dictionary(uniqueKeysWithValues: expected.amounts.map { (Label($0.key.code), $0.value) })
    // A currency that comes to nothing may be named in one and not in the other.
    let names = Set(amounts.keys).union(written.keys)
    return events == expected.eventCount
      && names.allSatisfy { (amounts[$0] ?? .zero) == (written[$0] ?? .zero) }
  }
}
