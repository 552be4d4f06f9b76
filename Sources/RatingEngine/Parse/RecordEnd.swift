// Where a record ends: the one rule that Ingest, which cuts chunks, and Parse, which frames records, both follow.
//
// It looks at nothing but the record's own bytes from its first one on, so that no boundary between reads, chunks or parts
// of a file can change it.

import Catalog
import Tables

/// The rule for the records of one file.
///
/// A record ends at a line end. Where the dialect lets quotes hold line ends, it ends at the first one outside quotes, or
/// at which the record is longer than the limit: a quote that is never closed costs one record, not the rest of the file.
/// A backslash takes the next byte out of play, but not a line end.
struct RecordEnd: Sendable {
  let lineEnd: UInt8
  /// Whether line ends inside quotes continue the record.
  let isMultiline: Bool
  private let hasBackslash: Bool
  private let comment: [UInt8]
  /// Bytes that a record may have, its line end not counted.
  let bytesMax: Int

  init(_ dialect: Dialect, bytesMax: Int) {
    lineEnd = dialect.lineEnd
    isMultiline = dialect.isMultiline && dialect.framing == .csv && dialect.quotes != .none
    hasBackslash = dialect.quotes == .backslash
    comment = dialect.comment.bytes
    self.bytesMax = bytesMax
  }

  /// Bytes of the record between `begin` and its line end at `end`: a CR before the line end is none of them.
  func length(_ text: TextPointer, from begin: Int, lineEndAt end: Int) -> Int {
    end > begin && text[end - 1] == UInt8(ascii: "\r") ? end - begin - 1 : end - begin
  }

  /// Whether a record that begins at `begin` ends at the line end at `end` although a quote is open.
  func isPastLimit(_ text: TextPointer, from begin: Int, lineEndAt end: Int) -> Bool {
    end - begin > bytesMax && length(text, from: begin, lineEndAt: end) > bytesMax
  }

  /// Whether `length` bytes without a line end are more than any record and its CR.
  func isTooLong(_ length: Int) -> Bool { length > bytesMax && length - bytesMax > 1 }

  /// Whether the quote at `at` counts, in a record that begins at `begin`: an even number of backslashes is before it.
  func isQuote(_ text: TextPointer, from begin: Int, at: Int) -> Bool {
    guard hasBackslash else { return true }
    var first = at
    while first > begin, text[first - 1] == UInt8(ascii: "\\") { first -= 1 }
    return (at - first) % 2 == 0
  }

  /// Whether there are comments at all.
  var hasComments: Bool { !comment.isEmpty }

  /// Whether a text begins like a comment, which is no record and one line long.
  func isComment(_ text: TextPointer, _ length: Int) -> Bool {
    !comment.isEmpty && comment.count <= length && comment.indices.allSatisfy { text[$0] == comment[$0] }
  }

  /// The line end of the record that begins at `begin`; nil where it does not end in the text.
  func first(_ text: TextPointer, from begin: Int, until end: Int) -> Int? {
    let isInComment = isComment(text + begin, end - begin)
    var isOpen = false
    for at in begin..<end {
      if text[at] == UInt8(ascii: "\""), isMultiline, !isInComment,
        isQuote(text, from: begin, at: at)
      {
        isOpen.toggle()
      } else if text[at] == lineEnd, !isOpen || isPastLimit(text, from: begin, lineEndAt: at) {
        return at
      }
    }
    return nil
  }

  /// The line end of the last whole record of a text in which a record begins at `begin`; nil where none ends.
  func last(_ text: TextPointer, from begin: Int, until end: Int) -> Int? {
    var recordBegin = begin
    var isInComment = isComment(text + begin, end - begin)
    var isOpen = false
    var last: Int?
    for at in begin..<end {
      let byte = text[at]
      if byte == UInt8(ascii: "\"") {
        if !isInComment, isQuote(text, from: recordBegin, at: at) { isOpen.toggle() }
      } else if byte == lineEnd, !isOpen || isPastLimit(text, from: recordBegin, lineEndAt: at) {
        last = at
        recordBegin = at + 1
        isInComment = isComment(text + recordBegin, end - recordBegin)
        isOpen = false
      }
    }
    return last
  }
}
