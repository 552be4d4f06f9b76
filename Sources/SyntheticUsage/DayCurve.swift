// When made-up usage happens: by day and by night, on weekdays and on Sundays.

import BillingCalendar

/// Spreads a number of records over days and hours.
///
/// Record `index` belongs to an hour by its index alone; hours get their share of the records by weight.
struct DayCurve: Sendable {
  /// The first record of each hour, and the count of records at the end.
  private let firstIndices: [Int]
  /// Midnight of the first day, UTC.
  let startSeconds: Int64
  let dayCount: Int
  let eventCount: Int

  // Shares of an hour of the day, UTC, and of a weekday from Monday on: offices that close, evenings at home.
  private static let hourWeights: [Int] = [
    4, 3, 2, 2, 3, 6, 14, 36, 72, 96, 100, 94, 82, 84, 92, 96, 90, 74, 58, 46, 34, 24, 14, 8,
  ]
  private static let weekdayWeights: [Int] = [104, 102, 100, 100, 96, 42, 30]

  init(eventCount: Int, firstDay: CivilDate, dayCount: Int) {
    self.dayCount = dayCount
    self.eventCount = eventCount
    startSeconds = Int64(firstDay.dayNumber) * 86_400
    var sums = [0]
    for day in 0..<dayCount {
      let weekday = Self.weekdayWeights[Int(firstDay.advanced(by: day).weekday) - 1]
      for hour in Self.hourWeights { sums.append(sums[sums.count - 1] + hour * weekday) }
    }
    let total = Int128(sums[sums.count - 1])
    firstIndices = sums.map { Int(Int128(eventCount) * Int128($0) / total) }
  }

  /// The records of a day.
  func indices(ofDay day: Int) -> Range<Int> { firstIndices[day * 24]..<firstIndices[day * 24 + 24] }

  /// When the record was written, in seconds since 1970; ascends with the index.
  ///
  /// `hour` is where the last record was, for the next one is nearly always there too.
  @inline(__always) func seconds(of index: Int, hour: inout Int) -> Int64 {
    if index < firstIndices[hour] || index >= firstIndices[hour + 1] { hour = find(index) }
    let first = firstIndices[hour]
    let count = firstIndices[hour + 1] - first
    return startSeconds &+ Int64(hour &* 3600) &+ Int64((index &- first) &* 3600 / count)
  }

  private func find(_ index: Int) -> Int {
    var low = 0
    var high = firstIndices.count - 1
    while low < high {
      let middle = (low + high) / 2
      if firstIndices[middle] <= index { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }
}
