// How long each stage of a run takes, for benchmarks: asked for, it looks at the clock a dozen times a batch.

import Glibc

/// A part of the way from bytes to sums, in the order of the data.
public enum RatingStage: Int, CaseIterable, Sendable {
  /// Reading and decoding the input into chunks.
  case read
  /// The structural scan of a chunk.
  case scan
  /// Records and fields.
  case fields
  /// Texts to typed columns: times, numbers, quantities, keys, contents.
  case values
  /// Whose event it is, on which plan, and whether it is billed.
  case guide
  /// The deck's row, and the charge.
  case match
  /// The amount.
  case price
  /// The summary's key, and the row for the ledger.
  case pack
  /// Key log, filter and sums.
  case take
  /// Deciding about records whose key may have been seen.
  case copies
  /// Pricing what depends on order.
  case settle
}

/// Adds up the time of stages. For runs with one worker.
public final class StageClock: @unchecked Sendable {
  // Safe to share: a run with one worker has one thread that touches it.
  private var nanoseconds = [UInt64](repeating: 0, count: RatingStage.allCases.count)
  private var last: UInt64 = 0

  /// Makes a clock at zero.
  public init() {}

  /// Time of a stage so far.
  public func nanoseconds(_ stage: RatingStage) -> UInt64 { nanoseconds[stage.rawValue] }

  /// Begins a stretch that `lap` ends.
  func start() { last = Self.now() }

  /// Counts the time since the last look for a stage.
  func lap(_ stage: RatingStage) {
    let now = Self.now()
    nanoseconds[stage.rawValue] &+= now &- last
    last = now
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
