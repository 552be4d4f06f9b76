// Accounts that are deleted after they were billed: what they were charged ahead, and usage of billed periods that came to something
// else since, is named with its money, because no draft has it.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreGoneAccountTests {
  private static let head = "account,description,price,interval,timing,from,until\n"

  /// A desk whose January is sent: zebra has a call, and a line with these terms.
  private func desk(_ terms: String) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": Self.head + "acme,Seat,10,,,2026-01-01,\nzebra,Care,\(terms)\n"])
    try desk.write(["m1 2026-01-10 200 447700900123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.send("2026-01", on: "2026-02-03")
    return desk
  }

  private func named(_ desk: NightDesk, _ period: String) throws -> [String] {
    try desk.chargedOtherwise(period).map { flag in
      let words = flag.message.split(separator: ", ").first ?? ""
      return "\(flag.account) \(flag.money?.description ?? "-") \(words)"
    }
  }

  @Test(arguments: [
    // A year ahead, of which eleven months are left; ahead of February alone; nothing beyond January.
    ("365,annual,,2026-01-01,", ["zebra -334 Care: charged ahead with INV-0002"]),
    ("28,,advance,2026-01-01,", ["zebra -28 Care: charged ahead with INV-0002"]),
    ("31,,,2026-01-01,", []),
  ]) func whatWasChargedAheadIsNamed(terms: String, expected: [String]) throws {
    let desk = try desk(terms)
    #expect(try named(desk, "2026-02") == [])
    try desk.writeBilling([
      "accounts.csv": "account,plan\nacme,retail\n",
      "contracts.csv": Self.head + "acme,Seat,10,,,2026-01-01,\n",
      "services.csv": "kind,key,account,service\nrange,493023125100-493023125199,acme,main\n",
    ])
    #expect(try named(desk, "2026-02") == expected)
  }

  @Test func usageOfBilledPeriodsIsNamed() throws {
    let desk = try desk("31,,,2026-01-01,")
    try desk.write(["m2 2026-01-11 200 447700900123 600"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    #expect(try named(desk, "2026-02") == [])
    try desk.writeBilling([
      "accounts.csv": "account,plan\nacme,retail\n",
      "contracts.csv": Self.head + "acme,Seat,10,,,2026-01-01,\n",
      "services.csv": "kind,key,account,service\nrange,493023125100-493023125199,acme,main\n",
    ])
    #expect(
      try named(desk, "2026-02") == [
        "zebra 0.1 usage: usage of periods that were billed (the last with INV-0002) came to something else since"
      ])
    // Written again, its next draft has it.
    try desk.writeBilling(["accounts.csv": "account,plan\nacme,retail\nzebra,retail\n"])
    #expect(try named(desk, "2026-02") == [])
    let drafts = try desk.draft("2026-02").report.drafts
    #expect(drafts.map { "\($0.account) \($0.total)" } == ["acme 10", "zebra 0.1"])
  }
}
