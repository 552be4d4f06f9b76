// The example lines of formats, read with the parser that reads usage and compared with what they expect.
//
// A descriptor that reads its own examples wrongly would read whole exports wrongly: a catalog whose sources use one
// cannot rate.

import BillingCalendar
public import Catalog
import Money
import Tables

/// An example that reads differently than it says.
public struct FormatExampleFault: Sendable, Hashable {
  /// The descriptor's file, or `built in`.
  public var file: String
  /// Line of the example in the descriptor.
  public var line: Int
  /// The role that differs; empty where the record as a whole does.
  public var field: String
  /// What the example says.
  public var expected: String
  /// What the line reads as.
  public var found: String

  /// The fault as a finding of `check`.
  public var finding: CatalogFinding {
    let what = field.isEmpty ? "the example" : "'\(field)' of the example"
    return CatalogFinding(
      severity: .error, file: file, line: line, column: 0,
      message: "\(what) reads as \(found), not as \(expected)",
      hint: "correct the format, or what the example expects")
  }
}

/// Checks the examples of formats.
public enum FormatExamples {
  /// The faults of one format's examples, in their order; empty where all read as they say.
  ///
  /// Examples are read in UTC with numbers taken as international. Quantities, amounts and times are compared by value, everything
  /// else byte for byte. Where the format chooses among rows of a call, its examples stand for one file.
  /// - Complexity: O(bytes of the examples), well under a millisecond for the formats that are built in.
  public static func check(_ format: FormatDescriptor) -> [FormatExampleFault] {
    guard !format.examples.isEmpty else { return [] }
    let texts = format.examples.map { text(of: $0, format) }
    let reader = TrialReader(textBytesMax: texts.reduce(0) { max($0, $1.count) } + 1)
    var chosen: LegTable?
    if let choice = format.legs?.choice {
      let table = LegTable(choice: choice)
      for (number, text) in texts.enumerated() {
        // A text that is not of the format is reported below.
        _ = records(text, format, reader, legs(table, number, isChosen: false))
      }
      chosen = table
    }
    return texts.enumerated().flatMap { number, text in
      let found = records(text, format, reader, chosen.map { legs($0, number, isChosen: true) })
      return compare(format.examples[number], with: found, format)
    }
  }

  private static func legs(_ table: LegTable, _ number: Int, isChosen: Bool) -> TrialReader.Legs {
    TrialReader.Legs(table: table, textOffset: Int64(number) << 32, isChosen: isChosen)
  }

  /// The example as the file that it would be: skipped lines, header, types line, the line itself.
  private static func text(of example: FormatExample, _ format: FormatDescriptor) -> [UInt8] {
    let end = [format.dialect.lineEnd]
    var lead: [[UInt8]] = Array(repeating: [], count: format.header.skipLines)
    if format.dialect.framing == .csv, format.header.mode != .none {
      lead.append(example.header.bytes)
      if format.header.hasTypesLine { lead.append([]) }
    }
    return lead.flatMap { $0 + end } + example.line.bytes + end
  }

  private static func records(
    _ text: [UInt8], _ format: FormatDescriptor, _ reader: TrialReader, _ legs: TrialReader.Legs?
  ) -> Result<[ReadRecord], FormatMismatch> {
    var found: [ReadRecord] = []
    do throws(FormatMismatch) {
      try reader.read(text, format, source: .trial(), isWhole: true, legs: legs) { reading in
        found += (0..<reading.count).map(reading.record)
        return true
      }
    } catch {
      return .failure(error)
    }
    return .success(found)
  }

  // MARK: comparing

  private static func compare(
    _ example: FormatExample, with found: Result<[ReadRecord], FormatMismatch>, _ format: FormatDescriptor
  ) -> [FormatExampleFault] {
    func fault(_ field: String, _ expected: String, _ found: String) -> FormatExampleFault {
      FormatExampleFault(
        file: format.origin, line: example.sourceLine, field: field, expected: expected, found: found)
    }
    let records: [ReadRecord]
    switch found {
    case .failure(let mismatch):
      return [fault("", "a record", "a file of another format (\(mismatch.message))")]
    case .success(let found): records = found
    }
    guard records.count == 1 else {
      return [
        fault(
          "", "one record", records.isEmpty ? "no record (blank, or a comment)" : "\(records.count) records")
      ]
    }
    let record = records[0]
    let expected = wholeOutcome(example)
    guard isSame(expected, record.outcome) else {
      return [fault("", expected.map { "\($0.door) \($0.reason)" } ?? "an event", words(record.outcome))]
    }
    guard expected == nil else { return [] }
    return example.expected.compactMap { role, value in
      let read = record.field(role)?.value ?? ""
      if isEqual(read, value.description, role, record) { return nil }
      return fault(role.description, "'\(value)'", read.isEmpty ? "nothing" : "'\(read)'")
    }
  }

  /// What the example expects of the record as a whole; nil where it expects an event.
  private static func wholeOutcome(_ example: FormatExample) -> (door: Label, reason: Label)? {
    example.expected.first { $0.role == "filtered" || $0.role == "suspense" }.map { ($0.role, $0.value) }
  }

  private static func isSame(_ expected: (door: Label, reason: Label)?, _ outcome: ReadRecord.Outcome) -> Bool
  {
    switch outcome {
    case .event: expected == nil
    case .filtered(let reason): expected?.door == "filtered" && expected?.reason == reason
    case .suspended(let reason, _): expected?.door == "suspense" && expected?.reason == Label(reason.code)
    }
  }

  private static func words(_ outcome: ReadRecord.Outcome) -> String {
    switch outcome {
    case .event: "an event"
    case .filtered(let reason): "filtered \(reason)"
    case .suspended(let reason, let field):
      "suspense \(reason.code)" + (field.isEmpty ? "" : " (field \(field))")
    }
  }

  private static func isEqual(_ read: String, _ expected: String, _ role: Label, _ record: ReadRecord) -> Bool
  {
    if read == expected { return true }
    if read.isEmpty || expected.isEmpty { return false }
    switch role {
    case "start", "answer", "end":
      return Instant.parse(expected).map { Instant.text(millis: $0) == read } ?? false
    case "billable":
      let digits = record.field("kind")?.value.flatMap(UsageKind.init(name:))?.quantityDigits ?? 0
      let values = [read, expected].map { DecimalText.parse($0, scale: digits) }
      return values[0] == values[1]
    case "amount": return DecimalText.parse(read, scale: 12) == DecimalText.parse(expected, scale: 12)
    default: return false
    }
  }
}
