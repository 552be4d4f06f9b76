// A map with a known set of keys: unknown keys are named, missing ones asked for, and reading goes on.

import Tables

/// The entries of one map, with the words that a schema gives to them.
package struct YamlMap {
  /// What the map describes, for messages: `a charge`, `the plan`.
  package let what: String
  /// Where it begins.
  package let place: YamlPlace
  /// Its entries in file order, unknown keys left out.
  package let entries: [YamlEntry]
  /// Whether it had keys that nobody knows: what else it lacks may be what they were meant to say.
  package let hasUnknownKeys: Bool
  /// Where faults go.
  package let findings: YamlFindings

  /// Takes `node` for a map; nil, with an error, where it is something else.
  ///
  /// A key that is not in `keys` is an error; nil for `keys` lets any key pass.
  package init?(_ node: YamlNode, what: String, keys: [String]?, findings: YamlFindings) {
    guard case .map(let entries) = node.content else {
      findings.error("expected \(what) with keys and values, found \(node.quoted)", at: node.place)
      return nil
    }
    self.what = what
    place = node.place
    self.findings = findings
    let known = keys.map { Set($0.map { Label($0) }) }
    self.entries = entries.filter { known?.contains($0.key) != false }
    hasUnknownKeys = self.entries.count < entries.count
    for entry in entries where known?.contains(entry.key) == false {
      findings.error(
        "unknown key \(Quoted.text(entry.key)) in \(what)", at: entry.place,
        hint: YamlSuggestion.hint(for: entry.key, among: keys ?? []))
    }
  }

  /// The entry of a key; nil where the map has none.
  package func entry(_ key: String) -> YamlEntry? {
    let key = Label(key)
    return entries.first { $0.key == key }
  }

  /// The value of a key; nil where the map has none.
  package subscript(key: String) -> YamlNode? { entry(key)?.value }

  /// The value of a key that must be there; its absence is an error, unless an unknown key may be a slip of it.
  package func required(_ key: String, hint: String = "") -> YamlNode? {
    let value = self[key]
    if value == nil, !hasUnknownKeys { findings.error("\(what) has no '\(key)'", at: place, hint: hint) }
    return value
  }

  /// The value of a key that may be written in the singular or the plural; both at once are an error.
  package func either(_ key: String, _ other: String) -> YamlNode? {
    guard let first = entry(key), let second = entry(other) else { return self[key] ?? self[other] }
    let later =
      (first.place.line, first.place.column) < (second.place.line, second.place.column) ? second : first
    findings.error("\(what) has both '\(key)' and '\(other)'", at: later.place, hint: "keep one")
    return first.value
  }
}
