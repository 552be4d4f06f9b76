// How single calls are written for people.

import BillingCalendar
import Tables

/// Texts of an itemised call.
enum PrintedCall {
  /// Runs of so many digits or more are numbers of people.
  private static let maskedRunMin = 7
  /// Country and area tell what was paid for; who was called is nobody else's business.
  private static let shownDigits = 5

  /// The number with `x` for every digit after the first five of a run of seven or more: `44770xxxxxxx`, as in messages.
  static func masked(_ number: Label) -> Label {
    var bytes = number.bytes
    var runStart = 0
    for index in 0...bytes.count {
      if index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { continue }
      if index - runStart >= maskedRunMin {
        for hidden in (runStart + shownDigits)..<index { bytes[hidden] = UInt8(ascii: "x") }
      }
      runStart = index + 1
    }
    return Label(bytes: bytes)
  }

  /// The start on the clocks of `zone`: `2026-01-03 11:00:00`. Where a clock is set back the offset follows, so that no two
  /// instants read alike.
  static func start(_ millis: Int64, in zone: Zone) -> String {
    let seconds = Instant.seconds(ofMillis: millis)
    let text = Instant.text(millis: seconds * 1000, in: zone)
    let hour: Int64 = 3600
    let isAmbiguous = zone.offset(atUTC: seconds - hour) != zone.offset(atUTC: seconds + hour)
    return (isAmbiguous ? text : String(text.prefix("2026-01-03T11:00:00".utf8.count)))
      .replacing("T", with: " ")
  }
}
