// The kinds of usage, their units and directions: the words that formats, plans and summaries share.

/// What is metered.
public enum UsageKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// Calls; quantity in milliseconds, written in seconds.
  case voice
  /// Messages; quantity in message segments.
  case message
  /// Data; quantity in bytes.
  case data
  /// Anything counted; quantity in millionths, so that `1.5` stays exact.
  case event

  /// The word in files: `voice`, `message`, `data`, `event`.
  public var name: String {
    switch self {
    case .voice: "voice"
    case .message: "message"
    case .data: "data"
    case .event: "event"
    }
  }

  /// Name of the unit in which quantities are written: `s`, `message`, `byte`, `event`.
  public var unit: String {
    switch self {
    case .voice: "s"
    case .message: "message"
    case .data: "byte"
    case .event: "event"
    }
  }

  /// Digits after the point of a quantity: quantities are integers of 10^−digits of the unit.
  public var quantityDigits: Int {
    switch self {
    case .voice: 3
    case .message, .data: 0
    case .event: 6
    }
  }

  /// Integer quantity of one whole unit: 1000 for a second, 1 for a message or byte, 1,000,000 for an event.
  public var onePerUnit: Int64 {
    switch self {
    case .voice: 1000
    case .message, .data: 1
    case .event: 1_000_000
    }
  }

  /// The kind by its word; nil for another word.
  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }
}

/// Which way an event went, seen from the account.
public enum UsageDirection: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// From the account to somewhere; also where a format has no direction.
  case outbound
  /// To the account.
  case inbound
  /// Between two services of one switch, as the record says.
  case `internal`

  /// The word in files.
  public var name: String {
    switch self {
    case .outbound: "outbound"
    case .inbound: "inbound"
    case .internal: "internal"
    }
  }
}
