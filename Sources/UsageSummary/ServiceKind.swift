// The words of `service_kind`, their units and how finely their quantities are counted.

/// What is metered, as the summary says it.
public enum ServiceKind: UInt8, Sendable, CaseIterable, Hashable {
  /// Calls, in seconds with three digits.
  case voice
  /// Message segments, whole.
  case message
  /// Bytes, whole.
  case data
  /// Anything counted, with six digits.
  case event

  /// The word in files.
  public var name: String {
    switch self {
    case .voice: "voice"
    case .message: "message"
    case .data: "data"
    case .event: "event"
    }
  }

  /// The unit in which quantities are written: `s`, `message`, `byte`, `event`.
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

  /// The kind with that word; nil for another word.
  public init?(name: UnsafeBufferPointer<UInt8>) {
    guard let kind = Self.allCases.first(where: { name.elementsEqual($0.name.utf8) }) else { return nil }
    self = kind
  }

  /// The kind whose quantities are in that unit; nil for another word.
  public init?(unit: UnsafeBufferPointer<UInt8>) {
    guard let kind = Self.allCases.first(where: { unit.elementsEqual($0.unit.utf8) }) else { return nil }
    self = kind
  }
}
