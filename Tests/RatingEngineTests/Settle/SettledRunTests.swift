// Runs over usage that depends on order, from files to rows, against the naive settler.

import Catalog
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SettledRunTests {
  private static let scenarioCount = getenv("RATEMILL_SCENARIOS").flatMap { Int(String(cString: $0)) } ?? 400

  @Test func randomRulesAndUsageComeToWhatTheReferenceSays() throws {
    try judge(SeededGenerator(forTest: #function)) { _ in 1 }
  }

  /// What a period leaves is used in the next ones, or expires.
  @Test func severalPeriodsComeToWhatTheReferenceSays() throws {
    let rolledCount = try judge(SeededGenerator(forTest: #function)) { 3 + Int($0 % 4) }
    #expect(rolledCount > Self.scenarioCount / 4, "something is rolled in")
  }

  /// Returns how many allowances had something rolled in.
  @discardableResult
  private func judge(_ drawn: SeededGenerator, periodCount: (UInt64) -> Int) throws -> Int {
    var generator = drawn
    var eventCount = 0
    var rolledCount = 0
    // The first scenario is the seed itself, so that one can be repeated.
    for index in 0..<Self.scenarioCount {
      let seed = index == 0 ? generator.seed : generator.next()
      let scenario = SettledScenario(seed: seed, periodCount: periodCount(seed))
      eventCount += scenario.events.count
      let judgement = try scenario.judge()
      rolledCount += judgement.rolledCount
      if !judgement.differences.isEmpty {
        let files = scenario.files.map { "\($0.name)\n\(String(decoding: $0.bytes, as: UTF8.self))" }
        Issue.record(
          "RATEMILL_SEED=\(seed)\n\(judgement.differences.joined(separator: "\n"))\n\(files.joined())\(scenario.catalog.plans)\n\(scenario.catalog.accounts)\n\(scenario.catalog.grants)"
        )
        return rolledCount
      }
    }
    #expect(eventCount > Self.scenarioCount, "a test of nothing would pass too")
    return rolledCount
  }
}
