// The states of North American numbers, by area code and exchange.

public import Tables

/// The rows of `jurisdiction.csv`: the longest beginning of a number wins.
public struct StateTable: Sendable, Hashable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// Digits without the country code 1: three (area code), six (with the exchange) or seven (with the thousands block).
    public var digits: UInt32
    /// How many digits.
    public var digitCount: UInt8
    /// The state, two capital letters.
    public var state: Label
    /// ISO 3166 code of the country.
    public var country: Label
    /// Line in the file.
    public var line: Int

    /// Makes a row.
    public init(digits: UInt32, digitCount: UInt8, state: Label, country: Label, line: Int) {
      self.digits = digits
      self.digitCount = digitCount
      self.state = state
      self.country = country
      self.line = line
    }
  }

  /// The rows, sorted by (number of digits, digits); no two are the same.
  public let rows: [Row]

  /// Sorts the rows.
  public init(rows: [Row]) {
    self.rows = rows.sorted { ($0.digitCount, $0.digits) < ($1.digitCount, $1.digits) }
  }
}
