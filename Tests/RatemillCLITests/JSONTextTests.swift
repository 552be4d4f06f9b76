// The bytes of JSON reports.

import Testing

@testable import RatemillCLI

@Suite struct JSONTextTests {
  private static let report: JSONValue = [
    "read": 3, "amounts": ["EUR": "0.10", "CHF": "12.5"], "files": [], "empty": [:], "list": [1, true, nil],
  ]

  @Test func aDocumentKeepsTheOrderGiven() {
    #expect(
      JSONText.document(Self.report) == """
        {
          "read": 3,
          "amounts": {
            "EUR": "0.10",
            "CHF": "12.5"
          },
          "files": [],
          "empty": {},
          "list": [
            1,
            true,
            null
          ]
        }

        """)
  }

  @Test func aLineHasNoBlanks() {
    #expect(
      JSONText.line(Self.report)
        == #"{"read":3,"amounts":{"EUR":"0.10","CHF":"12.5"},"files":[],"empty":{},"list":[1,true,null]}"#)
  }

  @Test func namesAreSortedByBytesOnRequest() {
    let value: JSONValue = ["b": ["z": 1, "é": 2, "a": 3], "B": 4, "a": 5]
    #expect(JSONText.line(value, order: .sorted) == #"{"B":4,"a":5,"b":{"a":3,"z":1,"é":2}}"#)
  }

  @Test(arguments: [
    ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t\0\u{1F}", #""\n\r\t\u0000\u001f""#),
    ("\u{7F}\u{9B}\u{202E}\u{2028}", #""\u007f\u009b\u202e\u2028""#), ("é€😀", "\"é€😀\""),
    // A format character beyond the first plane is two UTF-16 units.
    ("\u{E0001}", #""\udb40\udc01""#),
  ])
  func whatMovesACursorIsEscaped(text: String, json: String) {
    #expect(JSONText.line(.string(text)) == json)
  }

  @Test func numbersAreWholeAndWide() {
    #expect(JSONText.line(.number(Int128.min)) == "-170141183460469231731687303715884105728")
    #expect(JSONText.line(.number(UInt64.max)) == "18446744073709551615")
    #expect(JSONText.line(.stringOrNull(nil)) == "null")
    #expect(JSONText.line(.stringOrNull("x")) == "\"x\"")
  }
}
