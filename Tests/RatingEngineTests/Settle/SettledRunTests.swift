// Runs over usage that depends on order, from files to rows, against the naive settler.

import Catalog
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SettledRunTests {
  private static let scenarioCount = getenv("RATEMILL_SCENARIOS").flatMap { Int(String(cString: $0)) } ?? 400

  @Test func randomRulesAndUsageComeToWhatTheReferenceSays() throws {
    var generator = SeededGenerator(forTest: #function)
    var eventCount = 0
    // The first scenario is the seed itself, so that one can be repeated.
    for index in 0..<Self.scenarioCount {
      let seed = index == 0 ? generator.seed : generator.next()
      let scenario = SettledScenario(seed: seed)
      eventCount += scenario.events.count
      let differences = try scenario.differences()
      if !differences.isEmpty {
        let files = scenario.files.map { "\($0.name)\n\(String(decoding: $0.bytes, as: UTF8.self))" }
        Issue.record(
          "RATEMILL_SEED=\(seed)\n\(differences.joined(separator: "\n"))\n\(files.joined())\(scenario.catalog.plans)\n\(scenario.catalog.accounts)\n\(scenario.catalog.grants)"
        )
        return
      }
    }
    #expect(eventCount > Self.scenarioCount, "a test of nothing would pass too")
  }
}
