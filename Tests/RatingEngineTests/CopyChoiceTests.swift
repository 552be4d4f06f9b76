// Copies of one record in files of different sources: the one that counts is the first by name and offset, with what its own
// source makes of it, whichever was met first.

import Catalog
import Testing

@testable import RatingEngine

@Suite struct CopyChoiceTests {
  private static let header = "id,start,billable,to,trunk,disposition\n"
  private static func record(_ id: String, trunk: String = "", disposition: String = "ANSWERED") -> String {
    "\(id),2025-03-03T10:00:00Z,60,447123456,\(trunk),\(disposition)"
  }

  /// Two sources in one namespace; trunks t and u belong to different accounts by source, trunk v to nobody in the first.
  private static let sheet = """
    deck    prefix  per-minute  increment
    .       44      0.60        1/1
    account a
    account b  plan=dear
    plan    name=plan
    price   cheap price=0.10
    plan    name=dear
    price   dear price=7
    source  switch namespace=n default=none
    source  other  namespace=n default=none
    service trunk t account=a name=first  source=switch
    service trunk t account=b name=second source=other
    service trunk v account=b name=third  source=other
    """

  /// Files of `switch` and `other`, of which the second is met before the copies in the first: the first one's chunks wait
  /// to be rated while the second's only record, which has no line end, is rated at once.
  private func trial(_ first: String, _ second: String) throws -> Trial {
    let filler = (0..<20).map { "\(Self.record("f\($0)", trunk: "t"))\n" }.joined()
    return try Trial([
      ("switch-1.csv", Array((Self.header + filler + first + "\n").utf8)),
      ("x-other-1.csv", Array((Self.header + second).utf8)),
    ])
  }

  private func run(_ trial: Trial, threads: Int = 1, _ change: (inout Tariff) -> Void = { _ in }) throws
    -> TrialResult
  {
    var tariff = try PriceSheet(Self.sheet).tariff
    for index in tariff.sources.indices where tariff.sources[index].name == "other" {
      tariff.sources[index].pattern = "x-other*"
    }
    change(&tariff)
    return try trial.run(tariff.catalog()) { ($0.threadCount, $0.chunkBytes) = (threads, 64) }
  }

  @Test(arguments: [1, 2, 3]) func theFirstCopyCountsAsItsOwnSourceRatesIt(_ threads: Int) throws {
    let result = try run(trial(Self.record("k", trunk: "t"), Self.record("k", trunk: "t")), threads: threads)
    #expect(result.doors == ["read 22", "rated 21", "duplicate 1"])
    #expect(result.fileDoors == [[21, 21, 0, 0, 0], [1, 0, 0, 1, 0]])
    #expect(
      result.rows.map { [$0["account"], $0["service"], $0["event_count"], $0["amount"]] } == [
        ["a", "first", "21", "2.1"]
      ])
  }

  @Test(arguments: [1, 2, 3]) func aCopyThatItsSourceCannotRateIsSuspendedAndTheOtherADuplicate(
    _ threads: Int
  ) throws {
    let result = try run(trial(Self.record("k", trunk: "v"), Self.record("k", trunk: "v")), threads: threads)
    #expect(result.doors == ["read 22", "rated 20", "duplicate 1", "suspended unknown-service 1"])
    #expect(result.fileDoors == [[21, 20, 0, 0, 1], [1, 0, 0, 1, 0]])
    #expect(result.suspenseRows.map { $0[1] } == ["switch-1.csv"])
  }

  @Test func conflictsAndHeldKeysGoTogether() throws {
    let first =
      Self.record("k", trunk: "t") + "\n" + Self.record("c", trunk: "t") + "\n"
      + Self.record("c", trunk: "t", disposition: "BUSY")
    let result = try run(trial(first, Self.record("k", trunk: "t")))
    #expect(result.doors == ["read 24", "rated 21", "duplicate 1", "suspended duplicate-conflict 2"])
  }

  @Test func sourcesThatRateAlikeNeedNoSecondReading() throws {
    let trial = try trial(Self.record("k", trunk: "t"), Self.record("k", trunk: "t"))
    let result = try run(trial) { tariff in
      for index in tariff.services.indices { tariff.services[index].source = nil }
      tariff.services.removeLast(2)
    }
    #expect(result.fileDoors == [[21, 21, 0, 0, 0], [1, 0, 0, 1, 0]])
    #expect(result.rows.map { $0["amount"] } == ["2.1"])
  }
}
