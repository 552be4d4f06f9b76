// Reads jurisdiction.csv: the state of each area code, exchange or thousands block.

import Tables

/// The columns of jurisdiction.csv.
enum StateColumn: Int, TableColumn {
  case npanxx, state, country

  var names: [String] {
    switch self {
    case .npanxx: ["npanxx", "npa", "npa_nxx", "npanxx_x", "prefix"]
    case .state: ["state", "province", "st"]
    case .country: ["country"]
    }
  }

  var isNeeded: Bool { self == .npanxx || self == .state }
}

/// Reads jurisdiction.csv.
struct StateReader: ~Copyable {
  private struct Key: Hashable {
    var digits: UInt32
    var count: UInt8
  }

  private var table: AuthoredTable<StateColumn>
  private var rows: [StateTable.Row] = []
  private var lineByKey: [Key: Int] = [:]

  /// The rows of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String
  ) -> (rows: [StateTable.Row], findings: FindingList) {
    var reader = StateReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.rows, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<StateColumn>) { self.table = table }

  private mutating func takeRow() {
    guard table.needed(.npanxx) != nil else { return }
    let key = takeDigits()
    let state = table.needed(.state).flatMap { takeCode($0, .state) }
    let country = table.given(.country).map { takeCode($0, .country) } ?? "US"
    guard let key, let state, let country else { return }
    if let line = lineByKey[key] {
      return table.error(.npanxx, "line \(line) has these digits already", hint: "keep one")
    }
    lineByKey[key] = table.line
    rows.append(
      StateTable.Row(
        digits: key.digits, digitCount: key.count, state: state, country: country, line: table.line))
  }

  /// `201`, `201555`, `2015551`; a 1 before them, hyphens and blanks are dropped.
  private mutating func takeDigits() -> Key? {
    let cell = table.bytes(.npanxx)
    var digits = cell.filter { $0 != UInt8(ascii: "-") && !TableText.isBlank($0) }
    if digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    // No area code begins with 1.
    if digits.first == UInt8(ascii: "1") { digits.removeFirst() }
    if [3, 6, 7].contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
      digits[0] >= UInt8(ascii: "2")
    {
      let value = digits.reduce(UInt32(0)) { $0 * 10 + UInt32($1 &- UInt8(ascii: "0")) }
      return Key(digits: value, count: UInt8(digits.count))
    }
    table.error(
      .npanxx, "\(Quoted.text(cell)) is not an area code with or without an exchange",
      hint: "expected 3, 6 or 7 digits, such as 212 or 212555")
    return nil
  }

  private mutating func takeCode(_ code: Label, _ column: StateColumn) -> Label? {
    if code.bytes.count == 2, code.bytes.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    {
      return code
    }
    table.error(
      column, "\(Quoted.text(code)) is not a \(column.name)", hint: "expected two capital letters, such as NY"
    )
    return nil
  }
}
