// The invoice clerk of the small provider: drafts, decisions, invoices and credit notes of its store.

import BillingCalendar
import BillingStore
import Invoicing
import Tables
import TestSupport
import Testing

@testable import BillingOperations

/// What the clerk's catalog has besides rating.
enum InvoiceDesk {
  /// A seat for each account, and a fee that divides badly; `mute` has no telephone.
  static let contracts = """
    account,description,price,quantity,interval,from
    acme,Seat,9.99,3,monthly,2026-01-01
    acme,Care,33.33,1,monthly,2026-01-01
    zebra,Seat,9.99,1,monthly,2026-01-01

    """
  static let taxes = "tax,place,rate\nVAT,DE,19%\nLevy,DE,0.7%\n"
  static let accounts = "account,plan,tax_place\nacme,retail,DE\nmute,retail,DE\nzebra,retail,DE\n"
  static let day = CivilDate.parse("2026-02-03")!
}

extension NightDesk {
  /// Writes tables of the invoice stage.
  func writeBilling(_ tables: [String: String]) throws {
    for (name, text) in tables { try folder.write(text, to: "catalog/" + name) }
  }

  private func changing(_ tools: StoreTools?) throws -> BillingStore {
    try BillingStore.open(storePath, for: .changing(creates: false), tools: tools ?? self.tools())
  }

  @discardableResult func draft(
    _ period: String, catalog: String = "catalog", itemising: CallItemising? = nil,
    tools: StoreTools? = nil
  ) throws -> StoreDrafting.Outcome {
    let choice = try #require(UsagePeriodChoice.parse(period))
    return try StoreDrafting.draft(
      choice, catalogPath: folder.path(of: catalog), itemising: itemising, in: changing(tools))
  }

  @discardableResult func decide(
    _ verdict: DecisionRecord.Verdict, drafts: [String] = [], charges: [String] = [], isAll: Bool = false,
    reason: String = "", tools: StoreTools? = nil
  ) throws -> StoreDeciding.Outcome {
    var question = StoreDeciding.Question()
    question.drafts = drafts.map { Label($0) }
    question.charges = charges.map { Label($0) }
    question.isAll = isAll
    return try StoreDeciding.decide(
      question, verdict, by: "Ines", reason: reason, of: nil, in: changing(tools))
  }

  /// Drafts a period, approves all of it and sends it.
  func send(_ period: String, on date: String) throws {
    try draft(period)
    try approveAll()
    try finalise(date)
  }

  @discardableResult func approveAll(tools: StoreTools? = nil) throws -> StoreDeciding.Outcome {
    try decide(.approve, isAll: true, tools: tools)
  }

  @discardableResult func finalise(
    _ date: String = "2026-02-03", tools: StoreTools? = nil
  ) throws -> StoreFinalising.Outcome {
    let day = try #require(CivilDate.parse(date))
    return try StoreFinalising.finalise(nil, date: day, in: changing(tools))
  }

  @discardableResult func credit(
    _ number: String, lines: Set<Int>? = nil, reason: String = "agreed", on date: String = "2026-03-01",
    tools: StoreTools? = nil
  ) throws -> StoreCrediting.Outcome {
    let day = try #require(CivilDate.parse(date))
    return try StoreCrediting.credit(number, lines: lines, reason: reason, date: day, in: changing(tools))
  }

  /// Invoices and credit notes: `number account total`.
  func invoices() throws -> [String] {
    try store().invoices().map { "\($0.number) \($0.account) \($0.total)" }
  }

  /// An invoice, read again from its document.
  func document(_ number: String) throws -> InvoiceDocument {
    let store = try store()
    return try StoreDocuments.read(store.invoice(number), in: store)
  }

  /// Drafts two periods, the later one first; the earlier one goes out, and what is said of the other is returned.
  func faultOfTheSecond(of first: String, _ second: String) throws -> OperationFault? {
    try draft(second)
    try approveAll()
    try draft(first)
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools())
    let choices = try [first, second].map { try #require(UsagePeriodChoice.parse($0)) }
    var question = StoreDeciding.Question()
    question.isAll = true
    _ = try StoreDeciding.decide(question, .approve, by: "Ines", reason: "", of: choices[0], in: store)
    let day = try #require(CivilDate.parse("2026-04-03"))
    _ = try StoreFinalising.finalise(choices[0], date: day, in: store)
    return #expect(throws: OperationFault.self) {
      _ = try StoreFinalising.finalise(choices[1], date: day, in: store)
    }
  }
}
