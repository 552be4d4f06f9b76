// JSON as we read and write it: what is refused and where, and one spelling for every value.

import Tables
import Testing

@Suite struct JSONTests {
  // Reads `text` and answers the compact form, or the fault.
  private func read(_ text: String, depthMax: Int = 64) -> String {
    do throws(JSONFault) {
      return String(
        decoding: JSONText.compact(try JSONReader.read(Array(text.utf8), depthMax: depthMax)), as: UTF8.self)
    } catch {
      return "fault \(error)"
    }
  }

  @Test(arguments: [
    ("null", "null"), (" true ", "true"), ("false\n", "false"), ("0", "0"), ("-0.50", "-0.50"),
    // Numbers keep their text: no digit passes through floating point.
    ("1e3", "1e3"), ("12345678901234567890.123456789", "12345678901234567890.123456789"),
    (#""""#, #""""#), (#""a\/b""#, #""a/b""#), (#""\u00e9\u20AC""#, #""é€""#), (#""\ud83d\ude00""#, #""😀""#),
    (#""\b\f\n\r\t\\\"\u0001\u007f""#, "\"\\b\\f\\n\\r\\t\\\\\\\"\\u0001\u{7f}\""),
    ("[]", "[]"), ("[ ]", "[]"), ("[1,[2,{}]]", "[1,[2,{}]]"), ("{}", "{}"),
    (#"{"b":1 , "a" : [ null ]}"#, #"{"b":1,"a":[null]}"#),
    // Two spellings of é are two names.
    ("{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"\u{e9}\":1,\"e\u{301}\":2}"),
  ]) func aValidDocumentReadsAsWritten(text: String, compact: String) {
    #expect(Array(read(text).utf8) == Array(compact.utf8))
  }

  @Test(arguments: [
    ("", "1:1: the document ends where a value should be"),
    ("nul", "1:1: expected 'null'"), ("True", "1:1: expected a value"), ("'a'", "1:1: expected a value"),
    ("01", "1:1: a number has no leading zero"), ("-01", "1:2: a number has no leading zero"),
    ("+1", "1:1: expected a value"), (".5", "1:1: expected a value"), ("1.", "1:3: expected a digit"),
    ("-", "1:2: expected a digit"), ("1e", "1:3: expected a digit"), ("1e+", "1:4: expected a digit"),
    ("1 2", "1:3: there is more after the end of the document"), ("NaN", "1:1: expected a value"),
    ("[1", "1:3: the document ends inside an array or object"), ("[1}", "1:3: expected ',' or ']'"),
    ("[1,]", "1:4: expected a value"), ("{1:2}", "1:2: expected a name in quotes"),
    (#"{"a" 1}"#, "1:6: expected ':' after the name"), (#"{"a":1,}"#, "1:8: expected a name in quotes"),
    ("{\n  \"a\": 1,\n  \"a\": 2\n}", "3:3: the name 'a' comes twice in this object"),
    ("[\"ab", "1:2: this string never ends"),
    ("\"a\nb\"", "1:3: a control character inside a string must be escaped"),
    (#""\x""#, "1:2: unknown escape"), (#""\u12g4""#, "1:6: expected four hexadecimal digits"),
    (#""\ud83d""#, "1:2: half of a surrogate pair"), (#""\ud83d\u0041""#, "1:2: half of a surrogate pair"),
    (#""\ude00""#, "1:2: half of a surrogate pair"), ("\u{feff}{}", "1:1: expected a value"),
    ("// no\n1", "1:1: expected a value"),
  ]) func anInvalidDocumentIsRefusedAtItsPlace(text: String, fault: String) {
    #expect(read(text) == "fault " + fault)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    #expect(throws: JSONFault.self) { try JSONReader.read([0x22, 0xC3, 0x22]) }
    do throws(JSONFault) {
      _ = try JSONReader.read([0x22, 0x61, 0xFF, 0x22])
    } catch {
      #expect(error.description == "1:3: this byte is not UTF-8")
      #expect(error.byteOffset == 2)
    }
  }

  @Test func depthIsLimitedOnBothSides() {
    #expect(read("[[[1]]]", depthMax: 3) == "[[[1]]]")
    #expect(read("[[[[1]]]]", depthMax: 3) == "fault 1:4: more than 3 levels of arrays and objects")
    #expect(read(String(repeating: "[", count: 100_000)).hasPrefix("fault 1:65: more than 64 levels"))
  }

  @Test func everyProperPrefixOfADocumentIsRefused() {
    let text = Array(#"{"name": "a\u00e9\n", "rows": [1.5e-3, true, null], "x": {"y": ""}}"#.utf8)
    #expect(throws: Never.self) { try JSONReader.read(text) }
    for count in 0..<text.count {
      #expect(throws: JSONFault.self, "cut at \(count)") { try JSONReader.read(Array(text[..<count])) }
    }
  }

  @Test func theKeptOrderAndTwoBlanksMakeThePrettyForm() throws {
    let value: JSONValue = [
      "schema": 1, "files": [["name": "a.csv", "rows": 0], [:]], "none": [], "ok": true,
    ]
    let expected = """
      {
        "schema": 1,
        "files": [
          {
            "name": "a.csv",
            "rows": 0
          },
          {}
        ],
        "none": [],
        "ok": true
      }

      """
    #expect(String(decoding: JSONText.pretty(value), as: UTF8.self) == expected)
    #expect(try JSONReader.read(JSONText.pretty(value)) == value)
  }

  @Test func aLabelThatIsNotUTF8IsWrittenWithReplacementCharacters() {
    #expect(JSONText.compact(.string(Label(bytes: [0x61, 0xFF]))) == Array("\"a\u{FFFD}\"".utf8))
  }

  @Test func aWrongShapeIsNamedByItsPath() throws {
    let root = JSONNode(try JSONReader.read(Array(#"{"files":[{"rows":1},{"rows":"x","z":2.5}]}"#.utf8)))
    let second = try root.member("files").elements()[1]
    #expect(try root.member("files").elements()[0].member("rows").integer() == 1)
    #expect(
      shapeFault { try second.member("rows").integer() } == "files[1].rows: expected a number, found a string"
    )
    #expect(
      shapeFault { try second.member("z").integer() } == "files[1].z: expected a whole number, found 2.5")
    #expect(shapeFault { try second.member("q") } == "files[1]: 'q' is missing")
    #expect(shapeFault { try second.members(["rows"]) } == "files[1].z: unknown name 'z'")
    #expect(shapeFault { try second.members(["rows", "z", "q"]) } == "files[1]: 'q' is missing")
    #expect(shapeFault { try root.text() } == "expected a string, found an object")
  }

  private func shapeFault(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "no fault"
    } catch {
      return "\(error)"
    }
  }
}
