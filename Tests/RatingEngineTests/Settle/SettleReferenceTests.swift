// Settling against the naive reference on random rules and events.
//
// `RATEMILL_SEED=n RATEMILL_SCENARIOS=1 swift test --filter SettleReferenceTests` repeats one scenario.

import BillingCalendar
import Catalog
import Glibc
import Money
import Tables
import TestSupport
import Testing

@testable import RatingEngine

/// One scenario settled by both.
struct SettleComparison {
  let scenario: RandomSettling
  let reference: ReferenceSettler
  let tables: SettleTables
  let rules: SettleRules
  var settlement: Settlement<OneBandStretching>
  let packed: [PackedEvent]

  init(_ scenario: RandomSettling, shuffled: Bool = false, frozen: FrozenLots.Period? = nil) {
    self.scenario = scenario
    var classes: [UsageClass] = []
    var recorded: [Amount] = []
    var events = scenario.events.enumerated().map { place, event in
      if !classes.contains(event.usage) { classes.append(event.usage) }
      if let pico = event.recordedPico { recorded.append(Amount(pico: pico)) }
      var packed = PackedEvent(
        keyHigh: 0, keyLow: 0, startMillis: event.startMillis, quantity: event.quantity, place: Int64(place),
        owner: 7, account: UInt32(event.account), baseCell: UInt32(classes.firstIndex(of: event.usage) ?? 0),
        recorded: event.recordedPico == nil ? 0 : UInt32(recorded.count), period: 3, keyByteCount: 0,
        marks: event.isAnswered ? .answered : [])
      event.key.withUnsafeBufferPointer { packed.setKey($0) }
      return packed
    }
    if classes.isEmpty {
      classes = [UsageClass(plan: 0, charge: 0, kind: .voice, direction: .outbound, ratingGroup: "")]
    }
    tables = SettleTables(
      scenario.catalog, classes: classes, classByCell: classes.indices.map { UInt32($0) })
    rules = SettleRules(
      tables, scenario.pool.map { .pool($0, accounts: scenario.accounts) } ?? .account(scenario.accounts[0]),
      scenario.period, rolledIn: scenario.rolled, isFirstPeriod: scenario.isFirstPeriod, frozen: frozen)
    if shuffled {
      events = SettleOrderTests.sorted(events.reversed()).events
    }
    packed = events
    var settlement = Settlement(tables, OneBandStretching())
    settlement.recordedAmounts = recorded.map(\.pico)
    reference = ReferenceSettler.settled(
      scenario.catalog, pool: scenario.pool, accounts: scenario.accounts, scenario.period, scenario.events,
      rolled: scenario.rolled, isFirstPeriod: scenario.isFirstPeriod, frozen: frozen)
    let rules = self.rules
    packed.withUnsafeBufferPointer { settlement.settle($0, rules) }
    self.settlement = settlement
  }

  /// What differs, in words.
  func differences() -> [String] {
    eventDifferences() + rowDifferences() + balanceDifferences() + identityFaults()
  }

  /// The lots, and what every event should have taken from them.
  var course: String {
    let lots = rules.lots.map { "\($0)" }
    let events = scenario.events.indices.map { "\($0): \(scenario.events[$0])\n  \(reference.results[$0])" }
    return (lots + events).joined(separator: "\n")
  }

  private func eventDifferences() -> [String] {
    scenario.events.indices.compactMap { index in
      var found = ReferenceSettler.Result()
      var raw: Int64 = 0
      var eventCount: Int32 = 0
      var covered: Int64 = 0
      for part in settlement.parts where Int(part.event) == index {
        let isMoney = part.lot >= 0 && rules.lots[Int(part.lot)].measure == .money
        if isMoney { found.money += part.amountPico } else { found.amount += part.amountPico }
        found.billed += part.billed
        raw += part.raw
        eventCount += part.eventCount
        covered += part.covered
        if part.lot >= 0, !isMoney {
          found.coveredByLot[rules.lots[Int(part.lot)].name.description, default: 0] += part.billed
        }
        let charge = scenario.events[index].usage
        if part.tier >= 0, case .tiers(let curve) = tables.plans[charge.plan].charges[charge.charge].pricing,
          !curve.isWhole
        {
          found.quantityByTier[Int(part.tier), default: 0] += Int128(part.billed)
        }
      }
      let expected = reference.results[index]
      if found != expected {
        return "event \(index) \(scenario.events[index]):\n  expected \(expected)\n  found    \(found)"
      }
      if raw != scenario.events[index].quantity || eventCount != 1
        || covered != found.coveredByLot.values.reduce(0, +)
      {
        return "event \(index): raw \(raw), events \(eventCount), covered \(covered)"
      }
      return nil
    }
  }

  private func rowDifferences() -> [String] {
    let found = settlement.rows.map {
      "\($0.reason == .flatOnZero ? "flat" : "minimum") \($0.account) \($0.plan) \($0.charge) \($0.amountPico)"
    }.sorted()
    let expected = reference.rows.map { "\($0.reason) \($0.account) \($0.plan) \($0.charge) \($0.amount)" }
      .sorted()
    return found == expected ? [] : ["rows: expected \(expected), found \(found)"]
  }

  private func balanceDifferences() -> [String] {
    var found: [String: [Int128]] = [:]
    for balance in settlement.balances {
      found["\(balance.source) \(balance.account ?? -1)"] = [
        balance.granted, balance.rolledIn, balance.used, balance.left, balance.expired, balance.rolledOut,
      ]
    }
    let expected = reference.balances()
    return found == expected ? [] : ["balances: expected \(expected)\n  found \(found)"]
  }

  private func identityFaults() -> [String] {
    settlement.balances.compactMap { balance in
      let isMet =
        balance.granted + balance.rolledIn == balance.used + balance.left
        && balance.left == balance.expired + balance.rolledOut
        && balance.lotsOut.reduce(0) { $0 + $1.quantity } == balance.rolledOut
        && (balance.account != nil || balance.shares.reduce(0) { $0 + $1.used } == balance.used)
        && balance.left >= 0 && balance.expired >= 0
      return isMet ? nil : "identity: \(balance)"
    }
  }
}

@Suite struct SettleReferenceTests {
  static let scenarioCount = getenv("RATEMILL_SCENARIOS").flatMap { Int(String(cString: $0)) } ?? 400

  @Test func randomRulesAndEventsSettleAsTheReferenceSays() {
    var generator = SeededGenerator()
    // The first scenario is the seed itself, so that one can be repeated.
    for index in 0..<Self.scenarioCount {
      let seed = index == 0 ? generator.seed : generator.next()
      let comparison = SettleComparison(RandomSettling(seed: seed), shuffled: index % 2 == 1)
      let differences = comparison.differences()
      if !differences.isEmpty {
        Issue.record("RATEMILL_SEED=\(seed)\n\(differences.joined(separator: "\n"))\n\(comparison.course)")
        return
      }
    }
  }

  @Test func aWorkspaceForgetsTheOwnerBefore() {
    var generator = SeededGenerator()
    for _ in 0..<20 {
      var comparison = SettleComparison(RandomSettling(seed: generator.next()))
      let (parts, rows) = (Array(comparison.settlement.parts), comparison.settlement.rows)
      let (packed, rules) = (comparison.packed, comparison.rules)
      packed.withUnsafeBufferPointer { comparison.settlement.settle($0, rules) }
      #expect(Array(comparison.settlement.parts) == parts && comparison.settlement.rows == rows)
      comparison.settlement.settle(UnsafeBufferPointer(start: nil, count: 0), rules)
      #expect(comparison.settlement.parts.isEmpty)
    }
  }

  /// A period is billed with some of its events. With the same ones it comes to the same; with others it hands on what it did, and
  /// settles as the reference says.
  @Test func whatABilledPeriodHasHandedOnStays() {
    var generator = SeededGenerator()
    for index in 0..<Self.scenarioCount {
      let seed = index == 0 ? generator.seed : generator.next()
      var random = SeededGenerator(seed: seed)
      var scenario = RandomSettling(seed: seed)
      let events = scenario.events
      scenario.events = events.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
      let billed = SettleComparison(scenario)
      var frozen = FrozenLots.Period(isPoolFrozen: Int.random(in: 0..<4, using: &random) > 0)
      frozen.accounts = Set(scenario.accounts.filter { _ in Int.random(in: 0..<4, using: &random) > 0 })
      frozen.lots = billed.settlement.balances.flatMap(\.lotsOut).filter { lot in
        if case .grant = lot.source { return false }
        return frozen.holds(lot.account)
      }
      let again = SettleComparison(scenario, frozen: frozen)
      var differences = again.differences()
      if Array(again.settlement.parts) != Array(billed.settlement.parts)
        || again.settlement.balances != billed.settlement.balances
      {
        differences.append("what was billed is otherwise")
      }
      for part in [events, events.filter { _ in Bool.random(using: &random) }] where differences.isEmpty {
        scenario.events = part
        let late = SettleComparison(scenario, frozen: frozen)
        differences = late.differences()
        for balance in late.settlement.balances where frozen.holds(balance.account) {
          guard case .plan = balance.source else { continue }
          let before = billed.settlement.balances.first {
            $0.source == balance.source && $0.account == balance.account
          }
          if before?.lotsOut != balance.lotsOut {
            differences.append("it hands on something else: \(balance)")
          }
        }
        if !differences.isEmpty { differences.append(late.course) }
      }
      if !differences.isEmpty {
        Issue.record("RATEMILL_SEED=\(seed)\n\(differences.joined(separator: "\n"))")
        return
      }
    }
  }
}
