// One made-up record before it is written: what it says, and whose it is.

/// A record.
struct SyntheticEvent {
  enum Kind: UInt8 { case voice, message, data }
  enum Answer: UInt8 { case answered, notAnswered, busy, failed }

  /// What its id is made of; two records of one identity have the same id.
  var identity: UInt64
  var role: RecordRole
  /// Chooses among the ways of one role, and how numbers are written.
  var variant: UInt64
  var kind: Kind = .voice
  var answer: Answer = .answered
  var startSeconds: Int64
  /// Equal to the start where the event has no time of answer.
  var answerSeconds: Int64
  /// E.164 digits; 0 for none.
  var from: UInt64 = 0
  var to: UInt64 = 0
  /// Milliseconds, messages or bytes.
  var quantity: Int64 = 0
  /// The account that it was made for, and its number.
  var account: Int
  var numberOrdinal = 0
  /// Whether its account is known by the trunk only.
  var isByTrunkOnly = false
  /// Whether it names the trunk of its account.
  var hasTrunk = false

  var isInbound: Bool { role == .inbound }
  /// When it begins to cost.
  var chargingSeconds: Int64 { answer == .answered && kind == .voice ? answerSeconds : startSeconds }
}
