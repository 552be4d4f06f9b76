// Telephone numbers as people write them in tables, brought to E.164 digits. Numbers of usage files are normalised by the
// engine, after the source's dialling plan.

/// A number read from a table.
enum WrittenNumber {
  /// Digits that a number may have. Source: E.164 allows 15; shorter than 3 are no numbers here.
  static let digitCounts = 3...15

  /// Why a text is no number, and at which byte.
  struct Fault: Error, Equatable {
    var byteOffset: Int
    var message: String
    var hint: String
  }

  /// Whether a text is nothing but the digits of an international number.
  static func isPlain(_ text: [UInt8]) -> Bool {
    digitCounts.contains(text.count) && text[0] != UInt8(ascii: "0")
      && text.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 }
  }

  /// The E.164 digits of `text`: blanks, `-`, `.`, `/` and brackets are dropped, then `+` or `00` at the front.
  static func digits(_ text: some RandomAccessCollection<UInt8>) throws(Fault) -> [UInt8] {
    var digits: [UInt8] = []
    var hasPlus = false
    for (offset, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "+") where digits.isEmpty && !hasPlus: hasPlus = true
      case UInt8(ascii: "("):
        // `+49 (0)30` means 4930: the bracketed zero is dialled at home only, and nobody can tell the two ways of writing apart.
        if Array(text.dropFirst(offset).prefix(3)) == Array("(0)".utf8), !digits.isEmpty {
          throw Fault(
            byteOffset: offset, message: "number \(Quoted.text(text)) has a (0)",
            hint: "write the number without it: \(withoutBracketedZero(text))")
        }
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ")"):
        continue
      default:
        throw Fault(
          byteOffset: offset, message: "bad number \(Quoted.text(text))",
          hint: "expected digits such as 4930123456")
      }
    }
    if !hasPlus, digits.starts(with: "00".utf8) { digits.removeFirst(2) }
    if digits.first == UInt8(ascii: "0") {
      throw Fault(
        byteOffset: 0, message: "number \(Quoted.text(text)) is not international",
        hint: "begin it with the country code, such as 4930123456")
    }
    guard digitCounts.contains(digits.count) else {
      throw Fault(
        byteOffset: 0, message: "number \(Quoted.text(text)) has \(digits.count) digits",
        hint: "expected 3 to 15")
    }
    return digits
  }

  /// Both ends of `first-last`, equally long; hyphens may also stand inside the numbers.
  static func range(_ text: some RandomAccessCollection<UInt8>) throws(Fault) -> (
    first: [UInt8], last: [UInt8]
  ) {
    let bytes = Array(text)
    let hyphens = bytes.indices.filter { bytes[$0] == UInt8(ascii: "-") }
    var unequal: Fault?
    // The hyphen between the numbers is the one that leaves as many digits on its left as on its right.
    for hyphen in hyphens {
      let left = bytes[..<hyphen]
      let right = bytes[(hyphen + 1)...]
      guard let first = try? digits(left), let last = try? digits(right) else { continue }
      guard first.count == last.count else {
        unequal = Fault(
          byteOffset: 0,
          message: "range \(Quoted.text(bytes)) has ends of \(first.count) and \(last.count) digits",
          hint: "write both numbers whole")
        continue
      }
      guard first.lexicographicallyPrecedes(last) || first == last else {
        throw Fault(
          byteOffset: 0, message: "range \(Quoted.text(bytes)) ends before it begins", hint: "swap its ends")
      }
      return (first, last)
    }
    if let unequal { throw unequal }
    throw Fault(
      byteOffset: 0, message: "bad range \(Quoted.text(bytes))",
      hint: "expected first-last, such as 4930120-4930129")
  }

  private static func withoutBracketedZero(_ text: some RandomAccessCollection<UInt8>) -> String {
    var digits: [UInt8] = []
    var isInside = false
    for byte in text {
      if byte == UInt8(ascii: "(") { isInside = true }
      if !isInside, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { digits.append(byte) }
      if byte == UInt8(ascii: ")") { isInside = false }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
