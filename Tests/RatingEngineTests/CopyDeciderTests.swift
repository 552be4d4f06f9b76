// Which of several copies of a record counts.

import Testing

@testable import RatingEngine

@Suite struct CopyDeciderTests {
  /// Copies in order as words: `A` is a suspect of file A, `a` a record of it that was counted when it came; a digit behind
  /// it is its content, 0 where there is none.
  private func verdicts(_ copies: String, isRowKeyed: Bool = false, isKnownConflict: Bool = false) -> String {
    let known = ConflictKey(low: 1, high: 1)
    // Files A to F have one source, others another that rates otherwise.
    var decider = CopyDecider(
      conflicts: isKnownConflict ? [known] : [],
      twins: SourceTwins(classes: (0..<32).map { $0 <= 6 ? 0 : 1 }))
    // A record of another key before and behind: groups do not touch each other.
    let all = [copy("A", key: 0)] + copies.split(separator: " ").map { copy($0, key: 1, isRowKeyed) }
    let words = (all + [copy("A", key: 2)]).map { copy in
      switch decider.decide(copy) {
      case .counts: "counts"
      case .duplicate: "duplicate"
      case .stays: "stays"
      case .withdrawn(let keeper): "withdrawn for \(keeper.quantityRaw)"
      case .conflict: "conflict"
      case .held: "held"
      }
    }
    #expect(words.first == "counts" && words.last == "counts")
    return words.dropFirst().dropLast().joined(separator: ", ")
  }

  private func copy(_ word: Substring, key: UInt64, _ isRowKeyed: Bool = false) -> RecordCopy {
    let letter = word.utf8.first ?? 0
    let isCounted = letter >= UInt8(ascii: "a")
    let file = UInt32(letter & 31)
    let content = UInt32(word.dropFirst()) ?? 0
    return RecordCopy(
      suspect: Suspect(
        row: OutcomeRow(
          keyLow: 0, keyHigh: 0, identity: key, identityHigh: UInt32(key), content: content,
          quantityRaw: Int64(file), quantityBilled: 0, amountPico: 0, payload: 0, reason: 0,
          door: 0,
          kind: 0, isRowKeyed: isRowKeyed && !isCounted ? 1 : 0), logIndex: 0), isCounted: isCounted,
      source: file, file: file,
      unit: 0, sequence: 0, number: 0)
  }

  @Test(arguments: [
    ("A", "counts"),
    ("a", "stays"),
    ("a A", "stays, duplicate"),
    ("A a", "counts, withdrawn for 1"),
    ("A A A", "counts, duplicate, duplicate"),
    ("A B c D", "counts, duplicate, withdrawn for 1, duplicate"),
    ("B1 C1 D2 E1", "counts, duplicate, conflict, duplicate"),
    ("a1 A2", "stays, conflict"),
    ("A f", "counts, withdrawn for 1"),
    ("A g", "counts, held"),
  ])
  func theCopyWithTheSmallestAddressCounts(copies: String, verdict: String) {
    #expect(verdicts(copies) == verdict)
  }

  @Test(arguments: [
    ("A A A", "counts, counts, counts"),
    ("a A", "stays, counts"),
    ("A A B B B", "counts, counts, duplicate, duplicate, counts"),
    ("A A b B B", "counts, counts, withdrawn for 1, duplicate, counts"),
    ("A B b", "counts, duplicate, stays"),
    ("A A B C C C", "counts, counts, duplicate, duplicate, duplicate, counts"),
  ])
  func ofRowsWithoutAnIdTheNthOfAFileIsTheCopyOfTheNthOfAnother(copies: String, verdict: String) {
    #expect(verdicts(copies, isRowKeyed: true) == verdict)
  }

  @Test func eachCopyOfAKnownConflictStandsForItself() {
    #expect(verdicts("A1 b2 C1", isKnownConflict: true) == "counts, stays, counts")
  }
}
