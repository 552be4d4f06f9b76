// What became of one event: the row that the parallel half hands to the ordered half.

/// One event past door 2: rated, or on its way to suspense or a filter, with what duplicate detection needs.
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
  var amountPico: Int128
  /// Offset of the record in its chunk.
  var offset: UInt32
  /// Index of the suspense entry in the chunk, or `noPayload`.
  var payload: UInt32
  /// `SuspenseReason` raw value, or number of the filter reason.
  var reason: UInt16
  var door: UInt8
  var kind: UInt8
  /// 1 where the identity is that of the row.
  var isRowKeyed: UInt8

  static let noPayload = UInt32.max
}
