// The lines before the records: skipped lines, the names of the columns, the types line.

import Catalog
import Tables

/// What the front of a file says.
struct FileHeader {
  /// Bytes to skip to the first record.
  var byteCount: Int
  /// Lines among them.
  var lineCount: Int
  /// Column names: the file's own, or those of the descriptor.
  var columnNames: [Label]
  /// Line of the header, for messages.
  var headerLine: Int

  /// Lines before the first record of a file of this format, at most: a line of types may be missing.
  static func lineCount(_ format: FormatDescriptor) -> Int {
    guard format.dialect.framing == .csv, format.header.mode != .none else { return format.header.skipLines }
    return format.header.skipLines + (format.header.hasTypesLine ? 2 : 1)
  }

  /// Reads the front of a file's first chunk.
  ///
  /// - Throws: `FormatMismatch` where the file ends before its header, or the header lacks names it must have.
  static func read(_ text: TextPointer, _ length: Int, _ format: FormatDescriptor) throws(FormatMismatch)
    -> FileHeader
  {
    if let fault = foreignForm(text, length, format) { throw fault }
    var at = 0
    if length >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf { at = 3 }
    var lines = 0
    func nextLine() -> (begin: Int, end: Int)? {
      guard at < length else { return nil }
      let begin = at
      while at < length, text[at] != format.dialect.lineEnd { at += 1 }
      var end = at
      if at < length { at += 1 }
      if end > begin, text[end - 1] == 13 { end -= 1 }
      lines += 1
      return (begin, end)
    }
    for _ in 0..<format.header.skipLines { _ = nextLine() }
    guard format.dialect.framing == .csv, format.header.mode != .none else {
      return FileHeader(byteCount: at, lineCount: lines, columnNames: format.header.columns, headerLine: 0)
    }
    guard let line = nextLine() else {
      throw FormatMismatch(
        line: lines + 1, message: "the file has no header line, which format '\(format.name)' needs",
        hint: "export it again with its header")
    }
    let headerLine = lines
    if let name = strangeLineEnd(text + line.begin, line.end - line.begin) {
      throw FormatMismatch(
        line: headerLine, message: "lines end with \(name) here, so that all of the file is one line",
        hint: name == loneReturn ? "convert it: tr '\\r' '\\n' < FILE" : "save it with usual line ends")
    }
    if line.begin == line.end, format.header.mode == .names {
      throw FormatMismatch(
        line: headerLine, message: "the header line is blank", hint: "export it again with its header")
    }
    var names = format.header.columns
    if format.header.mode == .names {
      names = split(text + line.begin, line.end - line.begin, format.dialect)
    }
    if format.header.hasTypesLine {
      let before = (at, lines)
      // What says no types is a record: it counts like any other.
      if let line = nextLine(), !saysTypes(text + line.begin, line.end - line.begin, format.dialect) {
        (at, lines) = before
      }
    }
    let missing = format.header.requiredNames.filter { name in
      !names.contains { FieldPlan.matches($0, name) }
    }
    if format.header.mode == .names, let first = missing.first {
      throw FormatMismatch(
        line: headerLine, message: "the header has no column '\(first)', which format '\(format.name)' needs",
        hint:
          "the export has changed, or the file is of another format: ratemill check --sample FILE guesses it")
    }
    return FileHeader(byteCount: at, lineCount: lines, columnNames: names, headerLine: headerLine)
  }

  /// What the file is, if it is none that has records in lines.
  private static func foreignForm(_ text: TextPointer, _ length: Int, _ format: FormatDescriptor)
    -> FormatMismatch?
  {
    func begins(_ bytes: [UInt8]) -> Bool {
      length >= bytes.count && bytes.indices.allSatisfy { text[$0] == bytes[$0] }
    }
    func mismatch(_ message: String, _ hint: String) -> FormatMismatch {
      FormatMismatch(line: 0, message: message, hint: hint)
    }
    if begins([0xff, 0xfe]) || begins([0xfe, 0xff]) {
      return mismatch("is UTF-16 text", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE")
    }
    if begins(Array("PK\u{3}\u{4}".utf8)) {
      return mismatch("is a ZIP archive or a spreadsheet", "unpack it, or save it as CSV")
    }
    if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) {
      return mismatch("is compressed with xz", "decompress it, or compress it with zstd or gzip")
    }
    if begins(Array("BZh".utf8)), length > 4, begins(Array("BZh".utf8) + [text[3]] + [0x31]) {
      return mismatch("is compressed with bzip2", "decompress it, or compress it with zstd or gzip")
    }
    guard format.dialect.lineEnd != 0 else { return nil }
    for offset in 0..<min(length, 1 << 10) {
      if text[offset] == format.dialect.lineEnd { break }
      if text[offset] == 0 {
        return mismatch(
          "is no text: there is a byte 0 in its first line, at \(offset + 1)",
          "is it whole, and the file that was meant?")
      }
    }
    return nil
  }

  private static let loneReturn = "CR alone"

  /// The byte in a header that other programs end lines with, by its name: no name of a column has one.
  private static func strangeLineEnd(_ text: TextPointer, _ length: Int) -> String? {
    for offset in 0..<length {
      switch text[offset] {
      // Before a line feed, several of them are one line end.
      case 13 where (offset..<length).contains { text[$0] != 13 }: return loneReturn
      case 11: return "VT"
      case 12: return "FF"
      case 30: return "RS"
      case 0x85 where offset > 0 && text[offset - 1] == 0xc2: return "NEL (U+0085)"
      case 0xa8 where offset > 1 && text[offset - 1] == 0x80 && text[offset - 2] == 0xe2: return "U+2028"
      default: break
      }
    }
    return nil
  }

  /// Whether every cell is a word for a type, such as `INTEGER`, `VARCHAR(50)` or `decimal(10,2)`: it begins with a letter, and
  /// nothing but what stands in brackets follows the word. A record has a time, and so at least one cell that is none.
  private static func saysTypes(_ text: TextPointer, _ length: Int, _ dialect: Dialect) -> Bool {
    let cells = split(text, length, dialect)
    return !cells.isEmpty && cells.allSatisfy { isType($0.bytes) }
  }

  private static func isType(_ cell: [UInt8]) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    guard let first = cell.first, isLetter(first) else { return false }
    let word = cell.prefix {
      isLetter($0) || $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: "_") || $0 == 32
    }
    let rest = cell[word.count...]
    return rest.isEmpty || rest.first == UInt8(ascii: "(") && rest.last == UInt8(ascii: ")")
  }

  /// The names of a header line: quotes and blanks around them are dropped.
  private static func split(_ text: TextPointer, _ length: Int, _ dialect: Dialect) -> [Label] {
    var relaxed = dialect
    relaxed.quotes = dialect.quotes == .none ? .none : .lenient
    relaxed.trimsBlanks = true
    let scratch = ScratchText()
    var fields = QuotedFields()
    guard fields.split(text, length, dialect: relaxed, scratch: scratch) else { return [] }
    return (0..<fields.count).map { field in
      var label = Label(UnsafeBufferPointer(start: fields.pointer(field), count: fields.length(field)))
      while let last = label.bytes.last, last == 32 || last == 9 { label.bytes.removeLast() }
      while let first = label.bytes.first, first == 32 || first == 9 { label.bytes.removeFirst() }
      return label
    }
  }
}
