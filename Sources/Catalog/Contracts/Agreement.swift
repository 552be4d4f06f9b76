// Agreements: contracts written as one document each, with their references, lines, minimum and discounts.

public import BillingCalendar
public import Money
public import Tables

/// One file of `contracts/`.
public struct Agreement: Sendable {
  /// Its name, unique, by which lines, discounts and commitments belong to it.
  public var name: Label
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// The master agreement, as both sides call it; empty for none.
  public var master: Label
  /// The statement of work; empty for none.
  public var statementOfWork: Label
  /// First day.
  public var from: CivilDate
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// The day by which it is to be renewed or ended; nil where none is agreed.
  public var renews: CivilDate?
  /// Lines that depend on a result.
  public var valueLines: [ValueCharge]
  /// File inside the catalog.
  public var file: String

  /// Days on which it holds.
  public var days: Range<CivilDate> { from..<max(from, until ?? .distantFuture) }
}

/// A charge or credit for a result: a metric of counts.csv held against steps.
public struct ValueCharge: Sendable {
  /// One step: what a measured value costs.
  public struct Step: Sendable, Hashable {
    /// The value lies below it, in millionths; nil for no bound.
    public var below: Int64?
    /// The value is at least it, in millionths; nil for no bound.
    public var atLeast: Int64?
    /// What is added, in 10⁻¹⁰ of the base; below zero for a credit.
    public var share: Int64
  }

  /// Text on the invoice.
  public var description: Label
  /// The metric: an item of counts.csv, whose last value in a usage period counts.
  public var metric: Label
  /// What was promised, in millionths.
  public var targetMicro: Int64
  /// What steps are a share of, for a usage period.
  public var base: Amount
  /// Its currency.
  public var currency: Currency
  /// The first that holds decides; none costs nothing.
  public var steps: [Step]
  /// Class by which taxes know it; empty for `service`.
  public var taxClass: Label
  /// Line in the file.
  public var line: Int

  /// The step that a measured value falls on; nil for none.
  public func step(for micro: Int64) -> Step? {
    steps.first { step in
      (step.below.map { micro < $0 } ?? true) && (step.atLeast.map { micro >= $0 } ?? true)
    }
  }
}
