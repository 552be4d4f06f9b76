// Random texts for tests that compare a fast function with a slow one, and the memory that the fast ones read.

import Glibc
import TestSupport

@testable import RatingEngine

/// Draws texts. Fixed unless `RATEMILL_SEED` says otherwise; `seed` stands in the message of every comparison.
struct RandomText {
  var random: SeededGenerator

  init(seed: UInt64) {
    random = SeededGenerator(seed: getenv("RATEMILL_SEED").flatMap { UInt64(String(cString: $0)) } ?? seed)
  }

  var seed: String { "RATEMILL_SEED=\(random.seed)" }

  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }
  mutating func one<T>(_ items: [T]) -> T { items[int(0...items.count - 1)] }

  /// So many bytes of an alphabet; of all bytes where it is empty.
  mutating func bytes(_ alphabet: String, _ count: ClosedRange<Int>) -> [UInt8] {
    let letters = Array(alphabet.utf8)
    return (0..<int(count)).map { _ in
      letters.isEmpty ? UInt8(truncatingIfNeeded: random.next()) : one(letters)
    }
  }

  /// The text with a few bytes replaced, put in or taken out.
  mutating func mutated(_ text: [UInt8], _ alphabet: String) -> [UInt8] {
    var text = text
    for _ in 0..<int(0...2) where !text.isEmpty {
      let at = int(0...text.count - 1)
      switch int(0...2) {
      case 0: text[at] = one(Array(alphabet.utf8))
      case 1: text.insert(one(Array(alphabet.utf8)), at: at)
      default: text.remove(at: at)
      }
    }
    return text
  }
}

/// Calls `body` with the text in memory as the engine has it: slack behind it, and what stands in the slack must not
/// matter.
func withTextMemory<R>(
  _ text: [UInt8], slack: UInt8 = UInt8(ascii: "7"), _ body: (TextPointer, Int) throws -> R
) rethrows -> R {
  let padded = text + [UInt8](repeating: slack, count: ByteText.slack)
  return try padded.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("slack is never empty") }
    return try body(base, text.count)
  }
}

/// A text for messages.
func shown(_ text: [UInt8]) -> String { "'\(String(decoding: text, as: UTF8.self))'" }
