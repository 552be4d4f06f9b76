// What `explain` says about every record of an input against what a run sums up over all of them.

import Catalog
import Money
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ExplainAgreementTests {
  @Test func explanationsOfAllRecordsAddUpToTheRun() throws {
    let made = try ExplainCatalog()
    var generator = SeededGenerator()
    let names = ["usage/house-1.csv", "usage/meters-1.jsonl", "usage/pbx-1.csv", "usage/pbx-2.csv"]
    try made.folder.write(Self.calls(60, &generator), to: names[0])
    try made.folder.write(Self.meters(40, &generator), to: names[1])
    let calls = Self.calls(60, &generator)
    try made.folder.write(calls, to: names[2])
    // A file sent twice, with records of its own behind.
    try made.folder.write(calls + Self.lines(20, from: 200, &generator), to: names[3])
    let inputs = names.map { InputFile(name: made.folder.path(of: $0)) }

    let options = RatingOptions()
    let report = try RatingRun(catalog: made.catalog, options: options).run(inputs).report()
    let explainer = try EventExplainer(catalog: made.catalog, options: options)
    var found: [String: Int] = [:]
    var amount = Amount.zero
    var cost = Amount.zero
    var missing = 0
    for (name, input) in zip(names, inputs) {
      let lineCount = made.folder.bytes(of: name)?.count { $0 == UInt8(ascii: "\n") } ?? 0
      for line in 1...lineCount {
        for derivation in try explainer.explain(.place(input: input, line: line), in: inputs).derivations {
          found["\(derivation.door.rawValue) \(derivation.reason)", default: 0] += 1
          if let part = derivation.amount { amount += part }
          if let part = derivation.cost { cost += part }
          if derivation.door == .rated, derivation.cost == nil { missing += 1 }
          #expect(!derivation.steps.flatMap(\.lines).contains { $0.name == "FAULT" }, "\(name):\(line)")
        }
      }
    }
    var expected = ["rated ": report.rated, "duplicate ": report.duplicate]
    for filtered in report.filtered { expected["filtered \(filtered.reason)"] = filtered.count }
    for suspended in report.suspended { expected["suspended \(suspended.reason.code)"] = suspended.count }
    #expect(found == expected)
    #expect(amount == report.amounts.reduce(.zero) { $0 + $1.amount })
    let costs = try #require(report.costs)
    #expect(costs.costs.map(\.cost) == [cost])
    #expect(costs.missingCount == missing)
    #expect(cost > .zero && missing > 5)
    // A test of nothing would pass too.
    #expect(
      report.rated > 20 && report.duplicate > 20 && report.suspended.count > 5 && report.filtered.count > 1)
  }

  // MARK: made-up usage

  private static let header = "id,start,answer,from,to,trunk,direction,kind,billable,disposition\n"

  private static func calls(_ count: Int, _ generator: inout SeededGenerator) -> String {
    header + lines(count, from: 0, &generator)
  }

  private static func lines(_ count: Int, from first: Int, _ generator: inout SeededGenerator) -> String {
    (first..<first + count).map { number in
      func one(_ texts: String...) -> String { texts.randomElement(using: &generator) ?? "" }
      // Some ids come twice with other content.
      let good = "c\(number)"
      let id = one(good, good, good, good, good, good, good, good, "c\(number / 2)", "")
      let fields = [
        id,
        one(
          "2025-03-03T09:14:02Z", "2025-03-03T09:14:02.5+02:00", "2025-03-05T23:30:00Z",
          "2025-03-04T00:00:00Z", "2024-12-31T23:59:59Z", "2025-03-03 10:00:00",
          "2025-13-01T00:00:00Z"),
        one("", "2025-03-03T09:14:09Z", "2025-03-03T09:14:09.250Z"),
        one("03023125105", "+49 30 23125177", "442071838750", "anonymous"),
        one(
          "00442079460123", "+1 (202) 555-0143", "+12645550143", "112", "03023125106", "+33179460123", "12",
          "0044161555"),
        one("", "", "sip-9"),
        one(
          "outbound", "outbound", "outbound", "outbound", "outbound", "outbound", "inbound", "", "sideways"),
        one("voice", "voice", "message", ""),
        one("61", "61.2", "60", "0", "", "1", "31", "-5", "3599.999", "1e3", "18"),
        one("ANSWERED", "ANSWERED", "ANSWERED", "ANSWERED", "NO ANSWER", "TEST"),
      ]
      return fields.joined(separator: ",") + "\n"
    }.joined() + "short,row\n\n"
  }

  private static func meters(_ count: Int, _ generator: inout SeededGenerator) -> String {
    (0..<count).map { number in
      func one(_ texts: String...) -> String { texts.randomElement(using: &generator) ?? "" }
      let unit = one("", #","unit":"GB""#, #","unit":"messages""#)
      return
        #"{"id":"\#(one("u\(number)", "u\(number / 3)"))","account":"\#(one("acme", "globex", "nobody"))","#
        + #""meter":"\#(one("seats", "tickets"))","quantity":\#(one("1", "2.5", "-1"))\#(unit),"#
        + #""time":"\#(one("2025-03-03", "2025-03-04T10:00:00Z", "later"))"}"# + "\n"
    }.joined() + "{broken\n"
  }
}
