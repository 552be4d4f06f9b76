// Dialect and header of a format: how records, fields and names are written.

import Tables

extension FormatReading {
  private static let csvKeys = [
    "delimiter", "quotes", "multiline", "line_end", "comment", "header", "skip_lines", "types_line",
    "columns",
    "field_count", "trailing_delimiter", "requires",
  ]

  func dialect(_ map: YamlMap) -> Dialect {
    var dialect = Dialect.csv
    let framings: [Dialect.Framing] = [.csv, .jsonl]
    let encodings: [Dialect.Encoding] = [.utf8, .latin1]
    let type = map["type"].flatMap {
      findings.choice($0, what: "a type of file", of: framings.map { (word: $0.rawValue, value: $0) })
    }
    dialect.framing = type ?? .csv
    dialect.trimsBlanks = map["trim"].flatMap(findings.flag) ?? false
    dialect.nullTokens = map["nulls"].flatMap { findings.labels($0, what: "a text that means nothing") } ?? []
    dialect.encoding =
      map["encoding"].flatMap {
        findings.choice($0, what: "an encoding", of: encodings.map { (word: $0.rawValue, value: $0) })
      } ?? .utf8
    guard dialect.framing == .csv else {
      refuseCsvKeys(map)
      return dialect
    }
    dialect.delimiter = map["delimiter"].flatMap(delimiter) ?? dialect.delimiter
    dialect.quotes = map["quotes"].flatMap(quotes) ?? .strict
    dialect.isMultiline = map["multiline"].flatMap(findings.flag) ?? false
    dialect.lineEnd = map["line_end"].flatMap(lineEnd) ?? 0x0A
    dialect.comment =
      map["comment"].flatMap { findings.textOrEmpty($0, what: "the beginning of a comment") } ?? .empty
    if dialect.isMultiline, dialect.quotes == .none, let node = map["multiline"] {
      findings.error(
        "without quotes no record goes on after its line", at: node.place, hint: "leave 'multiline' out")
    }
    return dialect
  }

  private func refuseCsvKeys(_ map: YamlMap) {
    for entry in map.entries where Self.csvKeys.contains(entry.key.description) {
      findings.error(
        "\(Quoted.text(entry.key)) is for csv, this format is jsonl", at: entry.place, hint: "leave it out"
      )
    }
  }

  private func delimiter(_ node: YamlNode) -> UInt8? {
    guard let text = findings.text(node, what: "a delimiter") else { return nil }
    if text == "\\t" { return 0x09 }
    let refused: [UInt8] = [UInt8(ascii: "\""), 0x0A, 0x0D]
    if text.bytes.count == 1, !refused.contains(text.bytes[0]) { return text.bytes[0] }
    findings.error(
      "\(Quoted.text(text)) is not a delimiter", at: node.place,
      hint: "write one byte, such as ';', or \\t for a tab")
    return nil
  }

  private func quotes(_ node: YamlNode) -> Dialect.Quotes? {
    let all: [Dialect.Quotes] = [.strict, .lenient, .backslash, .none]
    return findings.choice(node, what: "a rule for quotes", of: all.map { (word: $0.rawValue, value: $0) })
  }

  private func lineEnd(_ node: YamlNode) -> UInt8? {
    findings.choice(node, what: "a line end", of: [("lf", UInt8(0x0A)), ("cr", UInt8(0x0D))])
  }

  func header(_ map: YamlMap) -> Header {
    var header = Header.names
    guard dialect.framing == .csv else { return header }
    let modes: [Header.Mode] = [.names, .skip, .none]
    header.mode =
      map["header"].flatMap {
        findings.choice($0, what: "a rule for the header", of: modes.map { (word: $0.rawValue, value: $0) })
      } ?? .names
    header.skipLines =
      map["skip_lines"].flatMap { findings.integer($0, what: "a number of lines to skip", in: 0...10_000) }
      ?? 0
    header.hasTypesLine = map["types_line"].flatMap(findings.flag) ?? false
    header.allowsTrailingDelimiter = map["trailing_delimiter"].flatMap(findings.flag) ?? false
    header.columns = map["columns"].map(columns) ?? []
    header.requiredNames = map["requires"].flatMap { findings.labels($0, what: "a column's name") } ?? []
    let declared = map["field_count"].flatMap(fieldCount)
    header.fieldCountMin = declared?.lowerBound ?? header.columns.count
    header.fieldCountMax = declared?.upperBound ?? header.columns.count
    checkHeader(header, map)
    return header
  }

  private func columns(_ node: YamlNode) -> [Label] {
    guard let elements = findings.elements(node, what: "columns") else { return [] }
    var seen: Set<Label> = []
    return elements.compactMap { element in
      guard let name = findings.text(element, what: "a column's name") else { return nil }
      if !seen.insert(name).inserted {
        findings.error("column \(Quoted.text(name)) is listed twice", at: element.place)
      }
      return name
    }
  }

  /// `16`, or `16-21`.
  private func fieldCount(_ node: YamlNode) -> ClosedRange<Int>? {
    guard let text = findings.text(node, what: "a number of fields") else { return nil }
    let bounds = text.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map { YamlFindings.integer(Label(bytes: Array($0))) ?? 0 }
    guard bounds.count <= 2, let least = bounds.first, let most = bounds.last, least >= 1, least <= most,
      most <= Self.fieldCountLimit
    else {
      findings.error(
        "\(Quoted.text(text)) is not a number of fields", at: node.place,
        hint: "write 16, or 16-21, at most \(Self.fieldCountLimit)")
      return nil
    }
    return least...most
  }

  /// Most fields that a descriptor may ask for. The widest known export has about 450.
  private static let fieldCountLimit = 4096

  private func checkHeader(_ header: Header, _ map: YamlMap) {
    let refuse = { (key: String, why: String) in
      if let entry = map.entry(key) {
        findings.error(
          "'\(key)' does not go with `header: \(header.mode.rawValue)`", at: entry.place, hint: why)
      }
    }
    switch header.mode {
    case .names:
      refuse("columns", "the file names its columns itself; to ignore its names write `header: skip`")
    case .skip: refuse("requires", "names are not looked at")
    case .none:
      refuse("requires", "there are no names")
      refuse("types_line", "there is no header line")
    }
    if header.mode != .names, header.fieldCountMax == 0, map["columns"] == nil, map["field_count"] == nil {
      findings.error(
        "nothing says how many fields a record has", at: map["header"]?.place ?? map.place,
        hint: "add 'columns', or 'field_count'")
    }
    if let node = map["field_count"], !header.columns.isEmpty, header.fieldCountMax < header.columns.count {
      findings.error(
        "'columns' names \(header.columns.count) columns, but a record has at most \(header.fieldCountMax) fields",
        at: node.place)
    }
  }
}
