// allowances.csv is read as it was written, and refused where it is not.

import BillingCalendar
import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport

@testable import UsageSummary

@Suite struct AllowanceTableTests {
  private static let header = AllowanceSchema.columns.map(\.name.description).joined(separator: ",") + "\n"

  /// What the folder says with these rows: one text for each, or the fault without the folder's path.
  private func read(_ rows: String) throws -> [String] {
    let folder = try TemporaryFolder()
    var sample = SampleUsageFolder(rows: [])
    sample.allowancesText = Array((Self.header + rows).utf8)
    try sample.write(to: folder)
    do throws(UsageFolderFault) {
      return try UsageFolder.open(folder.path).allowances().map { row in
        "\(row.isPool ? "pool " : "")\(row.owner) \(row.allowance) \(row.member) \(row.granted) \(row.rolledIn) \(row.used) "
          + "\(row.left) \(row.expired) \(row.rolledOut) \(row.unit)"
      }
    } catch {
      return [error.description.replacing(folder.path + "/", with: "")]
    }
  }

  @Test func rowsAreRead() throws {
    let period = "2026-01-01/2026-02-01"
    #expect(
      try read(
        """
        account,acme,\(period),p,minutes,s,,600,10.5,70,540.5,500,40.5
        account,acme,\(period),,credit,EUR,,10,0,2.5,7.5,7.5,0
        pool,group,\(period),p,minutes,s,,600,0,70,530,530,0
        pool,group,\(period),p,minutes,s,acme,,,50,,,

        """) == [
          "acme minutes  600000 10500 70000 540500 500000 40500 kind(UsageSummary.ServiceKind.voice)",
          "acme credit  10000000000000 0 2500000000000 7500000000000 7500000000000 0 money(EUR)",
          "pool group minutes  600000 0 70000 530000 530000 0 kind(UsageSummary.ServiceKind.voice)",
          "pool group minutes acme 0 0 50000 0 0 0 kind(UsageSummary.ServiceKind.voice)",
        ])
  }

  @Test(arguments: [
    ("nobody,acme,2026-01-01/2026-02-01,p,m,s,,1,0,1,0,0,0\n", "'nobody' is neither account nor pool"),
    ("account,acme,2026-01,p,m,s,,1,0,1,0,0,0\n", "'2026-01' is no usage period"),
    (
      "account,acme,2026-01-01/2026-02-01,p,m,stone,,1,0,1,0,0,0\n",
      "'stone' is neither a unit nor a currency"
    ),
    ("account,acme,2026-01-01/2026-02-01,p,m,s,,,0,1,0,0,0\n", "granted"),
    ("account,acme,2026-01-01/2026-02-01,p,m,s,,1,0,1,0,0\n", "12 cells; expected 13"),
  ]) func faultsAreNamed(rows: String, expected: String) throws {
    let found = try read(rows)
    #expect(
      found.count == 1 && found[0].hasPrefix("allowances.csv:2") && found[0].contains(expected), "\(found)")
  }

  @Test func aFolderWithoutTheTableHasNoAllowances() throws {
    let folder = try TemporaryFolder()
    try SampleUsageFolder(rows: []).write(to: folder)
    #expect(try UsageFolder.open(folder.path).allowances().isEmpty)
  }
}
