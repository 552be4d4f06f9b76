// Every change of a store shows: what was committed is what is found, or verify says where not.

import BillingStore
import Glibc
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreVerificationTests {
  private static func billedDesk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    return desk
  }

  @Test func aChangedByteOfAnyFileShows() throws {
    let desk = try Self.billedDesk()
    let files = FileContent.files(below: desk.storePath).filter {
      $0 != "lock" && $0 != "book.sqlite" && !$0.hasSuffix("contracts.csv")
    }
    #expect(files.count > 12)
    for file in files {
      let path = desk.storePath + "/" + file
      let bytes = try #require(FileContent.bytes(of: path))
      guard !bytes.isEmpty else { continue }
      var changed = bytes
      changed[bytes.count / 2] ^= 1
      try FileContent.write(changed, to: path)
      let found = try desk.store().verify(deep: true, catalogHash: StoreCatalog.hash)
      #expect(!found.findings.isEmpty, "\(file)")
      try FileContent.write(bytes, to: path)
    }
    try desk.expectWhole()
  }

  @Test func aMissingFolderShows() throws {
    let desk = try Self.billedDesk()
    let run = try #require(try desk.store().runs().first)
    try #require(rename(desk.storePath + "/runs/" + run.id, desk.storePath + "/runs/gone") == 0)
    let found = try desk.store().verify(deep: false, catalogHash: StoreCatalog.hash)
    #expect(found.findings.count == 1)
    #expect(found.leftovers == ["runs/gone"])
  }

  /// What somebody may do to the book with a sqlite3 shell.
  @Test(arguments: [
    "UPDATE runs SET rated = rated - 1, filtered = filtered + 1",
    "UPDATE run_usage SET amount_units = amount_units + 1", "DELETE FROM run_usage WHERE account = 'zebra'",
    "UPDATE run_files SET content_hash = 'other'", "UPDATE runs SET manifest_sha256 = 'other'",
    "UPDATE billed_usage SET amount_pico = 1", "UPDATE billings SET summary_sha256 = 'other'",
    "UPDATE runs SET kind = 'recycle'",
  ])
  func aChangeOfTheBookShows(change: String) throws {
    let desk = try Self.billedDesk()
    try SQLiteShell.run(change, desk.storePath + "/book.sqlite")
    #expect(try !desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).findings.isEmpty)
  }
}
