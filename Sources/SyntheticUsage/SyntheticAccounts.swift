// Who uses: accounts, their numbers, trunks and plans, each a pure function of the account's index.

import BillingCalendar

/// The accounts of a world; the first ones are the largest.
struct SyntheticAccounts: Sendable {
  /// How an account is connected.
  enum Connection: Sendable, Equatable {
    /// A trunk, and a range of 100 numbers.
    case trunk
    /// A range of 100 numbers.
    case range
    /// That many single numbers, 1 to 4.
    case numbers(Int)
  }

  /// The number of each range that belongs to the account after the range's own: narrow goes before wide.
  static let lentNumber = 42
  static let numbersPerBlock = 100
  /// Numbers that belong to nobody begin with this: 032 in Germany, of which none is in `SyntheticHome`.
  static let strangersBlock: UInt64 = 4932
  /// Numbers that callers show beside their own begin with this: 030 in Germany.
  static let outsideBlock: UInt64 = 4930

  let count: Int
  let items: SkewedItems
  let homes: [SyntheticHome]
  /// The local day on which plans change and numbers are given back.
  let changeDay: CivilDate
  private let blockDigits: Int

  init(count: Int, homes: [SyntheticHome], changeDay: CivilDate) {
    self.count = count
    self.homes = homes
    self.changeDay = changeDay
    items = SkewedItems(count: count)
    // Five digits, so that numbers of small worlds are as long as people know them.
    blockDigits = max(5, SyntheticNumber.digitCount(UInt64(count - 1)))
  }

  func home(_ account: Int) -> SyntheticHome { homes[account % homes.count] }

  func connection(_ account: Int) -> Connection {
    if account < max(1, count / 200) { return .trunk }
    if account < max(2, count / 20) { return .range }
    return .numbers(1 + account / 3 % 4)
  }

  /// A number of an account, as E.164 digits.
  func number(_ account: Int, _ ordinal: Int) -> UInt64 {
    let blocks = SyntheticNumber.powersOfTen[blockDigits + 2]
    return home(account).numberBlock * blocks + UInt64(account * Self.numbersPerBlock + ordinal)
  }

  /// The digits that a number outside of accounts has after its block, so that all are equally long.
  var digitsAfterBlock: Int { blockDigits + 2 }

  /// Whether the single number was given back on `changeDay`.
  func isGivenBack(_ account: Int, _ ordinal: Int) -> Bool {
    guard account % 16 == 5, ordinal == 2, case .numbers = connection(account) else { return false }
    return true
  }

  /// Whose number that is at an instant; nil for nobody's any more.
  func owner(_ account: Int, _ ordinal: Int, atSeconds seconds: Int64) -> Int? {
    if case .numbers = connection(account) {
      return isGivenBack(account, ordinal) && seconds >= home(account).changeSeconds ? nil : account
    }
    return ordinal == Self.lentNumber ? (account + 1) % count : account
  }

  /// The plan of an account at an instant.
  func plan(_ account: Int, atSeconds seconds: Int64) -> SyntheticPlan {
    let home = home(account)
    if home.paysDollars { return .wholesale }
    if account % 4 == 1 { return .business }
    return changesPlan(account) && seconds >= home.changeSeconds ? .business : .standard
  }

  /// Whether the account goes over from the standard plan to the business plan on `changeDay`.
  func changesPlan(_ account: Int) -> Bool {
    account % 7 == 0 && account % 4 != 1 && !home(account).paysDollars
  }

  /// `A000042`.
  static func name(_ account: Int) -> String { "A" + SyntheticNumber.text(UInt64(account), digitCountMin: 6) }
  /// `sip-000042`.
  static func trunkName(_ account: Int) -> String {
    "sip-" + SyntheticNumber.text(UInt64(account), digitCountMin: 6)
  }
}

extension SyntheticNumber {
  /// A number with zeros before it, so that it has at least that many digits.
  static func text(_ number: UInt64, digitCountMin: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, digitCountMin - digits.utf8.count)) + digits
  }
}
