// Reads one file of `formats/`, or a built-in text: a format descriptor, with every fault named by line and column.
//
// Owns the descriptor's frame and the order in which its parts are read; each part has a file of its own. Examples are
// read here and tried by the engine, which has the parser for them.

import Tables

/// Reads format descriptors.
public enum FormatReader {
  /// The descriptor in `text`, or nil where it has an error; all its faults are appended to `findings`, in file order.
  ///
  /// `origin` is the name in messages and `FormatDescriptor.origin`.
  /// - Complexity: O(n).
  public static func read(
    _ text: [UInt8], origin: String, findings: inout [CatalogFinding]
  ) -> FormatDescriptor? {
    let found = YamlFindings(file: origin)
    let format = YamlReader.read(text, findings: found).flatMap { root -> FormatDescriptor? in
      var reading = FormatReading(findings: found)
      return reading.format(root, text: Label(bytes: text))
    }
    findings += found.sorted
    return found.hasErrors ? nil : format
  }
}

/// The reading of one descriptor: what its parts must know of each other.
struct FormatReading {
  static let keys = [
    "format", "summary", "kind", "type", "delimiter", "quotes", "multiline", "line_end", "trim", "nulls",
    "comment",
    "encoding", "header", "skip_lines", "types_line", "columns", "field_count", "trailing_delimiter",
    "requires", "fields",
    "answered", "key", "guide", "filters", "needs_assembly", "legs", "trailer", "examples",
  ]

  let findings: YamlFindings
  /// Known before fields and conditions are read, because columns are checked against them.
  var dialect = Dialect.csv
  var header = Header.names
  /// The roles that `fields` names, also those whose rule is faulty.
  var roles: [FieldRole] = []
  /// Kind of the events where no field says otherwise.
  var kind = UsageKind.voice
  /// Whether each record says its kind or the unit of its quantity.
  var isKindPerRecord = false
  var isUnitPerRecord = false

  init(findings: YamlFindings) { self.findings = findings }

  mutating func format(_ root: YamlNode, text: Label) -> FormatDescriptor? {
    guard let map = YamlMap(root, what: "the format", keys: Self.keys, findings: findings) else { return nil }
    let name = map.required("format").flatMap(name)
    dialect = dialect(map)
    header = header(map)
    let fieldsNode = map.required("fields")
    let fieldEntries = fieldsNode.map { entries($0) } ?? []
    readKind(map)
    let fields = fieldEntries.compactMap { field($0.entry, role: $0.role) }
    if let fieldsNode { checkRoles(at: fieldsNode) }
    let filters = map["filters"].map(filters) ?? []
    let examples = map["examples"].map { self.examples($0, reasons: filters.map(\.reason)) } ?? []
    return FormatDescriptor(
      name: name ?? .empty,
      summary: map["summary"].flatMap { findings.text($0, what: "a summary") } ?? .empty,
      dialect: dialect, header: header, kind: kind, fields: fields,
      answered: map["answered"].map { alternatives($0, what: "an answered rule") } ?? [],
      key: map["key"].map(key) ?? usualKey, guide: map["guide"].map(guide) ?? usualGuides, filters: filters,
      needsAssembly: map["needs_assembly"].map { alternatives($0, what: "a rule for partial rows") } ?? [],
      legs: map["legs"].flatMap(legs), trailer: map["trailer"].flatMap(trailer), examples: examples,
      text: text,
      origin: findings.file)
  }

  private func name(_ node: YamlNode) -> Label? {
    guard let text = findings.text(node, what: "the format's name") else { return nil }
    let isPlain = text.bytes.allSatisfy { byte in
      byte &- UInt8(ascii: "0") <= 9 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
    if isPlain { return text }
    findings.error(
      "\(Quoted.text(text)) is not a format's name", at: node.place,
      hint: "write letters, digits, '-', '_' and '.'")
    return nil
  }

  /// The roles of `fields` in file order, each at most once.
  private mutating func entries(_ node: YamlNode) -> [(entry: YamlEntry, role: FieldRole)] {
    guard let map = YamlMap(node, what: "fields", keys: nil, findings: findings) else { return [] }
    // The reader of YAML has refused keys given twice; two words may still be one role (`role` is a meter).
    let entries = map.entries.compactMap { entry -> (entry: YamlEntry, role: FieldRole)? in
      let word = YamlNode(content: .scalar(entry.key, isPlain: true), place: entry.place)
      return findings.take(FieldRole.parse(entry.key), at: word).map { (entry, $0) }
    }
    roles = entries.map(\.role)
    if let twin = entries.indices.dropFirst().first(where: { roles[..<$0].contains(roles[$0]) }) {
      findings.error(
        "'\(entries[twin].entry.key)' is the role '\(roles[twin].name)', which another field has",
        at: entries[twin].entry.place, hint: "keep one")
    }
    return entries
  }

  private mutating func readKind(_ map: YamlMap) {
    isKindPerRecord = roles.contains(.kind)
    isUnitPerRecord = roles.contains(.unit)
    guard let node = map["kind"] else {
      if !isKindPerRecord {
        findings.error(
          "the format has no 'kind'", at: map.place, hint: "add `kind: voice`, or a field with the role kind")
      }
      return
    }
    kind = findings.choice(node, what: "a kind of usage", of: UsageKind.choices) ?? .voice
  }

  /// What every format must read.
  private func checkRoles(at place: YamlNode) {
    let need = { (role: String, why: String) in
      findings.error("no field has the role '\(role)'", at: place.place, hint: why)
    }
    if !roles.contains(.start) { need("start", "an event needs the time at which it began") }
    if roles.contains(.amountCurrency), !roles.contains(.amount) {
      need("amount", "a currency needs an amount")
    }
    if roles.contains(.value), roles.contains(.billable) {
      findings.error(
        "a record is a sample (role value) or usage (role billable)", at: place.place,
        hint: "keep one of the two")
    }
    guard !roles.contains(.billable), !roles.contains(.value) else { return }
    if isKindPerRecord || isUnitPerRecord || kind == .data {
      need("billable", "an event needs its quantity")
    } else if kind == .voice, !roles.contains(.end) {
      need("billable", "a call needs its seconds, or the time at which it ended (role end)")
    }
  }
}

extension Dialect {
  /// CSV as RFC 4180 has it.
  static let csv = Dialect(
    framing: .csv, delimiter: UInt8(ascii: ","), quotes: .strict, lineEnd: 0x0A, isMultiline: false,
    trimsBlanks: false,
    nullTokens: [], comment: .empty, encoding: .utf8)
}

extension Header {
  /// A first line with names, nothing else asked.
  static let names = Header(
    mode: .names, skipLines: 0, hasTypesLine: false, columns: [], fieldCountMin: 0, fieldCountMax: 0,
    requiredNames: [],
    allowsTrailingDelimiter: false)
}
