// Makes several stretches of records side by side.

import Dispatch
import DurableFiles
import Synchronization

/// A stretch of records as a zstd frame, and its totals.
struct MadeStretch: Sendable {
  let stretch: UsageStretch
  let frame: [UInt8]
  let plainBytes: Int
  let totals: KnownTotals
}

/// Makes stretches on all cores.
enum StretchMaker {
  /// Makes stretches, and gives them back in their order.
  static func make(
    _ stretches: [UsageStretch], of world: SyntheticWorld, _ curve: DayCurve
  ) throws(FileFault) -> [MadeStretch] {
    // Guards the results, each of which is written by one worker.
    let results = Mutex([Result<MadeStretch, FileFault>?](repeating: nil, count: stretches.count))
    DispatchQueue.concurrentPerform(iterations: stretches.count) { index in
      let result = make(stretches[index], UsageBlock(world, curve))
      results.withLock { $0[index] = result }
    }
    var made: [MadeStretch] = []
    for result in results.withLock({ $0 }) {
      guard let result else { preconditionFailure("every stretch is made") }
      made.append(try result.get())
    }
    return made
  }

  private static func make(_ stretch: UsageStretch, _ block: UsageBlock) -> Result<MadeStretch, FileFault> {
    let totals = block.make(stretch)
    do throws(FileFault) {
      let frame = try block.frame(path: "usage")
      return .success(
        MadeStretch(stretch: stretch, frame: frame, plainBytes: block.bytes.count, totals: totals))
    } catch {
      return .failure(error)
    }
  }
}
