// `ratemill formats`: which exports can be read.

internal import OptionTable

/// The options of `formats` as typed.
struct FormatsOptions: CommandOptions {
  var shared = SharedOptions()

  static let table: [OptionSpec<FormatsOptions>] = [
    .catalog("List the formats and feeds of this catalog as well"),
    .json("Print the list as JSON"),
    .color, .help, .version,
  ]
}

/// The validated options of `formats`.
struct FormatsConfiguration: Equatable, Sendable {
  /// A catalog whose own formats are listed beside the built-in ones.
  let catalogPath: String?
  /// The format to show; nil to list all.
  let name: String?
  let printsJSON: Bool
}

/// Lists formats, or shows one.
enum FormatsCommand: Command {
  static let table = FormatsOptions.table

  static let spec = CommandSpec(
    name: "formats",
    summary: "List the usage formats, or show one",
    about: [
      """
      A format says how the bytes of an export look: columns, times, units, what counts as answered, what makes two \
      records copies of one. NAME prints its descriptor: a file that can be put into a catalog and changed.
      """,
      """
      Of a catalog, its feeds follow: the layouts of other programs' lists of devices, seats and tickets.
      """,
    ],
    usage: ["[NAME] [OPTION...]"],
    examples: [
      CommandExample("List the built-in formats", "ratemill formats"),
      CommandExample(
        "Start a format of your own from a built-in one",
        "ratemill formats cisco-cucm > catalog/formats/ours.yaml"),
    ],
    operands: Operands("NAME", count: 0...1, hint: .none),
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet]))

  static func configuration(
    _ options: FormatsOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> FormatsConfiguration {
    FormatsConfiguration(
      catalogPath: options.shared.catalog, name: inputs.first, printsJSON: options.shared.printsJSON)
  }

  static func run(_ configuration: FormatsConfiguration, console: Console) -> ExitStatus {
    FormatsRun(configuration, console: console).run()
  }
}
