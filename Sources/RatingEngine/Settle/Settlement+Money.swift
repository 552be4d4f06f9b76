// Third pass: money allowances, after everything else, as rows of the allowance's own.

import Catalog
import Money

extension Settlement {
  /// Appends what money allowances pay of an event, or get back of one that gives money back.
  ///
  /// They pay no rows without event, so no gauges.
  mutating func giveMoney(
    _ index: Int, _ event: PackedEvent, _ covering: EventCovering, _ rules: SettleRules
  ) {
    guard covering.lots.coversMoney, !event.marks.contains(.gauge) else { return }
    var open = OpenAmounts(parts, Int(firstParts[index])..<Int(firstParts[index + 1]))
    if open.total > 0 {
      for at in covering.lots.from..<covering.lots.until where open.total > 0 {
        pay(choice.lots[Int(at)], &open, index, event, covering.member, rules)
      }
    } else if open.total < 0 {
      giveBackMoney(covering, &open, index, event)
    }
  }

  private mutating func pay(
    _ index: Int32, _ open: inout OpenAmounts, _ eventIndex: Int, _ event: PackedEvent, _ member: Int32,
    _ rules: SettleRules
  ) {
    let lot = ledger.terms[Int(index)]
    var left = ledger.left(index)
    guard left > 0, lot.isMoney, lot.holds(atMillis: event.startMillis) else { return }
    if rules.hasLineMembers, rules.members[Int(member)].roundsByLine {
      // There money allowances are in the currency's digits, as all amounts are.
      let digits = tables.classOf(cell: event.baseCell).terms.minorDigits
      left = RoundingRule(scale: digits, mode: .down).round(Amount(pico: left)).pico
    }
    var payable = open.total
    if !ledger.takesAllBands(index) {
      payable = min(payable, open.sum { ledger.takes(index, band: $0) })
    }
    let paid = min(left, payable)
    guard paid > 0 else { return }
    let band = open.pay(paid) { ledger.takes(index, band: $0) }
    ledger.take(paid, from: index, by: member)
    append(-paid, lot: index, band: band, eventIndex, event)
  }

  /// A negative amount gives back what the account took, last used first.
  private mutating func giveBackMoney(
    _ covering: EventCovering, _ open: inout OpenAmounts, _ eventIndex: Int, _ event: PackedEvent
  ) {
    let band = parts[Int(firstParts[eventIndex])].band
    while open.total < 0,
      let index = lastUsed(covering.lots, isMoney: true, band: band, by: covering.member)
    {
      let given = min(-open.total, ledger.taken(index, by: covering.member))
      open.total += given
      ledger.take(-given, from: index, by: covering.member)
      append(given, lot: index, band: band, eventIndex, event)
    }
  }

  private mutating func append(
    _ pico: Int128, lot: Int32, band: Int32, _ index: Int, _ event: PackedEvent
  ) {
    parts.append(
      SettledPart(event: Int32(index), baseCell: event.baseCell, band: band, lot: lot, amountPico: pico))
  }
}

/// What is still to be paid of an event's parts.
struct OpenAmounts {
  private struct Part {
    var band: Int32
    var pico: Int128
  }

  /// Of all parts together.
  var total: Int128
  // Nearly every event has one part: that one needs no array.
  private var first: Part
  private var others: [Part]?

  /// - Precondition: an event has a part.
  init(_ parts: WorkList<SettledPart>, _ range: Range<Int>) {
    first = Part(band: parts[range.lowerBound].band, pico: parts[range.lowerBound].amountPico)
    total = first.pico
    guard range.count > 1 else { return }
    others = range.dropFirst().map { Part(band: parts[$0].band, pico: parts[$0].amountPico) }
    total = others?.reduce(total) { $0 + $1.pico } ?? total
  }

  /// The sum of the parts in some bands.
  func sum(_ takes: (Int32) -> Bool) -> Int128 {
    (others ?? []).reduce(takes(first.band) ? first.pico : 0) { takes($1.band) ? $0 + $1.pico : $0 }
  }

  /// Takes a payment off the parts in some bands, the first ones first; returns the band of the first.
  mutating func pay(_ pico: Int128, _ takes: (Int32) -> Bool) -> Int32 {
    total -= pico
    var rest = pico
    var band: Int32?
    func pay(_ part: inout Part) {
      guard rest > 0, part.pico > 0, takes(part.band) else { return }
      let paid = min(rest, part.pico)
      part.pico -= paid
      rest -= paid
      band = band ?? part.band
    }
    pay(&first)
    guard var others else { return band ?? 0 }
    for index in others.indices { pay(&others[index]) }
    self.others = others
    return band ?? 0
  }
}
