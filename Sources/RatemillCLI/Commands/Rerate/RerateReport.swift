// What `rerate` says: the lines for people, the table of differences, the report for programs.

internal import BillingOperations
internal import BillingStore
internal import DurableFiles
internal import Money
internal import Tables

/// Reports what rating again has changed.
struct RerateReport {
  private let outcome: StoreRerating.Outcome
  private let configuration: RerateConfiguration
  private let console: Console
  /// The file of differences; nil where there is none, and where they go to standard output.
  private let table: PublishedFile?
  // Accounts that are shown to people.
  private static let moversMax = 10

  init(
    _ outcome: StoreRerating.Outcome, _ configuration: RerateConfiguration, table: PublishedFile?,
    console: Console
  ) {
    self.outcome = outcome
    self.table = table
    self.configuration = configuration
    self.console = console
  }

  /// Writes everything that was asked for; returns how the command ends.
  func write() throws(FileFault) -> ExitStatus {
    console.endProgress()
    // First what was done: a table that cannot be written does not undo it.
    say()
    try writeTable()
    return configuration.printsJSON ? console.finishReport(JSONText.document(document)) : .done
  }

  // MARK: people

  private func say() {
    let store = console.path(configuration.storePath)
    let events = ReadableText.count(outcome.eventCount, "event", "events")
    let runs = ReadableText.count(outcome.runCount - outcome.untouchedCount, "run", "runs")
    console.say("rated \(events) of \(runs) again")
    if outcome.untouchedCount > 0 {
      console.say("  untouched  \(ReadableText.count(outcome.untouchedCount, "run", "runs"))")
    }
    for sum in outcome.delta.totals { console.say("  amount     \(text(sum))") }
    for sum in outcome.delta.costTotals { console.say("  cost       \(costText(sum))") }
    if outcome.suspended.old != outcome.suspended.new {
      console.say("  suspended  \(outcome.suspended.old) → \(outcome.suspended.new)")
    }
    sayMovers(outcome.delta.accounts) { text($0) }
    sayMovers(outcome.delta.costAccounts) { "cost \(costText($0))" }
    if outcome.delta.isEmpty {
      console.say(nothingDiffers)
    } else if outcome.delta.accounts.isEmpty, !outcome.delta.costAccounts.isEmpty {
      console.say("no account is charged anything else; what suppliers charge is another")
    }
    if configuration.isPreview { return console.say("preview: \(store) is as it was") }
    guard let first = outcome.commits.first?.commit.run, let last = outcome.commits.last?.commit else {
      return console.say("nothing to commit: \(store) is as it was")
    }
    let numbers =
      outcome.commits.count == 1 ? "run \(first.number)" : "runs \(first.number) to \(last.run.number)"
    console.say("committed \(numbers) to \(store); audit \(last.auditHead.prefix(16))")
    console.say("next: ratemill adjustments --store \(console.argument(configuration.storePath))")
  }

  /// The accounts that differ most.
  private func sayMovers(_ sums: [RerateSum], _ text: (RerateSum) -> String) {
    let movers = sums.filter { !$0.account.isEmpty }
    for sum in movers.prefix(Self.moversMax) {
      console.say("    \(console.path(sum.account.description))  \(text(sum))")
    }
    if movers.count > Self.moversMax {
      console.say("    and \(ReadableText.count(movers.count - Self.moversMax, "account", "accounts")) more")
    }
  }

  // Sums by account do not tell what was only moved inside of one.
  private var nothingDiffers: String {
    configuration.by == nil && configuration.csvPath == nil
      ? "no account comes to anything else" : "nothing comes to anything else"
  }

  private func text(_ sum: RerateSum) -> String { text(sum, \.amount) }

  /// With how many events have a cost, where that is another number: what has no price any more costs nothing that is known.
  private func costText(_ sum: RerateSum) -> String {
    let events =
      sum.old.eventCount == sum.new.eventCount
      ? "" : " for \(sum.old.eventCount) → \(sum.new.eventCount) events"
    return text(sum, \.cost) + events
  }

  private func text(_ sum: RerateSum, _ amount: KeyPath<RerateMeasures, Amount>) -> String {
    let digits = Currency(code: sum.currency.description)?.minorDigits ?? 0
    func text(_ measures: RerateMeasures) -> String { measures[keyPath: amount].text(minimumDigits: digits) }
    let delta = text(sum.delta)
    return "\(sum.currency) \(text(sum.old)) → \(text(sum.new)) (\(delta.hasPrefix("-") ? "" : "+")\(delta))"
  }

  // MARK: the table

  private func writeTable() throws(FileFault) {
    if configuration.csvPath == "-" {
      let writer = CheckedWriter(descriptor: 1, name: "standard output")
      do throws(FileFault) {
        try writeRows(writer)
        try writer.flush()
      } catch {
        // A reader that went away has what it wanted.
        if !error.isClosedPipe { throw error }
      }
    }
    guard let table else { return }
    try writeRows(table.writer)
    try table.publish()
  }

  private func writeRows(_ writer: CheckedWriter) throws(FileFault) {
    // Without a currency of the cost there is none that is known.
    let costIndex = outcome.delta.keyColumns.firstIndex(of: "cost_currency")
    let measures = ["event_count", "quantity_billed", "amount"] + (costIndex == nil ? [] : ["cost"])
    let columns =
      outcome.delta.keyColumns.map(\.description)
      + measures.flatMap { measure in ["old", "new", "delta"].map { "\($0)_\(measure)" } }
    try writer.write(columns.joined(separator: ",") + "\n")
    try outcome.delta.forEach { row throws(FileFault) in
      var bytes: [UInt8] = []
      let three = [row.old, row.new, row.delta]
      var cells =
        row.key + three.map { Label("\($0.eventCount)") }
        + three.map { Label(Amount(pico: $0.quantityPico).description) }
        + three.map { Label($0.amount.description) }
      if let costIndex {
        let isKnown = !row.key[costIndex].isEmpty
        cells += three.map { isKnown ? Label($0.cost.description) : .empty }
      }
      for (index, cell) in cells.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        CSVText.append(cell.bytes, to: &bytes)
      }
      bytes.append(UInt8(ascii: "\n"))
      try writer.write(contentsOf: bytes)
    }
  }

  // MARK: programs

  private var document: JSONValue {
    [
      "preview": .bool(configuration.isPreview), "runs": .integer(outcome.runCount),
      "untouched_runs": .integer(outcome.untouchedCount), "events": .integer(outcome.eventCount),
      "suspended_old": .integer(outcome.suspended.old), "suspended_new": .integer(outcome.suspended.new),
      "differing_keys": .integer(outcome.delta.rowCount),
      "totals": .array(outcome.delta.totals.map { json($0, \.amount, account: nil) }),
      "accounts": .array(outcome.delta.accounts.map { json($0, \.amount, account: $0.account) }),
      "cost_totals": .array(outcome.delta.costTotals.map { json($0, \.cost, account: nil) }),
      "cost_accounts": .array(outcome.delta.costAccounts.map { json($0, \.cost, account: $0.account) }),
      "replaced": .array(
        outcome.commits.map { entry in
          [
            "run": .text(entry.replaced.id), "number": .integer(entry.replaced.number),
            "by": .text(entry.commit.run.id), "by_number": .integer(entry.commit.run.number),
          ]
        }),
      "audit_head": .textOrNull(outcome.commits.last?.commit.auditHead),
    ]
  }

  private func json(
    _ sum: RerateSum, _ amount: KeyPath<RerateMeasures, Amount>, account: Label?
  ) -> JSONValue {
    var members: [JSONMember] = []
    if let account { members.append(JSONMember(name: "account", value: .text(account.description))) }
    members += [
      JSONMember(name: "currency", value: .text(sum.currency.description)),
      JSONMember(name: "old", value: .text(sum.old[keyPath: amount].description)),
      JSONMember(name: "new", value: .text(sum.new[keyPath: amount].description)),
      JSONMember(name: "delta", value: .text(sum.delta[keyPath: amount].description)),
      JSONMember(name: "events_old", value: .integer(Int64(clamping: sum.old.eventCount))),
      JSONMember(name: "events_new", value: .integer(Int64(clamping: sum.new.eventCount))),
    ]
    return .object(members)
  }
}
