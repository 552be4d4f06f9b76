// Counts the taxes of a document by the rows of taxes.csv.

import BillingCalendar
import Catalog
import Money
import Tables

/// Taxes of one account's document.
///
/// Rows are counted in file order; each row is one group: its lines, its base, one amount. Of the rows of one tax only those
/// of the narrowest place hold. A tax on taxes has in its base what these come to on its lines.
struct TaxCount {
  /// Rows of taxes.csv.
  let rules: [TaxRule]
  /// The exemptions of the account.
  let exemptions: [TaxExemption]
  /// The document's currency.
  let currency: Currency
  /// Where amounts are rounded.
  let rounding: TaxRounding

  /// What each tax came to on each line, for taxes on it.
  private var taxOfLine: [Label: [Int: Amount]] = [:]

  /// The flat taxes that documents of the account and period have, by their lines in the file: each is owed once.
  private(set) var flatTaxes: Set<Int>

  /// Lines of which a flat tax stands on another document of the account and period.
  private(set) var linesTaxedElsewhere: Set<Int> = []

  /// `flatTaxes` are those on the account's other documents of the period.
  init(
    rules: [TaxRule], exemptions: [TaxExemption], currency: Currency, rounding: TaxRounding,
    flatTaxes: Set<Int> = []
  ) {
    self.flatTaxes = flatTaxes
    self.rules = rules
    self.exemptions = exemptions
    self.currency = currency
    self.rounding = rounding
  }

  /// The taxes on `lines`, in the order of counting; a row without a line on it gives none. `place` says where a line is
  /// taxed: an account may have moved between two lines of one invoice.
  mutating func taxes(
    on lines: [NetLine], place: (NetLine) -> Label
  ) throws(InvoiceDraftFault) -> [TaxLine] {
    let places = lines.map(place)
    let owed = Dictionary(
      Set(places).map { ($0, Self.rows(of: rules, in: $0)) }, uniquingKeysWith: { $1 })
    var taxes: [TaxLine] = []
    for rule in rules where rule.currency ?? currency == currency {
      let covered = zip(lines, places).filter { line, place in
        owed[place]?.contains(rule.line) == true && rule.span.contains(line.taxDay)
          && (rule.classes.isEmpty || rule.classes.contains(line.taxClass))
      }.map(\.0)
      guard !covered.isEmpty else { continue }
      if case .flat = rule.method, !flatTaxes.insert(rule.line).inserted {
        linesTaxedElsewhere.formUnion(covered.map(\.number))
        continue
      }
      // A certificate may end between two lines of one invoice.
      let exempt = Dictionary(grouping: covered) { line in
        exemptions.firstIndex {
          ($0.tax.isEmpty || $0.tax == rule.tax) && $0.span.contains(line.taxDay)
        }
      }
      for (index, lines) in exempt.sorted(by: { ($0.key ?? -1) < ($1.key ?? -1) }) {
        taxes.append(try tax(of: rule, on: lines, exemption: index.map { exemptions[$0] }))
      }
    }
    return taxes
  }

  /// The rows that hold in a place, by their lines in the file: of one tax, `US-DC` replaces `US`.
  private static func rows(of rules: [TaxRule], in place: Label) -> Set<Int> {
    let owed = rules.filter { $0.isOwed(in: place) }
    let narrowest = Dictionary(owed.map { ($0.tax, $0.place.bytes.count) }, uniquingKeysWith: max)
    return Set(owed.filter { $0.place.bytes.count == narrowest[$0.tax] }.map(\.line))
  }

  private mutating func tax(
    of rule: TaxRule, on lines: [NetLine], exemption: TaxExemption?
  ) throws(InvoiceDraftFault) -> TaxLine {
    let bases = lines.map { line in
      rule.on.reduce(line.net) { $0 + (taxOfLine[$1]?[line.number] ?? .zero) }
    }
    let base = bases.reduce(.zero, +)
    var tax = TaxLine(
      tax: rule.tax, place: rule.place, method: rule.method, base: base, quantityMicro: nil,
      exemption: exemption, shares: lines.map { LineShare(number: $0.number, amount: .zero) },
      origin: LineOrigin(file: "taxes.csv", line: rule.line),
      amount: LineAmount(exact: .zero, rounded: .zero))
    if exemption != nil { return tax }
    let own = try ownTaxes(of: rule, bases)
    (tax.amount, tax.quantityMicro) = try amount(of: rule, own, base, lines)
    let parts = try parts(of: tax.amount, rule, own, base, bases)
    tax.shares = zip(lines, parts).map { LineShare(number: $0.number, amount: $1) }
    for share in tax.shares {
      taxOfLine[rule.tax, default: [:]][share.number, default: .zero] += share.amount
    }
    return tax
  }

  /// What each line comes to by itself; nil for taxes that are not a share of what is taxed.
  private func ownTaxes(of rule: TaxRule, _ bases: [Amount]) throws(InvoiceDraftFault) -> [LineAmount]? {
    guard case .percent(let rate) = rule.method else { return nil }
    return try bases.map { base throws(InvoiceDraftFault) in try share(rate, of: base, rule) }
  }

  private func share(
    _ share: Int64, of base: Amount, _ rule: TaxRule
  ) throws(InvoiceDraftFault) -> LineAmount {
    try exact([base.pico, Int128(share)], over: Share.whole, rule)
  }

  private func exact(
    _ factors: [Int128], over denominator: Int128, _ rule: TaxRule
  ) throws(InvoiceDraftFault) -> LineAmount {
    let origin = LineOrigin(file: "taxes.csv", line: rule.line)
    return try LineAmount(product: factors, over: denominator, in: currency, origin: origin)
  }

  private func amount(
    of rule: TaxRule, _ own: [LineAmount]?, _ base: Amount, _ lines: [NetLine]
  ) throws(InvoiceDraftFault) -> (LineAmount, quantityMicro: Int128?) {
    switch rule.method {
    case .percent(let rate): return (bounded(try percentage(rate, own ?? [], base, rule), rule), nil)
    case .bracket(let rate, let above, let upTo):
      return (bounded(try share(rate, of: max(.zero, min(base, upTo ?? base) - above), rule), rule), nil)
    case .perLine(let amount):
      let count = lines.reduce(Int128(0)) { $0 + Int128($1.countMicro) }
      return (bounded(try exact([amount.pico, count], over: 1_000_000, rule), rule), count)
    case .perMinute(let amount):
      let milliseconds = lines.reduce(Int128(0)) { $0 + $1.callMilliseconds }
      return (
        bounded(try exact([amount.pico, milliseconds], over: 60_000, rule), rule),
        RoundingRule.divide(milliseconds * 1000, by: 60, mode: .halfEven)
      )
    case .flat(let amount): return (bounded(try exact([amount.pico], over: 1, rule), rule), nil)
    }
  }

  private func bounded(_ amount: LineAmount, _ rule: TaxRule) -> LineAmount {
    var amount = amount
    let digits = RoundingRule(scale: currency.minorDigits, mode: .halfUp)
    if let minimum = rule.minimum, amount.exact > .zero, amount.exact < minimum {
      amount = LineAmount(exact: minimum, rounded: digits.round(minimum))
    }
    if let maximum = rule.maximum, amount.exact > maximum {
      amount = LineAmount(exact: maximum, rounded: digits.round(maximum))
    }
    return amount
  }

  /// A share of what is taxed, before its bounds.
  private func percentage(
    _ rate: Int64, _ own: [LineAmount], _ base: Amount, _ rule: TaxRule
  ) throws(InvoiceDraftFault) -> LineAmount {
    var amount = try share(rate, of: base, rule)
    if rounding == .line { amount.rounded = own.reduce(.zero) { $0 + $1.rounded } }
    return amount
  }

  /// What of `amount` falls on each line. A share of what is taxed falls on the line that it is a share of, with its sign, so
  /// that crediting a line takes back its own tax. What a bound has cut, and taxes that are no shares, are divided over the
  /// lines of the tax's sign by their bases.
  private func parts(
    of amount: LineAmount, _ rule: TaxRule, _ own: [LineAmount]?, _ base: Amount, _ bases: [Amount]
  ) throws(InvoiceDraftFault) -> [Amount] {
    if case .percent(let rate) = rule.method, let own,
      amount == (try percentage(rate, own, base, rule))
    {
      if rounding == .line { return own.map(\.rounded) }
      return LargestRemainder.parts(
        of: amount.rounded, quotas: own.map(\.exact), digits: currency.minorDigits)
    }
    // Where no base has the tax's sign (an amount for an invoice of nothing), all lines weigh the same.
    let unit = RoundingRule(scale: currency.minorDigits, mode: .down).stepPico
    var weights = bases.map { max(0, (amount.rounded < .zero ? -$0.pico : $0.pico) / unit) }
    if weights.allSatisfy({ $0 == 0 }) { weights = bases.map { _ in 1 } }
    return LargestRemainder.parts(of: amount.rounded, weights: weights, digits: currency.minorDigits)
  }
}
