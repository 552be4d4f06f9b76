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
    ("30.12345678", "30.12345xxx"), ("0 12345678", "0 1234xxxx"), ("12345678", "12345xxx"),
    (".12345678", ".12345xxx"),
  ])
  func fractionsOfACatalogAreNoNumbers(text: String, masked: String) {
    #expect(MessageText.maskDigitsOfCatalog(text) == masked)
    #expect(!MessageText.maskDigits("0.0000000000001").hasSuffix("1"))
  }

  @Test(arguments: [
    ("10000000001 byte comes to 4.0000000004", "10000000001 byte comes to 4.0000000004"),
    ("prefix '4930231250' is sold at EUR 12345678.5", "prefix '49302xxxxx' is sold at EUR 12345678.5"),
    ("'4930231250' and 'x'", "'49302xxxxx' and 'x'"),
    ("1234567 'open 4930231250", "1234567 'open 49302xxxxx"),
    ("", ""),
  ])
  func figuresOutsideOfQuotesAreNoNumbers(text: String, masked: String) {
    #expect(MessageText.maskDigitsOfCatalog(quotedIn: text) == masked)
  }

  @Test(arguments: [
    ("123456", "123456"), ("1234567", "12345xx"), ("447700900123", "44770xxxxxxx"),
    ("+447700900123,61", "+44770xxxxxxx,61"), ("a1234567b7654321", "a12345xxb76543xx"), ("", ""),
    ("123456 7", "12345x x"), ("£1234567", "£12345xx"),
  ])
  func runsOfSevenDigitsKeepFive(text: String, masked: String) {
    #expect(MessageText.maskDigits(text) == masked)
  }

  @Test(arguments: [
    ("+49 30 23125-105", "+49 30 2xxxx-xxx"), ("+1 (212) 555-0100", "+1 (212) 5xx-xxxx"),
    ("(999) 555-0101x", "(999) 55x-xxxxx"), ("202.555.0101", "202.55x.xxxx"),
    ("030/23125-105", "030/23xxx-xxx"),
    ("123 456", "123 456"), ("123 4567", "123 45xx"), ("12-34 5-67", "12-34 5-xx"),
    // Three signs are no joint, and neither are others than those of numbers.
    ("123 - 4567", "123 - 4567"), ("123,4567", "123,4567"), ("123:4567", "123:4567"),
    ("12a34567", "12a34567"),
    ("call 493 0231 25,call", "call 493 02xx xx,call"), ("+49 30 23125-105 ", "+49 30 2xxxx-xxx "),
  ])
  func groupsOfOneNumberAreMaskedTogether(text: String, masked: String) {
    #expect(MessageText.maskDigits(text) == masked)
  }

  /// A run that is long enough for itself ends its number: both ends of a range keep their beginnings.
  @Test(arguments: [
    ("4930231250-4930231259", "49302xxxxx-49302xxxxx"), ("+49 1512 3456789", "+49 151x xxxxxxx"),
    ("123456-123456", "12345x-xxxxxx"), ("1234567-123456", "12345xx-123456"),
  ])
  func aLongRunEndsItsNumber(text: String, masked: String) {
    #expect(MessageText.maskDigits(text) == masked)
    #expect(MessageText.maskDigitsOfCatalog(text) == masked)
  }

  @Test(arguments: [
    ("prefixes 4915 4916 4917", "prefixes 4915 4916 4917"), ("+4915 4916 4917", "+4915 4xxx xxxx"),
    ("(4915) 4916 4917", "(4915) 4xxx xxxx"), ("0491 4916 4917", "0491 4xxx xxxx"),
    ("4915 4916-4917", "4915 4xxx-xxxx"),
    ("491500 491600", "491500 491600"), ("491500 4916000", "491500 49160xx"),
  ])
  func prefixesOfACatalogAreNoNumber(text: String, masked: String) {
    #expect(MessageText.maskDigitsOfCatalog(text) == masked)
  }

  @Test(arguments: [
    "2026-01-05 10:20:30", "2026-01-05T10:20:30.123Z", "05.01.2026 10:20", "2026/01/05", "05/01/2026",
    "12/31/2026",
    "2026-01-05/2026-02-05", "12345.678", "EUR 1234.567891", "999999.99", "2026-01-05-10-20",
    "0a649c5c-0000-4000-8000-0a00000a0001", "id 0a649c5c-4123-4123-8123-1a00000a0001, next",
  ])
  func datesAmountsAndUUIDsAreReadable(text: String) {
    #expect(MessageText.maskDigits(text) == text)
  }

  @Test(arguments: [
    // No month, no day, no year, other signs, one digit too many: numbers.
    ("2026-13-32", "2026-1x-xx"), ("2026-00-05", "2026-0x-xx"), ("1812-01-05", "1812-0x-xx"),
    ("2026-01.05", "2026-0x.xx"), ("2026-01-051", "2026-0x-xxx"), ("32.01.2026", "32.01.2xxx"),
    // A number stays one beside a date, and a long run beside a point or in a UUID.
    ("2026-01-05 030/23125-105", "2026-01-05 030/23xxx-xxx"),
    ("030/23125-105 2026-01-05", "030/23xxx-xxx 2026-01-05"),
    ("1234567.89", "12345xx.89"),
    ("12345678-0000-4000-8000-0a00000a0001", "12345xxx-0000-4000-8000-0a00000a0001"),
    ("12345678-0000-4000-8000-0a00000a000", "12345xxx-0000-4xxx-xxxx-xa00000a000"),
  ])
  func whatOnlyResemblesADateIsMasked(text: String, masked: String) {
    #expect(MessageText.maskDigits(text) == masked)
  }
}
