// Reads taxes.csv. A tax may only be on taxes above it, so that the file's order is the order of counting.

import BillingCalendar
import Money
import Tables

/// The columns of taxes.csv.
enum TaxColumn: Int, TableColumn {
  case tax, place, classes, method, rate, above, upTo, currency, on, minimum, maximum, from, until

  var names: [String] {
    switch self {
    case .tax: ["tax"]
    case .place: ["place"]
    case .classes: ["classes", "class"]
    case .method: ["method"]
    case .rate: ["rate"]
    case .above: ["above"]
    case .upTo: ["up_to"]
    case .currency: ["currency"]
    case .on: ["on"]
    case .minimum: ["minimum"]
    case .maximum: ["maximum"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .tax || self == .place || self == .rate }
}

/// The words of the column `method`.
enum TaxMethodWord: String, CaseIterable {
  case percent, bracket, flat
  case perLine = "per-line"
  case perMinute = "per-minute"
}

/// Reads taxes.csv.
struct TaxReader: ~Copyable {
  private var table: AuthoredTable<TaxColumn>
  private var rules: [TaxRule] = []

  /// The rules of `text` in file order, and what is wrong with it. `currency` is that of amounts without one.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, currency: Currency?
  ) -> (rows: [TaxRule], findings: FindingList) {
    var reader = TaxReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(currency) }
    return (reader.rules, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<TaxColumn>) { self.table = table }

  private mutating func takeRow(_ defaultCurrency: Currency?) {
    var isBad = false
    let tax = table.needed(.tax)
    let place = table.needed(.place)
    let word: TaxMethodWord? = table.word(.method, isBad: &isBad)
    let ownCurrency = table.currency(.currency, isBad: &isBad)
    let minimum = table.amount(.minimum, isBad: &isBad)
    let maximum = table.amount(.maximum, isBad: &isBad)
    guard let tax, let place, !isBad, let method = takeMethod(word ?? .percent) else { return }
    guard let span = table.span(from: .from, until: .until) else { return }
    var rule = TaxRule(
      tax: tax, place: place, classes: table.names(.classes) ?? [], method: method, currency: nil,
      on: table.names(.on) ?? [], minimum: minimum, maximum: maximum, from: span.from, until: span.until,
      line: table.line)
    guard checkOrder(rule) else { return }
    if rule.hasAmount {
      rule.currency = ownCurrency ?? defaultCurrency
      if rule.currency == nil {
        return table.error(
          .rate, "the amount has no currency", hint: "fill 'currency', or 'currency' in catalog.yaml")
      }
    }
    if let twin = rules.first(where: { $0.isTwin(of: rule) }) {
      return table.error(
        .tax, "line \(twin.line) says the same tax for these days already", hint: "keep one")
    }
    rules.append(rule)
  }

  private mutating func takeMethod(_ word: TaxMethodWord) -> TaxRule.Method? {
    var isBad = false
    let above = table.amount(.above, isBad: &isBad)
    let upTo = table.amount(.upTo, isBad: &isBad)
    guard !isBad, table.needed(.rate) != nil else { return nil }
    if word != .bracket, above != nil || upTo != nil {
      table.error(
        above == nil ? .upTo : .above, "only brackets have bounds",
        hint: "empty the cell, or write 'bracket' in 'method'")
      return nil
    }
    switch word {
    case .percent: return table.percentage(.rate, in: 0...1000, isBad: &isBad).map { .percent($0) }
    case .bracket:
      let from = above ?? .zero
      if let upTo, upTo <= from {
        table.error(.upTo, "the bracket ends where it begins", hint: "expected more than \(from)")
        return nil
      }
      return table.percentage(.rate, in: 0...1000, isBad: &isBad)
        .map { .bracket(share: $0, above: from, upTo: upTo) }
    case .perLine: return table.amount(.rate, isBad: &isBad).map { .perLine($0) }
    case .perMinute: return table.amount(.rate, isBad: &isBad).map { .perMinute($0) }
    case .flat: return table.amount(.rate, isBad: &isBad).map { .flat($0) }
    }
  }

  private mutating func checkOrder(_ rule: TaxRule) -> Bool {
    for name in rule.on where !rules.contains(where: { $0.tax == name }) || name == rule.tax {
      table.error(
        .on, "no tax \(Quoted.text(name)) stands above",
        hint: Quoted.suggestion(
          for: name, in: Set(rules.map(\.tax)).sorted(), otherwise: "a tax can be on taxes above it"))
      return false
    }
    return true
  }
}

extension TaxRule {
  /// Whether it says an amount of money anywhere.
  var hasAmount: Bool {
    switch method {
    case .percent: minimum != nil || maximum != nil
    case .bracket, .perLine, .perMinute, .flat: true
    }
  }

  /// Whether both would be counted for one line on one day, as the same tax.
  func isTwin(of other: TaxRule) -> Bool {
    guard tax == other.tax, place == other.place, span.overlaps(other.span) else { return false }
    let share = classes.isEmpty || other.classes.isEmpty || !Set(classes).isDisjoint(with: other.classes)
    guard share else { return false }
    guard case .bracket(_, let above, let upTo) = method,
      case .bracket(_, let otherAbove, let otherUpTo) = other.method
    else { return true }
    // Brackets of one tax stand side by side.
    let endsBefore = upTo.map { $0 <= otherAbove } ?? false
    let beginsAfter = otherUpTo.map { $0 <= above } ?? false
    return !endsBefore && !beginsAfter
  }
}
