// Makes records: each is a pure function of the world, the number of records and its index.
//
// A copy is made again from the index of its original; nothing is kept, so usage of any length needs no more memory.

/// Makes the records of one usage. Each worker has its own, for what it remembers is only where it was.
///
/// A class: a struct of these parts was copied, with its reference counts, several times for each record.
final class EventMaker {
  let world: SyntheticWorld
  let curve: DayCurve
  private var hour = 0

  init(_ world: SyntheticWorld, _ curve: DayCurve) {
    self.world = world
    self.curve = curve
  }

  // MARK: copies and conflicts

  /// The index of the first record with this content; `index` itself where it is no copy.
  func original(of index: Int) -> Int {
    var at = index
    while let earlier = copied(by: at) { at = earlier }
    return at
  }

  /// The record that this one is a copy of; nil where it is none.
  private func copied(by index: Int) -> Int? {
    guard index > 0 else { return nil }
    var draws = SeededDraws(seed: world.seed, .copy, UInt64(index))
    guard draws.below(UsageShares.all) < UsageShares.copies else { return nil }
    if draws.below(10) < UsageShares.farCopiesOf10 { return draws.below(index) }
    return index - 1 - draws.below(min(index, UsageShares.nearCopyDistance))
  }

  /// Whether the record, which is no copy, has the id of the record before it and says something else.
  private func contradicts(_ index: Int) -> Bool {
    guard world.hasConflicts, index % 2 == 1, index < curve.eventCount else { return false }
    var draws = SeededDraws(seed: world.seed, .copy, ~UInt64(index))
    return draws.below(UsageShares.all) < UsageShares.conflicts && original(of: index) == index
      && original(of: index - 1) == index - 1 && !role(of: index - 1).isUnreadable
  }

  /// Whether the key of the record, which is no copy, is in conflict.
  func isInConflict(_ index: Int) -> Bool {
    index % 2 == 1 ? contradicts(index) : contradicts(index + 1)
  }

  // MARK: records

  private func role(of index: Int) -> RecordRole {
    var draws = SeededDraws(seed: world.seed, .event, UInt64(index))
    return RecordRole.at(draws.below(UsageShares.all))
  }

  /// The record with an index, which is no copy.
  func event(at index: Int) -> SyntheticEvent {
    guard world.hasConflicts, contradicts(index) else { return freshEvent(at: index) }
    var event = freshEvent(at: index - 1)
    // A second, a message or a thousand bytes more.
    event.quantity += event.kind == .message ? 1 : 1000
    return event
  }

  private func freshEvent(at index: Int) -> SyntheticEvent {
    var draws = SeededDraws(seed: world.seed, .event, UInt64(index))
    let role = RecordRole.at(draws.below(UsageShares.all))
    let accounts = world.accounts
    let account = accounts.items.draw(&draws)
    // Records are written when calls end, so they are not quite in the order in which calls began.
    let start = curve.seconds(of: index, hour: &hour) - Int64(draws.below(180))
    var event = SyntheticEvent(
      identity: UInt64(index), role: role, variant: draws.next(), startSeconds: start, answerSeconds: start,
      account: account)
    switch role {
    case .message: fillMessage(&event, &draws)
    case .data: fillData(&event, &draws)
    default: fillCall(&event, &draws)
    }
    return event
  }

  private func fillMessage(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) {
    event.kind = .message
    setOwnNumber(&event, &draws)
    event.to = calledNumber(&event, &draws)
    event.quantity = draws.below(10) < 8 ? 1 : Int64(2 + draws.below(3))
  }

  private func fillData(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) {
    event.kind = .data
    setOwnNumber(&event, &draws)
    // The median is 2 MB.
    event.quantity = draws.logNormal(median: Self.dataMedian, spread: Self.dataSpread)
  }

  private func fillCall(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) {
    let millis = draws.logNormal(median: Self.durationMedian, spread: Self.durationSpread)
    // Some switches count milliseconds.
    event.quantity = event.variant & 7 == 0 ? millis : millis / 1000 * 1000
    setOwnNumber(&event, &draws)
    switch event.role {
    case .inbound:
      event.to = event.from
      event.from = outsideNumber(&draws)
    case .stranger: event.to = calledNumber(&event, &draws)
    case .withoutPrice: event.to = numberWithoutPrice(&draws)
    case .closed: event.to = closedNumber(&event, &draws)
    default: event.to = calledNumber(&event, &draws)
    }
    if event.role == .unanswered || (event.isInbound && draws.below(4) == 0) {
      event.answer = [.notAnswered, .notAnswered, .busy, .failed][draws.below(4)]
      // One in eight rang, and the switch counted it.
      if event.variant >> 8 & 7 != 0 { event.quantity = 0 }
    } else {
      event.answerSeconds = event.startSeconds + Int64(2 + draws.below(24))
    }
  }

  // The median call lasts 62 seconds; one in six lasts longer than 216.
  private static let durationMedian = BinaryPower.logarithm(of: 62_000)
  private static let durationSpread: Int64 = 30_199_000
  private static let dataMedian = BinaryPower.logarithm(of: 2_000_000)
  private static let dataSpread: Int64 = 40_000_000
}
