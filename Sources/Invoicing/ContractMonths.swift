// Which months a draft run charges contracts for, when nobody has said so.
//
// An export of one month nearly always holds some hours of the month before or after: its days are those of another zone.
// That late usage is owed, but the contracts of its period were charged when that period was drafted. So a period with
// next to no usage is no reason to charge them again. `--period` decides where this rule does not fit.

import BillingCalendar
import UsageSummary

/// A calendar month, by which periods of all cycle days are named: the one in which they begin.
struct BeginningMonth: Hashable, Comparable {
  /// The year.
  var year: Int32
  /// The month, 1...12.
  var month: Int32

  /// The month of that number.
  init(year: Int32, month: Int32) {
    self.year = year
    self.month = month
  }

  /// The month in which `period` begins.
  init(_ period: UsagePeriod) { self.init(year: period.from.year, month: period.from.month) }

  /// The period of a cycle that begins in this month.
  func period(cycleDay: Int32) -> UsagePeriod {
    .containing(CivilDate(clampingDay: cycleDay, year: year, month: month), cycleDay: cycleDay)
  }

  static func < (a: BeginningMonth, b: BeginningMonth) -> Bool { (a.year, a.month) < (b.year, b.month) }
}

/// The months for which contracts are charged.
struct ContractMonths {
  // Five hours of a month of 744 are 0.7 %; a month that is rated with others to catch up has far more than a tenth.
  private static let smallestShare: Int128 = 10

  private let chosen: BeginningMonth?
  private let byCycleDay: [Int32: [BeginningMonth]]
  private let overall: [BeginningMonth]

  /// Takes the events of every usage period, and the user's choice.
  init(_ usage: [UsageFolder.PeriodUsage], _ choice: UsagePeriodChoice?) {
    switch choice {
    case .beginning(let year, let month): chosen = BeginningMonth(year: year, month: month)
    case .one(let period): chosen = BeginningMonth(period)
    case nil: chosen = nil
    }
    byCycleDay = Dictionary(grouping: usage, by: \.period.cycleDay).mapValues(Self.wellUsed)
    overall = Self.wellUsed(usage)
  }

  /// The months for accounts of that cycle day, ascending: the chosen one, else those with at least a tenth of the events
  /// of the busiest month of that cycle day; where no account of that cycle day has usage, the same of all.
  func months(cycleDay: Int32) -> [BeginningMonth] {
    if let chosen { return [chosen] }
    return byCycleDay[cycleDay] ?? overall
  }

  private static func wellUsed(_ usage: [UsageFolder.PeriodUsage]) -> [BeginningMonth] {
    var counts: [BeginningMonth: Int128] = [:]
    for part in usage { counts[BeginningMonth(part.period), default: 0] += part.eventCount }
    let busiest = counts.values.max() ?? 0
    return counts.filter { $0.value * smallestShare >= busiest }.keys.sorted()
  }
}
