// Reads suppliers.csv.

import Tables

/// The columns of suppliers.csv.
enum SupplierColumn: Int, TableColumn {
  case supplier, deck, trunks, kinds, directions, from, until

  var names: [String] {
    switch self {
    case .supplier: ["supplier"]
    case .deck: ["deck"]
    case .trunks: ["trunks", "trunk"]
    case .kinds: ["kinds", "kind"]
    case .directions: ["directions", "direction"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .supplier || self == .deck || self == .trunks }
}

/// Reads suppliers.csv.
struct SupplierReader: ~Copyable {
  private var table: AuthoredTable<SupplierColumn>
  private var rules: [SupplierRule] = []

  /// The rows of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, decks: NameIndex
  ) -> (rows: [SupplierRule], findings: FindingList) {
    var reader = SupplierReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(decks) }
    return (reader.rules, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<SupplierColumn>) { self.table = table }

  private mutating func takeRow(_ decks: NameIndex) {
    var isBad = false
    let supplier = table.needed(.supplier)
    let deck = table.neededReference(.deck, to: decks, what: "deck")
    let trunks = table.bytes(.trunks).split(whereSeparator: { TableText.isBlank($0) }).map {
      Label(bytes: Array($0))
    }
    if trunks.isEmpty {
      table.error(.trunks, "no trunks", hint: "write their names with blanks between, or *")
    }
    let kinds = table.kinds(.kinds, isBad: &isBad)
    let directions = table.directions(.directions, isBad: &isBad)
    let span = table.span(from: .from, until: .until)
    guard let supplier, let deck, !trunks.isEmpty, let span, !isBad else { return }
    let rule = SupplierRule(
      supplier: supplier, deckIndex: deck, trunks: trunks, kinds: kinds, directions: directions, dates: span,
      line: table.line)
    if let earlier = rules.first(where: { $0.covers(rule) }) {
      table.findings.warning(
        at: table.position(.supplier),
        "the row is never reached: that of \(Quoted.text(earlier.supplier)) on line \(earlier.line) takes all its events",
        hint: "put the narrower row first")
    }
    rules.append(rule)
  }
}

extension SupplierRule {
  /// Whether it takes every event that the other takes, as far as equal patterns and `*` show it.
  fileprivate func covers(_ other: SupplierRule) -> Bool {
    func holds<T: Equatable>(_ mine: [T], _ theirs: [T]) -> Bool {
      mine.isEmpty || (!theirs.isEmpty && theirs.allSatisfy(mine.contains))
    }
    let takesTrunks = trunks.contains("*") || other.trunks.allSatisfy(trunks.contains)
    return takesTrunks && holds(kinds, other.kinds) && holds(directions, other.directions)
      && dates.covers(other.dates)
  }
}
