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
      after a slash; where the run has read others too, a run over these stands for it from then on. Of a file that has grown \
      and was read by several runs, all readings are taken back, the last one first; RUN/FILE names the reading of one run.
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
      var done: [(revocation: Revocation, run: RunRecord)] = []
      func note(_ revocation: Revocation, of run: RunRecord) {
        say(revocation, of: run, store: path, console)
        done.append((revocation, run))
      }
      let name = configuration.runName
      // What has a point or a slash is a file.
      let isFile = name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
      let readings = isFile ? try store.readings(ofFile: name) : []
      let run = isFile ? nil : try store.run(named: name)
      do throws(OperationFault) {
        if let run {
          note(try StoreRevoking.revoke(run, reason: configuration.reason, in: store), of: run)
        }
        try StoreRevoking.revoke(readings, reason: configuration.reason, in: store, each: note)
      } catch {
        return OperationFaultLines.fail(error, catalogPath: "", console: console)
      }
      guard configuration.store.printsJSON, let last = done.first else { return .done }
      let earlier = JSONMember(
        name: "earlier_readings",
        value: .array(done.dropFirst().map { .object(members($0.revocation, $0.run)) }))
      return console.finishReport(
        JSONText.document(.object(members(last.revocation, last.run) + [earlier])))
    }
  }

  private static func members(_ revocation: Revocation, _ run: RunRecord) -> [JSONMember] {
    [
      JSONMember(name: "revoked", value: .text(run.id)),
      JSONMember(name: "audit_head", value: .text(revocation.auditHead)),
      JSONMember(name: "revoked_recycles", value: .array(revocation.recycles.map { .text($0.id) })),
      JSONMember(name: "returned_to_suspense", value: .integer(revocation.returnedCount)),
      JSONMember(name: "file", value: revocation.file.map { .string($0) } ?? .null),
      JSONMember(name: "counting_again", value: .integer(revocation.revivedCount)),
      JSONMember(name: "replaced_by", value: .array(revocation.replacing.map { .text($0.id) })),
      JSONMember(
        name: "missing",
        value: .array(
          revocation.missing.map {
            [
              "run": .text($0.run.id), "file": .string($0.file),
              "records_at_most": .integer($0.count),
            ]
          })),
      JSONMember(
        name: "missing_beginnings",
        value: .array(
          revocation.withoutBeginning.map {
            ["run": .text($0.run.id), "file": .string($0.file), "bytes": .integer($0.byteCount)]
          })),
    ]
  }

  private static func say(
    _ revocation: Revocation, of run: RunRecord, store path: String, _ console: Console
  ) {
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
    for recycle in revocation.recycles {
      console.say(
        "  and run \(recycle.number) (\(recycle.id)), which had recycled its suspended records")
    }
    if revocation.returnedCount > 0 {
      let records = ReadableText.count(revocation.returnedCount, "record is", "records are")
      console.say(
        "\(records) in suspense again: ratemill recycle --store \(console.argument(path))")
    }
  }
}
