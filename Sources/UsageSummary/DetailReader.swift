// Reads `detail.csv.zst` row by row: what an itemised bill is made from.

import BillingCalendar
public import Money
public import Tables

/// One part of a rated event, as far as a bill shows it.
public struct DetailRow: Hashable, Sendable {
  /// Who pays.
  public var account: Label
  /// Service that was used; empty for the account itself.
  public var service: Label
  /// Charging start, in milliseconds since 1970 in UTC.
  public var startMillis: Int64
  /// Originating number; empty where the record has none.
  public var from: Label
  /// Number, address or item that was reached; empty where the record has none.
  public var to: Label
  /// `outbound`, `inbound` or `internal`.
  public var direction: Label
  /// What is metered.
  public var kind: ServiceKind
  /// Charge of the plan.
  public var charge: Label
  /// What is charged alike; empty where nothing was looked up.
  public var ratingGroup: Label
  /// Destination of the deck row; empty where nothing was looked up.
  public var destination: Label
  /// Quantity after minimum and increments, in the integer unit of the kind.
  public var quantityBilled: Int128
  /// Billed quantity that an allowance covered.
  public var quantityCovered: Int128
  /// What is charged.
  public var amount: Amount
  /// Its currency.
  public var currency: Currency
}

/// Reads the rows of one detail file, in their order: by account as bytes, then service, start and key.
///
/// Checked for each row: the number of cells, the form of those that are read, and that accounts ascend. Memory: one row. Not
/// for use by several threads.
public final class DetailReader {
  private var records: RecordReader
  private let indexes: Indexes
  private var account = Label.empty
  /// Rows given out so far.
  public private(set) var rowCount: Int64 = 0

  // Where the cells stand that are read.
  private struct Indexes {
    var account = index("account")
    var service = index("service")
    var start = index("start")
    var from = index("from")
    var to = index("to")
    var direction = index("direction")
    var kind = index("kind")
    var charge = index("charge")
    var ratingGroup = index("rating_group")
    var destination = index("destination")
    var billed = index("quantity_billed")
    var covered = index("quantity_covered")
    var amount = index("amount")
    var currency = index("currency")
    var key = index("key")
    var file = index("file")

    private static func index(_ name: Label) -> Int {
      guard let index = DetailSchema.columns.firstIndex(where: { $0.name == name }) else {
        preconditionFailure("detail has the column \(name)")
      }
      return index
    }
  }

  fileprivate init(path: String) throws(UsageFolderFault) {
    records = RecordReader(file: try DecodedFile(path: path, name: path))
    indexes = Indexes()
    try records.expectHeader(DetailSchema.columns)
  }

  /// The bytes of the row that was given out last, with its LF; they hold until the next is asked for.
  public var bytes: UnsafeBufferPointer<UInt8> { records.bytes }
  /// The key of its record. The row is there.
  public var key: Label { Label(records.cells[indexes.key]) }
  /// The file and the line of its record.
  public var place: (file: Label, line: Label) {
    (Label(records.cells[indexes.file]), Label(records.cells[indexes.file + 1]))
  }

  /// The next row; nil after the last one. Complexity: O(bytes of the row).
  public func next() throws(UsageFolderFault) -> DetailRow? {
    guard try records.next() else { return nil }
    guard records.cells.count == DetailSchema.columns.count else {
      throw records.fault("\(records.cells.count) cells; expected \(DetailSchema.columns.count)")
    }
    rowCount += 1
    let next = Label(records.cells[indexes.account])
    guard rowCount == 1 || account <= next else {
      throw records.fault(
        cell: indexes.account, "account '\(next)' comes after '\(account)'; accounts ascend")
    }
    account = next
    return try row()
  }

  private func row() throws(UsageFolderFault) -> DetailRow {
    func label(_ index: Int) -> Label { Label(records.cells[index]) }
    guard let kind = ServiceKind(name: records.cells[indexes.kind]) else {
      throw records.fault(cell: indexes.kind, "'\(label(indexes.kind))' is no kind of usage")
    }
    guard let start = Instant.parse(records.cells[indexes.start]) else {
      throw records.fault(cell: indexes.start, "'\(label(indexes.start))' is no time")
    }
    guard let currency = Currency(code: label(indexes.currency).description) else {
      throw records.fault(cell: indexes.currency, "'\(label(indexes.currency))' is no currency")
    }
    return DetailRow(
      account: account, service: label(indexes.service), startMillis: start, from: label(indexes.from),
      to: label(indexes.to), direction: label(indexes.direction), kind: kind, charge: label(indexes.charge),
      ratingGroup: label(indexes.ratingGroup), destination: label(indexes.destination),
      quantityBilled: try decimal(indexes.billed, scale: kind.quantityDigits),
      quantityCovered: try decimal(indexes.covered, scale: kind.quantityDigits),
      amount: Amount(pico: try decimal(indexes.amount, scale: Amount.scale)), currency: currency)
  }

  private func decimal(_ index: Int, scale: Int) throws(UsageFolderFault) -> Int128 {
    switch ShortestDecimal.parse(records.cells[index], scale: scale) {
    case .success(let value): return value
    case .failure(let refusal):
      throw records.fault(cell: index, "\(DetailSchema.columns[index].name) \(refusal.message)")
    }
  }

  fileprivate var proof: FileProof {
    FileProof(
      name: records.file.name, rowCount: rowCount, decodedBytes: records.file.byteCount,
      sha256: records.file.hexDigest, sums: nil)
  }
}

extension UsageFolder {
  /// Opens the detail, to be read row by row; nil where the folder has none.
  public func detailReader() throws(UsageFolderFault) -> DetailReader? {
    guard manifest.file(named: DetailSchema.fileName) != nil else { return nil }
    return try DetailReader(path: path + "/" + DetailSchema.fileName)
  }

  /// Proves that `reader`, which has come to its end, has read the rows that `open` has proved.
  ///
  /// - Precondition: `reader.next()` has given nil.
  public func check(_ reader: DetailReader) throws(UsageFolderFault) {
    guard let file = manifest.file(named: DetailSchema.fileName) else { return }
    try reader.proof.expect(file)
  }
}
