// A summary that several threads read is the one that is read front to back: the same rows, proof and faults, wherever it is cut.

import BillingCalendar
import DurableFiles
import Money
import Synchronization
import Tables
import Testing
import TestSupport
import UsageFolderSupport

@testable import UsageSummary

@Suite struct SummaryStretchesTests {
  private let folder: TemporaryFolder
  private static let cuts = [1, 5, 64, 333, 1_000, 1 << 20]

  init() throws { folder = try TemporaryFolder() }

  /// Rows of two accounts whose names need quotes, and have line ends and doubled quotes in them.
  private static let rows: [SummaryRow] = {
    let euro = Currency(code: "EUR")!
    let period = UsagePeriod.parse("2026-01-01/2026-02-01")!
    var rows: [SummaryRow] = []
    for account in ["acme", "a \"b\",\nc"] {
      for index in 0..<12 {
        let groups = ["UK", "\"\n\"", "x,\(index)", "line\n\n\(index)"]
        rows.append(
          SummaryRow(
            account: Label(account), usagePeriod: period, plan: "p", charge: "calls", serviceKind: .voice,
            direction: "outbound", ratingGroup: Label(groups[index % 4]), destination: Label("d\(index)"),
            currency: euro, eventCount: Int64(index + 1), quantityRaw: Int128(index * 61_500),
            quantityBilled: 120_000, amount: Amount(pico: Int128(index) * 24_000_000_000)))
      }
    }
    return rows
  }()

  private static let text = SummaryText.file(of: rows)

  /// The file of rows as they stand.
  private static func file(ofOrdered rows: some Sequence<SummaryRow>) -> [UInt8] {
    var bytes = SummarySchema.header
    for row in rows { SummaryText.append(row, to: &bytes) }
    return bytes
  }

  private struct Reading: Equatable {
    var rows: [SummaryRow] = []
    var rowCount: Int64 = 0
    var byteCount: Int64 = 0
    var hash = ""
    var sums = ControlSums()
  }

  private func frontToBack(
    _ bytes: [UInt8], name: String = "summary.csv"
  ) throws -> Result<Reading, UsageFolderFault> {
    try folder.write(bytes, to: name)
    return Result { () throws(UsageFolderFault) in
      let reader = try SummaryReader(path: folder.path + "/" + name)
      var reading = Reading()
      while let row = try reader.next() { reading.rows.append(row) }
      reading.rowCount = reader.rowCount
      reading.byteCount = reader.byteCount
      reading.hash = reader.hexDigest
      reading.sums = reader.sums
      return reading
    }
  }

  /// Reads what `frontToBack` has written.
  private func sideBySide(
    stretchBytes: Int, threadCount: Int, name: String = "summary.csv"
  ) -> Result<Reading, UsageFolderFault> {
    Result { () throws(UsageFolderFault) in
      let rows = Mutex<[[SummaryRow]]>(Array(repeating: [], count: threadCount))
      let proof = try SummaryStretches(path: folder.path + "/" + name, stretchBytes: stretchBytes).read(
        threadCount: threadCount
      ) { thread, reader in
        let row = reader.row
        rows.withLock { $0[thread].append(row) }
      }
      let parts = rows.withLock { $0 }
      // Rows of one thread ascend.
      for part in parts { #expect(SummaryText.file(of: part) == Self.file(ofOrdered: part)) }
      let all = parts.flatMap { $0 }
      return Reading(
        rows: Self.ordered(all), rowCount: proof.rowCount, byteCount: proof.decodedBytes, hash: proof.sha256,
        sums: proof.sums ?? ControlSums())
    }
  }

  private static func ordered(_ some: [SummaryRow]) -> [SummaryRow] {
    let order = rowsInOrder
    return some.sorted { order.firstIndex(of: $0)! < order.firstIndex(of: $1)! }
  }

  private static let rowsInOrder: [SummaryRow] = rows.sorted {
    ($0.account, $0.ratingGroup, $0.destination) < ($1.account, $1.ratingGroup, $1.destination)
  }

  @Test(arguments: cuts, [1, 2, 3]) func theRowsAreTheSame(stretchBytes: Int, threadCount: Int) throws {
    let expected = try frontToBack(Self.text).get()
    #expect(expected.rows == Self.rowsInOrder)
    #expect(try sideBySide(stretchBytes: stretchBytes, threadCount: threadCount).get() == expected)
  }

  @Test(arguments: cuts) func aKeyOutOfOrderIsSeenAtEverySeam(stretchBytes: Int) throws {
    let ordered = Self.rowsInOrder
    for index in 1..<ordered.count {
      var swapped = ordered
      swapped.swapAt(index - 1, index)
      for text in [
        Self.file(ofOrdered: swapped),
        Self.file(ofOrdered: ordered[..<index] + [ordered[index - 1]] + ordered[index...]),
      ] {
        guard case .failure(let expected) = try frontToBack(text) else {
          Issue.record("rows that do not ascend were accepted")
          continue
        }
        guard case .failure(let found) = sideBySide(stretchBytes: stretchBytes, threadCount: 2) else {
          Issue.record("a key out of order was not seen, cut at \(stretchBytes), row \(index)")
          continue
        }
        #expect(found == expected)
      }
    }
  }

  @Test(arguments: [1, 64, 1_000]) func everyCutOfTheFileIsTheSameFault(stretchBytes: Int) throws {
    for count in stride(from: 0, to: Self.text.count, by: 7) {
      let expected = try frontToBack(Array(Self.text[..<count]))
      let found = sideBySide(stretchBytes: stretchBytes, threadCount: 2)
      switch (expected, found) {
      case (.failure(let a), .failure(let b)): #expect(a == b, "\(count)")
      case (.success(let a), .success(let b)): #expect(a == b, "\(count)")
      default: Issue.record("\(expected) front to back, \(found) side by side, cut at \(count)")
      }
    }
  }

  @Test func theFirstOfSeveralFaultsIsNamed() throws {
    // Amounts of the third and of the last row are no numbers.
    var text = String(decoding: Self.file(ofOrdered: Self.rowsInOrder), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    text = lines.map { $0.hasSuffix(",") && $0.contains("d") ? $0.dropLast() + "x" : $0 }.joined(
      separator: "\n")
    guard case .failure(let expected) = try frontToBack(Array(text.utf8)) else {
      Issue.record("broken cells were accepted")
      return
    }
    for stretchBytes in Self.cuts {
      guard case .failure(let found) = sideBySide(stretchBytes: stretchBytes, threadCount: 3) else {
        Issue.record("broken cells were accepted, cut at \(stretchBytes)")
        continue
      }
      #expect(found == expected)
    }
  }

  // MARK: frames

  /// The text in frames of so many bytes, each with its size in its head.
  private static func frames(_ text: [UInt8], of frameBytes: Int) throws -> [[UInt8]] {
    try stride(from: 0, to: text.count, by: frameBytes).map { start in
      try ZstdFrame.compress(Array(text[start..<min(start + frameBytes, text.count)]))
    }
  }

  @Test(arguments: [1, 7, 100, 1_000, 1 << 20], [1, 2, 3])
  func framesAreDecodedSideBySide(frameBytes: Int, threadCount: Int) throws {
    let bytes = try Self.frames(Self.text, of: frameBytes).flatMap { $0 }
    let expected = try frontToBack(bytes, name: "summary.csv.zst").get()
    #expect(expected.rows == Self.rowsInOrder)
    #expect(expected.hash == SHA256.hex(of: Self.text))
    #expect(
      try sideBySide(stretchBytes: 64, threadCount: threadCount, name: "summary.csv.zst").get() == expected)
  }

  /// Frames that say how much they hold beside those that do not, and frames with nothing in them.
  @Test(arguments: 0..<4) func framesOfBothKindsFollowEachOther(first: Int) throws {
    let parts = try Self.frames(Self.text, of: 300)
    var bytes: [UInt8] = []
    for (index, frame) in parts.enumerated() {
      let text = Self.text[index * 300..<min((index + 1) * 300, Self.text.count)]
      switch (index + first) % 4 {
      case 0, 1: bytes += frame
      case 2: bytes += try Self.stream(Array(text))
      default: bytes += try ZstdFrame.compress([]) + frame
      }
    }
    let expected = try frontToBack(bytes, name: "summary.csv.zst").get()
    #expect(expected.rows == Self.rowsInOrder)
    #expect(try sideBySide(stretchBytes: 50, threadCount: 2, name: "summary.csv.zst").get() == expected)
  }

  /// A frame that does not say how much it holds.
  private static func stream(_ text: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let writer = try ZstdWriter(CheckedWriter(creating: folder.path + "/stream.zst", mode: 0o600))
    try writer.write(contentsOf: text)
    try writer.finish()
    return try #require(folder.bytes(of: "stream.zst"))
  }

  @Test func framesThatAreCutOrDamagedAreTheSameFault() throws {
    let bytes = try Self.frames(Self.text, of: 400).flatMap { $0 }
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[index] ^= 0x10
      for input in [Array(bytes[..<index]), damaged] {
        let expected = try frontToBack(input, name: "summary.csv.zst")
        let found = sideBySide(stretchBytes: 64, threadCount: 2, name: "summary.csv.zst")
        switch (expected, found) {
        case (.success(let a), .success(let b)): #expect(a == b, "\(index)")
        // What zstd calls the damage differs between a stream and a whole frame, and what was given out before it does too.
        case (.failure(let a), .failure(let b)): #expect(a.kind == b.kind, "\(index)")
        default: Issue.record("\(expected) front to back, \(found) side by side, at \(index)")
        }
      }
    }
  }

  @Test func theFirstDamagedFrameEndsTheFile() throws {
    var frames = try Self.frames(Self.text, of: 200)
    // The checksums of two frames.
    for index in [3, 4] { frames[index][frames[index].count - 1] ^= 1 }
    let bytes = frames.flatMap { $0 }
    for _ in 0..<20 {
      _ = try frontToBack(bytes, name: "summary.csv.zst")
      guard
        case .failure(let found) = sideBySide(
          stretchBytes: 64, threadCount: 3, name: "summary.csv.zst")
      else {
        Issue.record("damaged frames were accepted")
        return
      }
      #expect(found.message.contains("the zstd stream is damaged"))
      #expect(found.message.contains("checksum"))
    }
  }

  @Test func aRecordOverTheLimitIsRefused() throws {
    var row = Self.rowsInOrder[0]
    row.destination = Label(bytes: [UInt8](repeating: 0x61, count: 3 << 20))
    guard case .failure(let expected) = try frontToBack(SummaryText.file(of: [row])) else {
      Issue.record("a record over the limit was accepted")
      return
    }
    guard case .failure(let found) = sideBySide(stretchBytes: 1 << 16, threadCount: 2) else {
      Issue.record("a record over the limit was accepted")
      return
    }
    #expect(found == expected)
  }
}
