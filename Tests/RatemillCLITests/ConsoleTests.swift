// What reaches which stream, and what the terminal sees.

import Glibc
import TestSupport
import Testing

@testable import RatemillCLI

/// A console over two files of its own.
private struct Recorded {
  let folder: TemporaryFolder
  let console: Console
  private let descriptors: [Int32]

  init(_ settings: ConsoleSettings = ConsoleSettings(), in surroundings: Surroundings = Surroundings()) throws
  {
    let folder = try TemporaryFolder()
    descriptors = ["out", "error"].map { open(folder.path(of: $0), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
    console = Console(
      settings, in: surroundings, standardOutput: descriptors[0], standardError: descriptors[1])
    self.folder = folder
  }

  /// Standard output and standard error so far; closes both.
  func finish() -> [String] {
    for descriptor in descriptors { close(descriptor) }
    return ["out", "error"].map { String(decoding: folder.bytes(of: $0) ?? [], as: UTF8.self) }
  }
}

private let terminal = Surroundings(standardErrorIsTerminal: true)

@Suite struct ConsoleTests {
  @Test func dataAndMessagesNeverMix() throws {
    let recorded = try Recorded()
    try recorded.console.put("a\u{1B}b\n")
    recorded.console.say("said")
    recorded.console.warn("warned")
    #expect(recorded.console.fail(.busy, "failed") == .busy)
    #expect(recorded.console.finish("c\n", status: .findings) == .findings)
    #expect(recorded.finish() == ["a\u{1B}b\nc\n", "said\nratemill: warned\nratemill: failed\n"])
  }

  /// What was published stays when its report cannot be written: the status says that outputs exist.
  @Test func aReportThatCannotBeWrittenUndoesNothing() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let recorded = try Recorded()
    let console = Console(
      ConsoleSettings(), in: Surroundings(), standardOutput: full,
      standardError: open(recorded.folder.path(of: "error"), O_WRONLY))
    #expect(console.finish("{}\n") == .filesFailed)
    #expect(console.finishReport("{}\n") == .findings)
    #expect(recorded.console.finishReport("{}\n") == .done)
    let said = recorded.finish()
    #expect(said[0] == "{}\n")
    #expect(said[1].contains("No space left on device; what the report would have said is done all the same"))
  }

  @Test func quietKeepsErrorsAndData() throws {
    let recorded = try Recorded(ConsoleSettings(isQuiet: true), in: terminal)
    try recorded.console.put("data\n")
    recorded.console.say("said")
    recorded.console.progress { "progress" }
    recorded.console.warn("warned")
    #expect(recorded.finish()[0] == "data\n")
    let error = recorded.finish()[1]
    #expect(error.contains("warned") && !error.contains("said") && !error.contains("progress"))
  }

  @Test(arguments: [
    ("store", "store"), ("a/b-c_1.d:e@f%g+h=i,j", "a/b-c_1.d:e@f%g+h=i,j"), ("store x", "'store x'"),
    ("", "''"),
    ("it's", "'it'\\''s'"), ("a$b", "'a$b'"), ("~", "'~'"), ("Über", "Über"),
  ])
  func aPathInACommandIsOneWord(path: String, word: String) throws {
    let recorded = try Recorded()
    #expect(recorded.console.argument(path) == word)
    #expect(recorded.finish() == ["", ""])
  }

  @Test func messagesAreEscapedLineByLine() throws {
    let recorded = try Recorded()
    recorded.console.say("one\n\u{1B}[2Jtwo\u{202E}")
    recorded.console.warn("a\tb")
    #expect(recorded.finish()[1] == "one\n\\u{1b}[2Jtwo\\u{202e}\nratemill: a\\tb\n")
  }

  @Test(arguments: [
    (When.auto, Surroundings(), false), (.always, Surroundings(), true), (.auto, terminal, true),
    (.never, terminal, false),
    (.auto, Surroundings(standardErrorIsTerminal: true, refusesColor: true), false),
    (.always, Surroundings(standardErrorIsTerminal: true, refusesColor: true), true),
    (.auto, Surroundings(standardErrorIsTerminal: true, isDumbTerminal: true), false),
  ])
  private func colourIsForTerminalsThatWantIt(color: When, surroundings: Surroundings, isColoured: Bool)
    throws
  {
    let recorded = try Recorded(ConsoleSettings(color: color), in: surroundings)
    recorded.console.warn("w")
    let name = isColoured ? "\u{1B}[1;31mratemill:\u{1B}[0m" : "ratemill:"
    #expect(recorded.finish()[1] == "\(name) w\n")
  }

  @Test func numbersAreMaskedUnlessTheyMayBeShown() throws {
    let masked = try Recorded().console
    #expect(masked.quoted("+447700900123") == "'+44770xxxxxxx'")
    #expect(masked.quoted(bytes: Array("447700900123".utf8)) == "'44770xxxxxxx'")
    let shown = try Recorded(ConsoleSettings(showsNumbers: true)).console
    #expect(shown.quoted("+447700900123") == "'+447700900123'")
    #expect(shown.quoted(bytes: Array("447700900123".utf8)) == "'447700900123'")
    #expect(masked.path("in/20260103.csv\u{1B}") == "in/20260103.csv\\u{1b}")
  }

  @Test(arguments: 68...80)
  func theCutDoesNotUnmaskANumber(offset: Int) throws {
    let text = String(repeating: "a", count: offset) + "447700900123"
    let masked = String(repeating: "a", count: offset) + "44770xxxxxxx"
    let expected = masked.count > 80 ? "'\(masked.prefix(80))…'" : "'\(masked)'"
    let console = try Recorded().console
    #expect(console.quoted(text) == expected)
    #expect(console.quoted(bytes: Array(text.utf8)) == expected)
  }

  @Test func progressIsDrawnOnATerminalAndTakenAway() throws {
    let recorded = try Recorded(in: terminal)
    recorded.console.progress { "rating 1 %" }
    recorded.console.progress { "too soon" }
    recorded.console.say("said")
    recorded.console.endProgress()
    #expect(recorded.finish()[1] == "\rrating 1 %\u{1B}[K\r\u{1B}[Ksaid\n")
  }

  @Test(arguments: [
    (When.auto, Surroundings(), false), (.always, Surroundings(), true), (.never, terminal, false),
    (.auto, Surroundings(standardErrorIsTerminal: true, isDumbTerminal: true), false),
  ])
  private func progressIsWhereItIsWanted(progress: When, surroundings: Surroundings, isDrawn: Bool) throws {
    let recorded = try Recorded(ConsoleSettings(progress: progress), in: surroundings)
    var isAsked = false
    recorded.console.progress {
      isAsked = true
      return "p"
    }
    #expect(isAsked == isDrawn)
    #expect(recorded.finish()[1].isEmpty != isDrawn)
  }

  @Test func aFullDiskIsAFailureAndAnUnreadPipeIsNone() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(full) }
    let console = Console(in: Surroundings(), standardOutput: full, standardError: full)
    #expect(console.finish("x") == .filesFailed)
    #expect(console.finish("") == .done)
    #expect(throws: OutputFailure(code: ENOSPC)) { try console.put("x") }
  }
}

@Suite struct ProgressLineTests {
  @Test func tenLinesASecondAtMost() {
    var line = ProgressLine(columnCount: 80)
    #expect(line.draw(atNanoseconds: 5) { "a" } == "\ra\u{1B}[K")
    #expect(line.draw(atNanoseconds: 100_000_004) { "b" } == nil)
    #expect(line.draw(atNanoseconds: 100_000_005) { "c" } == "\rc\u{1B}[K")
  }

  @Test func aLineIsTakenAwayOnce() {
    var line = ProgressLine(columnCount: 80)
    #expect(line.erase() == "")
    _ = line.draw(atNanoseconds: 0) { "a" }
    #expect(line.erase() == "\r\u{1B}[K")
    #expect(line.erase() == "")
  }

  @Test(arguments: [(5, "abcd"), (6, "abcde"), (80, "abcdef"), (1, "a"), (0, "a")])
  func aLineStaysOffTheLastColumn(columns: Int, shown: String) {
    var line = ProgressLine(columnCount: columns)
    #expect(line.draw(atNanoseconds: 0) { "abcdef" } == "\r\(shown)\u{1B}[K")
  }
}
