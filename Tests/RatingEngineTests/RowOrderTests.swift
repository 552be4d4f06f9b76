// Rows of a table with many accounts: in the order of their bytes, each once, however wide the rank of the first column is.

import Money
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct RowOrderTests {
  /// Below, at and above what the first split of the sort looks at, which is eleven bits.
  @Test(arguments: [1000, 2048, 2049, 4100]) func rowsOfManyAccountsAreInOrder(accountCount: Int) throws {
    let names = (0..<accountCount).map { "a\($0)" }
    let days = max(2, 5000 / accountCount)
    let tariff = Tariff.plain([Tariff.Source(name: "month", pattern: "month*")], accounts: names)
    var text = "id,start,account,to,billable\n"
    var keys: [(account: String, day: String)] = []
    for (number, name) in names.enumerated() {
      for day in 1...days {
        text += "\(name)-\(day),2025-03-0\(day)T00:00:00Z,\(name),4477,\(number % 7 + 1)\n"
        keys.append((name, "2025-03-0\(day)"))
      }
    }
    for columns in [[GroupColumn.account, .day], [.day, .account]] {
      let result = try Trial("month.csv", text).run(tariff.catalog()) { $0.groupBy = columns }
      let rows = result.table.split(separator: "\n").dropFirst()
      let found = rows.map { $0.split(separator: ",").prefix(2).joined(separator: ",") }
      let expected = keys.map { columns[0] == .day ? "\($0.day),\($0.account)" : "\($0.account),\($0.day)" }
      // No name has a comma or begins another one's cell: cells are in order where their rows are.
      #expect(found == expected.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }
  }

  /// Rows of the table add up several cells where the folder has more columns: cut into slices, whoever adds them up.
  @Test(arguments: [1, 2, 3, 7, 1000]) func rowsOfSeveralCellsAreCutBetweenRows(sliceRows: Int) throws {
    let tariff = Tariff.plain(
      [Tariff.Source(name: "month", pattern: "month*")], accounts: (0..<23).map { "a\($0)" })
    var text = "id,start,account,to,direction,billable\n"
    var expected = "account,currency,unit,event_count,quantity_raw,quantity_billed,quantity_covered,amount\n"
    for account in tariff.accounts.map(\.id).sorted() {
      // One, two or three rows of the folder for each row of the table.
      let cellCount = 1 + (Int(account.dropFirst()) ?? 0) % 3
      for cell in 0..<cellCount {
        let direction = ["outbound", "inbound", "internal"][cell]
        text += "\(account)-\(cell),2025-03-01T00:00:00Z,\(account),4477,\(direction),5\n"
      }
      let seconds = 5 * cellCount
      expected +=
        "\(account),EUR,s,\(cellCount),\(seconds),\(seconds),0,\(Amount(pico: Int128(seconds) * 1_000_000))\n"
    }
    for threadCount in [1, 3] {
      for keepsSummary in [false, true] {
        let result = try Trial("month.csv", text).run(tariff.catalog()) { options in
          options.groupBy = [.account]
          options.keepsSummary = keepsSummary
          options.sliceRows = sliceRows
          options.threadCount = threadCount
        }
        #expect(result.table == expected, "\(threadCount) threads")
      }
    }
  }
}
