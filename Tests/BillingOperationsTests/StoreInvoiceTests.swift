// From a store to invoices: what is drafted, who may send it, which number it gets, and what can still be changed.

import BillingCalendar
import BillingStore
import Dispatch
import Invoicing
import Money
import Synchronization
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreInvoiceTests {
  /// A desk whose January was rated: acme has 0.02 of calls and two contract lines, zebra 0.01 and one.
  private func desk(_ tables: [String: String] = [:]) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts].merging(tables) { $1 })
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    return desk
  }

  /// Whether `body` is refused with a message that holds `text`.
  private func expectRefusal(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("it was not refused", sourceLocation: sourceLocation)
    } catch OperationFault.store(.refused(let message)) {
      #expect(message.contains(text), sourceLocation: sourceLocation)
    } catch {
      Issue.record("another fault: \(error)", sourceLocation: sourceLocation)
    }
  }

  // MARK: drafts

  @Test func theSameDraftsTwiceAreOne() throws {
    let desk = try desk()
    let first = try desk.draft("2026-01")
    #expect(!first.wasThere)
    let again = try desk.draft("2026-01")
    #expect(again.wasThere && again.record.id == first.record.id)
    #expect(FileContent.names(in: desk.storePath + "/drafts") == [first.record.id])
    try desk.expectWhole()
  }

  @Test func draftsOfAnotherCatalogTakeThePlaceOfTheEarlierOnes() throws {
    let desk = try desk()
    let first = try desk.draft("2026-01")
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts.replacing("9.99", with: "8.88")])
    let second = try desk.draft("2026-01")
    #expect(second.record.number == 2)
    #expect(try desk.store().currentDrafts().map(\.id) == [second.record.id])
    // The first folder goes with the next command that changes the store.
    try desk.approveAll()
    #expect(FileContent.names(in: desk.storePath + "/drafts") == [second.record.id])
    // As it was: the same name once more, and its folder is there.
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts])
    #expect(try desk.draft("2026-01").record.id == first.record.id)
    try desk.expectWhole()
  }

  @Test func anApprovalHoldsAsLongAsADraftSaysTheSame() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    // Only acme has new calls.
    #expect(try desk.draft("2026-01").approvedCount == 1)
    let outcome = try desk.finalise()
    #expect(outcome.documents.map(\.account) == ["zebra"])
    #expect(outcome.waiting.map(\.account) == ["acme"])
  }

  // MARK: numbers

  @Test func numbersFollowEachOtherFromTheOpeningOn() throws {
    let desk = try desk(["opening.csv": "account,billed_until,series,next_number\n,,INV,41\n"])
    try desk.draft("2026-01")
    try desk.decide(.approve, drafts: ["zebra"])
    try desk.finalise()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    #expect(try desk.invoices() == ["INV-0041 zebra 10", "INV-0042 acme 63.32"])
    try desk.expectWhole()
  }

  @Test func finalisingTwiceChangesNothing() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    #expect(try desk.finalise().documents.map(\.number) == ["INV-0001", "INV-0002"])
    let before = FileContent.copy(desk.storePath)
    let again = try desk.finalise()
    #expect(again.documents.isEmpty && again.sentCount == 2)
    #expect(FileContent.copy(desk.storePath) == before)
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
  }

  @Test func twoAtOnceGiveEveryNumberOnce() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    let path = desk.storePath
    let results = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let store = try? BillingStore.open(path, for: .changing(creates: false))
      let made = try? store.map { try StoreFinalising.finalise(nil, date: InvoiceDesk.day, in: $0) }
      results.withLock { $0.append(made?.documents.count ?? -1) }
    }
    #expect(results.withLock { $0.sorted() } == [0, 0, 0, 2])
    #expect(try desk.invoices() == ["INV-0001 acme 63.32", "INV-0002 zebra 10"])
    try desk.expectWhole()
  }

  @Test func aLaterNumberBearsNoEarlierDate() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.decide(.approve, drafts: ["zebra"])
    try desk.finalise("2026-02-03")
    try desk.draft("2026-01")
    try desk.approveAll()
    expectRefusal("bears the date 2026-02-03") { try desk.finalise("2026-02-02") }
    #expect(try desk.finalise("2026-02-03").documents.count == 1)
  }

  // MARK: what has moved

  @Test func aDraftWhoseAccountHasMovedIsRefused() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    expectRefusal("'acme' has other usage") { try desk.finalise() }
    #expect(try desk.invoices().isEmpty)
    try desk.draft("2026-01")
    try desk.approveAll()
    #expect(try desk.finalise().documents.count == 2)
    try desk.expectWhole()
  }

  @Test func aDraftOfWhatWasBilledSinceIsRefused() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.markBilled("2026-01", accounts: ["zebra"])
    expectRefusal("'zebra' was billed since") { try desk.finalise() }
  }

  @Test func aChangedDocumentIsFound() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    let file = desk.storePath + "/invoices/INV-0001/invoice.json"
    let bytes = try #require(FileContent.bytes(of: file))
    try FileContent.write(
      Array(String(decoding: bytes, as: UTF8.self).replacing("63.32", with: "36.32").utf8), to: file)
    let found = try desk.store().verify(deep: false, catalogHash: desk.catalogHash)
    #expect(found.findings.contains { $0.contains("INV-0001") && $0.contains("not the document") })
    #expect(throws: OperationFault.self) { try desk.document("INV-0001") }
    // A row of the book cannot be changed at all.
    #expect(
      try SQLiteShell.run(
        "UPDATE invoice_documents SET total_units = 1", desk.storePath + "/book.sqlite") == [])
    #expect(try desk.invoices().first == "INV-0001 acme 63.32")
  }

  // MARK: open and billed

  @Test func lateUsageIsALineOfTheNextInvoice() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    #expect(try desk.adjustments() == [])
    try desk.write(StoreRatingTests.tuesday + StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-02")
    try desk.approveAll()
    try desk.finalise("2026-03-02")
    let lines = try desk.document("INV-0003").lines.filter { $0.section == "adjustment" }
    // 0.04 of calls to 44, 0.002333 of one to 1: each line is rounded once.
    #expect(
      lines.map { "\($0.description) \($0.from) \($0.amount)" } == [
        "United Kingdom 2026-01-01 0.04", "United States 2026-01-01 0",
      ])
    let corrects = try lines.map { line in
      try desk.document("INV-0003").lineNodes[line.number].map { try $0.member("corrects").text() }
    }
    #expect(corrects == ["INV-0001", "INV-0001"])
    #expect(try desk.adjustments() == [])
    #expect(try desk.store().periods().map(\.state) == [.billed, .billed])
    try desk.expectWhole()
  }

  @Test func aPeriodWithoutUsageIsBilledToo() throws {
    let desk = try desk([
      "accounts.csv": InvoiceDesk.accounts,
      "contracts.csv": InvoiceDesk.contracts + "mute,Line,5.00,1,monthly,2026-01-01\n",
    ])
    try desk.draft("2026-01")
    try desk.approveAll()
    #expect(try desk.finalise().documents.map(\.account) == ["acme", "mute", "zebra"])
    #expect(try desk.draft("2026-01").report.drafts.isEmpty)
  }

  @Test func theNextInvoiceIsSetBesideTheLast() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    try desk.write(StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-02")
    let drafts = try StoreDrafts.open(nil, in: desk.store())
    #expect(drafts.pinned.basis.invoices.map(\.number) == ["INV-0001", "INV-0002"])
    var totals: [String] = []
    try drafts.proven.forEach { draft, _ in
      totals.append("\(draft.account) \(draft.previous?.total ?? .zero)")
    }
    #expect(totals == ["acme 63.32", "zebra 10"])
  }

  // MARK: refunds

  /// A contract with a discount that is charged a quarter ahead, and the tables of it when it ends on `until`.
  private static func care(until: String) -> [String: String] {
    [
      "contracts.csv": """
      account,contract,description,price,quantity,interval,timing,from,until,proration
      acme,C-1,Care,90.00,2,quarterly,advance,2026-02-01,\(until),
      acme,C-2,Hosting,30.00,1,quarterly,advance,2026-02-01,\(until),whole

      """,
      "discounts.csv": "account,contract,description,percent\nacme,C-1,Partner,10\n",
    ]
  }

  /// Lines of a document: `section days net`.
  private func lines(_ number: String, of desk: NightDesk) throws -> [String] {
    try desk.document(number).lines.filter { $0.section != "usage" }
      .map { "\($0.section) \($0.from)/\($0.until) \($0.net)" }
  }

  @Test func whatAContractDidNotSeeOfDaysChargedAheadIsGivenBack() throws {
    let desk = try desk(Self.care(until: ""))
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    #expect(
      try lines("INV-0001", of: desk) == [
        "recurring 2026-02-01/2026-05-01 162", "recurring 2026-02-01/2026-05-01 30",
      ])
    // It ends in the middle of the quarter: 61 of 89 days, less the discount that was on them.
    try desk.writeBilling(Self.care(until: "2026-03-01"))
    try desk.write(StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-02")
    try desk.approveAll()
    try desk.finalise("2026-03-02")
    let refunds = try lines("INV-0003", of: desk).filter { $0.hasPrefix("refund") }
    #expect(refunds == ["refund 2026-03-01/2026-05-01 -111.03"])
    let node = try desk.document("INV-0003").lineNodes[1]
    #expect(try node?.member("corrects").text() == "INV-0001")
    // Once.
    try desk.write(["d1 2026-03-05 101 442079460123 61"], to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-03")
    let drafts = try StoreDrafts.open(nil, in: desk.store())
    var recurring = 0
    try drafts.proven.forEach { draft, _ in recurring += draft.recurring.count }
    #expect(recurring == 0)
    try desk.expectWhole()
  }

  @Test func whatACreditNoteTookBackIsNotGivenBackAgain() throws {
    let desk = try desk(Self.care(until: ""))
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1])
    try desk.writeBilling(Self.care(until: "2026-03-01"))
    try desk.write(StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-02")
    try desk.approveAll()
    try desk.finalise("2026-03-02")
    #expect(try lines("INV-0003", of: desk).filter { $0.hasPrefix("refund") } == [])
  }

  // MARK: decisions

  private static let tickets = """
    ticket,account,summary,closed,price,decision
    T-1,acme,Scanner,2026-01-10,50.00,
    T-2,zebra,Cable,2026-01-11,7.00,approve

    """

  @Test func aChargeThatNobodyHasDecidedAboutKeepsItsDraftBack() throws {
    let desk = try desk(["tickets.csv": Self.tickets])
    try desk.draft("2026-01")
    #expect(try desk.approveAll().waiting.map(\.draft) == ["acme"])
    expectRefusal("'tickets.csv:T-1'") { try desk.decide(.approve, drafts: ["acme"]) }
    try desk.decide(.approve, charges: ["T-1"])
    try desk.draft("2026-01")
    #expect(try desk.approveAll().waiting.isEmpty)
    #expect(try desk.finalise().documents.map(\.net.description) == ["113.32", "17"])
  }

  @Test(arguments: [DecisionRecord.Verdict.hold, .reject]) func aChargeThatIsRefusedIsOnNoInvoice(
    verdict: DecisionRecord.Verdict
  ) throws {
    let desk = try desk(["tickets.csv": Self.tickets])
    try desk.draft("2026-01")
    try desk.decide(verdict, charges: ["T-1"], reason: "under warranty")
    // What was drafted before the decision does not go out.
    try desk.decide(.approve, drafts: ["zebra"])
    #expect(try desk.finalise().documents.map(\.account) == ["zebra"])
    try desk.draft("2026-01")
    try desk.approveAll()
    #expect(try desk.finalise().documents.map(\.net.description) == ["63.32"])
  }

  @Test func aDecisionAfterTheDraftIsRefusedToo() throws {
    let desk = try desk(["tickets.csv": Self.tickets])
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.decide(.hold, charges: ["T-2"], reason: "wrong client")
    expectRefusal("'tickets.csv:T-2' of account 'zebra' was decided after") { try desk.finalise() }
  }

  @Test func whatIsHeldWaitsWithItsAccount() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.decide(.hold, drafts: ["acme"], reason: "prices are new")
    try desk.approveAll()
    let outcome = try desk.finalise()
    #expect(outcome.waiting.map(\.reason) == ["'acme' was held by Ines: prices are new"])
    // The last word counts.
    try desk.decide(.approve, drafts: ["acme"])
    #expect(try desk.finalise().documents.map(\.account) == ["acme"])
    #expect(try desk.decide(.approve, charges: []).count == 0)
    expectRefusal("is an invoice already") { try desk.decide(.hold, drafts: ["zebra"], reason: "late") }
  }

  // MARK: explanations

  @Test func aLineIsExplainedDownToItsRuns() throws {
    let desk = try desk()
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    // What comes later, and what is taken back, changes nothing of what was sent.
    try desk.revoke("2")
    let line = try #require(try desk.document("INV-0001").lines.first { $0.description == "United Kingdom" })
    let found = try StoreExplaining.explain(line: line.number, of: "INV-0001", semantics: 1, in: desk.store())
    #expect(found.rowSum.description == "0.03")
    #expect(
      found.rows.flatMap(\.parts).map { "\($0.run.number) \($0.eventCount) \($0.amount)" } == [
        "1 1 0.02", "2 1 0.01",
      ])
    #expect(found.calls.map(\.amount.description).sorted() == ["0.01", "0.02"])
    #expect(found.callsMissing == "" && found.runsWithoutDetail.isEmpty)
    let seat = try StoreExplaining.explain(line: 1, of: "INV-0001", semantics: 1, in: desk.store())
    #expect(seat.rows.isEmpty)
    #expect(try seat.node.member("origin").text() == "contracts.csv:2")
    expectRefusal("there is no line 99") {
      _ = try StoreExplaining.explain(line: 99, of: "INV-0001", semantics: 1, in: desk.store())
    }
  }

  // MARK: credit notes

  @Test func creditNotesOfAllLinesAreTheInvoice() throws {
    let desk = try desk(["accounts.csv": InvoiceDesk.accounts, "taxes.csv": InvoiceDesk.taxes])
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    #expect(try desk.credit("INV-0001", lines: [2]).note.number == "CN-0001")
    #expect(try desk.credit("INV-0001").note.number == "CN-0002")
    let store = try desk.store()
    let invoice = try store.invoice("INV-0001")
    let notes = try store.creditNotes(of: "INV-0001")
    #expect(notes.reduce(Amount.zero) { $0 + $1.net } == -invoice.net)
    #expect(notes.reduce(Amount.zero) { $0 + $1.tax } == -invoice.tax)
    #expect(invoice.tax != .zero)
    try desk.expectWhole()
  }

  @Test func aLineIsTakenBackOnce() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1, 2])
    #expect(try desk.credit("INV-0001", lines: [1, 2]).wasThere)
    expectRefusal("line 1 of INV-0001 was taken back with CN-0001") {
      try desk.credit("INV-0001", lines: [1])
    }
    expectRefusal("has no line 9") { try desk.credit("INV-0001", lines: [9]) }
    expectRefusal("correct invoices only") { try desk.credit("CN-0001") }
    try desk.credit("INV-0001", reason: "the rest")
    #expect(try desk.credit("INV-0001", reason: "the rest").wasThere)
    expectRefusal("all lines") { try desk.credit("INV-0001", reason: "once more") }
    #expect(try desk.store().creditNotes(of: "INV-0001").map(\.number) == ["CN-0001", "CN-0002"])
  }

  @Test func datesOfASeriesGoWithItsNumbers() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1], on: "2026-03-05")
    expectRefusal(
      "CN-0001 bears the date 2026-03-05; a later number of its series cannot bear 2026-03-04"
    ) {
      try desk.credit("INV-0001", lines: [2], on: "2026-03-04")
    }
    #expect(try desk.credit("INV-0001", lines: [2], on: "2026-03-05").note.number == "CN-0002")
    try desk.expectWhole()
  }

  /// The clock of the tools stands in January 2026, or on a day that many days after the first of 2027.
  @Test(arguments: [
    // A year after the last day of January, and a day more.
    (nil, "2027-01-31", true), (nil, "2027-02-01", false),
    // 31 days after today, where that is later.
    (30, "2027-03-03", true), (30, "2027-03-04", false),
  ]) func aDateFarAheadIsRefusedUnlessItIsForced(daysOf2027: Int64?, date: String, isTaken: Bool) throws {
    let desk = try desk()
    var tools = desk.tools()
    if let daysOf2027 { tools.clock = { 1_798_761_600 + daysOf2027 * 86_400 } }
    try desk.draft("2026-01", tools: tools)
    try desk.approveAll(tools: tools)
    let day = try #require(CivilDate.parse(date))
    if !isTaken { expectRefusal("--force-date") { try desk.finalise(date, tools: tools) } }
    func changing() throws -> BillingStore {
      try BillingStore.open(desk.storePath, for: .changing(creates: false), tools: tools)
    }
    if isTaken {
      #expect(try desk.finalise(date, tools: tools).documents.count == 2)
    } else {
      let outcome = try StoreFinalising.finalise(nil, date: day, isDateForced: true, in: changing())
      #expect(outcome.documents.map(\.date) == [day, day])
    }
    func credit(isForced: Bool) throws -> String {
      try StoreCrediting.credit(
        "INV-0001", lines: [1], reason: "typo", date: day, isDateForced: isForced, in: changing()
      ).note.number
    }
    if !isTaken { expectRefusal("--force-date") { _ = try credit(isForced: false) } }
    #expect(try credit(isForced: !isTaken) == "CN-0001")
  }

  @Test func aSeriesThatIsClosedByItsDateIsLeftForAnother() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1], on: "2027-01-31")
    expectRefusal("begin another series") { try desk.credit("INV-0001", lines: [2], on: "2026-03-04") }
    try desk.writeBilling(["catalog.yaml": "currency: EUR\nnumbers: {invoice: INW, credit_note: CNW}\n"])
    try desk.draft("2026-02")
    try desk.approveAll()
    #expect(try desk.finalise("2026-02-01").documents.first?.number == "INW-0001")
    #expect(try desk.credit("INV-0001", lines: [2], on: "2026-03-04").note.number == "CNW-0001")
    try desk.expectWhole()
  }

  @Test func anInvoiceIsNotDatedBeforeWhatItBills() throws {
    let desk = try desk()
    try desk.draft("2026-01")
    try desk.approveAll()
    expectRefusal("is billed for 2026-01-01/2026-02-01, which begins after 2025-12-31") {
      try desk.finalise("2025-12-31")
    }
    #expect(try desk.invoices() == [])
    try desk.finalise("2026-01-01")
    #expect(try desk.invoices().first?.hasPrefix("INV-0001 ") == true)
  }
}
