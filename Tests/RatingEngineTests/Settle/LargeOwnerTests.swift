// Owners whose events do not fit into memory come to the same bytes as those that do.

import BillingCalendar
import Catalog
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct LargeOwnerTests {
  /// A pool with most of the traffic, a small account beside it; every kind of lot, charge and order.
  private static func catalog(order: String, consume: String) throws -> Catalog {
    let folder = try TemporaryFolder()
    // What is covered as recorded has no bands.
    let bands = consume == "billed" ? ", bands: [peak]" : ""
    let files = [
      "catalog.yaml": "currency: EUR\nzone: Europe/Berlin\n",
      "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "accounts.csv": """
      account,plan,pool,round,from,until
      anna,team,big,,,2026-02-10
      anna,other,big,,2026-02-10,
      ben,team,big,line,,
      cleo,team,big,,2026-02-10,
      dora,other,,,,

      """,
      "grants.csv": """
      owner,allowance,quantity,amount,kinds,from,until,consume
      big,pack,20 min,,voice,2026-01-20,2026-03-10,\(consume)
      ben,credit,,1.00,,2026-01-05,,

      """,
      "suppliers.csv": "supplier,deck,trunks\ncarrier,cost,*\n",
      "decks/cost.csv": "prefix,destination,price,increment\n4,Europe,0.0123,1/1\n",
      "decks/retail.csv": """
      prefix,destination,price,increment,connection_fee,rating_group
      49,Germany,0.02,60/1,0.01,Germany
      4915,Germany Mobile,0.09,60/1,0,Mobile
      44,United Kingdom,0.041,60/60,0.03,Europe

      """,
      "plans/team.yaml": """
      plan: team
      look_up: {voice: retail}
      rounding: {scale: 4, mode: half-even}
      order: \(order)
      bands: [{band: peak, days: [mon-fri], from: "08:00", until: "18:00"}]
      allowances:
        - {allowance: minutes, quantity: 90 min, kinds: [voice], rating_groups: [Germany, Europe]\(bands), consume: \(consume), shared: pool, scale: per-member, rollover: {periods: 2, cap: 60 min}}
        - {allowance: own, quantity: 10 min, kinds: [voice], consume: \(consume), priority: 5}
        - {allowance: texts, events: 14, kinds: [message], shared: pool}
        - {allowance: credit, amount: 3, kinds: [voice], shared: pool}
        - {allowance: small, amount: 0.5}
      charges:
        - {charge: mobile, kinds: [voice], rating_groups: [Mobile], tiers: {kind: graduated, steps: [{up_to: 20 min, price: 0.2, per: 1 min}, {up_to: 60 min, price: 0.1, per: 1 min, flat: 0.3}, {price: 0.05, per: 1 min}]}}
        - {charge: calls, kinds: [voice], price: deck, bands: {peak: {percent: 20}}, period_minimum: 5, counter: account}
        - {charge: texts, kinds: [message], price: 0.09, per: 1, period_maximum: 2}
        - {charge: storage, kinds: [data], gauge: average, tiers: {kind: volume, steps: [{up_to: 1 GB, price: 0.5, per: 1 GB}, {price: 0.3, per: 1 GB}]}}
        - {charge: seats, kinds: [event], rating_groups: [seats], gauge: max, price: 3}
        - {charge: hours, kinds: [event], price: recorded, markup: 10%}

      """,
      "plans/other.yaml": """
      plan: other
      look_up: {voice: retail}
      order: \(order)
      allowances:
        - {allowance: few, quantity: 5 min, kinds: [voice], consume: \(consume)}
      charges:
        - {charge: calls, kinds: [voice], price: deck}
        - {charge: texts, kinds: [message], price: 0.05, per: 1}
        - {charge: rest, kinds: [event], price: 0.05, per: 1}
        - {charge: data, kinds: [data], price: 0.1, per: 1 GB}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// Three months of usage in two files; keys differ at their end, some are UUIDs, some events begin at one instant.
  private static func usage(_ count: Int, seed: UInt64) -> [(name: String, bytes: [UInt8])] {
    var random = SeededGenerator(seed: seed)
    func one(_ words: String...) -> String { words.randomElement(using: &random) ?? "" }
    var lines: [String] = []
    for number in 0..<count {
      let date = CivilDate(dayNumber: 20_454 + Int32.random(in: 0..<89, using: &random))
      let hour = Int.random(in: 5...21, using: &random)
      let time = "\(date)T\(hour < 10 ? "0" : "")\(hour):\(one("00:00", "30:00", "58:30"))Z"
      let key =
        Bool.random(using: &random)
        ? "the-same-beginning-\(number * 7919 % 1000)-\(number)"
        : "0f1e2d3c-4b5a-6978-8796-\(String(100_000_000_000 + number * 7919 % 100_003))"
      let usage =
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: "message,,,,,\(one("1", "3", "-1")),,"
        case 2: "data,,item-\(one("a", "b")),backup,GB,\(one("0.5", "1", "2.25")),,"
        case 3: "event,,item-\(one("a", "b", "c")),seats,,1,,"
        case 4: "event,,,work,,1,,\(one("12.34", "-3.10", "0"))"
        default:
          "voice,\(one("493011223344", "4915112345678", "442079460123")),,,,\(one("0", "1", "61", "600", "4000")),ANSWERED,"
        }
      lines.append("\(key),\(time),\(one("anna", "ben", "ben", "cleo", "cleo", "dora")),outbound,\(usage)\n")
    }
    lines += lines.prefix(count / 10)
    lines.shuffle(using: &random)
    let header = "id,start,account,direction,kind,to,item,meter,unit,billable,disposition,amount\n"
    let cut = count / 3
    return [
      ("pbx-1.csv", Array((header + lines[..<cut].joined()).utf8)),
      ("pbx-2.csv", Array((header + lines[cut...].joined()).utf8)),
    ]
  }

  private static func published(
    _ catalog: Catalog, _ trial: Trial, _ change: (inout RatingOptions) -> Void
  ) throws -> PublishedRun {
    let run = try Trial.prepare(catalog) { options in
      options.groupBy = nil
      options.keepsDetail = true
      options.hashesInputs = true
      options.threadCount = 1
      change(&options)
    }
    return try PublishedRun(run, trial.inputs)
  }

  @Test(arguments: ["time", "dearest-first", "cheapest-first"], ["billed", "raw"])
  func whatDoesNotFitComesToTheSame(order: String, consume: String) throws {
    let catalog = try Self.catalog(order: order, consume: consume)
    let trial = try Trial(Self.usage(600, seed: 7))
    let expected = try Self.published(catalog, trial) { _ in }
    let names = expected.files.keys.sorted()
    // A test of nothing would pass too.
    let summary = expected.text(SummarySchema.fileName)
    for word in ["minutes", "own", "texts", "credit", "pack", "storage", "seats", "hours", ",60,"] {
      #expect(summary.contains(word), "\(word)")
    }
    #expect(names.contains { $0.hasPrefix("detail") || $0.hasPrefix("rated") }, "\(names)")
    for most in [0, 40, 200] {
      let found = try Self.published(catalog, trial) {
        $0.ownerEventsMax = most
        $0.threadCount = 1 + most % 3
        $0.chunkBytes = 700
      }
      #expect(found.difference(from: expected) == nil, "\(order) \(consume), \(most) events in memory")
    }
  }

  /// Periods that were billed, and have used what they handed on since: settled again, window by window.
  @Test(arguments: ["time", "dearest-first"], ["billed", "raw"])
  func billedPeriodsComeToTheSame(order: String, consume: String) throws {
    let catalog = try Self.catalog(order: order, consume: consume)
    let trial = try Trial(Self.usage(600, seed: 11))
    var frozen = FrozenRollover()
    let (january, february) = try (
      #require(UsagePeriod.parse("2026-01-01/2026-02-01")),
      #require(UsagePeriod.parse("2026-02-01/2026-03-01"))
    )
    frozen.pools["big"] = february
    for (period, minutes, periodCount) in [(january, 60, 2), (february, 70, 2), (february, 20, 1)] {
      frozen.lots.append(
        RolloverLot(
          isPool: true, holder: "big", usagePeriod: period, plan: "team", allowance: "minutes", unit: "s",
          periodCount: periodCount, quantity: Int128(minutes) * 60_000))
    }
    let open = try Self.published(catalog, trial) { _ in }
    let expected = try Self.published(catalog, trial) { $0.frozenRollover = frozen }
    #expect(expected.text(SummarySchema.fileName) != open.text(SummarySchema.fileName))
    let rows = expected.text(AllowanceSchema.fileName).split(separator: "\n").filter {
      $0.hasPrefix("pool,big,") && $0.contains(",minutes,s,,")
    }
    #expect(rows.prefix(2).map { $0.split(separator: ",").last } == ["3600", "5400"], "\(rows)")
    for most in [0, 40] {
      let found = try Self.published(catalog, trial) {
        $0.frozenRollover = frozen
        $0.ownerEventsMax = most
        $0.chunkBytes = 700
      }
      #expect(found.difference(from: expected) == nil, "\(order) \(consume), \(most) events in memory")
    }
  }

  @Test func anOwnerLargerThanTheMemoryIsSettledInIt() throws {
    let catalog = try Self.catalog(order: "dearest-first", consume: "billed")
    let trial = try Trial(Self.usage(6000, seed: 8))
    let expected = try Self.published(catalog, trial) { _ in }
    let found = try Self.published(catalog, trial) { options in
      // A part gets 1 MiB: 2048 events of an owner.
      options.memoryBytes = 1
    }
    #expect(found.difference(from: expected) == nil)
  }

  @Test func largeOwnersAreFoundByTheirEvents() throws {
    let store = SettleStore(memoryBytesMax: 1, place: SpillPlace(folder: nil))
    for (place, owner) in [3, 3, 3, 3, 8, 3, 8, 9].enumerated() {
      let chunk = PackedChunk()
      chunk.append(
        PackedEvent(
          keyHigh: UInt64(place), keyLow: 0, startMillis: 5, quantity: 1, place: 0, owner: UInt32(owner),
          account: 0, baseCell: 0, period: 1, keyByteCount: 8, marks: []), row: 0)
      chunk.close(partCount: store.parts.count)
      try store.append(chunk, firstPlace: place)
    }
    #expect(store.parts.count == 1)
    for (most, owners, count) in [(8, [], 0), (5, [], 0), (4, [3], 5), (2, [3], 5), (1, [3, 8], 7)] {
      let found = try LargeOwners.find(store.parts[0], countMax: most)
      #expect(found.owners == owners.map { UInt32($0) } && found.eventCount == count, "\(most)")
    }
  }

  /// What a clerk is shown of an event does not depend on the memory either.
  @Test(arguments: ["time", "dearest-first"]) func explanationsAreTheSame(order: String) throws {
    let catalog = try Self.catalog(order: order, consume: "billed")
    let trial = try Trial(Self.usage(120, seed: 9))
    func texts(_ most: Int?) throws -> [String] {
      var options = RatingOptions()
      options.ownerEventsMax = most
      let explainer = try EventExplainer(catalog: catalog, options: options)
      return try (2...30).flatMap { line in
        try explainer.explain(.place(input: trial.inputs[1], line: line), in: trial.inputs).derivations.map {
          "\($0)"
        }
      }
    }
    let expected = try texts(nil)
    #expect(expected.count > 20 && expected.contains { $0.contains("minutes") })
    #expect(try texts(0) == expected)
  }
}
