// Reads contracts.csv: recurring charges. What they cost in a period is Invoicing's to say.

import BillingCalendar
import Money
import Tables

/// The columns of contracts.csv.
enum ContractColumn: Int, TableColumn {
  case account, description, price, from, quantity, interval, until, currency

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .description: ["description"]
    case .price: ["price"]
    case .from: ["from"]
    case .quantity: ["quantity"]
    case .interval: ["interval"]
    case .until: ["until"]
    case .currency: ["currency"]
    }
  }

  var isNeeded: Bool { self == .account || self == .description || self == .price || self == .from }
}

/// Reads contracts.csv.
struct ContractReader: ~Copyable {
  /// Months between charges that a number may say: up to ten years.
  private static let intervalMonths = 1...120
  private static let monthsByWord: [String: Int] = ["monthly": 1, "quarterly": 3, "annual": 12]

  private var table: AuthoredTable<ContractColumn>
  private var contracts: [Contract] = []

  /// The contracts of `text` in file order, and what is wrong with it.
  ///
  /// `currency` gives the currency of an account on a day, for rows without one.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex,
    currency: (_ accountIndex: Int, _ day: CivilDate) -> Currency?
  ) -> (contracts: [Contract], findings: FindingList) {
    var reader = ContractReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts, currency) }
    return (reader.contracts, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<ContractColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex, _ currencyOf: (Int, CivilDate) -> Currency?) {
    var isBad = false
    let account = table.neededReference(.account, to: accounts, what: "account")
    let description = table.needed(.description)
    let price = table.decimal(.price, scale: Amount.scale)
    let quantity = takeQuantity()
    let months = takeInterval()
    let span = table.span(from: .from, until: .until)
    let ownCurrency = table.currency(.currency, isBad: &isBad)
    if span != nil, span?.from == nil {
      table.error(.from, "no from", hint: "expected YYYY-MM-DD, the first day")
    }
    guard let account, let description, let price, let quantity, let months, let from = span?.from, !isBad
    else {
      return
    }
    guard let currency = ownCurrency ?? currencyOf(account, from) else {
      table.error(
        .account, "the price has no currency",
        hint: "fill the column 'currency', or 'currency' in catalog.yaml")
      return
    }
    contracts.append(
      Contract(
        accountIndex: account, description: description, price: Amount(pico: price), currency: currency,
        quantityMicro: quantity, intervalMonths: months, from: from, until: span?.until, line: table.line))
  }

  /// The quantity in millionths; 1 where it is not given.
  private mutating func takeQuantity() -> Int64? {
    guard let text = table.given(.quantity) else { return 1_000_000 }
    guard let value = table.decimal(.quantity, scale: 6) else { return nil }
    guard value >= 0, let quantity = Int64(exactly: value) else {
      table.error(.quantity, "bad quantity \(Quoted.text(text))", hint: "expected 0 or more")
      return nil
    }
    return quantity
  }

  /// Months between charges; 1 where nothing is given.
  private mutating func takeInterval() -> Int? {
    guard let word = table.given(.interval)?.description else { return 1 }
    if let months = Self.monthsByWord[word] { return months }
    if let months = Int(word), Self.intervalMonths.contains(months) { return months }
    table.error(
      .interval, "unknown interval '\(word)'",
      hint: "expected monthly, quarterly, annual or a number of months")
    return nil
  }
}
