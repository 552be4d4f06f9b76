// How words become options and inputs.

import Testing

@testable import OptionTable

/// A small command: a switch, two values and a repeatable one.
private struct Tried: Equatable {
  var isLoud = false
  var count: Int?
  var out: String?
  var tags: [String] = []
  var inputs: [String] = []

  static let table: [OptionSpec<Tried>] = [
    .flag("loud", short: "l", in: "Group", into: \.isLoud, "Be loud"),
    .value("count", "N", short: "c", in: "Group", into: \.count, OptionValue.wholeNumber(), "Count to N"),
    .value("out", "FILE", short: "o", in: "Group", into: \.out, OptionValue.file, "Write to FILE"),
    .values("tag", "NAME", in: "Group", into: \.tags, OptionValue.text, "Mark with NAME"),
  ]

  static func parse(_ words: [String]) throws(UsageError) -> Tried {
    let parsed = try OptionParser(table).parse(words, into: Tried())
    var tried = parsed.raw
    tried.inputs = parsed.inputs
    return tried
  }
}

private func blanks(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

@Suite struct OptionParserTests {
  @Test(arguments: [
    ("", Tried()),
    ("--count 3", Tried(count: 3)),
    ("--count=3", Tried(count: 3)),
    ("-c 3", Tried(count: 3)),
    ("-c3", Tried(count: 3)),
    ("-c=3", Tried(count: 3)),
    ("--loud", Tried(isLoud: true)),
    ("-l a", Tried(isLoud: true, inputs: ["a"])),
    // A value may hold equals signs, and begin with a hyphen where it is joined.
    ("--out=a=b", Tried(out: "a=b")),
    ("--out=-a", Tried(out: "-a")),
    ("-o-a", Tried(out: "-a")),
    // A lone hyphen is a stream, wherever it stands.
    ("-o - -", Tried(out: "-", inputs: ["-"])),
    ("--tag a --tag b", Tried(tags: ["a", "b"])),
  ])
  private func everySpellingMeansTheSame(line: String, expected: Tried) throws {
    #expect(try Tried.parse(blanks(line)) == expected)
  }

  @Test func optionsAndInputsMix() throws {
    #expect(
      try Tried.parse(blanks("a --count 3 b -l c")) == Tried(isLoud: true, count: 3, inputs: ["a", "b", "c"]))
  }

  @Test func twoHyphensEndTheOptions() throws {
    #expect(
      try Tried.parse(blanks("-l -- --count -- -c")) == Tried(isLoud: true, inputs: ["--count", "--", "-c"]))
  }

  @Test func anEmptyWordIsAnInput() throws {
    #expect(try Tried.parse([""]) == Tried(inputs: [""]))
  }

  @Test(arguments: [
    ("--count", "--count: expected N after it"),
    ("-c", "--count: expected N after it"),
    ("--count x", "--count: expected a whole number, got 'x'"),
    ("-cx", "--count: expected a whole number, got 'x'"),
    ("--count=", "--count: expected a whole number, got ''"),
    ("--out=", "--out: expected a file name, got ''"),
    ("--count 1 -c 2", "--count: given twice; give it once"),
    ("--loud -l", "--loud: given twice; give it once"),
    ("--loud=yes", "--loud: takes no value, got 'yes'"),
    ("-l=yes", "--loud: takes no value, got 'yes'"),
    (
      "--out --loud",
      "--out: expected FILE after it, got '--loud'; write --out=FILE for one that begins with -"
    ),
    ("--out -- a", "--out: expected FILE after it, got '--'; write --out=FILE for one that begins with -"),
    ("--cuont 3", "unknown option '--cuont'; did you mean '--count'?"),
    ("--cuont=3", "unknown option '--cuont'; did you mean '--count'?"),
    ("-count", "--count: expected a whole number, got 'ount'"),
    ("-loud", "unknown option '-loud'; did you mean '--loud'?"),
    ("-lc3", "unknown option '-lc3'"),
    ("-x", "unknown option '-x'"),
    ("--colour", "unknown option '--colour'"),
    // Shortened names are suggested, never taken: a new option must not change what a line means.
    ("--cou 3", "unknown option '--cou'; did you mean '--count'?"),
    ("---", "unknown option '---'"),
    ("--=3", "unknown option '--'"),
  ])
  func aFaultSaysWhatToDo(line: String, message: String) {
    #expect(throws: UsageError(message)) { try Tried.parse(blanks(line)) }
  }

  @Test func aWordThatIsNoUTF8IsRefused() {
    let word = String(decoding: [UInt8(ascii: "a"), 0xE9], as: UTF8.self)
    #expect(throws: UsageError("'a\u{FFFD}' is not valid UTF-8; rename the file or name its folder")) {
      try Tried.parse([word])
    }
  }

  @Test func whatIsQuotedCannotMoveTheCursor() {
    #expect(throws: UsageError("--count: expected a whole number, got '\\u{1b}[2J'")) {
      try Tried.parse(["--count=\u{1B}[2J"])
    }
  }
}
