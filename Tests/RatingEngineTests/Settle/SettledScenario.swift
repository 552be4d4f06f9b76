// Random rules and events of the judge of settling, written as usage files and run from end to end: one period, or several
// that leave something to each other.

import BillingCalendar
import Catalog
import DurableFiles
import Money
import Tables
import TestSupport

@testable import RatingEngine

/// A random owner whose usage lies in files: what a run makes of it, and what the naive settler says.
struct SettledScenario {
  private var random: SeededGenerator
  let catalog: Catalog
  let pool: Label?
  let accounts: [Int]
  /// One after the other.
  let periods: [UsagePeriod]
  /// In canonical order.
  private(set) var events: [ReferenceSettler.Event] = []
  let options: RatingOptions
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  static let columns: [GroupColumn] = [
    .account, .plan, .charge, .service_kind, .direction, .rating_group, .day, .usage_period, .allowance,
  ]

  init(seed: UInt64, periodCount: Int = 1) {
    let drawn = RandomSettling(seed: seed, periodCount: periodCount)
    random = SeededGenerator(seed: ~seed)
    pool = drawn.pool
    accounts = drawn.accounts
    periods = drawn.periods
    var catalog = drawn.catalog
    Self.addTerms(&catalog, &random)
    let formats = BuiltInFormats.all()
    catalog.formats = formats
    catalog.sources = [
      UsageSource(
        name: "pbx", pattern: "pbx*",
        formatIndex: formats.firstIndex { $0.name == "ratemill-csv" } ?? 0, zone: .utc, country: .empty,
        dialling: .international, defaultAccountIndex: nil, namespace: "pbx", sequence: .empty,
        expected: .empty, control: .empty, overlap: .first, gap: .forward, line: 1)
    ]
    self.catalog = catalog
    var options = RatingOptions()
    options.threadCount = [1, 1, 2, 3].randomElement(using: &random) ?? 1
    options.chunkBytes = [1, 64, 500, 4096].randomElement(using: &random) ?? 64
    options.keyFilterWords = [nil, 1, 2].randomElement(using: &random) ?? nil
    options.keyLogBlockKeys = [nil, 1, 5].randomElement(using: &random) ?? nil
    if Bool.random(using: &random) { options.memoryBytes = 1 }
    // Owners that do not fit into memory, or some of them.
    options.ownerEventsMax = [nil, nil, 0, 7].randomElement(using: &random) ?? nil
    options.groupBy = Self.columns
    options.keepsDetail = Bool.random(using: &random)
    self.options = options
    // Keys of any length: some beyond what a packed event holds.
    let stem = String(repeating: "k", count: Int.random(in: 0...20, using: &random))
    events = drawn.events.compactMap { event in
      var event = event
      event.key = Array(stem.utf8) + event.key
      return Self.taken(event, catalog)
    }.sorted { a, b in
      a.startMillis != b.startMillis ? a.startMillis < b.startMillis : a.key.lexicographicallyPrecedes(b.key)
    }
    writeFiles()
  }

  /// Charges own what the drawn events had of their own.
  private static func addTerms(_ catalog: inout Catalog, _ random: inout SeededGenerator) {
    for plan in catalog.plans.indices {
      for index in catalog.plans[plan].charges.indices {
        var charge = catalog.plans[plan].charges[index]
        if case .recorded = charge.price { continue }
        let unit: Int64 = charge.kinds == [.voice] ? 1000 : 1
        if charge.kinds != [.event], Bool.random(using: &random) {
          charge.increment = BillingIncrement(
            first: ([1, 5, 60].randomElement(using: &random) ?? 1) * unit,
            next: ([1, 6, 7].randomElement(using: &random) ?? 1) * unit)
        }
        if charge.kinds == [.voice], Bool.random(using: &random) { charge.minimumSeconds = 45 }
        if Bool.random(using: &random) {
          charge.connectionFeePico = Int64.random(in: 0...50, using: &random) * 7_000_000_000
        }
        catalog.plans[plan].charges[index] = charge
      }
    }
  }

  /// The event as the first charge of its plan takes it; nil where none does.
  private static func taken(_ event: ReferenceSettler.Event, _ catalog: Catalog) -> ReferenceSettler.Event? {
    var event = event
    let day = CivilDate(dayNumber: Int32(event.startMillis / 86_400_000))
    let charges = catalog.plans[event.usage.plan].charges
    guard
      let index = charges.firstIndex(where: { $0.kinds == [event.usage.kind] && $0.dates.contains(day) })
    else { return nil }
    let charge = charges[index]
    var usage = UsageClass(
      plan: event.usage.plan, charge: index, kind: event.usage.kind, direction: event.usage.direction,
      ratingGroup: event.usage.ratingGroup)
    let unit: Int64 = event.usage.kind == .voice ? 1000 : 1
    usage.increment = charge.increment ?? BillingIncrement(first: unit, next: unit)
    usage.minimum = Int64(charge.minimumSeconds ?? 0) * 1000
    usage.feePico = charge.connectionFeePico ?? 0
    if case .unit(let price) = charge.price { usage.price = price }
    event.usage = usage
    if case .recorded = charge.price {
      event.recordedPico = event.recordedPico ?? 12_340_000_000_000
    } else {
      event.recordedPico = nil
    }
    return event
  }

  /// Two files in any order, with copies of some records.
  private mutating func writeFiles() {
    let header = "id,start,account,direction,kind,meter,billable,disposition,amount\n"
    var texts = [header, header]
    var lines = events.map { event in
      let usage = event.usage
      let amount = event.recordedPico.map { ReferenceTable.number($0, scale: 12) } ?? ""
      let quantity = ReferenceTable.number(Int128(event.quantity), scale: usage.kind.quantityDigits)
      return
        "\(String(decoding: event.key, as: UTF8.self)),\(Instant.text(millis: event.startMillis)),"
        + "\(catalog.accounts[event.account].id),\(usage.direction.name),\(usage.kind.name),"
        + "\(usage.ratingGroup),\(quantity),\(event.isAnswered ? "ANSWERED" : "BUSY"),\(amount)\n"
    }
    lines += lines.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
    for line in lines.shuffled(using: &random) {
      texts[Int.random(in: 0...1, using: &random)] += line
    }
    files = texts.enumerated().map { ("pbx-\($0).csv", Array($1.utf8)) }
  }

  // MARK: judging

  /// What differs, in words, empty where nothing does; and in how many balances something was rolled in.
  func judge() throws -> (differences: [String], rolledCount: Int) {
    let trial = try Trial(files)
    let result = try withExtendedLifetime(trial) {
      try RatingRun(catalog: catalog, options: options).run(trial.inputs)
    }
    let reference = ReferencePeriods(catalog, pool: pool, accounts: accounts, periods, events)
    var table: [UInt8] = []
    try result.writeGrouped { bytes throws(FileFault) in table += bytes }
    var balances: [String] = []
    try result.ledger.allowances?.forEach { row throws(FileFault) in
      balances.append(String(decoding: row, as: UTF8.self))
    }
    let found = differences(String(decoding: table, as: UTF8.self), reference)
    return (
      found + balanceDifferences(balances, reference), reference.balances.values.count { $0[1] != 0 }
    )
  }

  fileprivate struct Sums: Equatable {
    var count = 0
    var raw: Int128 = 0
    var billed: Int128 = 0
    var covered: Int128 = 0
    var amount: Int128 = 0
  }

  private func differences(_ table: String, _ reference: ReferencePeriods) -> [String] {
    var expected: [[String]: Sums] = [:]
    for settled in reference.settled {
      let period = "\(settled.period.from)/\(settled.period.until)"
      for (event, result) in zip(settled.events, settled.results) {
        let usage = event.usage
        let plan = catalog.plans[usage.plan]
        let key = [
          catalog.accounts[event.account].id.description, plan.name.description,
          plan.charges[usage.charge].name.description, usage.kind.name, usage.direction.name,
          usage.ratingGroup.description, "\(CivilDate(dayNumber: Int32(event.startMillis / 86_400_000)))",
          period,
        ]
        let covered = result.coveredByLot.values.reduce(0, +)
        expected[key, default: Sums()].add(
          count: 1, raw: event.quantity, billed: result.billed, covered: covered,
          amount: result.amount + result.money)
      }
      for row in settled.rows {
        let plan = catalog.plans[row.plan]
        let key = [
          catalog.accounts[row.account].id.description, plan.name.description,
          plan.charges[row.charge].name.description, plan.charges[row.charge].kinds[0].name, "", "", "",
          period,
        ]
        expected[key, default: Sums()].add(count: 0, raw: 0, billed: 0, covered: 0, amount: row.amount)
      }
    }
    var found: [[String]: Sums] = [:]
    for line in table.split(separator: "\n").dropFirst() {
      let cells = PlainCSV.cells(of: String(line))
      let kind = UsageKind(name: cells[3]) ?? .event
      func number(_ text: String) -> Int128 { Self.number(text, scale: kind.quantityDigits) }
      // Columns: eight of the key, allowance, currency, unit, then the measures.
      found[Array(cells[..<8]), default: Sums()].add(
        count: Int(cells[11]) ?? -1, raw: Int64(number(cells[12])), billed: Int64(number(cells[13])),
        covered: Int64(number(cells[14])), amount: Self.number(cells[15], scale: 12))
    }
    return Set(expected.keys).union(found.keys).sorted { $0.lexicographicallyPrecedes($1) }.compactMap {
      key in
      let (a, b) = (expected[key] ?? Sums(), found[key] ?? Sums())
      return a == b ? nil : "\(key): expected \(a), found \(b)"
    }
  }

  private func balanceDifferences(_ rows: [String], _ reference: ReferencePeriods) -> [String] {
    var found: [String: [Int128]] = [:]
    for row in rows {
      let cells = PlainCSV.cells(of: String(row.dropLast()))
      guard cells[6].isEmpty else { continue }
      let source = sources[cells[3] + "/" + cells[4]]
      let account = catalog.accounts.firstIndex { $0.id.description == cells[1] }
      let scale = cells[5] == "EUR" ? 12 : cells[5] == "s" ? 3 : cells[5] == "event" ? -1 : 0
      let holder = cells[0] == "pool" ? -1 : account ?? -2
      found["\(cells[2]) \(source.map { "\($0.source)" } ?? "?") \(holder)"] = cells[7...].map {
        Self.number($0, scale: scale < 0 ? source?.digits ?? 0 : scale)
      }
    }
    let expected = reference.balances
    return found == expected ? [] : ["balances: expected \(expected)\n  found \(found)"]
  }

  /// Allowances by plan and name, with the digits of their quantities.
  private var sources: [String: (source: AllowanceSource, digits: Int)] {
    var sources: [String: (source: AllowanceSource, digits: Int)] = [:]
    func digits(_ size: AllowanceSize) -> Int {
      if case .quantity(_, let kind) = size { return kind.quantityDigits }
      return 0
    }
    for (plan, entry) in catalog.plans.enumerated() {
      for (index, allowance) in entry.allowances.enumerated() {
        sources["\(entry.name)/\(allowance.name)"] = (
          .plan(plan, allowance: index), digits(allowance.size)
        )
      }
    }
    for (index, grant) in catalog.grants.enumerated() {
      sources["/\(grant.name)"] = (.grant(index), digits(grant.size))
    }
    return sources
  }

  private static func number(_ text: String, scale: Int) -> Int128 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = parts[0] + fraction + String(repeating: "0", count: scale - fraction.count)
    return Int128(String(digits)) ?? 0
  }
}

extension SettledScenario.Sums {
  fileprivate mutating func add(count: Int, raw: Int64, billed: Int64, covered: Int64, amount: Int128) {
    self.count += count
    self.raw += Int128(raw)
    self.billed += Int128(billed)
    self.covered += Int128(covered)
    self.amount += amount
  }
}
