// The options that mean the same in every command that has them. Each is declared here, once.

internal import OptionTable

/// What was typed of the shared options.
struct SharedOptions: Sendable {
  var catalog: String?
  var source: String?
  var usage: String?
  var store: String?
  var at: Moment?
  var out: String?
  var replacesOutput = false
  var printsJSON = false
  var showsNumbers = false
  var isQuiet = false
  var progress: When?
  var color: When?
  // Read before the table is (CommandRunner); here so that help, completion and "did you mean" know them.
  var wantsHelp = false
  var wantsVersion = false

  /// The part that the console needs.
  var consoleSettings: ConsoleSettings {
    ConsoleSettings(
      isQuiet: isQuiet, showsNumbers: showsNumbers, progress: progress ?? .auto, color: color ?? .auto)
  }
}

/// The typed options of a command: the shared ones and its own.
protocol CommandOptions: Sendable {
  /// Nothing typed.
  init()
  /// The shared options.
  var shared: SharedOptions { get set }
}

/// The headings of help.
enum OptionGroup {
  static let input = "Catalog and input"
  static let output = "Output"
  static let admission = "What counts"
  static let machine = "Machine"
  static let messages = "Messages"
}

extension OptionSpec where Raw: CommandOptions {
  static func catalog(_ summary: String = "Read accounts, decks, plans and sources in DIR") -> OptionSpec {
    .value("catalog", "DIR", in: OptionGroup.input, into: \.shared.catalog, OptionValue.folder, summary)
  }

  static var source: OptionSpec {
    .value(
      "source", "NAME", in: OptionGroup.input, into: \.shared.source, OptionValue.text,
      "Take the inputs as usage of this source",
      details: """
        A source is a row of sources.csv: it says which format, zone, country and default account a file has. \
        It is found by the file's name; this option names it for standard input and for files that no pattern fits.
        """)
  }

  static func usage(_ summary: String, details: String) -> OptionSpec {
    .value(
      "usage", "DIR", in: OptionGroup.input, into: \.shared.usage, OptionValue.folder, summary,
      details: details)
  }

  static func store(_ summary: String, details: String? = nil) -> OptionSpec {
    .value(
      "store", "DIR", in: OptionGroup.input, into: \.shared.store, OptionValue.folder, summary,
      details: details)
  }

  static func at(_ summary: String, details: String) -> OptionSpec {
    .value("at", "TIME", in: OptionGroup.input, into: \.shared.at, Moment.parser, summary, details: details)
  }

  static func out(_ summary: String, details: String) -> OptionSpec {
    .value(
      "out", "DIR", in: OptionGroup.output, into: \.shared.out, OptionValue.folder, summary, details: details)
  }

  static var force: OptionSpec { force(replacing: "--out") }

  /// `--force`, in a command whose folder is named by another option.
  static func force(replacing option: String) -> OptionSpec {
    .flag(
      "force", in: OptionGroup.output, into: \.shared.replacesOutput,
      "Replace what an earlier run left in \(option)",
      details: """
        Without it, a folder that is not empty is left alone and the run ends before it begins. \
        The old content goes only at the moment when the new one is complete.
        """)
  }

  static func json(_ summary: String = "Print the report as JSON on standard output", details: String? = nil)
    -> OptionSpec
  {
    .flag("json", in: OptionGroup.output, into: \.shared.printsJSON, summary, details: details)
  }

  static var showNumbers: OptionSpec {
    .flag(
      "show-numbers", in: OptionGroup.messages, into: \.shared.showsNumbers, "Show telephone numbers in full",
      details: """
        In messages and reports, runs of 7 digits or more keep their first 5 digits, because logs travel further \
        than usage should. Output files always hold the full numbers; suspense files can be read by their owner only.
        """)
  }

  static var quiet: OptionSpec {
    .flag(
      "quiet", short: "q", in: OptionGroup.messages, into: \.shared.isQuiet,
      "Print nothing for people but errors")
  }

  static var progress: OptionSpec {
    .value(
      "progress", "WHEN", in: OptionGroup.messages, into: \.shared.progress,
      OptionValue.choice(of: When.self),
      "Show progress: auto, always or never [auto]",
      details: "'auto' shows one line, only on a terminal, and takes it away at the end.")
  }

  static var color: OptionSpec {
    .value(
      "color", "WHEN", in: OptionGroup.messages, into: \.shared.color, OptionValue.choice(of: When.self),
      "Colour messages: auto, always or never [auto]",
      details: "'auto' colours on a terminal, unless NO_COLOR is set or TERM is 'dumb'.")
  }

  static var help: OptionSpec {
    .flag(
      "help", short: "h", in: OptionGroup.messages, into: \.shared.wantsHelp,
      "Show this help; --help says more than -h")
  }

  static var version: OptionSpec {
    .flag("version", in: OptionGroup.messages, into: \.shared.wantsVersion, "Show the version")
  }
}
