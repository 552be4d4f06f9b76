// Random numbers that can be had again.

internal import Glibc

/// SplitMix64: small, fast, and the same everywhere. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// What it was started with.
  public let seed: UInt64
  private var state: UInt64

  /// Starts with a seed.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Starts with the seed in `RATEMILL_SEED`, else with a new one, and prints it for the day when the test fails.
  ///
  /// `test` says which test it was: `RATEMILL_SEED=42 swift test --filter …` repeats it.
  public init(forTest test: String = #function) {
    let given = getenv("RATEMILL_SEED").flatMap { UInt64(String(cString: $0)) }
    self.init(seed: given ?? UInt64.random(in: 0...UInt64(UInt32.max)))
    let line = "\(test): RATEMILL_SEED=\(seed)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
