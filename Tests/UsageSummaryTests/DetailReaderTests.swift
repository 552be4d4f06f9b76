// The detail is read as strictly as it was written: a cell that our writer would not have written is a fault with its place.

import Money
import Tables
import TestSupport
import Testing
import UsageFolderSupport
import UsageSummary

@Suite struct DetailReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let cells: [Label: Label] = [
    "account": "acme", "service": "4930111", "start": "2026-01-03T10:00:00Z", "key": "k", "from": "4930111",
    "to": "447700900123", "direction": "outbound", "kind": "voice", "plan": "p", "charge": "calls",
    "rating_group": "UK", "quantity_raw": "61", "quantity_billed": "120.5", "quantity_covered": "0",
    "unit": "s",
    "amount": "0.024", "currency": "EUR", "file": "cdrs", "line": "1",
  ]

  private func rows(_ changes: [[Label: Label]], cellCount: Int = DetailSchema.columns.count) throws
    -> [DetailRow]
  {
    var text = SummaryColumn.header(of: DetailSchema.columns)
    for change in changes {
      let row = Self.cells.merging(change) { $1 }
      CSVText.appendRow(DetailSchema.columns.prefix(cellCount).map { row[$0.name] ?? .empty }, to: &text)
    }
    var usage = SampleUsageFolder(rows: [])
    usage.detailText = text
    try usage.write(to: folder)
    let opened = try UsageFolder.open(folder.path)
    let reader = try #require(try opened.detailReader())
    var rows: [DetailRow] = []
    while let row = try reader.next() { rows.append(row) }
    try opened.check(reader)
    return rows
  }

  @Test func aRowIsReadWithItsUnits() throws {
    let row = try #require(try rows([[:]]).first)
    #expect(row.account == "acme" && row.service == "4930111" && row.to == "447700900123")
    #expect(row.startMillis == 1_767_434_400_000)
    #expect(row.quantityBilled == 120_500)
    #expect(row.amount == Amount(pico: 24_000_000_000))
  }

  @Test(
    arguments: [
      ("kind", "fax", "'fax' is no kind of usage"), ("start", "2026-01-03", "'2026-01-03' is no time"),
      ("currency", "euro", "'euro' is no currency"),
      ("amount", "0.0240", "amount is not in its shortest form '0.024'"),
      ("quantity_billed", "", "quantity_billed must not be empty"),
    ])
  func aCellThatWasNotWrittenByUsIsRefused(column: String, text: String, message: String) throws {
    let fault = #expect(throws: UsageFolderFault.self) { try rows([[Label(column): Label(text)]]) }
    #expect(fault?.message == message)
    #expect(fault?.line == 2)
  }

  @Test func accountsAscend() throws {
    #expect(try rows([["account": "a"], ["account": "a"], ["account": "b"]]).count == 3)
    let fault = #expect(throws: UsageFolderFault.self) { try rows([["account": "b"], ["account": "a"]]) }
    #expect(fault?.message == "account 'a' comes after 'b'; accounts ascend")
  }

  @Test func aRowHasAllItsCells() throws {
    #expect(throws: UsageFolderFault.self) { try rows([[:]], cellCount: DetailSchema.columns.count - 1) }
  }

  @Test func aFolderWithoutDetailHasNone() throws {
    try SampleUsageFolder(rows: []).write(to: folder)
    let reader = try UsageFolder.open(folder.path).detailReader()
    #expect(reader == nil)
  }
}
