// Text from outside in messages: escaped, cut, masked.

import Testing

@testable import OptionTable

@Suite struct MessageTextTests {
  @Test(arguments: [
    ("plain", "'plain'"), ("", "''"), ("näive €", "'näive €'"), ("a\tb\r\n", "'a\\tb\\r\\n'"),
    ("a\0b", "'a\\u{0}b'"),
    ("\u{1B}[31mred", "'\\u{1b}[31mred'"), ("\u{7F}\u{9B}2J", "'\\u{7f}\\u{9b}2J'"),
    // Bidirectional overrides and isolates, line separator, byte order mark, zero-width joiner.
    ("\u{202E}\u{2066}\u{2028}\u{FEFF}\u{200D}", "'\\u{202e}\\u{2066}\\u{2028}\\u{feff}\\u{200d}'"),
  ])
  func nothingInAMessageMovesTheCursor(text: String, quoted: String) {
    #expect(MessageText.quoted(text) == quoted)
    #expect(MessageText.quoted(bytes: Array(text.utf8)) == quoted)
  }

  @Test(arguments: [79, 80])
  func aShortTextIsWhole(length: Int) {
    let text = String(repeating: "a", count: length)
    #expect(MessageText.quoted(text) == "'\(text)'")
    #expect(MessageText.quoted(bytes: Array(text.utf8)) == "'\(text)'")
  }

  @Test(arguments: [81, 84, 85, 100_000])
  func aLongTextIsCutAtEightyBytes(length: Int) {
    let quoted = "'" + String(repeating: "a", count: 80) + "…'"
    let text = String(repeating: "a", count: length)
    #expect(MessageText.quoted(text) == quoted)
    #expect(MessageText.quoted(bytes: Array(text.utf8)) == quoted)
  }

  @Test(arguments: 0...4)
  func theCutFallsBetweenCharacters(offset: Int) {
    // Three bytes each: at most one of the five offsets ends on the 80th byte.
    let text = String(repeating: "a", count: offset) + String(repeating: "€", count: 40)
    let whole = String(repeating: "a", count: offset) + String(repeating: "€", count: (80 - offset) / 3)
    #expect(MessageText.quoted(text) == "'\(whole)…'")
    #expect(MessageText.quoted(bytes: Array(text.utf8)) == "'\(whole)…'")
  }

  @Test func bytesThatAreNoUTF8AreShownAsBytes() {
    #expect(MessageText.quoted(bytes: [0x4D, 0xFC, 0x6C, 0x00]) == "'M\\xfcl\\u{0}'")
    #expect(
      MessageText.quoted(bytes: [UInt8](repeating: 0xFF, count: 30)) == "'"
        + String(repeating: "\\xff", count: 20) + "…'")
  }

  @Test(arguments: [
    ("'0.0000000000001'", "'0.0000000000001'"), ("0,00000001", "0,00000001"), ("0.0000001", "0.0000001"),
    ("30.12345678", "30.12345xxx"), ("0 12345678", "0 12345xxx"), ("12345678", "12345xxx"),
    (".12345678", ".12345xxx"),
  ])
  func fractionsOfACatalogAreNoNumbers(text: String, masked: String) {
    #expect(MessageText.maskDigitsButFractions(text) == masked)
    #expect(!MessageText.maskDigits("0.0000000000001").hasSuffix("1"))
  }

  @Test(arguments: [
    ("123456", "123456"), ("1234567", "12345xx"), ("447700900123", "44770xxxxxxx"),
    ("+447700900123,61", "+44770xxxxxxx,61"), ("a1234567b7654321", "a12345xxb76543xx"), ("", ""),
    ("123456 7", "123456 7"), ("£1234567", "£12345xx"),
  ])
  func runsOfSevenDigitsKeepFive(text: String, masked: String) {
    #expect(MessageText.maskDigits(text) == masked)
  }
}
