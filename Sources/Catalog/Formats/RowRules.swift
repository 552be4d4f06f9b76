// What a format says of whole rows: conditions, filters, rows of one call, trailers.

public import Tables

/// A test on one column of the row, on its bytes after quotes and blanks are gone.
public struct Condition: Hashable, Sendable {
  /// What is tested.
  public enum Test: Hashable, Sendable {
    /// Equal to one of these.
    case isOneOf([Label])
    /// Equal to none of these.
    case isNoneOf([Label])
    /// Begins with one of these.
    case beginsWith([Label])
    /// Contains one of these.
    case contains([Label])
    /// Is one of these patterns as a whole: `*` is any text, `#` one digit, every other byte itself.
    case isLike([Label])
    /// Empty or a null token.
    case isEmpty
    /// Neither empty nor a null token.
    case isPresent
    /// A number above zero.
    case isPositive
  }

  /// The column.
  public var column: ColumnReference
  /// The test.
  public var test: Test
  /// Whether the column may be missing from the header or from a short row; it then reads as empty.
  public var isOptional: Bool

  /// Makes a condition.
  public init(column: ColumnReference, test: Test, isOptional: Bool = false) {
    self.column = column
    self.test = test
    self.isOptional = isOptional
  }
}

/// Rows that are no events.
public struct FilterRule: Hashable, Sendable {
  /// The reason in reports.
  public var reason: Label
  /// All must hold.
  public var conditions: [Condition]

  /// Makes a rule.
  public init(reason: Label, conditions: [Condition]) {
    self.reason = reason
    self.conditions = conditions
  }
}

/// Choice among several rows of one call, inside one file.
public struct LegRule: Hashable, Sendable {
  /// Which row stands for the call.
  public enum Choice: String, Sendable {
    /// The first row.
    case first
    /// The last row.
    case last
    /// The row with the largest billable quantity; the first of equals.
    case longest
    /// The first row, with the sum of all billable quantities.
    case sum
  }

  /// Columns that name the call.
  public var call: [ColumnReference]
  /// Which row stands for it; the others are filtered with reason `leg`.
  public var choice: Choice

  /// Makes a rule.
  public init(call: [ColumnReference], choice: Choice) {
    self.call = call
    self.choice = choice
  }
}

/// A row that is no event but says how many there must be. Every file has one, at least.
public struct TrailerRule: Hashable, Sendable {
  /// How it is known; all must hold.
  public var conditions: [Condition]
  /// Column with the count of the records before it (filtered ones included).
  public var count: ColumnReference?
  /// Column with the sum of `billable` over those records, written as that field is; compared to the last digit.
  public var sum: ColumnReference?

  /// Makes a rule.
  public init(conditions: [Condition], count: ColumnReference?, sum: ColumnReference?) {
    self.conditions = conditions
    self.count = count
    self.sum = sum
  }
}
