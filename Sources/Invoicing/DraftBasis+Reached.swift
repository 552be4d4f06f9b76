// What earlier invoices hold for the commitments of their periods, as a basis pins it.

public import BillingCalendar
public import Money
public import Tables

extension DraftBasis {
  /// What invoices of an account hold for one usage period that counts for commitments, or charges them.
  public struct ReachedSum: Hashable, Sendable {
    /// What kind of lines are added up.
    public enum Part: String, Hashable, Sendable {
      /// Recurring charges, refunds and corrections of them.
      case recurring
      /// Usage and corrections of it.
      case usage
      /// Minimum commitments, less what credit notes took back.
      case commitment
    }

    /// Account id.
    public var account: Label
    /// The period that the lines belong to, on whichever invoice they stand.
    public var period: UsagePeriod
    /// Currency of the amount.
    public var currency: Currency
    /// What is added up.
    public var part: Part
    /// Contract of the lines; empty for none.
    public var contract: Label
    /// Text of a commitment; empty for the rest.
    public var description: Label
    /// Their sum before discounts.
    public var amount: Amount

    fileprivate var order: (Label, UsagePeriod, Currency, String, Label, Label) {
      (account, period, currency, part.rawValue, contract, description)
    }
  }

  /// Adds up what is alike; by account, period, currency, part, contract and text.
  public static func added(_ sums: [ReachedSum]) -> [ReachedSum] {
    var amounts: [ReachedSum: Amount] = [:]
    for sum in sums {
      var key = sum
      key.amount = .zero
      amounts[key, default: .zero] += sum.amount
    }
    return amounts.map { key, amount in
      var sum = key
      sum.amount = amount
      return sum
    }.sorted { $0.order < $1.order }
  }
}

extension InvoiceDocument {
  /// What of it counts for commitments, or charges them. `periods` are those of invoices by number; `taken` are the lines that
  /// credit notes took back: a commitment that was taken back is not charged, what was reached was reached.
  public func reachedSums(
    periods: [Label: UsagePeriod], taken: Set<Int>
  ) -> [DraftBasis.ReachedSum] {
    // What projects cost counts for no commitment.
    guard !isProjects else { return [] }
    return lines.compactMap { line in
      var sum = DraftBasis.ReachedSum(
        account: account, period: period, currency: currency, part: .recurring, contract: line.contract,
        description: .empty, amount: line.amount)
      switch line.section {
      case "recurring", "refund", "correction":
        // What gives back or corrects belongs to the period of the invoice that it names.
        let corrects = (try? lineNodes[line.number]?.member("corrects").text()) ?? .empty
        if !corrects.isEmpty {
          guard let own = periods[corrects] else { return nil }
          sum.period = own
        }
        return sum
      case "usage", "adjustment", "commitment":
        guard let own = UsagePeriod(from: line.from, until: line.until) else { return nil }
        sum.period = own
        sum.part = line.section == "commitment" ? .commitment : .usage
        if sum.part == .commitment {
          if taken.contains(line.number) { return nil }
          sum.description = line.description
        }
        return sum
      default: return nil
      }
    }
  }
}

extension DraftBasis {
  static func json(_ sum: ReachedSum) -> JSONValue {
    [
      "account": .string(sum.account), "period": .text(sum.period.description),
      "currency": .text(sum.currency.code), "part": .text(sum.part.rawValue),
      "contract": .string(sum.contract), "description": .string(sum.description),
      "amount": .text(sum.amount.description),
    ]
  }

  static func reached(_ node: JSONNode) throws -> ReachedSum {
    guard let period = UsagePeriod.parse(try node.member("period").text().description),
      let currency = Currency(code: try node.member("currency").text().description),
      let part = ReachedSum.Part(rawValue: try node.member("part").text().description)
    else { throw node.fault("no period, currency or part") }
    return ReachedSum(
      account: try node.member("account").text(), period: period, currency: currency, part: part,
      contract: try node.member("contract").text(), description: try node.member("description").text(),
      amount: try node.amount("amount"))
  }
}
