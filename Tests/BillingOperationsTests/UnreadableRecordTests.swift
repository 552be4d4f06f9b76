// Records that cannot be read have no key. They stand in suspense once all the same, however often their file is read again.

import BillingStore
import DurableFiles
import RatingEngine
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct UnreadableRecordTests {
  private static let header = GrowingFileTests.header

  private static func row(_ id: String) -> String { GrowingFileTests.row(id) }

  /// Unreadable records of a store, whatever became of them: place and bytes, sorted.
  private func records(_ desk: NightDesk, _ store: String = "store") throws -> [String] {
    var found: [String] = []
    let opened = try BillingStore.open(desk.folder.path(of: store), for: .reading, tools: desk.tools())
    try opened.forEachRecord { found.append("\($0.row.byteOffset) \($0.row.line) \($0.row.original)") }
    return found.sorted()
  }

  /// Suspended = recycled + written off + waiting, over all runs that count.
  private func counts(_ desk: NightDesk) throws -> String {
    let store = try desk.store()
    var (suspended, recycled, writtenOff, waiting) = (0, 0, 0, 0)
    for run in try store.currentRuns() {
      let counts = try store.suspenseCounts(run)
      suspended += counts.suspended
      recycled += counts.recycled
      writtenOff += counts.writtenOff
      waiting += counts.waiting
    }
    #expect(suspended == recycled + writtenOff + waiting)
    return "\(suspended) \(recycled) \(writtenOff) \(waiting)"
  }

  @Test func whatWaitsIsNotSuspendedAgain() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let first = Self.header + Self.row("a") + "bad-1\n"
    let second = first + "bad-2\n" + Self.row("b") + "bad-2\n"
    for text in [first, second] {
      try file.become(text)
      try file.rate()
    }
    // Read whole, because its beginning is gone: two of the second night wait already.
    try desk.revoke("1")
    #expect(try file.rate() == "5 1 0 3 1, 0")
    #expect(try counts(desk) == "3 0 0 3")
    try file.rate(store: "whole")
    #expect(try records(desk) == records(desk, "whole"))
    #expect(try desk.bill() == desk.bill(store: "whole"))
    try desk.expectWhole()
    // Who has left them out is named when they count no more, and has them when it is rated again.
    #expect(try missing(desk, revoking: "2") == [2])
    try desk.expectWhole()
    #expect(try file.rate() == "5 0 0 3 2, 0")
    #expect(try file.rate() == "nothing new")
    #expect(try records(desk) == records(desk, "whole"))
    #expect(try desk.bill() == desk.bill(store: "whole"))
    try desk.expectWhole()
  }

  /// How many records are missing of files when a run was taken back.
  private func missing(_ desk: NightDesk, revoking run: String) throws -> [Int] {
    let store = try BillingStore.open(desk.storePath, for: .changing(creates: false), tools: desk.tools())
    return try StoreRevoking.revoke(store.run(named: run), reason: "test", in: store).missing.map(\.count)
  }

  /// What somebody has decided about stays decided.
  @Test func whatWasDecidedDoesNotWaitAgain() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let first = Self.header + Self.row("a")
    try file.become(first)
    try file.rate()
    try file.become(first + "bad-1\nbad-2\n")
    try file.rate()
    try desk.writeOff(["2-1"])
    try desk.correct("2-2", String(Self.row("c").dropLast()))
    try desk.recycle()
    try desk.revoke("1")
    #expect(try file.rate() == "3 1 0 2 0, 0")
    #expect(try counts(desk) == "2 1 1 0")
    #expect(try desk.bill() == ["acme 2 0.04"])
    try desk.expectWhole()
  }

  /// A file that is read whole each night, because its control file counts all of it.
  @Test func aFileThatIsReadWholeEachNightHasThemOnce() throws {
    let desk = try NightDesk()
    try desk.folder.write(
      "source,pattern,format,country,control\npbx,pbx*,ratemill-csv,DE,.ctl\n", to: "catalog/sources.csv")
    let file = try GrowingFile(desk)
    var text = Self.header
    let long = String(repeating: "y", count: 200)
    for night in 1...4 {
      text += Self.row("r\(night)") + "bad-\(night)\n" + (night == 2 ? long + "\n" : "")
      try file.become(text)
      try desk.folder.write("records=\(night * 2 + (night > 1 ? 1 : 0))\n", to: file.name + ".ctl")
      let known = night * 2 - (night > 2 ? 1 : 2)
      let new = night == 2 ? 2 : 1
      #expect(
        try file.rate {
          $0.recordBytesMax = 100
          $0.chunkBytes = 64
        } == "\(1 + new + known) 1 0 \(known) \(new), 0")
    }
    try file.rate(store: "whole") { $0.recordBytesMax = 100 }
    #expect(try records(desk) == records(desk, "whole"))
    #expect(try records(desk).count == 5)
    try desk.expectWhole()
  }

  /// Another file in the same place: what stands where a record stood is not that record.
  @Test func anotherRecordAtThePlaceIsNew() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    try file.become(Self.header + "bad-1\nbad-2\nbad-3\n" + Self.row("a"))
    try file.rate()
    try file.become(Self.header + "bad-1\nBAD-2\nbad-33\n")
    #expect(try file.rate() == "3 0 0 1 2, 0")
    try desk.expectWhole()
  }

  /// Every order of taking back and rating again, also where nights end in the middle of a line.
  @Test(arguments: UInt64(1)...16) func theyStandOnceWhateverIsTakenBack(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    var text = Self.header
    for night in 0..<7 {
      text += Self.row("r\(night)")
      for number in 0..<Int.random(in: 1...3, using: &random) {
        text += Bool.random(using: &random) ? "bad-\(night % 3)\n" : Self.row("r\(night)-\(number)")
      }
      let cut = night < 6 && Bool.random(using: &random) ? Int.random(in: 0...20, using: &random) : 0
      try file.become(Array(text.utf8.dropLast(cut)))
      try file.rate()
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let runs = try desk.store().currentRuns()
        if let run = runs.randomElement(using: &random) { try desk.revoke("\(run.number)") }
      }
      try file.rate()
      try file.rate(store: "whole-\(night)")
      let place = "seed \(seed), night \(night)"
      #expect(try records(desk) == records(desk, "whole-\(night)"), "\(place)")
      #expect(try desk.bill() == desk.bill(store: "whole-\(night)"), "\(place)")
      _ = try counts(desk)
      try desk.expectWhole()
    }
  }
}
