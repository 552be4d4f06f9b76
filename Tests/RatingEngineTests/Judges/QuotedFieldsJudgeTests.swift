// Fields of records with quotes, against RFC 4180 read byte by byte.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct QuotedFieldsJudgeTests {
  private static func dialect(_ quotes: Dialect.Quotes) -> Dialect {
    Dialect(
      framing: .csv, delimiter: UInt8(ascii: ","), quotes: quotes, lineEnd: 10, isMultiline: true,
      trimsBlanks: false, nullTokens: [], comment: .empty, encoding: .utf8)
  }

  private func split(_ text: [UInt8], _ quotes: Dialect.Quotes) -> [[UInt8]]? {
    var fields = QuotedFields()
    let scratch = ScratchText()
    return withTextMemory(text, slack: UInt8(ascii: "\"")) { pointer, length in
      guard fields.split(pointer, length, dialect: Self.dialect(quotes), scratch: scratch) else { return nil }
      return (0..<fields.count).map { field in
        Array(UnsafeBufferPointer(start: fields.pointer(field), count: fields.length(field)))
      }
    }
  }

  @Test func strictIsRFC4180() {
    var random = RandomText(seed: 6002)
    for round in 0..<2500 {
      let text = random.bytes(random.one(["\",", "\",a", "\"\",,ab\n ", "\",\u{e9}"]), 1...14)
      let expected = ReferenceText.cells(text)
      let found = split(text, .strict)
      #expect(found == expected, "\(random.seed), round \(round): \(shown(text))")
      if found != expected { return }
    }
  }

  @Test func lenientReadsWhatStrictReadsAndRefusesNothing() {
    var random = RandomText(seed: 6003)
    for round in 0..<1500 {
      let text = random.bytes(random.one(["\",a", "\",,ab "]), 1...14)
      let found = split(text, .lenient)
      if let strict = ReferenceText.cells(text) {
        #expect(found == strict, "\(random.seed), round \(round): \(shown(text))")
      } else {
        #expect(found?.isEmpty == false, "\(random.seed), round \(round): \(shown(text))")
      }
    }
  }

  @Test func whatIsWrittenWithBackslashesIsReadBack() {
    var random = RandomText(seed: 6004)
    for round in 0..<1000 {
      let cells = (0..<random.int(1...4)).map { _ in random.bytes("\\\",a\n", 0...5) }
      let texts = cells.map { cell -> [UInt8] in
        let isQuoted = random.chance(60) || cell.first == UInt8(ascii: "\"")
        var text: [UInt8] = []
        for byte in cell {
          let mustEscape =
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || !isQuoted && byte == UInt8(ascii: ",")
          if mustEscape || random.chance(10) { text.append(UInt8(ascii: "\\")) }
          text.append(byte)
        }
        return isQuoted ? [34] + text + [34] : text
      }
      let text = Array(texts.joined(separator: [UInt8(ascii: ",")]))
      guard !text.isEmpty else { continue }
      #expect(split(text, .backslash) == cells, "\(random.seed), round \(round): \(shown(text))")
    }
  }
}
