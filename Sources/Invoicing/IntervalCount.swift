// How many are charged for an interval of a contract line.

import BillingCalendar
import Catalog
import Money

/// The quantity of one interval, as far as it is known.
struct IntervalCount {
  /// How many are charged, in millionths.
  var quantityMicro: Int64
  /// How many were counted; nil for a written quantity.
  var countedMicro: Int64?
  /// Σ charged quantity × days where the quantity is a mean; nil where it is whole.
  var unitDaysMicro: Int128?

  /// A quantity that is known.
  init(quantityMicro: Int64) { self.quantityMicro = quantityMicro }

  /// The quantity of the days `part`; `isClosed` says that all counts of the interval are known, else only that of its
  /// first day is.
  init(_ contract: Contract, _ counts: CountBook, _ part: Range<CivilDate>, isClosed: Bool) {
    quantityMicro = contract.quantityMicro
    let key = contract.countKey
    func count(on day: CivilDate) -> Int64 { counts.snapshot(key, on: day)?.quantityMicro ?? 0 }
    func counted(_ micro: Int64) { (quantityMicro, countedMicro) = (contract.billed(micro), micro) }
    switch contract.count {
    case .fixed: break
    case .prorate, .next: counted(count(on: part.lowerBound))
    case .full, .highWater, .average, .onDay:
      switch contract.count {
      case _ where !isClosed: counted(count(on: part.lowerBound))
      case .highWater:
        let inside = counts.series(key).filter { part.contains($0.day) }.map(\.quantityMicro)
        counted(inside.reduce(count(on: part.lowerBound), max))
      case .average: takeMean(contract, counts, part)
      case .onDay(let day): counted(count(on: Self.day(day, in: part)))
      default: counted(count(on: part.upperBound.advanced(by: -1)))
      }
    }
  }

  private mutating func takeMean(_ contract: Contract, _ counts: CountBook, _ part: Range<CivilDate>) {
    var billed: Int128 = 0
    var counted: Int128 = 0
    for day in part {
      let count = counts.snapshot(contract.countKey, on: day)?.quantityMicro ?? 0
      counted += Int128(count)
      billed += Int128(contract.billed(count))
    }
    let days = Int128(part.count)
    unitDaysMicro = billed
    quantityMicro = Int64(RoundingRule.divide(billed, by: days, mode: .halfEven))
    countedMicro = Int64(RoundingRule.divide(counted, by: days, mode: .halfEven))
  }

  // The day of that number in the month in which the days begin, or the nearest day that is charged.
  private static func day(_ day: Int, in part: Range<CivilDate>) -> CivilDate {
    let (year, month, _) = part.lowerBound.components
    let date = CivilDate(clampingDay: Int32(day), year: year, month: month)
    return min(max(date, part.lowerBound), part.upperBound.advanced(by: -1))
  }
}

extension Contract {
  /// What of the counts it charges.
  var countKey: CountBook.Key { CountBook.Key(accountIndex: accountIndex, item: item) }

  /// How many of a count are charged.
  func billed(_ countMicro: Int64) -> Int64 { max(0, countMicro - includedMicro) }
}

extension CountMode {
  /// Whether the quantity of an interval is only known when it is over.
  var isKnownAtEnd: Bool {
    switch self {
    case .fixed, .prorate, .next: false
    case .full, .highWater, .average, .onDay: true
    }
  }
}
