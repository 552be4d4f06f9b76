// The naive rater: RULES.md sentence by sentence, over lists that are searched from end to end.
//
// It shares Money's amounts and BillingCalendar's zones with the engine and nothing else. Where the two differ, RULES.md
// says who is right.

import BillingCalendar
import Money

/// Rates files of the neutral CSV.
struct ReferenceRater {
  let tariff: Tariff
  var findsDuplicates = true
  var recordBytesMax = 1 << 20

  /// The neutral CSV, but a record is known by its row.
  static let rowKeyedFormat = "by-row"

  /// A file: its name, whose it is, and its decoded bytes.
  struct File {
    var name: String
    var source: String
    var bytes: [UInt8]
  }

  /// What becomes of a record.
  enum Outcome {
    /// The rows that it falls into; the first counts the event.
    case rated([ReferenceCharge])
    case filtered(String)
    case duplicate
    case suspended(String)
  }

  /// Every record of the files, in their order, with what becomes of it.
  func rate(_ files: [File]) -> [(record: ReferenceRecord, outcome: Outcome)] {
    let records = files.indices.flatMap { self.records(files[$0], index: $0) }
    let decided = findsDuplicates ? duplicates(records) : [:]
    return records.enumerated().map { index, record in
      // Where no duplicates are looked for, nobody needs a key.
      if let fault = record.fault, findsDuplicates || fault != "missing-key" {
        return (record, .suspended(fault))
      }
      return (record, decided[index] ?? ReferencePricing(tariff: tariff, record: record).outcome())
    }
  }

  // MARK: records

  private func records(_ file: File, index: Int) -> [ReferenceRecord] {
    guard let source = tariff.sources.first(where: { $0.name == file.source }) else { return [] }
    var lines: [(offset: Int, bytes: [UInt8])] = []
    var begin = 0
    for (offset, byte) in file.bytes.enumerated() where byte == 10 {
      lines.append((begin, Array(file.bytes[begin..<offset])))
      begin = offset + 1
    }
    if begin < file.bytes.count { lines.append((begin, Array(file.bytes[begin...]))) }
    var header: [String]?
    var records: [ReferenceRecord] = []
    for (number, line) in lines.enumerated() {
      var bytes = line.bytes
      if bytes.last == 13 { bytes.removeLast() }
      if header == nil {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
        header = (ReferenceText.cells(bytes) ?? []).map { String(decoding: $0, as: UTF8.self) }
      } else if !bytes.isEmpty {
        var record = ReferenceRecord(
          file: index, line: number + 1, offset: line.offset, bytes: bytes, header: header ?? [],
          source: source)
        if bytes.count > recordBytesMax { record.fault = "record-too-long" }
        records.append(record)
      }
    }
    return records
  }

  // MARK: door 3

  /// What door 3 decides, by index of the record.
  private func duplicates(_ records: [ReferenceRecord]) -> [Int: Outcome] {
    var copies: [[[UInt8]]: [Int]] = [:]
    // How often a row was met before in its file, for records that are known by their row.
    var twins: [[[UInt8]]: Int] = [:]
    for (index, record) in records.enumerated() where record.fault == nil {
      var key = record.key
      if record.isRowKeyed {
        let place = key + [Array("\(record.file)".utf8)]
        twins[place, default: 0] += 1
        key += [Array("\(twins[place] ?? 0)".utf8), Array("row".utf8)]
      }
      copies[key, default: []].append(index)
    }
    var decided: [Int: Outcome] = [:]
    for group in copies.values where group.count > 1 {
      let contents = Set(group.map { records[$0].content })
      for index in group {
        if contents.count > 1 {
          decided[index] = .suspended("duplicate-conflict")
        } else if index != group.min() {
          // Records are in the order of files and offsets.
          decided[index] = .duplicate
        }
      }
    }
    return decided
  }
}

/// What a rated event owes, and the row that it is added to.
struct ReferenceCharge {
  /// Text by column of the summary.
  var cells: [String: String]
  var raw: Int64
  var billed: Int64
  var amount: Amount
  /// What the supplier charges for the whole event; nil where that is not known.
  var cost: Amount?
  var kind: Tariff.Kind
}
