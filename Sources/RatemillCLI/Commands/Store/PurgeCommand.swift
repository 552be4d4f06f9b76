// `ratemill purge`: removes the records of old runs.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill purge`.
struct PurgeOptions: CommandOptions {
  var shared = SharedOptions()
  var before: OptionDate?
  var reason: String?

  static let table: [OptionSpec<PurgeOptions>] = [
    .store("Change the billing store in DIR"),
    .value(
      "before", "DATE", in: OptionGroup.input, into: \.before, OptionValue.date,
      "Purge runs that were committed before this day (UTC)"),
    .value(
      "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
      "Say why; the audit trail keeps it"),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `purge` is asked to do.
struct PurgeConfiguration {
  let store: StoreConfiguration
  let before: CivilDate
  let reason: String
}

/// Removes old records.
enum PurgeCommand: Command {
  static let table = PurgeOptions.table

  static let spec = CommandSpec(
    name: "purge",
    summary: "Remove the records of old runs, keep their sums",
    about: [
      """
      Suspended records, detail, events and keys go, for good; summaries, manifests and the audit trail stay, so that \
      'verify' proves what was billed as before. A run is purged when all its usage belongs to periods that ended before \
      DATE and were billed, and nothing of it waits in suspense; runs that were taken back always are. The others are named.
      """,
      """
      Where usage depends on whole periods (allowances, tiers, limits), these stay as they were billed, for its accounts \
      and those that share a pool with them, and later ones begin with what they have handed on: their runs cannot be taken \
      back any more, and are not rated again in these periods. A run stays while a grant of its accounts goes on.
      """,
      """
      What has no keys any more cannot be recognised: records that began before DATE and come after the purge go to \
      suspense as outside-duplicate-window. Backups are not reached.
      """,
    ],
    usage: ["--store DIR --before DATE --reason TEXT [OPTION...]"],
    examples: [
      CommandExample(
        "Forget what can be disputed no more",
        "ratemill purge --store store --before 2026-01-01 --reason retention")
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: PurgeOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> PurgeConfiguration {
    let before = try Requirement.given(options.before, "--before", "DATE, such as 2026-01-01")
    guard
      let day = CivilDate(year: Int32(before.year), month: Int32(before.month), day: Int32(before.day))
    else { preconditionFailure("a date that was read is in the calendar") }
    return PurgeConfiguration(
      store: try StoreConfiguration(options.shared), before: day,
      reason: try Requirement.given(options.reason, "--reason", "TEXT, for the audit trail"))
  }

  static func run(_ configuration: PurgeConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      let purge: Purge
      do throws(OperationFault) {
        purge = try StorePurging.purge(before: configuration.before, reason: configuration.reason, in: store)
      } catch {
        return OperationFaultLines.fail(error, catalogPath: "", console: console)
      }
      let finished = store.purgesFinished
      if !finished.isEmpty {
        console.say(
          "removed the records of \(ReadableText.count(finished.count, "run", "runs")) that an interrupted purge had left"
        )
      }
      if purge.runs.isEmpty, !finished.isEmpty {
        console.say("no other run before \(configuration.before) can be purged")
      } else if purge.runs.isEmpty {
        console.say("no run before \(configuration.before) can be purged")
      } else {
        console.say(
          "purged \(ReadableText.count(purge.runs.count, "run", "runs")): "
            + purge.runs.map { String($0.number) }.joined(separator: ", ")
            + "; audit \(purge.auditHead.prefix(16))")
      }
      let closed = purge.closed.filter { !$0.isPool }
      if let last = closed.map(\.until).max() {
        console.say(
          "usage that depends on whole periods stays as it was billed until \(last.until) for "
            + ReadableText.count(closed.count, "account", "accounts"))
      }
      for left in purge.left { console.say("left run \(left.run.number): \(console.path(left.why))") }
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(
        JSONText.document([
          "purged": .array(purge.runs.map { .text($0.id) }),
          "finished": .array(finished.map { .text($0) }),
          "closed": .array(
            closed.map { ["account": .string($0.holder), "until": .text("\($0.until.until)")] }),
          "left": .array(purge.left.map { ["run": .text($0.run.id), "why": .text($0.why)] }),
          "audit_head": purge.auditHead.isEmpty ? .null : .text(purge.auditHead),
        ]))
    }
  }
}
