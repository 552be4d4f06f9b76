// The known totals against what the written text says.

import Money
import TestSupport
import Testing

@testable import SyntheticUsage

@Suite struct WrittenUsageTests {
  /// A world, and how much of it is made.
  struct Sample: Sendable {
    var accounts: Int
    var deckRows: Int
    var days: Int
    var hasConflicts = false
  }

  @Test(arguments: [
    Sample(accounts: 1, deckRows: 1, days: 1),
    Sample(accounts: 3, deckRows: 40, days: 2),
    Sample(accounts: 400, deckRows: 900, days: 1),
    Sample(accounts: 60, deckRows: 3_000, days: 31),
    Sample(accounts: 200, deckRows: 500, days: 3, hasConflicts: true),
  ])
  func knownTotalsAreWhatTheTextSays(sample: Sample) throws {
    var random = SeededGenerator(forTest: "knownTotalsAreWhatTheTextSays")
    let world = try SyntheticWorld(
      seed: random.next(), accounts: sample.accounts, deckRows: sample.deckRows, days: sample.days,
      hasConflicts: sample.hasConflicts)
    var known = KnownTotals()
    var files: [[UInt8]] = []
    for day in 0..<sample.days {
      let usage = world.usage(events: 6_000, day: day)
      known += usage.totals
      files.append(usage.text)
    }
    #expect(try PlainTotals(known) == PlainRater(world).totals(files))
    #expect(known.read == 6_000)
    #expect(known.read == known.rated + known.filtered + known.duplicate + known.suspended)
  }

  @Test func everyDoorAndReasonIsUsed() throws {
    let world = try SyntheticWorld(accounts: 300, deckRows: 2_000, days: 2, hasConflicts: true)
    var known = KnownTotals()
    for day in 0..<2 { known += world.usage(events: 40_000, day: day).totals }
    #expect(known.filteredByReason.keys.sorted() == ["inbound", "unanswered"])
    #expect(
      known.suspendedByReason.keys.sorted() == [
        "bad-number", "bad-quantity", "bad-record", "bad-time", "destination-closed", "duplicate-conflict",
        "no-price", "unknown-service",
      ])
    #expect(known.duplicate > 100)
    #expect(known.amounts.keys.map(\.code).sorted() == ["EUR", "USD"])
    #expect(known.quantities.keys.sorted() == ["byte", "message", "s"])
  }

  @Test func noRecordHasTheIdOfAnotherUnlessAskedFor() throws {
    let world = try SyntheticWorld(accounts: 10, deckRows: 100)
    #expect(world.usage(events: 30_000).totals.suspendedByReason["duplicate-conflict"] == nil)
  }

  @Test func copiesAreOfEarlierRecordsNearAndFarAndInOtherFiles() throws {
    let world = try SyntheticWorld(accounts: 10, deckRows: 100, days: 3)
    let curve = world.curve(eventCount: 30_000)
    let maker = EventMaker(world, curve)
    var distances: [Int] = []
    var otherFileCount = 0
    for day in 1..<3 {
      for index in curve.indices(ofDay: day) {
        let original = maker.original(of: index)
        #expect(original <= index)
        guard original < index else { continue }
        distances.append(index - original)
        if original < curve.indices(ofDay: day).lowerBound { otherFileCount += 1 }
      }
    }
    #expect(distances.contains { $0 < 3_000 } && distances.contains { $0 > 6_000 })
    #expect(otherFileCount > 5)
  }

  @Test func recordsFitTheirBuffer() throws {
    let world = try SyntheticWorld(seed: .max, accounts: 10_000_000, deckRows: 300, days: 2)
    let lines = world.usage(events: 20_000).text.split(separator: UInt8(ascii: "\n"))
    #expect((lines.map(\.count).max() ?? 0) < RecordText.bytesMax - 32)
  }

  // The rows that they meet:                    What they owe:
  //   43 Austria         0.0481  30/6           1  business  domestic, 79 s       0.009 × 79/60    0.01185
  //   44 United Kingdom  0.059   60/1           2  inbound
  //   44 from noon       0.0605  60/1           3  standard  43, 8 s → 30 s       0.0481 × 30/60   0.02405
  //   49 Germany         0.0111  60/60          4  business  44, 33 s → 60 s      0.0605           0.0605
  // 4931… is A000000, standard;                 5  business  domestic, 58 s       0.009 × 58/60    0.0087
  // 4469… is A000001, business, which has       6  standard  49, 23 s → 60 s      0.0111           0.0111
  // 0.009 by the second for domestic calls.     7  business  domestic, 79 s       0.009 × 79/60    0.01185
  @Test func aHandfulOfRecordsWorkedOutByHand() throws {
    let usage = try SyntheticWorld(seed: 3, accounts: 2, deckRows: 4).usage(events: 7)
    let lines = String(decoding: usage.text, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().joined(separator: ",")
    }
    #expect(
      lines == [
        "start,answer,from,to,direction,kind,meter,billable,disposition,trunk",
        "2025-03-01T08:58:22Z,2025-03-01T08:58:38Z,+44690000151,+4941990163,outbound,voice,,79,ANSWERED,carrier-2",
        "2025-03-01T09:59:22Z,2025-03-01T09:59:42Z,+49302621741,+49310000068,inbound,voice,,1352.317,ANSWERED,"
          + "sip-000000",
        "2025-03-01T11:58:46Z,2025-03-01T11:58:49Z,+49310000057,+4374258324031,outbound,voice,,8,ANSWERED,sip-000000",
        "2025-03-01T13:58:54Z,2025-03-01T13:58:58Z,+44690000179,+4480701090,outbound,voice,,33,ANSWERED,carrier-1",
        "2025-03-01T15:59:47Z,2025-03-01T16:00:09Z,+44690000138,+4950195956759,outbound,voice,,57.352,ANSWERED,"
          + "carrier-4",
        "2025-03-01T17:59:57Z,2025-03-01T18:00:15Z,+49310000081,+499817065245,outbound,voice,,23,ANSWERED,sip-000000",
        "2025-03-01T22:57:47Z,2025-03-01T22:57:50Z,+44690000144,+4953941453748,outbound,voice,,79,ANSWERED,carrier-1",
      ])
    #expect(
      usage.totals.json == """
        {
          "read": 7,
          "rated": 6,
          "filtered": 1,
          "duplicate": 0,
          "suspended": 0,
          "filtered_by_reason": {
            "inbound": 1
          },
          "suspended_by_reason": {},
          "amounts": {
            "EUR": "0.12805"
          },
          "quantities": {
            "s": {
              "raw": "279.352",
              "billed": "366"
            }
          }
        }

        """)
  }
}
