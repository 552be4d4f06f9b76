// What the bytes of a table must be before anyone looks for cells: UTF-8 text, and which bytes count as blank.

/// Looks at the bytes of a table as a whole.
public enum TableText {
  /// Length of the UTF-8 byte order mark at the start: 3 or 0.
  public static func byteOrderMarkCount(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
  }

  /// Whether a single byte is a blank: space or tab.
  @inlinable public static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Drops blanks and no-break spaces (C2 A0) at both ends of `base[start..<stop]`.
  public static func trimmed(
    _ base: UnsafePointer<UInt8>, from start: Int, until stop: Int
  ) -> (from: Int, until: Int) {
    var start = start
    var stop = stop
    while start < stop {
      if isBlank(base[start]) {
        start += 1
      } else if stop - start >= 2, base[start] == 0xC2, base[start + 1] == 0xA0 {
        start += 2
      } else {
        break
      }
    }
    while start < stop {
      if isBlank(base[stop - 1]) {
        stop -= 1
      } else if stop - start >= 2, base[stop - 2] == 0xC2, base[stop - 1] == 0xA0 {
        stop -= 2
      } else {
        break
      }
    }
    return (start, stop)
  }

  /// Why these bytes are no UTF-8 table text: another encoding, a spreadsheet, or a broken sequence; nil where they are.
  ///
  /// - Complexity: O(n); eight bytes a step where they are ASCII.
  public static func fault(in text: UnsafeBufferPointer<UInt8>) -> TableFault? {
    if text.count >= 2, (text[0] == 0xFF && text[1] == 0xFE) || (text[0] == 0xFE && text[1] == 0xFF) {
      return fault(at: 0, in: text, "the file is UTF-16", hint: "save it as UTF-8")
    }
    if text.count >= 4, text[0] == 0x50, text[1] == 0x4B, text[2] == 3, text[3] == 4 {
      return fault(
        at: 0, in: text, "the file is a spreadsheet or zip, not CSV", hint: "export it as CSV, UTF-8")
    }
    guard let offset = firstInvalidOffset(in: text) else { return nil }
    let byte = String(text[offset], radix: 16, uppercase: true)
    return fault(at: offset, in: text, "byte 0x\(byte) is not UTF-8", hint: "save the file as UTF-8")
  }

  /// Offset of the first byte that does not belong to a well-formed UTF-8 sequence; a NUL counts as malformed.
  static func firstInvalidOffset(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let base = text.baseAddress else { return nil }
    let raw = UnsafeRawPointer(base)
    var index = 0
    while index < text.count {
      while index + 8 <= text.count {
        let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        guard isPlainASCII(word) else { break }
        index += 8
      }
      guard index < text.count else { break }
      guard let length = sequenceLength(text, at: index) else { return index }
      index += length
    }
    return nil
  }

  /// Whether none of eight bytes has its high bit set or is NUL.
  private static func isPlainASCII(_ word: UInt64) -> Bool {
    let high: UInt64 = 0x8080_8080_8080_8080
    // Subtracting one sets the high bit of a byte that was NUL (or that had it set already).
    return (word | (word &- 0x0101_0101_0101_0101)) & high == 0
  }

  /// Length of the sequence at `index`, 1...4; nil where it is malformed. Source: RFC 3629, section 4.
  private static func sequenceLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    let first = text[index]
    let second = index + 1 < text.count ? text[index + 1] : 0
    let length: Int
    switch first {
    case 0x01...0x7F: return 1
    case 0xC2...0xDF:
      guard (0x80...0xBF).contains(second) else { return nil }
      return 2
    case 0xE0...0xEF:
      let lowest: UInt8 = first == 0xE0 ? 0xA0 : 0x80
      let highest: UInt8 = first == 0xED ? 0x9F : 0xBF
      guard (lowest...highest).contains(second) else { return nil }
      length = 3
    case 0xF0...0xF4:
      let lowest: UInt8 = first == 0xF0 ? 0x90 : 0x80
      let highest: UInt8 = first == 0xF4 ? 0x8F : 0xBF
      guard (lowest...highest).contains(second) else { return nil }
      length = 4
    default: return nil
    }
    for next in index + 2..<index + length {
      guard next < text.count, (0x80...0xBF).contains(text[next]) else { return nil }
    }
    return length
  }

  private static func fault(
    at offset: Int, in text: UnsafeBufferPointer<UInt8>, _ message: String, hint: String
  ) -> TableFault {
    var line = 1
    var lineStart = byteOrderMarkCount(text)
    for index in 0..<offset where text[index] == 10 {
      line += 1
      lineStart = index + 1
    }
    let position = TablePosition(line: line, column: max(1, offset - lineStart + 1))
    return TableFault(position: position, message: message, hint: hint)
  }
}
