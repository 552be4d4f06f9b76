// Reads charges.csv.

import BillingCalendar
import Money
import Tables

/// The columns of charges.csv.
enum OneTimeChargeColumn: Int, TableColumn {
  case account, charge, description, delivered, quantity, price, item, cost, markup, currency, contract
  case project, milestone, ticket, taxClass, purchaseOrder, decision, decidedBy, decidedOn

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .charge: ["charge"]
    case .description: ["description"]
    case .delivered: ["delivered"]
    case .quantity: ["quantity"]
    case .price: ["price"]
    case .item: ["item"]
    case .cost: ["cost"]
    case .markup: ["markup"]
    case .currency: ["currency"]
    case .contract: ["contract"]
    case .project: ["project"]
    case .milestone: ["milestone"]
    case .ticket: ["ticket"]
    case .taxClass: ["tax_class"]
    case .purchaseOrder: ["purchase_order"]
    case .decision: ["decision"]
    case .decidedBy: ["decided_by"]
    case .decidedOn: ["decided_on"]
    }
  }

  var isNeeded: Bool { self == .account || self == .delivered }
}

/// Reads charges.csv.
struct OneTimeChargeReader: ~Copyable {
  private var table: AuthoredTable<OneTimeChargeColumn>
  private var charges: [OneTimeCharge] = []
  private var lineByID: [Label: Int] = [:]
  private let references: ContractReferences

  /// The charges of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, references: ContractReferences
  ) -> (rows: [OneTimeCharge], findings: FindingList) {
    var reader = OneTimeChargeReader(table: AuthoredTable(text, file: file), references: references)
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.charges, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<OneTimeChargeColumn>, references: ContractReferences) {
    self.table = table
    self.references = references
  }

  private mutating func takeRow() {
    var isBad = false
    let account = table.neededReference(.account, to: references.accounts, what: "account")
    let delivered = table.date(.delivered, isBad: &isBad)
    let item = table.given(.item).flatMap { references.priceBook[$0] }
    let description = table.given(.description) ?? item?.description ?? table.needed(.description)
    let quantity = table.millionths(.quantity, isBad: &isBad)
    let price = takePrice(isBad: &isBad)
    let ownCurrency = table.currency(.currency, isBad: &isBad)
    let decision = table.decision(.decision, by: .decidedBy, on: .decidedOn, isBad: &isBad)
    takeID(isBad: &isBad)
    guard let account, let description, let price, !isBad else { return }
    guard let currency = ownCurrency ?? references.currency(account, delivered ?? .distantFuture) else {
      return table.error(
        .account, "the price has no currency",
        hint: "fill the column 'currency', or 'currency' in catalog.yaml")
    }
    if price == .book,
      let fault = BookPriceRule.fault(table.label(.item), currency, delivered, references.priceBook)
    {
      return table.error(.item, fault.message, hint: fault.hint)
    }
    var charge = OneTimeCharge(
      accountIndex: account, description: description, delivered: delivered,
      quantityMicro: quantity ?? 1_000_000, price: price, currency: currency, line: table.line)
    charge.id = table.label(.charge)
    charge.item = table.label(.item)
    charge.contract = table.label(.contract)
    charge.project = table.label(.project)
    charge.milestone = table.label(.milestone)
    charge.ticket = table.label(.ticket)
    charge.taxClass = table.given(.taxClass) ?? item?.taxClass ?? .empty
    charge.purchaseOrder = table.label(.purchaseOrder)
    charge.decision = decision
    charges.append(charge)
  }

  private mutating func takeID(isBad: inout Bool) {
    guard let id = table.given(.charge) else { return }
    if let line = lineByID[id] {
      table.error(.charge, "line \(line) is charge \(Quoted.text(id)) already", hint: "keep one")
      isBad = true
    }
    lineByID[id] = table.line
  }

  /// The one of price, cost and item that says what one costs.
  private mutating func takePrice(isBad: inout Bool) -> OneTimePrice? {
    let markup = takeMarkup(isBad: &isBad)
    switch (table.given(.price) != nil, table.given(.cost) != nil) {
    case (true, true):
      table.error(.cost, "the charge has both price and cost", hint: "keep one")
      return nil
    case (true, false):
      return table.decimal(.price, scale: Amount.scale).map { .own(Amount(pico: $0)) }
    case (false, true):
      let cost = table.decimal(.cost, scale: Amount.scale)
      return cost.map { .cost(Amount(pico: $0), markup: markup ?? 0) }
    case (false, false):
      if table.given(.item) != nil { return .book }
      table.error(.account, "the charge has no price", hint: "fill price, cost or item")
      return nil
    }
  }

  private mutating func takeMarkup(isBad: inout Bool) -> Int64? {
    guard table.given(.markup) != nil else { return nil }
    guard table.given(.cost) != nil else {
      table.error(.markup, "a markup needs a cost", hint: "fill 'cost', or empty the cell")
      isBad = true
      return nil
    }
    return table.percentage(.markup, in: -100...10_000, isBad: &isBad)
  }
}

/// Whether the price book has what a one-time charge asks of it.
enum BookPriceRule {
  /// Why not; nil where it has. An undelivered charge is asked for its last price.
  static func fault(
    _ name: Label, _ currency: Currency, _ day: CivilDate?, _ book: PriceBook
  ) -> TextFault? {
    guard let item = book[name] else {
      return TextFault(
        message: "price-book.csv has no item \(Quoted.text(name))",
        hint: Quoted.suggestion(
          for: name, in: book.items.map(\.name), otherwise: "add it, or fill 'price'"))
    }
    if let price = item.price(in: currency, on: day ?? .distantFuture) {
      guard price.tiers != nil else { return nil }
      return TextFault(
        message: "\(Quoted.text(name)) has prices by quantity, which are for contracts",
        hint: "fill 'price', or name another item")
    }
    let moment = day.map { " on \($0)" } ?? ""
    return TextFault(
      message: "the price book has no price of \(Quoted.text(name)) in \(currency)\(moment)",
      hint: "add one to price-book.csv, or fill 'price'")
  }
}

extension AuthoredTable {
  /// A percentage, with or without `%`, in 10⁻¹⁰ of a whole (8 digits after the point); nil where the cell is empty.
  mutating func percentage(_ column: Column, in range: ClosedRange<Int128>, isBad: inout Bool) -> Int64? {
    guard let text = given(column) else { return nil }
    let digits = text.bytes.last == UInt8(ascii: "%") ? text.bytes.dropLast() : text.bytes[...]
    let unit: Int128 = 100_000_000
    if case .success(let value) = DecimalText.parse(String(decoding: digits, as: UTF8.self), scale: 8),
      range.lowerBound * unit <= value, value <= range.upperBound * unit
    {
      return Int64(value)
    }
    error(
      column, "bad \(column.name) \(Quoted.text(text))",
      hint: "expected per cent from \(range.lowerBound) to \(range.upperBound), such as 12.5")
    isBad = true
    return nil
  }

  /// What was decided; who and when need a decision.
  mutating func decision(
    _ column: Column, by: Column, on: Column, isBad: inout Bool
  ) -> ChargeDecision? {
    let day = date(on, isBad: &isBad)
    let verdict: ChargeDecision.Verdict? = word(column, isBad: &isBad)
    guard let verdict else {
      if !isBad, let other = [by, on].first(where: { given($0) != nil }) {
        error(other, "nothing was decided", hint: "fill '\(column.name)' with approve, hold or reject")
        isBad = true
      }
      return nil
    }
    return ChargeDecision(verdict: verdict, by: label(by), on: day)
  }
}
