// Discounts and commitments: what is taken off lines, and the least that an invoice comes to.

public import BillingCalendar
public import Money
public import Tables

/// One row of `discounts.csv`.
///
/// Discounts of lines come first, then those of contracts, then those of clients; within a level in file order. Each sees
/// what those before it have left, so percentages chain: 10 % and 10 % are 19 %. All come before tax.
public struct Discount: Sendable, Hashable {
  /// What it is taken off.
  public enum Level: Int, Sendable, Comparable {
    /// Lines of an item.
    case line
    /// All lines of a contract.
    case contract
    /// All lines of an invoice.
    case client

    /// Orders by when it is taken.
    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// How much is taken off.
  public enum Value: Sendable, Hashable {
    /// A share, in 10⁻¹⁰.
    case share(Int64)
    /// An amount for every invoice, at most what is there.
    case amount(Amount, Currency)
  }

  /// Index in `Catalog.accounts`; nil for every account.
  public var accountIndex: Int?
  /// The contract; empty for any.
  public var contract: Label
  /// The item; empty for any.
  public var item: Label
  /// Text on the invoice.
  public var description: Label
  /// How much.
  public var value: Value
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// File inside the catalog.
  public var file = "discounts.csv"
  /// Line in the file.
  public var line: Int

  /// What it is taken off.
  public var level: Level { !item.isEmpty ? .line : !contract.isEmpty ? .contract : .client }
  /// Days on which it holds.
  public var span: DateSpan { DateSpan(from: from, until: until) }
}

/// The least that lines come to in a usage period: a row of `commitments.csv`.
///
/// What is missing becomes a line of its own, before discounts. In a period of which the commitment holds a part, the part
/// is counted in days.
public struct Commitment: Sendable, Hashable {
  /// Which lines count.
  public enum Scope: String, CaseIterable, Sendable {
    /// Recurring charges and usage; the default.
    case all
    /// Usage alone.
    case usage
    /// Recurring charges alone.
    case recurring
  }

  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// The contract whose lines count; empty for all lines of the account.
  public var contract: Label
  /// Text on the invoice.
  public var description: Label
  /// The least, for a whole usage period.
  public var amount: Amount
  /// Its currency.
  public var currency: Currency
  /// Which lines count.
  public var scope: Scope
  /// First day.
  public var from: CivilDate
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// File inside the catalog.
  public var file = "commitments.csv"
  /// Line in the file.
  public var line: Int

  /// Days on which it holds.
  public var days: Range<CivilDate> { from..<max(from, until ?? .distantFuture) }
}
