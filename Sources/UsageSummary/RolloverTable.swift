// `rollover.csv` in the folder of a settlement: what each period hands on, lot by lot, so that a billing can freeze it.

public import BillingCalendar
public import Tables
import Money

/// What a usage period hands on of one allowance, of one age.
public struct RolloverLot: Hashable, Sendable {
  /// Whether a pool holds it, or an account.
  public var isPool: Bool
  /// The account or pool.
  public var holder: Label
  /// The period that hands it on.
  public var usagePeriod: UsagePeriod
  /// Plan that has granted it.
  public var plan: Label
  /// Its name there.
  public var allowance: Label
  /// Unit of `quantity`, as `allowances.csv` writes it.
  public var unit: Label
  /// In how many periods it may be used still.
  public var periodCount: Int
  /// What goes on: integers of the unit's digits, as in `AllowanceRow`.
  public var quantity: Int128

  /// Takes what it is made of.
  public init(
    isPool: Bool, holder: Label, usagePeriod: UsagePeriod, plan: Label, allowance: Label, unit: Label,
    periodCount: Int, quantity: Int128
  ) {
    self.isPool = isPool
    self.holder = holder
    self.usagePeriod = usagePeriod
    self.plan = plan
    self.allowance = allowance
    self.unit = unit
    self.periodCount = periodCount
    self.quantity = quantity
  }
}

/// What billed periods have handed on: whatever becomes of their usage later, this is what the next ones begin with.
public struct FrozenRollover: Sendable {
  /// By account: the last period of which its own allowances are frozen, and all before it.
  public var accounts: [Label: UsagePeriod] = [:]
  /// By pool: the same of what its members share.
  public var pools: [Label: UsagePeriod] = [:]
  /// What was handed on; of frozen periods nothing else is.
  public var lots: [RolloverLot] = []

  /// Nothing is frozen.
  public init() {}

  /// Whether nothing is.
  public var isEmpty: Bool { accounts.isEmpty && pools.isEmpty }
}

/// The file: what periods hand on, and who shares what pools hold.
///
/// It is no document of the result: it stands beside the manifest in the folders of settlements of a billing store.
public enum RolloverTable {
  /// The name of the file.
  public static let fileName = "rollover.csv"

  /// One of its rows.
  public enum Row: Hashable, Sendable {
    /// What goes on.
    case lot(RolloverLot)
    /// An account that shares an allowance of a pool in a period.
    case member(Label, pool: Label, usagePeriod: UsagePeriod)
  }

  /// All columns in the order of the file; sorted by the cells before `quantity`.
  public static let columns: [SummaryColumn] = [
    SummaryColumn("owner_kind", .word, "`account` or `pool`", example: "pool"),
    SummaryColumn("owner", .name, "account or pool that holds the allowance", example: "acme-group"),
    SummaryColumn(
      "usage_period", .period, "usage period that hands it on", example: "2026-01-01/2026-02-01"),
    SummaryColumn("plan", .name, "plan that grants it", example: "retail-2026"),
    SummaryColumn("allowance", .name, "the allowance", example: "1000-minutes"),
    SummaryColumn("unit", .name, "`s`, `message`, `byte`, `event`, or a currency for money", example: "s"),
    SummaryColumn(
      "member", .name, "account that shares it; the row says nothing else", empty: "the row of a lot",
      example: ""),
    SummaryColumn(
      "periods", .count, "in how many periods it may be used still", empty: "the row of a member",
      example: "2"),
    SummaryColumn(
      "quantity", .decimal, "what goes on into the next period", empty: "the row of a member",
      example: "18780"),
  ]

  /// Reads the file at `path`, row by row; returns the SHA-256 of its bytes.
  @discardableResult public static func read(
    _ path: String, _ body: (Row) -> Void = { _ in }
  ) throws(UsageFolderFault) -> String {
    var records = RecordReader(file: try DecodedFile(path: path, name: path))
    try records.expectHeader(columns)
    while try records.next() { body(try row(records)) }
    return records.file.hexDigest
  }

  private static func row(_ records: borrowing RecordReader) throws(UsageFolderFault) -> Row {
    guard records.cells.count == columns.count, let period = UsagePeriod.parse(records.cells[2]) else {
      throw records.fault("no row of what a period hands on")
    }
    let cells = records.cells.map { Label($0) }
    if !cells[6].isEmpty { return .member(cells[6], pool: cells[1], usagePeriod: period) }
    guard let count = Int(cells[7].description),
      let lot = RolloverLot(
        kind: cells[0], holder: cells[1], usagePeriod: period, plan: cells[3], allowance: cells[4],
        unit: cells[5], periodCount: count, quantity: cells[8])
    else { throw records.fault("no row of what a period hands on") }
    return .lot(lot)
  }
}

extension RolloverLot {
  /// Takes the words of a table; nil where they say nothing.
  public init?(
    kind: Label, holder: Label, usagePeriod: UsagePeriod, plan: Label, allowance: Label, unit: Label,
    periodCount: Int, quantity text: Label
  ) {
    guard ["account", "pool"].contains(kind), let scale = AllowanceRow.Unit(unit)?.scale,
      case .success(let quantity) = text.bytes.withUnsafeBufferPointer({
        ShortestDecimal.parse($0, scale: scale)
      })
    else { return nil }
    self.init(
      isPool: kind == "pool", holder: holder, usagePeriod: usagePeriod, plan: plan, allowance: allowance,
      unit: unit, periodCount: periodCount, quantity: quantity)
  }

  /// The word for its holder.
  public var ownerKind: Label { isPool ? "pool" : "account" }

  /// The quantity as a decimal.
  public var quantityText: Label {
    var bytes: [UInt8] = []
    DecimalText.append(quantity, scale: AllowanceRow.Unit(unit)?.scale ?? 0, to: &bytes)
    return Label(bytes: bytes)
  }
}
