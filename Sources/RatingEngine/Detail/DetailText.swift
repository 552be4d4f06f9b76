// The text of a detail row, made where the event was rated.

import BillingCalendar
import Catalog
import Money
import Tables

/// Makes detail rows of the batch that was just rated. Owned by one worker.
struct DetailText {
  private let setup: RunSetup

  init(_ setup: RunSetup) { self.setup = setup }

  /// The rows of one rated record: one, or one for each part; of a settled one up to what its parts say, with a comma behind it.
  func row(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan, _ rater: Rater,
    text: TextPointer, isSettled: Bool
  ) -> DetailRecord {
    let catalog = setup.catalog
    let identity = catalog.identities[Int(catalog.services.entries[Int(rater.entry[record])].identity)]
    let account = catalog.source.accounts[identity.account].id
    let start = batch.chargingStart(record)
    let key = key(record, batch, columns, plan, text: text)
    let kind = UsageKind(rawValue: batch.kind[record]) ?? .voice
    let direction = UsageDirection(rawValue: batch.direction[record])
    let ratePlan = catalog.plans[Int(rater.plan[record])]
    let (group, destination) = SummaryTexts.tariff(Int(rater.tariff[record]), catalog, setup.meters)
    let cells: [Label] = [
      account, identity.service, Label(Instant.text(millis: start)), key,
      number(batch.fromDigits[record], batch.fromCount[record], isOther: direction == .inbound),
      number(batch.toDigits[record], batch.toCount[record], isOther: direction != .inbound),
      Label(direction?.name ?? ""), Label(kind.name),
      catalog.source.plans[Int(rater.plan[record])].name,
      catalog.chargeNames[Int(ratePlan.charges[Int(rater.charge[record])].name)], group, destination,
    ]
    var bytes: [UInt8] = []
    for cell in cells {
      CSVText.append(cell.bytes, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    var row = DetailRecord(
      sortKey: Self.sortKey(account, identity.service, start, key), text: bytes,
      lineInChunk: batch.line[record])
    if isSettled { return row }
    let parts = rater.parts.isEmpty ? [] : parts(of: record, rater)
    if parts.isEmpty {
      row.text += part(record, batch, rater)
    } else {
      let texts = parts.enumerated().map { number, part in
        bytes + self.part(part, isFirst: number == 0, record, batch, rater)
      }
      row.text = texts[0]
      row.furtherTexts = Array(texts[1...])
    }
    return row
  }

  /// The parts of a record that has several; they stand in the order of records. Complexity: O(log parts).
  private func parts(of record: Int, _ rater: Rater) -> ArraySlice<RatedPart> {
    var (low, high) = (0, rater.parts.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(rater.parts[middle].record) < record { low = middle + 1 } else { high = middle }
    }
    return rater.parts[low...].prefix { Int($0.record) == record }
  }

  /// A number as it is written; of `isOther`, that of somebody who is not the account's, only as much as the options allow.
  private func number(_ digits: UInt64, _ count: UInt8, isOther: Bool) -> Label {
    var text = Array(PhoneNumber.text(digits: digits, count: count).utf8)
    if setup.options.masksDetail, isOther, text.count >= Self.maskedDigitsMin {
      for index in Self.shownDigits..<text.count { text[index] = UInt8(ascii: "x") }
    }
    return Label(bytes: text)
  }

  // As in messages: country and area tell what was paid for; short codes are nobody's.
  private static let maskedDigitsMin = 7
  private static let shownDigits = 5

  /// What a part of an event comes to; the cost of the event stands with the first.
  private func part(
    _ part: RatedPart, isFirst: Bool, _ record: Int, _ batch: UsageBatch, _ rater: Rater
  ) -> [UInt8] {
    var cost = rater.cost(record)
    if !isFirst { cost.pico = 0 }
    return self.part(
      record, batch, rater, band: part.band, price: part.price, raw: part.raw, billed: part.billed,
      amountPico: part.amount.pico, cost: cost)
  }

  /// What an event comes to that does not depend on order.
  private func part(_ record: Int, _ batch: UsageBatch, _ rater: Rater) -> [UInt8] {
    part(
      record, batch, rater, band: rater.band[record], price: rater.price[record],
      raw: batch.quantity[record], billed: rater.billed[record], amountPico: rater.amount[record],
      cost: rater.cost(record))
  }

  private func part(
    _ record: Int, _ batch: UsageBatch, _ rater: Rater, band: UInt32, price: UInt32, raw: Int64,
    billed: Int64, amountPico: Int128, cost: EventCost
  ) -> [UInt8] {
    let catalog = setup.catalog
    return DetailPart(
      band: catalog.hasOpenPrices ? catalog.bandNames[Int(band)] : .empty, raw: raw, billed: billed,
      covered: 0, kind: UsageKind(rawValue: batch.kind[record]) ?? .voice,
      price: setup.unitPrices.text(Int(rater.book.fastPrices[Int(price)].unitPriceRank)),
      tier: catalog.settled.tiers[0], allowance: .empty, amountPico: amountPico,
      currency: catalog.currencies[Int(catalog.plans[Int(rater.plan[record])].currency)],
      sides: DetailSides(
        jurisdiction: rater.jurisdictions == nil ? 0 : rater.jurisdiction[record], cost: cost, catalog)
    ).text
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

/// What a detail row says of one part of an event, or of an event without parts.
struct DetailPart {
  var band: Label
  var raw: Int64
  var billed: Int64
  var covered: Int64
  var kind: UsageKind
  var price: CompiledCatalog.UnitPriceText
  var tier: SettledUsage.Tier
  var allowance: Label
  var amountPico: Int128
  var currency: Currency
  var sides: DetailSides

  /// Its cells, from `band` to `cost_currency`.
  var text: [UInt8] {
    func quantity(_ value: Int64) -> Label {
      Label(DecimalText.format(Int128(value), scale: kind.quantityDigits))
    }
    let cells: [Label] = [
      band, quantity(raw), quantity(billed), quantity(covered), Label(kind.unit), SummaryTexts.price(price),
      SummaryTexts.per(price), tier.from, tier.upTo, allowance, Label(Amount(pico: amountPico).description),
      Label(currency.code), sides.jurisdiction, sides.supplier, sides.cost, sides.costCurrency,
    ]
    var bytes: [UInt8] = []
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVText.append(cell.bytes, to: &bytes)
    }
    return bytes
  }
}

/// What a detail row says of the other side: the call's jurisdiction, and what its supplier charges.
struct DetailSides {
  var jurisdiction: Label
  var supplier: Label
  /// Empty where nothing is known.
  var cost: Label
  var costCurrency: Label

  init(jurisdiction: UInt8, cost: EventCost, _ catalog: CompiledCatalog) {
    self.jurisdiction = Label(Jurisdiction(rawValue: jurisdiction)?.word ?? "")
    supplier = catalog.costs?.suppliers[Int(cost.supplier)] ?? .empty
    let currency = cost.currency == 0 ? nil : catalog.costs?.currencies[Int(cost.currency)]
    self.cost = currency == nil ? .empty : Label(Amount(pico: cost.pico).description)
    costCurrency = currency.map { Label($0.code) } ?? .empty
  }
}
