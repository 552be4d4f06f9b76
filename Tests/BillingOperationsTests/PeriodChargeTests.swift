// Plans whose charges depend on a whole period are settled over all runs; rating them again is refused, and so loudly that
// nobody takes half a result for a whole one.

import BillingStore
import RatingEngine
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct PeriodChargeTests {
  @Test(arguments: [
    "allowances:\n  - {allowance: minutes, quantity: 100 min, kinds: [voice]}\n",
    "charges:\n  - {charge: calls, kinds: [voice], price: deck, period_minimum: 5}\n",
  ])
  func chargesOverAPeriodAreNotRatedAgain(part: String) throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let charges =
      part.hasPrefix("charges") ? "" : "charges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
    try desk.writeCatalog("settling")
    try desk.folder.write(
      "plan: retail\nlook_up: {voice: retail}\n" + charges + part, to: "settling/plans/retail.yaml")
    do {
      try desk.rerate("settling")
      #expect(Bool(false), "a period was rated in parts")
    } catch OperationFault.run(.catalog(let message)) {
      #expect(message.contains("whole period"))
    }
    #expect(try desk.store().runs().count == 1)
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"], catalog: "settling").doors == "2 2 0 0 0")
    try desk.expectWhole()
  }
}
