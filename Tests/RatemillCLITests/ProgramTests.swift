// The built program at its edges: streams that fail, terminals, and the statuses of the whole.

import Glibc
import OptionTable
import TestSupport
import Testing

@testable import RatemillCLI

@Suite struct ProgramTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [["help"], ["version"], ["rate", "-h"], ["completion", "bash"]])
  func aFullDiskIsNeverAGoodEnd(arguments: [String]) throws {
    let result = try BuiltProgram.ratemill.run(arguments, in: folder, output: .file("/dev/full"))
    #expect(result.errorText == "ratemill: standard output: No space left on device\n")
    #expect(result.status == 4)
  }

  @Test func aReaderThatLeavesIsNoFailure() throws {
    let result = try BuiltProgram.ratemill.run(["help", "rate"], in: folder, output: .closedPipe)
    #expect(result.errorText == "")
    #expect(result.status == 0)
  }

  @Test func usageIsNotReadFromATerminal() throws {
    let result = try BuiltProgram.ratemill.run(
      ["rate", "--catalog", "c", "--out", "o", "-"], in: folder, input: .terminal(PseudoTerminal()))
    #expect(result.errorText.hasPrefix("ratemill: standard input (-) is a terminal; "))
    #expect(result.status == 2)
  }

  @Test(arguments: [
    ([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false),
    (["TERM": "xterm"], true),
  ])
  func headingsAreBoldOnATerminalUnlessColourIsRefused(variables: [String: String], isBold: Bool) throws {
    let terminal = try PseudoTerminal()
    let result = try BuiltProgram.ratemill.run(
      ["help"], in: folder, output: .terminal(terminal), environment: variables)
    #expect(result.status == 0)
    let heading = isBold ? "\u{1B}[1mCommands\u{1B}[0m" : "Commands"
    #expect(terminal.read().contains("\r\n\(heading)\r\n"))
  }

  @Test func theTerminalIsSeen() throws {
    let terminal = try PseudoTerminal()
    #expect(isatty(terminal.terminal) == 1)
    let surroundings = Surroundings.ofThisProcess()
    #expect(surroundings.coreCount >= 1)
    #expect(surroundings.columnCount >= 1)
  }

  @Test(arguments: [
    ("0", 1), ("0-3", 4), ("0-3,6", 5), ("\t0,2-3\n", 3), ("", nil), ("x", nil), ("3-1", nil), ("1-2-3", nil),
    ("-1", nil),
  ])
  func coresAreCountedFromTheirList(list: String, count: Int?) {
    #expect(Surroundings.coreCount(inList: list) == count)
  }

  @Test func theStatusesAreThoseOfTheConvention() {
    #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
    for status in ExitStatus.allCases { #expect(!status.text.hasSuffix(".") && status.label.count <= 12) }
    #expect(ExitStatus.lines([.usage, .done]).map(\.code) == [0, 2])
  }

  @Test func theFirstSignalAsksAndTheSecondEnds() async {
    await #expect(processExitsWith: .success) {
      Interruption.watch()
      precondition(!Interruption.isRequested)
      kill(getpid(), SIGTERM)
      // The signal goes to another thread: the threads that run tests block signals.
      for _ in 0..<10_000 where !Interruption.isRequested { usleep(1_000) }
      precondition(Interruption.isRequested)
    }
    await #expect(processExitsWith: .exitCode(130)) {
      Interruption.watch()
      kill(getpid(), SIGINT)
      for _ in 0..<10_000 where !Interruption.isRequested { usleep(1_000) }
      kill(getpid(), SIGHUP)
      usleep(10_000_000)
    }
  }

  @Test func aSignalThatTheParentIgnoresStaysIgnored() async {
    await #expect(processExitsWith: .success) {
      signal(SIGHUP, SIG_IGN)
      Interruption.watch()
      precondition(signal(SIGHUP, SIG_DFL).map { unsafeBitCast($0, to: Int.self) } == 1, "SIGHUP is ignored")
    }
  }
}
