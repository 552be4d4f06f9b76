// Reads grants.csv. Whether a grant fits the plans of its owner is checked by `CatalogChecks`.

import BillingCalendar
import Money
import Tables

/// The columns of grants.csv.
enum GrantColumn: Int, TableColumn {
  case owner, allowance, quantity, amount, events, kinds, ratingGroups, directions, charges, priority, from
  case until, consume

  var names: [String] {
    switch self {
    case .owner: ["owner", "account", "pool"]
    case .allowance: ["allowance"]
    case .quantity: ["quantity"]
    case .amount: ["amount"]
    case .events: ["events"]
    case .kinds: ["kinds", "kind"]
    case .ratingGroups: ["rating_groups", "rating_group"]
    case .directions: ["directions", "direction"]
    case .charges: ["charges", "charge"]
    case .priority: ["priority"]
    case .from: ["from"]
    case .until: ["until"]
    case .consume: ["consume"]
    }
  }

  var isNeeded: Bool { self == .owner || self == .allowance || self == .from }
}

/// Reads grants.csv.
struct GrantReader: ~Copyable {
  private static let priorityRange = 0...1_000_000
  private static let eventsMax = 1_000_000_000_000

  private var table: AuthoredTable<GrantColumn>
  private var grants: [AllowanceGrant] = []

  /// The grants of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex, pools: Set<Label>
  ) -> (rows: [AllowanceGrant], findings: FindingList) {
    var reader = GrantReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts, pools) }
    return (reader.grants, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<GrantColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex, _ pools: Set<Label>) {
    var isBad = false
    let owner = takeOwner(accounts, pools)
    let name = table.needed(.allowance)
    let kinds = table.kinds(.kinds, isBad: &isBad)
    let directions = table.directions(.directions, isBad: &isBad)
    let size = takeSize(kinds)
    let priority = table.wholeNumber(.priority, in: Self.priorityRange, isBad: &isBad)
    let consumption: AllowanceConsumption? = table.word(.consume, isBad: &isBad)
    if let size, consumption == .raw, !size.isQuantity {
      table.error(.consume, "raw is for quantities", hint: "leave the cell empty")
    }
    let span = table.span(from: .from, until: .until)
    if span != nil, span?.from == nil {
      table.error(.from, "no from", hint: "expected YYYY-MM-DD, the first day")
    }
    guard let owner, let name, let size, let from = span?.from, !isBad else { return }
    let scope = AllowanceScope(
      kinds: kinds, directions: directions, ratingGroups: table.names(.ratingGroups), bands: [],
      charges: table.names(.charges) ?? [])
    grants.append(
      AllowanceGrant(
        owner: owner, name: name, size: size, scope: scope, priority: priority ?? PlanAllowance.usualPriority,
        consumption: consumption ?? .billed, from: from, until: span?.until, line: table.line))
  }

  /// An account or a pool; a name that is both is refused, because nobody can tell which is meant.
  private mutating func takeOwner(_ accounts: NameIndex, _ pools: Set<Label>) -> AllowanceGrant.Owner? {
    guard let name = table.needed(.owner) else { return nil }
    let account = accounts[table.bytes(.owner)]
    switch (account, pools.contains(name)) {
    case (let index?, false): return .account(index)
    case (nil, true): return .pool(name)
    case (_?, true):
      table.error(
        .owner, "\(Quoted.text(name)) is an account and a pool", hint: "give the pool another name")
    case (nil, false):
      table.error(
        .owner, "unknown account or pool \(Quoted.text(name))",
        hint: Quoted.suggestion(
          for: name, in: accounts.names + pools.sorted(), otherwise: "no account or pool has that name"))
    }
    return nil
  }

  /// The one of `quantity`, `amount` and `events` that is given.
  private mutating func takeSize(_ kinds: [UsageKind]) -> AllowanceSize? {
    let given = [GrantColumn.quantity, .amount, .events].filter { !table.bytes($0).isEmpty }
    guard given.count == 1 else {
      table.error(
        given.count > 1 ? given[1] : .allowance,
        given.isEmpty
          ? "the grant has no quantity" : "the grant has both \(given[0].name) and \(given[1].name)",
        hint: given.isEmpty ? "fill quantity, amount or events" : "keep one")
      return nil
    }
    var isBad = false
    switch given[0] {
    case .quantity:
      guard kinds.count == 1 else {
        table.error(.quantity, "a quantity needs one kind of usage", hint: "fill 'kinds', such as voice")
        return nil
      }
      return table.quantity(.quantity, of: kinds[0], isBad: &isBad).map { .quantity($0, of: kinds[0]) }
    case .events:
      return table.wholeNumber(.events, in: 1...Self.eventsMax, isBad: &isBad).map { .events(Int64($0)) }
    default:
      guard let amount = table.amount(.amount, isBad: &isBad) else { return nil }
      if amount > .zero { return .amount(amount) }
      table.error(.amount, "the amount is not above zero", hint: "check the number")
      return nil
    }
  }
}

extension AllowanceConsumption: CustomStringConvertible {
  /// The word in files.
  public var description: String { rawValue }
}
