// A file of itemised calls, for accounts with more than a page should hold. Its owner alone may read it.

import BillingCalendar
import DurableFiles
import Money
import Tables
import UsageSummary

/// Writes calls as CSV, one after the other. Memory: the buffer of the writer.
struct CallFile {
  private static let header =
    "period_from,period_until,service,start,direction,number,kind,name,destination,quantity,covered,unit,amount,currency\n"

  private let name: String
  private let writer: CheckedWriter?
  private var hash = SHA256()
  private var rowCount = 0

  /// `folder` is nil where the file was written before, and only its hash is asked for.
  init(_ name: String, in folder: PublishedFolder?) throws(FileFault) {
    self.name = name
    writer = try folder?.writer(name, mode: 0o600)
    try put(Array(Self.header.utf8))
  }

  mutating func write(_ call: ItemisedCall) throws(FileFault) {
    let group = call.group
    func quantity(_ value: Int128) -> Label {
      Label(DecimalText.format(value, scale: group.kind.quantityDigits))
    }
    var bytes: [UInt8] = []
    CSVText.appendRow(
      [
        Label(group.period.from.description), Label(group.period.until.description), call.service,
        Label(call.start), call.direction, call.party, Label(group.kind.name), group.name, call.destination,
        quantity(call.quantityBilled), quantity(call.quantityCovered), Label(group.kind.unit),
        Label(call.amount.description), Label(group.currency.code),
      ], to: &bytes)
    try put(bytes)
    rowCount += 1
  }

  func finish() throws(FileFault) -> AttachedCalls {
    try writer?.finish()
    return AttachedCalls(name: name, rowCount: rowCount, hash: hash.hexDigest())
  }

  private mutating func put(_ bytes: [UInt8]) throws(FileFault) {
    hash.update(bytes)
    try writer?.write(contentsOf: bytes)
  }
}
