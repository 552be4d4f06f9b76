// From libyaml's positions to the lines and byte columns that editors show.
//
// libyaml counts characters and takes U+0085, U+2028 and U+2029 for line ends; editors and our messages count bytes and
// end lines at LF, CR LF or a lone CR. So only its character index is used, and lines are counted here.

/// Walks a text forward, from character index to place.
struct YamlPlaceCursor {
  private let text: UnsafeBufferPointer<UInt8>
  private var characterIndex = 0
  private var byteOffset = 0
  private var lineOffset = 0
  private var line = 1

  /// Starts at the beginning of `text`, which must outlive the cursor.
  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// The place of the character with this index, from 0; the end of the text for larger ones.
  ///
  /// - Complexity: O(distance) going forward, O(n) going back; positions of a document ascend but for rare corners.
  mutating func place(ofCharacter index: Int) -> YamlPlace {
    if index < characterIndex { self = YamlPlaceCursor(text) }
    while characterIndex < index, byteOffset < text.count { step() }
    return YamlPlace(line: line, column: byteOffset - lineOffset + 1)
  }

  /// The place of a byte, from 0.
  static func place(ofByte offset: Int, in text: UnsafeBufferPointer<UInt8>) -> YamlPlace {
    var cursor = YamlPlaceCursor(text)
    while cursor.byteOffset < min(offset, text.count) { cursor.step() }
    return YamlPlace(line: cursor.line, column: min(offset, text.count) - cursor.lineOffset + 1)
  }

  private mutating func step() {
    let byte = text[byteOffset]
    byteOffset += 1
    let isLoneReturn = byte == 0x0D && !(byteOffset < text.count && text[byteOffset] == 0x0A)
    if byte == 0x0A || isLoneReturn {
      line += 1
      lineOffset = byteOffset
    }
    // UTF-8 continuation bytes (10xxxxxx) belong to the character that began before them.
    while byteOffset < text.count, text[byteOffset] & 0xC0 == 0x80 { byteOffset += 1 }
    characterIndex += 1
  }
}
