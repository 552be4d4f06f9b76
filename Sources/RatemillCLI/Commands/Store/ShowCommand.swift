// `ratemill show RUN`: one run of a store, with its files and what it adds up to.

internal import BillingStore
internal import OptionTable
internal import Tables
internal import UsageSummary

/// What `show` is asked to do.
struct ShowConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  /// A number, or the first digits of an id.
  let runName: String
}

/// Shows a run.
enum ShowCommand: Command {
  static let table = StoreOptions.table

  static let spec = CommandSpec(
    name: "show",
    summary: "Show one run of a billing store and its files",
    about: ["RUN is its number, or the first digits of its id, at least 4 of them."],
    usage: ["--store DIR [OPTION...] RUN"],
    examples: [CommandExample("Look at the third run", "ratemill show --store store 3")],
    operands: Operands("RUN", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: StoreOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> ShowConfiguration {
    ShowConfiguration(store: try StoreConfiguration(options.shared), runName: inputs[0])
  }

  static func run(_ configuration: ShowConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      let run = try store.run(named: configuration.runName)
      let files = try store.files(of: run)
      if configuration.store.printsJSON {
        let list = JSONMember(name: "files", value: .array(files.map(json)))
        return console.finish(JSONText.document(.object(RunText.members(run) + [list])))
      }
      return console.finish(text(run, files, in: store, console))
    }
  }

  private static func text(
    _ run: RunRecord, _ files: [FileRecord], in store: BillingStore, _ console: Console
  ) -> String {
    var rows = [
      ["run", "\(run.number)"], ["id", run.id], ["kind", run.kind.rawValue], ["state", run.state.rawValue],
      ["committed", run.committedAt], ["program", run.program], ["catalog", run.ratingHash],
      ["folder", console.path(store.path + "/runs/" + run.id)],
    ]
    if let replaced = run.replaces { rows.append(["rates again", replaced]) }
    let names = ["read", "rated", "filtered", "duplicate", "suspended"]
    let counts = [
      run.doors.read, run.doors.rated, run.doors.filtered, run.doors.duplicate, run.doors.suspended,
    ]
    rows += zip(names, counts).map { [$0, ReadableText.count(Int($1))] }
    let fileRows = files.map { file in
      [
        console.path(file.name), file.source.description, ReadableText.bytes(Int(file.decodedBytes)),
        ReadableText.count(Int(file.doors.read), "record", "records"), file.contentHash,
      ]
    }
    return AlignedRows.lines(rows, indent: 0) + "files\n" + AlignedRows.lines(fileRows)
  }

  private static func json(_ file: FileRecord) -> JSONValue {
    .object(
      [
        JSONMember(name: "name", value: .text(file.name)),
        JSONMember(name: "source", value: .string(file.source)),
        JSONMember(name: "bytes", value: .integer(file.decodedBytes)),
        JSONMember(name: "hash", value: .text(file.contentHash)),
      ] + RunText.members(file.doors))
  }
}
