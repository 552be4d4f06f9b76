// What a comparison of tables adds up to, by hand.

import TestSupport
import Testing

@testable import BillingOperations

@Suite struct RerateDeltaTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An account of which one key differs is told with all that it comes to: accounts add up to the totals.
  @Test func anAccountIsToldWithAllItsKeys() throws {
    let header =
      "account,rating_group,currency,unit,event_count,quantity_raw,quantity_billed,quantity_covered,amount\n"
    func table(_ name: String, _ rows: [String]) throws -> String {
      try folder.write(header + rows.map { $0 + "\n" }.joined(), to: name)
      return folder.path(of: name)
    }
    let old = try table(
      "old.csv",
      ["a,x,EUR,s,1,60,60,0,1.5", "a,y,EUR,s,2,60,60,0,2", "b,x,EUR,s,1,60,60,0,4", "c,x,EUR,s,1,1,1,0,8"])
    let new = try table(
      "new.csv",
      ["a,x,EUR,s,1,60,60,0,1.5", "a,y,EUR,s,2,60,60,0,3", "b,x,EUR,s,1,60,60,0,4", "c,x,EUR,s,1,1,1,0,9"])
    let delta = try RerateDelta([(old, new)], emptyColumns: [])
    #expect(delta.rowCount == 2)
    #expect(delta.totals.map { "\($0.currency) \($0.old.amount) \($0.new.amount)" } == ["EUR 15.5 17.5"])
    #expect(
      delta.accounts.map { "\($0.account) \($0.old.eventCount) \($0.old.amount) \($0.new.amount)" } == [
        "a 3 3.5 4.5", "c 1 8 9",
      ])
  }
}
