// `ratemill suspense edit`: corrected bytes for one suspended record.

internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import Tables

/// What `suspense edit` is asked to do.
struct SuspenseEditConfiguration {
  let store: StoreConfiguration
  let id: SuspenseID
  let reason: String
  /// The corrected record; nil where it is in a file.
  let text: String?
  /// The file that holds it; `-` is standard input.
  let file: String?
}

/// Corrects a suspended record.
enum SuspenseEditCommand: Command {
  static let table: [OptionSpec<SuspenseOptions>] = [
    .store("Change the billing store in DIR"),
    .value(
      "text", "RECORD", in: OptionGroup.input, into: \.text, OptionValue.text,
      "Take RECORD as the corrected record, as a line of its file"),
    .value(
      "file", "FILE", in: OptionGroup.input, into: \.file, OptionValue.file,
      "Read the corrected record from FILE; - is standard input",
      details:
        "One line end after the record is dropped. A command line can be seen by other users of the machine."),
    SuspenseOptions.reasonOption, .json(), .quiet, .color, .help, .version,
  ]

  static let spec = CommandSpec(
    name: "suspense edit",
    summary: "Correct the bytes of a suspended record",
    about: [
      """
      The next 'recycle' rates the corrected bytes in place of the original ones, which are kept. Who corrected what, \
      when and why stands in the audit trail, with the hashes of both. The correction is exactly one record: a line end \
      inside is refused, unless the format allows it inside quotes.
      """
    ],
    usage: ["--store DIR --reason TEXT (--text RECORD | --file FILE) [OPTION...] ID"],
    examples: [
      CommandExample(
        "Correct a record, then rate it",
        "ratemill suspense edit --store store --reason T-4711 --file fixed.csv 3-17")
    ],
    operands: Operands("ID", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: SuspenseOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> SuspenseEditConfiguration {
    guard (options.text == nil) != (options.file == nil) else {
      throw UsageError("the corrected record is missing or named twice; add --text RECORD or --file FILE")
    }
    return SuspenseEditConfiguration(
      store: try StoreConfiguration(options.shared), id: try SuspenseOptions.id(inputs[0]),
      reason: try Requirement.given(options.reason, "--reason", "TEXT, for the audit trail"),
      text: options.text, file: options.file)
  }

  static func run(_ configuration: SuspenseEditConfiguration, console: Console) -> ExitStatus {
    var bytes: [UInt8]
    do throws(TableFileFault) {
      let file = configuration.file.map { $0 == "-" ? "/dev/stdin" : $0 }
      bytes = try file.map { name throws(TableFileFault) in try TableFile.read(name) } ?? []
    } catch {
      return console.fail(.filesFailed, "\(console.path(configuration.file ?? "")): \(error)")
    }
    if let text = configuration.text { bytes = Array(text.utf8) }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.isEmpty else { return console.fail(.usage, "the corrected record is empty") }
    let record = Label(bytes: bytes)
    return StoreDoor.with(configuration.store.storePath, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      let head: String
      do throws(OperationFault) {
        head = try StoreCorrecting.correct(
          configuration.id, as: record, reason: configuration.reason, in: store)
      } catch {
        return OperationFaultLines.fail(error, catalogPath: "", console: console)
      }
      console.say("corrected record \(configuration.id); audit \(head.prefix(16))")
      console.say("next: ratemill recycle --store \(console.argument(store.path))")
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(
        JSONText.document(["corrected": .text(configuration.id.description), "audit_head": .text(head)]))
    }
  }
}
