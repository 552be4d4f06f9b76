// Reads accounts.csv: rows of one id become one account with its plans by date.
//
// What needs more than this file (currencies of pools) is checked by `CatalogChecks`.

import BillingCalendar
import Tables

/// The columns of accounts.csv.
enum AccountColumn: Int, TableColumn {
  case account, plan, name, zone, cycleDay, pool, round, from, until, taxPlace, projectInvoices

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .plan: ["plan"]
    case .name: ["name"]
    case .zone: ["zone"]
    case .cycleDay: ["cycle_day"]
    case .pool: ["pool"]
    case .round: ["round"]
    case .from: ["from"]
    case .until: ["until"]
    case .taxPlace: ["tax_place"]
    case .projectInvoices: ["project_invoices"]
    }
  }

  var isNeeded: Bool { self == .account || self == .plan }
}

extension AccountRounding: CaseIterable {
  /// The words, the default first.
  public static var allCases: [AccountRounding] { [.event, .line] }
}

/// Reads accounts.csv.
struct AccountReader: ~Copyable {
  private var table: AuthoredTable<AccountColumn>
  private var drafts: [AccountDraft] = []
  /// Numbers ids as `drafts` does.
  private var ids = NameTable()

  /// The accounts of `text` in the order of their first rows, and what is wrong with it.
  ///
  /// `plans` has the index of every plan name, faulty plans included; `zone` is the default.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, plans: NameIndex, zone: Zone,
    zones: inout ZoneLibrary
  ) -> (accounts: [Account], findings: FindingList) {
    var reader = AccountReader(table: AuthoredTable(text, file: file, unknownColumns: .keep))
    reader.drafts.reserveCapacity(text.count { $0 == 10 })
    while reader.table.nextRow() { reader.takeRow(plans, &zones) }
    for index in reader.drafts.indices { reader.orderPlans(of: index) }
    let accounts = reader.drafts.map { $0.account(zone: zone) }
    return (accounts, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<AccountColumn>) { self.table = table }

  private mutating func takeRow(_ plans: NameIndex, _ zones: inout ZoneLibrary) {
    let id = table.bytes(.account)
    guard !id.isEmpty else { return table.error(.account, "no account", hint: "fill the cell") }
    let index = ids.index(of: id)
    if index == drafts.count { drafts.append(AccountDraft(id: Label(id), line: table.line)) }
    var isBad = false
    agree(index, \.name, table.given(.name), .name)
    agree(index, \.zone, table.zone(.zone, &zones, isBad: &isBad), .zone)
    agree(index, \.cycleDay, table.wholeNumber(.cycleDay, in: 1...31, isBad: &isBad), .cycleDay)
    agree(index, \.pool, table.given(.pool), .pool)
    agree(index, \.rounding, table.word(.round, isBad: &isBad), .round)
    agree(index, \.projectInvoices, table.word(.projectInvoices, isBad: &isBad), .projectInvoices)
    for (cell, name) in table.extraColumns where !table.bytes(at: cell).isEmpty {
      drafts[index].details[name] = Label(table.bytes(at: cell))
    }
    let plan = table.neededReference(.plan, to: plans, what: "plan")
    guard let span = table.span(from: .from, until: .until), let plan else { return }
    drafts[index].plans.append(PlanAssignment(planIndex: plan, from: span.from, until: span.until))
    drafts[index].planLines.append(table.line)
    if let place: Label = table.given(.taxPlace) {
      drafts[index].taxPlaces.append(TaxPlace(place: place, from: span.from))
    }
  }

  /// Takes what a row gives for its account, which must be what its other rows give.
  private mutating func agree<Value: Equatable & CustomStringConvertible>(
    _ index: Int, _ field: WritableKeyPath<AccountDraft, Given<Value>?>, _ value: Value?,
    _ column: AccountColumn
  ) {
    guard let value else { return }
    guard let known = drafts[index][keyPath: field] else {
      drafts[index][keyPath: field] = Given(value: value, line: table.line)
      return
    }
    guard known.value != value else { return }
    let id = drafts[index].id
    table.error(
      column,
      "account \(Quoted.text(id)) has \(column.name) '\(known.value)' on line \(known.line) and '\(value)' here",
      hint: "keep one")
  }

  /// Sorts the plans of an account by date and finds those that overlap.
  private mutating func orderPlans(of index: Int) {
    guard drafts[index].plans.count > 1 else { return }
    let sorted = zip(drafts[index].plans, drafts[index].planLines).sorted { a, b in
      (a.0.from ?? .distantPast) < (b.0.from ?? .distantPast)
    }
    drafts[index].plans = sorted.map(\.0)
    let id = drafts[index].id
    for (earlier, later) in zip(sorted, sorted.dropFirst()) {
      guard DateSpan(earlier.0).overlaps(DateSpan(later.0)) else { continue }
      let (first, second) = (min(earlier.1, later.1), max(earlier.1, later.1))
      table.findings.error(
        at: TablePosition(line: second, column: 0),
        "account \(Quoted.text(id)) already has a plan for these days on line \(first)",
        hint: "end one with 'until' where the other begins")
    }
  }
}

/// A value and the line that gave it.
struct Given<Value> {
  var value: Value
  var line: Int
}

/// An account whose rows are still being met.
struct AccountDraft {
  var id: Label
  var line: Int
  var name: Given<Label>?
  var zone: Given<Zone>?
  var cycleDay: Given<Int>?
  var pool: Given<Label>?
  var rounding: Given<AccountRounding>?
  var taxPlaces: [TaxPlace] = []
  var projectInvoices: Given<ProjectInvoices>?
  var plans: [PlanAssignment] = []
  /// The line of each plan, until they are sorted.
  var planLines: [Int] = []
  var details: [Label: Label] = [:]

  init(id: Label, line: Int) {
    self.id = id
    self.line = line
  }

  /// The account, with the defaults where no row gives a value.
  func account(zone defaultZone: Zone) -> Account {
    var account = Account(
      id: id, name: name?.value ?? id, zone: zone?.value ?? defaultZone, cycleDay: cycleDay?.value ?? 1,
      pool: pool?.value ?? .empty, rounding: rounding?.value ?? .event, plans: plans,
      details: details,
      line: line)
    account.taxPlaces = taxPlaces.sorted { ($0.from ?? .distantPast) < ($1.from ?? .distantPast) }
    account.projectInvoices = projectInvoices?.value ?? .together
    return account
  }
}

extension AccountRounding: CustomStringConvertible {
  /// The word in files.
  public var description: String { rawValue }
}

extension DateSpan {
  /// The days of a plan.
  init(_ plan: PlanAssignment) { self.init(from: plan.from, until: plan.until) }
}
