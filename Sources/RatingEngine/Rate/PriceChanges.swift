// Changes of prices as the hot loop asks for them: those of a plan and those of single accounts are one kind of thing.

import Catalog

/// One change of prices with its conditions as numbers.
struct CompiledPriceChange: Sendable {
  /// A bit for each kind × 3 + direction that it holds for.
  var combinations: UInt16
  /// Bits of the rating groups; nil for all.
  var groups: GroupBits?
  /// Beginnings of the other party's number; empty for all.
  var prefixes: [NumberBeginning]
  /// Numbers of charge names; empty for all.
  var charges: [UInt32]
  /// Index of its days; `CompiledCatalog.none` for always.
  var dates: UInt32
  var change: PriceChange.Change
  var changesFees: Bool
  /// The authored entry, for `explain`.
  var origin: Origin

  /// Who made it.
  enum Origin: Sendable {
    /// Index in the plan's `priceChanges`.
    case plan(Int)
    /// Index in the catalog's `accountPrices`.
    case account(Int)
  }
}

/// Digits that a number begins with.
struct NumberBeginning: Sendable {
  var digits: UInt64
  var count: Int

  init(_ text: some Collection<UInt8>) {
    digits = text.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 48) }
    count = text.count
  }

  /// Whether a number of the batch begins so.
  @inline(__always) func begins(_ number: UInt64, count numberCount: UInt8) -> Bool {
    let digitCount = Int(numberCount & ~PhoneNumber.shortCodeFlag)
    return digitCount >= count && number / DigitText.powerOfTen(digitCount - count) == digits
  }

  /// Whether a number of the batch is nothing but these digits.
  @inline(__always) func equals(_ number: UInt64, count numberCount: UInt8) -> Bool {
    Int(numberCount & ~PhoneNumber.shortCodeFlag) == count && number == digits
  }
}

/// A set of rating groups by number.
struct GroupBits: Sendable {
  private let words: FlatTable<UInt64>

  init(_ numbers: [Int]) {
    words = FlatTable(zeroedCount: ((numbers.max() ?? 0) >> 6) + 1)
    for number in numbers { words[number >> 6] |= 1 << UInt64(number & 63) }
  }

  @inline(__always) func contains(_ group: UInt32) -> Bool {
    let word = Int(group &>> 6)
    return word < words.count && words[word] &>> UInt64(group & 63) & 1 != 0
  }
}

extension CompiledCatalog {
  /// The seconds between which days hold for accounts of one zone.
  struct DateBounds: BitwiseCopyable {
    var fromSeconds: Int64
    var untilSeconds: Int64
  }

  /// Whether an instant lies in days that a charge or change of prices is limited to.
  @inline(__always) func holds(dates: UInt32, account: UInt32, seconds: Int64) -> Bool {
    if dates == CompiledCatalog.none { return true }
    let bounds = dateBounds[Int(dates) &* zones.count &+ Int(accounts[Int(account)].zone)]
    return seconds >= bounds.fromSeconds && seconds < bounds.untilSeconds
  }
}

extension Rater {
  /// The first change of prices that a record meets, the account's own before the plan's; `none` where it meets none.
  func priceChange(_ record: Int, _ batch: UsageBatch, _ plan: CompiledPlan, group: UInt32) -> UInt32 {
    if !catalog.accountChanges.isEmpty {
      let own = catalog.accountChanges[Int(account[record])]
      for number in own where meets(catalog.priceChanges[number], record, batch, group) {
        return UInt32(number)
      }
    }
    for number in plan.priceChanges where meets(catalog.priceChanges[number], record, batch, group) {
      return UInt32(number)
    }
    return CompiledCatalog.none
  }

  private func meets(
    _ change: CompiledPriceChange, _ record: Int, _ batch: UsageBatch, _ group: UInt32
  ) -> Bool {
    let combination = CompiledPlan.combination(batch.kind[record], batch.direction[record])
    guard change.combinations &>> UInt16(combination) & 1 != 0 else { return false }
    if let groups = change.groups, !groups.contains(group) { return false }
    if !change.charges.isEmpty, !change.charges.contains(chargeName[record]) { return false }
    if !change.prefixes.isEmpty {
      let (digits, count) = otherParty(record, batch)
      guard count != 0, change.prefixes.contains(where: { $0.begins(digits, count: count) }) else {
        return false
      }
    }
    return catalog.holds(dates: change.dates, account: account[record], seconds: seconds[record])
  }

  /// The number at the other end: whom an inbound event came from, else whom it went to.
  @inline(__always) func otherParty(_ record: Int, _ batch: UsageBatch) -> (digits: UInt64, count: UInt8) {
    batch.direction[record] == UsageDirection.inbound.rawValue
      ? (batch.fromDigits[record], batch.fromCount[record]) : (batch.toDigits[record], batch.toCount[record])
  }
}
