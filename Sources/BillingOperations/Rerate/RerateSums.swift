// Sums of a comparison by currency, and by account and currency: of what customers pay, or of what suppliers charge.

public import Tables

/// Sums of one account, or of all, in one currency.
public struct RerateSum: Sendable {
  /// Empty for all accounts.
  public var account: Label
  /// Code of the currency.
  public var currency: Label
  /// Before.
  public var old = RerateMeasures.zero
  /// After.
  public var new = RerateMeasures.zero
  /// The difference.
  public var delta: RerateMeasures { new - old }
}

/// Adds rows of a comparison up while they are walked over. Where accounts ascend, only those of one are held.
struct RerateSums {
  /// An account in a currency.
  private struct Holder: Hashable {
    var account: Label
    var currency: Label
  }
  /// What an account came to, and its keys that differ, without the cells that say nothing of it.
  private struct Open {
    var sum: RerateSum
    var isDifferent = false
    var differences: [[Label]: RerateMeasures] = [:]
  }

  private var account: Int?
  private var currency: Int?
  private var leftOut: Set<Int> = []
  private var totals: [ArraySlice<UInt8>: RerateSum] = [:]
  private var open: [Holder: Open] = [:]
  private var done: [RerateSum] = []
  private var last: Label?

  /// Whether nothing was added.
  private(set) var isEmpty = true

  /// Says what the columns of the keys are: which has the currency, and which tell apart what is one for these sums.
  mutating func begin(_ columns: [Label], currency: Label, leavingOut names: Set<Label>) {
    account = columns.firstIndex(of: "account")
    self.currency = columns.firstIndex(of: currency)
    leftOut = Set(columns.indices.filter { names.contains(columns[$0]) })
  }

  /// Adds what stands under a key; nothing where it has none of the currency.
  mutating func add(_ key: RerateKey, _ old: RerateMeasures, _ new: RerateMeasures) {
    isEmpty = false
    guard let at = currency else { return }
    let code = key.rawCell(at)
    guard !code.isEmpty else { return }
    Self.add(
      old, new, to: &totals[code, default: RerateSum(account: .empty, currency: Label(bytes: Array(code)))])
    let name = account.map { key.cell($0) } ?? .empty
    if account == 0, name != last { close() }
    last = name
    let sum = RerateSum(account: name, currency: key.cell(at))
    let holder = Holder(account: name, currency: sum.currency)
    // All that an account comes to, so that accounts add up to the totals where all of them differ.
    Self.add(old, new, to: &open[holder, default: Open(sum: sum)].sum)
    if old == new { return }
    // Where no cell is left out, every key is another one, and nothing makes up for it.
    if leftOut.isEmpty {
      open[holder]?.isDifferent = true
      return
    }
    let own = key.cells.enumerated().filter { !leftOut.contains($0.offset) }.map(\.element)
    open[holder]?.differences[own, default: .zero] += new - old
  }

  private static func add(_ old: RerateMeasures, _ new: RerateMeasures, to sum: inout RerateSum) {
    sum.old += old
    sum.new += new
  }

  /// Keeps the accounts of which a key differs.
  private mutating func close() {
    done += open.values.filter { $0.isDifferent || $0.differences.contains { $0.value != .zero } }.map(\.sum)
    open.removeAll(keepingCapacity: true)
  }

  /// The sums of all by currency, and the accounts that differ, the largest difference first.
  mutating func ended(
    by measure: (RerateMeasures) -> Int128
  ) -> (totals: [RerateSum], accounts: [RerateSum]) {
    close()
    let accounts = done.sorted { a, b in
      let (one, other) = (measure(a.delta).magnitude, measure(b.delta).magnitude)
      return one != other ? one > other : (a.account, a.currency) < (b.account, b.currency)
    }
    return (totals.values.sorted { $0.currency < $1.currency }, accounts)
  }
}
