// Numbers as people read them: in reports and on the progress line, never in data.

/// Writes counts, sizes and times for people.
enum ReadableText {
  /// `12,481,003`.
  static func count(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return (count < 0 ? "-" : "") + grouped
  }

  /// `12,481,003 events`, `1 event`.
  static func count(_ count: Int, _ one: String, _ many: String) -> String {
    "\(self.count(count)) \(count == 1 ? one : many)"
  }

  /// Three digits at least where there is a unit, rounded down: `999 B`, `1.31 GiB`, `20.4 MiB`, `512 KiB`.
  static func bytes(_ count: Int) -> String {
    scaled(count, units: ["B", "KiB", "MiB", "GiB", "TiB"], step: 1024)
  }

  /// The same in steps of thousand: `999`, `4.20 M`; for rates such as `4.20 M events/s`.
  static func short(_ count: Int) -> String {
    let text = scaled(count, units: ["", "k", "M", "G", "T"], step: 1000)
    return text.hasSuffix(" ") ? String(text.dropLast()) : text
  }

  /// `0:09`, `12:34`, `1:02:03`, rounded down to seconds.
  static func clock(seconds: Int) -> String {
    let minutes = seconds / 60
    let tail = twoDigits(seconds % 60)
    return minutes < 60 ? "\(minutes):\(tail)" : "\(minutes / 60):\(twoDigits(minutes % 60)):\(tail)"
  }

  /// `62 %`, rounded down, so that 100 % means all; nil where `total` is not above 0.
  static func percent(_ part: Int, of total: Int) -> String? {
    total > 0 ? "\(Int(Int128(part) * 100 / Int128(total))) %" : nil
  }

  private static func scaled(_ count: Int, units: [String], step: Int) -> String {
    var unit = 0
    var unitSize = 1
    while count / unitSize >= step, unit < units.count - 1 {
      unit += 1
      unitSize *= step
    }
    let whole = count / unitSize
    guard unit > 0, whole < 100 else { return "\(whole) \(units[unit])" }
    let hundredths = Int(Int128(count % unitSize) * 100 / Int128(unitSize))
    let fraction = whole < 10 ? twoDigits(hundredths) : "\(hundredths / 10)"
    return "\(whole).\(fraction) \(units[unit])"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
