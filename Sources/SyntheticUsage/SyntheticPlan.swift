// The three made-up rate plans: how they are written, and what they charge, by plain arithmetic in millionths.

/// A plan.
enum SyntheticPlan: Int, Sendable, CaseIterable {
  case standard, business, wholesale

  var name: String {
    switch self {
    case .standard: "standard"
    case .business: "business"
    case .wholesale: "wholesale-usd"
    }
  }

  var currency: SyntheticCurrency { self == .wholesale ? .usd : .eur }

  /// Price of a message.
  var messagePriceMicro: Int64 {
    switch self {
    case .standard: 70_000
    case .business: 52_500
    case .wholesale: 9_100
    }
  }

  /// Price of 10⁹ bytes.
  var gigabytePriceMicro: Int64 {
    switch self {
    case .standard: 4_500_000
    case .business: 3_990_000
    case .wholesale: 1_850_000
    }
  }

  /// Bytes that data is rounded up to.
  var dataIncrementBytes: Int64 { self == .wholesale ? 10_000 : 1_000_000 }

  /// Price of a minute to `SyntheticRatingGroup.domestic`, by the second; nil where the deck says it.
  var domesticMinuteMicro: Int64? { self == .business ? 9_000 : nil }
}

/// What an event is charged.
struct SyntheticCharge: Equatable {
  /// Milliseconds, messages or bytes.
  var billed: Int64
  var amountMicro: Int64
}

extension SyntheticPlan {
  /// Charges a call of `millis` milliseconds by a deck row.
  ///
  /// A started second counts whole; then the minimum, then the increment; a call of no length is free, without fee. Rounded
  /// once, half-up, to millionths.
  func voice(millis: Int64, row: SyntheticDeckRow) -> SyntheticCharge {
    var price = Int64(row.minutePriceMicro)
    var fee = Int64(row.connectionFeeMicro)
    var (first, next) = (Int64(row.firstSeconds), Int64(row.nextSeconds))
    if row.ratingGroup == .domestic, let flat = domesticMinuteMicro {
      (price, fee, first, next) = (flat, 0, 1, 1)
    }
    let seconds = (millis + 999) / 1000
    if seconds == 0 { return SyntheticCharge(billed: 0, amountMicro: 0) }
    let used = max(seconds, Int64(row.minimumSeconds))
    let billed = used <= first ? first : first + (used - first + next - 1) / next * next
    return SyntheticCharge(billed: billed * 1000, amountMicro: fee + Self.halfUp(price * billed, over: 60))
  }

  /// Charges messages.
  func messages(_ count: Int64) -> SyntheticCharge {
    SyntheticCharge(billed: count, amountMicro: count * messagePriceMicro)
  }

  /// Charges data, rounded up to whole increments.
  func data(bytes: Int64) -> SyntheticCharge {
    let billed = (bytes + dataIncrementBytes - 1) / dataIncrementBytes * dataIncrementBytes
    // Both sides of price × bytes ÷ 10⁹ are divided by 10⁴, which every increment is a multiple of.
    let numerator = gigabytePriceMicro * (billed / 10_000)
    return SyntheticCharge(billed: billed, amountMicro: Self.halfUp(numerator, over: 100_000))
  }

  /// `value` ÷ `divisor`, halves up; both are not negative.
  static func halfUp(_ value: Int64, over divisor: Int64) -> Int64 { (value + divisor / 2) / divisor }
}
