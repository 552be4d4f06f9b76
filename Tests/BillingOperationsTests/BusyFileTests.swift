// A file that somebody adds to while it is read: it is read up to its size when it was opened, the next night reads on, and both are
// what one run over all of it makes. What another program does happens before a read that is named by its number.

import BillingStore
import DurableFiles
import Glibc
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations
@testable import RatingEngine

@Suite struct BusyFileTests {
  private static let header = GrowingFileTests.header

  private static func row(_ id: String) -> String { GrowingFileTests.row(id) }

  /// Adds to a file as a telephone exchange does.
  static func append(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_APPEND)
    defer { close(file) }
    let bytes = Array(text.utf8)
    precondition(file >= 0 && bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
  }

  /// Rates a file to which something happens before a read, or before each of them: `read rated filtered duplicate suspended, known, unread`.
  private func rate(
    _ file: GrowingFile, store: String = "store", beforeRead number: Int? = 1,
    _ change: (inout RatingOptions) -> Void = { _ in },
    meanwhile: @escaping @Sendable (_ path: String, _ read: Int) -> Void
  ) throws -> String {
    let path = file.desk.folder.path(of: file.name)
    let done = try file.desk.rate([file.name], store: store) { options in
      options.inputOperations = FaultyFileOperations(
        .init(beforeRead: { if number == nil || $0 == number { meanwhile(path, $0) } }))
      change(&options)
    }
    guard case .committed(_, let report, _) = done else { return done.doors }
    let unread = report.files.reduce(0) { $0 + $1.unreadByteCount }
    return "\(done.doors), \(report.knownByteCount), \(unread)"
  }

  /// What a store says of a month, and what waits with its place.
  private func state(_ desk: NightDesk, _ store: String) throws -> [String: [UInt8]] {
    var state = try desk.usage(store: store).filter {
      ["summary.csv.zst", "allowances.csv"].contains($0.key)
    }
    let opened = try BillingStore.open(desk.folder.path(of: store), for: .reading, tools: desk.tools())
    var waiting: [String] = []
    try opened.forEachSuspended(SuspenseFilter()) {
      waiting.append("\($0.reason) \($0.row.line) \($0.row.byteOffset) \($0.row.original)")
    }
    state["waiting"] = Array(waiting.sorted().joined(separator: "\n").utf8)
    return state
  }

  // MARK: what is added

  struct Night: Sendable, CustomTestStringConvertible {
    let name: String
    /// Behind the last line end when it was opened, and what is added while it is read.
    let open: String
    let added: String
    /// What the two nights say.
    let first: String
    let second: String
    var testDescription: String { name }
  }

  private static let b = row("b")
  private static let half = String(b.prefix(30))
  private static let rest = String(b.dropFirst(30))

  @Test(arguments: [
    Night(name: "a line", open: "", added: b, first: "1 1 0 0 0", second: "1 1 0 0 0"),
    Night(name: "the rest of a line", open: half, added: rest, first: "1 1 0 0 0", second: "1 1 0 0 0"),
    Night(name: "a line end", open: b.dropLast() + "", added: "\n", first: "1 1 0 0 0", second: "1 1 0 0 0"),
    Night(
      name: "the rest and more", open: half, added: rest + row("c"), first: "1 1 0 0 0", second: "2 2 0 0 0"),
    Night(
      name: "a line that cannot be read", open: "x,2026", added: "-\n", first: "1 1 0 0 0",
      second: "1 0 0 0 1"),
    // Nobody added anything while it was read the second time: it may be all there is.
    Night(
      name: "half a line", open: "", added: b.dropLast() + "", first: "1 1 0 0 0", second: "1 1 0 0 0"),
    Night(name: "more of a line", open: "x,2026", added: "-0", first: "1 1 0 0 0", second: "1 0 0 0 1"),
  ]) func theNextNightReadsWhatIsAdded(night: Night) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let complete = Self.header + Self.row("a")
    try file.become(complete + night.open)
    let added = night.added
    let unread = (night.open + night.added).utf8.count
    #expect(
      try rate(file) { path, _ in Self.append(added, to: path) } == night.first + ", 0, \(unread)")
    #expect(try file.rate() == night.second + ", \(complete.utf8.count)")
    #expect(try file.rate() == "nothing new")
    try file.rate(store: "whole")
    let (found, expected) = (try state(desk, "store"), try state(desk, "whole"))
    for name in expected.keys { #expect(found[name] == expected[name], "\(name)") }
    try desk.expectWhole()
  }

  /// However it is read, and wherever the reader is when something is added.
  @Test(arguments: [1, 2, 3, 4, 5, 6]) func nightsOfABusyFileAreOneRun(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    var text = Self.header
    for number in 0..<40 {
      text += Int.random(in: 0..<9, using: &random) == 0 ? "bad-\(number)\n" : Self.row("r\(number)")
    }
    let bytes = Array(text.utf8)
    var end = Self.header.utf8.count + Int.random(in: 0...80, using: &random)
    try file.become(Array(bytes[..<end]))
    while end < bytes.count {
      let next = min(bytes.count, end + Int.random(in: 1...400, using: &random))
      let added = String(decoding: bytes[end..<next], as: UTF8.self)
      let number = Int.random(in: 1...3, using: &random)
      let chunkBytes = Int.random(in: 30...400, using: &random)
      _ = try rate(file, beforeRead: number, { $0.chunkBytes = chunkBytes }) { path, _ in
        Self.append(added, to: path)
      }
      // Where there were fewer reads, nothing has happened yet.
      try file.become(Array(bytes[..<next]))
      end = next
      if Bool.random(using: &random) { try file.rate() }
    }
    try file.rate()
    #expect(try file.rate() == "nothing new")
    try file.rate(store: "whole")
    #expect(try state(desk, "store") == state(desk, "whole"), "seed \(seed)")
    #expect(try desk.store().currentRuns().reduce(0) { $0 + $1.doors.read } == 40)
    try desk.expectWhole()
  }

  /// What a quiet night has read without its line end goes on in a busy one: it is taken back, and read when it is complete.
  @Test func halfALineOfAQuietNightGoesOnInABusyOne() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let complete = Self.header + Self.row("a")
    let x = "x,2026-01-05T09:14:02Z,03023125101,00442079460123,"
    try file.become(complete + x + "6")
    #expect(try file.rate() == "2 2 0 0 0, 0")
    try file.become(complete + x + "61")
    // Before each read: once more when the half line was taken back.
    #expect(try rate(file, beforeRead: nil) { path, _ in Self.append("0", to: path) } == "nothing new")
    #expect(try desk.bill() == ["acme 1 0.02"])
    try file.become(complete + x + "610\n")
    #expect(
      try rate(file) { path, _ in Self.append(Self.row("y"), to: path) }
        == "1 1 0 0 0, \(complete.utf8.count), \(Self.b.utf8.count)")
    #expect(try file.rate() == "1 1 0 0 0, \((complete + x + "610\n").utf8.count)")
    try file.rate(store: "whole")
    #expect(try state(desk, "store") == state(desk, "whole"))
    try desk.expectWhole()
  }

  /// A line over the limit is no record before it has ended.
  @Test func aLongLineIsLeftUntilItEnds() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let complete = Self.header + Self.row("a")
    let long = String(repeating: "x", count: 300)
    try file.become(complete + long)
    func limit(_ options: inout RatingOptions) {
      options.recordBytesMax = 100
      options.chunkBytes = 64
    }
    #expect(try rate(file, limit) { path, _ in Self.append("yy", to: path) } == "1 1 0 0 0, 0, 302")
    try file.become(complete + long + "yy\n" + Self.row("b"))
    #expect(try file.rate(limit) == "2 1 0 0 1, \(complete.utf8.count)")
    try file.rate(store: "whole", limit)
    #expect(try state(desk, "store") == state(desk, "whole"))
    try desk.expectWhole()
  }

  // MARK: what is changed

  /// A change, and before which read it happens: by the third one the head was read; the fourth one is that of the proof.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is wrong; nil where the file holds what was read.
    let fault: String?
    let change: @Sendable (_ path: String, _ read: Int) -> Void
    var testDescription: String { name }

    init(_ name: String, fault: String?, change: @escaping @Sendable (_ path: String, _ read: Int) -> Void) {
      self.name = name
      self.fault = fault
      self.change = change
    }
  }

  /// Writes over what the file has at a place.
  private static func overwrite(_ path: String, at offset: Int, _ text: String) {
    // The clock of files goes on in steps of some milliseconds.
    usleep(20_000)
    let file = open(path, O_WRONLY)
    defer { close(file) }
    precondition(pwrite(file, text, text.utf8.count, off_t(offset)) == text.utf8.count)
  }

  private static func cut(_ path: String) {
    usleep(20_000)
    precondition(truncate(path, 40) == 0)
  }

  private static let changes = [
    Change("touched", fault: nil) { if $1 == 3 { overwrite($0, at: 0, "id") } },
    Change("written again as it was, and more", fault: nil) {
      if $1 == 3 {
        overwrite($0, at: 0, header)
        append(b, to: $0)
      }
    },
    Change("rewritten", fault: "was changed") { if $1 == 3 { overwrite($0, at: header.utf8.count, "z") } },
    Change("rewritten and added to", fault: "was changed") {
      if $1 == 3 {
        overwrite($0, at: header.utf8.count, "z")
        append(b, to: $0)
      }
    },
    Change("added to, then rewritten before its proof", fault: "was changed") {
      if $1 == 3 { append(b, to: $0) }
      if $1 == 4 { overwrite($0, at: header.utf8.count, "z") }
    },
    Change("added to, then shorter before its proof", fault: "became shorter") {
      if $1 == 3 { append(b, to: $0) }
      if $1 == 4 { cut($0) }
    },
    Change("shorter", fault: "became shorter") { if $1 == 3 { cut($0) } },
    Change("shorter, then longer", fault: "became shorter") {
      if $1 == 3 {
        cut($0)
        append(b, to: $0)
      }
    },
    Change("shorter, then as long", fault: "was changed") {
      if $1 == 3 {
        cut($0)
        append(String(repeating: "y", count: size - 40), to: $0)
      }
    },
    Change("shorter, then longer than before", fault: "was changed") {
      if $1 == 3 {
        cut($0)
        append(String(repeating: "y", count: size), to: $0)
      }
    },
    Change("another file, and the old one added to", fault: "was replaced") {
      if $1 == 3 {
        rename($0, $0 + ".1")
        append(b, to: $0 + ".1")
        close(creat($0, 0o600))
      }
    },
    Change("renamed", fault: nil) { if $1 == 3 { rename($0, $0 + ".1") } },
  ]

  private static let size = (header + row("a") + row("c") + row("d")).utf8.count

  @Test(arguments: changes) func onlyWhatTheFileHeldIsRated(change: Change) throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    try file.become(Self.header + Self.row("a") + Self.row("c") + Self.row("d"))
    let body = change.change
    do {
      let doors = try rate(file, beforeRead: nil, { $0.chunkBytes = 64 }, meanwhile: body)
      #expect(change.fault == nil && doors.hasPrefix("3 3 0 0 0, 0"), "\(doors)")
    } catch let fault as OperationFault {
      #expect(change.fault.map { "\(fault)".contains($0 + " while it was read") } == true, "\(fault)")
      #expect(try desk.store().currentRuns().isEmpty)
    }
  }
}
