// From the words of the command line to the exit status.
//
// Owns which command runs, when help is shown instead, and how a command line that cannot be run is answered.

internal import Glibc
internal import OptionTable

/// The program: its commands, and the way to one of them.
public enum CommandRunner {
  /// Every command, in the order of help.
  static let commands: [any Command.Type] = [
    RateCommand.self, CheckCommand.self, ExplainCommand.self, QuoteCommand.self, FormatsCommand.self,
    GenerateCommand.self,
    DeckDiffCommand.self, InvoiceDraftCommand.self, InvoiceReviewCommand.self, InvoiceExportCommand.self,
    InvoiceApproveCommand.self, InvoiceHoldCommand.self, InvoiceRejectCommand.self,
    InvoiceFinaliseCommand.self,
    InvoiceCreditCommand.self, InvoiceListCommand.self, InvoiceShowCommand.self,
    InvoicePDFCommand.self,
    RunsCommand.self, ShowCommand.self, RerateCommand.self, PeriodsCommand.self, MarkBilledCommand.self,
    AdjustmentsCommand.self,
    UsageCommand.self, SuspenseCommand.self, SuspenseShowCommand.self, SuspenseEditCommand.self,
    SuspenseWriteOffCommand.self, RecycleCommand.self, RevokeCommand.self, PurgeCommand.self,
    ExportCommand.self,
    VerifyCommand.self, HelpCommand.self,
    VersionCommand.self,
    CompletionCommand.self,
  ]
  static let entries: [CommandEntry] = commands.map { CommandEntry($0) }

  /// The words of the program.
  static let program = ProgramSpec(
    name: ProgramVersion.name,
    summary: "ratemill turns call records and usage logs into money: it rates, then invoices",
    commands: entries.map(\.spec),
    firstExamples: [
      CommandExample("Make a day of usage to try things on", "ratemill generate --events 100000 --out trial"),
      CommandExample("Rate it", "ratemill rate --catalog trial/catalog --out rated trial/usage"),
    ])

  /// Runs a command line, given without the program's name, and says how the process is to end.
  ///
  /// Ignores SIGPIPE for the whole process: a closed pipe is then an error of the write that met it.
  public static func run(arguments: [String]) -> ExitStatus {
    signal(SIGPIPE, SIG_IGN)
    return run(arguments: arguments, in: .ofThisProcess())
  }

  static func run(arguments: [String], in surroundings: Surroundings) -> ExitStatus {
    let console = Console(in: surroundings)
    var hint = "'\(ProgramVersion.name) help' lists the commands"
    do {
      guard let first = arguments.first else { return overview(console, surroundings) }
      if first == "-h" || first == "--help" { return overview(console, surroundings) }
      if first == "--version" { return try version(surroundings) }
      let (entry, rest) = try find(arguments)
      if entry.spec.name != HelpCommand.spec.name {
        hint = "'\(ProgramVersion.name) \(entry.spec.name) -h' lists the options"
      }
      if let text = help(asked: rest, entry.spec, surroundings) { return console.finish(text) }
      if rest.prefix(while: { $0 != "--" }).contains("--version") { return try version(surroundings) }
      return try entry.run(rest, surroundings)
    } catch {
      console.warn(error.message)
      console.say(hint)
      return .usage
    }
  }

  /// The command that the first words name, and the words after its name.
  static func find(_ words: [String]) throws(UsageError) -> (entry: CommandEntry, rest: [String]) {
    for wordCount in [2, 1] where words.count >= wordCount {
      let name = words.prefix(wordCount).joined(separator: " ")
      if let entry = entries.first(where: { $0.spec.name == name }) {
        return (entry, Array(words.dropFirst(wordCount)))
      }
    }
    // `ratemill invoice -h` asks about the only command that begins so.
    let pairs = entries.filter { $0.spec.name.hasPrefix((words.first ?? "") + " ") }
    if pairs.count == 1, ["-h", "--help"].contains(words.last) {
      return (pairs[0], Array(words.dropFirst()))
    }
    throw unknownCommand(words)
  }

  /// Help in place of a run, where it was asked for before `--`.
  ///
  /// It wins over every fault of the line: who adds `-h` to a line that does not work wants to read, not to be told.
  private static func help(asked words: [String], _ command: CommandSpec, _ surroundings: Surroundings)
    -> String?
  {
    let options = words.prefix { $0 != "--" }
    let text = HelpText(program, isBold: surroundings.standardOutputIsCapable)
    if options.contains("--help") { return text.long(command) }
    return options.contains("-h") ? text.short(command) : nil
  }

  private static func version(_ surroundings: Surroundings) throws(UsageError) -> ExitStatus {
    try CommandEntry(VersionCommand.self).run([], surroundings)
  }

  private static func overview(_ console: Console, _ surroundings: Surroundings) -> ExitStatus {
    console.finish(HelpText(program, isBold: surroundings.standardOutputIsCapable).overview())
  }

  private static func unknownCommand(_ words: [String]) -> UsageError {
    let first = words[0]
    if first.hasPrefix("-") {
      return UsageError("\(MessageText.quoted(first)) stands before the command; options come after it")
    }
    let seconds = entries.map(\.spec.name).filter { $0.hasPrefix(first + " ") }.map {
      $0.dropFirst(first.count + 1)
    }
    guard seconds.isEmpty else {
      let known = seconds.joined(separator: ", ")
      guard words.count > 1, OptionWord.isNone(words[1]) else {
        return UsageError("'\(first)' needs a second word: \(known)")
      }
      let question = Suggestion.question(for: words[1], among: seconds.map(String.init), prefix: first + " ")
      return UsageError(
        "unknown command \(MessageText.quoted(first + " " + words[1]))"
          + (question.isEmpty ? "; after '\(first)' comes \(known)" : question))
    }
    return UsageError("unknown command \(MessageText.quoted(first))\(question(for: first))")
  }

  /// Compares with whole names and with each word of a name, so that `draft` finds `invoice draft`.
  private static func question(for word: String) -> String {
    let names = entries.map(\.spec.name)
    let words = names.flatMap { $0.split(separator: " ").map(String.init) }
    guard let nearest = Suggestion.nearest(to: word, among: words) else { return "" }
    let name = names.first { $0 == nearest || $0.split(separator: " ").contains(nearest[...]) } ?? nearest
    return "; did you mean '\(name)'?"
  }
}

/// Tells options from other words.
private enum OptionWord {
  static func isNone(_ word: String) -> Bool { !word.hasPrefix("-") }
}

extension Surroundings {
  /// Whether bold headings make sense on standard output.
  var standardOutputIsCapable: Bool { standardOutputIsTerminal && !isDumbTerminal && !refusesColor }
}
