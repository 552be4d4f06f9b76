// `ratemill suspense show`: suspended records with their bytes.

internal import BillingStore
internal import Money
internal import OptionTable
internal import RatingEngine
internal import Tables
internal import UsageSummary

/// Shows suspended records.
enum SuspenseShowCommand: Command {
  static let table: [OptionSpec<SuspenseOptions>] =
    [.store("Look at the billing store in DIR")] + SuspenseOptions.filters + [
      .json(), .showNumbers, .quiet, .color, .help, .version,
    ]

  static let spec = CommandSpec(
    name: "suspense show",
    summary: "Show suspended records with their bytes, and what to do",
    about: [
      """
      ID is RUN-ROW, such as 3-17: the 17th record that run 3 has suspended; it never changes. With an ID everything that \
      is known of that record is shown, whatever became of it; without, one line for each record that waits. JSON holds \
      the bytes whole where --show-numbers is given.
      """
    ],
    usage: ["--store DIR [OPTION...] [ID...]"],
    examples: [
      CommandExample("Look at one record", "ratemill suspense show --store store --show-numbers 3-17"),
      CommandExample("List those of a reason", "ratemill suspense show --store store --code no-price"),
    ],
    operands: Operands("ID", count: 0...1000, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: SuspenseOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> SuspenseConfiguration {
    SuspenseConfiguration(
      store: try StoreConfiguration(options.shared), filter: try options.filter(inputs),
      showsNumbers: options.shared.showsNumbers)
  }

  static func run(_ configuration: SuspenseConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      var records: [SuspendedRecord] = []
      let filter = configuration.filter
      if filter.ids.isEmpty {
        try store.forEachSuspended(filter) { records.append($0) }
      } else {
        try store.forEachRecord(filter.ids) { if filter.takes($0) { records.append($0) } }
        if let missing = filter.ids.subtracting(records.map(\.id)).min() {
          throw .refused(
            try store.suspended(missing) == nil
              ? store.whyNoRecord(missing)
              : "record \(missing) in \(store.path) is none of those that are meant")
        }
      }
      if configuration.store.printsJSON {
        return console.finish(
          JSONText.document(.array(records.map { json($0, showsNumbers: configuration.showsNumbers) })))
      }
      guard !records.isEmpty else { return console.finish("nothing waits in suspense\n") }
      let text = SuspenseText(console: console, showsNumbers: configuration.showsNumbers)
      guard filter.ids.isEmpty else {
        return console.finish(records.map { full($0, text, store) }.joined(separator: "\n"))
      }
      return console.finish(AlignedRows.lines(records.map { line($0, text) }, indent: 0))
    }
  }

  private static func line(_ record: SuspendedRecord, _ text: SuspenseText) -> [String] {
    [
      record.id.description, record.reason.description, text.place(record),
      SuspenseText.quantity(record.row.quantity, record.row.kind),
      text.bytes(record.corrected ?? record.row.original, bytesMax: MessageText.quotedBytesMax),
    ]
  }

  // More than a screen holds.
  private static let bytesMax = 4096

  private static func full(_ record: SuspendedRecord, _ text: SuspenseText, _ store: BillingStore) -> String {
    let row = record.row
    var rows = [
      ["record", record.id.description], ["state", record.state.rawValue],
      ["reason", record.reason.description],
    ]
    if record.reason != row.reason { rows.append(["first", row.reason.description]) }
    if let reason = SuspenseCode.reason(record.reason) { rows.append(["meaning", reason.meaning]) }
    if !row.detail.isEmpty { rows.append(["detail", row.detail.description]) }
    rows += [
      ["source", row.source.description], ["file", text.place(record)],
      ["bytes", "\(row.byteLength) at offset \(row.byteOffset)"],
      ["account", row.account.isEmpty ? "not known" : text.console.path(row.account.description)],
      ["quantity", SuspenseText.quantity(row.quantity, row.kind)],
    ]
    if let amount = row.amount { rows.append(["amount", amount.description]) }
    rows.append([row.isCut ? "beginning" : "original", text.bytes(row.original, bytesMax: bytesMax)])
    if let corrected = record.corrected {
      rows.append(["corrected", text.bytes(corrected, bytesMax: bytesMax)])
    }
    if record.state == .suspended, let reason = SuspenseCode.reason(record.reason) {
      rows.append([
        "to do", "\(reason.remedy); then: ratemill recycle --store \(text.console.argument(store.path))",
      ])
    }
    return AlignedRows.lines(rows, indent: 0)
  }

  private static func json(_ record: SuspendedRecord, showsNumbers: Bool) -> JSONValue {
    let row = record.row
    func bytes(_ label: Label) -> JSONValue {
      .string(showsNumbers ? label : Label(bytes: MessageText.maskDigits(label.bytes)))
    }
    return [
      "id": .text(record.id.description), "state": .text(record.state.rawValue),
      "reason": .string(record.reason),
      "first_reason": .string(row.reason), "detail": .string(row.detail), "source": .string(row.source),
      "file": .string(row.file), "line": .integer(row.line), "byte_offset": .integer(row.byteOffset),
      "byte_length": .integer(row.byteLength), "account": .string(row.account),
      "unit": .textOrNull(row.kind?.unit),
      "quantity": .textOrNull(
        row.kind.flatMap { kind in row.quantity.map { DecimalText.format($0, scale: kind.quantityDigits) } }),
      "amount": .textOrNull(row.amount?.description), "original": bytes(row.original),
      "is_cut": .bool(row.isCut), "corrected": record.corrected.map(bytes) ?? .null,
    ]
  }
}
