// Plans whose charges depend on a whole period are refused, and so loudly that nobody takes half a result for a whole one.

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
  func chargesOverAPeriodAreRefused(part: String) throws {
    let desk = try NightDesk()
    let charges =
      part.hasPrefix("charges") ? "" : "charges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
    try desk.folder.write(
      "plan: retail\nlook_up: {voice: retail}\n" + charges + part, to: "catalog/plans/retail.yaml")
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    do {
      try desk.rate(["usage"])
      #expect(Bool(false), "a period was rated in parts")
    } catch OperationFault.run(.catalog(let message)) {
      #expect(message.contains("whole period"))
    }
    #expect(try desk.store().runs().isEmpty)
  }
}
