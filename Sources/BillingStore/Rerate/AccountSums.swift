// What a run came to by account, kind and currency, as the table that comparisons of runs are made from.

import DurableFiles
import Money
import Tables
import UsageSummary

/// Sums by the columns `BillingStore.sumColumns`, with costs by `BillingStore.costColumn` too. Rows come in the order of their accounts, some of them twice: few are left to sort.
struct AccountSums {
  private struct Row {
    var key: [Label]
    var eventCount: Int128 = 0
    var quantity: Int128 = 0
    var amount = Amount.zero
    var cost = Amount.zero
  }

  private let tellsCosts: Bool
  private var rows: [Row] = []

  init(tellsCosts: Bool) { self.tellsCosts = tellsCosts }

  /// Cells of a key.
  var keyCount: Int { BillingStore.sumColumns.count + (tellsCosts ? 1 : 0) }

  /// Whether the last row has this key, cell by cell.
  func lastHas(_ isSame: (Label, Int) -> Bool) -> Bool {
    guard let last = rows.last else { return false }
    return last.key.indices.allSatisfy { isSame(last.key[$0], $0) }
  }

  /// Begins a row.
  mutating func begin(_ key: [Label]) { rows.append(Row(key: key)) }

  /// Adds to the row that was begun last.
  mutating func addToLast(eventCount: Int128, quantity: Int128, amount: Amount, cost: Amount) {
    let last = rows.count - 1
    rows[last].eventCount += eventCount
    rows[last].quantity += quantity
    rows[last].amount += amount
    rows[last].cost += cost
  }

  /// Writes the table. Equal keys may stand in several rows, one after the other.
  func write(to path: String) throws(StoreFault) {
    var text: [UInt8] = []
    let (keys, measures) = (tellsCosts ? [BillingStore.costColumn] : [], tellsCosts ? ["cost"] : [])
    let columns =
      BillingStore.sumColumns + keys + ["unit", "event_count", "quantity_billed", "amount"] + measures
    CSVText.appendRow(columns.map { Label($0) }, to: &text)
    var kind: (name: Label, unit: String, digits: Int)?
    for row in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      if kind?.name != row.key[1] {
        let known = row.key[1].bytes.withUnsafeBufferPointer(ServiceKind.init(name:))
        kind = (row.key[1], known?.unit ?? "", known?.quantityDigits ?? 0)
      }
      for cell in row.key {
        CSVText.append(cell.bytes, to: &text)
        text.append(UInt8(ascii: ","))
      }
      text.append(contentsOf: (kind?.unit ?? "").utf8)
      text.append(UInt8(ascii: ","))
      DecimalText.append(row.eventCount, scale: 0, to: &text)
      text.append(UInt8(ascii: ","))
      DecimalText.append(row.quantity, scale: kind?.digits ?? 0, to: &text)
      text.append(UInt8(ascii: ","))
      DecimalText.append(row.amount.pico, scale: Amount.scale, to: &text)
      if tellsCosts {
        text.append(UInt8(ascii: ","))
        DecimalText.append(row.cost.pico, scale: Amount.scale, to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }
    let bytes = text
    try StoreFault.ofFiles { () throws(FileFault) in
      let writer = try CheckedWriter(creating: path, mode: 0o600)
      try writer.write(contentsOf: bytes)
      try writer.finish(isSynced: false)
    }
  }
}
