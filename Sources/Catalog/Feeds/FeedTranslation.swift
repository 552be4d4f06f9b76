// Translates the rows of one file of a feed into texts of our own table: who, what, when, how many.
//
// A row that cannot be translated is a finding at its cell; what the texts then mean together is for the readers of our tables.

import BillingCalendar
import Money
import Tables

/// A row as our own table would have it.
struct FeedRow {
  /// Line of the export on which it begins.
  var line: Int
  /// Texts by column; what is not given is not there.
  var cells: [FeedColumn: Label] = [:]
  /// Where they stood.
  var positions: [FeedColumn: TablePosition] = [:]
}

/// The accounts that exports name.
struct FeedAccounts {
  private let ids: NameIndex
  private let parts: [Account]
  private let idsByName: [Label: [Label]]

  init(_ parts: [Account], ids: NameIndex) {
    self.parts = parts
    self.ids = ids
    idsByName = Dictionary(grouping: parts.map { ($0.id, $0.name) }, by: { Self.key($0.1) }).mapValues {
      $0.map(\.0)
    }
  }

  /// The id of the account that `text` names, or why there is none. Names are compared as headers are.
  func id(of text: Label, isByName: Bool) -> Result<Label, TextFault> {
    if text.bytes.withUnsafeBufferPointer({ ids[$0] }) != nil { return .success(text) }
    guard isByName else { return .failure(unknown(text, among: ids.names)) }
    let found = idsByName[Self.key(text)] ?? []
    if found.count == 1 { return .success(found[0]) }
    guard found.isEmpty else {
      return .failure(
        TextFault(
          message:
            "accounts \(found.map { Quoted.text($0) }.joined(separator: " and ")) are called \(Quoted.text(text))",
          hint: "say which is meant in 'words'"))
    }
    return .failure(unknown(text, among: parts.map(\.name)))
  }

  private func unknown(_ text: Label, among names: [Label]) -> TextFault {
    TextFault(
      message: "unknown account \(Quoted.text(text))",
      hint: Quoted.suggestion(
        for: text, in: names, otherwise: "name its account in 'words', or leave its rows out with 'leave_out'"
      ))
  }

  private static func key(_ name: Label) -> Label {
    name.bytes.withUnsafeBufferPointer { TableHeader.key($0) }
  }
}

/// Reads one file of a feed.
struct FeedTranslation: ~Copyable {
  private let layout: FeedLayout
  private let accounts: FeedAccounts
  private let namePart: Label
  private var reader: TableReader
  private var indices: [FeedPlace: Int] = [:]
  private var headerCellCount = 0
  private var findings: FindingList

  /// The rows of `text` that are not left out, and what is wrong with it. `namePart` is what the `*` of the feed's files stands
  /// for in this file's name.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, namePart: Label, _ layout: FeedLayout,
    _ accounts: FeedAccounts
  ) -> (rows: [FeedRow], findings: FindingList) {
    var translation = FeedTranslation(text, file, namePart, layout, accounts)
    if let fault = TableText.fault(in: text) {
      translation.findings.add([fault])
      return ([], translation.findings)
    }
    var rows: [FeedRow] = []
    if translation.takeHeader() {
      while translation.reader.nextRow() {
        guard translation.checkWidth(), translation.isRead() else { continue }
        if let row = translation.row() { rows.append(row) }
      }
    }
    translation.findings.add(translation.reader.faults)
    return (rows, translation.findings)
  }

  private init(
    _ text: UnsafeBufferPointer<UInt8>, _ file: String, _ namePart: Label, _ layout: FeedLayout,
    _ accounts: FeedAccounts
  ) {
    self.layout = layout
    self.accounts = accounts
    self.namePart = namePart
    reader = TableReader(text, delimiter: layout.delimiter, skipLines: layout.skipLines)
    findings = FindingList(file: file)
  }

  /// Finds every column that the layout names.
  private mutating func takeHeader() -> Bool {
    var places = layout.fields.compactMap { field -> FeedPlace? in
      if case .cell(let place) = field.source { return place }
      return nil
    }
    places += (layout.only + layout.leaveOut).flatMap { $0.parts.map(\.place) }
    if layout.header != .none {
      guard reader.nextRow() else {
        findings.error(
          at: TablePosition(line: 0, column: 0), "the file is empty", hint: "export it with its header")
        return false
      }
      headerCellCount = reader.cellCount
    }
    let header = layout.header == .names ? TableHeader(reader) : nil
    for place in places where indices[place] == nil {
      switch place {
      case .index(let index): indices[place] = index
      case .names(let names): indices[place] = find(names, in: header)
      }
    }
    return !findings.hasErrors
  }

  private mutating func find(_ names: [Label], in header: TableHeader?) -> Int? {
    guard let header else { return nil }
    for name in names {
      let key = name.bytes.withUnsafeBufferPointer { TableHeader.key($0) }
      let found = header.names.indices.filter { header.names[$0].key == key }
      if found.count == 1 { return found[0] }
      if found.count > 1 {
        findings.error(
          at: header.names[found[1]].position, "two columns are called \(Quoted.text(name))",
          hint: "rename one, or skip the header and use positions")
        return nil
      }
    }
    findings.error(
      at: TablePosition(line: reader.line, column: 0), "there is no column \(Quoted.text(names[0]))",
      hint: Quoted.suggestion(
        for: names[0], in: header.names.map(\.written),
        otherwise: "the file has " + header.names.map { Quoted.text($0.written) }.joined(separator: ", ")))
    return nil
  }

  private mutating func checkWidth() -> Bool {
    guard headerCellCount > 0, reader.cellCount < headerCellCount else { return true }
    findings.error(
      at: TablePosition(line: reader.line, column: 0),
      "the row has \(reader.cellCount) cells, the header names \(headerCellCount)",
      hint: "look for a line break or a delimiter that stands without quotes")
    return false
  }

  /// Whether the conditions let the current row pass.
  private func isRead() -> Bool {
    var isWanted = layout.only.isEmpty
    for condition in layout.only where fits(condition) { isWanted = true }
    for condition in layout.leaveOut where fits(condition) { return false }
    return isWanted
  }

  private func fits(_ condition: FeedCondition) -> Bool {
    for part in condition.parts {
      guard let index = indices[part.place], part.texts.contains(Label(reader[index])) else { return false }
    }
    return true
  }

  /// The current row in our words; nil, with a finding, where a cell cannot be.
  private mutating func row() -> FeedRow? {
    var row = FeedRow(line: reader.line)
    var isGood = true
    for field in layout.fields {
      let (text, position) = text(of: field)
      guard !text.isEmpty || field.words?[.empty] != nil else { continue }
      switch value(of: text, field) {
      case .success(let value):
        row.cells[field.column] = value.isEmpty ? nil : value
        row.positions[field.column] = position
      case .failure(let fault):
        findings.error(at: position, fault.message, hint: fault.hint)
        isGood = false
      }
    }
    return isGood ? row : nil
  }

  private func text(of field: FeedField) -> (text: Label, position: TablePosition) {
    guard case .cell(let place) = field.source, let index = indices[place] else {
      let text: Label
      switch field.source {
      case .constant(let constant): text = constant
      case .fileName: text = namePart
      case .cell: text = .empty
      }
      return (text, TablePosition(line: reader.line, column: 0))
    }
    return (Label(reader[index]), reader.position(ofCell: index))
  }

  private func value(of text: Label, _ field: FeedField) -> Result<Label, TextFault> {
    let isConstant = if case .constant = field.source { true } else { false }
    if !isConstant, let words = field.words {
      if let word = words[text] { return .success(word) }
      if let otherwise = field.otherwise { return .success(otherwise) }
      if case .account = field.column.form { return accounts.id(of: text, isByName: field.isByName) }
      return .failure(
        TextFault(
          message: "\(Quoted.text(text)) is none of the words of '\(field.column.rawValue)'",
          hint: Quoted.suggestion(
            for: text, in: words.keys.sorted(),
            otherwise: "add it to 'words', or leave its rows out with 'leave_out'")))
    }
    switch field.column.form {
    case .text: return .success(text)
    case .account:
      let found = accounts.id(of: text, isByName: field.isByName)
      if case .failure = found, let otherwise = field.otherwise { return .success(otherwise) }
      return found
    case .word(let words):
      if words.contains(text.description) { return .success(text) }
      return .failure(
        TextFault(
          message: "\(Quoted.text(text)) is no word of '\(field.column.rawValue)'",
          hint: "say in 'words' which of \(words.joined(separator: ", ")) it stands for"))
    case .day: return isConstant ? .success(text) : day(of: text, field)
    case .number: return number(text, field, mark: isConstant ? UInt8(ascii: ".") : layout.decimalMark)
    }
  }

  private func day(of text: Label, _ field: FeedField) -> Result<Label, TextFault> {
    var patterns = field.dates.isEmpty ? layout.dates : field.dates
    if case .fileName(let pattern) = field.source { patterns = [pattern] }
    if patterns.isEmpty, let iso = FeedDatePattern("YYYY-MM-DD") { patterns = [iso] }
    if let day = patterns.lazy.compactMap({ $0.day(of: text.bytes) }).first {
      return .success(Label(day.description))
    }
    let what = patterns.map(\.text.description).joined(separator: " or ")
    return .failure(
      TextFault(message: "bad date \(Quoted.text(text))", hint: "the feed says that dates are \(what)"))
  }

  private func number(_ text: Label, _ field: FeedField, mark: UInt8) -> Result<Label, TextFault> {
    switch text.bytes.withUnsafeBufferPointer({ DecimalText.parse($0, scale: Amount.scale, mark: mark) }) {
    case .success(let value): return .success(Label(DecimalText.format(value, scale: Amount.scale)))
    case .failure(let fault):
      let name = String(decoding: [mark], as: UTF8.self)
      return .failure(
        TextFault(
          message: fault.message(for: text.bytes, as: field.column.rawValue, scale: Amount.scale),
          hint: "expected digits and at most one '\(name)', no grouping, no symbol"))
    }
  }
}
