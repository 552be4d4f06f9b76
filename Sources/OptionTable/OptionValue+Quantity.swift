// Values with a unit: sizes in bytes, and limits as a count or a percentage.

extension OptionValue {
  /// A size in bytes: `4096`, `64KiB`, `512M`, `1GiB`.
  ///
  /// K, M and G are 2¹⁰, 2²⁰ and 2³⁰ with or without `iB`, in either case, as in most Unix tools; `KB` is refused,
  /// because it means 1000 to one reader and 1024 to the next.
  public static func size(in range: ClosedRange<Int>) -> ValueParser<Int> {
    ValueParser { text throws(ValueFault) in
      guard let size = SizeText.bytes(of: text) else {
        throw .expected("a size such as 64KiB, 512MiB or 1GiB", got: text)
      }
      guard range.contains(size) else {
        let bounds = "\(SizeText.text(bytes: range.lowerBound)) to \(SizeText.text(bytes: range.upperBound))"
        throw .expected("a size from \(bounds)", got: text)
      }
      return size
    }
  }

  /// A count such as `100`, or a percentage such as `0.5%` with up to four digits after the point.
  public static let countOrPercent = ValueParser<CountOrPercent> { text throws(ValueFault) in
    guard let limit = CountOrPercent(text) else {
      throw .expected("a count such as 100 or a percentage such as 0.5%", got: text)
    }
    return limit
  }
}

/// Sizes in bytes as people write them.
public enum SizeText {
  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// The number of bytes; nil where the text is no size or does not fit an Int.
  public static func bytes(of text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let magnitude = Digits.magnitude(digits), let count = Int(exactly: magnitude) else { return nil }
    let suffix = text.dropFirst(digits.count).lowercased()
    if suffix.isEmpty { return count }
    guard
      let unit = units.first(where: {
        suffix == $0.name.lowercased() || suffix == $0.name.lowercased().prefix(1)
      })
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : bytes
  }

  /// The shortest exact text: `1GiB`, `1536MiB`, `100`.
  public static func text(bytes: Int) -> String {
    guard bytes > 0, let unit = units.first(where: { bytes % $0.bytes == 0 }) else { return "\(bytes)" }
    return "\(bytes / unit.bytes)\(unit.name)"
  }
}

/// A limit that is a number of things or a share of all of them.
public enum CountOrPercent: Hashable, Sendable {
  /// At most this many.
  case count(Int)
  /// At most this share, in millionths: 0.5 % is 5,000. An integer, so that the same limit decides the same everywhere.
  case share(millionths: Int)

  /// Reads `100`, `0.5%` or `100%`; nil for anything else, more than 100 %, or more than four digits after the point.
  public init?(_ text: String) {
    guard text.hasSuffix("%") else {
      guard let magnitude = Digits.magnitude(text), let count = Int(exactly: magnitude) else { return nil }
      self = .count(count)
      return
    }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Digits.magnitude(parts[0]), whole <= 100 else { return nil }
    var millionths = Int(whole) * 10_000
    if parts.count == 2 {
      guard parts[1].utf8.count <= 4, let fraction = Digits.magnitude(parts[1]) else { return nil }
      millionths += (parts[1].utf8.count..<4).reduce(Int(fraction)) { scaled, _ in scaled * 10 }
    }
    guard millionths <= 1_000_000 else { return nil }
    self = .share(millionths: millionths)
  }

  /// Whether `count` of `total` lies within the limit; a share is met exactly at its bound.
  public func allows(_ count: Int, of total: Int) -> Bool {
    switch self {
    case .count(let countMax): count <= countMax
    case .share(let millionths): Int128(count) * 1_000_000 <= Int128(total) * Int128(millionths)
    }
  }
}

extension CountOrPercent: CustomStringConvertible {
  /// As it is typed: `100`, `0.5%`.
  public var description: String {
    switch self {
    case .count(let count): return "\(count)"
    case .share(let millionths):
      var fraction = String(String(millionths % 10_000 + 10_000).dropFirst())
      while fraction.hasSuffix("0") { fraction.removeLast() }
      return "\(millionths / 10_000)" + (fraction.isEmpty ? "" : "." + fraction) + "%"
    }
  }
}
