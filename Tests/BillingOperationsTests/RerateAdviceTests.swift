// What the refusal of a part of settled usage says to name is what is rated: whoever follows it is not refused again.

import BillingCalendar
import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct RerateAdviceTests {
  /// Months of three zones, two of them with a cycle of their own, and pools that differ between the catalogs.
  private static func desk() throws -> NightDesk {
    let desk = try NightDesk()
    let accounts = { (pools: [String]) in
      """
      account,plan,pool,zone,cycle_day
      a,single,,Pacific/Honolulu,
      b,team,\(pools[0]),UTC,
      c,team,\(pools[1]),UTC,
      d,team,\(pools[2]),Pacific/Kiritimati,15
      e,team,\(pools[3]),Pacific/Kiritimati,15

      """
    }
    for (name, pools, price) in [
      ("settling", ["x", "x", "y", "y"], "1"), ("dear", ["x", "x", "y", "y"], "2"),
    ] {
      try PoolDesk.writeSmall(name, [("price: 1,", "price: \(price),")], to: desk)
      try desk.folder.write(accounts(pools), to: name + "/accounts.csv")
    }
    try PoolDesk.rate(["a 2026-01-05 40", "d 2026-01-10 30"], as: "jan", desk)
    try PoolDesk.rate(["b 2026-02-05 20", "c 2026-02-06 3", "e 2026-02-20 9"], as: "feb", desk)
    try PoolDesk.rate(["a 2026-03-31T23:00:00 40", "d 2026-03-31T23:00:00 30"], as: "mar", desk)
    return desk
  }

  private static func millis(_ day: String) throws -> Int64 {
    Int64(try #require(CivilDate.parse(day)).dayNumber) * 86_400_000
  }

  /// The box that a refusal says to name instead of another.
  private static func advised(_ sentence: String, insteadOf box: EventBox) throws -> EventBox {
    var box = box
    let words = sentence.split(separator: ". ", maxSplits: 1).last.map(String.init) ?? sentence
    let parts = (sentence.contains("Name all days") ? words : sentence).split { " ;,()".contains($0) }
      .map(String.init)
    for (option, value) in zip(parts, parts.dropFirst()) {
      switch option {
      case "--from": box.from = try millis(value)
      case "--until": box.until = try millis(value)
      case "--accounts": box.accounts?.insert(Label(value))
      default: break
      }
    }
    return box
  }

  @Test(
    arguments: [
      (nil, "2026-02-01", nil, "--from 2026-02-01 leaves out 2026-01-01/2026-02-01 of account 'b'"),
      (nil, nil, "2026-02-10", "--until 2026-02-10 leaves out 2026-02-01/2026-03-01 of account 'a'"),
      (
        ["d", "e"], "2026-02-16", nil,
        "--from 2026-02-16 leaves out 2026-02-15/2026-03-15 of account 'd'"
      ),
      (
        ["a"], "2026-01-02", "2026-03-31",
        "--from 2026-01-02 leaves out 2026-01-01/2026-02-01 of account 'a'"
      ),
      (["b"], nil, nil, "account 'b' shares pool 'x' with others"),
      (["c", "d"], nil, nil, "name them too: --accounts b --accounts e"),
      (
        ["c", "d"], "2026-03-01", nil,
        "and the accounts that share a pool with those, --accounts b --accounts e"
      ),
    ] as [([String]?, String?, String?, String)])
  func whoeverFollowsTheAdviceIsNotRefused(
    accounts: [String]?, from: String?, until: String?, says: String
  ) throws {
    let desk = try Self.desk()
    let box = EventBox(
      from: try from.map { try Self.millis($0) }, until: try until.map { try Self.millis($0) },
      accounts: accounts.map { Set($0.map { Label($0) }) })
    let before = try desk.documents()
    let fault = try #require(#expect(throws: OperationFault.self) { try desk.rerate("dear", box) })
    #expect("\(fault)".contains(says), "\(fault)")
    expectSameDocuments(try desk.documents(), before)
    let advised = try Self.advised("\(fault)", insteadOf: box)
    #expect(advised != box)
    #expect(try !desk.rerate("dear", advised).commits.isEmpty)
    // As if these accounts had been rated so from the first night on: everybody, or whole owners alone.
    if accounts == nil {
      try desk.rate(["jan", "feb", "mar"], catalog: "dear", store: "dear-store")
      for period in ["2026-01", "2026-02", "2026-03"] {
        #expect(try desk.bill(period) == desk.bill(period, store: "dear-store"))
      }
    }
    try desk.expectWhole()
  }
}
