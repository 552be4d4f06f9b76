// Sources of one namespace with services of their own: of a record that comes through several of them the copy of the first file by name
// counts, as its own source rates it, in one run and in nights of any order.

import BillingStore
import DurableFiles
import RatingEngine
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct SharedNamespaceTests {
  /// Callers 1xx are acme's in the north and zebra's in the south; 3xx are acme's in the north and nobody's in the south; 2xx are zebra's.
  private static func desk() throws -> NightDesk {
    let desk = try NightDesk()
    let files = [
      "accounts.csv": "account,plan\nacme,team\nzebra,retail\n",
      "sources.csv":
        "source,pattern,format,country,namespace\nnorth,north*,ratemill-csv,DE,calls\nsouth,south*,ratemill-csv,DE,calls\n",
      "services.csv": """
      kind,key,account,service,source
      range,493023125100-493023125199,acme,main,north
      range,493023125100-493023125199,zebra,,south
      range,493023125300-493023125399,acme,third,north
      range,493023125200-493023125299,zebra,,

      """,
      "plans/team.yaml": """
      plan: team
      look_up: {voice: retail}
      allowances: [{allowance: minutes, quantity: 20 min, kinds: [voice], rollover: {periods: 1}}]
      charges:
        - {charge: calls, kinds: [voice], price: deck}

      """,
    ]
    for (name, text) in files { try desk.folder.write(text, to: "catalog/" + name) }
    return desk
  }

  private static let call = "k 2026-01-05 101 442079460123 61"

  /// What a store holds of January, without what tells how it came.
  private static func documents(_ desk: NightDesk, _ store: String) throws -> [String: String] {
    var files = try desk.detailedUsage(store: store)
    for (name, bytes) in try desk.usage(store: store) where name != "manifest.json" {
      files[name] = String(decoding: bytes, as: UTF8.self)
    }
    return files
  }

  /// `account events amount` of all that counts in January.
  private static func sums(_ desk: NightDesk, _ store: String = "store") throws -> [String] {
    try SQLiteShell.run(
      "SELECT account || ' ' || event_count || ' ' || amount FROM usage_by_account",
      desk.folder.path(of: store) + "/book.sqlite")
  }

  private static func rate(_ desk: NightDesk, _ names: [String], inOrders orders: [[String]]) throws {
    try desk.rate(names, store: "whole")
    let whole = try documents(desk, "whole")
    for (number, order) in orders.enumerated() {
      let store = "store-\(number)"
      for name in order { try desk.rate([name], store: store) { $0.chunkBytes = number % 2 == 0 ? 60 : nil } }
      let found = try documents(desk, store)
      for (name, text) in whole { #expect(found[name] == text, "\(order), \(name)") }
      try desk.expectWhole(store: store)
    }
  }

  private static func permutations(_ names: [String]) -> [[String]] {
    if names.count < 2 { return [names] }
    return names.indices.flatMap { index in
      var rest = names
      let name = rest.remove(at: index)
      return permutations(rest).map { [name] + $0 }
    }
  }

  @Test func theOrderOfTwoNightsDoesNotShow() throws {
    let desk = try Self.desk()
    let names = ["usage/1/south-1.csv", "usage/2/north-1.csv"]
    try desk.write([Self.call, "a 2026-01-06 201 442079460123 60"], to: names[0])
    try desk.write(["b 2026-01-06 201 442079460123 60", Self.call], to: names[1])
    try Self.rate(desk, names, inOrders: Self.permutations(names))
    #expect(try Self.sums(desk, "whole") == ["zebra 3 0.04"])
  }

  /// A copy through the same source comes first by its name, which shows only when the third one comes.
  @Test func theOrderOfThreeNightsDoesNotShow() throws {
    let desk = try Self.desk()
    let names = ["usage/1/north-1.csv", "usage/2/south-1.csv", "usage/3/north-2.csv"]
    for (name, number) in zip(names, 1...) {
      try desk.write([Self.call, "n\(number) 2026-01-06 201 442079460123 60"], to: name)
    }
    try Self.rate(desk, names, inOrders: Self.permutations(names))
    #expect(try Self.sums(desk, "whole") == ["acme 1 0", "zebra 3 0.03"])
  }

  /// Rated by one source, suspended by the other.
  @Test(arguments: [false, true]) func whatOneSourceCannotRateWaitsOrIsADuplicate(isSuspendedFirst: Bool)
    throws
  {
    let desk = try Self.desk()
    let call = "k 2026-01-05 301 442079460123 61"
    let names =
      isSuspendedFirst
      ? ["usage/1/south-1.csv", "usage/2/north-1.csv"] : ["usage/1/north-1.csv", "usage/2/south-1.csv"]
    for (name, number) in zip(names, 1...) {
      try desk.write([call, "n\(number) 2026-01-06 201 442079460123 60"], to: name)
    }
    try Self.rate(desk, names, inOrders: Self.permutations(names))
    #expect(
      try Self.sums(desk, "whole") == (isSuspendedFirst ? ["zebra 2 0.02"] : ["acme 1 0", "zebra 2 0.02"]))
  }

  /// Files of both sources that hold copies of each other's calls, some of nothing else.
  @Test(arguments: 41...44) func howCopiesWereDividedDoesNotShow(seed: UInt64) throws {
    let desk = try Self.desk()
    var random = SeededGenerator(seed: seed)
    var calls: [String] = []
    for number in 0..<60 {
      let caller = ["1", "1", "2", "3"].randomElement(using: &random) ?? ""
      let day = Int.random(in: 10...28, using: &random)
      calls.append(
        "c\(number) 2026-01-\(day) \(caller)0\(number % 10) 442079460123 \(Int.random(in: 0...200, using: &random))"
      )
    }
    var names: [String] = []
    for night in 0..<5 {
      let source = Bool.random(using: &random) ? "north" : "south"
      names.append("usage/\(night)/\(source)-\(night).csv")
      let own = calls[(12 * night)..<(12 * night + 12)]
      let copies = calls.shuffled(using: &random).prefix(8)
      try desk.write((night == 2 ? [] : Array(own)) + Array(copies), to: names[night])
    }
    try Self.rate(
      desk, names,
      inOrders: [names, names.reversed(), names.shuffled(using: &random), names.shuffled(using: &random)])
  }

  /// What was billed is corrected: the copy that counts now is another account's.
  @Test func aBilledCopyIsCorrected() throws {
    let desk = try Self.desk()
    try desk.write(
      [Self.call, "b 2026-01-06 101 442079460123 1200", "c 2026-01-06 201 442079460123 60"],
      to: "usage/2/north-1.csv")
    try desk.rate(["usage/2/north-1.csv"])
    #expect(try Self.sums(desk) == ["acme 2 0.02", "zebra 1 0.01"])
    try desk.markBilled("2026-01")
    try desk.write([Self.call], to: "usage/1/south-1.csv")
    try desk.rate(["usage/1/south-1.csv"])
    let adjustments = try SQLiteShell.run(
      "SELECT account, SUM(event_count), printf('%.2f', SUM(amount)) FROM adjustments GROUP BY account",
      desk.storePath + "/book.sqlite")
    #expect(adjustments == ["acme|-1|-0.02", "zebra|1|0.02"])
    try desk.expectWhole()
  }

  /// What was decided about the copy of an earlier night stays decided, and the newcomer is its duplicate.
  /// What a run has taken from an earlier one is lost where that was purged meanwhile: nobody can give it back.
  @Test(arguments: [false, true]) func whatWasTakenFromAPurgedRunIsNotLost(hasTaken: Bool) throws {
    let desk = try Self.desk()
    let names = ["usage/1/south-1.csv", "usage/2/north-1.csv"]
    try desk.write(
      [hasTaken ? Self.call : "o 2026-01-05 101 442079460123 61", "f 2026-02-05 201 442079460123 60"],
      to: names[0])
    try desk.write([Self.call], to: names[1])
    try desk.rate([names[1]])
    try desk.rate([names[0]])
    try desk.markBilled("2026-01")
    // A run without what was taken stands for the first one.
    let earlier = try #require(
      try desk.store().currentRuns().first { hasTaken ? $0.kind == .rerate : $0.number == 1 })
    #expect(try desk.purge(before: "2026-02-01").last == earlier.number)
    let before = try Self.sums(desk)
    if hasTaken {
      let taking = try #require(try desk.store().currentRuns().first { !$0.isPurged })
      for revoke in [{ try desk.revoke("\(taking.number)") }, { try desk.revoke(file: "south-1.csv") }] {
        let fault = #expect(throws: OperationFault.self) { try revoke() }
        #expect(fault.map { "\($0)" }?.contains("was purged") == true)
      }
      #expect(try Self.sums(desk) == before)
    } else {
      try desk.revoke(file: "south-1.csv")
    }
    try desk.expectWhole()
  }

  @Test func aDecidedCopyStays() throws {
    let desk = try Self.desk()
    let call = "k 2026-01-05 301 442079460123 61"
    try desk.write([call], to: "usage/2/south-1.csv")
    try desk.rate(["usage/2/south-1.csv"])
    try desk.writeOff(["1-1"])
    try desk.write([call, "n 2026-01-06 201 442079460123 60"], to: "usage/1/north-1.csv")
    #expect(try desk.rate(["usage/1/north-1.csv"]).doors == "2 1 0 1 0")
    #expect(try desk.suspense(ofRun: "1") == "1 0 1 0")
    try desk.expectWhole()
  }

  /// The first by name of what is left counts, whenever it was read.
  @Test(
    arguments: permutations(["usage/1/north-1.csv", "usage/2/south-1.csv", "usage/3/north-2.csv"]),
    [false, true])
  func takingTheFirstCopyBackLetsTheNextOneCount(order: [String], isAlone: Bool) throws {
    let desk = try Self.desk()
    for (number, name) in order.sorted().enumerated() {
      let own = "n\(number) 2026-01-06 201 442079460123 60"
      try desk.write(isAlone && number > 0 ? [Self.call] : [Self.call, own], to: name)
    }
    for name in order { try desk.rate([name]) }
    #expect(try Self.sums(desk) == ["acme 1 0", isAlone ? "zebra 1 0.01" : "zebra 3 0.03"])
    try desk.revoke(file: "north-1.csv")
    #expect(try Self.sums(desk) == [isAlone ? "zebra 1 0.02" : "zebra 3 0.04"])
    try desk.expectWhole()
    try desk.revoke(file: "south-1.csv")
    #expect(try Self.sums(desk) == (isAlone ? ["acme 1 0"] : ["acme 1 0", "zebra 1 0.01"]))
    try desk.expectWhole()
    for name in order { try desk.rate([name]) }
    #expect(try Self.sums(desk) == ["acme 1 0", isAlone ? "zebra 1 0.01" : "zebra 3 0.03"])
    try desk.expectWhole()
  }
}
