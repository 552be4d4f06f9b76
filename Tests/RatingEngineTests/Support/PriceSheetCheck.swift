// The one `check` of these tests: rates the events of a price sheet one by one and all together, and compares.

import Catalog
import Money
import Testing

@testable import RatingEngine

/// Rates every event of a sheet by itself, on one thread and on three, then all of them together, and compares amount,
/// billed quantity and reason with what the sheet expects; the whole must be the sum of its events.
func check(_ sheet: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  for difference in try PriceSheet(sheet).differences() {
    Issue.record("\(difference)", sourceLocation: sourceLocation)
  }
}

/// The same, and asks the reference rater: it must fill the same rows.
func checkTwice(_ sheet: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  try check(sheet, sourceLocation: sourceLocation)
  let read = try PriceSheet(sheet)
  let run = try Trial.prepare(read.tariff.catalog())
  for event in read.events {
    let text = NeutralCSV.text([event.cells])
    let file = ReferenceRater.File(name: event.source, source: event.source, bytes: Array(text.utf8))
    let outcomes = ReferenceRater(tariff: read.tariff).rate([file])
    let expected = ReferenceTable(
      outcomes: outcomes, files: [file], hasSuppliers: !read.tariff.suppliers.isEmpty
    ).table(by: TrialResult.columns.map(\.rawValue))
    let found = try Trial(event.source + ".csv", text).run(run).table
    #expect(found == expected, "\(event.id)", sourceLocation: sourceLocation)
  }
}

/// Makes sure that a sheet with what a faulty system bills does not pass.
func checkIsNoticed(_ sheet: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let differences = try PriceSheet(sheet).differences()
  #expect(!differences.isEmpty, "a faulty bill passed", sourceLocation: sourceLocation)
}

extension PriceSheet {
  /// What the engine makes of the events that the sheet does not expect.
  func differences() throws -> [String] {
    var found: [String] = []
    let runs = try [1, 3].map { threadCount in
      try Trial.prepare(tariff.catalog()) { $0.threadCount = threadCount }
    }
    var amount = Amount.zero
    for event in events {
      guard let expected = expectations[event.id] else {
        found.append("\(event.id): the sheet does not say what becomes of it")
        continue
      }
      let trial = try Trial(event.source + ".csv", NeutralCSV.text([event.cells]))
      let results = try runs.map { try trial.run($0) }
      found += results.compactMap { expected.difference(from: $0).map { "\(event.id): \($0)" } }
      amount += results[0].report.amounts.reduce(.zero) { $0 + $1.amount }
    }
    for id in expectations.keys where !events.contains(where: { $0.id == id }) {
      found.append("\(id): the sheet expects something of no event")
    }
    return found + (try differencesTogether(runs, sumOfEvents: amount))
  }

  private func differencesTogether(_ runs: [RatingRun], sumOfEvents: Amount) throws -> [String] {
    var trial = try Trial([])
    for source in Set(events.map(\.source)).sorted() {
      let rows = events.filter { $0.source == source }.map(\.cells)
      try trial.add(source + ".csv", Array(NeutralCSV.text(rows).utf8))
    }
    return try runs.compactMap { run in
      let result = try trial.run(run)
      let sum = result.report.amounts.reduce(Amount.zero) { $0 + $1.amount }
      return result.report.read == events.count && sum == sumOfEvents
        ? nil
        : "together: \(result.report.read) events of \(sum), one by one \(events.count) of \(sumOfEvents)"
    }
  }
}

extension PriceSheet.Expectation {
  /// What is different in a run of the one event; nil where nothing is.
  fileprivate func difference(from result: TrialResult) -> String? {
    let doors = result.doors.dropFirst().filter { !$0.hasSuffix(" 0") }.joined(separator: ", ")
    switch self {
    case .suspense(let reason):
      return doors == "suspended \(reason) 1"
        ? nil : "expected suspense \(reason), found \(found(result, doors))"
    case .filtered(let reason):
      return doors == "filtered \(reason) 1"
        ? nil : "expected filtered \(reason), found \(found(result, doors))"
    case .parts(let parts):
      return difference(from: result, doors, parts)
    case .charge(let amount, let billed, let cells):
      guard result.rows.count == 1, let row = result.rows.first else {
        return "expected a charge of \(amount), found \(found(result, doors))"
      }
      var expected = cells
      expected["amount"] = Self.plain(amount)
      expected["quantity_billed"] = Self.plain(billed)
      for (column, text) in expected.sorted(by: { $0.key < $1.key }) where row[column] != text {
        return
          "expected \(column) \(text), found \(row[column] ?? "no such column") (\(found(result, doors)))"
      }
      return nil
    }
  }

  /// The rows that one event must fall into, in any order.
  private func difference(from result: TrialResult, _ doors: String, _ parts: [PriceSheet.Part]) -> String? {
    var rows = result.rows
    for part in parts {
      var expected = part.cells
      expected["amount"] = Self.plain(part.amount)
      expected["quantity_billed"] = Self.plain(part.billed)
      guard let index = rows.firstIndex(where: { row in expected.allSatisfy { row[$0.key] == $0.value } })
      else { return "expected a row \(expected.sorted { $0.key < $1.key }), found \(found(result, doors))" }
      rows.remove(at: index)
    }
    return rows.isEmpty ? nil : "expected \(parts.count) rows, found \(found(result, doors))"
  }

  private func found(_ result: TrialResult, _ doors: String) -> String {
    let rows = result.rows.map {
      "\($0["amount"] ?? "") for \($0["quantity_billed"] ?? "") \($0["unit"] ?? "") of \($0["quantity_raw"] ?? "")"
        + " in '\($0["band"] ?? "")', events \($0["event_count"] ?? "")"
    }
    return ([doors] + rows).joined(separator: ", ")
  }

  /// A number as the summary writes it: `0.0200` is `0.02`.
  private static func plain(_ text: String) -> String {
    guard case .success(let value) = DecimalText.parse(text, scale: 12) else { return text }
    return DecimalText.format(value, scale: 12)
  }
}

/// Files in the neutral CSV.
enum NeutralCSV {
  static let columns = [
    "id", "start", "answer", "end", "account", "account_code", "tenant", "extension", "trunk", "trunk_out",
    "from", "to", "lrn",
    "direction", "kind", "meter", "billable", "unit", "disposition", "amount", "amount_currency",
  ]
  static let header = columns.joined(separator: ",") + "\n"

  /// A file of these rows with a header; what a row does not name is empty.
  static func text(_ rows: [[String: String]]) -> String { header + rows.map(line).joined() }

  /// One row with its newline.
  static func line(_ cells: [String: String]) -> String {
    columns.map { quoted(cells[$0] ?? "") }.joined(separator: ",") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [10, 13, 34, 44].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
