// Fields of a format: columns, what becomes of their text, roles and their slips.

import Catalog
import Tables
import Testing

@Suite struct FormatFieldTests {
  /// A voice format with `field` in its fourth line.
  private func read(_ field: String, head: String = "kind: voice") -> (rule: FieldRule?, findings: [String]) {
    let (format, findings) = readFormat(
      "format: x\n\(head)\nfields:\n  \(field)\n  start: s\n  billable: b\n")
    return (format?.fields.first, findings)
  }

  @Test(arguments: [
    ("id: a", FieldSource(columns: [.names(["a"])])),
    ("id: [a, b]", FieldSource(columns: [.names(["a", "b"])])),
    ("id: 3", FieldSource(columns: [.index(2)])),
    ("id: -1", FieldSource(columns: [.indexFromEnd(1)])),
    ("id: '3'", FieldSource(columns: [.names(["3"])])),
    ("id: {column: a}", FieldSource(columns: [.names(["a"])])),
    ("id: {column: [a, b]}", FieldSource(columns: [.names(["a", "b"])])),
    ("id: {first_of: [a, 2]}", FieldSource(columns: [.names(["a"]), .index(1)])),
    ("id: {first_of: [[a, b], c]}", FieldSource(columns: [.names(["a", "b"]), .names(["c"])])),
    ("id: {join: [a, b]}", FieldSource(columns: [.names(["a"]), .names(["b"])], joinedBy: " ")),
    ("id: {join: [a, b], with: \"\"}", FieldSource(columns: [.names(["a"]), .names(["b"])], joinedBy: "")),
    ("id: {join: [a, b], with: '-'}", FieldSource(columns: [.names(["a"]), .names(["b"])], joinedBy: "-")),
    (
      "id: {column: a, after: /, before: '-'}", FieldSource(columns: [.names(["a"])], after: "/", before: "-")
    ),
    ("id: {constant: c}", FieldSource(columns: [], constant: "c")),
    ("id: {column: a, constant: c}", FieldSource(columns: [.names(["a"])], constant: "c")),
  ])
  func aFieldHasASource(_ field: String, _ source: FieldSource) {
    let (rule, findings) = read(field)
    #expect(findings == [])
    #expect(rule?.source == source)
  }

  @Test func casesComeInOrderBesideWords() {
    let (rule, findings) = read(
      "direction: {column: a, cases: [{means: inbound, when: {column: d, present: yes}}, "
        + "{means: outbound, when: [{column: a, begins: x}, {column: c, is: y}]}], words: {}}")
    #expect(findings == [])
    #expect(rule?.conversion == .words([], otherwise: nil))
    #expect(
      rule?.cases == [
        WordCase(conditions: [Condition(column: .names(["d"]), test: .isPresent)], code: 1),
        WordCase(
          conditions: [
            Condition(column: .names(["a"]), test: .beginsWith(["x"])),
            Condition(column: .names(["c"]), test: .isOneOf(["y"])),
          ], code: 0),
      ])
  }

  @Test func aFieldMayBeAbsent() {
    let (rule, findings) = read("answer: {column: a, absent: [x, '-1'], optional: yes}")
    #expect(findings == [])
    #expect(rule?.absentTexts == ["x", "-1"])
    #expect(rule?.isOptional == true)
    #expect(rule?.line == 4)
  }

  @Test(arguments: [
    ("id: a", FieldConversion.text), ("trunk: a", .text), ("meter: a", .text), ("disposition: a", .text),
    ("unit: a", .text),
    ("from: a", .number), ("to: a", .number),
    ("answer: a", .time([.iso])), ("end: {column: a, time: epoch-ms}", .time([.epoch(unitsPerSecond: 1000)])),
    (
      "end: {column: a, time: [iso, epoch-s, DD.MM.YY hh:mm]}",
      .time([.iso, .epoch(unitsPerSecond: 1), .pattern("DD.MM.YY hh:mm")])
    ),
    ("duration: a", .quantity(onePerUnit: 1000, isDecimalComma: false)),
    ("duration: {column: a, unit: ms}", .quantity(onePerUnit: 1, isDecimalComma: false)),
    ("duration: {column: a, unit: min, decimal: ','}", .quantity(onePerUnit: 60_000, isDecimalComma: true)),
    ("duration: {column: a, unit: us}", .microseconds), ("duration: {column: a, unit: clock}", .clock),
    (
      "direction: a",
      .words(
        [
          .init(text: "outbound", code: 0), .init(text: "inbound", code: 1), .init(text: "internal", code: 2),
        ], otherwise: nil)
    ),
    (
      "direction: {column: a, words: {O: outbound, I: inbound}, otherwise: internal}",
      .words([.init(text: "O", code: 0), .init(text: "I", code: 1)], otherwise: 2)
    ),
  ])
  func aRoleDecidesWhatBecomesOfTheText(_ field: String, _ conversion: FieldConversion) {
    let (rule, findings) = read(field)
    #expect(findings == [])
    #expect(rule?.conversion == conversion)
  }

  @Test(arguments: [
    ("voice", "", FieldConversion.quantity(onePerUnit: 1000, isDecimalComma: false)),
    ("voice", ", unit: h", .quantity(onePerUnit: 3_600_000, isDecimalComma: false)),
    ("voice", ", unit: clock", .clock), ("voice", ", unit: us", .microseconds),
    ("message", "", .quantity(onePerUnit: 1, isDecimalComma: false)),
    ("data", ", unit: MB", .quantity(onePerUnit: 1_000_000, isDecimalComma: false)),
    ("data", ", unit: MiB, decimal: ','", .quantity(onePerUnit: 1_048_576, isDecimalComma: true)),
    ("event", "", .quantity(onePerUnit: 1_000_000, isDecimalComma: false)),
  ])
  func aQuantityIsInTheUnitOfItsKind(_ kind: String, _ unit: String, _ conversion: FieldConversion) {
    let (format, findings) = readFormat(
      "format: x\nkind: \(kind)\nfields: {start: s, billable: {column: b\(unit)}}")
    #expect(findings == [])
    #expect(format?.fields.last?.conversion == conversion)
  }

  @Test func recordsMaySayTheirOwnUnit() {
    let billable = { (fields: String, unit: String) in
      readFormat("format: x\nkind: event\nfields: {start: s, billable: {column: b\(unit)}, \(fields)}")
    }
    #expect(
      billable("unit: u", "").format?.fields[1].conversion == .quantityInRecordUnit(isDecimalComma: false))
    #expect(
      billable("kind: k", ", decimal: ','").format?.fields[1].conversion
        == .quantityInRecordUnit(isDecimalComma: true))
    #expect(
      billable("unit: u", ", unit: GB").findings == [
        "f.yaml:3:48: each record says its unit, so 'billable' has no unit of its own; leave 'unit' out here, or the field 'unit'"
      ])
  }

  @Test(arguments: [
    ("id: 0", "f.yaml:4:7: there is no column 0; columns are counted from 1, and from -1 at the end"),
    ("id: {}", "f.yaml:4:7: the field 'id' has no column; add 'column', 'first_of', 'join' or 'constant'"),
    ("id: {column: a, join: [b]}", "f.yaml:4:19: the field 'id' has both 'column' and 'join'; keep one"),
    ("id: {column: a, with: x}", "f.yaml:4:19: 'with' belongs to 'join'"),
    ("id: {colum: a}", "f.yaml:4:8: unknown key 'colum' in the field 'id'; did you mean 'column'?"),
    ("id: {column: a, time: iso}", "f.yaml:4:19: 'time' does nothing for the role 'id'; leave it out"),
    (
      "from: {column: a, words: {x: y}}",
      "f.yaml:4:21: 'words' does nothing for the role 'from'; leave it out"
    ),
    ("answer: {column: a, unit: s}", "f.yaml:4:23: 'unit' does nothing for the role 'answer'; leave it out"),
    (
      "answer: {column: a, time: epoch}",
      "f.yaml:4:29: the time pattern 'epoch' has 'h'; did you mean 'epoch-s'?"
    ),
    ("answer: {constant: x}", "f.yaml:4:22: a time is read from a column, not a constant"),
    (
      "from: {column: a, cases: []}",
      "f.yaml:4:21: 'cases' does nothing for the role 'from'; leave it out"
    ),
    (
      "direction: {column: a, cases: [{means: outbond, when: {column: a, is: b}}]}",
      "f.yaml:4:42: 'outbond' is not a direction; did you mean 'outbound'?"
    ),
    (
      "direction: {column: a, cases: [{means: outbound}]}",
      "f.yaml:4:34: a case has no 'when'"
    ),
    (
      "direction: {constant: outbond}",
      "f.yaml:4:25: 'outbond' is not one of the words of 'direction'; did you mean 'outbound'?"
    ),
    (
      "direction: {column: a, words: {o: outbond}}",
      "f.yaml:4:37: 'outbond' is not a direction; did you mean 'outbound'?"
    ),
    (
      "direction: {column: a, otherwise: none}",
      "f.yaml:4:37: 'none' is not a direction; known: outbound, inbound, internal"
    ),
    ("duration: {column: a, unit: GB}", "f.yaml:4:31: 'GB' measures data, not voice"),
    ("duration: {column: a, unit: mins}", "f.yaml:4:31: 'mins' is not a unit; did you mean 'min'?"),
    (
      "duration: {column: a, unit: clock, decimal: ','}",
      "f.yaml:4:38: a clock has no decimal mark; leave 'decimal' out"
    ),
    ("duration: {column: a, decimal: ';'}", "f.yaml:4:34: ';' is not a decimal mark; known: ,, ."),
    ("unit: {constant: Gb}", "f.yaml:4:20: 'Gb' is not a unit; did you mean 'GB'?"),
  ])
  func faultsOfAFieldAreNamed(_ field: String, _ finding: String) {
    let (rule, findings) = read(field)
    #expect(rule == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    ("strat", "did you mean 'start'?"), ("billabel", "did you mean 'billable'?"),
    ("acount", "did you mean 'account'?"),
    ("form", "did you mean 'from'?"), ("dst", "did you mean 'to'?"), ("billsec", "did you mean 'billable'?"),
    ("time", "did you mean 'start'?"),
  ])
  func slipsOfRolesAreAskedAbout(_ word: String, _ hint: String) {
    #expect(read("\(word): a").findings == ["f.yaml:4:3: unknown role '\(word)'; \(hint)"])
  }

  @Test(arguments: [
    "trunk", "extension", "account_code", "tenant", "did", "uid", "site", "client_matter", "centre2",
  ])
  func otherWordsAreServiceKeys(_ word: String) {
    let (rule, findings) = read("\(word): a")
    #expect(findings == [])
    #expect(rule?.role == .service(Label(word)))
  }

  @Test(arguments: ["Trunk", "my key", "9a", "row", "trünk"])
  func serviceKeysAreLowerCaseWords(_ word: String) {
    #expect(
      read("\(word): a").findings == [
        "f.yaml:4:3: '\(word)' is not the name of a service key; write lower-case letters, digits and _, such as account_code"
      ])
  }

  @Test func numbersAreLookedUpByFromAndTo() {
    #expect(
      read("number: a").findings == [
        "f.yaml:4:3: 'number' is no role; numbers are looked up by the roles 'from' and 'to'"
      ])
  }

  @Test func aRoleIsReadOnce() {
    #expect(
      read("start: a").findings == [
        "f.yaml:5:3: key 'start' is given twice in one map, first on line 4; keep one"
      ])
  }

  // MARK: columns that cannot exist

  @Test func columnsAreCheckedAgainstTheDeclaredOnes() {
    let fields = { (field: String) in
      readFormat(
        "format: x\nkind: voice\nheader: none\nfield_count: 2-4\ncolumns: [s, b, c, d]\nfields:\n  start: s\n  billable: b\n  \(field)"
      ).findings
    }
    #expect(fields("id: b") == [])
    #expect(fields("id: {column: c, optional: yes}") == [])
    #expect(fields("id: 2") == [])
    #expect(fields("id: -2") == [])
    #expect(fields("id: {column: 4, optional: yes}") == [])
    #expect(
      fields("id: c") == [
        "f.yaml:9:7: column 'c' is missing where a record has only 2 fields; add `optional: yes`, or raise 'field_count'"
      ])
    #expect(
      fields("id: 3") == [
        "f.yaml:9:7: column '3' is missing where a record has only 2 fields; add `optional: yes`, or raise 'field_count'"
      ])
    #expect(
      fields("id: {column: 5, optional: yes}") == [
        "f.yaml:9:16: there is no column 5: a record has at most 4 fields"
      ])
    #expect(
      fields("id: {column: e, optional: yes}") == ["f.yaml:9:16: there is no column 'e'; known: s, b, c, d"])
    #expect(fields("id: [e, b]") == [])
  }

  @Test func withoutNamesThereAreOnlyPositions() {
    #expect(
      readFormat("format: x\nkind: voice\nheader: none\nfield_count: 2\nfields: {start: s, billable: 2}")
        .findings == [
          "f.yaml:5:17: column 's' has no name in the file; name the columns with 'columns', or write a position from 1"
        ])
  }

  @Test func moreColumnsThanFieldsAreAFault() {
    #expect(
      readFormat(
        "format: x\nkind: voice\nheader: none\nfield_count: 2\ncolumns: [a, b, c]\nfields: {start: a, billable: b}"
      ).findings == [
        "f.yaml:4:14: 'columns' names 3 columns, but a record has at most 2 fields"
      ])
  }
}
