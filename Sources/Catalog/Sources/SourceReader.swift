// Reads sources.csv: where usage files come from and how their numbers and local times are meant.

import BillingCalendar
import Tables

/// The columns of sources.csv.
enum SourceColumn: Int, TableColumn {
  case source, format, pattern, zone, country, defaultAccount, namespace, sequence, expected, control,
    overlap, gap
  case internationalPrefixes, nationalPrefix, shortCodes, bare

  var names: [String] {
    switch self {
    case .source: ["source"]
    case .format: ["format"]
    case .pattern: ["pattern"]
    case .zone: ["zone"]
    case .country: ["country"]
    case .defaultAccount: ["default_account"]
    case .namespace: ["namespace"]
    case .sequence: ["sequence"]
    case .expected: ["expected"]
    case .control: ["control"]
    case .overlap: ["overlap"]
    case .gap: ["gap"]
    case .internationalPrefixes: ["international_prefixes"]
    case .nationalPrefix: ["national_prefix"]
    case .shortCodes: ["short_codes"]
    case .bare: ["bare"]
    }
  }

  var isNeeded: Bool { self == .source || self == .format }
}

/// What sources.csv refers to.
struct SourceReferences {
  /// Index of every format name, faulty formats included.
  var formats: NameIndex
  /// Index of every account.
  var accounts: NameIndex
  /// Zone of sources without one.
  var zone: Zone
  /// Country of sources without one; nil for none.
  var country: Label?
}

/// Reads sources.csv.
struct SourceReader: ~Copyable {
  /// What a bare number is.
  private enum BareNumber: String, CaseIterable { case international, national }
  private enum OverlapWord: String, CaseIterable { case first, second, suspend }
  private enum GapWord: String, CaseIterable { case forward, suspend }
  private enum Expectation: String, CaseIterable { case hourly, daily, weekly, monthly }

  private var table: AuthoredTable<SourceColumn>
  private let references: SourceReferences
  private var sources: [UsageSource] = []

  /// The sources of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, references: SourceReferences, zones: inout ZoneLibrary
  ) -> (sources: [UsageSource], findings: FindingList) {
    var reader = SourceReader(table: AuthoredTable(text, file: file), references: references)
    while reader.table.nextRow() { reader.takeRow(&zones) }
    return (reader.sources, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<SourceColumn>, references: SourceReferences) {
    self.table = table
    self.references = references
  }

  private mutating func takeRow(_ zones: inout ZoneLibrary) {
    var isBad = false
    let zone = table.zone(.zone, &zones, isBad: &isBad) ?? references.zone
    let (country, dialling) = takeDialling()
    let format = table.neededReference(.format, to: references.formats, what: "format")
    let account = table.reference(.defaultAccount, to: references.accounts, what: "account", isBad: &isBad)
    let sequence = takeSequence()
    let expected: Expectation? = table.word(.expected, isBad: &isBad)
    let overlap: OverlapWord? = table.word(.overlap, isBad: &isBad)
    let gap: GapWord? = table.word(.gap, isBad: &isBad)
    guard let name = table.needed(.source) else { return }
    var source = UsageSource(
      name: name, pattern: table.label(.pattern), formatIndex: format ?? 0, zone: zone, country: country,
      dialling: dialling, defaultAccountIndex: account, namespace: table.given(.namespace) ?? name,
      sequence: sequence, expected: expected.map { Label($0.rawValue) } ?? .empty,
      control: table.label(.control),
      overlap: overlap.flatMap { .init(rawValue: $0.rawValue) } ?? .first,
      gap: gap.flatMap { .init(rawValue: $0.rawValue) } ?? .forward, line: table.line)
    source.isBareStated = table.given(.bare) != nil
    checkAgainstOthers(source, isWhole: !isBad)
    sources.append(source)
  }

  private mutating func takeSequence() -> Label {
    let sequence = table.label(.sequence)
    if !sequence.isEmpty, !sequence.description.contains("{n}") {
      table.error(
        .sequence, "sequence \(Quoted.text(sequence)) has no {n}",
        hint: "write {n} where file names have their running number, such as cdr-{n}.csv")
    }
    return sequence
  }

  private mutating func checkAgainstOthers(_ source: UsageSource, isWhole: Bool) {
    for other in sources {
      if other.name == source.name {
        table.error(
          .source, "source \(Quoted.text(source.name)) is already on line \(other.line)",
          hint: "rename or remove one")
      }
      if !source.pattern.isEmpty, Self.fitsSameFiles(source.pattern, other.pattern) {
        table.error(
          .pattern,
          "pattern \(Quoted.text(source.pattern)) already belongs to source \(Quoted.text(other.name))",
          hint: "a file has one source")
      }
      guard isWhole, other.namespace == source.namespace else { continue }
      checkNamespace(source, other)
    }
  }

  /// Whether two patterns are the same but for the suffix of a compression, which does not count when files are given
  /// their sources.
  private static func fitsSameFiles(_ a: Label, _ b: Label) -> Bool {
    withoutCompression(a).elementsEqual(withoutCompression(b))
  }

  private static func withoutCompression(_ pattern: Label) -> ArraySlice<UInt8> {
    for suffix in [".zst", ".gz"] where pattern.bytes.reversed().starts(with: suffix.utf8.reversed()) {
      return pattern.bytes.dropLast(suffix.utf8.count)
    }
    return pattern.bytes[...]
  }

  /// Sources whose records are compared for duplicates must read the same bytes as the same event.
  private mutating func checkNamespace(_ source: UsageSource, _ other: UsageSource) {
    let differences: [(SourceColumn, Bool)] = [
      (.zone, source.zone == other.zone), (.country, source.country == other.country),
      (.defaultAccount, source.defaultAccountIndex == other.defaultAccountIndex),
    ]
    guard let (column, _) = differences.first(where: { !$0.1 }) else { return }
    table.error(
      column,
      "source \(Quoted.text(source.name)) shares namespace \(Quoted.text(source.namespace)) with "
        + "\(Quoted.text(other.name)) but not its \(column.name)",
      hint: "give both the same, or another namespace")
  }
}

extension SourceReader {
  /// The country and the dialling plan: the country's habits with what the row replaces.
  private mutating func takeDialling() -> (country: Label, plan: DiallingPlan) {
    var isBad = false
    var country = table.label(.country)
    if country.isEmpty { country = references.country ?? .empty }
    var plan = DiallingPlan.international
    if !country.isEmpty {
      if let habits = DiallingHabits.plan(of: country) {
        plan = habits
      } else {
        let place = table.given(.country) == nil ? " of catalog.yaml" : ""
        table.error(
          .country, "the dialling habits of country \(Quoted.text(country))\(place) are not known",
          hint: Quoted.suggestion(
            for: country, in: DiallingHabits.countries, otherwise: "expected an ISO 3166 code such as DE"))
      }
    }
    if let prefixes = takeDigitList(.internationalPrefixes) { plan.internationalPrefixes = prefixes }
    if let codes = takeDigitList(.shortCodes) { plan.shortCodes = codes }
    if let prefix = takeNationalPrefix() { plan.nationalPrefix = prefix }
    let bare: BareNumber? = table.word(.bare, isBad: &isBad)
    plan.bareIsNational = bare == .national
    if country.isEmpty, plan.bareIsNational || !plan.nationalPrefix.isEmpty {
      table.error(
        plan.bareIsNational ? .bare : .nationalPrefix, "national numbers need a country",
        hint: "fill the column 'country', or 'country' in catalog.yaml")
    }
    return (country, plan)
  }

  /// `none` takes the country's national prefix away.
  private mutating func takeNationalPrefix() -> Label? {
    guard let text = table.given(.nationalPrefix) else { return nil }
    if text == "none" { return .empty }
    return takeDigitList(.nationalPrefix)?.first
  }

  /// Digit strings separated by blanks; nil where the cell is empty.
  private mutating func takeDigitList(_ column: SourceColumn) -> [Label]? {
    guard let text = table.given(column) else { return nil }
    let parts = text.bytes.split(separator: UInt8(ascii: " "))
    for part in parts where !part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      table.error(
        column, byteOffset: part.startIndex, "bad \(column.name) \(Quoted.text(part))",
        hint: "expected digits, several separated by blanks")
      return nil
    }
    return parts.map { Label(bytes: Array($0)) }
  }
}
