// The date on a document: what was typed, or today.

internal import BillingCalendar
internal import Glibc
internal import OptionTable

/// Dates of documents.
enum InvoiceDay {
  static let parser = ValueParser<CivilDate> { text throws(ValueFault) in
    guard let day = CivilDate.parse(text) else { throw .expected("a date such as 2026-01-31", got: text) }
    return day
  }

  /// Today, in UTC.
  static var today: CivilDate {
    let text = Instant.text(millis: Int64(time(nil)) * 1000)
    guard let day = CivilDate.parse(String(text.prefix(10))) else {
      preconditionFailure("an instant begins with its day")
    }
    return day
  }
}

extension OptionSpec {
  /// `--force-date`, which takes a date that looks like a slip of the hand.
  static func forceDate(into path: WritableKeyPath<Raw, Bool> & Sendable) -> OptionSpec {
    .flag(
      "force-date", in: OptionGroup.input, into: path, "Take a date far ahead as it is",
      details:
        "Without it, a date is refused that lies more than a year after the period and more than 31 days from today: "
        + "no later number of the series can bear an earlier one.")
  }
}
