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
