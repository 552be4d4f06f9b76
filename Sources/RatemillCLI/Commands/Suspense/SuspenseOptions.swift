// The options that the commands on suspended records have in common.

internal import BillingStore
internal import Money
internal import OptionTable
internal import RatingEngine
internal import Tables
internal import UsageSummary

/// What can be typed after the commands on suspended records.
struct SuspenseOptions: CommandOptions {
  var shared = SharedOptions()
  var code: String?
  var accounts: [String] = []
  var reason: String?
  var text: String?
  var file: String?

  static let filters: [OptionSpec<SuspenseOptions>] = [
    .value(
      "code", "CODE", in: OptionGroup.input, into: \.code, SuspenseCode.parser,
      "Take only records that wait for this reason"),
    .values(
      "only", "ACCOUNT", in: OptionGroup.input, into: \.accounts, OptionValue.text,
      "Take only records of this account; may be repeated"),
    .value(
      "source", "NAME", in: OptionGroup.input, into: \.shared.source, OptionValue.text,
      "Take only records of this source"),
  ]

  static let reasonOption: OptionSpec<SuspenseOptions> = .value(
    "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
    "Say why; the audit trail keeps it")

  /// What the filters choose, and the records that are named.
  func filter(_ names: [String]) throws(UsageError) -> SuspenseFilter {
    var filter = SuspenseFilter()
    for name in names { filter.ids.insert(try Self.id(name)) }
    filter.reason = code.map { Label($0) }
    filter.accounts = Set(accounts.map { Label($0) })
    filter.source = shared.source.map { Label($0) }
    return filter
  }

  static func id(_ name: String) throws(UsageError) -> SuspenseID {
    guard let id = SuspenseID.parse(name) else {
      throw UsageError(
        "\(MessageText.quoted(name)) names no suspended record; write RUN-ROW, such as 3-17, as 'ratemill suspense show' does"
      )
    }
    return id
  }
}

/// Reason codes on the command line.
enum SuspenseCode {
  static let parser = ValueParser<String> { text throws(ValueFault) in
    let codes = SuspenseReason.allCases.map(\.code)
    guard codes.contains(text) else {
      let nearest = Suggestion.nearest(to: text, among: codes)
      throw .expected("a reason such as " + (nearest ?? "no-price"), got: text)
    }
    return text
  }

  /// The reason with that code; nil for one that this version does not know.
  static func reason(_ code: Label) -> SuspenseReason? {
    SuspenseReason.allCases.first { Label($0.code) == code }
  }
}

/// Suspended records as text.
struct SuspenseText {
  let console: Console
  let showsNumbers: Bool

  /// `file:line`.
  func place(_ record: SuspendedRecord) -> String {
    "\(console.path(record.row.file.description)):\(record.row.line)"
  }

  /// A quantity with its unit; `-` where it is not known.
  static func quantity(_ quantity: Int128?, _ kind: ServiceKind?) -> String {
    guard let kind, let quantity else { return "-" }
    return "\(DecimalText.format(quantity, scale: kind.quantityDigits)) \(kind.unit)"
  }

  /// Bytes that people may see: masked unless they asked for numbers, escaped.
  func bytes(_ label: Label, bytesMax: Int) -> String {
    UsageText(showsNumbers: showsNumbers).quoted(label, bytesMax: bytesMax)
  }
}
