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
    summary: "Take a run, or a file of one, of a billing store back",
    about: [
      """
      Its usage counts no more, and its files can be rated again. The run stays in the store to be looked at. RUN is its \
      number, or the first digits of its id, at least 4 of them. FILE is the name of a file that a run has read, or its end \
      after a slash; where the run has read others too, a run over these stands for it from then on.
      """,
      """
      Records that were left out as copies of what is taken back count again, in other files of the run and in later runs, \
      which are replaced. Where their content was not kept (many copies one behind the other are not), their files are \
      named: rate them again. So is a file that has grown since, and was read on behind what is taken back.
      """,
    ],
    usage: ["--store DIR --reason TEXT [OPTION...] RUN|FILE"],
    examples: [
      CommandExample(
        "Take back a run of a wrong file", "ratemill revoke --store store --reason test-calls 3"),
      CommandExample(
        "Take back one file", "ratemill revoke --store store --reason test-calls pbx-2026-06-03.csv"),
    ],
    operands: Operands("RUN|FILE", count: 1...1, hint: .none), options: table.map(\.row),
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
      let (run, file) = try find(configuration.runName, in: store)
      let revocation: Revocation
      do throws(OperationFault) {
        if let file {
          revocation = try StoreRevoking.revoke(
            file: file, of: run, reason: configuration.reason, in: store)
        } else {
          revocation = try StoreRevoking.revoke(run, reason: configuration.reason, in: store)
        }
      } catch {
        return OperationFaultLines.fail(error, catalogPath: "", console: console)
      }
      say(revocation, of: run, console)
      for recycle in revocation.recycles {
        console.say("  and run \(recycle.number) (\(recycle.id)), which had recycled its suspended records")
      }
      if revocation.returnedCount > 0 {
        let records = ReadableText.count(revocation.returnedCount, "record is", "records are")
        console.say("\(records) in suspense again: ratemill recycle --store \(console.argument(path))")
      }
      guard configuration.store.printsJSON else { return .done }
      return console.finish(
        JSONText.document([
          "revoked": .text(run.id), "audit_head": .text(revocation.auditHead),
          "revoked_recycles": .array(revocation.recycles.map { .text($0.id) }),
          "returned_to_suspense": .integer(revocation.returnedCount),
          "file": revocation.file.map { .string($0) } ?? .null,
          "counting_again": .integer(revocation.revivedCount),
          "replaced_by": .array(revocation.replacing.map { .text($0.id) }),
          "missing": .array(
            revocation.missing.map {
              ["run": .text($0.run.id), "file": .string($0.file), "records_at_most": .integer($0.count)]
            }),
          "missing_beginnings": .array(
            revocation.withoutBeginning.map {
              ["run": .text($0.run.id), "file": .string($0.file), "bytes": .integer($0.byteCount)]
            }),
        ]))
    }
  }

  private static func say(_ revocation: Revocation, of run: RunRecord, _ console: Console) {
    let audit = "audit \(revocation.auditHead.prefix(16))"
    if let file = revocation.file {
      console.say("revoked \(console.path(file.description)) of run \(run.number) (\(run.id)); \(audit)")
    } else {
      let events = ReadableText.count(Int(run.doors.rated), "event", "events")
      console.say("revoked run \(run.number) (\(run.id)): \(events) count no more; \(audit)")
    }
    for next in revocation.replacing {
      let old = next.replaces.map { " (\($0))" } ?? ""
      console.say("run \(next.number) (\(next.id)) stands for an earlier one\(old) from now on")
    }
    if revocation.revivedCount > 0 {
      let records = ReadableText.count(revocation.revivedCount, "record", "records")
      console.say("\(records) that had been left out as copies of it count again")
    }
    for missing in revocation.missing {
      let records = ReadableText.count(missing.count, "record", "records")
      console.say(
        "missing: up to \(records) of \(console.path(missing.file.description)) (run \(missing.run.number)), left out as "
          + "copies and not kept; rate the file again")
    }
    for missing in revocation.withoutBeginning {
      console.say(
        "missing: the first \(ReadableText.bytes(Int(missing.byteCount))) of \(console.path(missing.file.description)), behind "
          + "which run \(missing.run.number) has read on; rate the file again")
    }
  }

  /// What has a point or a slash is a file; where it is the only one of its run, the run is meant.
  private static func find(
    _ name: String, in store: BillingStore
  ) throws(StoreFault) -> (run: RunRecord, file: Label?) {
    let isFile = name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
    guard isFile else { return (try store.run(named: name), nil) }
    let found = try store.run(ofFile: name)
    return (found.run, found.isOnly ? nil : found.file)
  }
}
