// `ratemill suspense`: what waits in suspense, by reason.

internal import BillingStore
internal import Money
internal import OptionTable
internal import RatingEngine
internal import Tables
internal import UsageSummary

/// What `suspense` is asked to do.
struct SuspenseConfiguration {
  let store: StoreConfiguration
  let filter: SuspenseFilter
  let showsNumbers: Bool
}

/// Lists what waits, by reason.
enum SuspenseCommand: Command {
  static let table: [OptionSpec<SuspenseOptions>] =
    [.store("Look at the billing store in DIR")] + SuspenseOptions.filters + [
      .json(), .quiet, .color, .help, .version,
    ]

  static let spec = CommandSpec(
    name: "suspense",
    summary: "List what could not be rated, by reason",
    about: [
      """
      Records that wait in suspense: those that no run could rate, and that were neither recycled nor written off since. \
      With each reason stands what to do about it.
      """,
      """
      The value is an estimate: the amount that a record names itself; else its quantity at the average price that its \
      account pays now for that kind of usage; where there is no such price, at the average of all accounts, if all pay \
      in one currency. '+ ?' says that nobody can value some of the records.
      """,
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [
      CommandExample("See what waits", "ratemill suspense --store store"),
      CommandExample("See the records behind it", "ratemill suspense show --store store --code no-price"),
      CommandExample(
        "Rate them after the catalog was mended", "ratemill recycle --store store --catalog catalog"),
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: SuspenseOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> SuspenseConfiguration {
    SuspenseConfiguration(
      store: try StoreConfiguration(options.shared), filter: try options.filter([]),
      showsNumbers: options.shared.showsNumbers)
  }

  static func run(_ configuration: SuspenseConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      let groups = try store.suspenseGroups(configuration.filter)
      if configuration.store.printsJSON {
        return console.finish(JSONText.document(.array(groups.map(json))))
      }
      guard !groups.isEmpty else { return console.finish("nothing waits in suspense\n") }
      let header = ["reason", "records", "quantity", "estimated value", "first"]
      let status = console.finish(AlignedRows.lines([header] + groups.map(cells), indent: 0))
      for group in groups {
        guard let reason = SuspenseCode.reason(group.reason) else { continue }
        console.say("\(group.reason): \(reason.remedy)")
      }
      console.say(
        "next: ratemill suspense show --store \(console.argument(store.path)) --code \(groups[0].reason)")
      return status
    }
  }

  private static func cells(_ group: SuspenseGroup) -> [String] {
    let quantities = group.quantities.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      SuspenseText.quantity($0.value, $0.key)
    }
    var values = group.values.sorted { $0.key < $1.key }.map { currency, amount in
      let rounded = RoundingRule(scale: currency.minorDigits, mode: .halfUp).round(amount)
      return "\(currency) \(rounded.text(minimumDigits: currency.minorDigits))"
    }
    if group.unvaluedCount > 0 { values.append("?") }
    return [
      group.reason.description, ReadableText.count(group.count),
      quantities.isEmpty ? "-" : quantities.joined(separator: " + "), values.joined(separator: " + "),
      group.example.description,
    ]
  }

  private static func json(_ group: SuspenseGroup) -> JSONValue {
    [
      "reason": .string(group.reason), "records": .integer(group.count),
      "quantities": .object(
        group.quantities.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          JSONMember(
            name: Label($0.key.unit),
            value: .text(DecimalText.format($0.value, scale: $0.key.quantityDigits)))
        }),
      "estimated_value": .object(
        group.values.sorted { $0.key < $1.key }.map {
          JSONMember(name: Label($0.key.code), value: .text($0.value.description))
        }),
      "records_without_estimate": .integer(group.unvaluedCount), "first": .text(group.example.description),
      "remedy": .textOrNull(SuspenseCode.reason(group.reason)?.remedy),
    ]
  }
}
