// A deck of the reference rater: rows searched from end to end, North American numbers taken apart as text.

/// One deck as one record meets it.
struct ReferenceDeck {
  let tariff: Tariff
  let deck: Tariff.Deck
  let record: ReferenceRecord

  /// A row with the price that it has for this call.
  struct Found {
    var row: Tariff.Row
    /// Empty where the row has one price.
    var jurisdiction = ""
    /// Whether the row has the price that its jurisdiction needs.
    var hasPrice = true
  }

  func found(_ number: ReferenceText.Number) -> Found? {
    guard let rule = deck.jurisdiction else { return match(number).map { Found(row: $0) } }
    let routing = rule.usesRoutingNumber ? routingNumber : nil
    guard var row = northAmericanRow(number, routing) else { return nil }
    guard let prices = row.jurisdictionPrices else { return Found(row: row) }
    let word = jurisdiction(number, routing)
    let pico =
      switch word {
      case "inter": prices.inter
      case "intra": prices.intra
      default: prices.indeterminate ?? prices.inter
      }
    row.price.pico = pico ?? 0
    return Found(row: row, jurisdiction: word, hasPrice: pico != nil)
  }

  /// The longest prefix among the rows that are effective at the charging start.
  private func match(_ number: ReferenceText.Number) -> Tariff.Row? {
    let ofKind = deck.rows.filter { $0.kind == record.kind }
    let effective = ofKind.filter { row in
      if let from = row.from, record.seconds < from { return false }
      if let until = row.until, record.seconds >= until { return false }
      // A later row of the same prefix ends this one.
      return !ofKind.contains { later in
        later.prefix == row.prefix && later.from ?? .min > row.from ?? .min
          && record.seconds >= later.from ?? .min
      }
    }
    let fitting = effective.filter {
      number.isShort ? number.digits == $0.prefix : number.digits.hasPrefix($0.prefix)
    }
    return fitting.max { $0.prefix.count < $1.prefix.count }
  }

  // MARK: North America

  /// The ten digits of a North American number.
  private func tenDigits(_ number: ReferenceText.Number?) -> String? {
    guard let number, !number.isShort, number.digits.count == 11, number.digits.hasPrefix("1") else {
      return nil
    }
    let ten = String(number.digits.dropFirst())
    return ten.hasPrefix("0") || ten.hasPrefix("1") ? nil : ten
  }

  private var routingNumber: String? {
    var text = String(decoding: record.cells["lrn"] ?? [], as: UTF8.self)
    if text.hasPrefix("+") { text.removeFirst() }
    let digits = text.filter { !" -.()".contains($0) }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    let number = ReferenceText.Number(digits: digits.count == 10 ? "1" + digits : digits, isShort: false)
    return tenDigits(number)
  }

  private static let tollFree = ["800", "833", "844", "855", "866", "877", "888"]

  private func northAmericanRow(_ number: ReferenceText.Number, _ routing: String?) -> Tariff.Row? {
    let ten = tenDigits(number)
    if let code = Self.serviceCode(number) {
      return match(ReferenceText.Number(digits: code, isShort: true))
    }
    if let ten, ten.hasSuffix("5551212"), !Self.tollFree.contains(String(ten.prefix(3))),
      let row = match(ReferenceText.Number(digits: "411", isShort: true))
    {
      return row
    }
    if let ten, Self.tollFree.contains(String(ten.prefix(3))) {
      if let row = match(number), row.prefix.count >= 4 { return row }
      return record.from.flatMap { match($0) }
    }
    if ten != nil, let routing { return match(ReferenceText.Number(digits: "1" + routing, isShort: false)) }
    return match(number)
  }

  private static func serviceCode(_ number: ReferenceText.Number) -> String? {
    var digits = number.digits
    if digits.count == 4, digits.hasPrefix("1") { digits.removeFirst() }
    let isCode =
      digits.count == 3 && digits.hasSuffix("11") && !digits.hasPrefix("0") && !digits.hasPrefix("1")
    return isCode ? digits : nil
  }

  private func jurisdiction(_ number: ReferenceText.Number, _ routing: String?) -> String {
    // Row and state go by one number.
    var called = tenDigits(number) == nil ? nil : routing
    if called == nil, let ten = tenDigits(number), !Self.tollFree.contains(String(ten.prefix(3))) {
      called = ten
    }
    guard let caller = tenDigits(record.from), let called, let a = state(caller), let b = state(called) else {
      return "indeterminate"
    }
    return a == b ? "intra" : "inter"
  }

  private func state(_ ten: String) -> String? {
    for length in [7, 6, 3] {
      if let state = tariff.states[String(ten.prefix(length))] { return state }
    }
    return nil
  }
}
