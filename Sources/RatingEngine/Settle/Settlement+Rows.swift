// Rows without event: period minimums, and flat amounts that are owed without usage.

import BillingCalendar
import Catalog
import Money

extension Settlement {
  /// The rows of all charges of all plans that a member had in the period; whole, also without usage.
  ///
  /// A row of a pool stands with its first member by name that has the plan in the period.
  mutating func rowsWithoutEvent(_ rules: SettleRules) -> [PeriodRow] {
    guard tables.hasRowsWithoutEvent else { return [] }
    var rows: [PeriodRow] = []
    var seen: Set<Int> = []
    for plan in rules.members.flatMap({ $0.plans.map(\.plan) }) where seen.insert(plan).inserted {
      guard tables.plans[plan].hasRowsWithoutEvent else { continue }
      for charge in tables.plans[plan].charges where charge.hasRowsWithoutEvent {
        for member in holders(of: charge, plan, rules) { addRows(charge, plan, Int32(member), rules, &rows) }
      }
    }
    return rows
  }

  /// The members with which a charge's rows stand: each that has the plan on a day of the charge, or the first of them.
  private func holders(of charge: ChargeRule, _ plan: Int, _ rules: SettleRules) -> [Int] {
    let holders = rules.members.indices.filter { member in
      rules.members[member].days(of: plan)?.contains { days in
        DateSpan(from: days.lowerBound, until: days.upperBound).overlaps(charge.dates)
      } ?? false
    }
    return charge.counter.owner == .account ? holders : Array(holders.prefix(1))
  }

  private mutating func addRows(
    _ charge: ChargeRule, _ plan: Int, _ member: Int32, _ rules: SettleRules, _ rows: inout [PeriodRow]
  ) {
    let holder = CounterBook.holder(charge.counter, member: member)
    if case .tiers(let curve) = charge.pricing, curve.billsFlatOnZero,
      counters.areAtZero(charge, holder: holder)
    {
      let flat = curve.flatOnZero(tables.plans[plan].rounding)
      add(.flatOnZero, flat, charge, plan, member, rules, &rows)
    }
    if let minimum = charge.periodMinimum {
      let missing = minimum - sums.total(charge, counter: holder)
      if missing > 0 { add(.periodMinimum, missing, charge, plan, member, rules, &rows) }
    }
  }

  private mutating func add(
    _ reason: PeriodRow.Reason, _ pico: Int128, _ charge: ChargeRule, _ plan: Int, _ member: Int32,
    _ rules: SettleRules, _ rows: inout [PeriodRow]
  ) {
    var amount = pico
    if charge.hasPeriodLimits, reason == .flatOnZero {
      amount = sums.limit(amount, charge, counter: CounterBook.holder(charge.counter, member: member))
    }
    let holder = rules.members[Int(member)]
    if holder.roundsByLine {
      amount = sums.line(amount, charge, member: member, digits: tables.plans[plan].minorDigits)
    }
    guard amount != 0 else { return }
    rows.append(
      PeriodRow(reason: reason, account: holder.account, plan: plan, charge: charge.index, amountPico: amount)
    )
  }
}

extension TierCurve {
  /// The first tier's flat amount, its cap applied, rounded like the counter's total.
  func flatOnZero(_ rounding: RoundingRule) -> Int128 {
    let flat = min(steps[0].flat, steps[0].cap ?? steps[0].flat)
    return ExactAmount(numerator: flat, denominator: denominator).rounded(rounding)
  }
}
