// The value of `--at`: a day or a time whose zone only what it is asked of knows.

internal import BillingCalendar
internal import OptionTable

/// A moment as typed.
struct Moment: Equatable, Sendable {
  /// As typed: `2026-06-01`, `2026-06-01 10:00:00`, or with an offset.
  let text: String

  /// Reads one; nil for anything else.
  init?(_ text: String) {
    guard Instant.parse(text, in: .utc) != nil else { return nil }
    self.text = text
  }

  /// Milliseconds since 1970 of that moment on the clocks of `zone`; a day is its midnight.
  func millis(in zone: Zone) -> Int64 {
    guard let millis = Instant.parse(text, in: zone) else {
      preconditionFailure("what is a time in UTC is one in every zone")
    }
    return millis
  }

  static let parser = ValueParser<Moment> { text throws(ValueFault) in
    guard let moment = Moment(text) else {
      throw .expected("a day such as 2026-01-31 or a time such as '2026-01-31 14:00:00'", got: text)
    }
    return moment
  }
}
