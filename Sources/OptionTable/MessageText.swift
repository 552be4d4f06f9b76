// Text from outside (arguments, fields of a file), made fit for one line of a message.
//
// Owns cutting, escaping and masking. Control characters are shown as escapes rather than dropped: a message that
// quotes `12\u{0}3` as `123` would deny the fault that it reports.

/// Makes text from outside fit for a message: one line, short, without power over the terminal.
public enum MessageText {
  /// Bytes of a quoted text before it is cut; the mark of the cut comes on top.
  public static let quotedBytesMax = 80
  /// A run of digits of this length or more may be a telephone number.
  public static let maskedRunMin = 7
  /// Digits of such a run that stay: country and area help to find a fault, the subscriber does not.
  public static let shownDigits = 5

  /// The text in single quotes, escaped, and cut at `quotedBytesMax` with `…`.
  public static func quoted(_ text: String) -> String { "'" + escaped(text, bytesMax: quotedBytesMax) + "'" }

  /// The same for bytes of a file. Where they are not UTF-8, bytes above 127 are shown as `\xff`.
  ///
  /// Complexity: O(1); only the first bytes are looked at.
  public static func quoted(bytes: some Collection<UInt8>) -> String {
    quoted(bytes: bytes, bytesMax: quotedBytesMax)
  }

  /// The same, cut at `bytesMax` bytes.
  public static func quoted(bytes: some Collection<UInt8>, bytesMax: Int) -> String {
    "'" + escaped(bytes: bytes, bytesMax: bytesMax) + "'"
  }

  /// Shows each control, format and line-separating character as an escape: `\t`, `\u{1b}`, `\u{202e}`.
  ///
  /// Format characters include the bidirectional overrides, which can make a message read as another one. At most
  /// `bytesMax` bytes come back, then `…` where text was left out.
  public static func escaped(_ text: String, bytesMax: Int = .max) -> String {
    var result = ""
    var byteCount = 0
    for scalar in text.unicodeScalars {
      let piece = isHarmless(scalar) ? String(scalar) : escape(scalar)
      byteCount += piece.utf8.count
      guard byteCount <= bytesMax else { return result + "…" }
      result += piece
    }
    return result
  }

  /// Words to choose from: `bash, zsh or fish`.
  public static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Masks runs of `maskedRunMin` ASCII digits or more after their first `shownDigits`: `447700900123` is
  /// `44770xxxxxxx`.
  ///
  /// The mask is `x`, not a bullet: it is one byte in every encoding, so lengths and columns stay as they were.
  public static func maskDigits(_ text: String) -> String {
    String(decoding: maskDigits(Array(text.utf8)), as: UTF8.self)
  }

  /// The same for what people write into catalogs, where a fraction such as `0.0000001` is a price: digits after a lone `0.`
  /// stay.
  public static func maskDigitsButFractions(_ text: String) -> String {
    String(decoding: maskDigits(Array(text.utf8), sparesFractions: true), as: UTF8.self)
  }

  /// The same for bytes. Complexity: O(n).
  public static func maskDigits(_ bytes: [UInt8], sparesFractions: Bool = false) -> [UInt8] {
    var result = bytes
    var runStart = 0
    for index in 0...bytes.count {
      if index < bytes.count, isDigit(bytes[index]) { continue }
      if index - runStart >= maskedRunMin, !(sparesFractions && isFraction(bytes, from: runStart)) {
        for masked in (runStart + shownDigits)..<index { result[masked] = UInt8(ascii: "x") }
      }
      runStart = index + 1
    }
    return result
  }

  /// Whether `0.` or `0,` stands before the digits, and no digit before that.
  private static func isFraction(_ bytes: [UInt8], from start: Int) -> Bool {
    guard start >= 2, bytes[start - 2] == UInt8(ascii: "0") else { return false }
    let mark = bytes[start - 1]
    return (mark == UInt8(ascii: ".") || mark == UInt8(ascii: ","))
      && (start == 2 || !isDigit(bytes[start - 3]))
  }

  private static func escaped(bytes: some Collection<UInt8>, bytesMax: Int) -> String {
    // Each byte becomes at least one byte of the result, so a few more than the limit decide it all. The extra four
    // are one whole scalar: cutting through it must not make valid text look invalid.
    var head = Array(bytes.prefix(bytesMax + 4))
    if head.count > bytesMax {
      while let last = head.last, last & 0b1100_0000 == 0b1000_0000 { head.removeLast() }
      if let last = head.last, last >= 0b1100_0000 { head.removeLast() }
    }
    if let text = String(validating: head, as: UTF8.self) {
      let result = escaped(text, bytesMax: bytesMax)
      return result.hasSuffix("…") || bytes.count <= bytesMax ? result : result + "…"
    }
    return escapedAsBytes(bytes.prefix(bytesMax + 4), bytesMax: bytesMax)
  }

  private static func escapedAsBytes(_ bytes: some Sequence<UInt8>, bytesMax: Int) -> String {
    var result = ""
    for byte in bytes {
      let piece: String
      if byte < 0x80 {
        let scalar = Unicode.Scalar(byte)
        piece = isHarmless(scalar) ? String(scalar) : escape(scalar)
      } else {
        piece = "\\x" + String(byte, radix: 16)
      }
      guard result.utf8.count + piece.utf8.count <= bytesMax else { return result + "…" }
      result += piece
    }
    return result
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      return false
    default: return true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\t": "\\t"
    case "\n": "\\n"
    case "\r": "\\r"
    default: "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
