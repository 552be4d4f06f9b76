// The same passes for an owner whose events do not fit into memory: a window of them at a time.
//
// What goes on from window to window are lots, counters and sums. Whoever hands windows in puts events into the order of
// each pass, and restores what the pass before found out about them.

import Catalog

extension Settlement {
  /// Begins an owner and period.
  ///
  /// - Parameter isWatching: whether one of its events is to be watched.
  mutating func beginWindows(_ rules: SettleRules, isWatching: Bool) {
    begin(rules)
    witness = isWatching ? SettleWitness() : nil
    beginWindow()
  }

  /// Forgets the events of the window before.
  mutating func beginWindow() {
    watched = -1
    recordedAmounts.removeAll(keepingCapacity: true)
    parts.removeAll()
    pieces.removeAll(keepingCapacity: true)
    firstParts.removeAll()
    coverings.removeAll()
  }

  /// Covers and prices events in canonical order.
  mutating func settleWindow(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    for index in 0..<events.count {
      prefetch(events, index)
      if index == watched { beginWatching(events[index], rules, isPricing: true) }
      if !settlePlain(index, events[index], rules) {
        let covering = cover(events[index], rules)
        if ledger.hasMoney { coverings.append(covering) }
        price(index, events[index], covering, rules)
      }
      if index == watched { endWatching(events[index], rules, isPricing: true) }
    }
    firstParts.append(Int32(parts.count))
  }

  /// Covers events in the order in which allowances are given out: `coverings` and `pieces` are what is found.
  mutating func coverWindow(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    for index in 0..<events.count {
      prefetch(events, index)
      if index == watched { beginWatching(events[index], rules) }
      coverings.append(cover(events[index], rules))
      if index == watched { endWatching(events[index], rules) }
    }
  }

  /// Prices events in canonical order, whose coverings and pieces were restored.
  mutating func priceWindow(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    for index in 0..<events.count {
      prefetch(events, index)
      if index == watched { beginWatching(events[index], rules, isPricing: true) }
      price(index, events[index], coverings[index], rules)
      if index == watched { endWatching(events[index], rules, isPricing: true) }
    }
    firstParts.append(Int32(parts.count))
  }

  /// Gives money to events in the order in which it is given out, whose coverings and parts are at hand; its parts stand
  /// behind theirs.
  mutating func payWindow(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    for index in 0..<events.count {
      if isMoneySpent, watched < 0 { return }
      if index == watched { beginWatching(events[index], rules) }
      giveMoney(index, events[index], coverings[index], rules)
      if index == watched { endWatching(events[index], rules) }
    }
  }

  /// Whether nothing is left, and nothing that was priced so far gives back.
  var isMoneySpent: Bool { !ledger.hasMoneyLeft && !givesBack }

  /// Ends the owner and period: rows without event, and balances.
  mutating func endWindows(_ rules: SettleRules) {
    beginWindow()
    rows = rowsWithoutEvent(rules)
    balances = rules.lots.isEmpty ? [] : ledger.balances(rules, tables)
  }
}
