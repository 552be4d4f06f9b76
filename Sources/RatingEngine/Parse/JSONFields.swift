// One JSON object a line: the values of the keys that a plan needs.
//
// Strict enough that a broken line is known as broken; values stay text, typed later like CSV fields. Objects inside are
// reached by dotted paths; arrays are skipped. A key that is read stands once, as a column does; of several names of one
// field the first of the format's list that says something counts, wherever it stands in the line.

/// Reads JSON lines. Owned by one worker.
struct JSONFields {
  private static let depthMax = 32

  private var text: TextPointer?
  private var length = 0
  private var at = 0
  private var path: [UInt8] = []
  private var values: [Value] = []
  private var hasRepeatedKey = false

  /// What the record at hand has said of one slot.
  private struct Value {
    /// A bit for each name of the slot that was met. A repeated name beyond the 64th goes unnoticed.
    var met: UInt64 = 0
    /// Number of the name that counts; `Int.max` while none said anything.
    var name = Int.max
  }

  /// Number of the name that counts for a slot, of the record read last; nil where none said anything.
  func nameNumber(ofSlot slot: Int) -> Int? {
    slot < values.count && values[slot].name != .max ? values[slot].name : nil
  }

  /// Reads one object and hands out each wanted value; absent and null values get length −1. A value that counts for more
  /// than an earlier one is handed out after it. False where it is no object, or one with a wanted key twice.
  mutating func read(
    _ text: TextPointer, _ length: Int, paths: [[[UInt8]]], scratch: ScratchText,
    _ found: (_ slot: Int, _ pointer: TextPointer, _ length: Int) -> Void
  ) -> Bool {
    self.text = text
    self.length = length
    at = 0
    path.removeAll(keepingCapacity: true)
    hasRepeatedKey = false
    if values.count != paths.count { values = [Value](repeating: Value(), count: paths.count) }
    for slot in paths.indices {
      values[slot] = Value()
      found(slot, text, -1)
    }
    skipBlanks()
    guard object(text, depth: 0, paths, scratch, found) else { return false }
    skipBlanks()
    return at == length && !hasRepeatedKey
  }

  private mutating func skipBlanks() {
    guard let text else { return }
    while at < length, text[at] == 32 || text[at] == 9 || text[at] == 13 || text[at] == 10 { at += 1 }
  }

  private mutating func object(
    _ text: TextPointer, depth: Int, _ paths: [[[UInt8]]], _ scratch: ScratchText,
    _ found: (Int, TextPointer, Int) -> Void
  ) -> Bool {
    guard depth < Self.depthMax, take(UInt8(ascii: "{")) else { return false }
    skipBlanks()
    if take(UInt8(ascii: "}")) { return true }
    while true {
      skipBlanks()
      guard let key = string(text, scratch) else { return false }
      let mark = path.count
      // By depth, not by what the path holds: a member may have an empty name.
      if depth > 0 { path.append(UInt8(ascii: ".")) }
      path.append(contentsOf: UnsafeBufferPointer(start: key.pointer, count: key.length))
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { return false }
      skipBlanks()
      guard value(text, depth: depth, paths, scratch, found) else { return false }
      path.removeSubrange(mark...)
      skipBlanks()
      if take(UInt8(ascii: "}")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func value(
    _ text: TextPointer, depth: Int, _ paths: [[[UInt8]]], _ scratch: ScratchText,
    _ found: (Int, TextPointer, Int) -> Void
  ) -> Bool {
    guard at < length else { return false }
    switch text[at] {
    case UInt8(ascii: "\""):
      guard let string = string(text, scratch) else { return false }
      report(string.pointer, string.length, paths, found)
      return true
    case UInt8(ascii: "{"): return object(text, depth: depth + 1, paths, scratch, found)
    case UInt8(ascii: "["):
      let begin = at
      guard skipArray(text, depth: depth + 1, scratch) else { return false }
      report(text + begin, at - begin, paths, found)
      return true
    default:
      let begin = at
      guard literal(text) else { return false }
      let isNull = at - begin == 4 && text[begin] == UInt8(ascii: "n")
      report(text + begin, isNull ? -1 : at - begin, paths, found)
      return true
    }
  }

  private mutating func report(
    _ pointer: TextPointer, _ length: Int, _ paths: [[[UInt8]]], _ found: (Int, TextPointer, Int) -> Void
  ) {
    for (slot, names) in paths.enumerated() {
      guard let name = names.firstIndex(of: path) else { continue }
      let bit: UInt64 = 1 << UInt64(name)
      if values[slot].met & bit != 0 { hasRepeatedKey = true }
      values[slot].met |= bit
      if length > 0, name < values[slot].name {
        values[slot].name = name
        found(slot, pointer, length)
      } else if length == 0, values[slot].name == .max {
        found(slot, pointer, 0)
      }
    }
  }

  private mutating func skipArray(_ text: TextPointer, depth: Int, _ scratch: ScratchText) -> Bool {
    guard depth < Self.depthMax, take(UInt8(ascii: "[")) else { return false }
    skipBlanks()
    if take(UInt8(ascii: "]")) { return true }
    while true {
      skipBlanks()
      guard value(text, depth: depth, [], scratch, { _, _, _ in }) else { return false }
      skipBlanks()
      if take(UInt8(ascii: "]")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard let text, at < length, text[at] == byte else { return false }
    at += 1
    return true
  }

  /// `true`, `false`, `null` or a number by the JSON grammar.
  private mutating func literal(_ text: TextPointer) -> Bool {
    for word in Self.words
    where at + word.count <= length && word.indices.allSatisfy({ text[at + $0] == word[$0] }) {
      at += word.count
      return true
    }
    let begin = at
    if at < length, text[at] == UInt8(ascii: "-") { at += 1 }
    let firstDigit = at
    guard digits(text) else { return false }
    if text[firstDigit] == UInt8(ascii: "0"), at - firstDigit > 1 { return false }
    if at < length, text[at] == UInt8(ascii: ".") {
      at += 1
      guard digits(text) else { return false }
    }
    if at < length, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < length, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
      guard digits(text) else { return false }
    }
    return at > begin
  }

  private static let words: [[UInt8]] = [Array("true".utf8), Array("false".utf8), Array("null".utf8)]

  private mutating func digits(_ text: TextPointer) -> Bool {
    let begin = at
    while at < length, text[at] &- 48 <= 9 { at += 1 }
    return at > begin
  }

  /// A string without its quotes; in place where it holds no escape.
  private mutating func string(_ text: TextPointer, _ scratch: ScratchText) -> (
    pointer: TextPointer, length: Int
  )? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let begin = at
    while at < length, text[at] != UInt8(ascii: "\""), text[at] != UInt8(ascii: "\\") {
      guard text[at] >= 0x20 else { return nil }
      at += 1
    }
    guard at < length else { return nil }
    if text[at] == UInt8(ascii: "\"") {
      at += 1
      return (text + begin, at - 1 - begin)
    }
    return escapedString(text, begin, scratch)
  }

  private mutating func escapedString(
    _ text: TextPointer, _ begin: Int, _ scratch: ScratchText
  ) -> (pointer: TextPointer, length: Int)? {
    // An escape never gets longer when it is resolved (\u is six bytes for at most three, a pair twelve for four).
    let copy = scratch.allocate(length - begin)
    var count = at - begin
    copy.update(from: text + begin, count: count)
    while at < length {
      let byte = text[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return (UnsafePointer(copy), count) }
      guard byte >= 0x20 else { return nil }
      guard byte == UInt8(ascii: "\\") else {
        copy[count] = byte
        count += 1
        continue
      }
      guard at < length else { return nil }
      let escape = text[at]
      at += 1
      switch escape {
      case UInt8(ascii: "n"): copy[count] = 10
      case UInt8(ascii: "t"): copy[count] = 9
      case UInt8(ascii: "r"): copy[count] = 13
      case UInt8(ascii: "b"): copy[count] = 8
      case UInt8(ascii: "f"): copy[count] = 12
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): copy[count] = escape
      case UInt8(ascii: "u"):
        guard let scalar = unicodeEscape(text) else { return nil }
        for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          copy[count] = unit
          count += 1
        }
        continue
      default: return nil
      }
      count += 1
    }
    return nil
  }

  private mutating func unicodeEscape(_ text: TextPointer) -> Unicode.Scalar? {
    guard let first = hex4(text) else { return nil }
    guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) }
    guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let second = hex4(text),
      (0xdc00..<0xe000).contains(second)
    else { return nil }
    return Unicode.Scalar(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
  }

  private mutating func hex4(_ text: TextPointer) -> UInt32? {
    guard at + 4 <= length else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      switch text[at] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(text[at] - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        value = value << 4 | UInt32(text[at] - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32(text[at] - UInt8(ascii: "A") + 10)
      default: return nil
      }
      at += 1
    }
    return value
  }
}
