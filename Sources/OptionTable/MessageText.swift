// Text from outside (arguments, fields of a file), made fit for one line of a message.
//
// Owns cutting and escaping; `MessageText+Mask.swift` masks. Control characters are shown as escapes rather than dropped: a message that
// quotes `12\u{0}3` as `123` would deny the fault that it reports.

/// Makes text from outside fit for a message: one line, short, without power over the terminal.
public enum MessageText {
  /// Bytes of a quoted text before it is cut; the mark of the cut comes on top.
  public static let quotedBytesMax = 80
  /// So many digits, in a run or in groups, may be a telephone number.
  public static let maskedRunMin = 7
  /// Digits of such a number that stay: country and area help to find a fault, the subscriber does not.
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
}
