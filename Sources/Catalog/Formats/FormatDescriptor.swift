// Format descriptors: how the bytes of an export become usage events, as data.
//
// The authored form. RatingEngine compiles it once per file to a field plan; nothing here is read per event.

public import Tables

/// One format: how bytes look, not whose they are.
public struct FormatDescriptor: Sendable {
  /// The name, unique; `sources.csv` refers to it.
  public var name: Label
  /// One line for `ratemill formats`.
  public var summary: Label
  /// How records and fields are written.
  public var dialect: Dialect
  /// How columns are found.
  public var header: Header
  /// Kind of its events where no `kind` field says otherwise.
  public var kind: UsageKind
  /// What is read, at most one rule per role.
  public var fields: [FieldRule]
  /// When a call counts as answered; empty: always. Any of the conditions lists must hold as a whole.
  public var answered: [[Condition]]
  /// The roles whose values identify a record, `id` or `id` and `sequence` or others; empty, or all of them absent in a
  /// record: the row's bytes and the count of identical rows before it in its file.
  public var key: [FieldRole]
  /// Roles to look up in `services.csv` or `accounts.csv`, in order, by direction.
  public var guide: [UsageDirection: [FieldRole]]
  /// Rows that are no events: filtered, with a reason.
  public var filters: [FilterRule]
  /// Rows that need other rows, of other files, to be a call: suspense `needs-assembly`.
  public var needsAssembly: [[Condition]]
  /// Choice among several rows of one call; nil where each row is an event.
  public var legs: LegRule?
  /// A last row with control totals; nil for none.
  public var trailer: TrailerRule?
  /// Lines with what they must read as; checked at load.
  public var examples: [FormatExample]
  /// The descriptor's own text, for `ratemill formats NAME`.
  public var text: Label
  /// Where it was read: a file, or `built in`.
  public var origin: String

  /// Makes a descriptor.
  public init(
    name: Label, summary: Label, dialect: Dialect, header: Header, kind: UsageKind, fields: [FieldRule],
    answered: [[Condition]], key: [FieldRole], guide: [UsageDirection: [FieldRole]], filters: [FilterRule],
    needsAssembly: [[Condition]], legs: LegRule?, trailer: TrailerRule?, examples: [FormatExample],
    text: Label,
    origin: String
  ) {
    self.name = name
    self.summary = summary
    self.dialect = dialect
    self.header = header
    self.kind = kind
    self.fields = fields
    self.answered = answered
    self.key = key
    self.guide = guide
    self.filters = filters
    self.needsAssembly = needsAssembly
    self.legs = legs
    self.trailer = trailer
    self.examples = examples
    self.text = text
    self.origin = origin
  }
}

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

/// What a field means to us.
public enum FieldRole: Hashable, Sendable {
  /// Identifies the record, alone or with `sequence`.
  case id
  /// Second part of the identity.
  case sequence
  /// Groups rows of one call.
  case call
  /// When the event began.
  case start
  /// When it was answered.
  case answer
  /// When it ended.
  case end
  /// Originating number.
  case from
  /// Destination number.
  case to
  /// Direction.
  case direction
  /// Seconds from start to end; information only.
  case duration
  /// The quantity that is charged: seconds, segments, bytes or a count.
  case billable
  /// Unit of `billable` where the record says it.
  case unit
  /// Why or how the call ended.
  case disposition
  /// Kind of usage.
  case kind
  /// Meter of generic usage: its rating group.
  case meter
  /// Account id, looked up in `accounts.csv`.
  case account
  /// The amount of money that the record carries.
  case amount
  /// Currency of `amount`; absent: that of the plan.
  case amountCurrency
  /// What a gauge counts or measures: a device, a seat, a disk.
  case item
  /// A sample of a gauge, at the event's start.
  case value
  /// Location routing number of the destination (North America).
  case routingNumber
  /// Any other key of `services.csv`: `trunk`, `extension`, `account_code`, `tenant` …
  case service(Label)

  /// The word in descriptors.
  public var name: Label {
    switch self {
    case .id: "id"
    case .sequence: "sequence"
    case .call: "call"
    case .start: "start"
    case .answer: "answer"
    case .end: "end"
    case .from: "from"
    case .to: "to"
    case .direction: "direction"
    case .duration: "duration"
    case .billable: "billable"
    case .unit: "unit"
    case .disposition: "disposition"
    case .kind: "kind"
    case .meter: "meter"
    case .account: "account"
    case .amount: "amount"
    case .amountCurrency: "amount_currency"
    case .item: "item"
    case .value: "value"
    case .routingNumber: "lrn"
    case .service(let word): word
    }
  }
}

/// A column by name (with other names it may have), or by position.
public enum ColumnReference: Hashable, Sendable {
  /// By name; the first that the header has. For JSON lines a dotted path.
  case names([Label])
  /// By position from 0.
  case index(Int)
  /// By position from the end: 1 is the last field.
  case indexFromEnd(Int)
}

/// Where the text of a field comes from.
public struct FieldSource: Hashable, Sendable {
  /// Columns; the first that is not empty counts, or all of them joined.
  public var columns: [ColumnReference]
  /// Text between joined columns; nil where the first that is not empty counts.
  public var joinedBy: Label?
  /// Keep what follows the first occurrence of this; empty for all.
  public var after: Label
  /// Keep what precedes the last occurrence of this in the rest; empty for all.
  public var before: Label
  /// Text where every column is empty; nil for "absent".
  public var constant: Label?

  /// Makes a source.
  public init(
    columns: [ColumnReference], joinedBy: Label? = nil, after: Label = .empty, before: Label = .empty,
    constant: Label? = nil
  ) {
    self.columns = columns
    self.joinedBy = joinedBy
    self.after = after
    self.before = before
    self.constant = constant
  }
}

/// What becomes of the text of a field.
public enum FieldConversion: Hashable, Sendable {
  /// Bytes as they are.
  case text
  /// An instant: patterns tried in order.
  case time([TimePattern])
  /// A telephone number, normalised by the source's dialling plan.
  case number
  /// A decimal number of units, each `onePerUnit` of the kind's integer quantity: 60,000 for minutes of voice.
  case quantity(onePerUnit: Int64, isDecimalComma: Bool)
  /// A decimal quantity in the unit that the record's `unit` field names (`UsageUnit.named`), which also gives the kind of
  /// a record that has no `kind`; where it names none, in the unit of the record's kind.
  case quantityInRecordUnit(isDecimalComma: Bool)
  /// A decimal amount of money, negative too; what has more than 12 digits after the point rounds half-even at 10⁻¹².
  case amount(isDecimalComma: Bool, isScientific: Bool)
  /// A whole number of microseconds; a part of a millisecond counts as one.
  case microseconds
  /// A duration written `HH:MM:SS` or `MM:SS`, with an optional fraction.
  case clock
  /// One of a few words; texts that are not listed give `otherwise`, or are refused where that is nil.
  case words([Word], otherwise: UInt8?)

  /// One word and its code (`UsageDirection` or `UsageKind` raw value).
  public struct Word: Hashable, Sendable {
    /// The text.
    public var text: Label
    /// Raw value of what it stands for.
    public var code: UInt8
    /// Makes a word.
    public init(text: Label, code: UInt8) {
      self.text = text
      self.code = code
    }
  }
}

/// How a time is written.
public enum TimePattern: Hashable, Sendable {
  /// `YYYY-MM-DD`, a `T` or blank, `hh:mm:ss`, optional fraction, optional `Z` or `±hh:mm` (without: the source's zone).
  case iso
  /// Seconds, milliseconds or microseconds since 1970 UTC; 0 and −1 mean "absent". The number is units per second.
  case epoch(unitsPerSecond: Int64)
  /// Letters: YYYY YY MM DD hh mm ss, `fff` for a fraction, `MMM` for an English month, `AP` for AM or PM, `Z` for an
  /// offset; every other byte stands for itself.
  case pattern(Label)
}

/// A role and how it is read.
public struct FieldRule: Hashable, Sendable {
  /// What it means.
  public var role: FieldRole
  /// Where its text comes from.
  public var source: FieldSource
  /// What becomes of the text.
  public var conversion: FieldConversion
  /// What the field means by conditions on the row, the first that holds before any word; only of a conversion to words.
  public var cases: [WordCase]
  /// Texts that mean "absent" for this field, such as `0000-00-00 00:00:00` or `-1`.
  public var absentTexts: [Label]
  /// Whether its column may be missing from the header.
  public var isOptional: Bool
  /// Line in the descriptor.
  public var line: Int

  /// Makes a rule.
  public init(
    role: FieldRole, source: FieldSource, conversion: FieldConversion, cases: [WordCase] = [],
    absentTexts: [Label], isOptional: Bool, line: Int
  ) {
    self.role = role
    self.source = source
    self.conversion = conversion
    self.cases = cases
    self.absentTexts = absentTexts
    self.isOptional = isOptional
    self.line = line
  }
}

/// What a field of words means where conditions hold, whatever its own text is.
public struct WordCase: Hashable, Sendable {
  /// All must hold.
  public var conditions: [Condition]
  /// Raw value of what it then is (`UsageDirection` or `UsageKind`).
  public var code: UInt8

  /// Makes a case.
  public init(conditions: [Condition], code: UInt8) {
    self.conditions = conditions
    self.code = code
  }
}

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

/// One example: a line of an export and what it must read as.
public struct FormatExample: Hashable, Sendable {
  /// The line, without its end.
  public var line: Label
  /// Header line to read it by; empty where the format has none or has its own column names.
  public var header: Label
  /// Expected values by role word, as `ratemill check --sample` shows them; `filtered` and `suspense` name a reason.
  public var expected: [(role: Label, value: Label)]
  /// Line in the descriptor.
  public var sourceLine: Int

  /// Makes an example.
  public init(line: Label, header: Label, expected: [(role: Label, value: Label)], sourceLine: Int) {
    self.line = line
    self.header = header
    self.expected = expected
    self.sourceLine = sourceLine
  }

  /// Equal where every part is.
  public static func == (a: FormatExample, b: FormatExample) -> Bool {
    a.line == b.line && a.header == b.header && a.sourceLine == b.sourceLine
      && a.expected.elementsEqual(b.expected, by: ==)
  }

  /// Hashes the line and header.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(line)
    hasher.combine(header)
  }
}
