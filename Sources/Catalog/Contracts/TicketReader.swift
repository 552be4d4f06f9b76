// Reads tickets.csv: what the service desk worked on, and what of it is to be billed.

import BillingCalendar
import Money
import Tables

/// The columns of tickets.csv.
enum TicketColumn: Int, TableColumn {
  case ticket, account, summary, closed, billable, hours, item, price, quantity, currency, contract, project
  case taxClass, purchaseOrder, decision, decidedBy, decidedOn

  var names: [String] {
    switch self {
    case .ticket: ["ticket"]
    case .account: ["account"]
    case .summary: ["summary"]
    case .closed: ["closed"]
    case .billable: ["billable"]
    case .hours: ["hours"]
    case .item: ["item"]
    case .price: ["price"]
    case .quantity: ["quantity"]
    case .currency: ["currency"]
    case .contract: ["contract"]
    case .project: ["project"]
    case .taxClass: ["tax_class"]
    case .purchaseOrder: ["purchase_order"]
    case .decision: ["decision"]
    case .decidedBy: ["decided_by"]
    case .decidedOn: ["decided_on"]
    }
  }

  var isNeeded: Bool { self == .ticket || self == .account || self == .closed }
}

/// Reads tickets.csv.
struct TicketReader: ~Copyable {
  private enum Flag: String, CaseIterable { case yes, no }

  private var table: AuthoredTable<TicketColumn>
  private var tickets: [Ticket] = []
  private var lineByID: [Label: Int] = [:]
  private let references: ContractReferences
  private let innerFile: String

  /// The tickets of `text` in file order, and what is wrong with it; `innerFile` is its path inside the catalog.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, innerFile: String = "tickets.csv",
    places: FeedPlaces? = nil, references: ContractReferences
  ) -> (rows: [Ticket], findings: FindingList) {
    var reader = TicketReader(
      table: AuthoredTable(text, file: file, places: places), innerFile: innerFile, references: references)
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.tickets, reader.table.finish())
  }

  private init(
    table: consuming AuthoredTable<TicketColumn>, innerFile: String, references: ContractReferences
  ) {
    self.table = table
    self.innerFile = innerFile
    self.references = references
  }

  private mutating func takeRow() {
    var isBad = false
    let id = takeID(isBad: &isBad)
    let account = table.neededReference(.account, to: references.accounts, what: "account")
    let closed = table.date(.closed, isBad: &isBad)
    let billable: Flag? = table.word(.billable, isBad: &isBad)
    let hours = table.millionths(.hours, isBad: &isBad)
    let quantity = takeQuantity(hours, isBad: &isBad)
    let price = takePrice(isBad: &isBad)
    let currency = table.currency(.currency, isBad: &isBad)
    let decision = table.decision(.decision, by: .decidedBy, on: .decidedOn, isBad: &isBad)
    guard let id, let account, !isBad else { return }
    var ticket = Ticket(
      accountIndex: account, id: id, summary: table.given(.summary) ?? id, closed: closed,
      isBillable: billable.map { $0 == .yes }, hoursMicro: hours ?? 0, file: innerFile, line: table.line)
    if let price, ticket.isBillable != false {
      guard
        let charge = charge(
          for: ticket, price, quantity ?? 1_000_000,
          currency ?? references.currency(account, closed ?? .distantFuture), decision)
      else { return }
      ticket.charge = charge
    }
    tickets.append(ticket)
  }

  private mutating func charge(
    for ticket: Ticket, _ price: OneTimePrice, _ quantityMicro: Int64, _ currency: Currency?,
    _ decision: ChargeDecision?
  ) -> OneTimeCharge? {
    guard let currency else {
      table.error(
        .account, "the price has no currency",
        hint: "fill the column 'currency', or 'currency' in catalog.yaml")
      return nil
    }
    let item = table.label(.item)
    if price == .book,
      let fault = BookPriceRule.fault(item, currency, ticket.closed, references.priceBook)
    {
      table.error(.item, fault.message, hint: fault.hint)
      return nil
    }
    var charge = OneTimeCharge(
      accountIndex: ticket.accountIndex, description: ticket.summary, delivered: ticket.closed,
      quantityMicro: quantityMicro, price: price, currency: currency, line: table.line)
    charge.item = item
    charge.contract = table.label(.contract)
    charge.project = table.label(.project)
    charge.ticket = ticket.id
    charge.taxClass = table.given(.taxClass) ?? references.priceBook[item]?.taxClass ?? .empty
    charge.purchaseOrder = table.label(.purchaseOrder)
    charge.decision = decision
    charge.file = ticket.file
    return charge
  }

  private mutating func takeID(isBad: inout Bool) -> Label? {
    guard let id = table.needed(.ticket) else { return nil }
    guard let line = lineByID[id] else {
      lineByID[id] = table.line
      return id
    }
    table.error(.ticket, "line \(line) is ticket \(Quoted.text(id)) already", hint: "keep one")
    isBad = true
    return nil
  }

  /// How many of the item: hours of work where nothing else is said.
  private mutating func takeQuantity(_ hours: Int64?, isBad: inout Bool) -> Int64? {
    table.millionths(.quantity, isBad: &isBad) ?? hours
  }

  private mutating func takePrice(isBad: inout Bool) -> OneTimePrice? {
    guard table.given(.price) != nil else { return table.given(.item) == nil ? nil : .book }
    guard let pico = table.decimal(.price, scale: Amount.scale) else {
      isBad = true
      return nil
    }
    return .own(Amount(pico: pico))
  }
}
