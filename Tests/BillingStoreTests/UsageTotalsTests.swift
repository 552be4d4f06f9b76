// Sums that several threads have made of one summary are those of one thread, whoever has read which rows.

import BillingCalendar
import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport
import UsageSummary

@testable import BillingStore

@Suite struct UsageTotalsTests {
  private static let rows: [SummaryRow] = {
    let euro = Currency(code: "EUR")!
    var rows: [SummaryRow] = []
    for account in ["a", "b", "c", "d"] {
      for month in ["2026-01-01/2026-02-01", "2026-02-01/2026-03-01"] {
        for group in ["FR", "UK"] {
          for destination in 0..<5 {
            rows.append(
              SummaryRow(
                account: Label(account), service: Label("s\(destination % 2)"),
                usagePeriod: UsagePeriod.parse(month)!, plan: "p", charge: "calls", serviceKind: .voice,
                direction: "outbound", ratingGroup: Label(group), destination: Label("d\(destination)"),
                currency: euro, eventCount: Int64(rows.count % 3), quantityRaw: Int128(rows.count),
                quantityBilled: Int128(rows.count * 2), quantityCovered: 1,
                amount: Amount(pico: Int128(rows.count) - 40)))
          }
        }
      }
    }
    return rows.sorted {
      SummaryText.keyCells(of: $0).lexicographicallyPrecedes(SummaryText.keyCells(of: $1))
    }
  }()

  private static func totals(_ rows: some Sequence<SummaryRow>) -> UsageTotals {
    var totals = UsageTotals()
    for row in rows { totals.add(row) }
    return totals
  }

  @Test(arguments: [1, 2, 3, 7, 20, 41, 80]) func stretchesOfSeveralThreadsAddUpToTheWhole(
    size: Int
  ) throws {
    let whole = Self.totals(Self.rows)
    for threadCount in 1...3 {
      var parts = [[SummaryRow]](repeating: [], count: threadCount)
      for (index, start) in stride(from: 0, to: Self.rows.count, by: size).enumerated() {
        // Not in turn: a thread may take two stretches while another has one.
        parts[index * index % threadCount] += Self.rows[start..<min(start + size, Self.rows.count)]
      }
      let joined = UsageTotals.joined(parts.map { Self.totals($0) })
      #expect(joined.isSame(as: whole), "\(size) rows a stretch, \(threadCount) threads")
      #expect(joined.accounts == whole.accounts)
      #expect(joined.losesEvents == whole.losesEvents)
    }
  }

  @Test func aRowThatIsMissingIsNotTheSame() {
    let whole = Self.totals(Self.rows)
    for index in [0, 39, Self.rows.count - 1] {
      var some = Self.rows
      some.remove(at: index)
      let half = some.count / 2
      #expect(
        !UsageTotals.joined([Self.totals(some[..<half]), Self.totals(some[half...])]).isSame(as: whole))
    }
  }

  @Test func whatIsLostOnOneSideOfASeamMayComeBackOnTheOther() {
    var (lost, found) = (Self.rows[0], Self.rows[0])
    (lost.eventCount, found.eventCount) = (-2, 2)
    #expect(Self.totals([lost]).losesEvents)
    #expect(!UsageTotals.joined([Self.totals([lost]), Self.totals([found])]).losesEvents)
    found.eventCount = 1
    #expect(UsageTotals.joined([Self.totals([lost]), Self.totals([found])]).losesEvents)
  }

  @Test func aLargeFolderIsProvedBySeveralThreads() throws {
    let folder = try TemporaryFolder()
    var rows: [SummaryRow] = []
    // Over four mebibytes of text, so that threads share it.
    for index in 0..<40_000 {
      var row = Self.rows[0]
      row.account = Label("account-\(100_000 + index / 3)")
      row.ratingGroup = Label("group-\(index % 3)")
      row.destination = Label("a destination with a long name")
      row.eventCount = 1
      rows.append(row)
    }
    let sample = SampleUsageFolder(rows: rows)
    #expect(sample.summary.count > 4 << 20)
    try sample.write(to: folder)
    let (usage, totals) = try UsageTotals.proving(folder.path)
    #expect(usage.manifest == sample.manifest())
    #expect(usage.usagePeriods.map(\.eventCount) == [40_000])
    #expect(totals.isSame(as: Self.totals(rows)))
  }
}
