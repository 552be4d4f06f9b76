// Open and billed: what was billed stays, and whatever comes later is an adjustment, once.

import BillingCalendar
import BillingStore
import Money
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreBillingTests {
  @Test func whatWasBilledIsNoAdjustment() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let billing = try desk.markBilled("2026-01")
    #expect(billing.closedCount == 2)
    #expect(billing.amounts.map(\.amount.description) == ["0.03"])
    #expect(try desk.adjustments() == [])
    #expect(try desk.store().periods().map(\.state) == [.billed])
    try desk.expectWhole()
  }

  @Test func aLateRecordIsAnAdjustmentOfItsOwnPeriod() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    try desk.write(StoreRatingTests.tuesday + StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    // February's call is no adjustment: February is open.
    #expect(
      try desk.adjustments() == ["2026-01-01 acme 2 0.04", "2026-01-01 acme 1 0.002333"])
  }

  @Test func anAdjustmentIsBilledOnceWithTheNextPeriod() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    try desk.write(StoreRatingTests.tuesday + StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    let second = try desk.markBilled("2026-02")
    #expect(second.adjustmentRowCount == 2)
    // 0.01 of February and 0.042333 of January.
    #expect(second.amounts.map(\.amount.description) == ["0.052333"])
    #expect(try desk.adjustments() == [])
    // The second time: a run that was billed is taken back.
    try desk.revoke("2")
    #expect(
      try desk.adjustments() == [
        "2026-01-01 acme -2 -0.04", "2026-01-01 acme -1 -0.002333", "2026-02-01 zebra -1 -0.01",
      ])
    let third = try desk.markBilled("2026-03")
    #expect(third.amounts.map(\.amount.description) == ["-0.052333"])
    #expect(try desk.adjustments() == [])
    try desk.expectWhole()
  }

  @Test func accountsAreBilledOneByOne() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01", accounts: ["zebra"])
    #expect(try desk.store().periods().map(\.state) == [.partlyBilled])
    #expect(try desk.markBilled("2026-01").closedCount == 1)
    #expect(try desk.store().periods().map(\.state) == [.billed])
  }

  @Test func nothingIsBilledTwice() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    #expect(throws: StoreFault.self) { try desk.markBilled("2026-01") }
    #expect(try desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).billingCount == 1)
    #expect(FileContent.names(in: desk.storePath + "/billed").count == 1)
  }

  /// A period that has not ended is frozen only where somebody says so; days end in UTC.
  @Test func aRunningPeriodIsRefused() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let end = try #require(Instant.parse("2026-02-01T00:00:00Z")) / 1000
    func mark(at seconds: Int64) throws -> BillingRecord {
      var tools = desk.tools()
      tools.clock = { seconds }
      return try desk.markBilled("2026-01", isBeforeItsEnd: false, tools: tools)
    }
    let before = FileContent.copy(desk.storePath)
    let fault = #expect(throws: StoreFault.self) { try mark(at: end - 1) }
    #expect(
      "\(try #require(fault))".contains(
        "2026-01-01/2026-02-01 of account 'acme' and 1 more has not ended"))
    #expect(FileContent.copy(desk.storePath) == before)
    #expect(try mark(at: end).accountCount == 2)
    try desk.revoke("1")
    // Nothing is closed by adjustments: they can be billed at any time.
    try desk.write(["f1 2026-02-05 101 442079460123 61"], to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-2.csv"])
    #expect(throws: StoreFault.self) { try desk.markBilled("2026-02", isBeforeItsEnd: false) }
    let billing = try desk.markBilled("2026-02", accounts: ["zebra"], isBeforeItsEnd: false)
    #expect(
      [billing.closedCount, billing.accountCount, billing.adjustedAccountCount] == [0, 0, 1])
    #expect(billing.amounts.map(\.amount.description) == ["-0.01"])
    #expect(try desk.markBilled("2026-02", isBeforeItsEnd: true).adjustedAccountCount == 1)
    try desk.expectWhole()
  }

  /// Accounts are counted once, however many periods of them are closed or adjusted.
  @Test func accountsAreCountedNotTheirPeriods() throws {
    let desk = try NightDesk()
    try desk.folder.write(
      "account,plan,cycle_day\nacme,retail,\nzebra,retail,15\n", to: "catalog/accounts.csv")
    try desk.write(
      ["a1 2026-01-05 101 442079460123 61", "z1 2026-01-20 201 442079460123 61"],
      to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let first = try desk.markBilled("2026-01")
    #expect([first.closedCount, first.accountCount, first.adjustedAccountCount] == [2, 2, 0])
    try desk.write(
      [
        "a2 2026-01-06 101 442079460123 61", "a3 2026-01-07 101 12025550143 9",
        "a4 2026-02-06 101 442079460123 61", "z2 2026-01-21 201 442079460123 61",
      ], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    let second = try desk.markBilled("2026-02")
    #expect([second.closedCount, second.accountCount, second.adjustedAccountCount] == [1, 1, 2])
    #expect(second.adjustmentRowCount == 3)
  }
}
