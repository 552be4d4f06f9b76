// `ratemill invoice approve`, `invoice hold` and `invoice reject`: who has decided what about drafts and charges.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Glibc
internal import OptionTable
internal import Tables

/// What can be typed after them.
struct InvoiceDecisionOptions: CommandOptions {
  var shared = SharedOptions()
  var period: UsagePeriodChoice?
  var isAll = false
  var charges: [String] = []
  var by: String?
  var reason: String?

  static let table: [OptionSpec<InvoiceDecisionOptions>] = [
    .store("Change the billing store in DIR"), .draftPeriod(into: \.period),
    .flag(
      "all", in: OptionGroup.input, into: \.isAll, "Every draft that nobody has decided about",
      details: "Drafts with charges that nobody has decided about are not approved this way; they are named."),
    .values(
      "charge", "ID", in: OptionGroup.input, into: \.charges, OptionValue.text,
      "A one-time charge or a ticket by its id; repeatable",
      details: """
        What was decided holds from the next drafts on, whatever charges.csv and tickets.csv say. Where both have the \
        id, write tickets.csv:ID or charges.csv:ID.
        """),
    .value(
      "who", "NAME", in: OptionGroup.input, into: \.by, OptionValue.text,
      "Who decides [the name of the user who runs the command]"),
    .value(
      "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
      "Say why; needed to hold and to reject"),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What they are asked to do.
struct InvoiceDecisionConfiguration: Equatable, Sendable {
  let storePath: String
  let period: UsagePeriodChoice?
  let isAll: Bool
  let drafts: [String]
  let charges: [String]
  let by: String
  let reason: String
  let printsJSON: Bool
}

/// A command that decides.
protocol InvoiceDecisionCommand: Command
where Options == InvoiceDecisionOptions, Configuration == InvoiceDecisionConfiguration {
  static var verdict: DecisionRecord.Verdict { get }
}

extension InvoiceDecisionCommand {
  static var table: [OptionSpec<InvoiceDecisionOptions>] { InvoiceDecisionOptions.table }
  fileprivate static var operands: Operands { Operands("DRAFT", count: 0...Int.max, hint: .none) }
  fileprivate static var usage: [String] {
    ["--store DIR [OPTION...] DRAFT...", "--store DIR --charge ID..."]
  }

  static func configuration(
    _ options: InvoiceDecisionOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceDecisionConfiguration {
    let store = try StoreConfiguration(options.shared)
    if options.isAll, !inputs.isEmpty {
      throw UsageError("--all and \(MessageText.quoted(inputs[0])) are given together; leave one out")
    }
    guard options.isAll || !inputs.isEmpty || !options.charges.isEmpty else {
      throw UsageError("nothing is named; name drafts or accounts, or add --all or --charge ID")
    }
    if verdict != .approve {
      _ = try Requirement.given(options.reason, "--reason", "TEXT, for whoever asks later")
    }
    let decider = if let by = options.by { by } else { try user() }
    return InvoiceDecisionConfiguration(
      storePath: store.storePath, period: options.period, isAll: options.isAll, drafts: inputs,
      charges: options.charges, by: decider, reason: options.reason ?? "",
      printsJSON: store.printsJSON)
  }

  /// The name of the user whose process this is.
  private static func user() throws(UsageError) -> String {
    guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
      throw UsageError("the system has no name for you; add --who NAME")
    }
    return String(cString: name)
  }

  static func run(_ configuration: InvoiceDecisionConfiguration, console: Console) -> ExitStatus {
    let path = configuration.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      var question = StoreDeciding.Question()
      question.drafts = configuration.drafts.map { Label($0) }
      question.isAll = configuration.isAll
      question.charges = configuration.charges.map { Label($0) }
      do throws(OperationFault) {
        let outcome = try StoreDeciding.decide(
          question, verdict, by: configuration.by, reason: configuration.reason, of: configuration.period,
          in: store)
        return finish(outcome, configuration, console)
      } catch {
        return OperationFaultLines.fail(error, catalogPath: path, console: console)
      }
    }
  }

  private static func finish(
    _ outcome: StoreDeciding.Outcome, _ configuration: InvoiceDecisionConfiguration, _ console: Console
  ) -> ExitStatus {
    let done =
      switch verdict {
      case .approve: "approved"
      case .hold: "held"
      case .reject: "rejected"
      }
    console.say(
      "\(done) \(ReadableText.count(outcome.count)) by \(console.path(configuration.by)); "
        + "audit \(outcome.auditHead.prefix(16))")
    for (draft, charges) in outcome.waiting {
      let names = charges.map { console.path($0.description) }.joined(separator: ", ")
      console.say("  waits      \(console.path(draft.description)): nobody has decided about \(names)")
    }
    if !configuration.charges.isEmpty {
      console.say("what was decided about charges shows on the next drafts: ratemill invoice draft")
    }
    guard configuration.printsJSON else { return .done }
    return console.finishReport(
      JSONText.document([
        "decisions": .integer(outcome.count),
        "waiting": .array(
          outcome.waiting.map {
            ["draft": .string($0.draft), "charges": .array($0.charges.map { .string($0) })]
          }), "audit_head": .text(outcome.auditHead),
      ]))
  }
}

/// Approves.
enum InvoiceApproveCommand: InvoiceDecisionCommand {
  static let verdict = DecisionRecord.Verdict.approve
  static let spec = CommandSpec(
    name: "invoice approve",
    summary: "Approve draft invoices of a store, and charges on them",
    about: [
      """
      DRAFT is the name of a draft, or an account for all its drafts. What a draft says is approved: drafts that are made \
      again stay approved as long as they say the same. The book keeps who, when and why, and the audit trail seals it.
      """
    ],
    usage: usage,
    examples: [
      CommandExample("Approve everything", "ratemill invoice approve --store store --all --who Ines"),
      CommandExample("Approve a ticket", "ratemill invoice approve --store store --charge T-2058 --who Ines"),
    ],
    operands: operands, options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)
}

/// Holds.
enum InvoiceHoldCommand: InvoiceDecisionCommand {
  static let verdict = DecisionRecord.Verdict.hold
  static let spec = CommandSpec(
    name: "invoice hold",
    summary: "Let draft invoices or charges wait",
    about: [
      "DRAFT is the name of a draft, or an account for all its drafts. All drafts of its account wait with it."
    ],
    usage: usage,
    examples: [
      CommandExample(
        "Let a client wait", "ratemill invoice hold --store store --reason prices lumen")
    ],
    operands: operands, options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)
}

/// Rejects.
enum InvoiceRejectCommand: InvoiceDecisionCommand {
  static let verdict = DecisionRecord.Verdict.reject
  static let spec = CommandSpec(
    name: "invoice reject",
    summary: "Refuse draft invoices as they are, or charges for good",
    about: [
      """
      DRAFT is the name of a draft, or an account for all its drafts. A rejected draft is mended in the catalog and \
      drafted again; a rejected charge is on no invoice.
      """
    ],
    usage: usage,
    examples: [
      CommandExample(
        "Refuse a charge",
        "ratemill invoice reject --store store --charge T-2058 --reason warranty")
    ],
    operands: operands, options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)
}
