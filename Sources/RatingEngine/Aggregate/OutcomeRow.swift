// What became of one event: the row that the parallel half hands to the ordered half.

/// One event past door 2: rated, or on its way to suspense or a filter, with what duplicate detection needs.
///
/// 64 bytes, one cache line: rows are written by one core and mostly read by another.
struct OutcomeRow: BitwiseCopyable {
  /// The summary key, packed by `SummaryKeyPlan`; zero where the event is not rated.
  var keyLow: UInt64
  var keyHigh: UInt64
  /// The record's key, mixed to 96 bits, and 32 bits of its content's hash.
  var identity: UInt64
  var identityHigh: UInt32
  var content: UInt32
  /// Integer quantities of the kind; `UsageBatch.absentQuantity` where the raw one is missing.
  var quantityRaw: Int64
  var quantityBilled: Int64
  // The amount in 80 bits: below `amountPicoLimit`.
  private var amountLow: UInt64
  private var amountHigh: Int16
  // Reason × 64 + row-keyed × 32 + kind × 8 + door.
  private var tags: UInt16
  /// Index of the suspense entry or detail row in the chunk, or `noPayload`.
  var payload: UInt32

  static let furtherPart: UInt16 = 1
  static let costPart: UInt16 = 2
  static let noPayload = UInt32.max
  /// Reasons are below this.
  static let reasonLimit = 1 << 10
  /// Amounts of one event are smaller than this: 5 × 10¹¹ currency units.
  static let amountPicoLimit: Int128 = 500_000_000_000_000_000_000_000
  static let amountMicroLimit: UInt64 = 500_000_000_000_000_000

  init(
    keyLow: UInt64, keyHigh: UInt64, identity: UInt64, identityHigh: UInt32, content: UInt32,
    quantityRaw: Int64, quantityBilled: Int64, amountPico: Int128, payload: UInt32, reason: UInt16,
    door: UInt8, kind: UInt8, isRowKeyed: UInt8
  ) {
    self.keyLow = keyLow
    self.keyHigh = keyHigh
    self.identity = identity
    self.identityHigh = identityHigh
    self.content = content
    self.quantityRaw = quantityRaw
    self.quantityBilled = quantityBilled
    amountLow = UInt64(truncatingIfNeeded: amountPico)
    amountHigh = Int16(truncatingIfNeeded: amountPico &>> 64)
    tags = reason &<< 6 | UInt16(isRowKeyed) &<< 5 | UInt16(kind) &<< 3 | UInt16(door)
    self.payload = payload
  }

  /// A further row of a rated record.
  init(part: PartRow, of first: OutcomeRow) {
    self.init(
      keyLow: part.keyLow, keyHigh: part.keyHigh, identity: first.identity, identityHigh: first.identityHigh,
      content: first.content, quantityRaw: part.quantityRaw, quantityBilled: part.quantityBilled,
      amountPico: part.amountPico, payload: Self.noPayload,
      reason: part.isCost ? Self.costPart : Self.furtherPart, door: Door.rated,
      kind: first.kind, isRowKeyed: first.isRowKeyed)
  }

  /// Replaces quantities and amount, where only a part of the record falls into its row.
  mutating func setSums(raw: Int64, billed: Int64, amountPico: Int128) {
    quantityRaw = raw
    quantityBilled = billed
    amountLow = UInt64(truncatingIfNeeded: amountPico)
    amountHigh = Int16(truncatingIfNeeded: amountPico &>> 64)
  }

  /// Makes it the row of a rated event that is priced when it is settled: its index in the chunk's `PackedChunk`, its owner and its
  /// base cell stand where the summary key would, and what its supplier charges where the amount would.
  mutating func settle(as index: Int, owner: UInt32, baseCell: UInt32, costPico: Int128) {
    keyLow = UInt64(index)
    keyHigh = UInt64(baseCell) &<< 32 | UInt64(owner)
    door = Door.settled
    setSums(raw: quantityRaw, billed: 0, amountPico: costPico)
  }

  /// Index among the chunk's packed events, the owner, and the number of the base cell, of a settled row.
  var packedIndex: Int { Int(truncatingIfNeeded: keyLow) }
  var packedOwner: UInt32 { UInt32(truncatingIfNeeded: keyHigh) }
  var packedBaseCell: UInt32 { UInt32(truncatingIfNeeded: keyHigh &>> 32) }

  var amountPico: Int128 {
    @inline(__always) get { Int128(amountHigh) &<< 64 | Int128(amountLow) }
  }
  /// Amount and quantities where a small cell has room for them: not negative, and not beyond what thousands of sums of
  /// such events reach.
  var smallSums: (amount: UInt64, raw: UInt64, billed: UInt64)? {
    @inline(__always) get {
      let (raw, billed) = (UInt64(bitPattern: quantityRaw), UInt64(bitPattern: quantityBilled))
      guard amountHigh == 0, (amountLow | billed) &>> 62 == 0, raw &>> 40 == 0 else { return nil }
      return (amountLow, raw, billed)
    }
  }
  var door: UInt8 {
    @inline(__always) get { UInt8(truncatingIfNeeded: tags & 7) }
    set { tags = tags & ~7 | UInt16(newValue) }
  }
  var kind: UInt8 {
    @inline(__always) get { UInt8(truncatingIfNeeded: tags &>> 3 & 3) }
  }
  /// Whether it is a further part of the record whose row came before it.
  var isFurtherPart: Bool { door == Door.rated && reason != 0 }
  /// Whether it holds nothing but what the record's supplier charges.
  var isCost: Bool { door == Door.rated && reason == Self.costPart }
  /// 1 where the identity is that of the row.
  var isRowKeyed: UInt8 {
    @inline(__always) get { UInt8(truncatingIfNeeded: tags &>> 5 & 1) }
  }
  /// `SuspenseReason` raw value, or number of the filter reason; of a rated row 0 where it is the first of its record, else
  /// `furtherPart` or `costPart`.
  var reason: UInt16 {
    @inline(__always) get { tags &>> 6 }
    set { tags = tags & 63 | newValue &<< 6 }
  }
}
