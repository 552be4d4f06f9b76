// A settled event alone, or among the usage of its period.

import Catalog

extension RecordRater {
  /// The packed form of the record that was rated last; nil where it was priced without settling.
  func packed() -> WatchedEvent? {
    guard rater.settledCount == 1 else { return nil }
    let chunk = PackedChunk()
    rater.packSettled(batch, columns, plan, text: text, row, firstRow: 0, into: chunk)
    guard let event = chunk.events.first else { return nil }
    if event.recorded != 0 { settledAmounts = chunk.amounts }
    return WatchedEvent(event: event, tail: Array(chunk.tails.dropFirst(4)))
  }

  /// Settles it as if it were the only usage of its period, and the first period that is known of its owner.
  func settleAlone(_ watched: WatchedEvent) -> SettledEvent? {
    let classes = SettledClasses(setup)
    defer { classes.deallocate() }
    let owners = OwnerSettling(setup, classes, rater.span)
    return owners.settleAlone(watched.event, amounts: settledAmounts)
  }
}
