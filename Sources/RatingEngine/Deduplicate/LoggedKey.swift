// What is kept of every record for the decision about duplicates: what the "perhaps" of the filter is judged by.

/// One record's key and content: see `OutcomeRow`. 16 bytes: fresh memory costs more than anything done with it.
struct LoggedKey: BitwiseCopyable {
  var low: UInt64
  var high: UInt32
  var content: UInt32
}
