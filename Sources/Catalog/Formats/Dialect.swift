// How a format's bytes are written, and how its columns are found.

public import Tables

/// How records and fields are written.
public struct Dialect: Sendable, Hashable {
  /// Delimited text or one JSON object a line.
  public enum Framing: String, Sendable { case csv, jsonl }
  /// What a quote means.
  public enum Quotes: String, Sendable {
    /// RFC 4180; anything else goes to suspense `bad-quotes`.
    case strict
    /// A field that begins with a quote ends at the quote before a delimiter; quotes elsewhere are text.
    case lenient
    /// Like `lenient`, and a backslash takes the next byte as it is.
    case backslash
    /// Quotes are text.
    case none
  }
  /// What bytes are allowed.
  public enum Encoding: String, Sendable {
    /// Bytes that are not UTF-8 are kept as they are in text fields and reported.
    case utf8 = "utf-8"
    /// ISO 8859-1; compared byte for byte.
    case latin1 = "latin-1"
  }

  /// Delimited text or JSON lines.
  public var framing: Framing
  /// Field delimiter.
  public var delimiter: UInt8
  /// What a quote means; the quote is `"`.
  public var quotes: Quotes
  /// Byte that ends a record: LF, or CR for files that know no LF. A CR before LF is dropped.
  public var lineEnd: UInt8
  /// Whether a newline inside quotes continues the record.
  public var isMultiline: Bool
  /// Blanks around a field that are dropped.
  public var trimsBlanks: Bool
  /// Fields that mean "nothing", such as `NULL` or `\N`. The empty field always does.
  public var nullTokens: [Label]
  /// Lines that begin with this are skipped as comments; empty for none.
  public var comment: Label
  /// Declared encoding.
  public var encoding: Encoding

  /// Makes a dialect.
  public init(
    framing: Framing, delimiter: UInt8, quotes: Quotes, lineEnd: UInt8, isMultiline: Bool, trimsBlanks: Bool,
    nullTokens: [Label], comment: Label, encoding: Encoding
  ) {
    self.framing = framing
    self.delimiter = delimiter
    self.quotes = quotes
    self.lineEnd = lineEnd
    self.isMultiline = isMultiline
    self.trimsBlanks = trimsBlanks
    self.nullTokens = nullTokens
    self.comment = comment
    self.encoding = encoding
  }
}

/// How columns are found, and what shape a file must have to be this format at all.
public struct Header: Sendable, Hashable {
  /// Where names come from.
  public enum Mode: String, Sendable {
    /// The first line names the columns; order is free.
    case names
    /// A first line is there but is skipped; columns go by `columns`.
    case skip
    /// No header line; columns go by `columns`.
    case none
  }

  /// Where names come from.
  public var mode: Mode
  /// Lines before the header (or before the data) that are skipped.
  public var skipLines: Int
  /// Whether a second header line names types and is skipped.
  public var hasTypesLine: Bool
  /// Column names by position, where the file does not name them.
  public var columns: [Label]
  /// Fewest fields a record may have; 0 (and 0 for the most) where it has exactly as many as the file's header names.
  public var fieldCountMin: Int
  /// Most fields a record may have; 0 where the header says it.
  public var fieldCountMax: Int
  /// Names that the header line must hold (fingerprint), besides those that fields need.
  public var requiredNames: [Label]
  /// Whether a field too many at the end, always empty, is dropped.
  public var allowsTrailingDelimiter: Bool

  /// Makes a header rule.
  public init(
    mode: Mode, skipLines: Int, hasTypesLine: Bool, columns: [Label], fieldCountMin: Int, fieldCountMax: Int,
    requiredNames: [Label], allowsTrailingDelimiter: Bool
  ) {
    self.mode = mode
    self.skipLines = skipLines
    self.hasTypesLine = hasTypesLine
    self.columns = columns
    self.fieldCountMin = fieldCountMin
    self.fieldCountMax = fieldCountMax
    self.requiredNames = requiredNames
    self.allowsTrailingDelimiter = allowsTrailingDelimiter
  }
}
