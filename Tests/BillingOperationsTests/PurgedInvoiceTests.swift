// Invoices and credit notes of periods whose runs were purged: the same money as in a store that keeps everything.

import BillingCalendar
import BillingStore
import Invoicing
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct PurgedInvoiceTests {
  /// Two desks with January sent; one of them has forgotten its calls. With `settles` acme has minutes that roll over.
  private static func desks(settles: Bool) throws -> (purging: NightDesk, keeping: NightDesk) {
    func desk() throws -> NightDesk {
      let desk = try NightDesk()
      try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts, "taxes.csv": InvoiceDesk.taxes])
      try desk.folder.write(
        "account,plan,tax_place\nacme,\(settles ? "minutes" : "retail"),DE\nzebra,retail,DE\n",
        to: "catalog/accounts.csv")
      try desk.folder.write(
        "plan: minutes\nextends: retail\nallowances: [{allowance: minutes, quantity: 3 min, kinds: [voice], rollover: {periods: 1}}]\n",
        to: "catalog/plans/minutes.yaml")
      try desk.write(
        ["a 2026-01-10 101 442079460123 61", "b 2026-01-31 201 442079460123 600"], to: "jan/pbx-1.csv")
      try desk.rate(["jan"])
      try desk.send("2026-01", on: "2026-02-03")
      return desk
    }
    let (purging, keeping) = (try desk(), try desk())
    try #require(try purging.purge(before: "2026-02-01", at: NightDesk.inSummer) == [1])
    return (purging, keeping)
  }

  /// Invoices and credit notes with their lines, and what is still to be corrected.
  private static func money(_ desk: NightDesk) throws -> [String] {
    try desk.invoices()
      + desk.store().invoices().filter { $0.number.hasPrefix("INV") }.flatMap { invoice in
        try desk.document(invoice.number).lines.map {
          "\(invoice.number) \($0.section) \($0.description) \($0.from) \($0.amount)"
        }
      } + desk.adjustments()
  }

  private static func expectSameMoney(_ desks: (purging: NightDesk, keeping: NightDesk), count: Int) throws {
    let found = try money(desks.purging)
    #expect(try found == money(desks.keeping))
    #expect(try desks.purging.invoices().count == count)
    try desks.purging.expectWhole()
  }

  @Test(arguments: [false, true]) func theNextMonthIsDraftedAsEver(settles: Bool) throws {
    let desks = try Self.desks(settles: settles)
    for desk in [desks.purging, desks.keeping] {
      // 1 minute of January is left for acme with minutes, and 3 are February's.
      try desk.write(
        ["c 2026-02-10 101 442079460123 300", "d 2026-02-11 201 442079460123 60"], to: "feb/pbx-2.csv")
      try desk.rate(["feb"])
      try desk.send("2026-02", on: "2026-03-03")
    }
    try Self.expectSameMoney(desks, count: 4)
  }

  /// In full: the period is open again and billed anew, of the sums that were kept; in part: nothing is.
  @Test(arguments: [false, true], [false, true])
  func anInvoiceOfAPurgedPeriodIsCreditedAndBilledAnew(settles: Bool, isWhole: Bool) throws {
    let desks = try Self.desks(settles: settles)
    for desk in [desks.purging, desks.keeping] {
      let outcome = try desk.credit("INV-0001", lines: isWhole ? nil : [1], on: "2026-02-20")
      #expect(outcome.openedPeriods.map(\.description) == (isWhole ? ["2026-01-01/2026-02-01"] : []))
      try desk.expectWhole()
      try desk.draft("2026-01")
      try desk.approveAll()
      if isWhole { try desk.finalise("2026-02-21") }
      try desk.write(["c 2026-02-10 101 442079460123 300"], to: "feb/pbx-2.csv")
      try desk.rate(["feb"])
      try desk.send("2026-02", on: "2026-03-03")
    }
    try Self.expectSameMoney(desks, count: isWhole ? 6 : 5)
  }

  /// Where nobody was credited, a late record waits, and nothing is billed of it; the store that keeps its calls corrects the month.
  @Test(arguments: [false, true]) func aLateRecordWaitsAndChangesNothing(settles: Bool) throws {
    let desks = try Self.desks(settles: settles)
    let before = try Self.money(desks.purging)
    try desks.purging.write(["l 2026-01-31 201 442079460123 60"], to: "late/pbx-9.csv")
    #expect(try desks.purging.rate(["late"]).doors == "1 0 0 0 1")
    #expect(try Self.money(desks.purging) == before)
    for desk in [desks.purging, desks.keeping] {
      try desk.write(["c 2026-02-10 101 442079460123 300"], to: "feb/pbx-2.csv")
      try desk.rate(["feb"])
      try desk.send("2026-02", on: "2026-03-03")
    }
    try Self.expectSameMoney(desks, count: 4)
    // Read by the one that keeps them, it is a correction of January.
    try desks.keeping.write(["l 2026-01-31 201 442079460123 60"], to: "late/pbx-9.csv")
    #expect(try desks.keeping.rate(["late"]).doors == "1 1 0 0 0")
    #expect(try desks.keeping.adjustments() == ["2026-01-01 zebra 1 0.01"])
  }
}
