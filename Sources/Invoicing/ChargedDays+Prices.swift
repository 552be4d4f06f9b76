// Which days were charged at other prices or in other quantities than now, price by price, where several rows have the same
// texts: the days of these rows tell from when on that was meant.

import BillingCalendar
import Catalog
import Money

extension ChargedDays {
  /// Whether a day of such rows can be compared price by price: several rows that charge in the same way, a price for each.
  static func comparePrices(_ rows: [Contract], _ book: PriceBook) -> Bool {
    guard rows.count > 1, let first = rows.first, case .months = first.interval, first.proration != .whole
    else { return false }
    return rows.allSatisfy { row in
      let isListed = row.price == nil
      return (row.interval, row.proration, row.timing, row.anchor, row.count)
        == (first.interval, first.proration, first.timing, first.anchor, first.count)
        && row.tiers == nil && !(isListed && (book[row.item]?.prices.contains { $0.tiers != nil } ?? false))
    }
  }

  /// How many more are owed on each day of a stretch at each price, in millionths; below zero where it was too many.
  func priceDifferences(on stretch: Range<CivilDate>) -> [Amount: Int64] {
    var more = quantities(of: now, on: stretch)
    for (price, quantity) in quantities(of: then, on: stretch) { more[price, default: 0] -= quantity }
    return more.filter { $0.value != 0 }
  }

  private func quantities(of pieces: [Piece], on stretch: Range<CivilDate>) -> [Amount: Int64] {
    var quantities: [Amount: Int64] = [:]
    for piece in pieces where piece.period != nil && piece.days.overlaps(stretch) {
      quantities[piece.price, default: 0] += piece.quantityMicro
    }
    return quantities.filter { $0.value != 0 }
  }

  /// The one price at which anything is left of what was charged; nil where there is none, or more than one.
  func standingPrice(on stretch: Range<CivilDate>) -> Amount? {
    let prices = quantities(of: then, on: stretch).filter { $0.value > 0 }
    return prices.count == 1 ? prices.first?.key : nil
  }

  /// Stretches on which something was charged that is otherwise now.
  var changedStretches: [Range<CivilDate>] {
    guard comparesPrices else { return [] }
    return stretches.filter { isComparable($0) && !priceDifferences(on: $0).isEmpty }
  }

  /// Whether a stretch was charged at the one price that it has now, for another count: that is corrected whatever its day is, because
  /// counts become known late. The quantity of an interval may be another one for no other reason than that a row ends inside of it.
  private func isCountedOtherwise(_ stretch: Range<CivilDate>) -> Bool {
    let (before, after) = (quantities(of: then, on: stretch), quantities(of: now, on: stretch))
    guard before.count == 1, before.keys == after.keys, let row = row(on: stretch)?.row else { return false }
    return wasCountedAlike(stretch, row)
  }

  /// Changed stretches of which neither a day nor a count tells: people decide.
  var undatedStretches: [Range<CivilDate>] {
    let dated = datedStretches
    return changedStretches.filter { !dated.contains($0) && !isCountedOtherwise($0) }
  }

  private func isComparable(_ stretch: Range<CivilDate>) -> Bool {
    wasCharged(stretch) && !wasChargedBefore(stretch) && !isChargedAgain(stretch)
      && !quantities(of: now, on: stretch).isEmpty
  }

  /// Those of them that the rows tell: a row begins or has ended on their first day, and the day before was charged as it would be now;
  /// or what was charged is what some of the rows charge, and the others were not there. Days of which a credit note has taken
  /// something back are left to whoever wrote it.
  var datedStretches: Set<Range<CivilDate>> {
    guard comparesPrices else { return [] }
    var dated: Set<Range<CivilDate>> = []
    var last: (end: CivilDate, isDated: Bool)?
    for stretch in stretches {
      // Days that are charged no more are given back by themselves (`ContractRefunds`).
      if wasCharged(stretch), quantities(of: now, on: stretch).isEmpty {
        last = (stretch.upperBound, false)
        continue
      }
      guard isComparable(stretch), !wasCredited(stretch) else {
        last = nil
        continue
      }
      let follows = last.map { $0.end == stretch.lowerBound } ?? false
      if priceDifferences(on: stretch).isEmpty || isCountedOtherwise(stretch) {
        last = (stretch.upperBound, false)
      } else if follows && (last?.isDated == true || isBoundary(stretch.lowerBound)) || hasAddedRow(stretch) {
        dated.insert(stretch)
        last = (stretch.upperBound, true)
      } else {
        last = nil
      }
    }
    return dated
  }

  private func isBoundary(_ day: CivilDate) -> Bool {
    rows.contains { $0.from == day || $0.days.upperBound == day }
  }

  private func wasCredited(_ stretch: Range<CivilDate>) -> Bool {
    charged.contains { $0.isCredited && ($0.from..<$0.until).overlaps(stretch) }
  }

  /// Whether what was charged is what some of the rows, and not all, charge.
  private func hasAddedRow(_ stretch: Range<CivilDate>) -> Bool {
    let was = quantities(of: then, on: stretch)
    let byRow = Dictionary(grouping: zip(now, rowOfNow).filter { $0.0.days.overlaps(stretch) }, by: \.1)
      .map { quantities(of: $0.value.map(\.0), on: stretch) }
    // Nobody writes so many rows with the same texts.
    guard byRow.count > 1, byRow.count <= 8 else { return false }
    return (1..<(1 << byRow.count) - 1).contains { choice in
      var sum: [Amount: Int64] = [:]
      for (index, own) in byRow.enumerated() where choice >> index & 1 == 1 {
        sum.merge(own) { $0 + $1 }
      }
      return sum == was
    }
  }

  /// A difference at one price on a stretch.
  struct PriceChange {
    /// The price of one.
    var price: Amount
    /// How many were charged at it, in millionths.
    var before: Int64
    /// How many more are owed at it.
    var more: Int64
    /// The period on whose invoice it belongs.
    var period: UsagePeriod
  }

  /// What is to be corrected on a dated stretch: what is given back first, then by price.
  func priceChanges(on stretch: Range<CivilDate>) -> [PriceChange] {
    let before = quantities(of: then, on: stretch)
    return priceDifferences(on: stretch).sorted {
      ($0.value > 0 ? 1 : 0, $0.key) < ($1.value > 0 ? 1 : 0, $1.key)
    }
    .compactMap { price, more in
      let pieces = (more < 0 ? then : now).filter { $0.price == price && $0.days.overlaps(stretch) }
      guard let period = pieces.compactMap(\.period).max() else { return nil }
      return PriceChange(price: price, before: before[price] ?? 0, more: more, period: period)
    }
  }
}
