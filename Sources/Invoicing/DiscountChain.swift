// Takes discounts off lines, one after the other.

import BillingCalendar
import Catalog
import Money
import Tables

/// Discounts of one document: lines first, then contracts, then the client; each sees what is left.
struct DiscountChain {
  /// The lines, with what is left of them.
  private(set) var lines: [NetLine]
  /// What was taken off, in order.
  private(set) var discounts: [DiscountLine] = []
  /// What discounts of an amount have taken off all documents of the account and period, by where they are written.
  private(set) var taken: [LineOrigin: Amount]
  /// The most that discounts of an amount may take off, where that is less than they say, by where they are written.
  private var limits: [LineOrigin: Amount] = [:]
  private let currency: Currency

  /// Starts with the lines of a document; `taken` is what its account's other documents of the period have had.
  init(lines: [NetLine], currency: Currency, taken: [LineOrigin: Amount] = [:]) {
    self.lines = lines
    self.currency = currency
    self.taken = taken
  }

  /// Takes the discounts of an account off, `all` in file order.
  ///
  /// An amount takes off no more than is left to pay in the end: where percentages after it leave less than credits have room for,
  /// it is cut, the last one first. What is below zero without any amount stays so.
  mutating func take(_ all: [Discount]) throws(InvoiceDraftFault) {
    let start = self
    var limits: [LineOrigin: Amount] = [:]
    while true {
      try takeOnce(all)
      let short = .zero - lines.reduce(Amount.zero) { $0 + $1.net }
      guard short > .zero, let last = discounts.last(where: \.isAmountOff) else { return }
      limits[last.origin] = max(.zero, .zero - last.amount.rounded - short)
      self = start
      self.limits = limits
    }
  }

  private mutating func takeOnce(_ all: [Discount]) throws(InvoiceDraftFault) {
    for (_, discount) in all.enumerated().sorted(by: {
      ($0.element.level, $0.offset) < ($1.element.level, $1.offset)
    }) {
      // What is already a credit is not discounted, nor what a credit is less by.
      try take(discount, of: all, where: { $0.net > .zero && !$0.isOfCredit })
      // But what is given back was discounted when it was billed, and no more is given back than was paid.
      if case .share = discount.value {
        try take(discount, of: all, where: { $0.isCorrection && $0.net < .zero && !$0.isOfCredit })
      }
    }
    for index in lines.indices { giveBack(all, at: index) }
  }

  /// Discounts of an amount are an invoice's, whatever days its lines have. A refund of a line on which one fell gives back
  /// what of all discounts fell on its days, as far as the percentages have not: no more is given back than was paid.
  private mutating func giveBack(_ all: [Discount], at index: Int) {
    guard let (known, amount) = toGiveBack(all, at: index) else { return }
    let (line, then) = (lines[index], lines[index].discountThen)
    lines[index].net += amount
    discounts.append(
      DiscountLine(
        description: Label("\(known.description), \(then.invoice)"), level: known.level,
        value: .amount(amount, currency), base: line.net, amount: LineAmount(exact: amount, rounded: amount),
        shares: [LineShare(number: line.number, amount: amount)],
        origin: LineOrigin(known)))
  }

  /// What of a discount of an amount is to be given back with a line; nil where nothing is.
  private func toGiveBack(_ all: [Discount], at index: Int) -> (discount: Discount, amount: Amount)? {
    let (line, then) = (lines[index], lines[index].discountThen)
    guard then.amount > .zero else { return nil }
    let known = all.first { discount in
      guard case .amount(_, currency) = discount.value else { return false }
      return isFor(line, discount)
    }
    let given = discounts.reduce(Amount.zero) { sum, discount in
      discount.shares.reduce(sum) { $1.number == line.number ? $0 + $1.amount : $0 }
    }
    guard let known, given < then.amount else { return nil }
    return (known, then.amount - given)
  }

  private func isFor(_ line: NetLine, _ discount: Discount) -> Bool {
    discount.span.contains(line.firstDay) && (discount.item.isEmpty || discount.item == line.item)
      && (discount.contract.isEmpty || discount.contract == line.contract)
  }

  private mutating func take(
    _ discount: Discount, of all: [Discount], where isMeant: (NetLine) -> Bool
  ) throws(InvoiceDraftFault) {
    let fits = lines.indices.filter { index in
      isMeant(lines[index]) && isFor(lines[index], discount)
    }
    let base = fits.reduce(Amount.zero) { $0 + lines[$1].net }
    guard base != .zero, let amount = try amount(of: discount, base, all) else { return }
    if case .amount = discount.value {
      taken[LineOrigin(discount), default: .zero] += .zero - amount.rounded
    }
    let weights = fits.map { Int128(lines[$0].net.pico.magnitude) / unit }
    let parts = LargestRemainder.parts(of: amount.rounded, weights: weights, digits: currency.minorDigits)
    var shares: [LineShare] = []
    for (index, part) in zip(fits, parts) where part != .zero {
      lines[index].net += part
      shares.append(LineShare(number: lines[index].number, amount: part))
    }
    discounts.append(
      DiscountLine(
        description: discount.description, level: discount.level, value: discount.value, base: base,
        amount: amount, shares: shares, origin: LineOrigin(discount)))
  }

  private var unit: Int128 { RoundingRule(scale: currency.minorDigits, mode: .down).stepPico }

  /// What is left to pay of all lines, with what is yet to be given back of their discounts; below zero where credits are more.
  private func left(_ all: [Discount]) -> Amount {
    lines.indices.reduce(lines.reduce(.zero) { $0 + $1.net }) {
      $0 + (toGiveBack(all, at: $1)?.amount ?? .zero)
    }
  }

  /// What is taken off, of the other sign than the base; nil for an amount in another currency, or where nothing is left.
  private func amount(
    of discount: Discount, _ base: Amount, _ all: [Discount]
  ) throws(InvoiceDraftFault) -> LineAmount? {
    switch discount.value {
    case .share(let share):
      return try LineAmount(
        product: [-base.pico, Int128(share)], over: Share.whole, in: currency,
        origin: LineOrigin(discount))
    case .amount(let amount, let own):
      // Nobody is owed money because of a coupon: credits come off before it.
      let rest = amount - (taken[LineOrigin(discount)] ?? .zero)
      let part = min(rest, base, max(.zero, left(all)), limits[LineOrigin(discount)] ?? rest)
      guard own == currency, part != .zero else { return nil }
      return LineAmount(numeratorPico: -part.pico, over: 1, in: currency)
    }
  }
}

extension DiscountLine {
  /// Whether it takes off an amount, and no percentage.
  fileprivate var isAmountOff: Bool {
    guard case .amount = value else { return false }
    return amount.rounded < .zero
  }
}

extension LineOrigin {
  /// Where a discount is written.
  fileprivate init(_ discount: Discount) { self.init(file: discount.file, line: discount.line) }
}
