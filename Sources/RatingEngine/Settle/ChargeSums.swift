// What charges come to over the period: the most that they may, and the running sums of accounts that round by line.

import Catalog
import Money

/// Sums by charge of one owner and period. All amounts in pico.
struct ChargeSums {
  private struct Limited {
    /// Of all parts as they were, and of what the maximum left of them.
    var gross: Int128 = 0
    var net: Int128 = 0
  }
  private struct Line {
    var exact: Int128 = 0
    var rounded: Int128 = 0
  }

  private var limitSlots = SlotTable()
  private var limited: [Limited] = []
  private var lineSlots = SlotTable()
  private var lines: [Line] = []

  /// Forgets the owner before.
  mutating func removeAll() {
    limitSlots.removeAll()
    limited.removeAll(keepingCapacity: true)
    lineSlots.removeAll()
    lines.removeAll(keepingCapacity: true)
  }

  /// What the period maximum leaves of a part: the difference of the limited sums before and after it.
  mutating func limit(_ pico: Int128, _ charge: ChargeRule, counter: Int32) -> Int128 {
    let slot = limitSlot(charge, counter)
    var sum = limited[slot]
    sum.gross += pico
    let before = sum.net
    sum.net = sum.gross
    if let most = charge.periodMaximum { sum.net = min(max(sum.gross, -most), most) }
    limited[slot] = sum
    return sum.net - before
  }

  /// What the charge has come to, maximum applied.
  mutating func total(_ charge: ChargeRule, counter: Int32) -> Int128 {
    limited[limitSlot(charge, counter)].net
  }

  /// What the charge came to, before and after its maximum.
  mutating func state(_ charge: ChargeRule, counter: Int32) -> (gross: Int128, net: Int128) {
    let sum = limited[limitSlot(charge, counter)]
    return (sum.gross, sum.net)
  }

  /// The running sum of an account that rounds by line, and what was charged of it.
  mutating func lineState(_ charge: ChargeRule, member: Int32) -> (exact: Int128, rounded: Int128) {
    let line = lines[lineSlot(charge, member)]
    return (line.exact, line.rounded)
  }

  private mutating func limitSlot(_ charge: ChargeRule, _ counter: Int32) -> Int {
    let (slot, isNew) = limitSlots.slot(UInt64(charge.number), UInt64(UInt32(bitPattern: counter)))
    if isNew { limited.append(Limited()) }
    return slot
  }

  /// The part of an account that rounds by line: the difference of its running sums in the currency's digits.
  mutating func line(_ pico: Int128, _ charge: ChargeRule, member: Int32, digits: Int) -> Int128 {
    let slot = lineSlot(charge, member)
    let before = lines[slot].rounded
    lines[slot].exact += pico
    let rule = RoundingRule(scale: digits, mode: .halfUp)
    lines[slot].rounded = rule.round(Amount(pico: lines[slot].exact)).pico
    return lines[slot].rounded - before
  }

  private mutating func lineSlot(_ charge: ChargeRule, _ member: Int32) -> Int {
    let (slot, isNew) = lineSlots.slot(UInt64(charge.number), UInt64(UInt32(bitPattern: member)))
    if isNew { lines.append(Line()) }
    return slot
  }
}
