// How a day is written: YYYY-MM-DD, and nothing else.
//
// Other orders and separators belong to the formats that use them.

extension CivilDate {
  /// The bytes that a written day has.
  public static let textBytes = 10

  /// Reads `YYYY-MM-DD`; nil for any other text and for days that the calendar does not have.
  ///
  /// Years are 0000...9999. Complexity: O(1), no allocation.
  @inlinable public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> CivilDate? {
    guard text.count == textBytes, let base = text.baseAddress else { return nil }
    return parse(tenBytesAt: UnsafeRawPointer(base))
  }

  /// The same for ten bytes that the caller knows to be readable.
  @inlinable public static func parse(tenBytesAt text: UnsafeRawPointer) -> CivilDate? {
    let head = UInt64(littleEndian: text.loadUnaligned(as: UInt64.self))
    let tail = UInt16(littleEndian: text.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
    // "YYYY-MM-" and "DD", byte by byte: digits become 0...9 and hyphens 0, whatever else does not.
    let headDigits = head ^ 0x2d30_302d_3030_3030
    let tailDigits = tail ^ 0x3030
    // Adding lifts the top bit of a digit byte above 9 and of a hyphen byte above 0; a carry out of a byte
    // only happens where that byte has failed already.
    let headFaults = (headDigits &+ 0x7f76_767f_7676_7676) | headDigits
    let tailFaults = (tailDigits &+ 0x7676) | tailDigits
    guard headFaults & 0x8080_8080_8080_8080 == 0, tailFaults & 0x8080 == 0 else { return nil }
    @inline(__always) func digit(_ index: UInt64) -> Int32 {
      Int32(truncatingIfNeeded: (headDigits >> (8 &* index)) & 15)
    }
    let year = digit(0) &* 1000 &+ digit(1) &* 100 &+ digit(2) &* 10 &+ digit(3)
    let month = digit(5) &* 10 &+ digit(6)
    let day = Int32(tailDigits & 15) &* 10 &+ Int32(tailDigits >> 8)
    return CivilDate(year: year, month: month, day: day)
  }

  /// The same for a Swift string.
  public static func parse(_ text: String) -> CivilDate? {
    var copy = text
    return copy.withUTF8 { parse($0) }
  }

  /// Appends `YYYY-MM-DD`; years outside 0000...9999 get a sign and as many digits as they need.
  public func append(to bytes: inout [UInt8]) {
    let (year, month, day) = components
    if (0...9999).contains(year) {
      bytes.appendDecimal(Int64(year), digitsMin: 4)
    } else {
      bytes.append(year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      bytes.appendDecimal(abs(Int64(year)), digitsMin: 4)
    }
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDecimal(Int64(month), digitsMin: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDecimal(Int64(day), digitsMin: 2)
  }
}

extension CivilDate: CustomStringConvertible {
  /// The day as `YYYY-MM-DD`.
  public var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a number with leading zeros up to `digitsMin`.
  ///
  /// - Precondition: `value >= 0`.
  mutating func appendDecimal(_ value: Int64, digitsMin: Int) {
    precondition(value >= 0, "a date part is not negative")
    let from = count
    var rest = value
    while rest > 0 || count - from < digitsMin {
      append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    self[from...].reverse()
  }
}
