// Reads YAML (and so JSON) with libyaml into a tree that knows its places.
//
// One document per file, no tags, no merge keys, keys are words. Anchors and aliases are allowed within bounds, so that
// a few lines cannot unfold into a billion values. A syntax fault ends the reading: libyaml cannot go on after it.

/// Reads one YAML file.
package enum YamlReader {
  /// Largest file, in bytes. Plans and formats have a few KB.
  package static let bytesMax = 4 << 20
  /// Deepest nesting of lists and maps.
  package static let depthMax = 64
  /// Most values, those behind aliases counted at every use.
  package static let nodesMax = 200_000

  /// The document, or nil where `findings` got an error. A file without any value reads as an empty map.
  ///
  /// Errors: the first syntax fault; a second document, a tag, a key that is not text, a key given twice in one map, an
  /// unknown alias, an alias inside its own anchor, and everything over the limits. Only a key given twice lets the
  /// reading go on: its first value counts.
  /// - Complexity: O(n).
  package static func read(_ text: [UInt8], findings: YamlFindings) -> YamlNode? {
    guard text.count <= bytesMax else {
      findings.error(
        "the file has \(text.count) bytes, more than the \(bytesMax) that are read",
        at: YamlPlace(line: 0, column: 0),
        hint: "is it really YAML?")
      return nil
    }
    // libyaml would count a byte order mark as a character of the first line.
    let markBytes = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return text.withUnsafeBufferPointer { whole in
      let bytes = UnsafeBufferPointer(rebasing: whole[markBytes...])
      // libyaml takes no null pointer for "nothing".
      guard !bytes.isEmpty else { return YamlNode.nothing }
      var reading = YamlReading(bytes, findings: findings)
      defer { reading.close() }
      return try? reading.document()
    }
  }
}

extension YamlNode {
  /// What a file without any value reads as.
  static let nothing = YamlNode(content: .map([]), place: YamlPlace(line: 1, column: 1))
}
