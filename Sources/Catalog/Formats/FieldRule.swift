// What the fields of a format mean, where their text stands, and what becomes of it.

public import Tables

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
