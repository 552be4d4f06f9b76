// Small files of every dialect, cut at every byte: chunks and parts of any size give the records of the whole file.

import Catalog
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SplitOffsetTests {
  /// A file with a way to write records of its own.
  private struct Sample: Sendable {
    var name: String
    var change: @Sendable (inout FormatDescriptor) -> Void = { _ in }
    var text: String = ""
    /// Instead of `text`, where it is no UTF-8.
    var bytes: [UInt8]?
    /// What must come out: records read, rated, filtered, duplicate, suspended.
    var doors: [Int]

    var content: [UInt8] { bytes ?? Array(text.utf8) }
  }

  // id, start, to, billable, disposition of one record; the disposition is a text of any bytes.
  private static func line(_ id: String, _ disposition: String = "ok", _ delimiter: String = ",") -> String {
    [id, "2025-03-01T00:00:00Z", "44770", "61", disposition].joined(separator: delimiter)
  }
  private static let header = "id,start,to,billable,disposition\n"

  private static let samples: [Sample] = [
    Sample(
      name: "strict",
      text: header + line("1") + "\n" + line("2", "\"a \"\"b\"\", c\"") + "\n\n" + line("3", "a\"b") + "\n"
        + line("\"4\"", "\"\"") + "\n" + line("5", "\"open") + "\n1,2\n" + line("1") + "\n",
      doors: [7, 3, 0, 1, 3]),
    Sample(
      name: "bom-crlf-unended",
      text: "\u{feff}id,start,to,billable,disposition\r\n" + line("1") + "\r\n\r\n" + line("2", "\"x,\"")
        + "\r\n"
        + line("3", "a\rb") + "\r\n" + line("4"), doors: [4, 4, 0, 0, 0]),
    Sample(
      name: "carriage-returns", change: { $0.dialect.lineEnd = 13 },
      text: (header.dropLast() + "\r" + line("1") + "\r" + line("2", "\"q\"\"q\"") + "\r\r"
        + line("3", "a\nb") + "\r"
        + line("4", "x,y") + "\r" + line("5")), doors: [5, 4, 0, 0, 1]),
    Sample(
      name: "multiline", change: { $0.dialect.isMultiline = true },
      text: header + line("1", "\"two\nlines\"") + "\n" + line("2") + "\n" + line("3", "\"\n\"\"\n,\n\"")
        + "\r\n"
        + line("4", "\"\r\n\"") + "\n\n" + line("2") + "\n" + line("5", "\"last\n\""), doors: [6, 5, 0, 1, 0]),
    Sample(
      name: "lenient",
      change: {
        $0.dialect.quotes = .lenient
        $0.dialect.delimiter = 59
        $0.dialect.comment = "#"
        $0.dialect.trimsBlanks = true
        $0.header.skipLines = 2
        $0.header.hasTypesLine = true
      },
      text: "some export\n\nid;start;to;billable;disposition\nint;time;text;int;\"text\"\n"
        + line("1", "ok", ";")
        + "\n#" + line("2", "ok", ";") + "\n" + line("3", "\"a\"b;\"", ";") + "\n"
        + line(" \"4\" ", "a\"b", ";")
        + "\n# end\n" + line("5", "\"x", ";") + "\n", doors: [4, 4, 0, 0, 0]),
    Sample(
      name: "backslash", change: { $0.dialect.quotes = .backslash },
      text: header + line("1", "\"a\\\",b\"") + "\n" + line("2", "a\\,b") + "\n" + line("3", "\"c\\\\\"")
        + "\n"
        + line("4", "\"\\n\"") + "\n" + line("5", "d\\") + "\n", doors: [5, 4, 0, 0, 1]),
    Sample(
      name: "unquoted",
      change: {
        $0.dialect.quotes = .none; $0.dialect.delimiter = 9
      },
      text: header.split(separator: ",").joined(separator: "\t") + line("1", "\"a", "\t") + "\n"
        + line("2", "b\"c\"", "\t") + "\n" + line("3", "a\tb", "\t") + "\n" + line("4", ",;", "\t"),
      doors: [4, 3, 0, 0, 1]),
    Sample(
      name: "no-header",
      change: {
        $0.header.mode = .none
        $0.header.columns = ["id", "start", "to", "billable", "disposition"]
      }, text: line("1") + "\n" + line("2") + "\n" + line("2") + "\n" + line("3"), doors: [4, 3, 0, 1, 0]),
    Sample(
      name: "bytes",
      bytes: Array((header + line("1")).utf8) + [0, 10] + Array(line("2\u{0}").utf8) + [10]
        + Array(line("3").utf8)
        + [0xff, 0xc3, 0x28, 10, 0, 10] + Array(line("4", "\u{1F4DE}\u{301}").utf8) + [10]
        + Array(line("5").utf8)
        + [0xe2, 0x82], doors: [6, 5, 0, 0, 1]),
    Sample(
      name: "json",
      change: {
        $0.dialect.framing = .jsonl; $0.dialect.quotes = .none; $0.header.mode = .none
      },
      text: """
        {"id":"1","start":"2025-03-01T00:00:00Z","to":"44770","billable":61,"disposition":"a\\"b\\u00e9\\ud83d\\ude00"}
        { "x" : {"y":[1,{"id":2}]}, "id":2,"start":"2025-03-01 00:00:00", "to":"44770","billable":61}\r

        {"id":"3","start":"2025-03-01T00:00:00Z","to":"44770","billable":"61"} x
        {"id":"4","billable":"é\t"}
        {"id":"5","start":null}
        """, doors: [5, 2, 0, 0, 3]),
    Sample(name: "header-only", text: header, doors: [0, 0, 0, 0, 0]),
    Sample(name: "header-unended", text: String(header.dropLast()), doors: [0, 0, 0, 0, 0]),
    Sample(name: "blanks", text: header + "\n\r\n\n", doors: [0, 0, 0, 0, 0]),
    Sample(name: "empty", text: "", doors: [0, 0, 0, 0, 0]),
  ]

  private static func formats() throws -> [FormatDescriptor] {
    try samples.map { sample in
      var format = try #require(BuiltInFormats.descriptor(named: "ratemill-csv"))
      format.name = Label(sample.name)
      format.examples = []
      // Every text of these samples is one of an answered call.
      format.answered = []
      let roles: [FieldRole] = [.id, .start, .to, .billable, .disposition]
      format.fields.removeAll { !roles.contains($0.role) }
      format.guide = [:]
      sample.change(&format)
      return format
    }
  }

  private static func run() throws -> RatingRun {
    var tariff = Tariff()
    tariff.accounts = [Tariff.Account(id: "a", plans: [("plan", nil, nil)])]
    tariff.sources = samples.map {
      Tariff.Source(name: $0.name, pattern: $0.name, format: $0.name, defaultAccount: "a")
    }
    tariff.decks = [
      Tariff.Deck(
        name: "deck",
        rows: [
          Tariff.Row(
            prefix: "44", destination: "to", group: "group",
            price: Tariff.Price(pico: 60_000_000_000, quantity: 60_000))
        ])
    ]
    tariff.plans = [
      Tariff.Plan(name: "plan", lookUp: [.voice: "deck"], charges: [Tariff.Charge(name: "usage")])
    ]
    return try Trial.prepare(tariff.catalog(formats: formats())) { options in
      options.chunkBytes = 1 << 16
      options.groupBy = [.day, .destination]
    }
  }

  /// The files of more bytes than `size`: shorter ones have no seam there.
  private static func trial(longerThan size: Int = -1) throws -> Trial {
    try Trial(
      samples.filter { $0.content.count > size }.map { ($0.name, $0.content) }.sorted { $0.0 < $1.0 })
  }

  @Test func theWholeFilesReadAsTheirDialectsSay() throws {
    let result = try Self.trial().run(Self.run())
    for (sample, found) in zip(Self.samples.sorted { $0.name < $1.name }, result.fileDoors) {
      #expect(found == sample.doors, "\(sample.name)")
    }
  }

  /// Small sizes and all odd ones: so every offset is a seam, most of them the first one.
  @Test func everyOffsetMayBeASeam() throws {
    let run = try Self.run()
    var trial = try Self.trial()
    var expected = try trial.run(run).everything
    let longest = Self.samples.map(\.content.count).max() ?? 0
    #expect(longest > 250)
    for size in 1..<longest {
      let isTried = size < 40 || size % 2 == 1
      if Self.samples.contains(where: { $0.content.count == size }) {
        trial = try Self.trial(longerThan: size)
        expected = try trial.run(run).everything
      }
      guard isTried else { continue }
      let chunked = try trial.run(run.with { ($0.chunkBytes, $0.threadCount) = (size, 1) })
      #expect(chunked.everything == expected, "chunks of \(size) bytes")
      let parted = try trial.run(run.with { ($0.partBytes, $0.threadCount) = (size, 2) })
      #expect(parted.everything == expected, "parts of \(size) bytes")
    }
  }

  @Test func partsMayHaveChunksOfTheirOwn() throws {
    let trial = try Self.trial()
    let run = try Self.run()
    let expected = try trial.run(run).everything
    for partBytes in [1, 2, 13, 97] {
      for chunkBytes in [1, 3, 31] {
        let found = try trial.run(
          run.with { ($0.partBytes, $0.chunkBytes, $0.threadCount) = (partBytes, chunkBytes, 3) })
        #expect(found.everything == expected, "parts of \(partBytes), chunks of \(chunkBytes) bytes")
      }
    }
  }
}
