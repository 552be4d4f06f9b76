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
