// Maps with known keys and typed values: what is read, and what is said about everything else.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@Suite struct YamlMapTests {
  /// Reads `text` as a map with `keys`, hands it to `body`, and gives the findings.
  private func findings(
    _ text: String, keys: [String]? = ["v"], _ body: (YamlMap, YamlFindings) -> Void = { _, _ in }
  )
    -> [String]
  {
    let findings = YamlFindings(file: "f.yaml")
    if let node = YamlReader.read(Array(text.utf8), findings: findings),
      let map = YamlMap(node, what: "the plan", keys: keys, findings: findings)
    {
      body(map, findings)
    }
    return findings.sorted.map(\.description)
  }

  /// The value that `convert` makes of `v`, with the findings.
  private func value<T>(_ text: String, _ convert: (YamlFindings, YamlNode) -> T?) -> (T?, [String]) {
    var value: T?
    let findings = findings("v: " + text) { map, findings in
      value = map["v"].flatMap { convert(findings, $0) }
    }
    return (value, findings)
  }

  @Test func unknownKeysAreNamedWithTheNearestKnownOne() {
    #expect(
      findings("prize: 1\nplan: 2\nzzzzzz: 3\n", keys: ["plan", "price"]) == [
        "f.yaml:1:1: unknown key 'prize' in the plan; did you mean 'price'?",
        "f.yaml:3:1: unknown key 'zzzzzz' in the plan; known: plan, price",
      ])
    #expect(findings("any: 1\n", keys: nil) == [])
  }

  @Test func missingKeysAreAskedForWhereTheMapBegins() {
    #expect(
      findings("\na: 1\n", keys: ["a", "b"]) { map, _ in _ = map.required("b", hint: "add one") } == [
        "f.yaml:2:1: the plan has no 'b'; add one"
      ])
    #expect(findings("a: 1\n", keys: ["a"]) { map, _ in _ = map.required("a") } == [])
  }

  @Test func anUnknownKeyMayBeTheMissingOne() {
    #expect(
      findings("prise: 1\n", keys: ["price"]) { map, _ in _ = map.required("price") } == [
        "f.yaml:1:1: unknown key 'prise' in the plan; did you mean 'price'?"
      ])
  }

  @Test func whatIsNoMapIsSaidSo() {
    #expect(findings("- 1\n") == ["f.yaml:1:1: expected the plan with keys and values, found a list"])
    #expect(findings("text\n") == ["f.yaml:1:1: expected the plan with keys and values, found 'text'"])
  }

  @Test func singularAndPluralAreOneKey() {
    let read = { (text: String) in
      findings(text, keys: ["kind", "kinds"]) { map, findings in
        #expect(map.either("kinds", "kind").flatMap { findings.labels($0, what: "a kind") } == ["x"])
      }
    }
    #expect(read("kind: x") == [])
    #expect(read("kinds: [x]") == [])
    #expect(read("kinds: [x]\nkind: y") == ["f.yaml:2:1: the plan has both 'kinds' and 'kind'; keep one"])
  }

  @Test(arguments: [
    ("yes", true), ("no", false), ("true", true), ("false", false), ("\"yes\"", true),
  ])
  func flagsAreFourWords(_ text: String, _ flag: Bool) {
    let (read, findings) = value(text) { $0.flag($1) }
    #expect(read == flag)
    #expect(findings == [])
  }

  @Test(arguments: [
    ("Yes", "f.yaml:1:4: 'Yes' is not yes or no; did you mean 'yes'?"),
    ("on", "f.yaml:1:4: 'on' is not yes or no; known: yes, no, true, false"),
    ("", "f.yaml:1:3: expected yes or no, found nothing"),
    ("[yes]", "f.yaml:1:4: expected yes or no, found a list"),
  ])
  func otherWordsAreNoFlags(_ text: String, _ finding: String) {
    let (read, findings) = value(text) { $0.flag($1) }
    #expect(read == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [("0", 0), ("12", 12), ("012", 12), ("7", 7)])
  func integersAreDigits(_ text: String, _ number: Int) {
    let (read, findings) = value(text) { $0.integer($1, what: "a scale", in: 0...12) }
    #expect(read == number)
    #expect(findings == [])
  }

  @Test(arguments: [
    ("13", "f.yaml:1:4: 13 is not a scale; it lies between 0 and 12"),
    ("-1", "f.yaml:1:4: -1 is not a scale; it lies between 0 and 12"),
    ("1.0", "f.yaml:1:4: '1.0' is not a scale; write digits only, such as 0"),
    ("0x1", "f.yaml:1:4: '0x1' is not a scale; write digits only, such as 0"),
    (
      "99999999999999999999",
      "f.yaml:1:4: '99999999999999999999' is not a scale; write digits only, such as 0"
    ),
  ])
  func otherIntegersAreRefused(_ text: String, _ finding: String) {
    let (read, findings) = value(text) { $0.integer($1, what: "a scale", in: 0...12) }
    #expect(read == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    ("0.10", Int128(100_000_000_000)), ("0", 0), ("0.000000000001", 1),
    ("5.0000000000000", 5_000_000_000_000),
  ])
  func amountsAreExact(_ text: String, _ pico: Int128) {
    let (read, findings) = value(text) { $0.amount($1, what: "an amount") }
    #expect(read == Amount(pico: pico))
    #expect(findings == [])
  }

  @Test(arguments: [
    ("1e-3", "f.yaml:1:4: '1e-3' is not an amount; write all digits: an exponent has lost some"),
    ("0,05", "f.yaml:1:4: '0,05' is not an amount; write a decimal point, and no grouping"),
    ("$5", "f.yaml:1:4: '$5' is not an amount; write digits and a decimal point, such as 0.05"),
    ("-0.01", "f.yaml:1:4: an amount is not negative, found '-0.01'"),
    (
      "0.0000000000001",
      "f.yaml:1:4: '0.0000000000001' is not an amount; it has 13 digits after the point; at most 12 can be kept"
    ),
  ])
  func otherAmountsAreRefused(_ text: String, _ finding: String) {
    let (read, findings) = value(text) { $0.amount($1, what: "an amount") }
    #expect(read == nil)
    #expect(findings == [finding])
  }

  @Test func pricesFit64Bits() {
    #expect(value("9223372.036854775807") { $0.price($1, what: "a price") }.0 == Int64.max)
    #expect(
      value("9223372.036854775808") { $0.price($1, what: "a price") }.1 == [
        "f.yaml:1:4: a price of 9223372.036854775808 is too large; the largest is 9223372.036854775807"
      ])
  }

  @Test func datesAreDays() {
    #expect(value("2024-02-29") { $0.date($1, what: "a day") }.0 == CivilDate.parse("2024-02-29"))
    #expect(
      value("2025-02-29") { $0.date($1, what: "a day") }.1 == [
        "f.yaml:1:4: '2025-02-29' is not a day; write YYYY-MM-DD, such as 2025-01-31"
      ])
  }

  @Test func listsTakeOneOrSeveral() {
    let labels = { (text: String) in value(text) { $0.labels($1, what: "a group") } }
    #expect(labels("a").0 == ["a"])
    #expect(labels("[a, b]").0 == ["a", "b"])
    #expect(labels("[]").1 == ["f.yaml:1:4: an empty list of a group; leave the key out"])
    #expect(labels("[a, [b], {c: d}, '', e]").0 == ["a", "e"])
    #expect(
      labels("[a, [b], {c: d}, '', e]").1 == [
        "f.yaml:1:8: expected a group, found a list", "f.yaml:1:13: expected a group, found a map",
        "f.yaml:1:21: expected a group, found ''",
      ])
  }

  @Test func listedWordsAreThereOnce() {
    let kinds = { (text: String) in
      value(text) { $0.choices($1, what: "a kind of usage", of: UsageKind.choices) }
    }
    #expect(kinds("[voice, data]").0 == [.voice, .data])
    #expect(kinds("[voice, voice]").1 == ["f.yaml:1:12: 'voice' is listed twice"])
    #expect(
      kinds("[voice, calls]").1 == [
        "f.yaml:1:12: 'calls' is not a kind of usage; known: voice, message, data, event"
      ])
  }

  @Test func reasonsAreLowerCaseWordsWithHyphens() {
    for reason in ["on-net", "a", "x2-y"] { #expect(value(reason) { $0.reason($1) }.0 == Label(reason)) }
    for text in ["On-net", "on net", "-a", "a-", "a--b", "é"] {
      #expect(
        value(text) { $0.reason($1) }.1 == [
          "f.yaml:1:4: '\(text)' is not a reason; write lower-case words with hyphens, such as on-net"
        ])
    }
  }
}
