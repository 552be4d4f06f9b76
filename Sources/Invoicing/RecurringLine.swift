// Recurring charges on an invoice, with what is needed to count them again.

public import BillingCalendar
public import Catalog
public import Money
public import Tables

/// What part of an interval is charged, never reduced: 20/31.
public struct IntervalShare: Hashable, Sendable, CustomStringConvertible {
  /// Days that are charged.
  public var days: Int64
  /// Days of the whole interval.
  public var ofDays: Int64

  /// Makes a share.
  public init(days: Int64, ofDays: Int64) {
    self.days = days
    self.ofDays = ofDays
  }

  /// Whether all of it is charged.
  public var isWhole: Bool { days == ofDays }
  /// As invoices print it.
  public var description: String { "\(days)/\(ofDays)" }
}

/// Why a recurring line is there.
public enum RecurringKind: String, Hashable, Sendable {
  /// An interval of a contract line.
  case interval
  /// A change of the count inside an interval, from its day on.
  case change
  /// What an interval that was charged before comes to more, or less, now that its counts are known.
  case trueUp = "true-up"
  /// Days that an invoice has charged ahead and that the contract did not see.
  case refund
  /// Days of an earlier invoice of which more, or less, is owed than it charged.
  case correction
}

/// A charge of a contract.
public struct RecurringLine: Hashable, Sendable {
  /// Why it is there.
  public var kind = RecurringKind.interval
  /// Text of the contract.
  public var description: Label
  /// Name of the contract; empty for none.
  public var contract: Label = .empty
  /// Name of the item; empty for none.
  public var item: Label = .empty
  /// What the item is made of, for a bundle.
  public var includes: [Label] = []
  /// How many are charged, in millionths; below zero for a decrease. A mean is shown to six digits, half-even.
  public var quantityMicro: Int64
  /// How many were counted, where they were, in millionths; of a change, how many there are after it.
  public var countedMicro: Int64?
  /// How many of the count cost nothing, in millionths.
  public var includedMicro: Int64 = 0
  /// Price of one, for one whole interval; of tiers that of the last one.
  public var price: Amount
  /// How prices by quantity add up; nil where one price holds.
  public var tierKind: PriceTiers.Kind?
  /// What it has of each tier; of a change what it has more or less of each.
  public var tiers: [PriceTiers.Part] = []
  /// Whether price × quantity tells what it costs, but for its share of an interval.
  var hasOnePrice: Bool {
    tierKind != .graduated && tiers.count <= 1 && tiers.allSatisfy { $0.flat == .zero }
  }
  /// Whether it corrects or changes a credit: a charge with a price below zero.
  var isOfCredit: Bool {
    switch kind {
    case .interval: false
    case .refund: amount.rounded > .zero
    case .change, .trueUp, .correction: price < .zero
    }
  }
  /// Whether the price is that of the price book.
  public var isBookPrice = false
  /// A whole interval.
  public var interval: ContractInterval
  /// The days that are charged, half-open.
  public var days: Range<CivilDate>
  /// What part of the interval they are.
  public var share: IntervalShare
  /// Class by which taxes know it.
  public var taxClass: Label = "service"
  /// The client's order; empty for none.
  public var purchaseOrder: Label = .empty
  /// Allowance that it pays for; empty for none.
  public var allowance: Label = .empty
  /// The invoice that a refund or a correction corrects; empty for other lines.
  public var corrects: Label = .empty
  /// Of a refund: what discounts took off its days when they were charged, zero or more.
  public var discountThen: Amount = .zero
  /// The day by whose rates it is taxed, where that is not the first of its days.
  public var supplyDay: CivilDate?
  /// Where it is written: file and line.
  public var origin = LineOrigin(file: "contracts.csv", line: 0)
  /// price × quantity × share.
  public var amount: LineAmount

  /// Makes a line.
  public init(
    description: Label, quantityMicro: Int64, price: Amount, interval: ContractInterval,
    days: Range<CivilDate>, share: IntervalShare, amount: LineAmount
  ) {
    self.description = description
    self.quantityMicro = quantityMicro
    self.price = price
    self.interval = interval
    self.days = days
    self.share = share
    self.amount = amount
  }
}

/// A place in the catalog that a line comes from.
public struct LineOrigin: Hashable, Sendable, CustomStringConvertible {
  /// File inside the catalog.
  public var file: String
  /// Line in it.
  public var line: Int

  /// Makes a place.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `contracts.csv:7`.
  public var description: String { "\(file):\(line)" }
}

/// How many there are of something, and how many there were one usage period before.
public struct CountChange: Hashable, Sendable {
  /// Name of the item.
  public var item: Label
  /// Text of the contract line that it is for; the item where there is none.
  public var description: Label
  /// Count on the last day of the usage period before, in millionths.
  public var beforeMicro: Int64
  /// Count on the last day of this one.
  public var nowMicro: Int64
}
