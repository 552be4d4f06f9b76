// How instants are written: RFC 3339, and a bare date as the local midnight of a zone.
//
// An instant is a plain Int64: milliseconds since 1970-01-01T00:00:00Z, without leap seconds. This namespace
// only reads and writes them; the formats of switches and exports are read where their descriptors are.

/// Reads and writes instants. Units: milliseconds since 1970 in UTC, unless a name says seconds.
public enum Instant {
  /// What a message tells the user to write.
  public static let expectedForm = "YYYY-MM-DDThh:mm:ssZ"

  /// Reads an RFC 3339 time such as `2025-01-03T10:00:00Z` or `2025-01-03T11:00:00.250+01:00`.
  ///
  /// `T` may also be `t` or one blank, `Z` also `z`. A fraction has 1 to 9 digits and is cut to milliseconds.
  /// A leap second (23:59:60 UTC) is taken as the second before it. Nil for anything else, 24:00:00 included.
  /// Complexity: O(1), no allocation.
  public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let written = WrittenTime(text), let offset = written.offsetSeconds else { return nil }
    return written.millis(utcSeconds: written.localSeconds - offset)
  }

  /// The same for a Swift string.
  public static func parse(_ text: String) -> Int64? {
    var copy = text
    return copy.withUTF8 { parse($0) }
  }

  /// Reads an RFC 3339 time, a time without offset on the clocks of `zone`, or a bare date as its local
  /// midnight.
  ///
  /// A local time that comes twice is the first of the two; one that is left out moves forward by the gap's
  /// length.
  public static func parse(_ text: UnsafeBufferPointer<UInt8>, in zone: Zone) -> Int64? {
    if let day = CivilDate.parse(text) { return zone.midnight(of: day) * 1000 }
    guard let written = WrittenTime(text) else { return nil }
    let utcSeconds =
      written.offsetSeconds.map { written.localSeconds - $0 }
      ?? zone.instant(localSeconds: written.localSeconds).utcSeconds
    return written.millis(utcSeconds: utcSeconds)
  }

  /// The same for a Swift string.
  public static func parse(_ text: String, in zone: Zone) -> Int64? {
    var copy = text
    return copy.withUTF8 { parse($0, in: zone) }
  }

  /// Whole seconds of an instant, rounded towards the past.
  @inlinable public static func seconds(ofMillis millis: Int64) -> Int64 {
    let (quotient, remainder) = millis.quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The instant as `2025-01-03T10:00:00Z`, with three digits of fraction where it is not a whole second.
  public static func text(millis: Int64) -> String { text(millis: millis, offsetSeconds: nil) }

  /// The instant on the clocks of `zone`, with their offset: `2025-01-03T11:00:00+01:00`; `Z` in the zone
  /// UTC.
  public static func text(millis: Int64, in zone: Zone) -> String {
    zone == .utc
      ? text(millis: millis)
      : text(millis: millis, offsetSeconds: zone.offset(atUTC: seconds(ofMillis: millis)))
  }

  /// The bare date where the instant is the first of a local day of `zone`, else the full local form.
  ///
  /// What `parse(_:in:)` reads back as the same instant.
  public static func shortText(millis: Int64, in zone: Zone) -> String {
    let day = zone.localDay(atSeconds: seconds(ofMillis: millis))
    return zone.midnight(of: day) * 1000 == millis ? day.description : text(millis: millis, in: zone)
  }

  private static func text(millis: Int64, offsetSeconds: Int32?) -> String {
    var bytes: [UInt8] = []
    append(millis: millis, offsetSeconds: offsetSeconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the instant as bytes: in UTC with `Z`, or on clocks that are `offsetSeconds` ahead of UTC.
  ///
  /// Offsets with seconds (before about 1930) are written `+hh:mm:ss`, which RFC 3339 does not have.
  public static func append(millis: Int64, offsetSeconds: Int32? = nil, to bytes: inout [UInt8]) {
    let utcSeconds = seconds(ofMillis: millis)
    let localSeconds = utcSeconds + Int64(offsetSeconds ?? 0)
    let day = floorDivide(localSeconds, by: 86_400)
    CivilDate(dayNumber: Int32(clamping: day)).append(to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    appendClock(localSeconds - day * 86_400, to: &bytes)
    let fraction = millis - utcSeconds * 1000
    if fraction != 0 {
      bytes.append(UInt8(ascii: "."))
      bytes.appendDecimal(fraction, digitsMin: 3)
    }
    guard let offset = offsetSeconds else { return bytes.append(UInt8(ascii: "Z")) }
    bytes.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    let size = Int64(offset.magnitude)
    size % 60 == 0 ? appendHourAndMinute(size, to: &bytes) : appendClock(size, to: &bytes)
  }

  private static func appendClock(_ secondOfDay: Int64, to bytes: inout [UInt8]) {
    appendHourAndMinute(secondOfDay, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDecimal(secondOfDay % 60, digitsMin: 2)
  }

  private static func appendHourAndMinute(_ secondOfDay: Int64, to bytes: inout [UInt8]) {
    bytes.appendDecimal(secondOfDay / 3600, digitsMin: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDecimal(secondOfDay / 60 % 60, digitsMin: 2)
  }
}

/// The quotient rounded towards the past; `by` is positive.
@inlinable func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}
