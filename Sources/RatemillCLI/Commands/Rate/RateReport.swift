// The run report of `rate`: the last lines for people, and the same as JSON.

internal import Catalog
internal import Glibc
internal import Money
internal import RatingEngine
internal import Tables

/// How a run was done.
struct RunEnvelope {
  let threadCount: Int
  let memoryBytesMax: Int
  let catalogPath: String
  /// What it has read, as it was named.
  let inputs: [String]
}

/// Renders a run report.
struct RateReport {
  private let report: RunReport
  private let configuration: RateConfiguration
  private let console: Console

  init(_ report: RunReport, _ configuration: RateConfiguration, console: Console) {
    self.report = report
    self.configuration = configuration
    self.console = console
  }

  // MARK: people

  /// Prints the last lines of a run.
  func say(seconds: Double) {
    console.endProgress()
    for damaged in report.damaged {
      console.warn("\(console.path(damaged.name)): \(damaged.message); nothing of it counts")
    }
    let count = { (number: Int) in ReadableText.count(number) }
    let rate = ReadableText.short(Int(Double(report.read) / max(seconds, 0.001)))
    console.say(
      "rated \(count(report.rated)) of \(count(report.read)) records from "
        + "\(ReadableText.count(report.files.count, "file", "files")) (\(ReadableText.bytes(Int(report.byteCount)))) "
        + "in \(Self.seconds(seconds)), \(rate)/s")
    if report.knownByteCount > 0 {
      let files = report.files.count { $0.knownByteCount > 0 }
      console.say(
        "  known      \(ReadableText.bytes(Int(report.knownByteCount))) at the beginning of "
          + "\(ReadableText.count(files, "file", "files")) that earlier runs have read")
    }
    sayUnread()
    Self.sayAmounts(report, storePath: configuration.storePath, console: console)
    if let costs = report.costs {
      for line in CostLines(report: costs, console: console).lines { console.say(line) }
    }
    sayDoor("filtered", report.filtered.map { ($0.reason.description, $0.count) })
    if report.duplicate > 0 { console.say("  duplicate  \(count(report.duplicate))") }
    saySuspense()
    sayDoubts()
    if let path = configuration.outPath {
      console.say(
        "wrote \(console.path(path)): summary of \(ReadableText.count(report.summaryRowCount, "row", "rows"))"
      )
      console.say(
        "next: ratemill invoice draft --catalog \(console.argument(configuration.catalogPath)) --usage \(console.argument(path)) --out DIR"
      )
    }
  }

  /// Says what the rated events come to, and how many are settled with their periods.
  static func sayAmounts(_ report: RunReport, storePath: String?, console: Console) {
    for amount in report.amounts {
      console.say(
        "  amount     \(amount.currency) \(amount.amount.text(minimumDigits: amount.currency.minorDigits))")
    }
    guard let later = report.laterCount, later > 0 else { return }
    let path = storePath.map { " --store \(console.argument($0))" } ?? ""
    console.say(
      "  later      \(ReadableText.count(later, "event is", "events are")) settled with "
        + "\(later == 1 ? "its period" : "their periods"); amounts: ratemill periods\(path)")
  }

  /// The same as members of a report.
  static func amountMembers(_ report: RunReport) -> [JSONMember] {
    let amounts = JSONValue.object(
      report.amounts.map { JSONMember(name: Label($0.currency.code), value: .text($0.amount.description)) })
    return [JSONMember(name: "amounts", value: amounts)]
      + (report.laterCount.map { [JSONMember(name: "settled_later", value: .integer($0))] } ?? [])
  }

  /// Files that grew: a store reads the rest the next time, nobody else does.
  private func sayUnread() {
    for file in report.grownFiles {
      let path = console.path(file.name)
      let bytes = ReadableText.count(Int(file.unreadByteCount), "byte", "bytes")
      if configuration.storePath != nil {
        console.say("  unread     \(bytes) that \(path) grew by while it was read; the next run reads them")
      } else {
        console.warn(
          "\(path): grew while it was read, and its last \(bytes) were not read; rate it again when nobody writes to it"
        )
      }
    }
  }

  private func sayDoor(_ name: String, _ parts: [(String, Int)]) {
    let total = parts.reduce(0) { $0 + $1.1 }
    guard total > 0 else { return }
    let list = parts.sorted { $0.1 > $1.1 }.map { "\($0.0) \(ReadableText.count($0.1))" }.joined(
      separator: ", ")
    console.say("  \(Self.padded(name, 9))  \(ReadableText.count(total)): \(list)")
  }

  private func saySuspense() {
    guard report.suspendedCount > 0 else { return }
    console.say("  suspended  \(ReadableText.count(report.suspendedCount)):")
    let width = report.suspended.map { ReadableText.count($0.count).count }.max() ?? 0
    for suspended in report.suspended {
      var line =
        "    \(Self.padded(ReadableText.count(suspended.count), width, left: true))  \(suspended.reason.code)"
      if let example = suspended.example {
        line += "  e.g. \(console.path(example.file)):\(example.line) \(console.quoted(bytes: example.bytes))"
      }
      console.say(line)
      console.say("    \(Self.padded("", width))  → \(suspended.reason.remedy)")
    }
    if configuration.outPath == nil, configuration.storePath == nil {
      console.say("    suspended records were only counted; --out DIR keeps them with their bytes")
    }
  }

  /// What the run could not know.
  private func sayDoubts() {
    let empty = report.files.filter { $0.byteCount == 0 && $0.knownByteCount == 0 && $0.read == 0 }
    if let first = empty.first {
      let name = first.name == "-" ? "standard input" : console.path(first.name)
      let more = empty.count > 1 ? " and \(ReadableText.count(empty.count - 1)) more" : ""
      console.say(
        "  empty      \(name)\(more): not a byte; was the export written, and whole?")
    }
    let unchecked = report.files.filter { $0.isCompressed && !$0.isChecked }
    if let first = unchecked.first {
      let name = first.name == "-" ? "standard input" : console.path(first.name)
      let more = unchecked.count > 1 ? " and \(ReadableText.count(unchecked.count - 1)) more" : ""
      console.say(
        "  unchecked  \(name)\(more): compressed without checksums; damage would not be seen ('zstd --check' writes them)"
      )
    }
    if configuration.expectedRecordCount == nil, configuration.expectedByteCount == nil,
      report.files.contains(where: {
        !$0.isCompressed && !$0.isChecked && InputFile(name: $0.name).isReadOnce
      })
    {
      console.say(
        "  a plain pipe cannot prove that it is complete; --expect-records N or --expect-bytes N can")
    }
  }

  private static func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return left ? blanks + text : text + blanks
  }

  private static func seconds(_ seconds: Double) -> String {
    let hundredths = Int(seconds * 100 + 0.5)
    if hundredths < 1000 {
      return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
    }
    if hundredths < 6000 { return "\(hundredths / 100).\(hundredths / 10 % 10) s" }
    return ReadableText.clock(seconds: hundredths / 100)
  }

  // MARK: JSON

  /// The report as one JSON document.
  ///
  /// `more` are members that the way of writing adds at the end.
  func document(seconds: Double, more: [JSONMember] = []) -> String {
    JSONText.document(.object(Self.members(report, seconds: seconds, console: console) + more))
  }

  /// The document of `run.json`.
  func runDocument(seconds: Double) -> String {
    Self.runDocument(
      report,
      RunEnvelope(
        threadCount: configuration.threadCount, memoryBytesMax: configuration.memoryBytesMax,
        catalogPath: configuration.catalogPath, inputs: configuration.inputs),
      seconds: seconds, console: console)
  }

  /// The document of `run.json`: the report with the envelope, the only place with a clock.
  static func runDocument(
    _ report: RunReport, _ run: RunEnvelope, seconds: Double, console: Console
  ) -> String {
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let envelope: JSONValue = [
      "program": .text("\(ProgramVersion.name) \(ProgramVersion.version)"), "host": .text(name),
      "ended": .integer(time(nil)), "threads": .integer(run.threadCount),
      "memory_bytes": .integer(run.memoryBytesMax), "catalog": .text(run.catalogPath),
      "inputs": .array(run.inputs.map { .text($0) }),
    ]
    return JSONText.document(
      .object(
        members(report, seconds: seconds, console: console)
          + [JSONMember(name: "envelope", value: envelope)]))
  }

  private static func members(_ report: RunReport, seconds: Double, console: Console) -> [JSONMember] {
    let filtered = JSONValue.object(
      report.filtered.map { JSONMember(name: $0.reason, value: .integer($0.count)) })
    let suspended = JSONValue.object(
      report.suspended.sorted { $0.reason.code < $1.reason.code }
        .map { JSONMember(name: Label($0.reason.code), value: .integer($0.count)) })
    let quantities = JSONValue.object(
      report.quantities.map { quantity in
        let digits = quantity.kind.quantityDigits
        return JSONMember(
          name: Label(quantity.kind.unit),
          value: [
            "raw": .text(DecimalText.format(quantity.raw, scale: digits)),
            "billed": .text(DecimalText.format(quantity.billed, scale: digits)),
          ])
      })
    let costs = report.costs.map {
      [JSONMember(name: "costs", value: CostLines(report: $0, console: console).value)]
    }
    return [
      JSONMember(name: "read", value: .integer(report.read)),
      JSONMember(name: "rated", value: .integer(report.rated)),
      JSONMember(name: "filtered", value: .integer(report.filteredCount)),
      JSONMember(name: "duplicate", value: .integer(report.duplicate)),
      JSONMember(name: "suspended", value: .integer(report.suspendedCount)),
      JSONMember(name: "filtered_by_reason", value: filtered),
      JSONMember(name: "suspended_by_reason", value: suspended),
      JSONMember(name: "quantities", value: quantities),
    ] + amountMembers(report) + (costs ?? []) + [
      JSONMember(name: "summary_rows", value: .integer(report.summaryRowCount)),
      JSONMember(name: "files", value: .array(report.files.map(file))),
      JSONMember(
        name: "damaged",
        value: .array(
          report.damaged.map {
            ["name": .text($0.name), "offset": .integer($0.offset), "message": .text($0.message)]
          })),
      JSONMember(name: "milliseconds", value: .integer(Int(seconds * 1000))),
    ]
  }

  private static func file(_ file: RunReport.File) -> JSONValue {
    [
      "name": .text(file.name), "source": .text(file.source.description),
      "bytes": .integer(file.byteCount), "known_bytes": .integer(file.knownByteCount),
      "unread_bytes": .integer(file.unreadByteCount), "read": .integer(file.read),
      "rated": .integer(file.rated), "filtered": .integer(file.filtered),
      "duplicate": .integer(file.duplicate), "suspended": .integer(file.suspended),
      "checked": .bool(file.isChecked),
      "hash": .text(file.hash),
    ]
  }
}
