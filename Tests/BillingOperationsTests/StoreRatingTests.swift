// Rating into a store, night after night: what is rated once, what is left out, what the period adds up to.

import BillingStore
import DurableFiles
import Glibc
import RatingEngine
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreRatingTests {
  static let monday = ["a1 2026-01-05 101 442079460123 61", "a2 2026-01-05 201 442079460123 30"]
  static let tuesday = ["b1 2026-01-06 101 442079460123 10", "b2 2026-01-06 102 12025550143 7"]
  static let wednesday = ["c1 2026-01-07 101 442079460124 130", "c2 2026-02-01 201 442079460124 5"]

  @Test func theSameCommandTwiceIsOneRun() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    #expect(try desk.rate(["usage"]).doors == "2 2 0 0 0")
    #expect(try desk.rate(["usage"]).doors == "nothing new")
    #expect(try desk.store().runs().count == 1)
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
    try desk.expectWhole()
  }

  @Test func aFolderThatGrowsIsRatedNightByNight() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.tuesday, to: "usage/pbx-2.csv")
    let second = try desk.rate(["usage"])
    #expect(second.doors == "2 2 0 0 0")
    #expect(second.known == ["pbx-1.csv"])
    #expect(try desk.bill() == ["acme 2 0.03", "acme 1 0.002333", "zebra 1 0.01"])
  }

  /// What is known is left out and the rest read once more, which a pipe cannot be: it would count as empty.
  @Test func aPipeBesideACopyOfAKnownFileIsRefused() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.monday, to: "copy/pbx-7.csv")
    let pipe = desk.folder.path(of: "copy/pbx-8.csv")
    try NamedPipe.make(at: pipe, writing: NightDesk.text(Self.tuesday))
    let fault = #expect(throws: OperationFault.self) { try desk.rate(["copy/pbx-7.csv", "copy/pbx-8.csv"]) }
    #expect("\(try #require(fault))".contains("was rated in run 1 already"))
    #expect(try desk.store().runs().count == 1)
    try #require(unlink(pipe) == 0)
    try NamedPipe.make(at: pipe, writing: NightDesk.text(Self.tuesday))
    #expect(try desk.rate(["copy/pbx-8.csv"]).doors == "2 2 0 0 0")
    try desk.expectWhole()
  }

  /// A file that is appended to every day: what it has grown by is rated. Its beginning must stay.
  @Test func aFileMayGrowAndNotChange() throws {
    let desk = try NightDesk()
    let name = desk.folder.path(of: "usage/pbx-1.csv")
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    func append(_ bytes: [UInt8], at offset: Int64?) throws {
      let file = open(name, O_WRONLY)
      try #require(file >= 0)
      defer { close(file) }
      try #require(lseek(file, off_t(offset ?? 0), offset == nil ? SEEK_END : SEEK_SET) >= 0)
      try #require(bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
    }
    let row = "b1,2026-01-06T09:14:02Z,03023125101,00442079460123,10\n"
    try append(Array(row.utf8), at: nil)
    #expect(try desk.rate(["usage"]).doors == "1 1 0 0 0")
    #expect(try desk.bill() == ["acme 2 0.03", "zebra 1 0.01"])
    // The id of the first call, and another call behind.
    try append(Array("x".utf8), at: 27)
    try append(Array(row.replacing("b1", with: "b2").utf8), at: nil)
    do {
      try desk.rate(["usage"])
      Issue.record("a changed beginning was rated")
    } catch OperationFault.run(.damaged(let files)) {
      #expect(files.map(\.message).joined().contains("bytes are not those that run 2 has read"))
    }
    #expect(try desk.store().runs().count == 2)
    // Another file under that name is no grown one.
    try #require(rename(name, name + ".old") == 0)
    try desk.write(Self.tuesday, to: "usage/pbx-1.csv")
    #expect(try desk.rate(["usage/pbx-1.csv"]).doors == "2 1 0 1 0")
    try desk.expectWhole()
  }

  @Test(arguments: ["renamed", "gzip", "zstd", "touched"])
  func aFileIsKnownByWhatItHolds(how: String) throws {
    let desk = try NightDesk()
    let text = NightDesk.text(Self.monday)
    try desk.folder.write(text, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let names = [
      "renamed": "pbx-9.csv", "gzip": "pbx-1.csv.gz", "zstd": "pbx-1.csv.zst", "touched": "pbx-1.csv",
    ]
    let name = try #require(names[how])
    let stored =
      switch how {
      case "gzip": GzipContent.encode(text)
      case "zstd": ZstdContent.encode(text)
      default: text
      }
    try desk.folder.write(stored, to: "again/" + name)
    try desk.write(Self.tuesday, to: "again/pbx-2.csv")
    let second = try desk.rate(["again"])
    #expect(second.doors == "2 2 0 0 0")
    #expect(second.known == [name])
    try desk.expectWhole()
  }

  /// The second time nothing is read: what cannot be opened any more is still known.
  @Test func aRecognisedCopyIsNotReadAgain() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.monday, to: "again/pbx-7.csv")
    #expect(try desk.rate(["again"]).doors == "nothing new")
    let place = try #require(FilePlace(path: desk.folder.path(of: "again/pbx-7.csv")))
    #expect(try desk.store().knownFile(at: place)?.name.hasSuffix("usage/pbx-1.csv") == true)
    // Touched, it is another place, and read.
    try desk.write(Self.monday + Self.tuesday, to: "again/pbx-7.csv")
    #expect(try desk.rate(["again"]).doors == "4 2 0 2 0")
    // What a revoked run has read is known no more.
    try desk.write(Self.monday, to: "third/pbx-8.csv")
    try desk.revoke("2")
    try desk.revoke("1")
    #expect(try desk.rate(["third"]).doors == "2 2 0 0 0")
  }

  /// One month in one run, in nightly runs, and in those in any order.
  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
  func howAMonthIsDividedDoesNotShow(order: [Int]) throws {
    let desk = try NightDesk()
    let days = [Self.monday, Self.tuesday, Self.wednesday]
    for (index, day) in days.enumerated() { try desk.write(day, to: "usage/pbx-\(index).csv") }
    try desk.rate(["usage"], store: "whole")
    for index in order { try desk.rate(["usage/pbx-\(index).csv"]) }
    for period in ["2026-01", "2026-02"] {
      let (one, many) = (try desk.usage(period, store: "whole"), try desk.usage(period))
      #expect(many["summary.csv.zst"] == one["summary.csv.zst"])
      #expect(many["suspense-digest.csv"] == one["suspense-digest.csv"])
      #expect(many["allowances.csv"] == one["allowances.csv"])
    }
  }

  @Test func aRecordOfAnEarlierRunIsADuplicate() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.monday + Self.tuesday, to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "4 2 0 2 0")
    try desk.write(Self.tuesday, to: "usage/pbx-3.csv")
    #expect(try desk.rate(["usage"]).doors == "2 0 0 2 0")
    #expect(try desk.bill() == ["acme 2 0.03", "acme 1 0.002333", "zebra 1 0.01"])
    try desk.expectWhole()
  }

  @Test func aFileThatHasGrownBringsItsNewRecordsOnly() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx.csv")
    try desk.rate(["usage"])
    try desk.write(Self.monday + Self.tuesday, to: "usage/pbx.csv")
    #expect(try desk.rate(["usage"]).doors == "4 2 0 2 0")
  }

  @Test func anotherNamespaceHasKeysOfItsOwn() throws {
    let desk = try NightDesk()
    try desk.writeCatalog(
      "catalog", sources: "pbx,pbx*,ratemill-csv,DE,,\nbranch,branch*,ratemill-csv,DE,,\n")
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.monday, to: "usage/branch-1.csv")
    #expect(try desk.rate(["usage"]).doors == "2 2 0 0 0")
  }

  @Test func filesOfAnotherCatalogStayAsTheyWereRated() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("dear", price: "0.5000")
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let again = try desk.rate(["usage"], catalog: "dear")
    guard case .nothingNew(let known) = again else {
      return #expect(Bool(false), "a second run was committed")
    }
    #expect(known.map(\.isOtherCatalog) == [true])
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
  }

  @Test func theCatalogOfARunIsKept() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let run = try #require(try desk.store().runs().first)
    #expect(StoreCatalog.hash(try desk.store().catalogPath(run.ratingHash)) == run.ratingHash)
  }

  @Test func oneCommandAtATimeChangesAStore() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    let first = try BillingStore.open(
      desk.storePath, for: .changing(creates: true), tools: desk.tools())
    do {
      try desk.rate(["usage"])
      #expect(Bool(false), "two commands changed one store")
    } catch StoreFault.busy(let path) {
      #expect(path == desk.storePath)
    }
    // Looking is free for all.
    #expect(try desk.store().runs().isEmpty)
    withExtendedLifetime(first) {}
  }

  @Test func theOtherCommandWaits() throws {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    var first: BillingStore? = try BillingStore.open(
      desk.storePath, for: .changing(creates: true), tools: desk.tools())
    #expect(first != nil)
    first = nil
    #expect(try desk.rate(["usage"], tools: desk.tools(waitMilliseconds: 100)).doors == "2 2 0 0 0")
  }

  /// A number that was given to another account for days that are rated already: the night is refused with what helps.
  @Test func aNumberPortedForThePastAsksForRatingAgain() throws {
    let desk = try NightDesk()
    let services = "kind,key,account,service,from,until\nnumber,493023125102,acme,,,\n"
    for (name, ported) in [
      ("catalog", "number,493023125101,zebra,,,\n"),
      ("ported", "number,493023125101,zebra,,,2026-01-05\nnumber,493023125101,acme,,2026-01-05,\n"),
    ] {
      if name != "catalog" { try desk.writeCatalog(name) }
      try desk.folder.write(
        services + ported + "number,493023125201,zebra,,,\n", to: name + "/services.csv")
      try desk.folder.write(
        """
        plan: retail
        look_up: {voice: retail}
        allowances: [{allowance: minutes, quantity: 3 min, kinds: [voice]}]
        charges:
          - {charge: calls, kinds: [voice], price: deck}

        """, to: name + "/plans/retail.yaml")
    }
    try desk.write(["k1 2026-01-08 101 442079460123 600"], to: "usage/pbx-1.csv")
    try desk.write(["k2 2026-01-09 201 442079460123 600"], to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    let fault = #expect(throws: OperationFault.self) {
      try desk.rate(["usage/pbx-2.csv"], catalog: "ported")
    }
    let text = fault.map { "\($0)" } ?? ""
    #expect(text.contains("account 'acme'") && text.contains("'ratemill rerate'"), "\(text)")
    try desk.rerate("ported") { _ throws in }
    try desk.rate(["usage/pbx-2.csv"], catalog: "ported")
    // Ten minutes each, of which three are free.
    #expect(
      try SQLiteShell.run(
        "SELECT account || ' ' || event_count || ' ' || amount FROM usage_by_account",
        desk.storePath + "/book.sqlite") == ["acme 1 0.07", "zebra 1 0.07"])
    try desk.rate(["usage"], catalog: "ported", store: "whole")
    #expect(try desk.usage()["summary.csv.zst"] == desk.usage(store: "whole")["summary.csv.zst"])
    try desk.expectWhole()
  }
}
