// `ratemill runs`: what was rated into a store.

internal import BillingStore
internal import OptionTable
internal import Tables
internal import UsageSummary

/// Lists the runs of a store.
enum RunsCommand: StoreLook {
  static let spec = CommandSpec(
    name: "runs",
    summary: "List the runs of a billing store",
    about: ["One line for each run in the order of commits: its records by door, and whether it counts."],
    usage: ["--store DIR [OPTION...]"],
    examples: [CommandExample("See what last night brought", "ratemill runs --store store")],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String {
    let runs = try store.runs()
    if asked.store.printsJSON {
      return JSONText.document(.array(runs.map { .object(RunText.members($0)) }))
    }
    guard !runs.isEmpty else { return "no run was committed yet\n" }
    return AlignedRows.lines([RunText.header] + runs.map(RunText.cells), indent: 0)
  }
}

/// Runs as rows and JSON.
enum RunText {
  static let header = [
    "run", "id", "committed", "state", "read", "rated", "filtered", "duplicate", "suspended",
  ]

  static func cells(_ run: RunRecord) -> [String] {
    [
      String(run.number), run.id, run.committedAt,
      run.state.rawValue + (run.kind == .rate ? "" : " \(run.kind.rawValue)")
        + (run.isPurged ? " purged" : ""),
    ]
      + [run.doors.read, run.doors.rated, run.doors.filtered, run.doors.duplicate, run.doors.suspended].map {
        ReadableText.count(Int($0))
      }
  }

  static func members(_ run: RunRecord) -> [JSONMember] {
    [
      JSONMember(name: "run", value: .text(run.id)), JSONMember(name: "number", value: .integer(run.number)),
      JSONMember(name: "kind", value: .text(run.kind.rawValue)),
      JSONMember(name: "state", value: .text(run.state.rawValue)),
      JSONMember(name: "purged", value: .bool(run.isPurged)),
      JSONMember(name: "committed_at", value: .text(run.committedAt)),
      JSONMember(name: "program", value: .text(run.program)),
      JSONMember(name: "catalog", value: .text(run.ratingHash)),
      JSONMember(name: "replaces", value: .textOrNull(run.replaces)),
    ] + members(run.doors)
  }

  static func members(_ doors: DoorCounts) -> [JSONMember] {
    [
      JSONMember(name: "read", value: .integer(doors.read)),
      JSONMember(name: "rated", value: .integer(doors.rated)),
      JSONMember(name: "filtered", value: .integer(doors.filtered)),
      JSONMember(name: "duplicate", value: .integer(doors.duplicate)),
      JSONMember(name: "suspended", value: .integer(doors.suspended)),
    ]
  }
}
