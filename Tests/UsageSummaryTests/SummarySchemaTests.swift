// Schema 1 is one list: header, reader positions, README and examples agree with it.

import Tables
import Testing
import TestSupport
import UsageFolderSupport

import struct Foundation.URL
import struct Foundation.Data

@testable import UsageSummary

@Suite struct SummarySchemaTests {
  @Test func theHeaderIsTheContract() {
    #expect(
      String(decoding: SummarySchema.header, as: UTF8.self) == """
        account,cost_centre,service,usage_period,plan,charge,service_kind,direction,rating_group,destination,\
        jurisdiction,band,unit_price,per,tier_from,tier_up_to,allowance,supplier,currency,cost_currency,event_count,\
        quantity_raw,quantity_billed,quantity_covered,unit,amount,cost

        """)
  }

  @Test func positionsOfTheReaderAreThoseOfTheSchema() {
    let spelled = SummaryField.allCases.map { field in
      // costCentre → cost_centre
      String(describing: field).reduce(into: "") { text, letter in
        text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
      }
    }
    #expect(spelled == SummarySchema.columns.map(\.name.description))
  }

  private static let tables = [
    ("summary", SummarySchema.columns), ("allowances", AllowanceSchema.columns),
    ("suspense", SuspenseSchema.columns),
    ("suspense digest", SuspenseDigest.columns), ("detail", DetailSchema.columns),
  ]

  @Test func theReadmeShowsTheColumns() throws {
    let readme = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/UsageSummary/README.md")
    let text = String(decoding: try Data(contentsOf: readme), as: UTF8.self)
    for (name, columns) in Self.tables {
      let table = SummaryColumn.markdown(of: columns)
      #expect(text.contains(table), "the README should show this table of the \(name):\n\(table)")
    }
  }

  @Test func anEmptyExampleIsOneThatMayBeEmpty() {
    for (name, columns) in Self.tables {
      for column in columns where column.example.isEmpty {
        #expect(column.emptyMeaning != nil, "\(column.name) of the \(name)")
      }
      #expect(Set(columns.map(\.name)).count == columns.count, "\(name)")
    }
  }

  @Test func theExamplesOfTheSummaryAreARow() throws {
    let folder = try TemporaryFolder()
    var text = SummarySchema.header
    CSVText.appendRow(SummarySchema.columns.map { Label($0.example) }, to: &text)
    try folder.write(text, to: "summary.csv")
    let reader = try SummaryReader(path: folder.path + "/summary.csv")
    #expect(try reader.next() != nil)
  }
}
