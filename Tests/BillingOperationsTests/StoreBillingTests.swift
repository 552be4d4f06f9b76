// Open and billed: what was billed stays, and whatever comes later is an adjustment, once.

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
}
