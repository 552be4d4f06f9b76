// Prefixes as decks write them: one, several in a cell, or ranges of them.

import Money

/// A destination prefix with the key that decks sort by.
struct DeckPrefix: Hashable, BitwiseCopyable {
  /// Digits that a prefix may have.
  static let digitCountMax = 15
  /// Powers of eleven up to 11¹⁵, which still fits 52 bits.
  private static let powersOfEleven: [UInt64] = (0...digitCountMax).map { exponent in
    (0..<exponent).reduce(UInt64(1)) { power, _ in power * 11 }
  }

  /// The digits as a number.
  var digits: UInt64
  /// How many.
  var count: UInt8

  /// A number of 52 bits that orders prefixes by their digits left-aligned, then by length: digit + 1 in base eleven,
  /// with zeros after the end.
  var sortCode: UInt64 {
    var code: UInt64 = 0
    var rest = digits
    var power = Self.powersOfEleven[Self.digitCountMax - Int(count)]
    for _ in 0..<count {
      code &+= (rest % 10 &+ 1) &* power
      rest /= 10
      power &*= 11
    }
    return code
  }

  /// The digits as text.
  var text: String { String(digits) }

  /// Takes bytes that are 1...15 digits without a leading zero; nil for anything else.
  ///
  /// - Complexity: O(1), no allocation: the path of nearly all rows.
  @inline(__always) static func plain(_ cell: UnsafeBufferPointer<UInt8>) -> DeckPrefix? {
    guard cell.count > 0, cell.count <= digitCountMax, cell[0] != UInt8(ascii: "0") else { return nil }
    var value: UInt64 = 0
    for byte in cell {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return DeckPrefix(digits: value, count: UInt8(truncatingIfNeeded: cell.count))
  }
}

/// Reads a prefix cell that is more than one plain prefix.
enum DeckPrefixCell {
  /// Why a cell is refused, and at which byte.
  struct Fault: Error, Equatable {
    var byteOffset: Int
    var message: String
    var hint: String
  }

  /// All prefixes of a cell, in order; ranges as the fewest prefixes that cover them.
  static func prefixes(
    _ cell: UnsafeBufferPointer<UInt8>, style: DeckLayout.PrefixStyle
  ) throws(Fault) -> [DeckPrefix] {
    var prefixes: [DeckPrefix] = []
    var index = 0
    while index < cell.count {
      if isSeparator(cell[index]) {
        index += 1
        continue
      }
      let start = index
      while index < cell.count, !isSeparator(cell[index]) { index += 1 }
      prefixes += try element(UnsafeBufferPointer(rebasing: cell[start..<index]), at: start, style)
    }
    guard !prefixes.isEmpty else { throw Fault(byteOffset: 0, message: "no prefix", hint: "fill the cell") }
    return prefixes
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: " "), 9, 10, 13: return true
    default: return false
    }
  }

  private static func element(
    _ text: UnsafeBufferPointer<UInt8>, at offset: Int, _ style: DeckLayout.PrefixStyle
  ) throws(Fault) -> [DeckPrefix] {
    if let exponent = text.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }),
      text[..<exponent].contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    {
      throw Fault(
        byteOffset: offset,
        message: "prefix \(Quoted.text(text)) is in scientific notation: its last digits are lost",
        hint: "export the column as text")
    }
    guard let hyphen = text.firstIndex(of: UInt8(ascii: "-")) else { return [try single(text[...], offset)] }
    guard style == .ranges else {
      throw Fault(
        byteOffset: offset, message: "prefix \(Quoted.text(text)) has a hyphen",
        hint: "write its digits together, or 'prefixes: ranges' in the deck's YAML where it is a range")
    }
    let first = try single(text[..<hyphen], offset)
    let last = try single(text[(hyphen + 1)...], offset + hyphen + 1)
    guard first.count == last.count else {
      throw Fault(
        byteOffset: offset,
        message: "range \(Quoted.text(text)) has ends of \(first.count) and \(last.count) digits",
        hint: "write both ends with the same number of digits")
    }
    guard first.digits <= last.digits else {
      throw Fault(
        byteOffset: offset, message: "range \(Quoted.text(text)) ends before it begins", hint: "swap its ends"
      )
    }
    return cover(first, last)
  }

  /// One prefix: `+` or `00` at the front is dropped.
  private static func single(
    _ text: Slice<UnsafeBufferPointer<UInt8>>, _ offset: Int
  ) throws(Fault) -> DeckPrefix {
    var digits = text
    if digits.first == UInt8(ascii: "+") {
      digits = digits.dropFirst()
    } else if digits.starts(with: "00".utf8) {
      digits = digits.dropFirst(2)
    }
    if let prefix = DeckPrefix.plain(UnsafeBufferPointer(rebasing: digits)) { return prefix }
    if digits.count > DeckPrefix.digitCountMax {
      throw Fault(
        byteOffset: offset, message: "prefix \(Quoted.text(text)) has more than 15 digits",
        hint: "check the number")
    }
    if digits.first == UInt8(ascii: "0") {
      throw Fault(
        byteOffset: offset, message: "prefix \(Quoted.text(text)) begins with 0",
        hint: "begin it with the country code")
    }
    throw Fault(
      byteOffset: offset, message: "bad prefix \(Quoted.text(text))", hint: "expected digits such as 4917")
  }

  /// The fewest prefixes whose numbers are those from `first` to `last`, both of the same length.
  static func cover(_ first: DeckPrefix, _ last: DeckPrefix) -> [DeckPrefix] {
    var prefixes: [DeckPrefix] = []
    var next = first.digits
    while next <= last.digits {
      var size: UInt64 = 1
      var count = first.count
      // The largest block of ten to some power that begins here and does not reach past the end.
      while count > 1, next % (size * 10) == 0, next + size * 10 - 1 <= last.digits {
        size *= 10
        count -= 1
      }
      prefixes.append(DeckPrefix(digits: next / size, count: count))
      next += size
    }
    return prefixes
  }
}
