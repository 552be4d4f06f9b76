// Reads one file of `feeds/`: a layout, with every fault named by line and column. Its examples are tried by `FeedExamples`.

import BillingCalendar
import Tables

/// Reads feed descriptors.
struct FeedReader {
  private static let keys = [
    "feed", "summary", "table", "files", "encoding", "ticket_rows", "delimiter", "header", "skip_lines",
    "decimal", "dates", "only",
    "leave_out", "columns", "examples",
  ]
  private static let fieldKeys = ["column", "constant", "from_name", "words", "otherwise", "dates", "by"]
  private static let exampleKeys = ["header", "line", "row", "left_out"]
  private static let linesMax = 10_000
  private static let columnsMax = 10_000

  private let findings: YamlFindings
  private let accounts: NameIndex
  private var feed: FeedDescriptor

  /// The feed in `text`, or nil where it has an error; its faults are added to `findings`, and words that stand for accounts
  /// must be ids of `accounts`.
  static func read(_ text: [UInt8], accounts: NameIndex, findings: YamlFindings) -> FeedDescriptor? {
    guard let root = YamlReader.read(text, findings: findings),
      let map = YamlMap(root, what: "the feed", keys: keys, findings: findings)
    else { return nil }
    let table =
      map.required("table").flatMap { node in
        findings.choice(
          node, what: "a table", of: FeedDescriptor.Table.allCases.map { (word: $0.rawValue, value: $0) })
      } ?? .counts
    let name = map.required("feed").flatMap { findings.text($0, what: "a feed's name") } ?? .empty
    var reader = FeedReader(
      findings: findings, accounts: accounts,
      feed: FeedDescriptor(
        name: name, summary: map["summary"].flatMap { findings.text($0, what: "a summary") } ?? .empty,
        table: table, files: Label("\(name).csv"), text: Label(bytes: text), origin: findings.file))
    reader.readFrame(map)
    reader.readColumns(map)
    reader.readExamples(map)
    return findings.hasErrors ? nil : reader.feed
  }

  private mutating func readFrame(_ map: YamlMap) {
    if let node = map["files"], let files = findings.text(node, what: "a name of files") {
      feed.files = files
      if files.bytes.count(where: { $0 == UInt8(ascii: "*") }) > 1 || files.bytes.contains(UInt8(ascii: "/"))
      {
        findings.error(
          "\(node.quoted) is no name of files", at: node.place,
          hint: "write a name in feeds/, with at most one '*' for any text")
      }
    }
    if let node = map["encoding"],
      let encoding = findings.choice(
        node, what: "an encoding", of: FeedEncoding.allCases.map { (word: $0.rawValue, value: $0) })
    {
      feed.layout.encoding = encoding
    }
    if let entry = map.entry("ticket_rows") { readTicketRows(entry) }
    if let node = map["delimiter"] { readDelimiter(node) }
    if let node = map["header"],
      let mode = findings.choice(
        node, what: "a kind of header",
        of: FeedLayout.HeaderMode.allCases.map { (word: $0.rawValue, value: $0) })
    {
      feed.layout.header = mode
    }
    feed.layout.skipLines =
      map["skip_lines"].flatMap { findings.integer($0, what: "a number of lines", in: 0...Self.linesMax) }
      ?? 0
    if let node = map["decimal"],
      let mark = findings.choice(
        node, what: "a decimal mark", of: [(".", UInt8(ascii: ".")), (",", UInt8(ascii: ","))])
    {
      feed.layout.decimalMark = mark
    }
    feed.layout.dates = map["dates"].map(dates) ?? []
    feed.layout.only = map["only"].map(conditions) ?? []
    feed.layout.leaveOut = map["leave_out"].map(conditions) ?? []
  }

  private mutating func readTicketRows(_ entry: YamlEntry) {
    guard feed.table == .tickets else {
      return findings.error(
        "'ticket_rows' does nothing for counts", at: entry.place,
        hint: "leave it out: rows of one account, item and day are added up")
    }
    let words = FeedLayout.TicketRows.allCases.map { (word: $0.rawValue, value: $0) }
    feed.layout.ticketRows =
      findings.choice(entry.value, what: "what rows of a ticket are", of: words) ?? .one
  }

  private mutating func readDelimiter(_ node: YamlNode) {
    guard let text = findings.text(node, what: "a delimiter") else { return }
    let byte = text == "\\t" ? 9 : text.bytes.count == 1 ? text.bytes[0] : 0
    guard byte == 9 || byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "#") else {
      findings.error(
        "\(node.quoted) is not a delimiter", at: node.place,
        hint: "write one character such as \";\" or \"\\t\"")
      return
    }
    feed.layout.delimiter = byte
  }

  private func dates(_ node: YamlNode) -> [FeedDatePattern] {
    (findings.elements(node, what: "patterns of dates") ?? []).compactMap { element in
      guard let text = findings.text(element, what: "a pattern of dates") else { return nil }
      if let pattern = FeedDatePattern(text) { return pattern }
      findings.error(
        "\(element.quoted) is not a pattern of dates", at: element.place,
        hint: "it has one year, one month and one day, such as DD.MM.YYYY")
      return nil
    }
  }

  private func conditions(_ node: YamlNode) -> [FeedCondition] {
    (findings.elements(node, what: "conditions") ?? []).compactMap { element in
      guard let map = YamlMap(element, what: "a condition", keys: nil, findings: findings) else { return nil }
      return FeedCondition(
        parts: map.entries.compactMap { entry in
          guard let place = place(entry.key, at: entry.place) else { return nil }
          let texts = (findings.elements(entry.value, what: "texts") ?? []).compactMap {
            findings.textOrEmpty($0, what: "a text of the column")
          }
          return FeedCondition.Part(place: place, texts: Set(texts))
        })
    }
  }

  /// A position from 1, or a name where the files have a header.
  private func place(_ text: Label, at place: YamlPlace) -> FeedPlace? {
    if let position = YamlFindings.integer(text) {
      if (1...Self.columnsMax).contains(position) { return .index(position - 1) }
      findings.error("\(Quoted.text(text)) is not a position", at: place, hint: "the first column is 1")
    } else if feed.layout.header == .names {
      return .names([text])
    } else {
      findings.error(
        "\(Quoted.text(text)) is a name, but the file has no header", at: place, hint: "write a position")
    }
    return nil
  }
}

// Columns.
extension FeedReader {
  private mutating func readColumns(_ map: YamlMap) {
    let known = FeedColumn.columns(of: feed.table)
    guard let node = map.required("columns"),
      let columns = YamlMap(node, what: "columns", keys: known.map(\.rawValue), findings: findings)
    else { return }
    for entry in columns.entries {
      guard let column = FeedColumn(rawValue: entry.key.description) else { continue }
      if let field = field(column, entry.value) { feed.layout.fields.append(field) }
    }
    checkEntries(columns)
    takeOtherNames()
    for column in FeedColumn.needed(of: feed.table)
    where columns.entry(column.rawValue) == nil && !columns.hasUnknownKeys {
      findings.error(
        "no column is the \(column.rawValue)", at: node.place,
        hint: "add `\(column.rawValue): NAME OF THE COLUMN`")
    }
  }

  /// Rows that are charged one by one need a name each, which stays theirs in the next export.
  private func checkEntries(_ columns: YamlMap) {
    let entry = columns.entry(FeedColumn.entry.rawValue)
    if feed.layout.ticketRows == .each, entry == nil {
      findings.error(
        "no column is the entry, by which rows of one ticket are told apart", at: columns.place,
        hint: "add `entry: NAME OF THE COLUMN`, such as that of the time entry's number")
    }
    if feed.layout.ticketRows != .each, let entry, feed.table == .tickets {
      findings.error(
        "'entry' does nothing without `ticket_rows: each`", at: entry.place, hint: "leave it out, or add that"
      )
    }
  }

  /// A condition on a column that has several names holds by whichever the file has.
  private mutating func takeOtherNames() {
    let lists = feed.layout.fields.compactMap { field -> [Label]? in
      if case .cell(.names(let names)) = field.source, names.count > 1 { return names }
      return nil
    }
    func widened(_ condition: FeedCondition) -> FeedCondition {
      FeedCondition(
        parts: condition.parts.map { part in
          guard case .names(let own) = part.place, let list = lists.first(where: { $0.contains(own[0]) })
          else {
            return part
          }
          return FeedCondition.Part(place: .names(list), texts: part.texts)
        })
    }
    feed.layout.only = feed.layout.only.map(widened)
    feed.layout.leaveOut = feed.layout.leaveOut.map(widened)
  }

  private func field(_ column: FeedColumn, _ node: YamlNode) -> FeedField? {
    guard case .map = node.content else {
      return place(of: node).map { FeedField(column: column, source: .cell($0)) }
    }
    let what = "the column '\(column.rawValue)'"
    guard let map = YamlMap(node, what: what, keys: Self.fieldKeys, findings: findings),
      let source = source(map, column)
    else { return nil }
    var field = FeedField(column: column, source: source)
    if let entry = map.entry("dates") {
      if case .day = column.form { field.dates = dates(entry.value) } else { refuse(entry, column) }
    }
    if let entry = map.entry("by") {
      if case .account = column.form {
        field.isByName =
          findings.choice(
            entry.value, what: "what accounts are known by", of: [("name", true), ("id", false)])
          ?? false
      } else {
        refuse(entry, column)
      }
    }
    readWords(map, into: &field)
    return field
  }

  private func refuse(_ entry: YamlEntry, _ column: FeedColumn) {
    findings.error(
      "'\(entry.key)' does nothing for '\(column.rawValue)'", at: entry.place, hint: "leave it out")
  }

  private func source(_ map: YamlMap, _ column: FeedColumn) -> FeedField.Source? {
    let given = map.entries.filter { ["column", "constant", "from_name"].contains($0.key.description) }
    guard given.count == 1 else {
      if map.hasUnknownKeys { return nil }
      findings.error(
        given.isEmpty
          ? "\(map.what) comes from nowhere" : "\(map.what) has both '\(given[0].key)' and '\(given[1].key)'",
        at: given.isEmpty ? map.place : given[1].place,
        hint: given.isEmpty ? "add 'column', 'constant' or 'from_name'" : "keep one")
      return nil
    }
    let value = given[0].value
    switch given[0].key {
    case "column": return place(of: value).map { .cell($0) }
    case "constant": return findings.text(value, what: "a text").map { .constant($0) }
    default:
      guard case .day = column.form, feed.files.bytes.contains(UInt8(ascii: "*")) else {
        findings.error(
          "a name of files gives a day, where 'files' has a '*'", at: given[0].place,
          hint: "such as files: devices-*.csv")
        return nil
      }
      return dates(value).first.map { .fileName($0) }
    }
  }

  private func place(of node: YamlNode) -> FeedPlace? {
    if case .list(let elements) = node.content, !elements.isEmpty {
      let names = elements.compactMap { findings.text($0, what: "a column's name") }
      guard names.count == elements.count, feed.layout.header == .names else {
        findings.error(
          "a list of names needs a header", at: node.place, hint: "write a position, or `header: names`")
        return nil
      }
      return .names(names)
    }
    return findings.text(node, what: "a column").flatMap { place($0, at: node.place) }
  }

  private func readWords(_ map: YamlMap, into field: inout FeedField) {
    if let node = map["otherwise"] { field.otherwise = word(node, of: field.column) }
    if let node = map["words"], let words = YamlMap(node, what: "words", keys: nil, findings: findings) {
      field.words = [:]
      for entry in words.entries { field.words?[entry.key] = word(entry.value, of: field.column) }
    }
    // What a constant says must be something that the column can be.
    if case .constant(let text) = field.source, let entry = map.entry("constant") {
      _ = word(entry.value, of: field.column)
      if case .day = field.column.form, CivilDate.parse(text.description) == nil {
        findings.error(
          "\(Quoted.text(text)) is not a day", at: entry.value.place, hint: "write YYYY-MM-DD")
      }
    }
  }

  /// A text in the words of our own table.
  private func word(_ node: YamlNode, of column: FeedColumn) -> Label? {
    guard let text = findings.textOrEmpty(node, what: "a text") else { return nil }
    switch column.form {
    case .word(let words) where !words.contains(text.description):
      findings.error(
        "\(Quoted.text(text)) is no word of '\(column.rawValue)'", at: node.place,
        hint: YamlSuggestion.hint(for: text, among: words))
    case .account where text.bytes.withUnsafeBufferPointer({ accounts[$0] }) == nil:
      findings.error(
        "unknown account \(Quoted.text(text))", at: node.place,
        hint: Quoted.suggestion(for: text, in: accounts.names, otherwise: "no account has that name"))
    default: return text
    }
    return nil
  }
}

// Examples.
extension FeedReader {
  private mutating func readExamples(_ map: YamlMap) {
    guard let node = map["examples"] else { return }
    feed.examples = (findings.elements(node, what: "examples") ?? []).compactMap(example)
  }

  private func example(_ node: YamlNode) -> FeedExample? {
    guard let map = YamlMap(node, what: "an example", keys: Self.exampleKeys, findings: findings),
      let line = map.required("line").flatMap({ findings.text($0, what: "a line of an export") })
    else { return nil }
    let needsHeader = feed.layout.header == .names
    guard needsHeader == (map["header"] != nil) else {
      findings.error(
        needsHeader ? "an example needs a 'header' to be read by" : "these files have no header",
        at: map.place, hint: needsHeader ? "copy the file's first line" : "leave 'header' out")
      return nil
    }
    let header = map["header"].flatMap { findings.text($0, what: "a header line") } ?? .empty
    guard (map["row"] != nil) != (map["left_out"] != nil) else {
      findings.error(
        "an example expects one thing", at: map.place, hint: "write 'row', or `left_out: yes`")
      return nil
    }
    var example = FeedExample(header: header, line: line, expected: nil, place: node.place)
    guard let row = map["row"] else { return example }
    let known = FeedColumn.columns(of: feed.table).map(\.rawValue)
    guard let cells = YamlMap(row, what: "a row", keys: known, findings: findings) else { return nil }
    example.expected = cells.entries.compactMap { entry in
      guard let column = FeedColumn(rawValue: entry.key.description),
        let text = findings.textOrEmpty(entry.value, what: "a text")
      else { return nil }
      return (column, text, entry.place)
    }
    return example
  }
}
