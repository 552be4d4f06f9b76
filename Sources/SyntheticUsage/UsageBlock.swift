// A stretch of records that is made, written and compressed at once, on any core.

import DurableFiles

/// Makes the text and the totals of stretches of records. Used by one worker at a time.
final class UsageBlock {
  private let world: SyntheticWorld
  private let maker: EventMaker
  private let text = RecordText(recordCountMax: UsageStretch.recordCountMax)

  /// The text of the last stretch; dead after the next one.
  var bytes: UnsafeRawBufferPointer { text.bytes }

  init(_ world: SyntheticWorld, _ curve: DayCurve) {
    self.world = world
    maker = EventMaker(world, curve)
  }

  /// Makes the records of a stretch; their text is in `bytes`.
  func make(_ stretch: UsageStretch) -> KnownTotals {
    text.removeAll()
    if stretch.isFirst { text.appendHeader() }
    var totals = KnownTotals()
    for index in stretch.indices {
      let original = maker.original(of: index)
      let event = maker.event(at: original)
      text.append(event, seed: world.seed)
      totals.add(maker.outcome(of: index, original: original, event))
    }
    return totals
  }

  /// The text of the last stretch as a zstd frame.
  ///
  /// Level 1: ids are random, and what is left compresses as well as at level 3 in two thirds of the time.
  func frame(path: String) throws(FileFault) -> [UInt8] {
    try ZstdFrame.compress(bytes, level: 1, path: path)
  }
}

/// Consecutive records of one file.
struct UsageStretch: Sendable {
  /// About 2.5 MiB of text: one zstd frame, large enough to compress as well as a whole file.
  static let recordCountMax = 1 << 14

  let day: Int
  let indices: Range<Int>
  /// Whether the file begins, or ends, with them.
  let isFirst: Bool
  let isLast: Bool
}

/// The stretches of the files of some days, in order; a file without records is one stretch without records.
struct UsageStretches: Sequence, IteratorProtocol {
  private let curve: DayCurve
  private let days: Range<Int>
  private var day: Int
  private var nextIndex: Int

  init(_ curve: DayCurve, days: Range<Int>) {
    self.curve = curve
    self.days = days
    day = days.lowerBound
    nextIndex = curve.indices(ofDay: day).lowerBound
  }

  mutating func next() -> UsageStretch? {
    guard day < days.upperBound else { return nil }
    let all = curve.indices(ofDay: day)
    let indices = nextIndex..<Swift.min(nextIndex + UsageStretch.recordCountMax, all.upperBound)
    let isLast = indices.upperBound == all.upperBound
    let stretch = UsageStretch(
      day: day, indices: indices, isFirst: indices.lowerBound == all.lowerBound, isLast: isLast)
    nextIndex = indices.upperBound
    if isLast { day += 1 }
    return stretch
  }

  /// Up to `count` more stretches; fewer at the end.
  mutating func take(_ count: Int) -> [UsageStretch] {
    var stretches: [UsageStretch] = []
    while stretches.count < count, let stretch = next() { stretches.append(stretch) }
    return stretches
  }
}
