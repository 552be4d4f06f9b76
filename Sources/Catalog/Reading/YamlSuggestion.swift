// The hint after an unknown word: the known word that was probably meant, or the words that are known.

import Tables

/// Words out of a few, for hints.
enum YamlSuggestion {
  /// `did you mean 'price'?`, or `known: a, b, c` where no word is near; empty where there are no candidates.
  static func hint(for word: Label, among candidates: [String]) -> String {
    if let question = question(for: word, among: candidates) { return question }
    guard !candidates.isEmpty else { return "" }
    let shown = candidates.prefix(listedMax).joined(separator: ", ")
    return "known: " + shown + (candidates.count > listedMax ? ", …" : "")
  }

  /// `did you mean 'price'?`; nil where no word is near.
  static func question(for word: Label, among candidates: [String]) -> String? {
    NearestName.find(word, in: candidates.map { Label($0) }).map { "did you mean '\($0)'?" }
  }

  private static let listedMax = 16
}
