// Divides a rounded amount over lines, so that the parts are whole minor units and add up to it.

import Money

/// Largest remainder method: every part is rounded down, and what is left goes, one unit each, to the largest remainders.
enum LargestRemainder {
  /// The parts of `total`, one for each weight; zeros where all weights are zero.
  ///
  /// Units: `total` is a whole number of units of `digits`; so are the parts. Of equal remainders the first line gets more.
  /// Negative totals mirror positive ones.
  /// - Precondition: no weight is negative, and weights × total fit an Int128.
  /// - Complexity: O(n log n).
  static func parts(of total: Amount, weights: [Int128], digits: Int) -> [Amount] {
    let weightSum = weights.reduce(0, +)
    guard weightSum > 0 else { return weights.map { _ in .zero } }
    let unit = RoundingRule(scale: digits, mode: .down).stepPico
    let units = Int128((total.pico / unit).magnitude)
    var parts: [Int128] = []
    var remainders: [(index: Int, remainder: Int128)] = []
    for (index, weight) in weights.enumerated() {
      let (part, remainder) = (units * weight).quotientAndRemainder(dividingBy: weightSum)
      parts.append(part)
      remainders.append((index, remainder))
    }
    let left = Int(units - parts.reduce(0, +))
    let order = remainders.sorted { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
    for (index, _) in order.prefix(left) { parts[index] += 1 }
    return parts.map { Amount(pico: total < .zero ? -$0 * unit : $0 * unit) }
  }

  /// The parts of `total`, one for each of `quotas`, what each comes to before rounding; of either sign.
  ///
  /// Every quota is rounded toward zero; the units that are then missing to the total, or too many, are taken one each from the
  /// largest remainders that lead there. So no part is a whole unit away from its quota, and none has the other sign.
  /// Of equal remainders the first line gets it; the mirrored quotas give mirrored parts.
  /// - Precondition: `total` is a whole number of units of `digits`, and the sum of the quotas rounded to them.
  /// - Complexity: O(n log n).
  static func parts(of total: Amount, quotas: [Amount], digits: Int) -> [Amount] {
    let unit = RoundingRule(scale: digits, mode: .down).stepPico
    var parts = quotas.map { $0.pico / unit }
    let left = total.pico / unit - parts.reduce(0, +)
    let remainders = quotas.map { $0.pico % unit * left.signum() }
    let order = remainders.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
    precondition(left.magnitude <= parts.count, "a total is the sum of its quotas, rounded")
    for index in order.prefix(Int(left.magnitude)) { parts[index] += left.signum() }
    return parts.map { Amount(pico: $0 * unit) }
  }
}
