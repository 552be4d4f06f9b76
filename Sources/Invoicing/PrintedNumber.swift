// Numbers, days and quantities as people read them on an invoice. The exact values are in the JSON document.

import BillingCalendar
import Money
import UsageSummary

/// Texts for the page. English, whatever the locale of the host: the page is part of the result.
enum PrintedNumber {
  // U+2212, as wide as the digits; a hyphen is not.
  private static let minus = "\u{2212}"

  /// An amount with at least `digits` digits after the point and thousands apart: `1,234.50`, `−0.05`.
  static func money(_ amount: Amount, digits: Int) -> String { grouped(amount.text(minimumDigits: digits)) }

  /// A rounding with its sign, to six digits: `+0.003`, `−0.002`; one that is smaller still shows as such: `+0.000000`.
  static func signed(_ amount: Amount) -> String {
    let shown = RoundingRule(scale: 6, mode: .halfUp).round(amount)
    let sign = amount.pico > 0 ? "+" : amount.pico < 0 ? minus : ""
    let isTooSmall = shown == .zero && amount != .zero
    return sign + Amount(pico: Int128(shown.pico.magnitude)).text(minimumDigits: isTooSmall ? 6 : 0)
  }

  /// A difference of counts in millionths with its sign: `+3`, `−0.5`.
  static func signed(count micro: Int64) -> String {
    (micro > 0 ? "+" : "") + decimal(Int128(micro), scale: 6)
  }

  /// A whole number with thousands apart.
  static func count(_ value: Int128) -> String { grouped(String(value)) }

  /// A decimal of 10^−`scale` in its shortest form with thousands apart.
  static func decimal(_ value: Int128, scale: Int) -> String {
    grouped(DecimalText.format(value, scale: scale))
  }

  /// Puts commas between groups of three digits before the point of a decimal text.
  private static func grouped(_ text: String) -> String {
    var digits = Substring(text)
    let isNegative = digits.hasPrefix("-")
    if isNegative { digits = digits.dropFirst() }
    let whole = digits.prefix { $0 != "." }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return (isNegative ? minus : "") + result + digits.dropFirst(whole.count)
  }

  /// A duration in milliseconds: `1:02:03`, `0:00:01.5`; hours have thousands apart.
  static func duration(milliseconds: Int128) -> String {
    let magnitude = Int128(milliseconds.magnitude)
    let (minutes, rest) = magnitude.quotientAndRemainder(dividingBy: 60_000)
    let seconds = DecimalText.format(rest, scale: 3)
    return (milliseconds < 0 ? minus : "") + count(minutes / 60) + ":" + twoDigits(String(minutes % 60)) + ":"
      + twoDigits(seconds)
  }

  // Pads the part before the point.
  private static func twoDigits(_ text: String) -> String {
    text.prefix { $0 != "." }.count < 2 ? "0" + text : text
  }

  /// A day: `3 January 2026`, or `3 Jan 2026`.
  static func day(_ date: CivilDate, isShort: Bool = false) -> String {
    "\(date.day) \(month(date, isShort)) \(date.year)"
  }

  /// Half-open days as people say them, last day included: `1 – 31 January 2026`.
  static func days(_ days: Range<CivilDate>, isShort: Bool = false) -> String {
    let (first, last) = (days.lowerBound, days.upperBound.advanced(by: -1))
    let end = day(last, isShort: isShort)
    if first == last { return end }
    guard first.year == last.year else { return "\(day(first, isShort: isShort)) \u{2013} \(end)" }
    return (first.month == last.month ? "\(first.day)" : "\(first.day) \(month(first, isShort))")
      + " \u{2013} " + end
  }

  private static func month(_ date: CivilDate, _ isShort: Bool) -> String {
    let name = monthNames[Int(date.month) - 1]
    return isShort ? String(name.prefix(3)) : name
  }

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
}

/// A unit in which data volumes are printed.
struct PrintedVolume {
  /// Its name.
  var name: String
  /// Bytes of one.
  var bytes: Int128

  // Larger ones first.
  private static let decimal = [
    PrintedVolume(name: "TB", bytes: 1_000_000_000_000), PrintedVolume(name: "GB", bytes: 1_000_000_000),
    PrintedVolume(name: "MB", bytes: 1_000_000), PrintedVolume(name: "kB", bytes: 1000),
  ]
  private static let binary = [
    PrintedVolume(name: "TiB", bytes: 1 << 40), PrintedVolume(name: "GiB", bytes: 1 << 30),
    PrintedVolume(name: "MiB", bytes: 1 << 20), PrintedVolume(name: "KiB", bytes: 1 << 10),
  ]
  private static let byte = PrintedVolume(name: "bytes", bytes: 1)

  /// The unit that a price is for; nil where it is for no unit that has a name.
  static func pricedBy(_ bytes: Int128) -> PrintedVolume? { (decimal + binary).first { $0.bytes == bytes } }

  /// The unit for a volume without such a price: the largest decimal one that it reaches.
  static func fitting(_ bytes: Int128) -> PrintedVolume {
    decimal.first { Int128(bytes.magnitude) >= $0.bytes } ?? byte
  }

  /// A volume in this unit, to three digits half-up: `12.346 GB`.
  func text(_ volume: Int128) -> String {
    if bytes == 1 { return PrintedNumber.count(volume) + " bytes" }
    let thousandths = RoundingRule.divide(volume * 1000, by: bytes, mode: .halfUp)
    return PrintedNumber.decimal(thousandths, scale: 3) + " " + name
  }
}
