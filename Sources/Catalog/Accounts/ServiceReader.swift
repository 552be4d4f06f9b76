// Reads services.csv: which key belongs to whom. Overlaps and crossing ranges are found by `ServiceOverlaps`.

import BillingCalendar
import Tables

/// The columns of services.csv.
enum ServiceColumn: Int, TableColumn {
  case kind, key, account, service, site, costCentre, from, until, source

  var names: [String] {
    switch self {
    case .kind: ["kind"]
    case .key: ["key"]
    case .account: ["account"]
    case .service: ["service"]
    case .site: ["site"]
    case .costCentre: ["cost_centre", "cost_center"]
    case .from: ["from"]
    case .until: ["until"]
    case .source: ["source"]
    }
  }

  var isNeeded: Bool { self == .kind || self == .key || self == .account }
}

/// Reads services.csv.
struct ServiceReader: ~Copyable {
  private var table: AuthoredTable<ServiceColumn>
  private var services: [ServiceKey] = []
  private var columns: [Int] = []
  private var kinds: [ServiceKey.Kind]
  /// Index in `kinds` of each word.
  private var kindIndex = NameIndex()

  /// The service keys of `text` in file order, and what is wrong with it.
  ///
  /// `zones` are those of the accounts, by index; `textKinds` are the words other than `number` and `range` that some format looks up;
  /// `sources` are the known names.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex, zones: [Zone],
    textKinds: Set<Label>, sources: Set<Label>
  ) -> (services: [ServiceKey], findings: FindingList) {
    var reader = ServiceReader(table: AuthoredTable(text, file: file), textKinds: textKinds.sorted())
    while reader.table.nextRow() { reader.takeRow(accounts, sources) }
    var findings = reader.table.finish()
    ServiceOverlaps.find(in: reader.services, keyColumns: reader.columns, zones: zones, &findings)
    return (reader.services, findings)
  }

  private init(table: consuming AuthoredTable<ServiceColumn>, textKinds: [Label]) {
    self.table = table
    kinds = [.number, .range] + textKinds.map { .text($0) }
    for (index, word) in (["number", "range"] + textKinds).enumerated() { kindIndex.set(word, to: index) }
  }

  private mutating func takeRow(_ accounts: NameIndex, _ sources: Set<Label>) {
    let kind = takeKind()
    let span = table.span(from: .from, until: .until)
    let account = table.neededReference(.account, to: accounts, what: "account")
    let source = takeSource(sources)
    guard let key = table.needed(.key), let kind else { return }
    guard let (first, last) = takeKey(key, kind), let span, let account, let source else { return }
    services.append(
      ServiceKey(
        kind: kind, key: first, lastKey: last, accountIndex: account, service: table.given(.service) ?? key,
        site: table.label(.site), costCentre: table.label(.costCentre), from: span.from, until: span.until,
        source: source, line: table.line))
    columns.append(table.position(.key).column)
  }

  private mutating func takeKind() -> ServiceKey.Kind? {
    let word = table.bytes(.kind)
    guard !word.isEmpty else {
      table.error(.kind, "no kind", hint: "fill the cell")
      return nil
    }
    if let index = kindIndex[word] { return kinds[index] }
    let words = kindIndex.names
    let list = words.map(\.description).joined(separator: ", ")
    table.error(
      .kind, "unknown kind \(Quoted.text(word))",
      hint: Quoted.suggestion(
        for: Label(word), in: words, otherwise: "no format looks it up; known are \(list)"))
    return nil
  }

  private mutating func takeSource(_ sources: Set<Label>) -> Label? {
    guard let name = table.given(.source) else { return .empty }
    if sources.contains(name) { return name }
    table.error(
      .source, "unknown source \(Quoted.text(name))",
      hint: Quoted.suggestion(for: name, in: sources.sorted(), otherwise: "add it to sources.csv"))
    return nil
  }

  /// The key in its normal form, and the last one of a range.
  private mutating func takeKey(_ key: Label, _ kind: ServiceKey.Kind) -> (first: Label, last: Label)? {
    do throws(WrittenNumber.Fault) {
      switch kind {
      case .number:
        if WrittenNumber.isPlain(key.bytes) { return (key, .empty) }
        return (Label(bytes: try WrittenNumber.digits(key.bytes)), .empty)
      case .range:
        let (first, last) = try WrittenNumber.range(key.bytes)
        return (Label(bytes: first), Label(bytes: last))
      case .text: return (key, .empty)
      }
    } catch {
      table.error(.key, byteOffset: error.byteOffset, error.message, hint: error.hint)
      return nil
    }
  }
}
