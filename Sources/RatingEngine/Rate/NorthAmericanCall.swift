// Which row of a deck that prices by jurisdiction a call takes, and between which ends it is.
//
// The one place for the habits of North American numbers: retail prices, costs and `explain` ask it alike.

import Catalog

/// A call as a deck of North American prices sees it.
struct NorthAmericanCall {
  /// What decides the row.
  enum LookedUp: Equatable {
    /// The number that was dialled.
    case called
    /// The number to which it was routed.
    case routingNumber
    /// The number of the caller: the deck has no row for this toll-free code.
    case caller
    /// The row `411`, or that of another service code, which was dialled with a 1 before it or as 555-1212.
    case serviceCode
  }

  /// Digits and their count, with `PhoneNumber.shortCodeFlag`, that are looked up.
  var digits: UInt64
  var count: UInt8
  var lookedUp: LookedUp
  /// Row of the deck + 1, 0 for none.
  var row: UInt32
  /// The ends whose states are compared; nil where an end is no North American number.
  var caller: NorthAmericanNumber?
  var called: NorthAmericanNumber?

  /// What a call is known by.
  struct Numbers {
    var from: UInt64
    var fromCount: UInt8
    var to: UInt64
    var toCount: UInt8
    /// What the record says of where it was routed; nil where it says nothing, or the deck does not ask.
    var routing: NorthAmericanNumber?
  }

  /// Looks a call up in the deck whose first level begins at `base`.
  ///
  /// In this order: a service code (`411`, `1411`, 1 NPA 555 1212 where the deck has a row `411`) takes its whole row; a call to a
  /// toll-free number takes the row of that code where the deck has one, else that of the caller; a routing number takes
  /// the place of the dialled one. Complexity: O(1).
  init(_ numbers: Numbers, base: Int, _ prefixes: PrefixTable, atSeconds seconds: Int64) {
    let at = UInt32(clamping: seconds)
    func match(_ digits: UInt64, _ count: UInt8) -> UInt32 {
      prefixes.match(base: base, number: digits, count: count, atSeconds: at)
    }
    let dialled = NorthAmericanNumber(numbers.to, count: numbers.toCount)
    caller = NorthAmericanNumber(numbers.from, count: numbers.fromCount)
    // Row and state go by one number: where a call leaves North America, no routing number says where it ends.
    called = dialled == nil ? nil : numbers.routing ?? dialled
    (digits, count, lookedUp) = (numbers.to, numbers.toCount, .called)
    if let code = Self.serviceCode(numbers, dialled) {
      let found = match(code, 3 | PhoneNumber.shortCodeFlag)
      // 555-1212 is a number like others where the deck has no price for directory assistance.
      if found != 0 || dialled == nil {
        row = found
        if code != numbers.to {
          (digits, count, lookedUp) = (code, 3 | PhoneNumber.shortCodeFlag, .serviceCode)
        }
        return
      }
    }
    if let dialled, dialled.isTollFree {
      row = match(numbers.to, numbers.toCount)
      if called == dialled { called = nil }
      if row != 0, prefixes.rows[Int(row - 1)].prefixDigits >= Self.tollFreeDigits { return }
      (digits, count, lookedUp) = (numbers.from, numbers.fromCount, .caller)
      row = numbers.fromCount == 0 ? 0 : match(numbers.from, numbers.fromCount)
      return
    }
    if let routing = numbers.routing, dialled != nil {
      (digits, count, lookedUp) = (routing.international, 11, .routingNumber)
    }
    row = match(digits, count)
  }

  /// A row of a toll-free code has the country code and three digits more.
  private static let tollFreeDigits: UInt8 = 4

  /// The service code that was dialled: 211, 311 … 911, with or without a 1 before it; 411 for 555-1212.
  private static func serviceCode(_ numbers: Numbers, _ dialled: NorthAmericanNumber?) -> UInt64? {
    let count = numbers.toCount & ~PhoneNumber.shortCodeFlag
    if let dialled { return dialled.isDirectoryAssistance ? 411 : nil }
    let code = count == 4 && numbers.to / 1000 == 1 ? numbers.to % 1000 : count == 3 ? numbers.to : 0
    return code % 100 == 11 && (2...9).contains(code / 100) ? code : nil
  }
}
