// The options that the commands on a store have in common.

internal import BillingCalendar
internal import BillingStore
internal import OptionTable

/// What can be typed after the commands that look at a store.
struct StoreOptions: CommandOptions {
  var shared = SharedOptions()
  var isDeep = false

  /// The options of a command that looks at a store and has a report.
  static let table: [OptionSpec<StoreOptions>] = [
    .store("Look at the billing store in DIR"), .json(), .quiet, .color, .help, .version,
  ]
}

/// What such a command is asked to do.
struct StoreConfiguration: Equatable, Sendable {
  let storePath: String
  let printsJSON: Bool

  init(_ shared: SharedOptions) throws(UsageError) {
    storePath = try Requirement.given(
      shared.store, "--store", "DIR, the billing store that 'rate --store' made")
    printsJSON = shared.printsJSON
  }
}

/// The value of `--period` of commands on a store.
enum StorePeriod {
  static let parser = ValueParser<UsagePeriodChoice> { text throws(ValueFault) in
    guard let period = UsagePeriodChoice.parse(text) else {
      throw .expected(UsagePeriodChoice.expectedForm, got: text)
    }
    return period
  }
}

/// Opening a store for a command.
enum StoreDoor {
  /// Does the work of a command with an open store; faults become messages and statuses.
  static func with(
    _ path: String, for access: BillingStore.Access, console: Console,
    _ body: (BillingStore) throws(StoreFault) -> ExitStatus
  ) -> ExitStatus {
    Interruption.endAtOnce()
    do throws(StoreFault) {
      return try body(BillingStore.open(path, for: access, tools: .ofThisProgram))
    } catch {
      return StoreFaultLines.fail(error, console: console)
    }
  }

  /// The statuses of commands that work on drafts and invoices of a store.
  static let invoiceStatuses = ExitStatus.lines([
    .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
  ])

  /// The statuses of commands that look at a store.
  static let statuses = ExitStatus.lines([
    .done, .usage, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
  ])
}
