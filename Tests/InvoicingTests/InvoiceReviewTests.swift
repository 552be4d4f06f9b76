// Reviews: every leak is found, in money, and nothing is flagged that is in order.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

@Suite struct InvoiceReviewTests {
  @Test(arguments: [
    // The flat tax stands on the main document; the lines of the project are taxed there.
    ("", [String]()), ("one-time;service", []),
    // One of services alone is on no line of the project.
    ("service", ["no tax of DE is on line 1 (class one-time)"]),
  ])
  func aFlatTaxOnAnotherDocumentIsATax(classes: String, expected: [String]) throws {
    var book = BillingBook.contracts("description,price,from", "Base,100,2026-01-01")
    book.set("accounts.csv", "account,plan,tax_place,project_invoices\nacme,p,DE,separate\n")
    book.set(
      "charges.csv", "account,description,delivered,price,project\nacme,Cabling,2026-01-06,200,Hall\n")
    book.set("taxes.csv", "tax,place,classes,method,rate\nFlat,DE,\(classes),flat,1.50\n")
    let found = try book.review("2026-01").filter { $0.contains("no tax") }
    #expect(found == expected.map { "line-without-tax acme - \($0)" })
  }

  @Test func nothingIsFlaggedWhereEverythingIsInOrder() throws {
    var book = BillingBook.contracts(
      "description,item,from,until,count,quantity,interval", "Seat,seat,2025-01-01,2026-06-01,prorate,,",
      "Seat,seat,2026-06-01,,prorate,,", "Line,line,2025-01-01,,,2,3")
    book.set(
      "price-book.csv",
      "item,price,from\nseat,8,2025-01-01\nline,20,2025-01-01\nseat,9,2025-09-01\nline,30,2025-09-01\n")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,seat,2026-01-01,30\nacme,line,2026-01-01,2\nacme,seat,2026-02-01,35\n"
    )
    book.set("taxes.csv", "tax,place,rate\nVAT,DE,19\n")
    #expect(try book.review("2026-02", earlier: ["2026-01"]) == [])
  }

  @Test(arguments: [
    ("30", ["count-against-contract acme 145 Care: 30 counted on 2026-01-10, 25 charged"]), ("25", []),
    ("20", ["count-against-contract acme -145 Care: 20 counted on 2026-01-10, 25 charged"]),
  ]) func countsAreHeldAgainstTheContract(counted: String, expected: [String]) throws {
    var book = BillingBook.contracts(
      "description,item,price,from,quantity,interval", "Care,device,29,2025-01-01,20,1",
      "Care 2,device,87,2025-01-01,5,3")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,device,2025-12-01,\(counted)\nacme,device,2026-01-10,\(counted)\n")
    #expect(try book.review("2026-01").filter { $0.hasPrefix("count") } == expected)
  }

  @Test func whatIsCountedAndNotChargedIsNamed() throws {
    var book = BillingBook.contracts("description,price,from", "Care,29,2025-01-01")
    book.set("price-book.csv", "item,price,from\nbackup,4.50,2025-12-01\n")
    book.set(
      "counts.csv", "account,item,date,quantity\nacme,backup,2026-01-10,7\nacme,uptime,2026-01-10,99.95\n")
    // Nobody sells an uptime.
    #expect(
      try book.review("2026-01")
        == ["count-without-contract acme 31.5 7 of 'backup' counted on 2026-01-10, none charged"])
  }

  @Test(arguments: [
    (100, 119, false), (100, 120, true), (100, 80, true), (100, 81, false), (0, 1, true), (5, 5, false),
  ]) func countsThatJumpedAreNamed(before: Int, now: Int, isFlagged: Bool) throws {
    var book = BillingBook.contracts("description,item,price,from,count", "Seat,seat,1,2025-01-01,prorate")
    book.set(
      "counts.csv",
      "account,item,date,quantity\nacme,seat,2025-12-01,\(before)\nacme,seat,2026-01-10,\(now)\n")
    let flags = try book.review("2026-01").filter { $0.hasPrefix("count-jumped") }
    #expect(flags == (isFlagged ? ["count-jumped acme - Seat: \(before) before, \(now) now"] : []))
  }

  @Test(arguments: [("2025-12-28", false), ("2025-12-27", true)])
  func countsOfAFeedThatStoppedAreNamed(day: String, isFlagged: Bool) throws {
    var book = BillingBook.contracts("description,item,price,from,count", "Seat,seat,1,2025-01-01,prorate")
    book.set("counts.csv", "account,item,date,quantity\nacme,seat,\(day),4\n")
    #expect(
      try book.review("2026-01").contains("count-stale acme - the last count of 'seat' is of \(day)")
        == isFlagged)
  }

  @Test func closedTicketsWithoutAChargeAreNamed() throws {
    var book = BillingBook.contracts("description,price,from", "Care,29,2025-01-01")
    book.set("price-book.csv", "item,price,from\nlabour,96,2025-12-01\n")
    book.set(
      "tickets.csv",
      """
      ticket,account,summary,closed,billable,hours,item,decision
      T1,acme,Printer,2026-01-05,,1.5,labour,approve
      T2,acme,Server,2026-01-31,,2,,
      T3,acme,Goodwill,2026-01-31,no,2,,
      T4,acme,Next month,2026-02-01,,2,,
      T5,acme,No hours,2026-01-31,,,,
      T6,acme,New,2026-01-31,,1,labour,
      T7,acme,Wait,2026-01-31,,1,labour,hold

      """)
    #expect(
      try book.review("2026-01") == [
        "ticket-without-charge acme 192 ticket T2, Server: closed on 2026-01-31, 2 h, nothing charged (at the price of 'labour')",
        "ticket-without-charge acme - ticket T5, No hours: closed on 2026-01-31, nothing charged",
        "charge-not-approved acme - ticket T6, New: EUR 96.00 that nobody has approved",
        "charge-on-hold acme - Wait: delivered on 2026-01-31, on hold",
      ])
  }

  @Test(arguments: [
    ("2026-01-01", []),
    ("2026-01-02", ["contract-ended acme 50 Care: ended on 2026-01-02 and nothing follows"]),
    ("2026-02-01", ["contract-ended acme 50 Care: ended on 2026-02-01 and nothing follows"]),
    ("2026-02-02", ["contract-ends-soon acme - Care: ends on 2026-02-02 and nothing follows"]),
    ("2026-04-02", ["contract-ends-soon acme - Care: ends on 2026-04-02 and nothing follows"]),
    ("2026-04-03", []),
  ]) func contractsThatEndAreNamed(until: String, expected: [String]) throws {
    let book = BillingBook.contracts(
      "description,price,from,until,quantity", "Care,25,2025-01-01,\(until),2", "Line,5,2025-01-01,,1")
    #expect(try book.review("2026-01") == expected)
  }

  @Test func pricesOfIdenticalClientsAreCompared() throws {
    var book = BillingBook()
    book.set("accounts.csv", "account,plan\na,p\nb,p\nc,p\n")
    book.set(
      "contracts.csv",
      """
      account,description,item,price,from,quantity
      a,Care,device,29,2025-01-01,10
      b,Care,device,29,2025-01-01,10
      c,Care,device,24,2025-01-01,10
      a,Gold,gold,99,2025-01-01,1
      b,Gold,gold,,2025-01-01,1
      c,Gold,gold,110,2025-01-01,1

      """)
    book.set("price-book.csv", "item,price,from\ngold,100,2025-01-01\n")
    #expect(
      try book.review("2026-01") == [
        "price-differs a 1 Gold: costs 99.00, usual is 100.00",
        "price-differs c 50 Care: costs 24.00, usual is 29.00",
        "price-differs c -10 Gold: costs 110.00, usual is 100.00",
        "price-book-stale  - 'gold' has the price of 2025-01-01",
      ])
  }

  @Test(arguments: [("2025-06-01", true), ("2025-06-02", false)])
  func pricesThatStoodStillForEightMonthsAreNamed(from: String, isFlagged: Bool) throws {
    var book = BillingBook.contracts("item,from", "gold,2025-07-01")
    book.set("price-book.csv", "item,price,from\ngold,100,\(from)\nunused,1,2020-01-01\n")
    #expect(try book.review("2026-01").isEmpty == !isFlagged)
  }

  @Test(arguments: [("net 14", false), ("14 Tage", true), ("", false)])
  func termsThatNameNoDayAreNamed(terms: String, isFlagged: Bool) throws {
    var book = BillingBook.contracts("description,price,from", "Care,29,2025-01-01")
    book.set("accounts.csv", "account,plan,terms\nacme,p,\(terms)\n")
    #expect(
      try book.review("2026-01")
        == (isFlagged
          ? [
            "terms-unknown acme - terms '14 Tage' name no last day to pay; write such as 'net 14', '14 days', "
              + "'net 30 EOM', 'end of month' or 'due on receipt'"
          ] : []))
  }

  @Test func whatIsNotTaxedIsNamed() throws {
    var book = BillingBook.contracts(
      "description,price,from,tax_class", "Care,29,2025-01-01,care", "Line,5,2025-01-01,line")
    book.set("taxes.csv", "tax,place,classes,rate\nVAT,DE,care,19\n")
    #expect(try book.review("2026-01") == ["line-without-tax acme - no tax of DE is on line 2 (class line)"])
    book.set("accounts.csv", "account,plan\nacme,p\n")
    #expect(
      try book.review("2026-01") == [
        "tax-place-missing acme - no 'tax_place' in accounts.csv, so no tax on the draft"
      ])
  }

  @Test(arguments: [
    ("133", []), ("134", ["total-jumped acme - the total is EUR 134.00, earlier ones EUR 100.00 on average"]),
    ("67", []), ("66", ["total-jumped acme - the total is EUR 66.00, earlier ones EUR 100.00 on average"]),
    (
      "0",
      [
        "total-not-positive acme - the total is EUR 0.00",
        "total-jumped acme - the total is EUR 0.00, earlier ones EUR 100.00 on average",
      ]
    ),
  ]) func totalsAreHeldAgainstEarlierOnes(price: String, expected: [String]) throws {
    let book = BillingBook.contracts(
      "description,price,from,until", "Care,90,2025-11-01,2025-12-01", "Care,110,2025-12-01,2026-01-01",
      "Care,\(price),2026-01-01,")
    #expect(try book.review("2026-01", earlier: ["2025-11", "2025-12"]) == expected)
  }

  @Test func usageInSuspenseIsNamedWithItsValue() throws {
    var book = BillingBook.contracts("description,price,from", "Care,29,2025-01-01")
    book.addSuspense(
      SuspenseDigestRow(
        reason: "no-price", account: "acme", serviceKind: .voice, eventCount: 2, quantity: 120_000,
        currency: Currency(code: "EUR"), estimatedValue: SampleBook.amount("1.5")))
    book.addSuspense(
      SuspenseDigestRow(
        reason: "unknown-service", account: "", serviceKind: .voice, eventCount: 1, quantity: 60_000))
    #expect(
      try book.review("2026-01") == [
        "unrated-usage  - 1 record of no known account in suspense: unknown-service",
        "unrated-usage acme 1.5 2 records in suspense: no-price",
      ])
  }

  // MARK: only these drafts

  @Test func onlyTheDraftsOfThisCatalogAndUsageAreReviewed() throws {
    let folder = try TemporaryFolder()
    var sample = SampleBook(accounts: "acme 1")
    sample.addUsage("acme 2026-01-01/2026-02-01 voice UK calls . . 1 60 10 EUR")
    try sample.usage.write(to: folder)
    let usage = try UsageFolder.open(folder.path)
    let path = folder.path(of: "drafts")
    _ = try InvoiceDraftRun(usage: usage, catalog: sample.catalog).publish(to: path)
    func fault(_ catalog: Catalog) throws -> String {
      let drafts = try DraftsFolder.open(path)
      do throws(ProvenDraftsFault) {
        let report = try InvoiceReview(usage: usage, catalog: catalog, drafts: drafts).report()
        return "\(report.draftCount) \(report.flags.count)"
      } catch { return error.description.replacing(folder.path + "/", with: "") }
    }
    #expect(try fault(sample.catalog) == "1 0")
    var other = sample.catalog
    other.billingHash = "b2"
    #expect(
      try fault(other)
        == "drafts: the billing tables of the catalog have changed since the drafts were made; draft again"
    )
    var renamed = sample.catalog
    renamed.accounts[0].name = "Other"
    #expect(
      try fault(renamed)
        == "drafts: the catalog makes other drafts than those that lie there; draft again")
  }

  @Test func draftsSetBesideEarlierOnesNeedThemToBeReviewed() throws {
    let folder = try TemporaryFolder()
    var sample = SampleBook(accounts: "acme 1")
    sample.addContracts("acme seat 10 EUR 3 1 2026-01-16 .")
    try sample.usage.write(to: folder)
    let usage = try UsageFolder.open(folder.path)
    func drafts(_ month: String, earlier: [DraftsFolder]) throws -> DraftsFolder {
      let path = folder.path(of: month)
      let run = InvoiceDraftRun(
        usage: usage, catalog: sample.catalog, choice: UsagePeriodChoice.parse(month), earlier: earlier)
      _ = try run.publish(to: path)
      return try DraftsFolder.open(path)
    }
    let january = try drafts("2026-01", earlier: [])
    let february = try drafts("2026-02", earlier: [january])
    var previous: [String] = []
    try InvoiceDraftRun(
      usage: usage, catalog: sample.catalog, choice: UsagePeriodChoice.parse("2026-02"), earlier: [january]
    ).forEachDraft { previous.append($0.previous.map { "\($0.recurring) \($0.total)" } ?? "none") }
    // 30 × 16/31.
    #expect(previous == ["15.48 15.48"])
    func review(_ earlier: [DraftsFolder]) -> String {
      do throws(ProvenDraftsFault) {
        let review = InvoiceReview(usage: usage, catalog: sample.catalog, drafts: february, earlier: earlier)
        return try review.report().flags.map(\.kind.rawValue).joined()
      } catch { return error.description.replacing(folder.path + "/", with: "") }
    }
    #expect(review([january]) == "total-jumped")
    #expect(
      review([])
        == "2026-02: the drafts were set beside earlier ones that are not named; add --earlier DIR; draft again"
    )
  }

  @Test func aManifestThatWasChangedIsRefused() throws {
    let folder = try TemporaryFolder()
    let sample = SampleBook(accounts: "acme 1")
    try sample.usage.write(to: folder)
    let path = folder.path(of: "drafts")
    _ = try InvoiceDraftRun(usage: try UsageFolder.open(folder.path), catalog: sample.catalog).publish(
      to: path)
    var bytes = try #require(folder.bytes(of: "drafts/drafts.json"))
    bytes[bytes.count / 2] ^= 1
    try folder.write(bytes, to: "drafts/drafts.json")
    #expect(throws: DraftsFolderFault.self) { _ = try DraftsFolder.open(path) }
    #expect(throws: DraftsFolderFault.self) { _ = try DraftsFolder.open(folder.path(of: "nowhere")) }
  }
}
