// The part of a period for which something was in force, in days.

/// An exact fraction of a period: days in force over days of the whole period.
///
/// Never a decimal: the caller multiplies by `days`, divides by `periodDays` and rounds once, under a rule of
/// its own. Not reduced, because invoices print it as it is (20/31).
public struct Proration: Hashable, Sendable, BitwiseCopyable {
  /// Days in force, 0...`periodDays`.
  public let days: Int32
  /// Days of the whole period, at least 1.
  public let periodDays: Int32

  /// How much of `period` the days of `inForce` cover; days outside it do not count.
  ///
  /// Both are half-open. What has no end ends at `CivilDate.distantFuture`.
  /// - Precondition: the period has a day, and fewer than 2³¹.
  public init(of inForce: Range<CivilDate>, in period: Range<CivilDate>) {
    precondition(!period.isEmpty, "a period has at least one day")
    periodDays = period.upperBound.dayNumber - period.lowerBound.dayNumber
    let shared = inForce.clamped(to: period)
    days = shared.upperBound.dayNumber - shared.lowerBound.dayNumber
  }

  /// Whether every day is covered.
  public var isWhole: Bool { days == periodDays }
  /// Whether no day is covered.
  public var isNothing: Bool { days == 0 }
}

extension Proration: CustomStringConvertible {
  /// As invoices print it: `20/31`.
  public var description: String { "\(days)/\(periodDays)" }
}
