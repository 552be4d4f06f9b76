// Charges of amounts that records carry: passed on, marked up, or charged by percentage.

public import Money

/// What becomes of a recorded amount.
public enum RecordedPrice: Sendable, Hashable {
  /// It is charged as it is.
  case asItIs
  /// It is multiplied.
  case scaled(RecordedScale)
  /// A percentage of it is charged.
  case percentage(PercentagePrice)
}

/// A multiple of the recorded amount, in the word of the trade that the plan used.
public struct RecordedScale: Sendable, Hashable {
  /// The word.
  public enum Word: String, Sendable, CaseIterable {
    /// Amount × (1 + percentage).
    case markup
    /// Amount ÷ (1 − percentage): the percentage is of the price.
    case margin
    /// Amount × number.
    case multiplier
  }

  /// The word in the plan.
  public var word: Word
  /// What the amount is multiplied by.
  public var ratio: PriceRatio

  /// Makes a scale.
  public init(word: Word, ratio: PriceRatio) {
    self.word = word
    self.ratio = ratio
  }
}

/// A share of each recorded amount, with a fixed fee and limits for each event.
///
/// Free events and the free amount end together: the event that exhausts either pays its excess and its fee.
public struct PercentagePrice: Sendable, Hashable {
  /// The share; 1.5 % is 3/200.
  public var share: PriceRatio
  /// Owed for each event that pays.
  public var fixed: Amount
  /// Least of an event, its fixed fee included; nil for none.
  public var minimum: Amount?
  /// Most of an event, its fixed fee included; nil for none.
  public var maximum: Amount?
  /// Events of a period that are free; nil where the plan gives none.
  public var freeEventCount: Int64?
  /// Recorded amount of a period that is free; nil where the plan gives none.
  public var freeAmount: Amount?

  /// Makes a percentage.
  public init(
    share: PriceRatio, fixed: Amount, minimum: Amount?, maximum: Amount?, freeEventCount: Int64?,
    freeAmount: Amount?
  ) {
    self.share = share
    self.fixed = fixed
    self.minimum = minimum
    self.maximum = maximum
    self.freeEventCount = freeEventCount
    self.freeAmount = freeAmount
  }
}
