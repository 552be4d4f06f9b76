// `ratemill verify`: the proof that a store is what was committed.

internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import Tables

/// What `verify` is asked to do.
struct VerifyConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let isDeep: Bool
}

/// Verifies a store.
enum VerifyCommand: Command {
  static let table: [OptionSpec<StoreOptions>] =
    [
      .store("Verify the billing store in DIR"),
      .flag(
        "deep", in: OptionGroup.input, into: \.isDeep, "Read every document again",
        details: """
          Without it, the book, the audit trail and the manifests are proved against each other. With it, every byte of \
          every document as well, its rows are added up again, and the kept catalogs are loaded.
          """),
    ] + StoreOptions.table.filter { $0.row.long != "store" }

  static let spec = CommandSpec(
    name: "verify",
    summary: "Prove that a billing store is what was committed",
    about: [
      """
      Walks the audit trail, whose rows seal each other, and compares book, manifests and sums. The last seal stands for \
      everything before: keep it elsewhere, and nobody can change the past unseen.
      """
    ],
    usage: ["--store DIR [--deep] [OPTION...]"],
    examples: [CommandExample("Prove every byte", "ratemill verify --store store --deep")],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .findings, .usage, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: StoreOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> VerifyConfiguration {
    VerifyConfiguration(store: try StoreConfiguration(options.shared), isDeep: options.isDeep)
  }

  static func run(_ configuration: VerifyConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .reading, console: console) { store throws(StoreFault) in
      let found = try store.verify(deep: configuration.isDeep, catalogHash: StoreCatalog.hash)
      let status: ExitStatus = found.findings.isEmpty ? .done : .findings
      if configuration.store.printsJSON {
        return console.finish(JSONText.document(json(found)), status: status)
      }
      return console.finish(text(found, path, console), status: status)
    }
  }

  private static func text(_ found: StoreVerification, _ path: String, _ console: Console) -> String {
    var lines = found.findings.map { "\(console.path($0))\n" }
    lines += found.leftovers.map {
      "not needed any more, goes with the next change of the store: \(console.path($0))\n"
    }
    var runs = ReadableText.count(found.runCount, "run", "runs")
    if found.invoiceCount > 0 {
      runs +=
        ", " + ReadableText.count(found.invoiceCount, "invoice or credit note", "invoices and credit notes")
    }
    let rows = ReadableText.count(Int(found.auditCount), "audit row", "audit rows")
    let depth = found.isDeep ? "every document was read" : "manifests were read; --deep reads every document"
    lines.append(
      found.findings.isEmpty
        ? "\(console.path(path)) is whole: \(runs), \(rows); \(depth)\n"
        : "\(console.path(path)): \(ReadableText.count(found.findings.count, "finding", "findings"))\n")
    if found.purgedCount > 0 {
      let count = ReadableText.count(found.purgedCount, "run was", "runs were")
      let left = found.purgedWithRecordsCount
      let records =
        left == 0
        ? "their records are gone"
        : "of \(ReadableText.count(left, "run", "runs")) records are still there and go with the next change of the store"
      lines.append("\(count) purged: their sums were proved, \(records)\n")
    }
    lines.append("audit head \(found.auditHead)\n")
    return lines.joined()
  }

  private static func json(_ found: StoreVerification) -> JSONValue {
    [
      "whole": .bool(found.findings.isEmpty), "findings": .array(found.findings.map { .text($0) }),
      "runs": .integer(found.runCount), "purged_runs": .integer(found.purgedCount),
      "purged_runs_with_records": .integer(found.purgedWithRecordsCount),
      "billings": .integer(found.billingCount), "invoices": .integer(found.invoiceCount),
      "audit_rows": .integer(found.auditCount), "audit_head": .text(found.auditHead),
      "deep": .bool(found.isDeep), "leftovers": .array(found.leftovers.map { .text($0) }),
    ]
  }
}
