// Which of an account's own prices an event is asked about first, and each as the change that a plan could have made.

import Tables

extension AccountPrice {
  /// Whether it is asked before another of its account: the longer prefix, then one with a rating group, then one with a
  /// charge, then the earlier line.
  public func precedes(_ other: AccountPrice) -> Bool {
    func rank(_ price: AccountPrice) -> (Int, Int, Int, Int) {
      (
        -price.prefix.bytes.count, price.ratingGroup.isEmpty ? 1 : 0, price.charge.isEmpty ? 1 : 0, price.line
      )
    }
    return rank(self) < rank(other)
  }

  /// The same as a change of a plan.
  public func priceChange(file: String) -> PriceChange {
    func list(_ name: Label) -> [Label] { name.isEmpty ? [] : [name] }
    return PriceChange(
      kinds: kind.map { [$0] } ?? [], directions: [], ratingGroups: ratingGroup.isEmpty ? nil : [ratingGroup],
      prefixes: list(prefix), charges: list(charge), dates: dates, change: change, changesFees: false,
      line: line, file: file)
  }
}
