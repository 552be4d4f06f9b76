// The vector scan against a loop over bytes.

import CMachine
import Testing

@testable import RatingEngine

@Suite struct ScanJudgeTests {
  private struct Found: Equatable {
    var structurals: [UInt32] = []
    var lineEnds: [UInt32] = []
    var quotes: [UInt32] = []
  }

  private typealias Scan = (
    UnsafePointer<UInt8>, Int, UInt8, UInt8, UInt8, UnsafeMutablePointer<UInt32>,
    UnsafeMutablePointer<UInt32>,
    UnsafeMutablePointer<UInt32>
  ) -> cm_scan_result

  private func scan(_ text: TextPointer, _ length: Int, _ quote: UInt8, _ newline: UInt8, by scan: Scan)
    -> Found
  {
    // Room for a step more than the text, as the splitter has it.
    let room = length + 128
    let lists = UnsafeMutablePointer<UInt32>.allocate(capacity: 3 * room)
    defer { lists.deallocate() }
    let counts = scan(
      text, length, UInt8(ascii: ","), newline, quote, lists, lists + room, lists + 2 * room)
    func list(_ number: Int, _ count: Int) -> [UInt32] {
      Array(UnsafeBufferPointer(start: lists + number * room, count: count))
    }
    return Found(
      structurals: list(0, counts.structuralCount), lineEnds: list(1, counts.lineCount),
      quotes: list(2, counts.quoteCount))
  }

  private func judge(_ text: [UInt8], _ quote: UInt8, _ newline: UInt8) -> Found {
    var found = Found()
    for (at, byte) in text.enumerated() {
      if byte == newline { found.lineEnds.append(UInt32(found.structurals.count)) }
      if byte == newline || byte == UInt8(ascii: ",") { found.structurals.append(UInt32(at)) }
      if quote != 0, byte == quote { found.quotes.append(UInt32(at)) }
    }
    return found
  }

  @Test func everyStructuralByteIsFoundOnceAndInOrder() {
    var random = RandomText(seed: 6001)
    for round in 0..<800 {
      // Dense, sparse and arbitrary bytes; lengths around the 64 bytes of a step.
      let alphabet = random.one([",\n\"", ",\n\"abcdefghijklmnop", "aaaaaaaaaaaaaaaaaaaaaaaa,\n", ""])
      let text = random.bytes(alphabet, random.one([0...3, 60...68, 120...200, 0...400]))
      let quote: UInt8 = random.one([0, UInt8(ascii: "\"")])
      let newline: UInt8 = random.one([10, 10, 13, 0])
      // What stands behind the end is looked at and must not count.
      let found = withTextMemory(text, slack: random.one([10, 44, 34])) { pointer, length in
        (
          scan(pointer, length, quote, newline, by: cm_scan),
          scan(pointer, length, quote, newline, by: cm_scan_portable),
          cm_count_byte(pointer, length, newline),
          cm_last_index(pointer, length, newline)
        )
      }
      let expected = judge(text, quote, newline)
      #expect(found.0 == expected, "\(random.seed), round \(round): \(text)")
      #expect(found.1 == expected, "\(random.seed), round \(round): \(text)")
      #expect(found.2 == expected.lineEnds.count, "\(random.seed), round \(round)")
      #expect(found.3 == text.lastIndex(of: newline) ?? -1, "\(random.seed), round \(round)")
      if found.0 != expected { return }
    }
  }
}
