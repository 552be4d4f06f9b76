// `ratemill suspense write-off`: records that are not to be billed.

internal import BillingStore
internal import OptionTable
internal import Tables

/// What `suspense write-off` is asked to do.
struct SuspenseWriteOffConfiguration {
  let store: StoreConfiguration
  let filter: SuspenseFilter
  let reason: String
}

/// Writes suspended records off.
enum SuspenseWriteOffCommand: Command {
  static let table: [OptionSpec<SuspenseOptions>] =
    [.store("Change the billing store in DIR")] + SuspenseOptions.filters + [
      SuspenseOptions.reasonOption, .json(), .quiet, .color, .help, .version,
    ]

  static let spec = CommandSpec(
    name: "suspense write-off",
    summary: "Decide that suspended records are not to be billed",
    about: [
      """
      They leave suspense and are never rated; copies of them that come later are still duplicates. Records are named by \
      ID, or chosen by --code, --only and --source. Who did it, when and why stands in the audit trail.
      """
    ],
    usage: ["--store DIR --reason TEXT [OPTION...] [ID...]"],
    examples: [
      CommandExample(
        "Write two records off", "ratemill suspense write-off --store store --reason test-calls 3-17 3-18"),
      CommandExample(
        "Write off all of a reason",
        "ratemill suspense write-off --store store --reason T-4711 --code no-price"),
    ],
    operands: Operands("ID", count: 0...1000, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: SuspenseOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> SuspenseWriteOffConfiguration {
    let filter = try options.filter(inputs)
    guard !filter.isEverything else {
      throw UsageError(
        "nothing is chosen; name records by ID, or add --code CODE, --only ACCOUNT or --source NAME")
    }
    return SuspenseWriteOffConfiguration(
      store: try StoreConfiguration(options.shared), filter: filter,
      reason: try Requirement.given(options.reason, "--reason", "TEXT, for the audit trail"))
  }

  static func run(_ configuration: SuspenseWriteOffConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      let (count, head) = try store.writeOff(configuration.filter, reason: configuration.reason)
      console.say(
        "wrote off \(ReadableText.count(count, "record", "records")); audit \(head.prefix(16))")
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(
        JSONText.document(["written_off": .integer(count), "audit_head": .text(head)]))
    }
  }
}
