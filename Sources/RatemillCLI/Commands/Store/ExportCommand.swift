// `ratemill export`: the book of a store for another database.

internal import BillingStore
internal import DurableFiles
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill export`.
struct ExportOptions: CommandOptions {
  var shared = SharedOptions()
  var postgresPath: String?

  static let table: [OptionSpec<ExportOptions>] = [
    .store("Look at the billing store in DIR"),
    .value(
      "postgres-copy", "DIR", in: OptionGroup.output, into: \.postgresPath, OptionValue.folder,
      "Write tables and load.sql for PostgreSQL to DIR",
      details: """
        Load them in that folder: psql -v ON_ERROR_STOP=1 -f load.sql. The script makes the schema 'ratemill' with the \
        tables of the book and views of the same names.
        """),
    .force(replacing: "--postgres-copy"), .json(), .quiet, .color, .help, .version,
  ]
}

/// What `export` is asked to do.
struct ExportConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let postgresPath: String
  /// Whether that folder may hold an earlier export.
  let replacesOutput: Bool
}

/// Exports the book.
enum ExportCommand: Command {
  static let table = ExportOptions.table

  static let spec = CommandSpec(
    name: "export",
    summary: "Write the book of a billing store for PostgreSQL",
    about: [
      """
      The same tables as in book.sqlite, as CSV files, and a script that loads them. For reports beside other data; the \
      book stays the one source.
      """
    ],
    usage: ["--store DIR --postgres-copy DIR [OPTION...]"],
    examples: [
      CommandExample("Make a copy to load with psql", "ratemill export --store store --postgres-copy copy")
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: ExportOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> ExportConfiguration {
    ExportConfiguration(
      store: try StoreConfiguration(options.shared),
      postgresPath: try Requirement.given(
        options.postgresPath, "--postgres-copy", "DIR, the folder to write"),
      replacesOutput: options.shared.replacesOutput)
  }

  static func run(_ configuration: ExportConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      do throws(FileFault) {
        try OutputFolder.prepare(
          configuration.postgresPath, marker: BillingStore.exportMarker,
          replaces: configuration.replacesOutput)
      } catch {
        throw .file(error)
      }
      let copy = try store.exportPostgres(to: configuration.postgresPath)
      let rowCount = copy.tables.reduce(0) { $0 + Int($1.rowCount) }
      console.say(
        "wrote \(console.path(configuration.postgresPath)): "
          + "\(ReadableText.count(copy.tables.count, "table", "tables")), \(ReadableText.count(rowCount, "row", "rows"))"
      )
      console.say("next, in that folder: psql -v ON_ERROR_STOP=1 -f \(BillingStore.exportMarker)")
      guard configuration.store.printsJSON else { return .done }
      let members = copy.tables.map { JSONMember(name: Label($0.name), value: .integer($0.rowCount)) }
      return console.finishReport(JSONText.document(["rows": .object(members)]))
    }
  }
}
