// `ratemill show RUN`: one run of a store, with its files and what it adds up to.

internal import BillingStore
internal import OptionTable
internal import Tables
internal import UsageSummary

/// Shows a run.
enum ShowCommand: StoreLook {
  static let spec = CommandSpec(
    name: "show",
    summary: "Show one run of a billing store and its files",
    about: ["RUN is its number, or the first digits of its id, at least 4 of them."],
    usage: ["--store DIR [OPTION...] RUN"],
    examples: [CommandExample("Look at the third run", "ratemill show --store store 3")],
    operands: Operands("RUN", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String {
    let run = try store.run(named: asked.name)
    let files = try store.files(of: run)
    guard asked.store.printsJSON else { return text(run, files, in: store, console) }
    let list = JSONMember(name: "files", value: .array(files.map(json)))
    return JSONText.document(.object(RunText.members(run) + [list]))
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
