// The parts of one written time, before a zone makes an instant of them.

/// `YYYY-MM-DDThh:mm:ss[.fraction][offset]`, taken apart.
struct WrittenTime {
  /// Seconds since 1970-01-01T00:00:00 on the clock that the text was read from.
  let localSeconds: Int64
  /// 0...999.
  let fractionMillis: Int64
  /// Seconds ahead of UTC, or nil where the text gives no offset.
  let offsetSeconds: Int64?
  /// The text said second 60; `localSeconds` holds second 59.
  private let isLeapSecond: Bool

  /// Reads the whole text; nil where any byte does not belong.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard text.count >= 19, let base = text.baseAddress,
      let day = CivilDate.parse(tenBytesAt: UnsafeRawPointer(base)),
      text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
      let hour = Self.twoDigits(text, at: 11, below: 24),
      let minute = Self.twoDigits(text, at: 14, below: 60),
      let second = Self.twoDigits(text, at: 17, below: 61)
    else { return nil }
    isLeapSecond = second == 60
    localSeconds = Int64(day.dayNumber) * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
    var index = 19
    guard let fraction = Self.fraction(text, from: &index),
      let offset = Self.offset(text, from: index)
    else { return nil }
    fractionMillis = fraction
    offsetSeconds = offset.seconds
  }

  /// The instant in milliseconds, or nil where second 60 does not stand at the end of a day in UTC.
  func millis(utcSeconds: Int64) -> Int64? {
    let secondOfDay = utcSeconds - floorDivide(utcSeconds, by: 86_400) * 86_400
    guard !isLeapSecond || secondOfDay == 86_399 else { return nil }
    return utcSeconds * 1000 + fractionMillis
  }

  private static func twoDigits(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int, below limit: Int64
  ) -> Int64? {
    let tens = text[index] &- UInt8(ascii: "0")
    let ones = text[index + 1] &- UInt8(ascii: "0")
    guard tens <= 9, ones <= 9 else { return nil }
    let value = Int64(tens) * 10 + Int64(ones)
    return value < limit ? value : nil
  }

  /// Milliseconds of a fraction with 1 to 9 digits, cut; 0 where there is none; nil where it is malformed.
  private static func fraction(_ text: UnsafeBufferPointer<UInt8>, from index: inout Int) -> Int64? {
    guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
    index += 1
    var millis: Int64 = 0
    var digitCount = 0
    while index < text.count, text[index] &- UInt8(ascii: "0") <= 9 {
      if digitCount < 3 { millis = millis * 10 + Int64(text[index] - UInt8(ascii: "0")) }
      digitCount += 1
      index += 1
    }
    guard (1...9).contains(digitCount) else { return nil }
    for _ in digitCount..<max(3, digitCount) { millis *= 10 }
    return millis
  }

  /// The offset at the end of the text; seconds are nil where there is none; nil where it is malformed.
  private static func offset(_ text: UnsafeBufferPointer<UInt8>, from index: Int) -> (seconds: Int64?, Void)?
  {
    guard index < text.count else { return (nil, ()) }
    if index == text.count - 1, text[index] | 0x20 == UInt8(ascii: "z") { return (0, ()) }
    guard let seconds = Zone.fixedOffsetSeconds(UnsafeBufferPointer(rebasing: text[index...])) else {
      return nil
    }
    return (Int64(seconds), ())
  }
}
