// Random numbers that can be had again.

import Glibc

/// SplitMix64 with a seed from `RATEMILL_SEED`, else from the name of the test; a failing test names the
/// seed.
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(name: String) {
    let given = getenv("RATEMILL_SEED").flatMap { UInt64(String(cString: $0)) }
    seed = given ?? name.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
