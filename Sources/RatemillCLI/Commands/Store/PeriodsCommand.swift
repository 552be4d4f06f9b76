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
      """
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [CommandExample("See whether June is complete", "ratemill periods --store store")],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String {
    let periods = try store.periods()
    if asked.store.printsJSON { return JSONText.document(.array(periods.map(json))) }
    guard !periods.isEmpty else { return "no run has rated usage yet\n" }
    let rows = [["period", "state", "accounts", "events", "amount"]] + periods.flatMap(cells)
    return AlignedRows.lines(rows, indent: 0) + periods.map { remarks($0, console) }.joined()
  }

  private static func money(_ amount: (currency: Currency, amount: Amount)) -> String {
    "\(amount.currency) \(amount.amount.text(minimumDigits: amount.currency.minorDigits))"
  }

  private static func cells(_ record: PeriodRecord) -> [[String]] {
    let first = [
      record.period.description, record.state.rawValue, ReadableText.count(record.accountCount),
      ReadableText.count(Int(record.eventCount)), record.amounts.first.map(money) ?? "-",
    ]
    return [first] + record.amounts.dropFirst().map { ["", "", "", "", money($0)] }
  }

  private static func remarks(_ record: PeriodRecord, _ console: Console) -> String {
    let missing = record.missingFiles.map {
      "\(record.period): missing file \(console.path($0.description))\n"
    }
    let late = record.lateSources.map { source in
      let seen = source.lastSeen.map { "nothing since \($0)" } ?? "nothing yet"
      return
        "\(record.period): late source \(console.path(source.source)), expected \(source.expected): \(seen)\n"
    }
    let unread = record.filesToRateAgain.map { file in
      let what =
        file.beginningBytes.map { "its first \(ReadableText.bytes(Int($0))) count no more" }
        ?? "up to \(ReadableText.count(file.recordsMax ?? 0, "record", "records")) of it were left out as copies"
      return
        "\(record.period): rate \(console.path(file.file.description)) again: \(what) (run \(file.runNumber))\n"
    }
    return (missing + late + unread).joined()
  }

  private static func json(_ record: PeriodRecord) -> JSONValue {
    [
      "period": .text(record.period.description), "state": .text(record.state.rawValue),
      "accounts": .integer(record.accountCount), "billed_accounts": .integer(record.billedAccountCount),
      "events": .integer(record.eventCount),
      "amounts": .object(
        record.amounts.map {
          JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
        }),
      "missing": .array(
        record.missingFiles.map { gap in
          ["source": .text(gap.source), "first": .integer(gap.first), "last": .integer(gap.last)]
        }),
      "late": .array(
        record.lateSources.map { source in
          [
            "source": .text(source.source), "expected": .text(source.expected),
            "last_seen": .textOrNull(source.lastSeen),
          ]
        }),
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
