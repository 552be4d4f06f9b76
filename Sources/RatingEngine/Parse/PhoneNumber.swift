// Telephone numbers as exports write them, to E.164 digits.
//
// Order (RULES 3): drop separators, then short code as a whole, `+`, longest international prefix, national prefix, bare.
// 3 to 15 digits, no leading zero; anything else is no number.

import Catalog
import Tables

/// Normalises numbers by one dialling plan; immutable, shared by workers.
struct PhoneNumber: Sendable {
  /// Set in the digit count of a short code: it matches whole deck rows only.
  static let shortCodeFlag: UInt8 = 0x80

  private let countryCode: [UInt8]
  private let internationalPrefixes: [[UInt8]]
  private let nationalPrefix: [UInt8]
  private let bareIsNational: Bool
  private let shortCodes: [[UInt8]]

  init(_ plan: DiallingPlan) {
    countryCode = plan.countryCode.bytes
    // The longest first, so that `0011` wins over `00`.
    internationalPrefixes = plan.internationalPrefixes.map(\.bytes).sorted { $0.count > $1.count }
    nationalPrefix = plan.nationalPrefix.bytes
    bareIsNational = plan.bareIsNational
    shortCodes = plan.shortCodes.map(\.bytes)
  }

  /// A normalised number: its digits as an integer and their count, with `shortCodeFlag`; count 0 where it is none.
  struct Normalised {
    var digits: UInt64 = 0
    var count: UInt8 = 0
  }

  /// The common case without a copy: `+` and 5 to 15 digits that do not begin with zero.
  @inline(__always) func normalise(_ text: TextPointer, _ length: Int) -> Normalised {
    if length >= 6, length <= 16, text[0] == UInt8(ascii: "+"), text[1] != UInt8(ascii: "0"),
      let value = DigitText.value(text + 1, length &- 1)
    {
      return Normalised(digits: value, count: UInt8(truncatingIfNeeded: length &- 1))
    }
    return slow(text, length)
  }

  @inline(never) private func slow(_ text: TextPointer, _ length: Int) -> Normalised {
    guard let dialled = Self.dialled(text, length) else { return Normalised() }
    return complete(dialled.digits, hasPlus: dialled.hasPlus).number
  }

  /// Digits of a text without separators and scheme, and whether a `+` stands before them; nil where anything else does.
  private static func dialled(_ text: TextPointer, _ length: Int) -> (digits: [UInt8], hasPlus: Bool)? {
    guard length > 0, length <= 64 else { return nil }
    // A SIP or tel address holds the number before its `@` or `;`.
    var begin = 0
    var end = length
    for scheme in schemes where length > scheme.count && begins(text, length, with: scheme) {
      begin = scheme.count
    }
    if let stop = (begin..<end).first(where: {
      text[$0] == UInt8(ascii: "@") || text[$0] == UInt8(ascii: ";")
    }) {
      end = stop
    }
    var digits: [UInt8] = []
    digits.reserveCapacity(length)
    var hasPlus = false
    for index in begin..<end {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "+") where digits.isEmpty && !hasPlus: hasPlus = true
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "/"):
        continue
      // The end-of-dialling key that some switches record.
      case UInt8(ascii: "#") where index == end - 1: continue
      default: return nil
      }
    }
    return (digits, hasPlus)
  }

  private static let schemes: [[UInt8]] = [Array("sips:".utf8), Array("sip:".utf8), Array("tel:".utf8)]

  private static func begins(_ text: TextPointer, _ length: Int, with prefix: [UInt8]) -> Bool {
    length >= prefix.count && prefix.indices.allSatisfy { text[$0] == prefix[$0] }
  }

  /// The rule by which dialled digits were completed.
  enum Rule: Equatable {
    case plus
    case shortCode
    /// This prefix was taken off.
    case internationalPrefix([UInt8])
    /// The national prefix gave way to the country code.
    case nationalPrefix
    /// The country code was put before bare digits.
    case bareNational
    /// Bare digits are E.164 already.
    case bareInternational
  }

  /// A number with what was done to get there.
  struct Derivation: Equatable {
    /// The digits after separators were dropped, with the `+` where there is one; nil where other characters stand in it.
    var dialled: String?
    var rule: Rule?
    /// The normalised digits; empty where there is no number.
    var digits = ""
    var isShortCode = false
  }

  /// Normalises for people who ask how: the same functions as `normalise`.
  func derivation(_ text: TextPointer, _ length: Int) -> Derivation {
    guard let dialled = Self.dialled(text, length) else { return Derivation() }
    let (number, rule) = complete(dialled.digits, hasPlus: dialled.hasPlus)
    return Derivation(
      dialled: (dialled.hasPlus ? "+" : "") + String(decoding: dialled.digits, as: UTF8.self), rule: rule,
      digits: Self.text(digits: number.digits, count: number.count),
      isShortCode: number.count & Self.shortCodeFlag != 0)
  }

  private func complete(_ digits: [UInt8], hasPlus: Bool) -> (number: Normalised, rule: Rule) {
    if hasPlus { return (Self.number(digits, isShort: false), .plus) }
    if shortCodes.contains(digits) { return (Self.number(digits, isShort: true), .shortCode) }
    for prefix in internationalPrefixes where digits.starts(with: prefix) {
      let number = Self.number(Array(digits.dropFirst(prefix.count)), isShort: false)
      return (number, .internationalPrefix(prefix))
    }
    if !nationalPrefix.isEmpty, digits.starts(with: nationalPrefix) {
      let number = Self.number(countryCode + digits.dropFirst(nationalPrefix.count), isShort: false)
      return (number, .nationalPrefix)
    }
    if bareIsNational { return (Self.number(countryCode + digits, isShort: false), .bareNational) }
    return (Self.number(digits, isShort: false), .bareInternational)
  }

  private static func number(_ digits: [UInt8], isShort: Bool) -> Normalised {
    guard digits.count <= 15, digits.count >= (isShort ? 1 : 3), isShort || digits.first != UInt8(ascii: "0")
    else {
      return Normalised()
    }
    let value = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    return Normalised(digits: value, count: UInt8(digits.count) | (isShort ? shortCodeFlag : 0))
  }

  /// Digits as text, with the zeros that a short code may begin with.
  static func text(digits: UInt64, count: UInt8) -> String {
    let text = String(digits)
    let missing = Int(count & ~shortCodeFlag) - text.utf8.count
    return count == 0 ? "" : String(repeating: "0", count: max(0, missing)) + text
  }
}
