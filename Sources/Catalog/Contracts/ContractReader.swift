// Reads contracts.csv: recurring charges. What they cost in a period is Invoicing's to say.

import BillingCalendar
import Money
import Tables

/// The columns of contracts.csv.
enum ContractColumn: Int, TableColumn {
  case account, description, price, from, quantity, interval, until, currency
  case contract, item, count, included, timing, anchor, proration, taxClass, purchaseOrder, allowance
  case tiers

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
    case .contract: ["contract"]
    case .item: ["item"]
    case .count: ["count"]
    case .included: ["included"]
    case .timing: ["timing"]
    case .anchor: ["anchor"]
    case .proration: ["proration"]
    case .taxClass: ["tax_class"]
    case .purchaseOrder: ["purchase_order"]
    case .allowance: ["allowance"]
    case .tiers: ["tiers"]
    }
  }

  var isNeeded: Bool { self == .account || self == .from }
}

/// What contract lines are checked against.
struct ContractReferences {
  var accounts: NameIndex
  var priceBook: PriceBook
  var counts: CountBook
  /// The currency of an account on a day, for rows without one.
  var currency: (_ accountIndex: Int, _ day: CivilDate) -> Currency?
}

/// Reads contracts.csv.
struct ContractReader: ~Copyable {
  private var table: AuthoredTable<ContractColumn>
  private var contracts: [Contract] = []
  private let references: ContractReferences

  /// The contracts of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, references: ContractReferences
  ) -> (contracts: [Contract], findings: FindingList) {
    var reader = ContractReader(table: AuthoredTable(text, file: file), references: references)
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.contracts, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<ContractColumn>, references: ContractReferences) {
    self.table = table
    self.references = references
  }

  private mutating func takeRow() {
    var isBad = false
    let account = table.neededReference(.account, to: references.accounts, what: "account")
    let item = takeItem(isBad: &isBad)
    let description = takeDescription(item)
    let price = takePrice(item, isBad: &isBad)
    let tiers = takeTiers(isBad: &isBad)
    let count = takeCount(isBad: &isBad)
    let quantity = table.millionths(.quantity, isBad: &isBad)
    let interval = takeInterval(isBad: &isBad)
    let span = takeSpan()
    let ownCurrency = table.currency(.currency, isBad: &isBad)
    let included = table.millionths(.included, isBad: &isBad)
    let timing: ContractTiming? = table.word(.timing, isBad: &isBad)
    let anchor = table.date(.anchor, isBad: &isBad)
    let proration: ProrationBasis? = table.word(.proration, isBad: &isBad)
    guard let account, let description, let count, let interval, let from = span?.from, !isBad else { return }
    guard let currency = ownCurrency ?? references.currency(account, from) else {
      return table.error(
        .account, "the price has no currency",
        hint: "fill the column 'currency', or 'currency' in catalog.yaml")
    }
    var contract = Contract(
      accountIndex: account, description: description, price: price, currency: currency,
      quantityMicro: quantity ?? 1_000_000, interval: interval, from: from, until: span?.until,
      line: table.line)
    contract.tiers = tiers
    contract.name = table.label(.contract)
    contract.item = item?.name ?? table.label(.item)
    contract.count = count
    contract.includedMicro = included ?? 0
    contract.timing = timing ?? .current
    contract.anchor = anchor.map { .day($0) } ?? .account
    contract.proration = proration ?? .days
    contract.taxClass = table.given(.taxClass) ?? item?.taxClass ?? .empty
    contract.purchaseOrder = table.label(.purchaseOrder)
    contract.allowance = table.label(.allowance)
    if let (column, fault) = ContractRules.fault(of: contract, hasQuantity: quantity != nil, references) {
      return table.error(column, fault.message, hint: fault.hint)
    }
    contracts.append(contract)
  }

  /// The item of the price book; an item with a price of its own need not be there.
  private mutating func takeItem(isBad: inout Bool) -> PriceBookItem? {
    guard let name = table.given(.item) else { return nil }
    if let item = references.priceBook[name] { return item }
    guard table.given(.price) == nil, table.given(.tiers) == nil else { return nil }
    table.error(
      .item, "price-book.csv has no item \(Quoted.text(name))",
      hint: Quoted.suggestion(
        for: name, in: references.priceBook.items.map(\.name), otherwise: "add it, or fill 'price'"))
    isBad = true
    return nil
  }

  private mutating func takeDescription(_ item: PriceBookItem?) -> Label? {
    if let text = table.given(.description) { return text }
    // An item that nobody knows is a fault already.
    if item == nil, table.given(.price) == nil, table.given(.tiers) == nil, let name = table.given(.item) {
      return name
    }
    return item?.description ?? table.needed(.description)
  }

  /// The price of its own; nil for that of the price book.
  private mutating func takePrice(_ item: PriceBookItem?, isBad: inout Bool) -> Amount? {
    guard table.given(.price) != nil else {
      if item == nil, table.given(.item) == nil, table.given(.tiers) == nil {
        table.error(.price, "no price", hint: "fill the cell, or name an item of price-book.csv in 'item'")
        isBad = true
      }
      return nil
    }
    guard let pico = table.decimal(.price, scale: Amount.scale) else {
      isBad = true
      return nil
    }
    return Amount(pico: pico)
  }

  /// Prices by quantity; they take the place of a price.
  private mutating func takeTiers(isBad: inout Bool) -> PriceTiers? {
    guard table.given(.tiers) == nil || table.given(.price) == nil else {
      table.error(.tiers, "the line has a price and tiers", hint: "empty one of the two cells")
      isBad = true
      return nil
    }
    return table.tiers(.tiers, isBad: &isBad)
  }

  private mutating func takeCount(isBad: inout Bool) -> CountMode? {
    guard let text = table.given(.count) else { return .fixed }
    if let mode = CountMode(text.description) { return mode }
    table.error(.count, "unknown count \(Quoted.text(text))", hint: "expected \(CountMode.expectedForm)")
    isBad = true
    return nil
  }

  private mutating func takeInterval(isBad: inout Bool) -> ContractInterval? {
    guard let text = table.given(.interval) else { return .months(1) }
    if let interval = ContractInterval(text.description) { return interval }
    table.error(
      .interval, "unknown interval \(Quoted.text(text))", hint: "expected \(ContractInterval.expectedForm)")
    isBad = true
    return nil
  }

  private mutating func takeSpan() -> DateSpan? {
    let span = table.span(from: .from, until: .until)
    if span != nil, span?.from == nil {
      table.error(.from, "no from", hint: "expected YYYY-MM-DD, the first day")
    }
    return span
  }
}
