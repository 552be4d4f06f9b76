// Sources: where usage files come from. A format is how bytes look; a source is whose they are.

public import BillingCalendar
public import Tables

/// One row of `sources.csv`.
public struct UsageSource: Sendable {
  /// The name.
  public var name: Label
  /// Glob over the file's name, or over the end of its path where it holds a `/`; empty: only by `--source`.
  public var pattern: Label
  /// Index in `Catalog.formats`.
  public var formatIndex: Int
  /// Zone of local times in its files.
  public var zone: Zone
  /// Country whose dialling habits its numbers follow; empty for international numbers only.
  public var country: Label
  /// How its numbers become E.164 digits.
  public var dialling: DiallingPlan
  /// Index in `Catalog.accounts` of the account that takes what no service key claims; nil for none.
  public var defaultAccountIndex: Int?
  /// Name space of its keys; sources that share one are compared for duplicates.
  public var namespace: Label
  /// Pattern with `{n}` for the running number in file names; empty for none.
  public var sequence: Label
  /// How often a file is expected: `daily`, `hourly` …; empty for none.
  public var expected: Label
  /// Suffix of the control file that must lie beside each file, such as `.ctl`; empty for none.
  public var control: Label
  /// What a local time that occurs twice means.
  public var overlap: LocalTimeChoice
  /// What a local time that does not exist means.
  public var gap: LocalTimeChoice
  /// Whether its row says what a number without any prefix is (`bare`); else it is taken as international.
  public var isBareStated = false
  /// Line in the file.
  public var line: Int

  /// What to do with a local time of a clock change.
  public enum LocalTimeChoice: String, Sendable {
    /// The first of the two (overlap).
    case first
    /// The second of the two (overlap).
    case second
    /// Later by the length of the gap (gap).
    case forward
    /// To suspense, reason `bad-time`.
    case suspend
  }

  /// Makes a source.
  public init(
    name: Label, pattern: Label, formatIndex: Int, zone: Zone, country: Label, dialling: DiallingPlan,
    defaultAccountIndex: Int?, namespace: Label, sequence: Label, expected: Label, control: Label,
    overlap: LocalTimeChoice, gap: LocalTimeChoice, line: Int
  ) {
    self.name = name
    self.pattern = pattern
    self.formatIndex = formatIndex
    self.zone = zone
    self.country = country
    self.dialling = dialling
    self.defaultAccountIndex = defaultAccountIndex
    self.namespace = namespace
    self.sequence = sequence
    self.expected = expected
    self.control = control
    self.overlap = overlap
    self.gap = gap
    self.line = line
  }
}

/// How dialled digits become E.164.
public struct DiallingPlan: Sendable, Hashable {
  /// Country calling code, such as `49`; empty where bare numbers are international already.
  public var countryCode: Label
  /// Prefixes that stand for `+`, such as `00` or `011`.
  public var internationalPrefixes: [Label]
  /// Prefix of national numbers, such as `0`; empty for none.
  public var nationalPrefix: Label
  /// What a number without any prefix is: `international` (E.164 digits) or `national` (country code is put before it).
  public var bareIsNational: Bool
  /// Numbers that are never completed, such as `112` or `911`; they match whole deck rows only.
  public var shortCodes: [Label]

  /// Makes a dialling plan.
  public init(
    countryCode: Label, internationalPrefixes: [Label], nationalPrefix: Label, bareIsNational: Bool,
    shortCodes: [Label]
  ) {
    self.countryCode = countryCode
    self.internationalPrefixes = internationalPrefixes
    self.nationalPrefix = nationalPrefix
    self.bareIsNational = bareIsNational
    self.shortCodes = shortCodes
  }

  /// How numbers are dialled in a country, by its ISO 3166 code; nil for a code that is not known.
  public static func habits(of country: Label) -> DiallingPlan? { DiallingHabits.plan(of: country) }

  /// Numbers are E.164 already; `+`, `00` and `011` are taken off.
  public static let international = DiallingPlan(
    countryCode: .empty, internationalPrefixes: ["00", "011"], nationalPrefix: .empty, bareIsNational: false,
    shortCodes: [])
}
