// How much more or less of one event is billed under other increments: the bounds, over all events that there can be.

/// The least and the most by which the billed quantity of an event changes.
enum BilledSpan {
  /// Steps looked at; beyond, the bounds are wider than they need be.
  private static let stepCountMax = 200_000

  /// Bounds of `new.billed(q) − old.billed(q)` over all q > 0, in the integer quantity of the kind.
  ///
  /// Both are stairs, and their difference repeats after the least common multiple of their further increments: it is
  /// enough to look behind every step up to there.
  static func changes(from old: DeckTerms, to new: DeckTerms) -> (least: Int64, most: Int64) {
    let start = max(
      max(old.incrementFirst, new.incrementFirst), max(old.minimum, new.minimum))
    let (multiple, overflows) = leastCommonMultiple(old.incrementNext, new.incrementNext)
    let shorter = min(old.incrementNext, new.incrementNext)
    guard !overflows, multiple < .max / 4, (start + 2 * multiple) / shorter <= Int64(stepCountMax) else {
      return (-added(old), added(new))
    }
    var (least, most) = (Int64.max, Int64.min)
    func look(_ used: Int64) {
      let change = new.billed(used) - old.billed(used)
      least = min(least, change)
      most = max(most, change)
    }
    look(1)
    for terms in [old, new] {
      look(terms.minimum + 1)
      var step = terms.incrementFirst
      while step <= start + 2 * multiple {
        look(step)
        look(step + 1)
        step += terms.incrementNext
      }
    }
    return (least, most)
  }

  /// The most that rounding adds to an event.
  static func added(_ terms: DeckTerms) -> Int64 { max(terms.billed(1) - 1, terms.incrementNext - 1) }

  private static func leastCommonMultiple(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return (a / x).multipliedReportingOverflow(by: b)
  }
}
