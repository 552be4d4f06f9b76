// JSON lines, against the reader of whole documents.

import Tables
import Testing

@testable import RatingEngine

@Suite struct JSONFieldsJudgeTests {
  private static let names = ["a", "b", "id"]
  /// Every path of two levels.
  private static let paths: [String] = names + names.flatMap { outer in names.map { outer + "." + $0 } }

  private enum Found: Equatable {
    case absent
    case text([UInt8])
  }

  private func read(_ text: [UInt8]) -> [Found]? {
    var json = JSONFields()
    let scratch = ScratchText()
    return withTextMemory(text, slack: UInt8(ascii: "}")) { pointer, length in
      var found = [Found](repeating: .absent, count: Self.paths.count)
      let isObject = json.read(pointer, length, paths: Self.paths.map { [Array($0.utf8)] }, scratch: scratch)
      {
        slot, value, count in
        found[slot] = count < 0 ? .absent : .text(Array(UnsafeBufferPointer(start: value, count: count)))
      }
      return isObject ? found : nil
    }
  }

  private func expected(_ value: JSONValue, _ path: String) -> Found? {
    var at: JSONValue? = value
    for name in path.split(separator: ".") { at = at?[Label(String(name))] }
    switch at {
    case nil, .null, .object: return .absent
    case .bool(let truth): return .text(Array((truth ? "true" : "false").utf8))
    case .number(let text): return .text(Array(text.utf8))
    case .string(let text): return .text(text.bytes)
    // An array is handed out as it is written.
    case .array: return nil
    }
  }

  @Test func everyLineIsReadAsADocument() {
    var random = RandomText(seed: 6010)
    var objects = 0
    for round in 0..<2000 {
      var text = Self.object(&random, depth: 0)
      if random.chance(60) { text = random.mutated(text, "{}[]\",:\\u0e19-.truefalsn \u{1}é") }
      let found = read(text)
      let message = "\(random.seed), round \(round): \(shown(text))"
      do throws(JSONFault) {
        let value = try JSONReader.read(text, depthMax: 32)
        guard case .object = value else {
          #expect(found == nil, "\(message)")
          continue
        }
        objects += 1
        guard let found else {
          Issue.record("\(message): no object")
          return
        }
        for (slot, path) in Self.paths.enumerated() {
          if let expected = expected(value, path) { #expect(found[slot] == expected, "\(message): \(path)") }
        }
      } catch {
        // A line may name a member twice, and its texts may be of another encoding; nothing else is let through.
        let isTolerated = error.message.contains("twice") || error.message.contains("UTF-8")
        #expect(isTolerated || found == nil, "\(message): \(error)")
      }
    }
    #expect(objects > 500)
  }

  @Test func aMemberWithoutANameIsALevelOfItsOwn() {
    let found = read(Array(#"{"":{"id":"inner","a":1},"id":{"":5}}"#.utf8))
    #expect(found == [Found](repeating: .absent, count: Self.paths.count))
  }

  private static func object(_ random: inout RandomText, depth: Int) -> [UInt8] {
    var members: [[UInt8]] = []
    for name in names.shuffled(using: &random.random) where random.chance(70) {
      members.append(
        string(name, &random) + blanks(&random) + [58] + blanks(&random) + value(&random, depth: depth))
    }
    let separated = members.joined(separator: blanks(&random) + [44] + blanks(&random))
    return [123] + blanks(&random) + separated + blanks(&random) + [125]
  }

  private static func value(_ random: inout RandomText, depth: Int) -> [UInt8] {
    switch random.int(0...7) {
    case 0 where depth < 3: return object(&random, depth: depth + 1)
    case 1 where depth < 3:
      return [91] + value(&random, depth: depth + 1) + [44] + value(&random, depth: depth + 1) + [93]
    case 2: return Array(random.one(["true", "false", "null", "[]", "{}"]).utf8)
    case 3, 4: return Array(random.one(["0", "-1", "61", "0.5", "1e3", "-0.0E-2", "123456789012"]).utf8)
    default: return string(random.one(["", "text", "a\"b\\c/", "é\u{1F4DE}", "\n\t\u{8}"]), &random)
    }
  }

  /// A text with its quotes; escapes are short, long or, where none is needed, missing.
  private static func string(_ text: String, _ random: inout RandomText) -> [UInt8] {
    var bytes: [UInt8] = [34]
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x20, scalar != "\"", scalar != "\\", random.chance(80) {
        bytes += Array(String(scalar).utf8)
      } else if let short = [
        "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t", "\u{8}": "\\b",
      ][
        String(scalar)], random.chance(70)
      {
        bytes += Array(short.utf8)
      } else {
        for unit in String(scalar).utf16 {
          let hex = String(unit, radix: 16, uppercase: random.chance(50))
          bytes += Array(("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8)
        }
      }
    }
    return bytes + [34]
  }

  private static func blanks(_ random: inout RandomText) -> [UInt8] {
    random.chance(80) ? [] : random.bytes(" \t", 0...2)
  }
}
