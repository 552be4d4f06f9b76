// The intervals of a contract line, and the usage period on whose invoice each of them stands.

import BillingCalendar
import Catalog

/// Intervals of one line, numbered over all days before and after its anchor.
struct ContractIntervals {
  /// One interval that is charged on an invoice.
  struct Charged: Hashable {
    /// All of it.
    var whole: Range<CivilDate>
    /// The days of it on which the line holds and which nobody charged before.
    var part: Range<CivilDate>
  }

  private let contract: Contract
  private let cycleDay: Int32
  private let anchor: CivilDate
  private let anchorDay: Int32
  private let opening: AccountOpening?
  /// Days that are charged at all.
  private let inForce: Range<CivilDate>

  /// `opening` is how billing of the account has begun.
  init(_ contract: Contract, cycleDay: Int32, opening: AccountOpening?) {
    self.opening = opening
    self.contract = contract
    self.cycleDay = cycleDay
    switch (contract.anchor, contract.interval) {
    case (.day(let day), _): (anchor, anchorDay) = (day, day.day)
    case (.account, .months):
      anchor = UsagePeriod.containing(contract.from, cycleDay: cycleDay).from
      anchorDay = cycleDay
    case (.account, .days): (anchor, anchorDay) = (contract.from, contract.from.day)
    }
    let from = max(contract.from, opening?.billedUntil ?? contract.from)
    inForce = from..<max(from, contract.days.upperBound)
  }

  /// The intervals that stand on the invoice of `period`, in order.
  func charged(in period: UsagePeriod) -> [Charged] {
    overlapping(period.from..<period.next.until).filter { invoicePeriod(of: $0) == period }
  }

  /// The intervals that have a day in force among `days`, in order.
  func overlapping(_ days: Range<CivilDate>) -> [Charged] {
    var number = firstNumber(at: days.lowerBound)
    var found: [Charged] = []
    while true {
      let whole = interval(number)
      guard whole.lowerBound < days.upperBound, whole.lowerBound < inForce.upperBound else { return found }
      let part = inForce.clamped(to: whole)
      if !part.isEmpty, part.upperBound > days.lowerBound { found.append(Charged(whole: whole, part: part)) }
      number += 1
    }
  }

  /// The usage period on whose invoice an interval stands.
  func invoicePeriod(of interval: Charged) -> UsagePeriod {
    let begin = UsagePeriod.containing(interval.part.lowerBound, cycleDay: cycleDay)
    switch contract.timing {
    case .current: return begin
    case .arrears: return endPeriod(of: interval)
    case .advance:
      // A line that begins in the middle of a period was not yet there to be charged ahead.
      let beginsInside = interval.part.lowerBound == inForce.lowerBound && begin.from < inForce.lowerBound
      if beginsInside { return begin }
      guard let opening, opening.billedUntil == interval.part.lowerBound else { return begin.previous }
      return opening.firstInvoicePeriod(ahead: begin.previous, begin: begin)
    }
  }

  /// The usage period in which an interval ends.
  func endPeriod(of interval: Charged) -> UsagePeriod {
    UsagePeriod.containing(interval.part.upperBound.advanced(by: -1), cycleDay: cycleDay)
  }

  private func interval(_ number: Int) -> Range<CivilDate> {
    switch contract.interval {
    case .months(let count):
      let step = Int32(count)
      return anchor.adding(
        months: Int32(number) * step, anchorDay: anchorDay)..<anchor.adding(
          months: Int32(number + 1) * step, anchorDay: anchorDay)
    case .days(let count):
      let from = anchor.advanced(by: number * count)
      return from..<from.advanced(by: count)
    }
  }

  // The number of an interval that begins at `day` or before, and not far before it.
  private func firstNumber(at day: CivilDate) -> Int {
    let day = max(day, inForce.lowerBound)
    switch contract.interval {
    case .months(let count):
      let (a, b) = (anchor.components, day.components)
      let months = (Int(b.year) - Int(a.year)) * 12 + Int(b.month) - Int(a.month)
      // Clamped days may put a day of the same month before the interval that begins in it.
      return Self.floorDivide(months, count) - 1
    case .days(let count): return Self.floorDivide(anchor.distance(to: day), count)
    }
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int { (a - (a % b + b) % b) / b }
}
