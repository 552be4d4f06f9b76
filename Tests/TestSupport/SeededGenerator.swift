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

  /// Starts with the seed in `RATEMILL_SEED`, else with one that the test's name gives, and prints it.
  ///
  /// So a change is judged by the cases that judged the one before. `RATEMILL_SEED=new` looks for others;
  /// `RATEMILL_SEED=42 swift test --filter …` repeats what such a search found.
  public init(forTest test: String = #function) {
    let given = getenv("RATEMILL_SEED").map { String(cString: $0) }
    let named = test.utf8.reduce(UInt64(5381)) { $0 &* 33 &+ UInt64($1) } & UInt64(UInt32.max)
    let new = UInt64.random(in: 0...UInt64(UInt32.max))
    self.init(seed: given.flatMap { UInt64($0) } ?? (given == "new" ? new : named))
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
