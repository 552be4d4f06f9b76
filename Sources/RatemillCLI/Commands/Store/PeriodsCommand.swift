// `ratemill periods`: the usage periods of a store, and what seems to be missing in them.

internal import BillingCalendar
internal import BillingStore
internal import Money
internal import OptionTable
internal import Tables

/// Lists usage periods.
enum PeriodsCommand: StoreLook {
  static let spec = CommandSpec(
    name: "periods",
    summary: "List the usage periods of a billing store",
    about: [
      """
      Accounts, events and amounts of each period over all runs that count; files missing in a numbered sequence (column \
      'sequence' of sources.csv); sources that have sent nothing for twice their interval (column 'expected'); and files \
      that are to be rated again because something was taken back.
      """,
      """
      A missing file stands with each period that its records may be of: by the days of the files before and after it, \
      whichever runs have read them. What belongs to no period with usage stands by itself ('period': null with --json).
      """,
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [CommandExample("See whether June is complete", "ratemill periods --store store")],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String {
    let periods = try store.periods()
    if asked.store.printsJSON { return JSONText.document(.array(periods.map(json))) }
    let remarks = periods.map { self.remarks($0, console) }.joined()
    let rows = periods.flatMap(cells)
    guard !rows.isEmpty else { return "no run has rated usage yet\n" + remarks }
    return AlignedRows.lines(
      [["period", "state", "accounts", "events", "amount"]] + rows, indent: 0) + remarks
  }

  private static func money(_ amount: (currency: Currency, amount: Amount)) -> String {
    "\(amount.currency) \(amount.amount.text(minimumDigits: amount.currency.minorDigits))"
  }

  private static func cells(_ record: PeriodRecord) -> [[String]] {
    guard let period = record.period else { return [] }
    let first = [
      period.description, record.state.rawValue, ReadableText.count(record.accountCount),
      ReadableText.count(Int(record.eventCount)), record.amounts.first.map(money) ?? "-",
    ]
    return [first] + record.amounts.dropFirst().map { ["", "", "", "", money($0)] }
  }

  private static func remarks(_ record: PeriodRecord, _ console: Console) -> String {
    let unread = record.filesToRateAgain.map { file in
      let what =
        file.beginningBytes.map { "its first \(ReadableText.bytes(Int($0))) count no more" }
        ?? "up to \(ReadableText.count(file.recordsMax ?? 0, "record", "records")) of it were left out as copies"
      return "rate \(console.path(file.file.description)) again: \(what) (run \(file.runNumber))"
    }
    let lines =
      record.missingFiles.map { MissingInputs.line($0, console) }
      + record.lateSources.map { MissingInputs.line($0, console) } + unread
    let place = record.period?.description ?? "no period"
    return lines.map { "\(place): \($0)\n" }.joined()
  }

  private static func json(_ record: PeriodRecord) -> JSONValue {
    [
      "period": .textOrNull(record.period?.description),
      "state": .textOrNull(record.period == nil ? nil : record.state.rawValue),
      "accounts": .integer(record.accountCount),
      "billed_accounts": .integer(record.billedAccountCount),
      "events": .integer(record.eventCount),
      "amounts": .object(
        record.amounts.map {
          JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
        }),
      "missing": MissingInputs.json(record.missingFiles),
      "late": MissingInputs.json(record.lateSources),
      "rate_again": .array(
        record.filesToRateAgain.map { file in
          [
            "run": .integer(file.runNumber), "file": .string(file.file),
            "records_at_most": file.recordsMax.map { .integer($0) } ?? .null,
            "beginning_bytes": file.beginningBytes.map { .integer($0) } ?? .null,
          ]
        }),
    ]
  }
}
