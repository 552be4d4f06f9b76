// Conditions, filters, legs, trailers, examples and time patterns of a format.

import Catalog
import Tables
import Testing

@Suite struct FormatRuleTests {
  /// A small format with `line` in its fifth line.
  private func read(_ line: String) -> (format: FormatDescriptor?, findings: [String]) {
    readFormat(
      "format: x\nkind: voice\nfields: {id: i, start: s, billable: b, from: f}\nfilters: [{reason: test, when: {column: t, is: T}}]\n\(line)"
    )
  }

  private func condition(_ name: Label, _ test: Condition.Test, isOptional: Bool = false) -> Condition {
    Condition(column: .names([name]), test: test, isOptional: isOptional)
  }

  @Test(arguments: [
    ("is: a", Condition.Test.isOneOf(["a"])), ("is: [a, b]", .isOneOf(["a", "b"])),
    ("is: 2", .isOneOf(["2"])),
    ("not: [a]", .isNoneOf(["a"])), ("begins: [a, b]", .beginsWith(["a", "b"])),
    ("contains: x", .contains(["x"])), ("like: ['*/##-*', a]", .isLike(["*/##-*", "a"])),
    ("empty: yes", .isEmpty), ("empty: no", .isPresent), ("present: yes", .isPresent),
    ("present: no", .isEmpty),
    ("positive: yes", .isPositive),
  ])
  func conditionsTestOneColumn(_ test: String, _ expected: Condition.Test) {
    let (format, findings) = read("answered: [{column: d, \(test)}]")
    #expect(findings == [])
    #expect(format?.answered == [[condition("d", expected)]])
  }

  @Test func answeredIsAnyOfListsThatHoldAsAWhole() {
    let one = condition("d", .isOneOf(["A"]))
    let two = condition("e", .isPositive, isOptional: true)
    #expect(read("answered: {column: d, is: A}").format?.answered == [[one]])
    #expect(
      read("answered: [{column: d, is: A}, {column: e, positive: yes, optional: yes}]").format?.answered == [
        [one], [two],
      ])
    #expect(
      read("answered: [[{column: d, is: A}, {column: e, positive: yes, optional: yes}]]").format?.answered
        == [[one, two]])
    #expect(read("needs_assembly: [{column: d, is: A}]").format?.needsAssembly == [[one]])
  }

  @Test func filtersHaveAReasonAndHoldAsAWhole() {
    let (format, findings) = readFormat(
      "format: x\nkind: voice\nfields: {start: s, billable: b}\nfilters:\n- {reason: a-b, when: {column: 1, is: x}}\n- {reason: c, when: [{column: -2, empty: yes}, {column: y, present: yes}]}"
    )
    #expect(findings == [])
    #expect(
      format?.filters == [
        FilterRule(reason: "a-b", conditions: [Condition(column: .index(0), test: .isOneOf(["x"]))]),
        FilterRule(
          reason: "c",
          conditions: [Condition(column: .indexFromEnd(2), test: .isEmpty), condition("y", .isPresent)]),
      ])
  }

  @Test func legsChooseAmongRowsOfACall() {
    #expect(
      read("legs: {call: l, choose: longest}").format?.legs
        == LegRule(call: [.names(["l"])], choice: .longest))
    #expect(
      read("legs: {call: [l, 2], choose: sum}").format?.legs
        == LegRule(call: [.names(["l"]), .index(1)], choice: .sum))
  }

  @Test func trailersProveCountsAndSums() {
    #expect(
      read("trailer: {when: {column: 1, is: TRL}, count: 2, sum: 3}").format?.trailer
        == TrailerRule(
          conditions: [Condition(column: .index(0), test: .isOneOf(["TRL"]))], count: .index(1),
          sum: .index(2)))
  }

  @Test(arguments: [
    ("answered: []", "f.yaml:5:11: an empty list of conditions; leave the key out"),
    ("answered: [{is: A}]", "f.yaml:5:12: a condition of an answered rule has no 'column'"),
    (
      "answered: [{column: d}]",
      "f.yaml:5:12: a condition of an answered rule tests nothing; add is, not, begins, contains, like, empty, present or positive"
    ),
    (
      "answered: [{column: d, is: A, not: B}]",
      "f.yaml:5:31: a condition of an answered rule has two tests; make a list of two conditions"
    ),
    (
      "answered: [{column: d, equals: A}]",
      "f.yaml:5:24: unknown key 'equals' in a condition of an answered rule; "
        + "known: column, is, not, begins, contains, like, empty, present, positive, optional"
    ),
    (
      "answered: [{column: d, positive: no}]",
      "f.yaml:5:34: 'positive' is yes or is not there; turn the condition round"
    ),
    (
      "answered: [{column: d, empty: maybe}]",
      "f.yaml:5:31: 'maybe' is not yes or no; known: yes, no, true, false"
    ),
    (
      "needs_assembly: [{column: d, is: []}]",
      "f.yaml:5:34: an empty list of a text to compare with; leave the key out"
    ),
    ("legs: {call: l}", "f.yaml:5:7: legs has no 'choose'"),
    (
      "legs: {call: l, choose: longst}",
      "f.yaml:5:25: 'longst' is not a choice among rows; did you mean 'longest'?"
    ),
    (
      "trailer: {when: {column: 1, is: T}}",
      "f.yaml:5:10: the trailer proves nothing; add 'count' or 'sum' with the column of the total"
    ),
  ])
  func faultsOfRulesAreNamed(_ line: String, _ finding: String) {
    let (format, findings) = read(line)
    #expect(format == nil)
    #expect(findings == [finding])
  }

  @Test func sumsNeedOneUnit() {
    let read = { (unit: String, total: String) in
      readFormat(
        "format: x\nkind: voice\nfields: {start: s, billable: b\(unit)}\ntrailer: {when: {column: 1, is: T}, \(total): 3}"
      ).findings
    }
    #expect(read("", "sum") == [])
    #expect(read(", unit: u", "count") == [])
    #expect(
      read(", unit: u", "sum") == [
        "f.yaml:4:37: a sum of 'billable', but each record has a unit of its own; leave 'sum' out, and prove the file by 'count'"
      ])
  }

  @Test func conditionsAreCheckedAgainstTheDeclaredColumns() {
    let answered = { (condition: String) in
      readFormat(
        "format: x\nkind: voice\nheader: none\nfield_count: 2-3\ncolumns: [s, b, disposition]\nfields: {start: s, billable: b}\nanswered: {\(condition)}"
      ).findings
    }
    #expect(answered("column: b, positive: yes") == [])
    #expect(answered("column: disposition, is: A, optional: yes") == [])
    #expect(
      answered("column: dispostion, is: A") == [
        "f.yaml:7:20: there is no column 'dispostion'; did you mean 'disposition'?"
      ])
    #expect(
      answered("column: disposition, is: A") == [
        "f.yaml:7:20: column 'disposition' is missing where a record has only 2 fields; add `optional: yes`, or raise 'field_count'"
      ])
    #expect(
      answered("column: 4, is: A") == ["f.yaml:7:20: there is no column 4: a record has at most 3 fields"])
  }

  // MARK: examples

  @Test func examplesExpectAnEventAFilterOrSuspense() throws {
    let (format, findings) = read(
      """
      examples:
      - {header: "i,s,b", line: "1,2,3", event: {id: 1, billable: 3, answered: yes, from: ""}}
      - {header: "i,s,b", line: "1,2,3", filtered: test}
      - {header: "i,s,b", line: "1,2,3", suspense: bad-time}
      """)
    #expect(findings == [])
    let examples = try #require(format?.examples)
    #expect(examples.map(\.sourceLine) == [6, 7, 8])
    #expect(examples.map(\.header) == ["i,s,b", "i,s,b", "i,s,b"])
    #expect(examples[0].line == "1,2,3")
    #expect(examples[0].expected.map(\.role) == ["id", "billable", "answered", "from"])
    #expect(examples[0].expected.map(\.value) == ["1", "3", "yes", ""])
    #expect(examples[1].expected.map(\.role) == ["filtered"])
    #expect(examples[2].expected.map(\.value) == ["bad-time"])
  }

  @Test(arguments: [
    (
      "{line: a, event: {id: 1}}",
      "f.yaml:5:12: an example needs a 'header' to be read by; copy the file's first line"
    ),
    ("{header: h, event: {id: 1}}", "f.yaml:5:12: an example has no 'line'"),
    (
      "{header: h, line: a}",
      "f.yaml:5:12: an example expects nothing; write one of event, filtered and suspense"
    ),
    (
      "{header: h, line: a, filtered: test, suspense: x}",
      "f.yaml:5:49: an example expects two things; write one of event, filtered and suspense"
    ),
    (
      "{header: h, line: a, filtered: tset}",
      "f.yaml:5:43: no filter has the reason 'tset'; did you mean 'test'?"
    ),
    (
      "{header: h, line: a, event: {answerd: yes}}",
      "f.yaml:5:41: unknown key 'answerd' in an event; did you mean 'answered'?"
    ),
    (
      "{header: h, line: a, event: {to: 1}}",
      "f.yaml:5:41: unknown key 'to' in an event; "
        + "known: id, start, billable, from, answered, direction, kind"
    ),
    (
      "{header: h, line: \"a\\nb\", event: {id: 1}}",
      "f.yaml:5:30: a line of an export is one line; put it in single quotes, on one line"
    ),
  ])
  func faultsOfExamplesAreNamed(_ example: String, _ finding: String) {
    let (format, findings) = read("examples: [\(example)]")
    #expect(format == nil)
    #expect(findings == [finding])
  }

  @Test func aHeaderIsForFormatsThatReadNames() {
    let text =
      "format: x\nkind: voice\nheader: none\nfield_count: 2\nfields: {start: 1, billable: 2}\nexamples: "
    #expect(readFormat(text + "{line: a, suspense: bad-time}").findings == [])
    #expect(
      readFormat(text + "{line: a, header: h, suspense: bad-time}").findings == [
        "f.yaml:6:21: this format takes no names from a header; leave 'header' out"
      ])
  }

  // MARK: time patterns

  @Test(arguments: [
    ("iso", TimePattern.iso), ("epoch-s", .epoch(unitsPerSecond: 1)),
    ("epoch-ms", .epoch(unitsPerSecond: 1000)),
    ("epoch-us", .epoch(unitsPerSecond: 1_000_000)), ("YYYY-MM-DD", .pattern("YYYY-MM-DD")),
    ("DD/MMM/YY hh:mm:ss.fff AP Z", .pattern("DD/MMM/YY hh:mm:ss.fff AP Z")),
    ("YYYYMMDDThhmm", .pattern("YYYYMMDDThhmm")),
  ])
  func timePatternsAreWordsOrLetters(_ text: String, _ pattern: TimePattern) {
    #expect((try? TimePattern.parse(Label(text)).get()) == pattern)
  }

  @Test func patternsAreMadeOfParts() throws {
    let parts = try TimePattern.parts(of: "DD.MM.YYYY hh:mm").get()
    let dot = TimePatternPart.literal(UInt8(ascii: "."))
    #expect(
      parts == [.day, dot, .month, dot, .year, .literal(32), .hour, .literal(UInt8(ascii: ":")), .minute])
    #expect(try TimePattern.parts(of: "MMM DD YY").get().first == .monthName)
  }

  @Test(
    arguments: [
      ("yyyy-MM-DD", "the time pattern 'yyyy-MM-DD' has 'yyyy'", "a year is YYYY or YY"),
      ("YYYY-MM-dd", "the time pattern 'YYYY-MM-dd' has 'dd'", "a day is DD"),
      ("YYYY-MM-DD HH:mm", "the time pattern 'YYYY-MM-DD HH:mm' has 'HH'", "an hour is hh"),
      ("YYYY-MM-DD hh:m", "the time pattern 'YYYY-MM-DD hh:m' has 'm'", "a minute is mm, a month MM"),
      ("D/MM/YYYY", "the time pattern 'D/MM/YYYY' has 'D'", "a day is DD"),
      ("YYYY-MM-DD hh:mm:SS", "the time pattern 'YYYY-MM-DD hh:mm:SS' has 'SS'", "a second is ss"),
      (
        "unix", "the time pattern 'unix' has no year",
        "write iso, epoch-s, epoch-ms, epoch-us, or letters such as YYYY-MM-DD hh:mm:ss"
      ),
      ("ISO", "the time pattern 'ISO' has 'S'", "did you mean 'iso'?"),
      ("MM-DD", "the time pattern 'MM-DD' has no year", nil),
      ("YYYY YY-MM-DD", "the time pattern 'YYYY YY-MM-DD' has two years", nil),
      ("YYYY-DD", "the time pattern 'YYYY-DD' has no month", nil),
      ("YYYY-MM", "the time pattern 'YYYY-MM' has no day", nil),
      ("YYYY-MM MMM-DD", "the time pattern 'YYYY-MM MMM-DD' has two months", nil),
      ("YYYY-MM-DD mm", "the time pattern 'YYYY-MM-DD mm' has minutes without hours", nil),
      ("YYYY-MM-DD hh:ss", "the time pattern 'YYYY-MM-DD hh:ss' has seconds without minutes", nil),
      ("YYYY-MM-DD hh:mm.fff", "the time pattern 'YYYY-MM-DD hh:mm.fff' has a fraction without seconds", nil),
      ("YYYY-MM-DD AP", "the time pattern 'YYYY-MM-DD AP' has AP without hours", nil),
      ("YYYY-MM-DD hh:mm mm", "the time pattern 'YYYY-MM-DD hh:mm mm' has 'mm' twice", nil),
    ] as [(String, String, String?)])
  func otherPatternsAreRefused(_ text: String, _ message: String, _ hint: String?) {
    guard case .failure(let fault) = TimePattern.parse(Label(text)) else {
      Issue.record("\(text) was taken"); return
    }
    #expect(fault.message == message)
    if let hint { #expect(fault.hint == hint) }
  }
}
