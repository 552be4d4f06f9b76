// `ratemill revoke RUN`: takes a run back.

internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import UsageSummary
internal import Tables

/// What can be typed after `ratemill revoke`.
struct RevokeOptions: CommandOptions {
  var shared = SharedOptions()
  var reason: String?

  static let table: [OptionSpec<RevokeOptions>] = [
    .store("Change the billing store in DIR"),
    .value(
      "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
      "Say why; the audit trail keeps it"),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `revoke` is asked to do.
struct RevokeConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  /// A number, or the first digits of an id.
  let runName: String
  let reason: String
}

/// Takes a run back.
enum RevokeCommand: Command {
  static let table = RevokeOptions.table

  static let spec = CommandSpec(
    name: "revoke",
    summary: "Take a run of a billing store back",
    about: [
      """
      Its usage counts no more, and its files can be rated again. The run stays in the store to be looked at. RUN is its \
      number, or the first digits of its id, at least 4 of them, or the name of the only file that it has read.
      """,
      """
      A run is taken back after the runs that have left records out because of it: a message names them.
      """,
    ],
    usage: ["--store DIR --reason TEXT [OPTION...] RUN"],
    examples: [
      CommandExample(
        "Take back a run of a wrong file", "ratemill revoke --store store --reason test-calls 3")
    ],
    operands: Operands("RUN", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: RevokeOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> RevokeConfiguration {
    RevokeConfiguration(
      store: try StoreConfiguration(options.shared), runName: inputs[0],
      reason: try Requirement.given(options.reason, "--reason", "TEXT, for the audit trail"))
  }

  static func run(_ configuration: RevokeConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      let run = try find(configuration.runName, in: store)
      let revocation: Revocation
      do throws(OperationFault) {
        revocation = try StoreRevoking.revoke(run, reason: configuration.reason, in: store)
      } catch {
        return OperationFaultLines.fail(error, catalogPath: "", console: console)
      }
      console.say(
        "revoked run \(run.number) (\(run.id)): \(ReadableText.count(Int(run.doors.rated), "event", "events")) "
          + "count no more; audit \(revocation.auditHead.prefix(16))")
      for recycle in revocation.recycles {
        console.say("  and run \(recycle.number) (\(recycle.id)), which had recycled its suspended records")
      }
      if revocation.returnedCount > 0 {
        let records = ReadableText.count(revocation.returnedCount, "record is", "records are")
        console.say("\(records) in suspense again: ratemill recycle --store \(console.path(path))")
      }
      guard configuration.store.printsJSON else { return .done }
      return console.finish(
        JSONText.document([
          "revoked": .text(run.id), "audit_head": .text(revocation.auditHead),
          "revoked_recycles": .array(revocation.recycles.map { .text($0.id) }),
          "returned_to_suspense": .integer(revocation.returnedCount),
        ]))
    }
  }

  /// What has a point or a slash is a file.
  private static func find(_ name: String, in store: BillingStore) throws(StoreFault) -> RunRecord {
    let isFile = name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
    return isFile ? try store.run(ofFile: name) : try store.run(named: name)
  }
}
