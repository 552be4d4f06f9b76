// Taking runs back: what counts no more, what can be rated again, and what must not be lost.

import BillingStore
import Glibc
import TestSupport
import Testing
import UsageSummary

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

  /// What a later run had left out because of it counts there now.
  @Test func aLaterRunGetsBackWhatWasDisplaced() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.write(StoreRatingTests.monday + StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    #expect(try desk.rate(["usage/pbx-2.csv"]).doors == "4 2 0 2 0")
    try desk.revoke("1")
    #expect(try desk.bill() == ["acme 2 0.03", "acme 1 0.002333", "zebra 1 0.01"])
    #expect(try desk.store().runs().map(\.state) == [.revoked, .replaced, .current])
    #expect(try desk.store().currentRuns().map(\.doors.duplicate) == [0])
    try desk.expectWhole()
    // The first file again: all of it is known by the second one.
    #expect(try desk.rate(["usage/pbx-1.csv"]).doors == "2 0 0 2 0")
    try desk.expectWhole()
    // What came back is rated again like everything else.
    try desk.writeCatalog("dear", price: "0.1000")
    try desk.rerate("dear")
    #expect(try desk.bill() == ["acme 2 0.3", "acme 1 0.002333", "zebra 1 0.1"])
    try desk.expectWhole()
  }

  @Test func aReadingIsFoundByItsFile() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(StoreRatingTests.tuesday, to: "more/pbx-2.csv")
    try desk.write(StoreRatingTests.wednesday, to: "more/pbx-3.csv")
    try desk.rate(["more"])
    let store = try desk.store()
    func runs(_ name: String) throws -> [Int] {
      try store.readings(ofFile: name).map { try store.run(named: $0.runID).number }
    }
    let whole = desk.folder.path(of: "usage/pbx-1.csv")
    for name in [
      "pbx-1.csv", "usage/pbx-1.csv", whole, "1/pbx-1.csv", "1/usage/pbx-1.csv", "1/\(whole)",
    ] {
      #expect(try runs(name) == [1], "\(name)")
    }
    #expect(try runs("pbx-2.csv") == [2])
    #expect(try runs("2/pbx-2.csv") == [2])
    // A part of a name, a name that nobody has, a run that has not read it, no run.
    for name in ["bx-1.csv", "pbx-9.csv", "2/pbx-1.csv", "9/pbx-1.csv", "1/bx-1.csv"] {
      #expect(throws: StoreFault.self, "\(name)") { try store.readings(ofFile: name) }
    }
  }

  /// One name for two files: nobody knows which one is meant, until its run is named.
  @Test func filesOfOneNameAreToldApartByTheirRuns() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    #expect(
      rename(desk.folder.path(of: "usage/pbx-1.csv"), desk.folder.path(of: "usage/old-pbx-1.csv"))
        == 0)
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-1.csv")
    try desk.rate(["usage/pbx-1.csv"])
    let fault = #expect(throws: StoreFault.self) { try desk.revokeReadings(ofFile: "pbx-1.csv") }
    #expect("\(try #require(fault))".contains("RUN/FILE: 2/pbx-1.csv"))
    #expect(try desk.revokeReadings(ofFile: "1/pbx-1.csv").map(\.run) == [1])
    #expect(try desk.revokeReadings(ofFile: "pbx-1.csv").map(\.run) == [2])
    // The same name in two folders.
    try desk.write(StoreRatingTests.monday, to: "a/pbx-3.csv")
    try desk.write(StoreRatingTests.tuesday, to: "b/pbx-3.csv")
    try desk.rate(["a", "b"])
    #expect(throws: StoreFault.self) { try desk.revokeReadings(ofFile: "pbx-3.csv") }
    #expect(try desk.revokeReadings(ofFile: "a/pbx-3.csv").count == 1)
    try desk.expectWhole()
  }

  @Test func aRunIsTakenBackOnce() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.revoke("1")
    #expect(throws: OperationFault.self) { try desk.revoke("1") }
  }
}
