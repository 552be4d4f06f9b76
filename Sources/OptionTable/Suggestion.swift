// "Did you mean": the known word nearest to a mistyped one.
//
// Owns the distance and the limit beyond which silence is better than a guess.

/// Finds what somebody meant to type.
public enum Suggestion {
  /// The candidate nearest to `word`, or nil where none is near; of equals the one that begins alike, then the first.
  ///
  /// Near is one edit for words of up to four letters, two up to eight, three beyond; upper and lower case are equal,
  /// and so are `_` and `-`. A word that begins exactly one candidate is near to it whatever the rest.
  /// - Complexity: O(candidates × letters²).
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let typed = folded(word)
    guard !typed.isEmpty else { return nil }
    let begun = candidates.filter { typed.count >= 3 && folded($0).starts(with: typed) }
    var best: (word: String, distance: Int, isBegun: Bool)?
    for candidate in candidates {
      let letters = folded(candidate)
      let distance = editDistance(typed, letters)
      guard distance <= distanceMax(typed.count), distance < letters.count else { continue }
      let isBegun = letters.first == typed.first
      let isNearer = best.map { (distance, isBegun ? 0 : 1) < ($0.distance, $0.isBegun ? 0 : 1) } ?? true
      if isNearer { best = (candidate, distance, isBegun) }
    }
    return best?.word ?? (begun.count == 1 ? begun[0] : nil)
  }

  /// The end of a message: `; did you mean 'rate'?`, or nothing. `prefix` comes before the word inside the quotes.
  public static func question(for word: String, among candidates: [String], prefix: String = "") -> String {
    nearest(to: word, among: candidates).map { "; did you mean '\(prefix)\($0)'?" } ?? ""
  }

  /// The least number of insertions, deletions, replacements and swaps of neighbours that make `b` from `a`.
  ///
  /// Swaps count as one edit (optimal string alignment), because transposed letters are one slip of the fingers.
  /// - Complexity: O(`a.count` × `b.count`).
  static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
        row.append(edits)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }

  private static func distanceMax(_ letterCount: Int) -> Int {
    letterCount <= 4 ? 1 : letterCount <= 8 ? 2 : 3
  }

  private static func folded(_ word: String) -> [UInt8] {
    word.utf8.map { byte in
      if byte == UInt8(ascii: "_") { return UInt8(ascii: "-") }
      return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
  }
}
