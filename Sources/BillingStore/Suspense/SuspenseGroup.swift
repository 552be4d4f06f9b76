// What waits in suspense, grouped by reason, with what it may be worth.

public import Money
public import Tables
public import UsageSummary

/// Records that wait for one reason.
public struct SuspenseGroup: Sendable {
  /// Reason code.
  public var reason: Label
  /// Records.
  public var count = 0
  /// Recorded quantities by kind, over those that are known.
  public var quantities: [ServiceKind: Int128] = [:]
  /// What they may be worth, by currency: an estimate.
  public var values: [Currency: Amount] = [:]
  /// Records of which nobody can say what they may be worth.
  public var unvaluedCount = 0
  /// The first of them.
  public var example: SuspenseID
}

extension BillingStore {
  /// What waits, by reason; most records first.
  ///
  /// A record is estimated by the amount that it names itself; else by its quantity at the average price that its account pays
  /// now for that kind of usage, or where it has none or is not known, at the average of all accounts, if all pay in one currency.
  /// Complexity: O(suspended records + rows of the book).
  public func suspenseGroups(_ filter: SuspenseFilter) throws(StoreFault) -> [SuspenseGroup] {
    let prices = try AveragePrices(book)
    var groups: [Label: SuspenseGroup] = [:]
    // Quantities are multiplied once, so that nothing is rounded record by record.
    var open: [Label: [AveragePrices.Key: (count: Int, quantity: Int128)]] = [:]
    try forEachSuspended(filter) { record in
      var group = groups[record.reason] ?? SuspenseGroup(reason: record.reason, example: record.id)
      group.count += 1
      let (account, kind) = (record.row.account, record.row.kind)
      if let kind, let quantity = record.row.quantity { group.quantities[kind, default: 0] += quantity }
      if let amount = record.row.amount, let currency = prices.currency(of: account) {
        group.values[currency, default: .zero] += amount
      } else if let kind, let quantity = record.row.quantity {
        let key = AveragePrices.Key(account: account, kind: kind)
        let sum = open[record.reason]?[key] ?? (0, 0)
        open[record.reason, default: [:]][key] = (sum.count + 1, sum.quantity + quantity)
      } else {
        group.unvaluedCount += 1
      }
      groups[record.reason] = group
    }
    for (reason, sums) in open {
      for (key, sum) in sums {
        if let (currency, value) = prices.value(of: sum.quantity, key) {
          groups[reason]?.values[currency, default: .zero] += value
        } else {
          groups[reason]?.unvaluedCount += sum.count
        }
      }
    }
    return groups.values.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }
}

/// What usage of a kind costs on average now, by account.
struct AveragePrices {
  /// Whose price, and of what.
  struct Key: Hashable {
    /// Empty for all accounts.
    var account: Label
    var kind: ServiceKind
  }

  private struct Sum {
    var quantity: Int128 = 0
    var pico: Int128 = 0
  }

  private var sums: [Key: Sum] = [:]
  private var currencies: [Label: Currency] = [:]
  private var allCurrencies: Set<Currency> = []

  /// Reads them from the current usage of a book. Usage in several currencies of one account has no average.
  init(_ book: BookDatabase) throws(StoreFault) {
    var mixed: Set<Label> = []
    var read: [(Key, Sum)] = []
    try book.query(
      """
      SELECT account, service_kind, currency, SUM(quantity_raw), SUM(amount_units), SUM(amount_pico)
      FROM current_usage GROUP BY account, service_kind, currency
      """
    ) { row in
      guard let kind = row.label(1).bytes.withUnsafeBufferPointer(ServiceKind.init(name:)),
        let currency = Currency(code: row.text(2))
      else { return }
      let account = row.label(0)
      if let other = currencies[account], other != currency { mixed.insert(account) }
      currencies[account] = currency
      allCurrencies.insert(currency)
      let pico = Int128(row.integer(4)) * 1_000_000_000_000 + Int128(row.integer(5))
      read.append((Key(account: account, kind: kind), Sum(quantity: Int128(row.integer(3)), pico: pico)))
    }
    for (key, sum) in read where !mixed.contains(key.account) {
      add(sum, to: key)
      add(sum, to: Key(account: .empty, kind: key.kind))
    }
    for account in mixed { currencies[account] = nil }
  }

  private mutating func add(_ sum: Sum, to key: Key) {
    sums[key, default: Sum()].quantity += sum.quantity
    sums[key, default: Sum()].pico += sum.pico
  }

  /// The one currency of an account that is known, else of all; nil where there are several.
  func currency(of account: Label) -> Currency? {
    currencies[account] ?? (allCurrencies.count == 1 ? allCurrencies.first : nil)
  }

  /// What a quantity would cost; nil where there is nothing to compare it with. Rounded down, once.
  func value(of quantity: Int128, _ key: Key) -> (Currency, Amount)? {
    guard let currency = currency(of: key.account) else { return nil }
    var sum = sums[key]
    if sum == nil || sum?.quantity == 0 {
      guard allCurrencies.count == 1 else { return nil }
      sum = sums[Key(account: .empty, kind: key.kind)]
    }
    guard let sum, sum.quantity > 0 else { return nil }
    let (product, overflow) = sum.pico.multipliedReportingOverflow(by: quantity)
    return overflow ? nil : (currency, Amount(pico: product / sum.quantity))
  }
}
