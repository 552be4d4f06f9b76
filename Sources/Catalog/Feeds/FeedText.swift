// The bytes of an export as UTF-8: what other programs write in UTF-16, which its first bytes tell, or in Latin-1, which the
// feed says.

import Tables

/// How the bytes of an export are letters.
enum FeedEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  /// ISO 8859-1 with the letters that Windows has at 80 to 9F: no export means the control characters there.
  case latin1 = "latin-1"
}

/// Turns exports into UTF-8.
enum FeedText {
  /// The text as UTF-8. UTF-16 with its byte order mark is known in any case; other text is of `encoding`.
  ///
  /// UTF-8 is handed back as it is: whether it is well-formed is asked by the readers of tables. Complexity: O(n).
  static func utf8(_ bytes: [UInt8], _ encoding: FeedEncoding) -> Result<[UInt8], TableFault> {
    if bytes.starts(with: [0xFF, 0xFE]) { return fromUTF16(bytes.dropFirst(2), isLittleEndian: true) }
    if bytes.starts(with: [0xFE, 0xFF]) { return fromUTF16(bytes.dropFirst(2), isLittleEndian: false) }
    switch encoding {
    case .utf8: return .success(bytes)
    case .latin1: return .success(fromLatin1(bytes))
    }
  }

  // MARK: UTF-16

  private static func fromUTF16(
    _ bytes: ArraySlice<UInt8>, isLittleEndian: Bool
  ) -> Result<[UInt8], TableFault> {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var decoder = UTF16()
    var units = Units(bytes: bytes, isLittleEndian: isLittleEndian)
    while true {
      switch decoder.decode(&units) {
      case .scalarValue(let scalar): append(scalar, to: &text)
      case .emptyInput:
        guard units.rest.isEmpty else {
          return .failure(fault("it ends in the middle of a letter", after: text))
        }
        return .success(text)
      case .error: return .failure(fault("half of a letter stands alone", after: text))
      }
    }
  }

  /// Units of two bytes; `rest` is the byte that makes none.
  private struct Units: IteratorProtocol {
    private(set) var rest: ArraySlice<UInt8>
    private let isLittleEndian: Bool

    init(bytes: ArraySlice<UInt8>, isLittleEndian: Bool) {
      rest = bytes
      self.isLittleEndian = isLittleEndian
    }

    mutating func next() -> UInt16? {
      guard rest.count >= 2 else { return nil }
      let (a, b) = (UInt16(rest[rest.startIndex]), UInt16(rest[rest.startIndex + 1]))
      rest = rest.dropFirst(2)
      return isLittleEndian ? b << 8 | a : a << 8 | b
    }
  }

  private static func fault(_ message: String, after text: [UInt8]) -> TableFault {
    TableFault(
      position: TablePosition(line: 1 + text.count { $0 == 10 }, column: 0),
      message: "the file is UTF-16, and \(message)", hint: "export it again, or save it as UTF-8")
  }

  // MARK: Latin-1

  /// What Windows-1252 has at 80 to 9F; bytes that it leaves open stay the control characters of Latin-1.
  private static let windows: [UInt16] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
    0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]

  private static func fromLatin1(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else {
        let unit = byte < 0xA0 ? windows[Int(byte) - 0x80] : UInt16(byte)
        // None of them is half of a letter.
        if let scalar = Unicode.Scalar(unit) { append(scalar, to: &text) }
      }
    }
    return text
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    if let encoded = UTF8.encode(scalar) { text.append(contentsOf: encoded) }
  }
}
