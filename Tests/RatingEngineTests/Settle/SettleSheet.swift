// Settling as a sheet that a clerk can read: a catalog, events, and what they must come to.
//
// Lines, words between blanks; a line that begins with `#` is a comment:
//   period   DAY                                   first day of the usage period, else 2026-01-01; `first` after it for
//                                                  the first period that is known of the owner
//   rolled   ALLOWANCE QUANTITY PERIODS [account=] what the period before left
//   frozen   [ALLOWANCE QUANTITY PERIODS [account=]] what the period has handed on when it was billed; alone for nothing
//   event    ID ACCOUNT KIND QUANTITY [charge= group= at= band= price= per= fee= inc= amount= answered gauge]
//   charge   ID AMOUNT BILLED [covered=] [raw=]    all parts of an event together
//   parts    ID QUANTITY[:ALLOWANCE][#TIER]=AMOUNT …
//   row      REASON ACCOUNT CHARGE AMOUNT          `minimum` or `flat`
//   balance  HOLDER ALLOWANCE GRANTED IN USED LEFT EXPIRED OUT
//   share    ALLOWANCE ACCOUNT USED
//   total    AMOUNT                                parts and rows
// Quantities of calls are seconds with an `s`; events without `at` follow each other by a minute.

import BillingCalendar
import Catalog
import Money
import Synchronization
import Tables
import TestSupport
import Testing

@testable import RatingEngine

/// A sheet with its catalog; `faults` says what settling makes different from what the sheet expects.
struct SettleSheet {
  var plans: [String]
  var accounts = "account,plan\na,p\n"
  var grants: String?
  var holidays: String?

  /// Catalogs read so far, by their files: reading one takes longer than settling it. The lock guards only them.
  private static let known = Mutex<[[String]: Catalog]>([:])

  func catalog() throws -> Catalog {
    let files = plans + [accounts, grants ?? "", holidays ?? ""]
    if let known = Self.known.withLock({ $0[files] }) { return known }
    let catalog = try read()
    Self.known.withLock { $0[files] = catalog }
    return catalog
  }

  private func read() throws -> Catalog {
    let folder = try TemporaryFolder()
    try folder.write(accounts, to: "accounts.csv")
    for (index, plan) in plans.enumerated() { try folder.write(plan, to: "plans/\(index).yaml") }
    if let grants { try folder.write(grants, to: "grants.csv") }
    if let holidays { try folder.write(holidays, to: "holidays.csv") }
    do throws(CatalogFault) {
      return try CatalogFolder.load(folder.path)
    } catch {
      throw SheetFault(error.findings.map(\.description).joined(separator: "\n"))
    }
  }

  /// Differences between the sheet's expectations and what comes out, one line each.
  func faults(_ lines: String) throws -> [String] {
    var trial = try SettleTrial(catalog())
    let rows = lines.split(separator: "\n").map { line in
      line.split(separator: " ").map(String.init)
    }
    for words in rows where words.first?.hasPrefix("#") == false { try trial.prepare(words) }
    let result = trial.settle()
    return rows.filter { !$0.isEmpty }.compactMap { result.fault($0) }
  }
}

/// Settles the sheet and expects what it says.
func settle(
  _ plan: String, accounts: String = "account,plan\na,p\n", grants: String? = nil, _ lines: String,
  at location: SourceLocation = #_sourceLocation
) throws {
  try settle(plans: [plan], accounts: accounts, grants: grants, lines, at: location)
}

/// The same with several plans.
func settle(
  plans: [String], accounts: String = "account,plan\na,p\n", grants: String? = nil, _ lines: String,
  at location: SourceLocation = #_sourceLocation
) throws {
  let faults = try SettleSheet(plans: plans, accounts: accounts, grants: grants).faults(lines)
  #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))", sourceLocation: location)
}

/// Expects that a sheet with a wrong figure does not pass.
func settleIsNoticed(
  _ plan: String, accounts: String = "account,plan\na,p\n", _ lines: String,
  at location: SourceLocation = #_sourceLocation
) throws {
  let faults = try SettleSheet(plans: [plan], accounts: accounts).faults(lines)
  #expect(!faults.isEmpty, "a wrong figure passes", sourceLocation: location)
}

/// Decimal text as an integer of 10^−scale.
func decimal(_ text: some StringProtocol, _ scale: Int) throws -> Int128 {
  switch DecimalText.parse(String(text), scale: scale) {
  case .success(let value): return value
  case .failure: throw SheetFault("'\(text)' is no number")
  }
}

struct SheetFault: Error {
  let text: String
  init(_ text: String) { self.text = text }
}
