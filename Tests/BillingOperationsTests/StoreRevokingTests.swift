// Taking runs back: what counts no more, what can be rated again, and what must not be lost.

import BillingStore
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreRevokingTests {
  @Test func aRevokedRunCountsNoMore() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    try desk.rate(["usage/pbx-2.csv"])
    try desk.revoke("1")
    #expect(try desk.bill() == ["acme 1 0.01", "acme 1 0.002333"])
    #expect(try desk.store().runs().map(\.state) == [.revoked, .current])
    try desk.expectWhole()
  }

  @Test func itsFilesCanBeRatedAgain() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("dear", price: "0.5000")
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.revoke("1")
    #expect(try desk.rate(["usage"], catalog: "dear").doors == "2 2 0 0 0")
    #expect(try desk.bill() == ["acme 1 1", "zebra 1 0.5"])
    // There and back: the same files with the first catalog are a third run, not the first one.
    try desk.revoke("2")
    #expect(try desk.rate(["usage"]).doors == "2 2 0 0 0")
    let runs = try desk.store().runs()
    #expect(runs.map(\.state) == [.revoked, .revoked, .current])
    #expect(runs.map(\.replaces) == [nil, runs[0].id, runs[1].id])
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
  }

  @Test func aRunOnWhichALaterOneReliesStays() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.write(StoreRatingTests.monday + StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    try desk.rate(["usage/pbx-2.csv"])
    do {
      try desk.revoke("1")
      #expect(Bool(false), "the calls of Monday are billed by nobody now")
    } catch OperationFault.store(.refused(let message)) {
      #expect(message.contains("run 2 has 2 records"))
    }
    // The later one first, then its files again.
    try desk.revoke("2")
    try desk.revoke("1")
    #expect(try desk.rate(["usage/pbx-2.csv"]).doors == "4 4 0 0 0")
    #expect(try desk.bill() == ["acme 2 0.03", "acme 1 0.002333", "zebra 1 0.01"])
  }

  @Test func aRunIsFoundByItsOnlyFile() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(StoreRatingTests.tuesday, to: "more/pbx-2.csv")
    try desk.write(StoreRatingTests.wednesday, to: "more/pbx-3.csv")
    try desk.rate(["more"])
    let store = try desk.store()
    #expect(try store.run(ofFile: "pbx-1.csv").number == 1)
    #expect(try store.run(ofFile: desk.folder.path(of: "usage/pbx-1.csv")).number == 1)
    // One of two files, a part of a name, a name that nobody has.
    for name in ["pbx-2.csv", "bx-1.csv", "pbx-9.csv"] {
      #expect(throws: StoreFault.self, "\(name)") { try store.run(ofFile: name) }
    }
  }

  @Test func aRunIsTakenBackOnce() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.revoke("1")
    #expect(throws: OperationFault.self) { try desk.revoke("1") }
  }
}
