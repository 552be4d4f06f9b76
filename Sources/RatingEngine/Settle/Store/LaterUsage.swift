// Usage that depends on order and is left to a later look at all of its period: a run of a store counts it and does not price it.

public import Catalog
public import Tables

/// What a run leaves to be settled later. The holder of the ledger fills it.
struct LaterUsage {
  /// Events that count.
  private(set) var eventCount = 0
  /// Their recorded quantities, by kind.
  private(set) var raw = [Int128](repeating: 0, count: 4)
  /// Earliest and latest charging start of rated events.
  private(set) var span = EventSpan()
  /// What suppliers charge for them, by number of the base cell; none for a catalog without suppliers.
  private(set) var costs: [CostSums.Sum] = []
  private let hasCosts: Bool
  private var owners: [Bool]

  init(_ catalog: CompiledCatalog) {
    owners = [Bool](repeating: false, count: catalog.settled.ownerCount)
    hasCosts = catalog.costs != nil
  }

  /// Takes down when the rated records of a chunk began to be charged.
  mutating func begin(_ span: EventSpan) { self.span.add(span) }

  /// Counts the row of an event, or takes it back.
  mutating func note(_ row: OutcomeRow, sign: Int = 1) {
    eventCount += sign
    raw[Int(row.kind)] += Int128(row.quantityRaw) * Int128(sign)
    owners[Int(row.packedOwner)] = true
    if hasCosts { noteCost(row, sign: sign) }
  }

  private mutating func noteCost(_ row: OutcomeRow, sign: Int) {
    let cell = Int(row.packedBaseCell)
    while cell >= costs.count { costs.append(CostSums.Sum()) }
    costs[cell].events += sign
    costs[cell].raw += Int128(row.quantityRaw) * Int128(sign)
    costs[cell].costPico += row.amountPico * Int128(sign)
  }

  /// The accounts of owners that have such events.
  func accounts(_ catalog: CompiledCatalog) -> [Label] {
    owners.indices.filter { owners[$0] }.flatMap { number -> [Label] in
      switch catalog.settled.owner(UInt32(number)) {
      case .account(let index): [catalog.source.accounts[index].id]
      case .pool(_, let members): members.map { catalog.source.accounts[$0].id }
      }
    }
  }
}

extension RatingResult {
  /// What was left to be settled later.
  public struct Later: Sendable {
    /// Accounts that have such events, and those that share a pool with them.
    public var accounts: [Label]
    /// Events.
    public var eventCount: Int
    /// Charging start of the earliest and of the latest rated record, in seconds since 1970.
    public var span: ClosedRange<Int64>
  }

  /// What was left to be settled later; nil where nothing was rated, or where the catalog has nothing to settle.
  public var later: Later? {
    guard let later = ledger.later, !later.span.isEmpty else { return nil }
    return Later(
      accounts: later.accounts(setup.catalog), eventCount: later.eventCount,
      span: later.span.firstSeconds...later.span.lastSeconds)
  }

  /// Whether a catalog has usage that depends on a whole period, or rows that are owed without any.
  public static func settles(_ catalog: Catalog) -> Bool { SettledUsage(catalog).isAny }
}
