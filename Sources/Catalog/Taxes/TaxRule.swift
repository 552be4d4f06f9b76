// Taxes as dated rows: what is owed to whom, on which lines, in which place. The program has no rates of its own.

public import BillingCalendar
public import Money
public import Tables

/// One row of `taxes.csv`.
public struct TaxRule: Sendable, Hashable {
  /// How a tax is counted.
  public enum Method: Sendable, Hashable {
    /// A share of the base, in 10⁻¹⁰.
    case percent(Int64)
    /// A share of that part of the base that lies above one amount and up to another (nil: without end).
    case bracket(share: Int64, above: Amount, upTo: Amount?)
    /// An amount for each of what recurring lines count.
    case perLine(Amount)
    /// An amount for each billed minute of calls.
    case perMinute(Amount)
    /// An amount for each invoice with a line of the classes.
    case flat(Amount)
  }

  /// Name on the invoice, and by which `on` and exemptions refer to it.
  public var tax: Label
  /// Where it is owed: `DE`, or parts between hyphens such as `US-DC`; it holds in every place that begins with them.
  public var place: Label
  /// Classes of lines that it is on; none for all.
  public var classes: [Label]
  /// How it is counted.
  public var method: Method
  /// Currency of its amounts; nil for a share.
  public var currency: Currency?
  /// Taxes whose amounts belong to its base, besides the lines.
  public var on: [Label]
  /// The least that it comes to on an invoice, where there is a base; nil for none.
  public var minimum: Amount?
  /// The most; nil for none.
  public var maximum: Amount?
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// Line in taxes.csv.
  public var line: Int

  /// Days on which it holds.
  public var span: DateSpan { DateSpan(from: from, until: until) }

  /// Whether it is owed in a place.
  public func isOwed(in other: Label) -> Bool {
    let (own, place) = (place.bytes, other.bytes)
    return place.starts(with: own) && (place.count == own.count || place[own.count] == UInt8(ascii: "-"))
  }
}

/// One row of `exemptions.csv`: a tax that an account does not pay.
public struct TaxExemption: Sendable, Hashable {
  /// Why it does not.
  public enum Reason: String, CaseIterable, Sendable {
    /// It has a certificate.
    case certificate
    /// It owes the tax itself, as a business in another country.
    case reverseCharge = "reverse-charge"
  }

  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// The tax; empty for all.
  public var tax: Label
  /// Why.
  public var reason: Reason
  /// Number of the certificate, or the VAT id.
  public var reference: Label
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// Line in exemptions.csv.
  public var line: Int

  /// Days on which it holds.
  public var span: DateSpan { DateSpan(from: from, until: until) }
}

/// Where the amount of a tax is rounded.
public enum TaxRounding: String, CaseIterable, Sendable {
  /// Once for each tax and rate of an invoice; the default.
  case total
  /// Once for each line.
  case line
}
