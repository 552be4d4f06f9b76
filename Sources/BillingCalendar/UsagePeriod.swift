// Monthly usage periods: their days, and how they are written. Which instants they hold is in
// UsageCycle.swift.

/// A usage period: the days from one cycle day up to the next one, half-open.
///
/// Monthly. A cycle day that a month does not have falls on that month's last day, and comes back in the next
/// month (31 January, 29 February, 31 March). Of two neighbouring months one has 31 days, so the two ends of
/// a period always tell its cycle day. Written `2024-01-31/2024-02-29`.
public struct UsagePeriod: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Its first day.
  public let from: CivilDate
  /// The first day of the next period.
  public let until: CivilDate

  private init(from: CivilDate, cycleDay: Int32) {
    self.from = from
    until = from.adding(months: 1, anchorDay: cycleDay)
  }

  /// The period between two days, or nil where no cycle day makes such a period.
  public init?(from: CivilDate, until: CivilDate) {
    let period = UsagePeriod.containing(from, cycleDay: max(from.day, until.day))
    guard period.from == from, period.until == until else { return nil }
    self = period
  }

  /// The period that a day belongs to.
  ///
  /// - Precondition: `cycleDay` lies in 1...31.
  public static func containing(_ day: CivilDate, cycleDay: Int32) -> UsagePeriod {
    precondition((1...31).contains(cycleDay), "a cycle day is 1 to 31")
    let inSameMonth = day.adding(months: 0, anchorDay: cycleDay)
    let from = inSameMonth <= day ? inSameMonth : day.adding(months: -1, anchorDay: cycleDay)
    return UsagePeriod(from: from, cycleDay: cycleDay)
  }

  /// The day of the month on which the periods of this cycle begin, 1...31.
  public var cycleDay: Int32 { max(from.day, until.day) }
  /// The period after this one.
  public var next: UsagePeriod { UsagePeriod(from: until, cycleDay: cycleDay) }
  /// The period before this one.
  public var previous: UsagePeriod {
    UsagePeriod(from: from.adding(months: -1, anchorDay: cycleDay), cycleDay: cycleDay)
  }

  /// Its days, in order.
  public var days: Range<CivilDate> { from..<until }
  /// How many days it has, 28...31.
  public var dayCount: Int32 { until.dayNumber - from.dayNumber }
  /// Whether a day belongs to it.
  public func contains(_ day: CivilDate) -> Bool { days.contains(day) }

  /// Orders by first day, then by last.
  public static func < (a: UsagePeriod, b: UsagePeriod) -> Bool {
    (a.from, a.until) < (b.from, b.until)
  }
}

extension UsagePeriod: CustomStringConvertible {
  /// The bytes that a written period has, within the years 0000...9999.
  public static let textBytes = 2 * CivilDate.textBytes + 1

  /// Reads `2024-01-31/2024-02-29`; nil for any other text and where no cycle day makes such a period.
  public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> UsagePeriod? {
    guard text.count == textBytes, text[CivilDate.textBytes] == UInt8(ascii: "/"),
      let from = CivilDate.parse(UnsafeBufferPointer(rebasing: text[..<CivilDate.textBytes])),
      let until = CivilDate.parse(UnsafeBufferPointer(rebasing: text[(CivilDate.textBytes + 1)...]))
    else { return nil }
    return UsagePeriod(from: from, until: until)
  }

  /// The same for a Swift string.
  public static func parse(_ text: String) -> UsagePeriod? {
    var copy = text
    return copy.withUTF8 { parse($0) }
  }

  /// Appends `2024-01-31/2024-02-29`.
  public func append(to bytes: inout [UInt8]) {
    from.append(to: &bytes)
    bytes.append(UInt8(ascii: "/"))
    until.append(to: &bytes)
  }

  /// The period as `2024-01-31/2024-02-29`.
  public var description: String { "\(from)/\(until)" }
}
