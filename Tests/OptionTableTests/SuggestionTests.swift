// What "did you mean" offers, and when it keeps silent.

import Testing

@testable import OptionTable

@Suite struct SuggestionTests {
  private static let options = [
    "catalog", "out", "output", "threads", "expect-records", "expect-bytes", "json",
  ]

  @Test(arguments: [
    ("catlog", "catalog"), ("catalogue", "catalog"), ("thread", "threads"), ("htreads", "threads"),
    ("jsno", "json"),
    ("JSON", "json"), ("expect_bytes", "expect-bytes"), ("outp", "out"), ("expect-r", "expect-records"),
  ])
  func aSlipFindsItsWord(typed: String, meant: String) {
    #expect(Suggestion.nearest(to: typed, among: Self.options) == meant)
  }

  @Test(arguments: ["", "x", "o", "zzz", "jam", "expect", "completely-different"])
  func aGuessTooFarIsNotMade(typed: String) {
    #expect(Suggestion.nearest(to: typed, among: Self.options) == nil)
  }

  @Test func ofEqualsTheOneThatBeginsAlikeWins() {
    #expect(Suggestion.nearest(to: "fsh", among: ["bash", "zsh", "fish"]) == "fish")
    #expect(Suggestion.nearest(to: "ab", among: ["aa", "ac"]) == "aa")
  }

  @Test(arguments: [
    ("", "", 0), ("", "ab", 2), ("ab", "", 2), ("ab", "ab", 0), ("ab", "ba", 1), ("abc", "axc", 1),
    ("abc", "ac", 1),
    ("ac", "abc", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
  ])
  func editsAreCounted(a: String, b: String, distance: Int) {
    #expect(Suggestion.editDistance(Array(a.utf8), Array(b.utf8)) == distance)
  }
}
