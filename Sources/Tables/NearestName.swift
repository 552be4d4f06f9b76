// "Did you mean": the known name that a mistyped one is closest to.

/// Finds the name that was probably meant.
public enum NearestName {
  /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from `name`; nil where even the best
  /// needs more than a third of the longer name's bytes, and at least one edit is always granted.
  ///
  /// Of equally near ones the first. Complexity: O(candidates × bytes²): for messages.
  public static func find(_ name: Label, in candidates: some Sequence<Label>) -> Label? {
    var best: Label?
    var bestDistance = Int.max
    let lowered = lowercased(name.bytes)
    for candidate in candidates {
      let limit = max(1, max(name.bytes.count, candidate.bytes.count) / 3)
      guard abs(candidate.bytes.count - name.bytes.count) <= limit else { continue }
      let distance = editCount(lowered, lowercased(candidate.bytes))
      // A name of one or two letters is one edit from everything: only another case of it counts.
      guard distance <= limit, distance < max(1, candidate.bytes.count - 1), distance < bestDistance else {
        continue
      }
      best = candidate
      bestDistance = distance
    }
    return best
  }

  private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
  }

  /// Optimal string alignment distance in bytes.
  static func editCount(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var current = [i] + Array(repeating: 0, count: b.count)
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        current[j] = min(replaced, last[j] + 1, current[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          current[j] = min(current[j], beforeLast[j - 2] + 1)
        }
      }
      (beforeLast, last) = (last, current)
    }
    return last[b.count]
  }
}
