// Numbers in deck cells: prices in pico, and increments in integer quantities. Integers all the way.

import Money
import Tables

/// Reads prices and fees of one deck.
struct DeckPriceReader {
  private let mark: UInt8
  private let unit: DeckLayout.PriceUnit
  /// Digits by which the unit shifts the point: 4 for 1/10000; nil where it is no power of ten.
  private let shiftDigits: Int?

  init(mark: UInt8, unit: DeckLayout.PriceUnit) {
    self.mark = mark
    self.unit = unit
    shiftDigits = unit.numerator == 1 ? PowersOfTen.int64.firstIndex(of: unit.denominator) : nil
  }

  /// The amount in pico.
  ///
  /// Complexity: one pass over the cell without allocation; what has more than 18 digits, a sign or an odd unit takes a
  /// slower one.
  @inline(__always) func pico(_ cell: UnsafeBufferPointer<UInt8>) -> Result<Int64, DecimalFault> {
    guard let shiftDigits, cell.count > 0, cell.count <= 19 else { return slowPico(cell) }
    var value: Int64 = 0
    var digitCount = 0
    var markAt = -1
    for index in 0..<cell.count {
      let digit = cell[index] &- UInt8(ascii: "0")
      if digit <= 9 {
        value = value &* 10 &+ Int64(digit)
        digitCount += 1
      } else if cell[index] == mark, markAt < 0 {
        markAt = index
      } else {
        return slowPico(cell)
      }
    }
    // 18 digits cannot overflow.
    guard digitCount > 0, digitCount <= 18 else { return slowPico(cell) }
    let fractionCount = markAt < 0 ? 0 : cell.count - markAt - 1
    let missing = Amount.scale - shiftDigits - fractionCount
    guard missing >= 0 else { return slowPico(cell) }
    let (pico, isTooLarge) = value.multipliedReportingOverflow(by: PowersOfTen.int64[missing])
    return isTooLarge ? .failure(.tooLarge) : .success(pico)
  }

  private func slowPico(_ cell: UnsafeBufferPointer<UInt8>) -> Result<Int64, DecimalFault> {
    // Six digits more than an amount keeps, for units such as 1/10000; what is beyond them is too precise anyway.
    let spareDigits = 6
    return DecimalText.parse(cell, scale: Amount.scale + spareDigits, mark: mark).flatMap { value in
      let (scaled, isTooLarge) = value.multipliedReportingOverflow(by: Int128(unit.numerator))
      guard !isTooLarge else { return .failure(.tooLarge) }
      let divisor = Int128(unit.denominator) * Int128(PowersOfTen.int64[spareDigits])
      let (pico, rest) = scaled.quotientAndRemainder(dividingBy: divisor)
      guard rest == 0 else { return .failure(.tooPrecise(digits: Amount.scale + 1)) }
      guard let small = Int64(exactly: pico) else { return .failure(.tooLarge) }
      return .success(small)
    }
  }
}

/// Reads increments: `60/6`, `60-6`, `60`, `30/6/0`.
enum DeckIncrementCell {
  /// First and next in integer quantities of a kind.
  struct Pair: Hashable, BitwiseCopyable {
    var first: Int64
    var next: Int64
  }

  /// Why an increment is refused.
  struct Fault: Error, Equatable {
    var message: String
    var hint: String
  }

  /// The largest step, in whole units: in millionths of an event it still fits 63 bits.
  static let unitsMax: Int64 = 1_000_000_000_000

  /// Takes whole numbers, one or two; nil for anything else, which `read` then looks at.
  @inline(__always) static func plain(_ cell: UnsafeBufferPointer<UInt8>, onePerUnit: Int64) -> Pair? {
    guard cell.count > 0, cell.count <= 18 else { return nil }
    var first: Int64 = -1
    var value: Int64 = 0
    for index in 0..<cell.count {
      let digit = cell[index] &- UInt8(ascii: "0")
      if digit <= 9 {
        value = value &* 10 &+ Int64(digit)
      } else if isSeparator(cell[index]), first < 0 {
        first = value
        value = 0
      } else {
        return nil
      }
    }
    if first < 0 { first = value }
    guard first > 0, value > 0, first <= unitsMax, value <= unitsMax else { return nil }
    return Pair(first: first &* onePerUnit, next: value &* onePerUnit)
  }

  /// Takes every form, fractions of a unit too where the kind has them.
  static func read(
    _ cell: UnsafeBufferPointer<UInt8>, kind: UsageKind, mark: UInt8
  ) throws(Fault) -> Pair {
    let shown = Quoted.text(cell)
    let parts = cell.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
    guard (1...3).contains(parts.count) else {
      throw Fault(message: "bad increment \(shown)", hint: "expected first/next such as 60/6")
    }
    var numbers: [Int64] = []
    for part in parts { numbers.append(try number(part, kind, mark, shown)) }
    if numbers.count == 3, numbers[2] != 0 {
      throw Fault(
        message: "increment \(shown) has free units at its end",
        hint: "free units are not known here; write first/next")
    }
    let pair = Pair(first: numbers[0], next: numbers.count > 1 ? numbers[1] : numbers[0])
    guard pair.first > 0, pair.next > 0 else {
      throw Fault(message: "increment \(shown) has a step of 0", hint: "write 1/1 for every unit")
    }
    return pair
  }

  private static func number(
    _ part: Slice<UnsafeBufferPointer<UInt8>>, _ kind: UsageKind, _ mark: UInt8, _ shown: String
  ) throws(Fault) -> Int64 {
    let digits = UnsafeBufferPointer(rebasing: part)
    switch DecimalText.parse(digits, scale: kind.quantityDigits, mark: mark) {
    case .success(let value):
      guard value >= 0, value <= Int128(unitsMax) * Int128(kind.onePerUnit) else {
        throw Fault(message: "increment \(shown) is out of range", hint: "check the number")
      }
      return Int64(value)
    case .failure(let fault):
      throw Fault(
        message: fault == .scientific
          ? "increment \(shown) is in scientific notation" : "bad increment \(shown)",
        hint: "expected first/next such as 60/6")
    }
  }

  @inline(__always) private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-")
  }
}
