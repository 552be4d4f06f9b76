// How records are spread over days and hours.

import BillingCalendar
import Testing

@testable import SyntheticUsage

@Suite struct DayCurveTests {
  @Test(arguments: [1, 5, 999, 100_000], [1, 2, 30])
  func everyRecordBelongsToOneDay(eventCount: Int, dayCount: Int) {
    let curve = DayCurve(eventCount: eventCount, firstDay: SyntheticWorld.firstDay, dayCount: dayCount)
    var next = 0
    for day in 0..<dayCount {
      #expect(curve.indices(ofDay: day).lowerBound == next)
      next = curve.indices(ofDay: day).upperBound
    }
    #expect(next == eventCount)
  }

  @Test func timesAscendAndLieInTheirDay() {
    let curve = DayCurve(eventCount: 5_000, firstDay: SyntheticWorld.firstDay, dayCount: 3)
    var hour = 0
    var last = Int64.min
    for day in 0..<3 {
      for index in curve.indices(ofDay: day) {
        let seconds = curve.seconds(of: index, hour: &hour)
        #expect(seconds >= last)
        #expect((seconds - curve.startSeconds) / 86_400 == day)
        last = seconds
      }
    }
  }

  @Test func theTimeOfARecordDoesNotDependOnTheRecordAskedBefore() {
    let curve = DayCurve(eventCount: 7, firstDay: SyntheticWorld.firstDay, dayCount: 9)
    for index in 0..<7 {
      var (early, late) = (0, 9 * 24 - 1)
      #expect(curve.seconds(of: index, hour: &early) == curve.seconds(of: index, hour: &late))
    }
  }

  @Test func nightsAndSundaysAreQuiet() {
    // 1 March 2025 is a Saturday.
    let curve = DayCurve(eventCount: 100_000, firstDay: SyntheticWorld.firstDay, dayCount: 7)
    let counts = (0..<7).map { curve.indices(ofDay: $0).count }
    #expect(counts[1] * 3 < counts[2])
    #expect(counts[1] < counts[0])
    var hour = 0
    let monday = curve.indices(ofDay: 2).map {
      (curve.seconds(of: $0, hour: &hour) - curve.startSeconds) / 3600 % 24
    }
    #expect(monday.count { $0 == 3 } * 20 < monday.count { $0 == 10 })
  }
}
