// The text of a detail row, made where the event was rated.

import BillingCalendar
import Catalog
import Money
import Tables

/// Makes detail rows of the batch that was just rated. Owned by one worker.
struct DetailText {
  private let setup: RunSetup

  init(_ setup: RunSetup) { self.setup = setup }

  /// The row of one rated record.
  func row(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, _ rater: Rater,
    text: TextPointer
  ) -> DetailRecord {
    let catalog = setup.catalog
    let identity = catalog.identities[Int(catalog.services.entries[Int(rater.entry[record])].identity)]
    let account = catalog.source.accounts[identity.account].id
    let start = batch.chargingStart(record)
    let key = key(record, batch, columns, plan, text: text)
    let kind = UsageKind(rawValue: batch.kind[record]) ?? .voice
    let price = rater.book.fastPrices[Int(rater.price[record])]
    let unitPrice = setup.unitPrices.text(Int(price.unitPriceRank))
    let ratePlan = catalog.plans[Int(rater.plan[record])]
    let (group, destination) = SummaryTexts.tariff(Int(rater.tariff[record]), catalog, setup.meters)
    let cells: [Label] =
      [
        account, identity.service, Label(Instant.text(millis: start)), key,
        Label(PhoneNumber.text(digits: batch.fromDigits[record], count: batch.fromCount[record])),
        Label(PhoneNumber.text(digits: batch.toDigits[record], count: batch.toCount[record])),
        Label(UsageDirection(rawValue: batch.direction[record])?.name ?? ""), Label(kind.name),
        catalog.source.plans[Int(rater.plan[record])].name,
        catalog.chargeNames[Int(ratePlan.charges[Int(rater.charge[record])].name)], group, destination,
        quantity(batch.quantity[record], kind), quantity(rater.billed[record], kind), Label(kind.unit),
        SummaryTexts.price(unitPrice), SummaryTexts.per(unitPrice),
        Label(Amount(pico: rater.amount[record]).description),
        Label(catalog.currencies[Int(ratePlan.currency)].code),
      ] + sides(record, rater)
    var bytes: [UInt8] = []
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVText.append(cell.bytes, to: &bytes)
    }
    return DetailRecord(
      sortKey: Self.sortKey(account, identity.service, start, key), text: bytes,
      lineInChunk: batch.line[record])
  }

  /// Jurisdiction, and what the supplier charges.
  private func sides(_ record: Int, _ rater: Rater) -> [Label] {
    let jurisdiction = rater.jurisdictions == nil ? 0 : rater.jurisdiction[record]
    let word = Label(Jurisdiction(rawValue: jurisdiction)?.word ?? "")
    guard let tables = setup.catalog.costs else { return [word, .empty, .empty, .empty] }
    let cost = rater.cost(record)
    let supplier = tables.suppliers[Int(cost.supplier)]
    guard cost.currency != 0 else { return [word, supplier, .empty, .empty] }
    return [
      word, supplier, Label(Amount(pico: cost.pico).description),
      Label(tables.currencies[Int(cost.currency)].code),
    ]
  }

  private func quantity(_ value: Int64, _ kind: UsageKind) -> Label {
    Label(DecimalText.format(Int128(value), scale: kind.quantityDigits))
  }

  /// The record's key as people see it: the text of its key fields, or the hash of its row.
  private func key(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, text: TextPointer
  ) -> Label {
    let parts = plan.key.compactMap { slot -> [UInt8]? in
      let length = Int(columns.lengths(slot)[record])
      return length > 0 ? Array(UnsafeBufferPointer(start: columns.texts(slot)[record], count: length)) : nil
    }
    if !parts.isEmpty { return Label(bytes: Array(parts.joined(separator: [UInt8(ascii: "/")]))) }
    let hash = RecordIdentity.hash(text + Int(batch.offset[record]), Int(batch.length[record]), seed: 0)
    return Label("row-" + String(hash.high, radix: 16) + "-" + String(hash.low, radix: 16))
  }

  /// Bytes that compare as (account, service, start, key) do, whatever follows them.
  private static func sortKey(_ account: Label, _ service: Label, _ start: Int64, _ key: Label) -> [UInt8] {
    var bytes: [UInt8] = []
    append(account, to: &bytes)
    append(service, to: &bytes)
    // The sign bit flipped, high byte first: order of the integers.
    withUnsafeBytes(of: (UInt64(bitPattern: start) ^ (1 << 63)).bigEndian) { bytes.append(contentsOf: $0) }
    append(key, to: &bytes)
    return bytes
  }

  /// Names end with two zero bytes, which sort before every other; a zero inside a name is written as two bytes, so that no
  /// name can end early.
  private static func append(_ name: Label, to bytes: inout [UInt8]) {
    for byte in name.bytes {
      bytes.append(byte)
      if byte == 0 { bytes.append(1) }
    }
    bytes += [0, 0]
  }
}
