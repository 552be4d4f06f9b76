// Reads price-book.csv: rows of one item become its prices by date.

import BillingCalendar
import Money
import Tables

/// The columns of price-book.csv.
enum PriceBookColumn: Int, TableColumn {
  case item, price, from, currency, description, includes, taxClass, tiers

  var names: [String] {
    switch self {
    case .item: ["item"]
    case .price: ["price"]
    case .from: ["from"]
    case .currency: ["currency"]
    case .description: ["description"]
    case .includes: ["includes"]
    case .taxClass: ["tax_class"]
    case .tiers: ["tiers"]
    }
  }

  var isNeeded: Bool { self == .item || self == .from }
}

/// Reads price-book.csv.
struct PriceBookReader: ~Copyable {
  private var table: AuthoredTable<PriceBookColumn>
  private var items: [PriceBookItem] = []
  private var indexByName: [Label: Int] = [:]

  /// The book in `text`, and what is wrong with it. `currency` is that of rows without one.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, currency: Currency?
  ) -> (rows: PriceBook, findings: FindingList) {
    var reader = PriceBookReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(currency) }
    for index in reader.items.indices { reader.items[index].prices.sort { $0.from < $1.from } }
    return (PriceBook(items: reader.items), reader.table.finish())
  }

  private init(table: consuming AuthoredTable<PriceBookColumn>) { self.table = table }

  private mutating func takeRow(_ defaultCurrency: Currency?) {
    var isBad = false
    guard let name = table.needed(.item) else { return }
    let index = item(name)
    agree(index, \.description, table.given(.description), .description)
    agree(index, \.taxClass, table.given(.taxClass), .taxClass)
    agree(index, \.includes, table.names(.includes), .includes)
    let tiers = table.tiers(.tiers, isBad: &isBad)
    let price = takePrice(tiers, isBad: &isBad)
    let from = table.needed(.from) == nil ? nil : table.date(.from, isBad: &isBad)
    let currency = table.currency(.currency, isBad: &isBad) ?? defaultCurrency
    guard let price, let from, !isBad else { return }
    guard let currency else {
      return table.error(
        .item, "the price has no currency", hint: "fill the column 'currency', or 'currency' in catalog.yaml")
    }
    if let twin = items[index].prices.first(where: { $0.from == from && $0.currency == currency }) {
      return table.error(
        .from, "line \(twin.line) has a price of \(Quoted.text(name)) from this day already", hint: "keep one"
      )
    }
    items[index].prices.append(
      PriceBookItem.Price(from: from, amount: price, tiers: tiers, currency: currency, line: table.line))
  }

  /// The price of one; 0 beside tiers, which take its place.
  private mutating func takePrice(_ tiers: PriceTiers?, isBad: inout Bool) -> Amount? {
    guard table.given(.price) != nil else {
      if table.given(.tiers) != nil { return .zero }
      table.error(.price, "no price", hint: "fill the cell, or 'tiers' with prices by quantity")
      isBad = true
      return nil
    }
    if table.given(.tiers) != nil {
      table.error(.tiers, "the item has a price and tiers", hint: "empty one of the two cells")
      isBad = true
      return nil
    }
    return table.amount(.price, isBad: &isBad)
  }

  private mutating func item(_ name: Label) -> Int {
    if let index = indexByName[name] { return index }
    indexByName[name] = items.count
    items.append(
      PriceBookItem(name: name, description: name, includes: [], taxClass: .empty, prices: []))
    return items.count - 1
  }

  // Every row may give it; the rows that do must agree.
  private mutating func agree<Value: Equatable>(
    _ index: Int, _ field: WritableKeyPath<PriceBookItem, Value>, _ value: Value?, _ column: PriceBookColumn
  ) {
    guard let value, items[index][keyPath: field] != value else { return }
    let unset = PriceBookItem(
      name: items[index].name, description: items[index].name, includes: [], taxClass: .empty, prices: [])
    if items[index][keyPath: field] == unset[keyPath: field] {
      items[index][keyPath: field] = value
    } else {
      table.error(
        column, "item \(Quoted.text(items[index].name)) has another \(column.name) above", hint: "keep one")
    }
  }
}
