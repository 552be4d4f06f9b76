// Reads discounts.csv.

import BillingCalendar
import Money
import Tables

/// The columns of discounts.csv.
enum DiscountColumn: Int, TableColumn {
  case account, contract, item, description, percent, amount, currency, from, until

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .contract: ["contract"]
    case .item: ["item"]
    case .description: ["description"]
    case .percent: ["percent"]
    case .amount: ["amount"]
    case .currency: ["currency"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .description }
}

/// Reads discounts.csv.
struct DiscountReader: ~Copyable {
  private var table: AuthoredTable<DiscountColumn>
  private var discounts: [Discount] = []

  /// The discounts of `text` in file order, and what is wrong with it. `currency` is that of amounts without one.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex, currency: Currency?
  ) -> (rows: [Discount], findings: FindingList) {
    var reader = DiscountReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts, currency) }
    return (reader.discounts, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<DiscountColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex, _ currency: Currency?) {
    var isBad = false
    let account = table.reference(.account, to: accounts, what: "account", isBad: &isBad)
    let description = table.needed(.description)
    let value = takeValue(currency, isBad: &isBad)
    guard let span = table.span(from: .from, until: .until), let description, let value, !isBad else {
      return
    }
    let discount = Discount(
      accountIndex: account, contract: table.label(.contract), item: table.label(.item),
      description: description, value: value, from: span.from, until: span.until, line: table.line)
    if account == nil, discount.item.isEmpty {
      return table.error(
        .description, "the discount is for every line of every account",
        hint: "fill account, or item for a promotion")
    }
    discounts.append(discount)
  }

  private mutating func takeValue(_ defaultCurrency: Currency?, isBad: inout Bool) -> Discount.Value? {
    let share = table.percentage(.percent, in: 0...100, isBad: &isBad)
    let amount = table.amount(.amount, isBad: &isBad)
    let currency = table.currency(.currency, isBad: &isBad)
    guard !isBad else { return nil }
    switch (share, amount, currency ?? defaultCurrency) {
    case (let share?, nil, _): return .share(share)
    case (nil, let amount?, let currency?): return .amount(amount, currency)
    case (nil, _?, nil):
      table.error(
        .amount, "the amount has no currency", hint: "fill 'currency', or 'currency' in catalog.yaml")
    case (_?, _?, _): table.error(.amount, "the discount has both percent and amount", hint: "keep one")
    case (nil, nil, _):
      table.error(.description, "the discount takes nothing off", hint: "fill percent or amount")
    }
    return nil
  }
}
