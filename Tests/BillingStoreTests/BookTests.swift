// The book as a file and a database: marks, permissions, guards, seals.

import DurableFiles
import Glibc
import Tables
import TestSupport
import Testing

@testable import BillingStore

@Suite struct BookTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path(of: "store") }
  private static let tools = StoreTools(
    program: "ratemill test", clock: { 1_767_225_600 }, waitMilliseconds: 0)

  init() throws { folder = try TemporaryFolder() }

  private func changing() throws -> BillingStore {
    try BillingStore.open(path, for: .changing(creates: true), tools: Self.tools)
  }

  @Test func aNewStoreIsKnownByItsMarks() throws {
    let store = try changing()
    #expect(try store.book.integer("PRAGMA application_id") == BookSchema.applicationID)
    #expect(try store.book.integer("PRAGMA user_version") == BookSchema.version)
    #expect(try store.book.text("PRAGMA journal_mode") == "delete")
    // 3: EXTRA.
    #expect(try store.book.integer("PRAGMA synchronous") == 3)
    #expect(try store.book.integer("PRAGMA foreign_keys") == 1)
  }

  @Test func onlyTheOwnerCanReadAStore() throws {
    _ = try changing()
    for (name, mode) in [("", 0o700), ("/book.sqlite", 0o600), ("/lock", 0o600), ("/runs", 0o700)] {
      var status = stat()
      #expect(stat(path + name, &status) == 0)
      #expect(Int(status.st_mode) & 0o777 == mode, "\(name)")
    }
  }

  @Test func theAuditTrailIsAppendOnly() throws {
    let store = try changing()
    #expect(throws: StoreFault.self) { try store.book.execute("UPDATE audit SET at = 'never'") }
    #expect(throws: StoreFault.self) { try store.book.execute("DELETE FROM audit") }
    #expect(try AuditTrail(book: store.book).findings() == [])
  }

  @Test(arguments: [
    "UPDATE audit SET at = 'never' WHERE sequence = 2", "UPDATE audit SET details = '{}' WHERE sequence = 1",
    "DELETE FROM audit WHERE sequence = 2", "UPDATE audit SET hash = 'other' WHERE sequence = 3",
  ])
  func aChangedAuditTrailShows(change: String) throws {
    let store = try changing()
    for number in 1...3 {
      try AuditTrail(book: store.book).append(
        "test", subject: "\(number)", details: ["number": .integer(number)], at: "2026-01-01T00:00:00Z")
    }
    try store.book.execute("DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_shortened")
    try store.book.execute(change)
    #expect(try !AuditTrail(book: store.book).findings().isEmpty)
  }

  @Test func namesAreBytes() throws {
    let store = try changing()
    try store.book.execute("CREATE TABLE t (a TEXT)")
    for bytes: [UInt8] in [[], [0x41, 0, 0x42], [0xE9], Array("e\u{301}".utf8)] {
      try store.book.run("INSERT INTO t VALUES (?)", [.label(.init(bytes: bytes))])
      var read: [UInt8]?
      try store.book.query("SELECT a FROM t ORDER BY rowid DESC LIMIT 1") { row in read = row.label(0).bytes }
      #expect(read == bytes)
    }
  }

  @Test func aTransactionIsAllOrNothing() throws {
    let store = try changing()
    try store.book.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    #expect(throws: StoreFault.self) {
      try store.book.transaction { () throws(StoreFault) in
        try store.book.run("INSERT INTO t VALUES (?)", [.integer(1)])
        try store.book.run("INSERT INTO t VALUES (?)", [.integer(1)])
      }
    }
    #expect(try store.book.integer("SELECT COUNT(*) FROM t") == 0)
  }

  @Test func aFolderOfOthersIsNoStore() throws {
    try folder.write("hello", to: "store/letter.txt")
    #expect(throws: StoreFault.self) { try changing() }
    #expect(FileContent.names(in: path) == ["letter.txt"])
  }

  @Test(arguments: [
    "", "not a database at all, not a database at all, not a database at all, not a database",
  ])
  func aBookOfOthersIsRefused(text: String) throws {
    // An empty file is what a kill leaves of a new book: for looking there is nothing in it.
    try folder.write(text, to: "store/book.sqlite")
    #expect(throws: StoreFault.self) {
      try BillingStore.open(path, for: .reading, tools: Self.tools)
    }
  }

  @Test func aBookOfALaterVersionIsRefused() throws {
    try changing().book.execute("PRAGMA user_version = 99")
    #expect(throws: StoreFault.self) { try BillingStore.open(path, for: .reading, tools: Self.tools) }
  }

  @Test(arguments: [true, false]) func runsWithoutTheirBookAreLeftAlone(isEmpty: Bool) throws {
    _ = try changing()
    try folder.write("x", to: "store/runs/0123/summary.csv.zst")
    #expect(unlink(path + "/book.sqlite") == 0)
    if isEmpty { try folder.write("", to: "store/book.sqlite") }
    #expect(throws: StoreFault.self) { try changing() }
    #expect(FileContent.names(in: path + "/runs") == ["0123"])
  }

  @Test func whatAKillLeftIsSwept() throws {
    _ = try changing()
    try folder.write("x", to: "store/runs/incoming/summary.csv.zst")
    try folder.write("x", to: "store/runs/.incoming.ratemill-1-0/summary.csv.zst")
    try folder.write("x", to: "store/catalogs/0123/accounts.csv")
    _ = try changing()
    #expect(FileContent.names(in: path + "/runs") == [])
    #expect(FileContent.names(in: path + "/catalogs") == [])
  }

  /// Every system call of making a store fails once; then the process dies there.
  @Test(arguments: [false, true]) func aStoreIsMadeOrNot(isLasting: Bool) throws {
    for call in 1... {
      let own = folder.path(of: "store-\(isLasting)-\(call)")
      let operations = FaultyFileOperations(.init(failingCall: call, isLasting: isLasting))
      var tools = Self.tools
      tools.fileOperations = operations
      _ = try? BillingStore.open(own, for: .changing(creates: true), tools: tools)
      // The same command again makes it whole.
      let store = try BillingStore.open(own, for: .changing(creates: true), tools: Self.tools)
      #expect(try store.verify(deep: true) { _ in nil }.findings == [])
      if operations.callCount < call { break }
    }
  }
}
