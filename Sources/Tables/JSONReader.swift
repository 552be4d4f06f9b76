// Reads one JSON document, strictly (RFC 8259), and says where a fault is.
//
// For documents of our own that fit in memory: manifests, invoices, reports. JSON lines of usage are read by the fast
// scanner of `RatingEngine`. Foundation's decoder is not used: it has no positions and turns numbers into `Double`.

/// Why a text is not the JSON document that was expected, and where.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Offset of the offending byte, from 0.
  public var byteOffset: Int
  /// Its line, from 1.
  public var line: Int
  /// Its column in the line, from 1, in bytes.
  public var column: Int
  /// What is wrong, lower-case.
  public var message: String

  /// `line:column: message`.
  public var description: String { "\(line):\(column): \(message)" }
}

/// Reads JSON documents.
public enum JSONReader {
  /// Reads the one value that `bytes` hold, with nothing but blanks around it.
  ///
  /// Refuses what RFC 8259 leaves open: a byte order mark, a name twice in one object, text that is not UTF-8, lone
  /// surrogates, and more than `depthMax` levels of arrays and objects (so that hostile input cannot exhaust the stack).
  /// Complexity: O(n), O(k²) for the k names of one object.
  public static func read(_ bytes: [UInt8], depthMax: Int = 64) throws(JSONFault) -> JSONValue {
    var scanner = JSONScanner(bytes: bytes, depthMax: depthMax)
    try scanner.checkUTF8()
    let value = try scanner.value(depth: 0)
    scanner.skipBlanks()
    guard scanner.isAtEnd else { throw scanner.fault("there is more after the end of the document") }
    return value
  }
}

// The state of one reading: the bytes and where we are.
private struct JSONScanner {
  let bytes: [UInt8]
  let depthMax: Int
  var offset = 0

  init(bytes: [UInt8], depthMax: Int) {
    self.bytes = bytes
    self.depthMax = depthMax
  }

  var isAtEnd: Bool { offset == bytes.count }
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func fault(_ message: String, at place: Int? = nil) -> JSONFault {
    let place = place ?? offset
    let before = bytes[..<place]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let line = before.reduce(into: 1) { count, byte in count += byte == 0x0A ? 1 : 0 }
    return JSONFault(byteOffset: place, line: line, column: place - lineStart + 1, message: message)
  }

  func checkUTF8() throws(JSONFault) {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var place = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded): place += encoded.count
      case .emptyInput: return
      case .error: throw fault("this byte is not UTF-8", at: place)
      }
    }
  }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  // One value, blanks before it skipped.
  mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    skipBlanks()
    guard let byte = next else { throw fault("the document ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw fault("expected a value")
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    guard bytes[offset...].starts(with: text.utf8) else { throw fault("expected '\(text)'") }
    offset += text.utf8.count
    return value
  }

  // `next` is the opening bracket. Calls `part` for each element, in front of which blanks were skipped.
  private mutating func list(
    depth: Int, close: UInt8, part: (inout JSONScanner) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    guard depth < depthMax else { throw fault("more than \(depthMax) levels of arrays and objects") }
    offset += 1
    skipBlanks()
    if next == close {
      offset += 1
      return
    }
    while true {
      try part(&self)
      skipBlanks()
      guard let byte = next else { throw fault("the document ends inside an array or object") }
      guard byte == UInt8(ascii: ",") || byte == close else {
        throw fault("expected ',' or '\(Character(Unicode.Scalar(close)))'")
      }
      offset += 1
      if byte == close { return }
      skipBlanks()
    }
  }

  private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
    var elements: [JSONValue] = []
    try list(depth: depth, close: UInt8(ascii: "]")) { scanner throws(JSONFault) in
      elements.append(try scanner.value(depth: depth + 1))
    }
    return .array(elements)
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
    var members: [JSONMember] = []
    try list(depth: depth, close: UInt8(ascii: "}")) { scanner throws(JSONFault) in
      let place = scanner.offset
      guard scanner.next == UInt8(ascii: "\"") else { throw scanner.fault("expected a name in quotes") }
      let name = try scanner.string()
      guard !members.contains(where: { $0.name == name }) else {
        throw scanner.fault("the name '\(name)' comes twice in this object", at: place)
      }
      scanner.skipBlanks()
      guard scanner.next == UInt8(ascii: ":") else { throw scanner.fault("expected ':' after the name") }
      scanner.offset += 1
      members.append(JSONMember(name: name, value: try scanner.value(depth: depth + 1)))
    }
    return .object(members)
  }

  // -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?, kept as text.
  private mutating func number() throws(JSONFault) -> String {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    let firstDigit = offset
    try digits()
    if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
      throw fault("a number has no leading zero", at: firstDigit)
    }
    if next == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONFault) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw fault("expected a digit") }
  }

  private mutating func string() throws(JSONFault) -> Label {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return Label(bytes: text)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0x00..<0x20: throw fault("a control character inside a string must be escaped")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw fault("this string never ends", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
    let start = offset
    offset += 1
    guard let byte = next else { throw fault("this string never ends", at: start) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar(from: start))).utf8)
    default: throw fault("unknown escape", at: start)
    }
  }

  // The scalar after `\u`, of one or two code units; `start` is where its backslash stands.
  private mutating func scalar(from start: Int) throws(JSONFault) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, next == UInt8(ascii: "\\"), offset + 1 < bytes.count,
      bytes[offset + 1] == UInt8(ascii: "u")
    else { throw fault("half of a surrogate pair", at: start) }
    offset += 2
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func codeUnit() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
