// Counts and quantities by door: the control totals of a file or a run.

import Catalog

/// What left by which door. Counts are records; quantities are integers of the kind, over records whose quantity is known.
struct DoorTotals: Sendable {
  static let reasonMax = 64

  var read = 0
  var rated = 0
  var duplicate = 0
  /// By `SuspenseReason` raw value.
  var suspended = [Int](repeating: 0, count: DoorTotals.reasonMax)
  /// By number of the filter reason; grown as needed.
  var filtered: [Int] = []
  /// By kind × 8 + door.
  var quantity = [Int128](repeating: 0, count: 4 * 8)
  /// Records whose quantity could not be read.
  var withoutQuantity = 0
  /// Rated: what was billed by kind, and the sum of all amounts whatever their currency (for proof only).
  var billed = [Int128](repeating: 0, count: 4)
  var amountPico: Int128 = 0
  /// What suppliers charge for them, whatever the currency.
  var costPico: Int128 = 0
  /// When its records begin to be charged, also of those that are not rated; empty where nobody asks.
  var span = EventSpan()

  var suspendedCount: Int { suspended.reduce(0, +) }
  var filteredCount: Int { filtered.reduce(0, +) }
  /// Whether every record left by exactly one door.
  var meets: Bool { read == rated + duplicate + suspendedCount + filteredCount }

  mutating func addFiltered(_ reason: Int, _ count: Int = 1) {
    if reason >= filtered.count { filtered += [Int](repeating: 0, count: reason + 1 - filtered.count) }
    filtered[reason] += count
  }

  /// Notes that a record left by `door`; `sign` −1 takes it back.
  mutating func note(door: UInt8, reason: UInt16, kind: UInt8, quantity value: Int64, sign: Int = 1) {
    switch door {
    case Door.rated, Door.settled: rated += sign
    case Door.duplicate: duplicate += sign
    case Door.suspended, Door.unparsable: suspended[Int(reason)] += sign
    default: addFiltered(Int(reason), sign)
    }
    if value == UsageBatch.absentQuantity {
      withoutQuantity += sign
    } else {
      let door = door == Door.settled ? Door.rated : door
      quantity[Int(kind) * 8 + Int(door)] += Int128(value) * Int128(sign)
    }
  }

  static func += (a: inout DoorTotals, b: DoorTotals) {
    a.read += b.read
    a.rated += b.rated
    a.duplicate += b.duplicate
    for index in b.suspended.indices { a.suspended[index] += b.suspended[index] }
    for (index, count) in b.filtered.enumerated() where count != 0 { a.addFiltered(index, count) }
    for index in b.quantity.indices { a.quantity[index] += b.quantity[index] }
    a.withoutQuantity += b.withoutQuantity
    for index in b.billed.indices { a.billed[index] += b.billed[index] }
    a.amountPico += b.amountPico
    a.costPico += b.costPico
    a.span.add(b.span)
  }
}
