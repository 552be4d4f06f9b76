// One record with quotes in it, field by field.
//
// RFC 4180 first. What real exports do besides (a quote in the middle of a field, a caller name in bare quotes) is read in
// the lenient dialects: a quoted field then ends at the first quote that stands before a delimiter or the end.

import Catalog

/// The fields of the record last split. Owned by one worker.
struct QuotedFields {
  private var pointers: [TextPointer] = []
  private var lengths: [Int] = []

  /// Number of fields.
  var count: Int { pointers.count }
  /// Where the text of a field is: in the record, or in scratch where quotes or escapes had to go.
  func pointer(_ field: Int) -> TextPointer { pointers[field] }
  /// Its length in bytes.
  func length(_ field: Int) -> Int { lengths[field] }

  /// Splits one record; false where its quotes are broken.
  mutating func split(_ text: TextPointer, _ length: Int, dialect: Dialect, scratch: ScratchText) -> Bool {
    pointers.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    var at = 0
    while true {
      var begin = at
      // Blanks before an opening quote are dropped where blanks are trimmed.
      if dialect.trimsBlanks { while begin < length, text[begin] == 32 { begin += 1 } }
      if begin < length, text[begin] == UInt8(ascii: "\"") {
        guard let after = quotedField(text, length, begin, dialect, scratch) else { return false }
        at = after
      } else {
        guard let after = bareField(text, length, at, dialect, scratch) else { return false }
        at = after
      }
      if at >= length { return true }
      at += 1  // past the delimiter
      if at == length {
        append(text + at, 0)
        return true
      }
    }
  }

  private mutating func append(_ pointer: TextPointer, _ length: Int) {
    pointers.append(pointer)
    lengths.append(length)
  }

  /// A field without an opening quote; returns the offset of its delimiter or the record's end.
  private mutating func bareField(
    _ text: TextPointer, _ length: Int, _ begin: Int, _ dialect: Dialect, _ scratch: ScratchText
  ) -> Int? {
    var end = begin
    var hasEscape = false
    while end < length, text[end] != dialect.delimiter {
      if text[end] == UInt8(ascii: "\""), dialect.quotes == .strict { return nil }
      if text[end] == UInt8(ascii: "\\"), dialect.quotes == .backslash, end + 1 < length {
        hasEscape = true
        end += 1
      }
      end += 1
    }
    end = min(end, length)
    if hasEscape {
      unescape(text + begin, end - begin, dialect, scratch)
    } else {
      append(text + begin, end - begin)
    }
    return end
  }

  /// A field that begins with a quote at `begin`; returns the offset after it.
  private mutating func quotedField(
    _ text: TextPointer, _ length: Int, _ begin: Int, _ dialect: Dialect, _ scratch: ScratchText
  ) -> Int? {
    let quote = UInt8(ascii: "\"")
    var at = begin + 1
    var hasEscape = false
    while at < length {
      if dialect.quotes == .backslash, text[at] == UInt8(ascii: "\\"), at + 1 < length {
        hasEscape = true
        at += 2
        continue
      }
      if text[at] == quote {
        if at + 1 < length, text[at + 1] == quote {
          hasEscape = true
          at += 2
          continue
        }
        let after = afterBlanks(text, length, at + 1, dialect)
        if after == length || text[after] == dialect.delimiter {
          if hasEscape {
            unescape(text + begin + 1, at - begin - 1, dialect, scratch)
          } else {
            append(text + begin + 1, at - begin - 1)
          }
          return after
        }
        break
      }
      at += 1
    }
    if dialect.quotes == .strict { return nil }
    return lenientField(text, length, begin, dialect) ?? bareField(text, length, begin, dialect, scratch)
  }

  private func afterBlanks(_ text: TextPointer, _ length: Int, _ begin: Int, _ dialect: Dialect) -> Int {
    var at = begin
    if dialect.trimsBlanks { while at < length, text[at] == 32 { at += 1 } }
    return at
  }

  /// The lenient reading: the field ends at the first quote before a delimiter or the end; what is between is text.
  private mutating func lenientField(_ text: TextPointer, _ length: Int, _ begin: Int, _ dialect: Dialect)
    -> Int?
  {
    for at in (begin + 1)..<max(begin + 1, length) where text[at] == UInt8(ascii: "\"") {
      if at + 1 == length || text[at + 1] == dialect.delimiter {
        append(text + begin + 1, at - begin - 1)
        return at + 1
      }
    }
    return nil
  }

  /// Copies a text without its escapes: doubled quotes become one, a backslash gives way to what it escapes.
  private mutating func unescape(
    _ text: TextPointer, _ length: Int, _ dialect: Dialect, _ scratch: ScratchText
  ) {
    let copy = scratch.allocate(length)
    var count = 0
    var at = 0
    while at < length {
      let isBackslash = dialect.quotes == .backslash && text[at] == UInt8(ascii: "\\") && at + 1 < length
      let isDoubled = text[at] == UInt8(ascii: "\"") && at + 1 < length && text[at + 1] == UInt8(ascii: "\"")
      if isBackslash || isDoubled { at += 1 }
      copy[count] = text[at]
      count += 1
      at += 1
    }
    append(UnsafePointer(copy), count)
  }
}
