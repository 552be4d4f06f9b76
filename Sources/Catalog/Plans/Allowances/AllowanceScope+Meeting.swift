// Whether two allowances can meet in one event, so that they must consume alike.

import Tables

extension AllowanceScope {
  /// Whether some event may draw on both. Bands are left aside: raw allowances have none.
  func meets(_ other: AllowanceScope) -> Bool {
    func meet<T: Equatable>(_ mine: [T], _ theirs: [T]) -> Bool {
      mine.isEmpty || theirs.isEmpty || mine.contains(where: theirs.contains)
    }
    return meet(kinds, other.kinds) && meet(directions, other.directions) && meet(charges, other.charges)
      && meet(ratingGroups ?? [], other.ratingGroups ?? [])
  }
}

extension AllowanceSize {
  /// Whether it is a quantity: only these cover a part of what is recorded or billed.
  var isQuantity: Bool {
    if case .quantity = self { return true }
    return false
  }
}

extension PlanAllowance {
  /// Whether the two can meet and one consumes raw, the other billed quantities.
  func disagrees(with other: PlanAllowance) -> Bool {
    size.isQuantity && other.size.isQuantity && consumption != other.consumption && scope.meets(other.scope)
  }
}
