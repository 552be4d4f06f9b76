// Any change of a catalog, rated again in parts or as a whole: what comes of it is what rating everything with it gives.

import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct RandomRerateTests {
  private static let prefixes = ["44", "4420", "447", "1", "1202", "33", "3314", "39"]

  /// Writes a catalog that differs from others in some rows of its deck, a plan, or the plan of an account.
  private func write(_ name: String, _ random: inout SeededGenerator, _ desk: NightDesk) throws {
    try desk.writeCatalog(name)
    var deck = "prefix,destination,price,increment,status\n"
    for prefix in Self.prefixes where Int.random(in: 0..<6, using: &random) > 0 {
      let isBlocked = Int.random(in: 0..<8, using: &random) == 0
      let price = "0.0\(Int.random(in: 1...3, using: &random))00"
      let increment = ["60/60", "1/1"].randomElement(using: &random) ?? "1/1"
      deck += "\(prefix),To \(prefix),\(isBlocked ? "" : price),\(increment),\(isBlocked ? "blocked" : "")\n"
    }
    try desk.folder.write(deck, to: name + "/decks/retail.csv")
    let plan =
      "plan: NAME\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: PRICE}\n"
    for other in ["retail", "flat"] {
      let price = other == "retail" ? "deck" : "0.0\(Int.random(in: 1...2, using: &random)), per: 1 min"
      try desk.folder.write(
        plan.replacing("NAME", with: other).replacing("PRICE", with: price), to: "\(name)/plans/\(other).yaml"
      )
    }
    // Numbers that belong to somebody else, or to somebody at last.
    let owners = Int.random(in: 0..<4, using: &random)
    try desk.folder.write(
      "kind,key,account,service\nrange,493023125100-493023125199,acme,main\n"
        + "range,493023125200-493023125299,\(owners == 1 ? "acme" : "zebra"),\n"
        + (owners == 2 ? "range,493023125300-493023125399,zebra,\n" : ""), to: name + "/services.csv")
    let zebra = Int.random(in: 0..<3, using: &random) == 0 ? "flat" : "retail"
    try desk.folder.write("account,plan\nacme,retail\nzebra,\(zebra)\n", to: name + "/accounts.csv")
  }

  @Test(arguments: 1...8) func aPartialOneIsAWholeOne(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let desk = try NightDesk()
    // Corrections beside the summary as often as they can be, in part, and never.
    desk.correctionPercentMax = [1_000_000, 50, 0][Int(seed % 3)]
    let calls = (0..<60).map { number -> String in
      let to = (Self.prefixes.randomElement(using: &random) ?? "44") + "20794601"
      let day = Int.random(in: 1...28, using: &random)
      let caller = [101, 102, 201, 202, 301].randomElement(using: &random) ?? 101
      return
        "c\(number) 2026-01-\(day < 10 ? "0" : "")\(day) \(caller) \(to)\(10 + number) \(Int.random(in: 0...400, using: &random))"
    }
    try write("first", &random, desk)
    try desk.write(Array(calls[0..<35]), to: "usage/pbx-1.csv")
    try desk.write(Array(calls[25..<60]), to: "usage/pbx-2.csv")
    for name in ["pbx-1", "pbx-2"] { try desk.rate(["usage/\(name).csv"], catalog: "first") }
    for step in 0..<4 {
      try write("next\(step)", &random, desk)
      // Recycled or written off in between: sums stay those of the catalog.
      if step == 2 { try desk.recycle(catalog: "next1") }
      try desk.rerate("next\(step)")
      try desk.expectWhole()
      for name in ["pbx-1", "pbx-2"] {
        try desk.rate(["usage/\(name).csv"], catalog: "next\(step)", store: "anew\(step)")
      }
      let (found, expected) = (try desk.usage(), try desk.usage(store: "anew\(step)"))
      #expect(found["summary.csv.zst"] == expected["summary.csv.zst"], "seed \(seed), step \(step)")
      #expect(found["suspense-digest.csv"] == expected["suspense-digest.csv"], "seed \(seed), step \(step)")
    }
  }

  /// A file of some that were read together or one after the other, and copies of its records in others.
  @Test(arguments: 1...8) func aFileThatIsTakenBackWasNeverThere(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (desk, anew) = (try NightDesk(), try NightDesk())
    let calls = (0..<30).map { number in
      "c\(number) 2026-01-0\(1 + number % 9) \(number % 3 == 0 ? 201 : 101) \(number % 7 == 0 ? "33" : "44")2079460123 \(number)"
    }
    let names = (1...5).map { "pbx-\($0).csv" }
    let gone = names.randomElement(using: &random) ?? ""
    for name in names {
      let count = Int.random(in: 0...12, using: &random)
      let some = (0..<count).compactMap { _ in calls.randomElement(using: &random) }
      for each in [desk, anew] { try each.write(some, to: "usage/" + name) }
    }
    var left = names[...]
    while !left.isEmpty {
      let group = left.prefix(Int.random(in: 1...3, using: &random))
      left = left.dropFirst(group.count)
      try desk.rate(group.map { "usage/" + $0 })
      let others = group.filter { $0 != gone }
      if !others.isEmpty { try anew.rate(others.map { "usage/" + $0 }) }
    }
    let done = try desk.revoke(file: gone)
    try desk.expectWhole()
    for missing in done.missing {
      try desk.rate(["usage/" + (missing.file.description.split(separator: "/").last ?? "")])
    }
    try desk.expectWhole()
    func rows(_ desk: NightDesk) throws -> [UInt8]? {
      try desk.store().currentRuns().contains { $0.doors.rated > 0 } ? desk.usage()["summary.csv.zst"] : nil
    }
    #expect(try rows(desk) == rows(anew), "seed \(seed)")
    #expect(try desk.waiting().count == anew.waiting().count, "seed \(seed)")
  }
}
