// How the text of a value is read, and refused.

import Testing

@testable import OptionTable

private enum Colour: String, CaseIterable, Sendable {
  case red, green, blue
}

/// Reads a text, or gives the message of the refusal.
private func read<Value>(_ parser: ValueParser<Value>, _ text: String) -> Result<Value, ValueFault> {
  do {
    return .success(try parser.parse(text))
  } catch {
    return .failure(error)
  }
}

private func refusal(_ message: String) -> ValueFault { ValueFault(message) }

@Suite struct OptionValueTests {
  @Test(arguments: [
    ("0", 0), ("7", 7), ("007", 7), ("9223372036854775807", Int.max),
  ])
  func aWholeNumberIsDigits(text: String, number: Int) {
    #expect(read(OptionValue.wholeNumber(), text) == .success(number))
  }

  @Test(arguments: ["", "x", "1x", "-1", "+1", "1.0", "1e3", " 1", "1 ", "1,000", "0x10", "١"])
  func anythingElseIsNoWholeNumber(text: String) {
    #expect(
      read(OptionValue.wholeNumber(), text) == .failure(refusal("expected a whole number, got '\(text)'")))
  }

  @Test(arguments: [("0", false), ("1", true), ("31", true), ("32", false)])
  func aNumberLiesInItsRange(text: String, isTaken: Bool) {
    let expected: Result<Int, ValueFault> =
      isTaken
      ? .success(Int(text)!) : .failure(refusal("expected a whole number from 1 to 31, got '\(text)'"))
    #expect(read(OptionValue.wholeNumber(in: 1...31), text) == expected)
  }

  @Test func aNumberThatDoesNotFitIsRefused() {
    let message = "expected a whole number of at least 0, got '9223372036854775808'"
    #expect(read(OptionValue.wholeNumber(), "9223372036854775808") == .failure(refusal(message)))
    #expect(read(OptionValue.seed, "18446744073709551615") == .success(.max))
    #expect(
      read(OptionValue.seed, "18446744073709551616")
        == .failure(refusal("expected a whole number, got '18446744073709551616'")))
  }

  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("64K", 65_536), ("64k", 65_536), ("64KiB", 65_536), ("64kib", 65_536),
    ("512M", 536_870_912), ("512MiB", 536_870_912), ("1G", 1_073_741_824), ("1GiB", 1_073_741_824),
    ("8589934591G", 9_223_372_035_781_033_984),
  ])
  func aSizeIsANumberWithAUnit(text: String, bytes: Int) {
    #expect(read(OptionValue.size(in: 0...Int.max), text) == .success(bytes))
  }

  @Test(arguments: ["", "K", "64KB", "64B", "1.5G", "-1", "64 K", "1T", "8589934592G", "1Gi", "1GG"])
  func anythingElseIsNoSize(text: String) {
    let message = "expected a size such as 64KiB, 512MiB or 1GiB, got '\(text)'"
    #expect(read(OptionValue.size(in: 0...Int.max), text) == .failure(refusal(message)))
  }

  @Test(arguments: [("1023", false), ("1K", true), ("1M", true), ("1048577", false)])
  func aSizeLiesInItsRange(text: String, isTaken: Bool) {
    let result = read(OptionValue.size(in: 1024...1_048_576), text)
    #expect(
      isTaken
        ? (try? result.get()) != nil
        : result == .failure(refusal("expected a size from 1KiB to 1MiB, got '\(text)'")))
  }

  @Test(arguments: [
    (0, "0"), (1023, "1023"), (1024, "1KiB"), (1025, "1025"), (1_572_864, "1536KiB"), (1 << 30, "1GiB"),
  ])
  func aSizeIsShownExactly(bytes: Int, text: String) {
    #expect(SizeText.text(bytes: bytes) == text)
    #expect(SizeText.bytes(of: text) == bytes)
  }

  @Test(arguments: [
    ("0", CountOrPercent.count(0), "0"), ("100", .count(100), "100"),
    ("0%", .share(millionths: 0), "0%"), ("0.5%", .share(millionths: 5_000), "0.5%"),
    ("0.0001%", .share(millionths: 1), "0.0001%"), ("1.50%", .share(millionths: 15_000), "1.5%"),
    ("100%", .share(millionths: 1_000_000), "100%"), ("100.0%", .share(millionths: 1_000_000), "100%"),
  ])
  func aLimitIsACountOrAShare(text: String, limit: CountOrPercent, shown: String) {
    #expect(read(OptionValue.countOrPercent, text) == .success(limit))
    #expect(limit.description == shown)
  }

  @Test(arguments: [
    "", "%", "x", "-1", "1.5", "0.00001%", "100.1%", "101%", "1.%", ".5%", "1.2.3%", "5 %", "5%%",
  ])
  func anythingElseIsNoLimit(text: String) {
    let message = "expected a count such as 100 or a percentage such as 0.5%, got '\(text)'"
    #expect(read(OptionValue.countOrPercent, text) == .failure(refusal(message)))
  }

  @Test(arguments: [
    (CountOrPercent.count(0), 0, 10, true), (.count(0), 1, 10, false), (.count(2), 2, 2, true),
    (.count(2), 3, 9, false),
    (.share(millionths: 1_000), 1, 1_000, true), (.share(millionths: 1_000), 1, 999, false),
    (.share(millionths: 1_000), 2, 1_999, false), (.share(millionths: 1_000), 0, 0, true),
    (.share(millionths: 1_000_000), .max, .max, true), (.share(millionths: 999_999), .max, .max, false),
  ])
  func aLimitIsMetExactlyAtItsBound(limit: CountOrPercent, count: Int, total: Int, isWithin: Bool) {
    #expect(limit.allows(count, of: total) == isWithin)
  }

  @Test func aChoiceIsOneOfItsWords() {
    let colour = OptionValue.choice(of: Colour.self)
    #expect(read(colour, "green") == .success(.green))
    #expect(
      read(colour, "gren")
        == .failure(refusal("expected red, green or blue, got 'gren'; did you mean 'green'?")))
    #expect(
      read(colour, "Green")
        == .failure(refusal("expected red, green or blue, got 'Green'; did you mean 'green'?")))
    #expect(read(colour, "mauve") == .failure(refusal("expected red, green or blue, got 'mauve'")))
    #expect(colour.hint == .choice(["red", "green", "blue"]))
  }

  @Test func aListKeepsItsOrder() {
    let colours = OptionValue.list(of: Colour.self, noun: "colour")
    #expect(read(colours, "blue") == .success([.blue]))
    #expect(read(colours, "blue,red") == .success([.blue, .red]))
    #expect(colours.hint == .list(["red", "green", "blue"]))
  }

  @Test(arguments: [
    ("", "expected colours separated by commas, got ''"),
    ("red,", "expected colours separated by commas, got 'red,'"),
    (",red", "expected colours separated by commas, got ',red'"),
    ("red, blue", "unknown colour ' blue'; did you mean 'blue'?"),
    ("red,bleu", "unknown colour 'bleu'; did you mean 'blue'?"),
    ("red,mauve", "unknown colour 'mauve'; known are red, green, blue"),
    ("red,blu", "unknown colour 'blu'; did you mean 'blue'?"),
    ("red,blue,red", "colour 'red' is given twice"),
  ])
  func aFaultyListIsRefused(text: String, message: String) {
    #expect(read(OptionValue.list(of: Colour.self, noun: "colour"), text) == .failure(refusal(message)))
  }

  @Test(arguments: ["2024-02-29", "2023-02-28", "2000-02-29", "2026-12-31", "2026-04-30", "0001-01-01"])
  func aDayOfTheCalendarIsADate(text: String) throws {
    let date = try read(OptionValue.date, text).get()
    let parts = text.split(separator: "-").map { Int($0) }
    #expect([date.year, date.month, date.day] == parts)
  }

  @Test(arguments: [
    "", "2023-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00", "2026-1-01",
    "20260101",
    "2026-01-01T00:00", "0000-01-01", "26-01-01", "2026-01-0x",
  ])
  func anythingElseIsNoDate(text: String) {
    let message = "expected a date such as 2026-01-31, got '\(text)'"
    #expect(read(OptionValue.date, text) == .failure(refusal(message)))
  }

  @Test func aPathIsTakenAsItStands() {
    #expect(read(OptionValue.file, "-") == .success("-"))
    #expect(read(OptionValue.file, " a b/ü") == .success(" a b/ü"))
    #expect(read(OptionValue.file, "") == .failure(refusal("expected a file name, got ''")))
    #expect(read(OptionValue.folder, "a/") == .success("a/"))
    #expect(read(OptionValue.folder, "") == .failure(refusal("expected a folder, got ''")))
    #expect(read(OptionValue.folder, "-") == .failure(refusal("expected a folder, got '-'")))
    #expect(read(OptionValue.text, "") == .failure(refusal("expected some text, got ''")))
  }
}
