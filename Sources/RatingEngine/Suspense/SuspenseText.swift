// The suspense file: every suspended record with its reason, address and bytes, sorted by address.

import Catalog
import DurableFiles
import Money
import Tables
import UsageSummary

/// Writes `suspense.csv.zst` and counts what is in it.
struct SuspenseText {
  private let result: RatingResult

  init(_ result: RatingResult) { self.result = result }

  /// Calls `write` with pieces of the file in order; returns what was written.
  func write(_ write: ([UInt8]) throws(FileFault) -> Void) throws(FileFault) -> SuspenseTally {
    var bytes: [UInt8] = Array(
      (SuspenseSchema.columns.map(\.name.description).joined(separator: ",") + "\n").utf8)
    let places = RecordPlaces(result.files)
    var tally = SuspenseTally()
    try result.ledger.suspense?.forEach { record throws(FileFault) in
      append(record, places, to: &bytes)
      tally.add(record.head)
      if bytes.count > 1 << 18 {
        try write(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try write(bytes)
    return tally
  }

  private func append(_ record: StoredSuspense, _ places: RecordPlaces, to bytes: inout [UInt8]) {
    let address = record.address
    let file = result.files[Int(address.file)]
    let line = places.line(
      file: Int(address.file), unit: Int(address.unit), sequence: Int(record.head.sequence),
      lineInChunk: Int(record.head.lineInChunk), unitOffset: address.offset)
    let byteOffset = places.byteOffset(
      file: Int(address.file), unit: Int(address.unit), unitOffset: address.offset)
    let isText = Self.isText(record.bytes)
    let isCut = record.head.length > Int64(record.bytes.count)
    CSVText.appendRow(
      [
        file.source.name, Label(file.name), Label(String(line)), Label(String(byteOffset)),
        Label(String(record.head.length)),
        Label(SuspenseReason(rawValue: record.head.reason)?.code ?? ""),
        Label(Self.detail(record.head)),
      ] + Self.whoseCells(record.head, result.setup.catalog) + [
        Label(bytes: isCut ? Array(record.hash) : []),
        isText ? "text" : "hex",
        isText ? Label(bytes: Array(record.bytes)) : Label(Self.hex(record.bytes)),
      ], to: &bytes)
  }

  /// Account, unit, quantity, amount and key.
  private static func whoseCells(_ head: StoredSuspense.Head, _ catalog: CompiledCatalog) -> [Label] {
    let kind = head.knownKind
    let hasAmount = head.amountPico != UsageBatch.absentAmount
    return [
      head.accountID(catalog), Label(kind?.unit ?? ""),
      Label(kind.map { DecimalText.format(Int128(head.quantity), scale: $0.quantityDigits) } ?? ""),
      Label(hasAmount ? Amount(pico: head.amountPico).description : ""), Label(head.key.text),
    ]
  }

  private static func detail(_ head: StoredSuspense.Head) -> String {
    let field = FieldRoleName.name(head.faultField)
    return field.isEmpty ? "" : "field \(field)"
  }

  /// Whether the bytes can stand in a text file as they are: UTF-8 without control bytes but tab.
  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) { return false }
    return String(validating: bytes, as: UTF8.self) != nil
  }

  private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Suspended records by reason, account and kind; quantities over those whose quantity is known.
struct SuspenseTally {
  private struct Key: Hashable {
    var reason: UInt8
    var account: UInt32
    var kind: UInt8?
  }

  private var sums: [Key: (count: Int64, quantity: Int128)] = [:]

  /// Records.
  var count: Int { sums.values.reduce(0) { $0 + Int($1.count) } }

  /// Counts a record.
  mutating func add(_ head: StoredSuspense.Head) {
    let kind = head.quantity == UsageBatch.absentQuantity ? nil : head.kind
    var sum = sums[Key(reason: head.reason, account: head.account, kind: kind)] ?? (0, 0)
    sum.count += 1
    if kind != nil { sum.quantity += Int128(head.quantity) }
    sums[Key(reason: head.reason, account: head.account, kind: kind)] = sum
  }

  /// The rows of the digest, in order.
  func rows(_ catalog: CompiledCatalog) -> [SuspenseDigestRow] {
    let rows = sums.map { key, sum in
      SuspenseDigestRow(
        reason: Label(SuspenseReason(rawValue: key.reason)?.code ?? ""),
        account: key.account == .max ? .empty : catalog.source.accounts[Int(key.account)].id,
        serviceKind: key.kind.flatMap { ServiceKind(rawValue: $0) }, eventCount: sum.count,
        quantity: key.kind == nil ? nil : sum.quantity, currency: nil, estimatedValue: nil)
    }
    return rows.sorted { a, b in
      if a.reason != b.reason { return a.reason < b.reason }
      if a.account != b.account { return a.account < b.account }
      return (a.serviceKind?.name ?? "") < (b.serviceKind?.name ?? "")
    }
  }
}
