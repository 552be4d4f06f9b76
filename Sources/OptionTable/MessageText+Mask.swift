// Digits that may be a telephone number, masked in what people read.
//
// People and exchanges write a number in one run or in groups: `+49 30 23125-105`, `+1 (212) 555-0100`. Dates and decimals are
// written with the same signs, and must stay readable: a message about a bad time has to show it.

extension MessageText {
  /// Masks numbers of `maskedRunMin` ASCII digits or more after their first `shownDigits`: `447700900123` is
  /// `44770xxxxxxx`, `+49 30 23125-105` is `+49 30 2xxxx-xxx`.
  ///
  /// A number is a run of digits, or several with one or two of the signs ` .-/()` between them, up to one that is long enough
  /// for itself. Dates (`2026-01-05`,
  /// `05.01.2026`), two runs with a point between them (`12345.678`) and the groups of a UUID are no such numbers; a long run
  /// in them is. The mask is `x`, not a bullet: it is one byte in every encoding, so lengths and columns stay as they were.
  public static func maskDigits(_ text: String) -> String {
    String(decoding: maskDigits(Array(text.utf8)), as: UTF8.self)
  }

  /// The same for what people write into catalogs, where a fraction such as `0.0000001` is a price and `4915 4916` are prefixes:
  /// digits after a lone `0.` stay, and groups with nothing but blanks between them that begin with neither `+`, `(` nor 0.
  public static func maskDigitsOfCatalog(_ text: String) -> String {
    String(decoding: maskDigits(Array(text.utf8), isOfCatalog: true), as: UTF8.self)
  }

  /// The same for a message whose digits outside of quotes are prices and quantities: what stands in quotes is masked alone.
  public static func maskDigitsOfCatalog(quotedIn text: String) -> String {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index % 2 == 0 ? String(part) : maskDigitsOfCatalog(String(part))
    }.joined(separator: "'")
  }

  /// The same for bytes. Complexity: O(n).
  public static func maskDigits(_ bytes: [UInt8], isOfCatalog: Bool = false) -> [UInt8] {
    var result = bytes
    var index = 0
    var uuidEnd = 0
    while index < bytes.count {
      if isUUID(bytes, at: index) { uuidEnd = index + uuidLength }
      guard isDigit(bytes[index]) else {
        index += 1
        continue
      }
      if let end = dateEnd(bytes, at: index) {
        index = end
        continue
      }
      let runs = index < uuidEnd ? [run(bytes, from: index)] : groups(bytes, from: index)
      let isNumber =
        runs.count > 1 && !isDecimal(runs, bytes) && !(isOfCatalog && isList(runs, bytes))
        && runs.reduce(0) { $0 + $1.count } >= maskedRunMin
      if isNumber {
        for digit in runs.joined().dropFirst(shownDigits) { result[digit] = UInt8(ascii: "x") }
      } else {
        for run in runs
        where run.count >= maskedRunMin && !(isOfCatalog && isFraction(bytes, from: run.lowerBound)) {
          for digit in run.dropFirst(shownDigits) { result[digit] = UInt8(ascii: "x") }
        }
      }
      index = runs.last?.upperBound ?? index + 1
    }
    return result
  }

  private static func run(_ bytes: [UInt8], from start: Int) -> Range<Int> {
    start..<(bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count)
  }

  /// The runs of digits that may be one number, from the one at `start`.
  private static func groups(_ bytes: [UInt8], from start: Int) -> [Range<Int>] {
    var runs = [run(bytes, from: start)]
    while let last = runs.last, last.count < maskedRunMin {
      // `) ` is the longest that people write between two groups.
      let joint = bytes[last.upperBound...].prefix(jointBytesMax).prefix { joints.contains($0) }
      let next = last.upperBound + joint.count
      guard !joint.isEmpty, next < bytes.count, isDigit(bytes[next]), dateEnd(bytes, at: next) == nil,
        !isUUID(bytes, at: next)
      else { break }
      runs.append(run(bytes, from: next))
    }
    return runs
  }

  private static let joints = Set(" .-/()".utf8)
  private static let jointBytesMax = 2

  /// Whether it is two runs with nothing but a point between them.
  private static func isDecimal(_ runs: [Range<Int>], _ bytes: [UInt8]) -> Bool {
    runs.count == 2 && runs[1].lowerBound - runs[0].upperBound == 1
      && bytes[runs[0].upperBound] == UInt8(ascii: ".")
  }

  /// Whether blanks alone stand between the runs, and nothing says that a number begins.
  private static func isList(_ runs: [Range<Int>], _ bytes: [UInt8]) -> Bool {
    guard let first = runs.first, let last = runs.last, bytes[first.lowerBound] != UInt8(ascii: "0"),
      first.lowerBound == 0 || !"+(".utf8.contains(bytes[first.lowerBound - 1])
    else { return false }
    return bytes[first.lowerBound..<last.upperBound].allSatisfy { isDigit($0) || $0 == UInt8(ascii: " ") }
  }

  /// Where the date that begins at `start` ends, `YYYY-MM-DD` or `DD-MM-YYYY` with one sign out of `-./` twice; nil where none does.
  private static func dateEnd(_ bytes: [UInt8], at start: Int) -> Int? {
    let end = start + 10
    guard end <= bytes.count, end == bytes.count || !isDigit(bytes[end]),
      start == 0 || !isDigit(bytes[start - 1])
    else { return nil }
    func number(_ from: Int, _ until: Int) -> Int? {
      let digits = bytes[(start + from)..<(start + until)]
      return digits.allSatisfy(isDigit) ? digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } : nil
    }
    func isDate(_ year: Int?, _ first: Int?, _ second: Int?, _ signs: (Int, Int)) -> Bool {
      guard let year, let first, let second, (1900...2199).contains(year) else { return false }
      let sign = bytes[start + signs.0]
      return sign == bytes[start + signs.1] && dateSigns.contains(sign) && min(first, second) >= 1
        && min(first, second) <= 12 && max(first, second) <= 31
    }
    let isFound =
      isDate(number(0, 4), number(5, 7), number(8, 10), (4, 7))
      || isDate(number(6, 10), number(0, 2), number(3, 5), (2, 5))
    return isFound ? end : nil
  }

  private static let dateSigns = Set("-./".utf8)

  private static let uuidLength = 36

  /// Whether a UUID begins here: 8, 4, 4, 4 and 12 hexadecimal digits.
  private static func isUUID(_ bytes: [UInt8], at start: Int) -> Bool {
    guard start + uuidLength <= bytes.count, bytes[start + 8] == UInt8(ascii: "-") else { return false }
    return (0..<uuidLength).allSatisfy { at in
      let byte = bytes[start + at]
      return [8, 13, 18, 23].contains(at)
        ? byte == UInt8(ascii: "-")
        : isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
  }

  /// Whether `0.` or `0,` stands before the digits, and no digit before that.
  private static func isFraction(_ bytes: [UInt8], from start: Int) -> Bool {
    guard start >= 2, bytes[start - 2] == UInt8(ascii: "0") else { return false }
    let mark = bytes[start - 1]
    return (mark == UInt8(ascii: ".") || mark == UInt8(ascii: ","))
      && (start == 2 || !isDigit(bytes[start - 3]))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
