// The bytes of JSON reports.

import Tables
import Testing

@testable import RatemillCLI

@Suite struct JSONTextTests {
  private static let report: JSONValue = [
    "read": 3, "amounts": ["EUR": "0.10", "CHF": "12.5"], "files": [], "empty": [:],
    "list": [1, true, .null],
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

  @Test(arguments: [
    ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t\0\u{1F}", #""\n\r\t\u0000\u001f""#),
    ("\u{7F}\u{9B}\u{202E}\u{2028}", #""\u007f\u009b\u202e\u2028""#), ("é€😀", "\"é€😀\""),
    // A format character beyond the first plane is two UTF-16 units.
    ("\u{E0001}", #""\udb40\udc01""#),
  ])
  func whatMovesACursorIsEscaped(text: String, json: String) {
    #expect(JSONText.document(.text(text)) == json + "\n")
  }

  @Test func numbersAreWholeAndWide() {
    #expect(JSONText.document(.integer(Int128.min)) == "-170141183460469231731687303715884105728\n")
    #expect(JSONText.document(.integer(UInt64.max)) == "18446744073709551615\n")
    #expect(JSONText.document(.textOrNull(nil)) == "null\n")
    #expect(JSONText.document(.textOrNull("x")) == "\"x\"\n")
  }
}
