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

  /// A catalog with a plan of minutes that are included, and one whose events are priced at once.
  private func writeCatalog() throws {
    try folder.write(
      "account,plan\nset,included\nopen,plain\n", to: "catalog/accounts.csv")
    try folder.write("source,format,pattern\ns,ratemill-csv,*.csv\n", to: "catalog/sources.csv")
    try folder.write("zone: UTC\ncurrency: EUR\n", to: "catalog/catalog.yaml")
    let charge = "charges:\n  - {charge: sms, kinds: [message], price: 0.10}\n"
    try folder.write("plan: plain\n" + charge, to: "catalog/plans/plain.yaml")
    try folder.write(
      "plan: included\nallowances:\n  - {allowance: texts, events: 1, kinds: [message]}\n" + charge,
      to: "catalog/plans/included.yaml")
  }

  private static let header = "id,start,account,kind,billable\n"

  @Test func whatIsSettledWithItsPeriodIsSaid() throws {
    try writeCatalog()
    func rate(_ file: String, _ rows: String, _ options: String...) throws -> ProgramResult {
      try folder.write(Self.header + rows, to: file)
      return try BuiltProgram.ratemill.run(
        ["rate", "--catalog", "catalog"] + options + [file], in: folder)
    }
    let open = try rate("1.csv", "1,2026-01-01T10:00:00Z,open,message,1\n", "--store", "the store")
    #expect(open.errorText.contains("  amount     EUR 0.10\n"))
    #expect(!open.errorText.contains("  later"))
    #expect(open.errorText.contains("next: ratemill periods --store 'the store'\n"))
    let mixed = try rate(
      "2.csv", "2,2026-01-01T10:00:00Z,open,message,1\n3,2026-01-01T11:00:00Z,set,message,1\n", "--store",
      "the store", "--json")
    #expect(
      mixed.errorText.contains(
        "  amount     EUR 0.10\n  later      1 event is settled with its period; amounts: ratemill periods --store "
          + "'the store'\n"))
    #expect(mixed.outputText.contains("\"settled_later\": 1,"))
    let settled = try rate(
      "3.csv", "4,2026-01-01T12:00:00Z,set,message,1\n5,2026-01-01T13:00:00Z,set,message,1\n", "--store",
      "the store")
    #expect(!settled.errorText.contains("  amount"))
    #expect(settled.errorText.contains("  later      2 events are settled with their periods; amounts: "))
    // Without a store the run settles all of them.
    let alone = try rate("4.csv", "6,2026-01-01T10:00:00Z,set,message,1\n", "--out", "out", "--json")
    #expect(!alone.errorText.contains("  later") && !alone.outputText.contains("settled_later"))
  }

  @Test func aFileWithoutAByteIsSaid() throws {
    try writeCatalog()
    try folder.write("", to: "empty.csv")
    try folder.write(Self.header, to: "header.csv")
    func said(_ inputs: String...) throws -> String {
      let result = try BuiltProgram.ratemill.run(
        ["rate", "--catalog", "catalog", "--source", "s", "--by", "account"] + inputs, in: folder)
      #expect(result.status == 0)
      return result.errorText
    }
    #expect(
      try said("empty.csv").contains(
        "  empty      empty.csv: not a byte; was the export written, and whole?\n"))
    #expect(try !said("header.csv").contains("  empty"))
    #expect(try said("-").contains("  empty      standard input: not a byte;"))
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
