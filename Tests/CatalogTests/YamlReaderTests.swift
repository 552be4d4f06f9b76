// The reader of YAML: what a text reads as, where its values stand, and what is refused.

import Catalog
import Tables
import Testing

@Suite struct YamlReaderTests {
  /// Reads `text` and shows the tree, or the findings where there are any.
  private func read(_ text: String) -> String { read(Array(text.utf8)) }

  private func read(_ bytes: [UInt8]) -> String {
    let findings = YamlFindings(file: "f.yaml")
    let node = YamlReader.read(bytes, findings: findings)
    if !findings.all.isEmpty { return findings.sorted.map(\.description).joined(separator: "\n") }
    return node.map(shown) ?? "no document"
  }

  /// `{key: 'text', list: ['a', 'b']}`; plain nothing is `~`.
  private func shown(_ node: YamlNode) -> String {
    switch node.content {
    case .scalar(let text, let isPlain): text.isEmpty && isPlain ? "~" : "'\(text)'"
    case .list(let nodes): "[" + nodes.map(shown).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\($0.key): \(shown($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  @Test(arguments: [
    // Scalars are text: nothing is taken for a number, a flag or a date.
    ("a: no", "{a: 'no'}"),
    ("a: 0.10", "{a: '0.10'}"),
    ("a: 012", "{a: '012'}"),
    ("a: 2025-01-03", "{a: '2025-01-03'}"),
    ("a: null", "{a: 'null'}"),
    ("a:", "{a: ~}"),
    ("a: ''", "{a: ''}"),
    ("a: \" x \"", "{a: ' x '}"),
    ("a: it's 5", "{a: 'it's 5'}"),
    (#"a: "\t\xe9\u20ac""#, "{a: '\té€'}"),
    ("a: 'x''y'", "{a: 'x'y'}"),
    ("a: |\n  one\n  two\n", "{a: 'one\ntwo\n'}"),
    // Shapes.
    ("a:\n  - 1\n  - [2, {b: 3}]\n", "{a: ['1', ['2', {b: '3'}]]}"),
    ("- 1\n- 2\n", "['1', '2']"),
    ("x", "'x'"),
    ("# nothing\n", "{}"),
    ("", "{}"),
    ("---\n", "{}"),
    ("--- {a: 1}\n...\n", "{a: '1'}"),
    // JSON is YAML.
    (
      #"{"a": 1, "b": ["x", true, null], "c": {"d": "é"}}"#, "{a: '1', b: ['x', 'true', 'null'], c: {d: 'é'}}"
    ),
    // Anchors.
    ("a: &x [1, 2]\nb: *x\n", "{a: ['1', '2'], b: ['1', '2']}"),
    ("a: &x 1\nb: &x 2\nc: *x\n", "{a: '1', b: '2', c: '2'}"),
  ])
  func readsAsWritten(_ text: String, _ tree: String) { #expect(read(text) == tree) }

  @Test(arguments: [
    ("a: 1\na: 2\n", "f.yaml:2:1: key 'a' is given twice in one map, first on line 1; keep one"),
    ("a: {b: 1,\n  b: 2}\n", "f.yaml:2:3: key 'b' is given twice in one map, first on line 1; keep one"),
    (
      "a: 1\n---\nb: 2\n",
      "f.yaml:2:1: a second document begins here; a file holds one; make it a file of its own"
    ),
    ("a: !!int 1\n", "f.yaml:1:4: the tag 'tag:yaml.org,2002:int' is not used here; write the plain text"),
    ("[a]: 1\n", "f.yaml:1:1: a key is one plain word here; put quotes around a text with '*', '&' or '['"),
    ("a: *x\n", "f.yaml:1:4: nothing above is marked '&x'; put quotes around a text that begins with '*'"),
    ("a: &x [1, *x]\n", "f.yaml:1:11: '*x' stands inside the value that it names"),
    (
      "a: b: c\n",
      "f.yaml:1:5: not YAML: mapping values are not allowed in this context; "
        + "put quotes around a text that holds ': ', and indent the keys of one map alike"
    ),
    (
      "a:\n\t- 1\n",
      "f.yaml:2:1: not YAML: found character that cannot start any token while scanning for the next token; "
        + "indent with blanks, not tabs, and quote a leading @ or `"
    ),
    ("a: [1, 2\n", "f.yaml:2:1: not YAML: did not find expected ',' or ']' while parsing a flow sequence"),
    (
      "a: 'x\n",
      "f.yaml:2:1: not YAML: found unexpected end of stream while scanning a quoted scalar"
    ),
  ])
  func refusesWithPlaceAndWayOut(_ text: String, _ finding: String) { #expect(read(text) == finding) }

  @Test func allKeysGivenTwiceAreNamed() {
    #expect(
      read("a: 1\na: 2\nb: 3\nb: 4\n") == """
        f.yaml:2:1: key 'a' is given twice in one map, first on line 1; keep one
        f.yaml:4:1: key 'b' is given twice in one map, first on line 3; keep one
        """)
  }

  @Test func bytesThatAreNotUTF8AreRefusedAtTheirPlace() {
    let hint = "save the file as UTF-8, and write control characters as \\xNN inside double quotes"
    #expect(
      read(Array("a: 1\nb: x".utf8) + [0xE9] + Array("yz\n".utf8))
        == "f.yaml:2:6: not UTF-8 text (invalid trailing UTF-8 octet); \(hint)")
    #expect(
      read([0xFF, 0xFE, 0x61, 0]) == "f.yaml:1:1: not UTF-8 text (invalid leading UTF-8 octet); \(hint)")
    #expect(
      read(Array("a: x\u{0}y\n".utf8))
        == "f.yaml:1:5: not UTF-8 text (control characters are not allowed); \(hint)")
  }

  // MARK: places

  /// The places of all scalars as `text@line:column`.
  private func places(_ text: String) -> [String] {
    func walk(_ node: YamlNode) -> [String] {
      switch node.content {
      case .scalar(let text, _): ["\(text)@\(node.place.line):\(node.place.column)"]
      case .list(let nodes): nodes.flatMap(walk)
      case .map(let entries):
        entries.flatMap { ["\($0.key)@\($0.place.line):\($0.place.column)"] + walk($0.value) }
      }
    }
    let findings = YamlFindings(file: "f.yaml")
    return YamlReader.read(Array(text.utf8), findings: findings).map(walk) ?? findings.all.map(\.description)
  }

  @Test(arguments: [
    ("a: 1\nbb:  2\n", ["a@1:1", "1@1:4", "bb@2:1", "2@2:6"]),
    ("a:\n  - x\n  - {k: y}\n", ["a@1:1", "x@2:5", "k@3:6", "y@3:9"]),
    // Columns count bytes: é has two, € three.
    ("é: €\nb: {€: 1}\n", ["é@1:1", "€@1:5", "b@2:1", "€@2:5", "1@2:10"]),
    // Line ends: CR LF, a lone CR; U+2028 ends no line for an editor.
    ("a: 1\r\nb: 2\r\n", ["a@1:1", "1@1:4", "b@2:1", "2@2:4"]),
    ("a: 1\rb: 2\r", ["a@1:1", "1@1:4", "b@2:1", "2@2:4"]),
    ("# \u{2028}\na: 1\n", ["a@2:1", "1@2:4"]),
    // A byte order mark is no column.
    ("\u{FEFF}a: 1\n", ["a@1:1", "1@1:4"]),
    ("\u{FEFF}", []),
    // What stands behind an alias stands where its anchor is.
    ("a: &x v\nb: *x\n", ["a@1:1", "v@1:4", "b@2:1", "v@1:4"]),
  ])
  func everyValueKnowsItsPlace(_ text: String, _ expected: [String]) { #expect(places(text) == expected) }

  // MARK: limits

  @Test func nestingIsBounded() {
    let deepest = YamlReader.depthMax
    let allowed =
      String(repeating: "[", count: deepest - 1) + "x" + String(repeating: "]", count: deepest - 1)
    #expect(!read(allowed).contains("nested"))
    #expect(read("[" + allowed + "]") == "f.yaml:1:\(deepest + 1): nested more than \(deepest) deep")
    #expect(
      read(String(repeating: "[", count: 100_000))
        == "f.yaml:1:\(deepest + 1): nested more than \(deepest) deep")
  }

  @Test func nestingIsBoundedBehindAliases() {
    // Each line nests the one before it twice deeper.
    let lines = ["a0: &a0 [x]"] + (1...70).map { "a\($0): &a\($0) [*a\($0 - 1)]" }
    let finding = read(lines.joined(separator: "\n"))
    #expect(finding == "f.yaml:63:12: nested more than 64 deep behind '*a61'")
  }

  @Test func aliasesCannotUnfoldIntoABillionValues() {
    let tens = { (name: String) in (1...10).map { _ in name }.joined(separator: ", ") }
    let lines = ["a0: &a0 [\(tens("lol"))]"] + (1...8).map { "a\($0): &a\($0) [\(tens("*a\($0 - 1)"))]" }
    let finding = read(lines.joined(separator: "\n"))
    #expect(finding.contains("more than \(YamlReader.nodesMax) values, aliases unfolded"))
    #expect(finding.hasPrefix("f.yaml:6:"))
  }

  @Test func valuesAreBounded() {
    let list = { (count: Int) in "[" + String(repeating: "1,", count: count) + "]" }
    #expect(!read(list(YamlReader.nodesMax - 1)).contains("more than"))
    #expect(read(list(YamlReader.nodesMax)).contains("more than \(YamlReader.nodesMax) values"))
  }

  @Test func filesAreBounded() {
    let text = { (count: Int) in "# " + String(repeating: "x", count: count - 2) }
    #expect(read(text(YamlReader.bytesMax)) == "{}")
    #expect(
      read(text(YamlReader.bytesMax + 1))
        == "f.yaml: the file has 4194305 bytes, more than the 4194304 that are read; is it really YAML?")
  }

  /// Whatever is cut off, the reader gives a tree or a finding inside the text, and never stops the program.
  @Test func everyPrefixIsReadOrRefused() {
    let text = "plan: \"é\\n\"\r\ncharges:\n- {a: [1, 'x''y', &k {b: |\n   t\n  }]}\n- *k\n# €\n..."
    let bytes = Array(text.utf8)
    for count in 0...bytes.count {
      let findings = YamlFindings(file: "f.yaml")
      let node = YamlReader.read(Array(bytes[..<count]), findings: findings)
      #expect((node == nil) == findings.hasErrors)
      for finding in findings.all {
        #expect((1...9).contains(finding.line) && (1...40).contains(finding.column), "\(count): \(finding)")
      }
    }
  }
}
