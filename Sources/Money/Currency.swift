// Currencies of ISO 4217 and how many digits their minor unit has.

/// A currency by its ISO 4217 code.
public struct Currency: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Three capital letters.
  public let code: String

  /// Takes a code of three capital letters; nil for anything else. Unknown codes are accepted with two digits, so that
  /// a private unit such as `XPT` can be used.
  public init?(code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else {
      return nil
    }
    self.code = code
  }

  /// Digits of the minor unit: 2 but for the listed exceptions.
  public var minorDigits: Int {
    if Self.withoutMinorUnit.contains(code) { return 0 }
    if Self.withThreeDigits.contains(code) { return 3 }
    if Self.withFourDigits.contains(code) { return 4 }
    return 2
  }

  /// The code.
  public var description: String { code }
  /// Orders by the bytes of the code.
  public static func < (a: Currency, b: Currency) -> Bool {
    a.code.utf8.lexicographicallyPrecedes(b.code.utf8)
  }

  // Source: ISO 4217 table A.1, minor unit column.
  private static let withoutMinorUnit: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF",
    "XPF",
  ]
  private static let withThreeDigits: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
  private static let withFourDigits: Set<String> = ["CLF", "UYW"]
}
