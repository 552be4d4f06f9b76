// A YAML document as a tree that remembers where everything stood.
//
// Scalars are text: whether `no` is a word, a flag or a name is for the schema to say, never for the reader to guess.

package import Tables

/// A place in a file: line and column from 1, the column in bytes.
package struct YamlPlace: Sendable, Hashable {
  /// Line, from 1.
  package var line: Int
  /// Column, from 1, in bytes.
  package var column: Int
  /// Which file of `YamlFindings`; 0, the first, but for what is inherited from another file.
  package var file: UInt8 = 0

  /// Makes a place.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One value of a document: text, a list or a map.
package struct YamlNode: Sendable, Hashable {
  /// What a value can be.
  package enum Content: Sendable, Hashable {
    /// Text, exactly as written after quotes and escapes are gone. `isPlain` tells `x:` (nothing) from `x: ""`.
    case scalar(Label, isPlain: Bool)
    /// Values in order.
    case list([YamlNode])
    /// Keys with their values, in file order, each key once.
    case map([YamlEntry])
  }

  /// The value.
  package var content: Content
  /// Where it begins. A value behind an alias stands where its anchor is.
  package var place: YamlPlace

  /// Makes a value.
  package init(content: Content, place: YamlPlace) {
    self.content = content
    self.place = place
  }

  /// What it is, for messages: `'text'`, `nothing`, `a list`, `a map`.
  package var quoted: String {
    switch content {
    case .scalar(let text, let isPlain): text.isEmpty && isPlain ? "nothing" : Quoted.text(text)
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The same value, said to stand in another file.
  package func inFile(_ file: UInt8) -> YamlNode {
    var node = self
    node.place.file = file
    switch content {
    case .scalar: break
    case .list(let elements): node.content = .list(elements.map { $0.inFile(file) })
    case .map(let entries):
      node.content = .map(
        entries.map { entry in
          var entry = entry
          entry.place.file = file
          entry.value = entry.value.inFile(file)
          return entry
        })
    }
    return node
  }
}

/// One key of a map with its value.
package struct YamlEntry: Sendable, Hashable {
  /// The key's text.
  package var key: Label
  /// Where the key begins.
  package var place: YamlPlace
  /// The value.
  package var value: YamlNode

  /// Makes an entry.
  package init(key: Label, place: YamlPlace, value: YamlNode) {
    self.key = key
    self.place = place
    self.value = value
  }
}
