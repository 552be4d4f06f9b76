// One suspended record on its way to the suspense file: why, where, and its bytes.

/// A suspended record. Address: unit of the file, chunk and offset; lines are resolved when the file is complete.
struct SuspenseEntry {
  var reason: SuspenseReason
  var faultField: UInt8
  /// Line in the chunk, from 0.
  var lineInChunk: UInt32
  /// Offset of the record in the chunk.
  var offsetInChunk: Int64
  /// Index of the account, where the record came as far as that; `UInt32.max` otherwise.
  var account = UInt32.max
  /// Kind and quantity, where they could be read: `UsageBatch.absentQuantity` otherwise.
  var kind: UInt8 = 0
  var quantity = Int64.min
  /// The amount that the record itself names, in pico; `UsageBatch.absentAmount` where it names none.
  var amountPico = UsageBatch.absentAmount
  /// Key and content, where the record was compared for duplicates; zero otherwise.
  var key = LoggedKey(low: 0, high: 0, content: 0)
  /// Length of the record; longer than `bytes` where it was cut.
  var length: Int64
  var bytes: [UInt8]
  /// SHA-256 of the whole record where it was cut; empty otherwise.
  var hash = ""
}
