// Third pass: money allowances, after everything else, as rows of the allowance's own.

import Catalog
import Money

extension Settlement {
  /// Appends what money allowances pay of an event, or get back of one that gives money back.
  ///
  /// They pay no rows without event, so no gauges.
  func giveMoney(_ index: Int, _ event: PackedEvent, _ rules: SettleRules) {
    guard !event.marks.contains(.gauge) else { return }
    let member = rules.member(event.account)
    let lots = choice.entry(
      member: member, classIndex: tables.classByCell[Int(event.baseCell)], rules, tables)
    guard lots.coversMoney else { return }
    var open = OpenAmounts(parts, firstParts[index]..<firstParts[index + 1])
    if open.total > 0 {
      for at in lots.from..<lots.until where open.total > 0 {
        pay(choice.lots[Int(at)], &open, index, event, member, rules)
      }
    } else if open.total < 0 {
      giveBackMoney(lots, &open, index, event, member, rules)
    }
  }

  private func pay(
    _ index: Int32, _ open: inout OpenAmounts, _ eventIndex: Int, _ event: PackedEvent, _ member: Int32,
    _ rules: SettleRules
  ) {
    let lot = rules.lots[Int(index)]
    guard lot.measure == .money, lot.fromMillis <= event.startMillis, event.startMillis < lot.untilMillis
    else { return }
    var left = ledger.left(index)
    if rules.members[Int(member)].roundsByLine {
      // There money allowances are in the currency's digits, as all amounts are.
      let digits = usageClass(of: event).plan.minorDigits
      left = RoundingRule(scale: digits, mode: .down).round(Amount(pico: left)).pico
    }
    let paid = min(left, open.payable(by: lot))
    guard paid > 0 else { return }
    let band = open.pay(paid, by: lot)
    ledger.take(paid, from: index, by: member)
    append(-paid, lot: index, band: band, eventIndex, event)
  }

  /// A negative amount gives back what the account took, last used first.
  private func giveBackMoney(
    _ lots: LotChoice.Entry, _ open: inout OpenAmounts, _ eventIndex: Int, _ event: PackedEvent,
    _ member: Int32, _ rules: SettleRules
  ) {
    let band = parts[firstParts[eventIndex]].band
    while open.total < 0, let index = lastUsed(lots, .money, band: band, by: member, rules) {
      let given = min(-open.total, ledger.taken(index, by: member))
      open.total += given
      ledger.take(-given, from: index, by: member)
      append(given, lot: index, band: band, eventIndex, event)
    }
  }

  private func append(_ pico: Int128, lot: Int32, band: Int32, _ index: Int, _ event: PackedEvent) {
    parts.append(
      SettledPart(event: Int32(index), baseCell: event.baseCell, band: band, lot: lot, amountPico: pico))
  }
}

/// What is still to be paid of an event's parts.
struct OpenAmounts {
  /// Of all parts together.
  var total: Int128
  private var byPart: [(band: Int32, pico: Int128)]

  init(_ parts: [SettledPart], _ range: Range<Int>) {
    byPart = range.map { (parts[$0].band, parts[$0].amountPico) }
    total = byPart.reduce(0) { $0 + $1.pico }
  }

  /// What a lot may pay: parts of its bands, and no more than all parts come to.
  func payable(by lot: AllowanceLot) -> Int128 {
    if lot.bands.isEmpty { return total }
    return min(total, byPart.reduce(0) { lot.takes(band: $1.band) ? $0 + $1.pico : $0 })
  }

  /// Takes a payment off the parts, the first ones first; returns the band of the first.
  mutating func pay(_ pico: Int128, by lot: AllowanceLot) -> Int32 {
    total -= pico
    var rest = pico
    var first: Int32?
    for index in byPart.indices
    where rest > 0 && byPart[index].pico > 0 && lot.takes(band: byPart[index].band) {
      let paid = min(rest, byPart[index].pico)
      byPart[index].pico -= paid
      rest -= paid
      first = first ?? byPart[index].band
    }
    return first ?? 0
  }
}
