// Format descriptors: what each key means, its default, and what is said about a faulty one.

import Catalog
import Tables
import Testing

/// Reads a descriptor and gives it with the findings.
func readFormat(_ text: String) -> (format: FormatDescriptor?, findings: [String]) {
  var findings: [CatalogFinding] = []
  let format = FormatReader.read(Array(text.utf8), origin: "f.yaml", findings: &findings)
  return (format, findings.map(\.description))
}

@Suite struct FormatReaderTests {
  /// A small format with `line` put in its fifth line, after its fields.
  private func read(_ line: String) -> (format: FormatDescriptor?, findings: [String]) {
    readFormat(
      """
      format: x
      kind: voice
      fields: {id: call_id, start: begin, from: src, to: dst, billable: secs, trunk: tg, account: acc}
      summary: a test
      \(line)
      """)
  }

  @Test func theSmallestFormatHasTheUsualDefaults() throws {
    let (format, findings) = readFormat("format: x\nkind: voice\nfields: {start: begin, billable: secs}")
    #expect(findings == [])
    let read = try #require(format)
    #expect(read.name == "x")
    #expect(read.summary.isEmpty)
    #expect(
      read.dialect
        == Dialect(
          framing: .csv, delimiter: UInt8(ascii: ","), quotes: .strict, lineEnd: 10, isMultiline: false,
          trimsBlanks: false, nullTokens: [], comment: .empty, encoding: .utf8))
    #expect(
      read.header
        == Header(
          mode: .names, skipLines: 0, hasTypesLine: false, columns: [], fieldCountMin: 0, fieldCountMax: 0,
          requiredNames: [], allowsTrailingDelimiter: false))
    #expect(read.kind == .voice)
    #expect(read.answered.isEmpty)
    #expect(read.key.isEmpty)
    #expect(read.guide == [.outbound: [], .inbound: [], .internal: []])
    #expect(read.filters.isEmpty && read.needsAssembly.isEmpty && read.examples.isEmpty)
    #expect(read.legs == nil && read.trailer == nil)
    #expect(read.origin == "f.yaml")
    #expect(
      read.fields == [
        FieldRule(
          role: .start, source: FieldSource(columns: [.names(["begin"])]), conversion: .time([.iso]),
          absentTexts: [],
          isOptional: false, line: 3),
        FieldRule(
          role: .billable, source: FieldSource(columns: [.names(["secs"])]),
          conversion: .quantity(onePerUnit: 1000, isDecimalComma: false), absentTexts: [], isOptional: false,
          line: 3),
      ])
  }

  @Test func theTextIsKeptForPeople() {
    let text = "format: x\nkind: voice\nfields: {start: begin, billable: secs}  # why\n"
    #expect(readFormat(text).format?.text == Label(text))
  }

  // MARK: dialect and header

  @Test(arguments: [
    ("delimiter: \";\"", \Dialect.delimiter, UInt8(ascii: ";")), ("delimiter: \\t", \Dialect.delimiter, 9),
    ("delimiter: \"\\t\"", \Dialect.delimiter, 9), ("delimiter: '|'", \Dialect.delimiter, UInt8(ascii: "|")),
    ("line_end: cr", \Dialect.lineEnd, 13), ("line_end: lf", \Dialect.lineEnd, 10),
  ])
  func bytesOfTheDialect(_ line: String, _ path: any KeyPath<Dialect, UInt8> & Sendable, _ byte: UInt8) {
    #expect(read(line).format?.dialect[keyPath: path] == byte)
  }

  @Test func wordsOfTheDialect() throws {
    for quotes in [Dialect.Quotes.strict, .lenient, .backslash, .none] {
      #expect(read("quotes: \(quotes.rawValue)").format?.dialect.quotes == quotes)
    }
    #expect(read("encoding: latin-1").format?.dialect.encoding == .latin1)
    #expect(read("multiline: yes").format?.dialect.isMultiline == true)
    #expect(read("trim: yes").format?.dialect.trimsBlanks == true)
    #expect(read("nulls: [NULL, \\N]").format?.dialect.nullTokens == ["NULL", "\\N"])
    #expect(read("comment: \"#\"").format?.dialect.comment == "#")
    #expect(read("comment: \"\"").format?.dialect.comment == .empty)
  }

  @Test func theHeaderSaysWhereNamesComeFrom() throws {
    let skip = try #require(
      readFormat(
        """
        format: x
        kind: voice
        header: skip
        skip_lines: 2
        types_line: yes
        columns: [a, b, c]
        trailing_delimiter: yes
        fields: {start: a, billable: 2, from: -1}
        """
      ).format)
    #expect(
      skip.header
        == Header(
          mode: .skip, skipLines: 2, hasTypesLine: true, columns: ["a", "b", "c"], fieldCountMin: 3,
          fieldCountMax: 3,
          requiredNames: [], allowsTrailingDelimiter: true))
    #expect(skip.fields.map(\.source.columns) == [[.names(["a"])], [.index(1)], [.indexFromEnd(1)]])
    #expect(read("requires: [acc, tg]").format?.header.requiredNames == ["acc", "tg"])
    #expect(read("field_count: 7").format?.header.fieldCountMax == 7)
  }

  @Test(arguments: [
    ("field_count: 3", 3...3), ("field_count: 3-5", 3...5), ("field_count: 4096", 4096...4096),
  ])
  func recordsHaveAllowedNumbersOfFields(_ line: String, _ counts: ClosedRange<Int>) {
    let header = readFormat("format: x\nkind: voice\nheader: none\nfields: {start: 1, billable: 3}\n\(line)")
      .format?.header
    #expect(header.map { $0.fieldCountMin...$0.fieldCountMax } == counts)
  }

  @Test func jsonLinesReadNamesOnly() throws {
    let (format, findings) = readFormat(
      "format: x\nkind: data\ntype: jsonl\nnulls: [none]\nfields: {start: meta.time, billable: {column: \"7\", unit: GiB}}"
    )
    #expect(findings == [])
    #expect(format?.dialect.framing == .jsonl)
    #expect(format?.fields.map(\.source.columns) == [[.names(["meta.time"])], [.names(["7"])]])
    #expect(format?.fields.last?.conversion == .quantity(onePerUnit: 1 << 30, isDecimalComma: false))
  }

  @Test(arguments: [
    (
      "delimiter: ',,'", "f.yaml:5:12: ',,' is not a delimiter; write one byte, such as ';', or \\t for a tab"
    ),
    (
      "delimiter: '\"'", "f.yaml:5:12: '\"' is not a delimiter; write one byte, such as ';', or \\t for a tab"
    ),
    ("delimiter: é", "f.yaml:5:12: 'é' is not a delimiter; write one byte, such as ';', or \\t for a tab"),
    ("quotes: lenien", "f.yaml:5:9: 'lenien' is not a rule for quotes; did you mean 'lenient'?"),
    ("quote: none", "f.yaml:5:1: unknown key 'quote' in the format; did you mean 'quotes'?"),
    ("encoding: cp1252", "f.yaml:5:11: 'cp1252' is not an encoding; known: utf-8, latin-1"),
    (
      "header: none", "f.yaml:5:9: nothing says how many fields a record has; add 'columns', or 'field_count'"
    ),
    (
      "columns: [a]",
      "f.yaml:5:1: 'columns' does not go with `header: names`; "
        + "the file names its columns itself; to ignore its names write `header: skip`"
    ),
    ("field_count: 5-3", "f.yaml:5:14: '5-3' is not a number of fields; write 16, or 16-21, at most 4096"),
    ("field_count: 0", "f.yaml:5:14: '0' is not a number of fields; write 16, or 16-21, at most 4096"),
    ("field_count: 4097", "f.yaml:5:14: '4097' is not a number of fields; write 16, or 16-21, at most 4096"),
    (
      "field_count: 1-2-3", "f.yaml:5:14: '1-2-3' is not a number of fields; write 16, or 16-21, at most 4096"
    ),
    ("skip_lines: -1", "f.yaml:5:13: -1 is not a number of lines to skip; it lies between 0 and 10000"),
    ("type: jsnol", "f.yaml:5:7: 'jsnol' is not a type of file; did you mean 'jsonl'?"),
  ])
  func faultsOfTheDialectAreNamed(_ line: String, _ finding: String) {
    let (format, findings) = read(line)
    #expect(format == nil)
    #expect(findings.contains(finding))
  }

  @Test func csvKeysAreRefusedForJsonLines() {
    let (format, findings) = readFormat(
      "format: x\nkind: voice\ntype: jsonl\ndelimiter: ';'\nheader: none\nfields: {start: a, billable: b}")
    #expect(format == nil)
    #expect(
      findings == [
        "f.yaml:4:1: 'delimiter' is for csv, this format is jsonl; leave it out",
        "f.yaml:5:1: 'header' is for csv, this format is jsonl; leave it out",
      ])
  }

  @Test func namesAndTypesNeedAHeaderLine() {
    let (_, findings) = readFormat(
      "format: x\nkind: voice\nheader: none\ncolumns: [a, b, a]\nrequires: a\ntypes_line: yes\nfields: {start: a, billable: b}"
    )
    #expect(
      findings == [
        "f.yaml:4:17: column 'a' is listed twice",
        "f.yaml:5:1: 'requires' does not go with `header: none`; there are no names",
        "f.yaml:6:1: 'types_line' does not go with `header: none`; there is no header line",
      ])
  }

  // MARK: the frame

  @Test func whatEveryFormatNeeds() {
    let hint = "add `kind: voice`, or a field with the role kind"
    #expect(
      readFormat("").findings == [
        "f.yaml:1:1: the format has no 'format'", "f.yaml:1:1: the format has no 'fields'",
        "f.yaml:1:1: the format has no 'kind'; \(hint)",
      ])
    #expect(
      readFormat("format: x\nkind: voice\nfields: {id: a}").findings == [
        "f.yaml:3:9: no field has the role 'start'; an event needs the time at which it began",
        "f.yaml:3:9: no field has the role 'billable'; a call needs its seconds, or the time at which it ended (role end)",
      ])
    // A call may be measured by its end, a message counts for itself; data must say its quantity.
    #expect(readFormat("format: x\nkind: voice\nfields: {start: a, end: b}").findings == [])
    #expect(readFormat("format: x\nkind: message\nfields: {start: a}").findings == [])
    #expect(
      readFormat("format: x\nkind: data\nfields: {start: a}").findings == [
        "f.yaml:3:9: no field has the role 'billable'; an event needs its quantity"
      ])
    #expect(
      readFormat("format: x\nfields: {start: a, kind: b}").findings == [
        "f.yaml:2:9: no field has the role 'billable'; an event needs its quantity"
      ])
  }

  @Test func namesArePlainWords() {
    #expect(
      readFormat("format: my format\nkind: voice\nfields: {start: a, billable: b}").findings == [
        "f.yaml:1:9: 'my format' is not a format's name; write letters, digits, '-', '_' and '.'"
      ])
  }

  // MARK: key and guide

  @Test func theUsualKeyIsTheIdWithTheSequence() {
    let key = { (fields: String) in
      readFormat("format: x\nkind: voice\nfields: {start: a, billable: b\(fields)}").format?.key
    }
    #expect(key("") == [])
    #expect(key(", id: c") == [.id])
    #expect(key(", sequence: d, id: c") == [.id, .sequence])
    #expect(key(", sequence: d") == [])
    #expect(read("key: row").format?.key == [])
    #expect(read("key: [id, start, trunk]").format?.key == [.id, .start, .service("trunk")])
    #expect(read("key: id").format?.key == [.id])
  }

  @Test func aSequenceAloneIsNoKey() {
    let read = { (key: String) in
      readFormat(
        "format: x\nkind: voice\nfields: {start: a, billable: b, sequence: c, trunk: d}\nkey: \(key)\n")
    }
    #expect(read("[trunk, sequence]").format?.key == [.service("trunk"), .sequence])
    #expect(read("[sequence]").format == nil)
    #expect(
      read("sequence").findings == [
        "f.yaml:4:6: a sequence alone identifies nothing: it tells the rows of one id apart; add the id, or give a "
          + "number that no two records share the role id"
      ])
  }

  @Test func theUsualGuideIsAccountThenServicesThenTheOwnNumber() {
    #expect(
      read("").format?.guide == [
        .outbound: [.account, .service("trunk"), .from], .inbound: [.account, .service("trunk"), .to],
        .internal: [.account, .service("trunk"), .from],
      ])
    #expect(
      read("guide: [from, account]").format?.guide == [
        .outbound: [.from, .account], .inbound: [.from, .account], .internal: [.from, .account],
      ])
    #expect(
      read("guide: {outbound: trunk, inbound: [to]}").format?.guide == [
        .outbound: [.service("trunk")], .inbound: [.to], .internal: [.account, .service("trunk"), .from],
      ])
  }

  @Test(arguments: [
    (
      "key: [id, sequence]",
      "f.yaml:5:11: the key names 'sequence', which no field has; "
        + "known: id, start, from, to, billable, trunk, account"
    ),
    ("key: [id, id]", "f.yaml:5:11: the key names 'id' twice"),
    ("key: []", "f.yaml:5:6: an empty list of roles; leave the key out"),
    (
      "key: rows",
      "f.yaml:5:6: the key names 'rows', which no field has; known: id, start, from, to, billable, trunk, account"
    ),
    ("guide: [trnk]", "f.yaml:5:9: the guide names 'trnk', which no field has; did you mean 'trunk'?"),
    (
      "guide: [start]",
      "f.yaml:5:8: 'start' is nothing to look up; a guide takes account, from, to and service keys"
    ),
    ("guide: {outbond: [from]}", "f.yaml:5:9: unknown key 'outbond' in the guide; did you mean 'outbound'?"),
  ])
  func faultsOfKeyAndGuideAreNamed(_ line: String, _ finding: String) {
    let (format, findings) = read(line)
    #expect(format == nil)
    #expect(findings == [finding])
  }
}
