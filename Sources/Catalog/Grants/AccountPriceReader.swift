// Reads overrides.csv: prices that accounts have for themselves.

import Money
import Tables

/// The columns of overrides.csv.
enum AccountPriceColumn: Int, TableColumn {
  case account, charge, ratingGroup, prefix, kind, price, percent, per, from, until

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .charge: ["charge"]
    case .ratingGroup: ["rating_group"]
    case .prefix: ["prefix"]
    case .kind: ["kind"]
    case .price: ["price"]
    case .percent: ["percent"]
    case .per: ["per"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .account }
}

/// Reads overrides.csv.
struct AccountPriceReader: ~Copyable {
  /// What two rows must not share on the same days.
  private struct Key: Hashable {
    var account: Int
    var charge: Label
    var ratingGroup: Label
    var prefix: Label
    var kind: UsageKind?
  }

  private var table: AuthoredTable<AccountPriceColumn>
  private var prices: [AccountPrice] = []
  private var indicesByKey: [Key: [Int]] = [:]

  /// The rows of `text` in file order, and what is wrong with it.
  ///
  /// `charges` gives the charges of an account's plans; nil where they are not known.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex,
    charges: (_ accountIndex: Int) -> [PlanCharge]?
  ) -> (rows: [AccountPrice], findings: FindingList) {
    var reader = AccountPriceReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts, charges) }
    return (reader.prices, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<AccountPriceColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex, _ charges: (Int) -> [PlanCharge]?) {
    var isBad = false
    let account = table.neededReference(.account, to: accounts, what: "account")
    let kind = table.words(.kind, of: UsageKind.choices, isBad: &isBad).first
    let charge = account.map { takeCharge(charges($0), isBad: &isBad) } ?? .empty
    let prefix = takePrefix(isBad: &isBad)
    let change = takeChange(kind)
    let span = table.span(from: .from, until: .until)
    guard let account, let change, let span, !isBad else { return }
    let price = AccountPrice(
      accountIndex: account, charge: charge, ratingGroup: table.label(.ratingGroup), prefix: prefix,
      kind: kind,
      change: change, dates: span, line: table.line)
    let key = Key(
      account: account, charge: charge, ratingGroup: price.ratingGroup, prefix: prefix, kind: kind)
    if let twin = indicesByKey[key]?.first(where: { prices[$0].dates.overlaps(span) }) {
      let line = prices[twin].line
      return table.error(
        .account, "line \(line) has a price for the same usage on the same days",
        hint: "keep one, or end it with 'until'")
    }
    indicesByKey[key, default: []].append(prices.count)
    prices.append(price)
  }

  private mutating func takeCharge(_ known: [PlanCharge]?, isBad: inout Bool) -> Label {
    guard let name = table.given(.charge) else { return .empty }
    guard let known else { return name }
    guard let charge = known.first(where: { $0.name == name }) else {
      table.error(
        .charge, "no plan of the account has a charge \(Quoted.text(name))",
        hint: Quoted.suggestion(for: name, in: known.map(\.name), otherwise: "check the plan"))
      isBad = true
      return .empty
    }
    if charge.hasChangeablePrice { return name }
    table.error(
      .charge, "charge \(Quoted.text(name)) has no price that could be changed",
      hint: "give the account a plan of its own, which extends this one")
    isBad = true
    return .empty
  }

  private mutating func takePrefix(isBad: inout Bool) -> Label {
    guard let text = table.given(.prefix) else { return .empty }
    let digits = text.bytes.first == UInt8(ascii: "+") ? Array(text.bytes.dropFirst()) : text.bytes
    if (1...15).contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) {
      return Label(bytes: digits)
    }
    table.error(
      .prefix, "\(Quoted.text(text)) is not the beginning of a number",
      hint: "write 1 to 15 digits as in E.164, such as 4917")
    isBad = true
    return .empty
  }

  /// `price` (with `per`, or per as before) or `percent`.
  private mutating func takeChange(_ kind: UsageKind?) -> PriceChange.Change? {
    var isBad = false
    switch (table.given(.price), table.given(.percent)) {
    case (nil, nil):
      table.error(.price, "neither price nor percent", hint: "fill one of the two cells")
    case (_?, _?):
      table.error(.percent, "both price and percent", hint: "keep one")
    case (nil, let text?):
      if table.given(.per) != nil {
        table.error(.per, "'per' belongs to a price", hint: "leave the cell empty")
      }
      return takePercent(text)
    case (_?, nil):
      guard let amount = table.amount(.price, isBad: &isBad) else { return nil }
      guard let pico = Int64(exactly: amount.pico) else {
        table.error(.price, "the price is too large", hint: "check the number")
        return nil
      }
      guard table.given(.per) != nil else { return .price(pico: pico, units: nil) }
      guard let kind else {
        table.error(.per, "'per' needs a kind", hint: "fill the column 'kind', such as voice")
        return nil
      }
      return table.quantity(.per, of: kind, isBad: &isBad).map { .price(pico: pico, units: $0) }
    }
    return nil
  }

  private mutating func takePercent(_ text: Label) -> PriceChange.Change? {
    switch PercentText.parse(text, from: -100) {
    case .success(let percent): return .ratio(PercentText.change(percent))
    case .failure(let fault):
      table.error(.percent, "\(Quoted.text(text)) is not a change in per cent", hint: fault.hint)
      return nil
    }
  }
}
