// `allowances.csv` read back: what became of every allowance, for those who show it on an invoice.

public import BillingCalendar
public import Money
public import Tables

/// One row of `allowances.csv`.
public struct AllowanceRow: Hashable, Sendable {
  /// What an allowance is measured in.
  public enum Unit: Hashable, Sendable {
    /// The integer unit of a kind of usage.
    case kind(ServiceKind)
    /// Money, in 10⁻¹².
    case money(Currency)
  }

  /// Whether a pool holds it, or an account.
  public var isPool: Bool
  /// The account or pool.
  public var owner: Label
  /// Usage period.
  public var usagePeriod: UsagePeriod
  /// Plan that grants it; empty for a dated grant.
  public var plan: Label
  /// Its name.
  public var allowance: Label
  /// Unit of the quantities.
  public var unit: Unit
  /// Account whose share of `used` the row gives; empty for the row of the whole allowance.
  public var member: Label
  /// Granted for the period.
  public var granted: Int128
  /// Brought from earlier periods.
  public var rolledIn: Int128
  /// Taken by usage.
  public var used: Int128
  /// Not taken.
  public var left: Int128
  /// Left and lost.
  public var expired: Int128
  /// Left and carried into the next period.
  public var rolledOut: Int128

  /// Makes a row.
  public init(
    isPool: Bool, owner: Label, usagePeriod: UsagePeriod, plan: Label, allowance: Label, unit: Unit,
    member: Label, granted: Int128, rolledIn: Int128, used: Int128, left: Int128, expired: Int128,
    rolledOut: Int128
  ) {
    self.isPool = isPool
    self.owner = owner
    self.usagePeriod = usagePeriod
    self.plan = plan
    self.allowance = allowance
    self.unit = unit
    self.member = member
    self.granted = granted
    self.rolledIn = rolledIn
    self.used = used
    self.left = left
    self.expired = expired
    self.rolledOut = rolledOut
  }
}

extension UsageFolder {
  /// The rows of `allowances.csv` in its order; none where the folder has no such table.
  ///
  /// Refuses bytes other than those that `open` has proved. Memory and time: O(rows).
  public func allowances() throws(UsageFolderFault) -> [AllowanceRow] {
    guard let file = manifest.file(named: AllowanceSchema.fileName) else { return [] }
    let name = path + "/" + file.name
    var records = RecordReader(file: try DecodedFile(path: name, name: name))
    try records.expectHeader(AllowanceSchema.columns)
    var rows: [AllowanceRow] = []
    while try records.next() { rows.append(try Self.row(records)) }
    let proof = FileProof(
      name: name, rowCount: Int64(rows.count), decodedBytes: records.file.byteCount,
      sha256: records.file.hexDigest, sums: nil)
    try proof.expect(file)
    return rows
  }

  private static func row(_ records: borrowing RecordReader) throws(UsageFolderFault) -> AllowanceRow {
    let columns = AllowanceSchema.columns
    guard records.cells.count == columns.count else {
      throw records.fault("\(records.cells.count) cells; expected \(columns.count)")
    }
    let cells = records.cells.prefix(7).map { Label($0) }
    guard ["account", "pool"].contains(cells[0]) else {
      throw records.fault(cell: 0, "'\(cells[0])' is neither account nor pool")
    }
    guard let period = UsagePeriod.parse(records.cells[2]) else {
      throw records.fault(cell: 2, "'\(cells[2])' is no usage period")
    }
    let unit = try unit(cells[5], records)
    let isMember = !cells[6].isEmpty
    // The row of a member says what it used and nothing else.
    func quantity(_ index: Int) throws(UsageFolderFault) -> Int128 {
      if isMember, index != 9, records.cells[index].isEmpty { return 0 }
      switch ShortestDecimal.parse(records.cells[index], scale: unit.scale) {
      case .success(let value): return value
      case .failure(let refusal):
        throw records.fault(cell: index, "\(columns[index].name) \(refusal.message)")
      }
    }
    return AllowanceRow(
      isPool: cells[0] == "pool", owner: cells[1], usagePeriod: period, plan: cells[3], allowance: cells[4],
      unit: unit, member: cells[6], granted: try quantity(7), rolledIn: try quantity(8),
      used: try quantity(9), left: try quantity(10), expired: try quantity(11), rolledOut: try quantity(12))
  }

  private static func unit(
    _ text: Label, _ records: borrowing RecordReader
  ) throws(UsageFolderFault) -> AllowanceRow.Unit {
    if let unit = AllowanceRow.Unit(text) { return unit }
    throw records.fault(cell: 5, "'\(text)' is neither a unit nor a currency")
  }
}

extension AllowanceRow.Unit {
  /// Reads the word of a unit or a currency; nil for any other.
  public init?(_ text: Label) {
    if let kind = text.bytes.withUnsafeBufferPointer(ServiceKind.init(unit:)) {
      self = .kind(kind)
    } else if let currency = Currency(code: text.description) {
      self = .money(currency)
    } else {
      return nil
    }
  }

  /// The word of the unit, or the code of the currency, as tables write it.
  public var word: String {
    switch self {
    case .kind(let kind): kind.unit
    case .money(let currency): currency.code
    }
  }

  /// Digits after the point that the integers hold.
  public var scale: Int {
    switch self {
    case .kind(let kind): kind.quantityDigits
    case .money: Amount.scale
    }
  }
}
