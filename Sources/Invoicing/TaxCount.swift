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
  /// Where the account is.
  let place: Label
  /// The document's currency.
  let currency: Currency
  /// Where amounts are rounded.
  let rounding: TaxRounding

  /// What each tax came to on each line, for taxes on it.
  private var taxOfLine: [Label: [Int: Amount]] = [:]

  init(
    rules: [TaxRule], exemptions: [TaxExemption], place: Label, currency: Currency, rounding: TaxRounding
  ) {
    // Of one tax, `US-DC` replaces `US`.
    let owed = rules.filter { $0.isOwed(in: place) }
    let narrowest = Dictionary(owed.map { ($0.tax, $0.place.bytes.count) }, uniquingKeysWith: max)
    self.rules = owed.filter { $0.place.bytes.count == narrowest[$0.tax] }
    self.exemptions = exemptions
    self.place = place
    self.currency = currency
    self.rounding = rounding
  }

  /// The taxes on `lines`, in the order of counting; a row without a line on it gives none.
  mutating func taxes(on lines: [NetLine]) -> [TaxLine] {
    var taxes: [TaxLine] = []
    for rule in rules where rule.currency ?? currency == currency {
      let covered = lines.filter { line in
        rule.span.contains(line.taxDay) && (rule.classes.isEmpty || rule.classes.contains(line.taxClass))
      }
      guard !covered.isEmpty else { continue }
      // A certificate may end between two lines of one invoice.
      let exempt = Dictionary(grouping: covered) { line in
        exemptions.firstIndex {
          ($0.tax.isEmpty || $0.tax == rule.tax) && $0.span.contains(line.taxDay)
        }
      }
      for (index, lines) in exempt.sorted(by: { ($0.key ?? -1) < ($1.key ?? -1) }) {
        taxes.append(tax(of: rule, on: lines, exemption: index.map { exemptions[$0] }))
      }
    }
    return taxes
  }

  private mutating func tax(
    of rule: TaxRule, on lines: [NetLine], exemption: TaxExemption?
  ) -> TaxLine {
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
    (tax.amount, tax.quantityMicro) = amount(of: rule, bases, base, lines)
    tax.shares = shares(of: tax.amount.rounded, bases, lines)
    for share in tax.shares {
      taxOfLine[rule.tax, default: [:]][share.number, default: .zero] += share.amount
    }
    return tax
  }

  private func amount(
    of rule: TaxRule, _ bases: [Amount], _ base: Amount, _ lines: [NetLine]
  ) -> (LineAmount, quantityMicro: Int128?) {
    switch rule.method {
    case .percent(let share):
      return (bounded(self.share(share, of: bases, base), rule), nil)
    case .bracket(let share, let above, let upTo):
      let part = max(.zero, min(base, upTo ?? base) - above)
      return (bounded(self.share(share, of: [part], part), rule), nil)
    case .perLine(let amount):
      let count = lines.reduce(Int128(0)) { $0 + Int128($1.countMicro) }
      let exact = LineAmount(numeratorPico: amount.pico * count, over: 1_000_000, in: currency)
      return (bounded(exact, rule), count)
    case .perMinute(let amount):
      let milliseconds = lines.reduce(Int128(0)) { $0 + $1.callMilliseconds }
      let exact = LineAmount(numeratorPico: amount.pico * milliseconds, over: 60_000, in: currency)
      return (bounded(exact, rule), RoundingRule.divide(milliseconds * 1000, by: 60, mode: .halfEven))
    case .flat(let amount):
      return (bounded(LineAmount(numeratorPico: amount.pico, over: 1, in: currency), rule), nil)
    }
  }

  /// The share of a base, rounded once; or of each line, and their sum.
  private func share(_ share: Int64, of bases: [Amount], _ base: Amount) -> LineAmount {
    func rounded(_ base: Amount) -> LineAmount {
      LineAmount(numeratorPico: base.pico * Int128(share), over: Share.whole, in: currency)
    }
    var amount = rounded(base)
    if rounding == .line { amount.rounded = bases.reduce(.zero) { $0 + rounded($1).rounded } }
    return amount
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

  // Largest remainder by base; a line of the other sign takes no part. Where no base has the tax's sign (an amount for an
  // invoice of nothing), all lines weigh the same.
  private func shares(of amount: Amount, _ bases: [Amount], _ lines: [NetLine]) -> [LineShare] {
    let unit = RoundingRule(scale: currency.minorDigits, mode: .down).stepPico
    var weights = bases.map { max(0, (amount < .zero ? -$0.pico : $0.pico) / unit) }
    if weights.allSatisfy({ $0 == 0 }) { weights = bases.map { _ in 1 } }
    let parts = LargestRemainder.parts(of: amount, weights: weights, digits: currency.minorDigits)
    return zip(lines, parts).map { LineShare(number: $0.number, amount: $1) }
  }
}
