// `ratemill explain`: one event, step by step from its bytes to its amount.

internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import Tables

/// The options of `explain` as typed.
struct ExplainOptions: CommandOptions {
  var shared = SharedOptions()
  var event: String?
  var invoice: String?
  var lines: [Int] = []

  private static let lineParser = ValueParser<Int> { text throws(ValueFault) in
    guard let line = Int(text), line > 0 else { throw .expected("a number such as 3", got: text) }
    return line
  }

  static let table: [OptionSpec<ExplainOptions>] = [
    .catalog(), .source,
    .value(
      "event", "KEY|FILE:LINE", in: OptionGroup.input, into: \.event, OptionValue.text,
      "Explain the event with this id, or on this line",
      details: """
        FILE:LINE is how messages and suspense files name a record. FILE is one of the inputs, or a file in one of \
        them; a text that names no such file is taken as the id of an event.
        """),
    .store("Explain a line of an invoice in this billing store"),
    .value(
      "invoice", "NUMBER", in: OptionGroup.input, into: \.invoice, OptionValue.text,
      "With --store: the invoice"),
    .values(
      "line", "N", in: OptionGroup.input, into: \.lines, lineParser, "With --invoice: its line; repeatable",
      details: """
        By the numbers that 'invoice show' prints. Goes down to rounding, discounts and taxes, the rows of usage, the \
        runs that rated them, and, where runs were rated with --detail, the calls.
        """),
    .json("Print the steps as JSON"),
    .showNumbers, .quiet, .progress, .color, .help, .version,
  ]
}

/// An event as the user named it.
struct EventAddress: Equatable, Sendable {
  /// A line of a file.
  struct Place: Equatable, Sendable {
    let path: String
    /// From 1.
    let line: Int
  }

  /// The text as typed: the event's key, unless `place` names a file among the inputs.
  ///
  /// Ids may hold colons, so only the files at hand can decide between the two readings.
  let key: String
  /// The other reading, where the text ends in a colon and a number.
  let place: Place?

  init(_ text: String) {
    key = text
    let tail = text.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let path = text.utf8.dropLast(tail.count)
    if let line = Int(text.suffix(tail.count)), line > 0, path.last == UInt8(ascii: ":"), path.count > 1 {
      place = Place(path: String(text.dropLast(tail.count + 1)), line: line)
    } else {
      place = nil
    }
  }
}

/// The validated options of `explain`.
struct ExplainConfiguration: Equatable, Sendable {
  let catalogPath: String
  /// Where to look; where none was named, the file of the event's address. Never empty.
  let inputs: [String]
  let sourceName: String?
  let event: EventAddress
  let printsJSON: Bool
  /// Telephone numbers in full.
  let showsNumbers: Bool

  init(_ options: ExplainOptions, inputs: [String], in surroundings: Surroundings) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, the folder with accounts, decks, plans and sources")
    event = EventAddress(
      try Requirement.given(options.event, "--event", "KEY, or FILE:LINE as messages name a record"))
    if inputs.isEmpty {
      guard let place = event.place else {
        throw UsageError("no INPUT; name the files to look for event \(MessageText.quoted(event.key)) in")
      }
      self.inputs = [place.path]
    } else {
      self.inputs = inputs
    }
    try Requirement.readable(self.inputs, in: surroundings)
    sourceName = options.shared.source
    printsJSON = options.shared.printsJSON
    showsNumbers = options.shared.showsNumbers
  }
}

/// A line of an invoice that is explained.
struct InvoiceLineConfiguration: Equatable, Sendable {
  let storePath: String
  let invoice: String
  let lines: [Int]
  let printsJSON: Bool
  let showsNumbers: Bool
}

/// What `explain` is asked to do.
enum ExplainTask: Equatable, Sendable {
  case event(ExplainConfiguration)
  case invoiceLine(InvoiceLineConfiguration)

  init(_ options: ExplainOptions, inputs: [String], in surroundings: Surroundings) throws(UsageError) {
    guard options.invoice != nil || !options.lines.isEmpty || options.shared.store != nil else {
      self = .event(try ExplainConfiguration(options, inputs: inputs, in: surroundings))
      return
    }
    if options.event != nil { throw UsageError("--event and --invoice are given together; leave one out") }
    if let input = inputs.first {
      throw UsageError("\(MessageText.quoted(input)) is not looked at with --invoice; leave it out")
    }
    self = .invoiceLine(
      InvoiceLineConfiguration(
        storePath: try Requirement.given(
          options.shared.store, "--store", "DIR, the billing store that has the invoice"),
        invoice: try Requirement.given(options.invoice, "--invoice", "NUMBER, such as INV-0007"),
        lines: try Requirement.given(
          options.lines.isEmpty ? nil : options.lines, "--line", "N, as 'invoice show' numbers lines"),
        printsJSON: options.shared.printsJSON, showsNumbers: options.shared.showsNumbers))
  }
}

/// Explains one event, or one line of an invoice.
enum ExplainCommand: Command {
  static let table = ExplainOptions.table

  static let spec = CommandSpec(
    name: "explain",
    summary: "Show how an event or an invoice line came to its amount",
    about: [
      """
      Prints every step on standard output: the bytes, the fields read, source, account and plan, the deck row with \
      its dates, band, increments, allowance, tier and rounding, with the numbers as they were used.
      """
    ],
    usage: [
      "--catalog DIR --event KEY|FILE:LINE [OPTION...] INPUT...",
      "--store DIR --invoice NUMBER --line N [OPTION...]",
    ],
    examples: [
      CommandExample(
        "Explain the record that a message named",
        "ratemill explain --catalog catalog --event usage/june-01.csv:18204"),
      CommandExample(
        "Look for an event by its id", "ratemill explain --catalog catalog --event 1780272005.118 usage"),
      CommandExample(
        "Explain a line of an invoice", "ratemill explain --store store --invoice INV-0007 --line 2"),
    ],
    operands: Operands("INPUT", count: 0...Int.max, hint: .file),
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: ExplainOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> ExplainTask {
    try ExplainTask(options, inputs: inputs, in: surroundings)
  }

  static func run(_ task: ExplainTask, console: Console) -> ExitStatus {
    switch task {
    case .event(let configuration): return ExplainRun(configuration, console: console).run()
    case .invoiceLine(let configuration): return explain(configuration, console)
    }
  }

  private static func explain(_ configuration: InvoiceLineConfiguration, _ console: Console) -> ExitStatus {
    let path = configuration.storePath
    return StoreDoor.with(path, for: .reading, console: console) { store throws(StoreFault) in
      do throws(OperationFault) {
        var texts: [InvoiceLineText] = []
        for line in configuration.lines {
          let found = try StoreExplaining.explain(
            line: line, of: configuration.invoice, semantics: Int64(ProgramVersion.ratingSemantics), in: store
          )
          texts.append(InvoiceLineText(found, showsNumbers: configuration.showsNumbers))
        }
        return console.finish(
          configuration.printsJSON
            ? JSONText.document(.array(texts.map { $0.json() }))
            : texts.map { $0.text() }.joined(separator: "\n"))
      } catch {
        return OperationFaultLines.fail(error, catalogPath: path, console: console)
      }
    }
  }
}
