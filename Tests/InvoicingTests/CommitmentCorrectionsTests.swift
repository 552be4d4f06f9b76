// Corrections of commitments over random histories: whatever comes late in whichever parts, in the end as much was charged as would have
// been owed at once.

import BillingCalendar
import Money
import Tables
import TestSupport
import Testing

@testable import Catalog
@testable import Invoicing

@Suite struct CommitmentCorrectionsTests {
  private static let currency = Currency(code: "EUR")!
  private static let months = (1...9).map {
    UsagePeriod.containing(CivilDate(year: 2026, month: Int32($0), day: 1)!, cycleDay: 1)
  }
  private static let contracts: [Label] = ["", "A", "B"]

  private func cents(_ count: Int) -> Amount { Amount(pico: Int128(count) * 10_000_000_000) }

  private func commitments(_ random: inout SeededGenerator) -> [Commitment] {
    let own = (0..<Int.random(in: 1...3, using: &random)).map { number in
      let scope = Commitment.Scope.allCases.randomElement(using: &random)!
      return Commitment(
        accountIndex: 0, contract: scope == .usage ? "" : Self.contracts.randomElement(using: &random)!,
        description: Label("least \(number)"), amount: cents(Int.random(in: 0...4000, using: &random)),
        currency: Self.currency, scope: scope,
        from: CivilDate(year: 2026, month: 1, day: 1)!.advanced(by: Int.random(in: 0...40, using: &random)),
        until: nil, line: number + 2)
    }
    // Some change their amount on a day, in mid-period or not, once or twice.
    return own.flatMap { commitment -> [Commitment] in
      var rows = [commitment]
      for number in 0..<Int.random(in: 0...2, using: &random) {
        var next = rows[number]
        next.description = Label("\(commitment.description) \(number)")
        next.amount = cents(Int.random(in: 0...4000, using: &random))
        next.from = next.from.advanced(by: Int.random(in: 1...70, using: &random))
        rows[number].until = next.from
        rows.append(next)
      }
      return rows
    }
  }

  /// What is missing to each, by its text, with what counts for it now.
  private func missing(
    to commitments: [Commitment], in period: UsagePeriod, _ sums: [DraftBasis.ReachedSum]
  ) throws -> [Label: Amount] {
    let parts = try Commitments.parts(of: commitments, in: period, Self.currency) { commitment in
      sums.filter {
        $0.period == period && $0.part != .commitment
          && commitment.counts($0.contract, isUsage: $0.part == .usage)
      }.reduce(.zero) { $0 + $1.amount }
    }
    return Dictionary(
      parts.map { ($0.commitment.description, $0.missing?.rounded ?? .zero) }, uniquingKeysWith: { $1 })
  }

  private func draft(of period: UsagePeriod) -> InvoiceDraft {
    InvoiceDraft(
      seller: [], account: "acme", accountName: "acme", accountDetails: [], period: period,
      currency: Self.currency, recurring: [], usage: [], usageManifestHash: "")
  }

  private func adjustment(_ period: UsagePeriod, _ amount: Amount) -> AdjustmentLine {
    AdjustmentLine(
      period: period, corrects: "", kind: nil, name: "calls", eventCount: 1, quantityBilled: 0,
      amount: LineAmount(exact: amount, rounded: amount))
  }

  private func correction(_ invoice: Label, _ contract: Label, _ amount: Amount) -> RecurringLine {
    var line = RecurringLine(
      description: "line", quantityMicro: 0, price: .zero, interval: .months(1), days: Self.months[0].days,
      share: IntervalShare(days: 1, ofDays: 1), amount: LineAmount(exact: amount, rounded: amount))
    (line.kind, line.contract, line.corrects) = (.correction, contract, invoice)
    return line
  }

  @Test func partsThatComeLateAddUpToWhatIsOwedAtOnce() throws {
    var random = SeededGenerator()
    for scenario in 0..<50 {
      let commitments = commitments(&random)
      var sums: [DraftBasis.ReachedSum] = []
      func add(
        _ period: UsagePeriod, _ part: DraftBasis.ReachedSum.Part, _ contract: Label, _ text: Label,
        _ amount: Amount
      ) {
        sums = DraftBasis.added(
          sums + [
            DraftBasis.ReachedSum(
              account: "acme", period: period, currency: Self.currency, part: part, contract: contract,
              description: text, amount: amount)
          ])
      }
      var invoices: [DraftBasis.EarlierInvoice] = []
      for (index, period) in Self.months.enumerated() {
        let number = Label("INV-\(index + 1)")
        var draft = draft(of: period)
        for earlier in invoices where Bool.random(using: &random) {
          let amount = cents(Int.random(in: -900...900, using: &random))
          if Bool.random(using: &random) {
            draft.adjustments.append(adjustment(earlier.period, amount))
          } else {
            let contract = Self.contracts.randomElement(using: &random)!
            draft.recurring.append(correction(earlier.number, contract, amount))
          }
        }
        let lines = try CommitmentCorrections(commitments: commitments, reached: sums, invoices: invoices)
          .lines(for: draft)
        for line in lines {
          try #require(line.corrects != "" && line.amount.rounded != .zero)
          add(try #require(line.period), .commitment, line.contract, line.description, line.amount.rounded)
        }
        for line in draft.adjustments { add(line.period, .usage, "", "", line.amount.rounded) }
        for line in draft.recurring {
          let corrected = try #require(invoices.first { $0.number == line.corrects })
          add(corrected.period, .recurring, line.contract, "", line.amount.rounded)
        }
        // What the invoice charges for its own period.
        add(period, .usage, "", "", cents(Int.random(in: 0...2000, using: &random)))
        for contract in Self.contracts {
          add(period, .recurring, contract, "", cents(Int.random(in: 0...1000, using: &random)))
        }
        let own = try missing(to: commitments, in: period, sums)
        for commitment in commitments {
          guard let amount = own[commitment.description] else { continue }
          add(period, .commitment, commitment.contract, commitment.description, amount)
        }
        invoices.append(
          DraftBasis.EarlierInvoice(
            number: number, account: "acme", period: period, currency: Self.currency, isProjects: false,
            recurring: .zero, usage: .zero, other: .zero, total: .zero))
      }
      for period in Self.months {
        let owed = try missing(to: commitments, in: period, sums)
        for commitment in commitments {
          let charged = sums.filter {
            $0.period == period && $0.part == .commitment && $0.description == commitment.description
          }.reduce(Amount.zero) { $0 + $1.amount }
          try #require(
            charged == owed[commitment.description] ?? .zero,
            "scenario \(scenario) of seed \(random.seed): \(period) \(commitment)")
        }
      }
    }
  }
}
