// References to columns: by name, by other names, by position. Checked against what the format says of its columns.

import Tables

extension FormatReading {
  /// Whether a column may be missing from a short row without a word.
  enum Presence {
    /// Every record must have it.
    case required
    /// Written with `optional: yes`, or in a rule that only some rows fit (legs, trailers): what is missing is empty.
    case optional
  }

  /// One column: a name, a list of names of which the first that the header has counts, or a position.
  ///
  /// Positions are plain whole numbers from 1, or from −1 at the end; a name of digits is written in quotes. For JSON
  /// lines every text is a name, dots going into objects.
  func column(_ node: YamlNode, _ presence: Presence) -> ColumnReference? {
    if case .list(let elements) = node.content, !elements.isEmpty {
      let names = elements.compactMap { findings.text($0, what: "a column's name") }
      guard names.count == elements.count else { return nil }
      return checkNames(names, at: node, presence) ? .names(names) : nil
    }
    guard let text = findings.text(node, what: "a column") else { return nil }
    guard dialect.framing == .csv, case .scalar(_, isPlain: true) = node.content,
      let position = YamlFindings.integer(text)
    else { return checkNames([text], at: node, presence) ? .names([text]) : nil }
    guard position != 0 else {
      findings.error(
        "there is no column 0", at: node.place, hint: "columns are counted from 1, and from -1 at the end")
      return nil
    }
    let reference: ColumnReference = position > 0 ? .index(position - 1) : .indexFromEnd(-position)
    return checkPosition(position, at: node, presence) ? reference : nil
  }

  /// Columns: one, or a list of at least one.
  func columns(_ node: YamlNode, _ presence: Presence) -> [ColumnReference]? {
    findings.elements(node, what: "columns")?.compactMap { column($0, presence) }
  }

  private func checkNames(_ names: [Label], at node: YamlNode, _ presence: Presence) -> Bool {
    guard dialect.framing == .csv, header.mode != .names else { return true }
    guard !header.columns.isEmpty else {
      findings.error(
        "column \(Quoted.text(names[0])) has no name in the file", at: node.place,
        hint: "name the columns with 'columns', or write a position from 1")
      return false
    }
    guard let index = names.lazy.compactMap({ header.columns.firstIndex(of: $0) }).first else {
      findings.error(
        "there is no column \(Quoted.text(names[0]))", at: node.place,
        hint: YamlSuggestion.hint(for: names[0], among: header.columns.map(\.description)))
      return false
    }
    return checkPosition(index + 1, at: node, presence)
  }

  private func checkPosition(_ position: Int, at node: YamlNode, _ presence: Presence) -> Bool {
    // With `header: names` and no count, the file's own header says how many columns there are.
    guard header.fieldCountMax > 0 else { return true }
    guard abs(position) <= header.fieldCountMax else {
      findings.error(
        "there is no column \(position): a record has at most \(header.fieldCountMax) fields", at: node.place)
      return false
    }
    if presence == .required, abs(position) > header.fieldCountMin {
      findings.error(
        "column \(node.quoted) is missing where a record has only \(header.fieldCountMin) fields",
        at: node.place,
        hint: "add `optional: yes`, or raise 'field_count'")
      return false
    }
    return true
  }
}
